"""From removed spans to cuts: ranges removed from the text, so that the rest is a subsequence of it.

A cut also removes the white space on one side. This is the side with fewer line breaks, so that paragraphs stay
apart; at the end of a text it is the side before. Nothing is inserted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dedupe.text.space import BYTE_ORDER_MARK, is_space, skip_space, skip_space_back
from dedupe.text.tables import SEPARATOR, UNSPACED, load_tables


class Cut(NamedTuple):
    """`text[start:end]` goes."""

    start: int
    end: int


def split_cuts(text: str, spans: Iterable[tuple[int, int]]) -> tuple[list[Cut], list[tuple[int, int]]]:
    """Return the cuts that remove sorted, disjoint spans, and the joined spans that no cut removes without glue.

    Spans with only white space between them become one cut.
    """
    cuts: list[Cut] = []
    left: list[tuple[int, int]] = []
    for start, end in _joined(text, spans):
        cut = _cut(text, start, end)
        if cut:
            cuts.append(cut)
        else:
            left.append((start, end))
    return cuts, left


def make_cuts(text: str, spans: Iterable[tuple[int, int]]) -> list[Cut]:
    """The cuts that remove sorted, disjoint spans; those that `uncuttable` names are left in."""
    return split_cuts(text, spans)[0]


def uncuttable(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Joined spans that no cut can remove without gluing two words together."""
    return split_cuts(text, spans)[1]


def _cut(text: str, start: int, end: int) -> Cut | None:
    """The best cut of a span that glues nothing."""
    first = _text_start(text)
    before = skip_space_back(text, first, start)
    after = skip_space(text, end, len(text))
    left, right = Cut(before, end), Cut(start, after)
    if after == len(text) and before > first:
        choices = [left, right]
    elif before == first or _breaks(text, end, after) <= _breaks(text, before, start):
        choices = [right, left]
    else:
        choices = [left, right]
    return next((cut for cut in [*choices, Cut(start, end)] if not would_glue(text, *cut)), None)


def would_glue(text: str, start: int, end: int) -> bool:
    """Return whether taking out exactly `text[start:end]` joins two words, or two halves of a surrogate pair."""
    if start <= _text_start(text) or end == len(text) or end <= start:
        return False
    left, right = text[start - 1], text[end]
    if "\ud800" <= left <= "\udbff" and "\udc00" <= right <= "\udfff":
        return True
    if is_space(left) or is_space(right):
        return False
    return _is_in_word(left) and _is_in_word(right)


def _is_in_word(char: str) -> bool:
    """Return whether a character is a part of a word, once it is folded: capitals and accented letters are, too."""
    tables, point = load_tables(), ord(char)
    folded = tables.fold.get(point, (point,))
    return any(tables.kind[one] not in (SEPARATOR, UNSPACED) for one in folded)


def apply_cuts(text: str, cuts: Iterable[Cut]) -> str:
    """The text without its cuts."""
    parts, position = [], 0
    for start, end in cuts:
        parts.append(text[position:start])
        position = end
    parts.append(text[position:])
    return "".join(parts)


def undo_cuts(text: str, removed: Iterable[tuple[int, str]]) -> str:
    """Put removed pieces, by their place in the original, back into a cleaned text."""
    parts: list[str] = []
    position = length = 0
    for start, piece in removed:
        take = start - length
        parts += [text[position : position + take], piece]
        position += take
        length = start + len(piece)
    parts.append(text[position:])
    return "".join(parts)


def _joined(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and skip_space(text, out[-1][1], start) == start:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _text_start(text: str) -> int:
    return 1 if text.startswith(BYTE_ORDER_MARK) else 0


def _breaks(text: str, start: int, end: int) -> int:
    return text.count("\n", start, end) + text.count("\r", start, end)
