"""From letters to spans of texts: ends take in equal punctuation and, if wanted, move to the edge of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dedupe import backend
from dedupe.duplicates.units import UnitTable
from dedupe.segmentation.sentences import CLOSING, STRONG
from dedupe.segmentation.space import SPACE, is_space, trim
from dedupe.text.columns import runs
from dedupe.text.encode import Offsets, TextBatch, encode_text
from dedupe.text.fold import fold_tokens
from dedupe.text.tables import SEPARATOR, load_tables

# How far an end may move to the edge of its sentence: in code points, and as a share of the passage.
_SNAP, _SNAP_SHARE = 40, 4
# Code points on either side of a span that are looked at.
_SIGHT = _SNAP + 8
# Punctuation that belongs to what follows it.
_OPENING = frozenset("\"'“‘„«‹([{¿¡「『（【〈《-–—•*#")
_SENTENCE_END = re.compile(
    f"(?:[{STRONG}]+[{CLOSING}]*|[.!?…‥]+[{CLOSING}]*(?=[{SPACE}])|[\\n\\r\\u2028\\u2029])[{SPACE}]*"
)
_END_BEFORE = re.compile(f"(?:[.!?…‥{STRONG}][{CLOSING}]*|[\\n\\r\\u2028\\u2029])[{SPACE}]*$")
_END_AFTER = re.compile(
    f"[{STRONG}]+[{CLOSING}]*|[.!?…‥]+[{CLOSING}]*(?=[{SPACE}]|$)|(?=[{SPACE}]*[\\n\\r\\u2028\\u2029])"
)


class Sections(NamedTuple):
    """Regions of texts as letters of each text; those of region `i` are rows `offsets[i]:offsets[i + 1]`."""

    a: Offsets
    """the earlier text of each section"""
    b: Offsets
    places: Offsets
    """shape (sections, 4): `a_start, a_end, b_start, b_end`"""
    offsets: Offsets


class Span(NamedTuple):
    """A stretch of the text of this number, in code points."""

    text: int
    start: int
    end: int


class Placed(NamedTuple):
    """Two spans that face each other."""

    a: Span
    b: Span
    matched: int
    tokens: int
    """of both sides together"""


class _Side(NamedTuple):
    """One side of a region, and what stands before and behind it."""

    span: Span
    before: str
    after: str

    def grown(self, back: int, on: int) -> Span:
        """The span with code points more at both ends."""
        text, start, end = self.span
        return Span(text, start - back, end + on)


class _Whole(NamedTuple):
    """One side of a region in a batch: its text there, and its span in bytes of the buffer and in code points."""

    own: int
    first: int
    last: int
    start: int
    end: int


def place(units: UnitTable, found: Sections, *, snap: bool) -> Iterator[Placed]:
    """The spans that regions stand for, in the order of the regions.

    Parameters
    ----------
    units : UnitTable
        The texts, or parts of texts, that were searched.
    found : Sections
        Regions, `a` the earlier side.
    snap : bool
        Whether ends that are near the edges of sentences on both sides move there.
    """
    for first, last in runs(_sizes(units, found)):
        own = found.offsets[first : last + 1]
        rows = slice(own[0], own[-1])
        part = Sections(found.a[rows], found.b[rows], found.places[rows], own - own[0])
        yield from _place_some(units, part, snap=snap)


def _sizes(units: UnitTable, found: Sections) -> Offsets:
    """How much text each region adds to those before it: texts that follow themselves are read once."""
    length = units.end - units.start
    a, b = found.a[found.offsets[:-1]], found.b[found.offsets[:-1]]
    new_a, new_b = np.diff(a, prepend=-1) != 0, np.diff(b, prepend=-1) != 0
    added: Offsets = length[a] * new_a + length[b] * (new_b & (a != b)) + np.diff(found.offsets)
    return added


def _place_some(units: UnitTable, found: Sections, *, snap: bool) -> Iterator[Placed]:
    numbers, place_of = np.unique(np.concatenate((found.a, found.b)), return_inverse=True)
    batch = units.batch(numbers)
    own_a, own_b = np.split(place_of, 2)
    starts, count = found.offsets[:-1], len(found.a)
    a_start, a_end, b_start, b_end = np.ascontiguousarray(found.places.T)
    # Sections, then whole regions, which may hold more where their sections do not touch.
    low = (a_start, b_start, np.minimum.reduceat(a_start, starts), np.minimum.reduceat(b_start, starts))
    high = (a_end, b_end, np.maximum.reduceat(a_end, starts), np.maximum.reduceat(b_end, starts))
    own = np.concatenate((own_a, own_b, own_a[starts], own_b[starts]))
    first, last, start, end, tokens = backend.letter_places(*batch, own, np.concatenate(low), np.concatenate(high))
    first, last = batch.starts[own] + first, batch.starts[own] + last
    wholes = list(map(_Whole._make, np.stack((own, first, last, start, end), axis=1)[2 * count :].tolist()))
    middle = len(starts)
    sides = [slice(2 * count, 2 * count + middle), slice(2 * count + middle, None)]
    *cut, fewer = backend.matched_ends(
        batch.buffer, first[sides[0]], last[sides[0]], batch.buffer, first[sides[1]], last[sides[1]]
    )
    totals = (tokens[sides[0]] + tokens[sides[1]] - fewer).tolist()
    cuts = np.stack(cut, axis=1).tolist()
    firsts, lasts, bounds = first.tolist(), last.tolist(), found.offsets.tolist()
    placed = []
    for i in range(middle):
        a, b = (_shrunk(batch, wholes[i + k * middle], *cuts[i][2 * k : 2 * k + 2]) for k in (0, 1))
        side_a, side_b = (_side(batch, int(numbers[whole.own]), whole) for whole in (a, b))
        back, on = _moves(side_a, side_b, snap=snap)
        for whole, side, k in ((a, side_a, 0), (b, side_b, 1)):
            more = (side.before[len(side.before) - back[k] :], side.after[: on[k]])
            if bounds[i + 1] - bounds[i] > 1:
                totals[i] += sum(len(fold_tokens(text)) for text in more if text)
            low_byte, high_byte = whole.first - len(encode_text(more[0])), whole.last + len(encode_text(more[1]))
            _clip(firsts, lasts, range(k * count + bounds[i], k * count + bounds[i + 1]), low_byte, high_byte)
        placed.append((side_a.grown(back[0], on[0]), side_b.grown(back[1], on[1])))
    first, last = np.array(firsts, np.int64), np.array(lasts, np.int64)
    parts = [(batch.buffer, first[part], last[part]) for part in (slice(count), slice(count, 2 * count))]
    common, of_a, of_b = backend.common_tokens(*parts[0], *parts[1])
    # One section is the whole span; of several the tokens between them count too.
    single = np.diff(found.offsets) == 1
    totals = np.where(single, (of_a + of_b)[starts], np.array(totals, np.int64)).tolist()
    for (one, other), matched, total in zip(placed, np.add.reduceat(common, starts).tolist(), totals, strict=True):
        if one.start < one.end and other.start < other.end:
            yield Placed(one, other, matched, total)


def _clip(first: list[int], last: list[int], rows: range, low: int, high: int) -> None:
    """Clip the sections of one side to its final span, and let the outermost ones reach to its ends."""
    opening, closing = min(rows, key=first.__getitem__), max(rows, key=last.__getitem__)
    first[opening], last[closing] = low, high
    if len(rows) > 1:
        for row in rows:
            first[row] = max(first[row], low)
            last[row] = max(first[row], min(last[row], high))


def _shrunk(batch: TextBatch, whole: _Whole, before: int, behind: int) -> _Whole:
    own, first, last, start, end = whole
    if before:
        start += len(_text(batch, first, first + before))
    if behind:
        end -= len(_text(batch, last - behind, last))
    return _Whole(own, first + before, last - behind, start, end)


def _side(batch: TextBatch, text: int, whole: _Whole) -> _Side:
    # Windows of bytes that hold at least as many code points as are looked at, and no part of one.
    buffer, first, last = batch.buffer, whole.first, whole.last
    low, high = max(int(batch.starts[whole.own]), first - 4 * _SIGHT), int(batch.ends[whole.own])
    while low < first and buffer[low] & 0xC0 == 0x80:
        low += 1
    if last + 4 * _SIGHT < high:
        high = last + 4 * _SIGHT
        while high > last and buffer[high] & 0xC0 == 0x80:
            high -= 1
    return _Side(
        Span(text, whole.start, whole.end), _text(batch, low, first)[-_SIGHT:], _text(batch, last, high)[:_SIGHT]
    )


def _text(batch: TextBatch, first: int, last: int) -> str:
    return batch.buffer[first:last].tobytes().decode("utf-8", "surrogatepass")


def _moves(a: _Side, b: _Side, *, snap: bool) -> tuple[list[int], list[int]]:
    """By how much both sides grow, back and on."""
    (text, start, end), (other, other_start, other_end) = a.span, b.span
    room = other_start - end if text == other else 4 * _SIGHT
    before, after = _equal_edges(a, b)
    if before + after > room:
        before = after = 0
    reach = min(_SNAP, (end - start) // _SNAP_SHARE, (other_end - other_start) // _SNAP_SHARE) if snap else 0
    back, on = [before, before], [after, after]
    if reach:
        back = _sentence_starts(a, b, before, reach) or back
        on = _sentence_ends(a, b, after, reach) or on
        if on[0] + back[1] > room:
            back, on = [before, before], [after, after]
    return back, on


def _equal_edges(a: _Side, b: _Side) -> tuple[int, int]:
    """How much opening punctuation before both sides, and closing punctuation behind them, is the same."""
    kind = load_tables().kind

    def run(one: str, other: str, *, opening: bool) -> int:
        length = 0
        for x, y in zip(one, other, strict=False):
            sign = x == y and kind[ord(x)] == SEPARATOR and not is_space(x)
            if not sign or (x in _OPENING) != opening:
                break
            length += 1
        return length

    return run(a.before[::-1], b.before[::-1], opening=True), run(a.after, b.after, opening=False)


def _sentence_starts(a: _Side, b: _Side, taken: int, reach: int) -> list[int] | None:
    """How far back both sides must go to begin a sentence; none if one would go too far."""
    out = []
    for side in (a, b):
        before = side.before[: len(side.before) - taken]
        ends = [match.end() for match in _SENTENCE_END.finditer(before + "x")]
        if ends:
            start = ends[-1]
        elif side.span.start == len(side.before):
            start = trim(before, 0, len(before))[0]
        else:
            return None
        if len(before) - start > reach:
            return None
        out.append(taken + len(before) - start)
    return out


def _sentence_ends(a: _Side, b: _Side, taken: int, reach: int) -> list[int] | None:
    """How far on both sides must go to end a sentence; none if one would go too far."""
    out = []
    for side in (a, b):
        if taken and _END_BEFORE.search(side.after[:taken]):
            out.append(taken)
            continue
        match = _END_AFTER.search(side.after, taken)
        if match:
            end = match.end()
        elif len(side.after) < _SIGHT:
            end = trim(side.after, 0, len(side.after))[1]
        else:
            return None
        if end - taken > reach:
            return None
        out.append(max(end, taken))
    return out
