"""Edges of sentences beside a stretch of text, and inside it, as far as a reader would see them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from dedupe.kernels.reference.full_stops import ends_nothing, goes_on
from dedupe.kernels.reference.sentences import CLOSING, STRONG
from dedupe.text.fold import fold_tokens
from dedupe.text.space import SPACE, is_space, skip_space_back, trim
from dedupe.text.tables import SEPARATOR, load_tables

# How far an end may move to the edge of a sentence, in code points.
SNAP = 40
# Code points on either side of a stretch that are looked at.
_SIGHT = SNAP + 8
# Words without digits that may differ at the beginning, inside one document.
_OPENING_WORDS = 12
_DIGITS = frozenset("0123456789")
# Punctuation that belongs to what follows it.
_OPENING = frozenset("\"'“‘„«‹([{¿¡「『（【〈《-–—•*#")
_COLONS = frozenset(":：")
_BREAKS = frozenset("\n\r\u2028\u2029")
_SENTENCE_END = re.compile(
    f"(?:[{STRONG}]+[{CLOSING}]*|[.!?…‥]+[{CLOSING}]*(?=[{SPACE}])|[\\n\\r\\u2028\\u2029])[{SPACE}]*"
)
_END_BEFORE = re.compile(f"[.!?…‥{STRONG}][{CLOSING}]*$")
_END_AFTER = re.compile(
    f"[{STRONG}]+[{CLOSING}]*|[.!?…‥]+[{CLOSING}]*(?=[{SPACE}]|$)|(?=[{SPACE}]*[\\n\\r\\u2028\\u2029])"
)


class Sight(NamedTuple):
    """The text beside a stretch, as far as it is looked at."""

    before: str
    after: str
    is_whole: bool
    """whether the text begins within sight"""


class Beside(NamedTuple):
    """The text between a stretch and the edge of its sentence."""

    move: int
    """code points that an end moves out by to get there"""
    words: list[str]


def look(text: str, start: int, end: int) -> Sight:
    """Return what stands beside a stretch."""
    return Sight(text[max(0, start - _SIGHT) : start], text[end : end + _SIGHT], start <= _SIGHT)


def equal_edges(a: Sight, b: Sight) -> tuple[int, int]:
    """Return how much opening punctuation before both sides, and closing punctuation behind them, is the same."""

    def run(one: str, other: str, *, opening: bool) -> int:
        length = 0
        for x, y in zip(one, other, strict=False):
            if x != y or not _is_blank(x) or is_space(x) or (x in _OPENING) != opening:
                break
            length += 1
        return length

    return run(a.before[::-1], b.before[::-1], opening=True), run(a.after, b.after, opening=False)


def _is_blank(text: str) -> bool:
    """Return whether a text is white space and punctuation."""
    kind = load_tables().kind
    return all(is_space(char) or kind[ord(char)] == SEPARATOR for char in text)


def words_before(sight: Sight, taken: int, reach: int) -> Beside | None:
    """Return how far back a side must go to begin a sentence, and the words that it takes in; None if too far."""
    before = sight.before[: len(sight.before) - taken]
    start = _last_start(before, is_whole=sight.is_whole)
    if start < 0 or len(before) - start > reach:
        return None
    return Beside(taken + len(before) - start, _words(before[start:]))


def words_behind(sight: Sight, taken: int, reach: int) -> Beside | None:
    """Return how far on a side must go to end a sentence, and the words that it takes in; None if too far."""
    after = sight.after
    if _END_BEFORE.search(after[:taken]):
        return Beside(taken, [])
    match = _END_AFTER.search(after, taken)
    if match:
        end = match.end()
    elif len(after) < _SIGHT:
        end = max(taken, skip_space_back(after, 0, len(after)))
    else:
        return None
    return Beside(end, _words(after[taken:end])) if end - taken <= reach else None


def _words(text: str) -> list[str]:
    return [token.text for token in fold_tokens(text)]


def is_opening(words: Sequence[str]) -> bool:
    """Return whether words are few and hold no digit."""
    return len(words) <= _OPENING_WORDS and _DIGITS.isdisjoint("".join(words))


def is_behind_colon(sight: Sight, taken: int) -> bool:
    """Return whether a colon stands before a side."""
    before = sight.before[: len(sight.before) - taken]
    return before[: skip_space_back(before, 0, len(before))][-1:] in _COLONS


def _last_start(before: str, *, is_whole: bool) -> int:
    """Return where the last sentence begins in what is seen before a side, or -1."""
    # What follows is no white space.
    ends = [match.end() for match in _SENTENCE_END.finditer(before + "x")]
    if ends:
        return ends[-1]
    return trim(before, 0, len(before))[0] if is_whole else -1


def edge_between(text: str, begin: int, start: int, end: int) -> tuple[int, int] | None:
    """Return where a sentence ends between two tokens, and where the next one begins; `begin` is before both."""
    between = text[start:end] + "x"
    ends = _END_AFTER.search(between)
    if ends is None:
        return None
    begins = [match.end() for match in _SENTENCE_END.finditer(between)]
    place, following = start + ends.end(), start + begins[-1]
    sign = ends[0]
    if sign and sign[0] not in STRONG and _BREAKS.isdisjoint(between):
        if goes_on(text[following]):
            return None
        if sign == "." and ends_nothing(text, begin, start + ends.start(), following, len(text)):
            return None
    return place, following
