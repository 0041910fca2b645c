"""Two copies of a passage side by side, with the words marked in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from itertools import groupby, zip_longest
from typing import NamedTuple

from dedupe.shown import Marked
from dedupe.text.display import pad, printable, visible, wrap
from dedupe.text.fold import Token, fold_tokens

# Code points of a copy that are compared; what is longer is not read to the end by anybody.
_LONGEST = 20_000


class Part(NamedTuple):
    """A stretch of a copy."""

    text: str
    differs: bool
    """whether its words have no match in the other copy"""


@dataclass(frozen=True)
class Comparison:
    """Two copies, each in parts; of very long ones the beginning."""

    a: tuple[Part, ...]
    b: tuple[Part, ...]

    def text(self, width: int = 100) -> str:
        """Two columns for a terminal, differing words in brackets; control characters are shown as escapes.

        Parameters
        ----------
        width : int, default 100
            Columns of the terminal.
        """
        half = max((width - 3) // 2, 10)
        sides = (wrap(_bracketed(parts), half) for parts in (self.a, self.b))
        rows = zip_longest(*sides, fillvalue="")
        return "\n".join(f"{pad(a, half)} │ {b}".rstrip() for a, b in rows)

    def html(self) -> str:
        """A table of one row for a page, differing words in `<mark>`; all text is escaped."""
        cells = "".join(f"<td>{_marked(parts)}</td>" for parts in (self.a, self.b))
        return f'<table class="dedupe-passage"><tr>{cells}</tr></table>'

    def cells(self) -> tuple[Marked, Marked]:
        """Both copies as cells of a result."""
        a, b = (Marked("".join(part.text for part in parts), _marked(parts)) for parts in (self.a, self.b))
        return a, b


def compare_texts(a: str, b: str) -> Comparison:
    """Compare two texts word by word, after folding.

    Examples
    --------
    >>> print(compare_texts("The old mill burnt in 1841.", "The old mill burnt in 1914!").text(64))
    The old mill burnt in [1841].  │ The old mill burnt in [1914]!
    """
    cut = [text if len(text) <= _LONGEST else text[:_LONGEST] + "…" for text in (a, b)]
    tokens = [fold_tokens(text) for text in cut]
    words = [[token.text for token in side] for side in tokens]
    matched: list[set[int]] = [set(), set()]
    for block in SequenceMatcher(None, words[0], words[1], autojunk=False).get_matching_blocks():
        matched[0].update(range(block.a, block.a + block.size))
        matched[1].update(range(block.b, block.b + block.size))
    one, other = (_parts(text, own, same) for text, own, same in zip(cut, tokens, matched, strict=True))
    return Comparison(one, other)


def _parts(text: str, tokens: Sequence[Token], matched: set[int]) -> tuple[Part, ...]:
    """Runs of differing words, from the first letter to the last, and what is between them."""
    out: list[Part] = []
    at = 0
    for same, run in groupby(range(len(tokens)), key=matched.__contains__):
        numbers = list(run)
        if same:
            continue
        start, end = tokens[numbers[0]].start, tokens[numbers[-1]].end
        out += [Part(text[at:start], False), Part(text[start:end], True)]
        at = end
    return tuple(part for part in (*out, Part(text[at:], False)) if part.text)


def _bracketed(parts: Sequence[Part]) -> str:
    return printable("".join(f"[{part.text}]" if part.differs else part.text for part in parts))


def _marked(parts: Sequence[Part]) -> str:
    shown = ((escape(visible(part.text)), part.differs) for part in parts)
    return "".join(f"<mark>{text}</mark>" if differs else text for text, differs in shown)
