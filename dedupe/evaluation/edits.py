"""Copies of a text as they come about: other letter case and spaces, words changed, words in another order."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import TypeVar

from dedupe.text.fold import fold_tokens, folded_text

_Item = TypeVar("_Item")
# Letters by which a text is put under a script.
_LOOKED_AT = 1_000
_KANA = {"HIRAGANA", "KATAKANA"}


class Draw:
    """Draws that are the same for the same name, on every machine and in every version of Python."""

    def __init__(self, *name: object) -> None:
        # Of a string, `Random` makes its seed by SHA-512, and `random` is promised to stay as it is.
        self._random = Random("\0".join(map(str, name)))

    def below(self, limit: int) -> int:
        """A number from 0 on, below the limit."""
        return int(self._random.random() * limit)

    def one(self, items: Sequence[_Item]) -> _Item:
        """One of some items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[_Item]) -> list[_Item]:
        """All items in another order."""
        out = list(items)
        for last in range(len(out) - 1, 0, -1):
            other = self.below(last + 1)
            out[last], out[other] = out[other], out[last]
        return out


def reformat(text: str) -> str:
    """Return the same words in the other letter case, with wider spaces.

    Examples
    --------
    >>> reformat("The mill, in 1841.")
    'tHE  MILL,  IN  1841.'
    """
    return text.swapcase().replace(" ", "  ")


def split_tokens(text: str) -> list[str]:
    """Return what lies before, in and behind each word, in turn: words are at odd places.

    Examples
    --------
    >>> split_tokens("(The mill.)")
    ['(', 'The', ' ', 'mill', '.)']
    """
    parts, end = list[str](), 0
    for token in fold_tokens(text):
        if token.start < end:
            # One character folds to several words, such as ¼.
            parts[-1] += text[end : token.end]
        else:
            parts += [text[end : token.start], text[token.start : token.end]]
        end = max(end, token.end)
    return [*parts, text[end:]]


def change_words(parts: Sequence[str], share: float, words: Sequence[str], draw: Draw) -> str:
    """Change a share of the words: one in two gives way to another, others go, come in between, or change places.

    Parameters
    ----------
    parts : sequence of str
        A text, as `split_tokens` gives it; what lies between its words stays.
    share : float
        The share of words that is changed, from 0 to 1; one at least if it is not 0.
    words : sequence of str
        Where new words are taken from.
    draw : Draw
        The draw of the changed words and of their changes.
    """
    out, count = list(parts), len(parts) // 2
    space = " " if any(part.isspace() for part in parts[::2]) else ""
    for i in draw.shuffled(range(count))[: min(max(round(share * count), 1), count) if share else 0]:
        kind, place = draw.below(6), 2 * i + 1
        if kind < 3:
            out[place] = draw.one(words)
        elif kind == 3:
            out[place] = ""
        elif kind == 4 or place + 2 >= len(out):
            out[place] += space + draw.one(words)
        else:
            out[place], out[place + 2] = out[place + 2], out[place]
    return "".join(out)


def shuffle_words(parts: Sequence[str], draw: Draw) -> str:
    """Return the same words in another order, which is another text."""
    out = list(parts)
    out[1::2] = draw.shuffled(out[1::2])
    return "".join(out)


def script_of(text: str) -> str:
    """The script of most letters of a text, by the name it has in the names of Unicode's characters.

    Examples
    --------
    >>> [script_of(text) for text in ("Quand même", "Когда-нибудь", "東京で会う", "1841")]
    ['Latin', 'Cyrillic', 'Japanese', 'none']
    """
    # A name to count by, and nothing else: what is changed and found does not depend on it.
    letters = [char for char in folded_text(text[: 4 * _LOOKED_AT]) if char.isalpha()][:_LOOKED_AT]
    counts = Counter(unicodedata.name(char, "NONE").split(" ")[0].split("-")[0] for char in letters)
    if not counts:
        return "none"
    kana = sum(counts[name] for name in _KANA)
    name = max(counts, key=lambda own: (counts[own], own))
    if name in {"CJK", *_KANA}:
        return "Japanese" if 20 * kana >= len(letters) else "Han"
    return name.capitalize()
