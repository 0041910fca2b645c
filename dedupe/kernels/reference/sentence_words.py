"""The languages around a full stop, told by frequent words and peculiar letters; no probabilities.

Sets of languages are bits of a number, in the order of `sentence-words.txt`, which says what its lists are.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# Letters and marks of scripts that write abbreviations with `.`; spelled out, as `\w` changes with Python.
_INDIC = "".join(
    f"{chr(block)}-{chr(block + 0x63)}{chr(block + 0x70)}-{chr(block + 0x7F)}" for block in (0x900, 0xA00, 0xB00)
)
_INDIC += "".join(f"{chr(block)}-{chr(block + 0x63)}" for block in (0x980, 0xA80, 0xB80, 0xC00, 0xC80, 0xD00))
_LETTERS = (
    f"A-Za-zÀ-ÖØ-öø-ɏ\u0300-\u036f\u0370-\u037d\u037f-\u0386\u0388-\u03ff\u0400-\u052f\u05d0-\u05ea\u0620-\u065f\u066e-\u06d3"
    f"{_INDIC}\u0d70-\u0dff\u10d0-\u10fa\u1200-\u135a\u1e00-\u1fff\u200c\u200d"
)
LETTER = f"[{_LETTERS}]"
_WORD = re.compile(f"{LETTER}+")
# What a word weighs that one language has; it is shared among those that have it.
_WEIGHT = 60


class SentenceWords(NamedTuple):
    """The lists of all languages: for each word or letter the languages that have it."""

    names: dict[str, int]
    common: dict[str, int]
    """words that are frequent, and may begin a sentence"""
    before: dict[str, int]
    behind: dict[str, int]
    letters: dict[str, int]
    ordinals: int
    """languages that write ordinal numbers with a full stop"""
    years: int
    """those of them that write years so"""


@cache
def load_sentence_words() -> SentenceWords:
    """Read the lists of the package."""
    names: dict[str, int] = {}
    common: dict[str, int] = {}
    lists: dict[str, dict[str, int]] = {
        "words": common,
        "starts": common,
        "before": {},
        "behind": {},
        "letters": {},
    }
    ordinals = years = bit = 0
    for line in files("dedupe.text").joinpath("sentence-words.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            bit = 1 << len(names)
            names[line[1:-1]] = bit
        elif not line.startswith("#"):
            kind, *words = line.split(" ")
            for word in words[0] if kind == "letters" else words:
                lists[kind][word] = lists[kind].get(word, 0) | bit
            ordinals |= bit if kind in ("before", "behind") else 0
            years |= bit if kind == "years" else 0
    return SentenceWords(names, common, lists["before"], lists["behind"], lists["letters"], ordinals, years)


def lower(word: str) -> str:
    """Return a word in lower case, each letter by itself."""
    return word.lower().replace("ς", "σ")


def guess_languages(*pieces: str) -> int:
    """Return the languages that pieces of text may be in; all where nothing tells."""
    tables = load_sentence_words()
    scores = [0] * len(tables.names)
    for piece in pieces:
        for word in map(lower, _WORD.findall(piece)):
            _add(scores, tables.common.get(word, 0) | tables.before.get(word, 0) | tables.behind.get(word, 0))
            for letter in word:
                _add(scores, tables.letters.get(letter, 0))
    best = max(scores)
    return sum(1 << i for i, score in enumerate(scores) if 3 * score >= 2 * best)


def _add(scores: list[int], languages: int) -> None:
    """Weigh what few languages share more."""
    weight = _WEIGHT // max(1, languages.bit_count())
    while languages:
        scores[(languages & -languages).bit_length() - 1] += weight
        languages &= languages - 1
