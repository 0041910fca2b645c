"""The ends of passages: they meet in a token, take in equal punctuation, and may move to a sentence's edge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe.segmentation.sentences import CLOSING, STRONG
from dedupe.segmentation.space import SPACE, is_space, skip_space_back, trim
from dedupe.text.encode import Bytes, Offsets, TextBatch, encode_text
from dedupe.text.fold import fold_tokens
from dedupe.text.tables import SEPARATOR, load_tables

# Tokens at either end among which a match is looked for.
_EDGE = 4
# How far an end may move to the edge of its sentence: in code points, and as a share of the passage.
_SNAP, _SNAP_SHARE = 40, 4
# Code points on either side of a span that are looked at.
_SIGHT = _SNAP + 8
# Punctuation that belongs to what follows it.
_OPENING = frozenset("\"'“‘„«‹([{¿¡「『（【〈《-–—•*#")
_SENTENCE_END = re.compile(
    f"(?:[{STRONG}]+[{CLOSING}]*|[.!?…‥]+[{CLOSING}]*(?=[{SPACE}])|[\\n\\r\\u2028\\u2029])[{SPACE}]*"
)
_END_BEFORE = re.compile(f"[.!?…‥{STRONG}][{CLOSING}]*$")
_END_AFTER = re.compile(
    f"[{STRONG}]+[{CLOSING}]*|[.!?…‥]+[{CLOSING}]*(?=[{SPACE}]|$)|(?=[{SPACE}]*[\\n\\r\\u2028\\u2029])"
)


class _Side(NamedTuple):
    """One side of a passage, in code points of its text, and what stands before and behind it."""

    start: int
    end: int
    before: str
    after: str


def fit_ends(
    buffer: Bytes, starts: Offsets, ends: Offsets, a: Offsets, b: Offsets, snap: bool
) -> tuple[Offsets, Offsets]:
    """Fit the ends of passages to each other, and to sentences.

    Both sides are cut so that they begin and end with the same token: few are tried, the nearest match is taken,
    and where there is none, nothing is cut. Then they take in the punctuation around them that is equal, and move
    on to the edges of their sentences if both are near. The reference of the native kernel of this name.

    Parameters
    ----------
    buffer, starts, ends
        A batch of texts.
    a, b : int64 array, shape (passages, 5)
        The two sides of each passage: number of the text, first byte of it and end, first code point of it and end.
        In one text, `a` is before `b`.
    snap : bool
        Whether to move to the edges of sentences.

    Returns
    -------
    (int64 array, int64 array)
        First byte, end, first code point and end of both sides, shape (passages, 4).
    """
    batch = TextBatch(buffer, starts, ends)
    texts = {text: batch.text(text) for text in np.union1d(a[:, 0], b[:, 0]).tolist()}
    out = np.zeros((2, len(a), 4), np.int64)
    for i, rows in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        own = [texts[row[0]] for row in rows]
        cuts = _cuts(*(text[row[3] : row[4]] for text, row in zip(own, rows, strict=True)))
        sides = []
        for text, row, (before, behind) in zip(own, rows, cuts, strict=True):
            start, end = row[3] + before, row[4] - behind
            sides.append(_Side(start, end, text[max(0, start - _SIGHT) : start], text[end : end + _SIGHT]))
        back, on = _moves(*sides, same=rows[0][0] == rows[1][0], snap=snap)
        for side, (text, row) in enumerate(zip(own, rows, strict=True)):
            start, end = sides[side].start - back[side], sides[side].end + on[side]
            first = row[1] + _bytes(text, row[3], start)
            out[side, i] = first, first + _bytes(text, start, end), start, end
    return out[0], out[1]


def _bytes(text: str, start: int, end: int) -> int:
    """How many bytes there are from one code point to another, less than none if it is before it."""
    return len(encode_text(text[start:end])) if start <= end else -len(encode_text(text[end:start]))


def _cuts(a: str, b: str) -> list[tuple[int, int]]:
    """Code points to leave out at the start and the end of two texts."""
    tokens = [fold_tokens(text) for text in (a, b)]
    names = [[token.text for token in own] for own in tokens]
    first = _nearest_match(*names)
    last = _nearest_match(*(own[skip:][::-1] for own, skip in zip(names, first, strict=True)))
    return [
        (own[i].start if i else 0, len(text) - own[-1 - j].end if j else 0)
        for text, own, i, j in zip((a, b), tokens, first, last, strict=True)
    ]


def _nearest_match(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """The least i + j, then the least i, for which a[i] is b[j]."""
    for total in range(2 * _EDGE - 1):
        for i in range(max(0, total - _EDGE + 1), min(total + 1, _EDGE, len(a))):
            if total - i < len(b) and a[i] == b[total - i]:
                return i, total - i
    return 0, 0


def _moves(a: _Side, b: _Side, *, same: bool, snap: bool) -> tuple[list[int], list[int]]:
    """By how much both sides grow, back and on."""
    before, after = _equal_edges(a, b)
    # In one text they may grow towards each other, but not meet.
    if same and before + after > b.start - a.end:
        before = after = 0
    back, on = [before, before], [after, after]
    reach = min(_SNAP, *((side.end - side.start) // _SNAP_SHARE for side in (a, b)))
    if snap and reach > 0:
        back = _sentence_starts(a, b, before, reach) or back
        on = _sentence_ends(a, b, after, reach) or on
        if same and on[0] + back[1] > b.start - a.end:
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
        # What follows is no white space.
        ends = [match.end() for match in _SENTENCE_END.finditer(before + "x")]
        if ends:
            start = ends[-1]
        elif side.start == len(side.before):
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
        if _END_BEFORE.search(side.after[:taken]):
            out.append(taken)
            continue
        match = _END_AFTER.search(side.after, taken)
        if match:
            end = match.end()
        elif len(side.after) < _SIGHT:
            end = max(taken, skip_space_back(side.after, 0, len(side.after)))
        else:
            return None
        if end - taken > reach:
            return None
        out.append(end)
    return out
