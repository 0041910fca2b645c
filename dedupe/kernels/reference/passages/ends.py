"""The ends of passages: they lie in the matched core, at the edges of sentences where these are near.

Both sides begin and end with the same token. An end moves in to the edge of a sentence if an incomplete one lies
beyond it; it moves out over white space and punctuation only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dedupe.kernels.reference.passages.common import common_subsequence
from dedupe.kernels.reference.passages.edges import (
    SNAP,
    Beside,
    Sight,
    edge_between,
    equal_edges,
    is_behind_colon,
    is_opening,
    look,
    words_before,
    words_behind,
)
from dedupe.text.encode import Offsets, TextBatch, encode_text
from dedupe.text.fold import fold_tokens
from dedupe.text.wide import is_wide

# Tokens at either end among which a match is looked for; and those among which a firm one is.
_EDGE, _FAR = 4, 8
# Bytes of folded letters that must be equal for a firm match, however they are spaced.
_FIRM = 12
# Tokens at either end that are looked at.
_WINDOW = 32
# How far an end may move to the edge of a sentence, as a share of the passage.
_SNAP_SHARE = 4
# Tokens by which the two sides may differ beyond their inner edges.
_UNEVEN = 2


class _Token(NamedTuple):
    """A folded token, its code points in a stretch, and what its letters weigh."""

    text: str
    start: int
    end: int
    weight: int


class _Side(NamedTuple):
    """One side of a passage: its text, its place in it, and its tokens, from the first to the last that counts."""

    text: str
    origin: int
    """the first code point before anything was cut"""
    start: int
    end: int
    tokens: Sequence[_Token]
    first: int
    last: int


class _Edge(NamedTuple):
    """An edge of a sentence inside a side."""

    beyond: int
    """tokens that lie beyond it"""
    weight: int
    """what their letters weigh"""
    place: int
    """code point of the text"""
    token: int
    """number of the token that is the outermost then"""


def fit_ends(texts: TextBatch, a: Offsets, b: Offsets, slack: Offsets, snap: bool) -> tuple[Offsets, Offsets]:
    """Fit the ends of passages to each other, and to sentences.

    Both sides are cut so that they begin and end with the same token, or with the same letters where spaces differ:
    the nearest match is taken, and where there is none, nothing is cut. Then both sides take in the punctuation
    around them up to the edges of their sentences. Where a sentence is incomplete on either side, both move in to
    an edge that is near on both. The reference of the native kernel of this name.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    a, b : int64 array, shape (passages, 5)
        The two sides of each passage: number of the text, first byte of it and end, first code point of it and end.
        In one text, `a` is before `b`.
    slack : int64 array, shape (passages,)
        What the letters weigh that each passage may lose.
    snap : bool
        Whether to move to the edges of sentences.

    Returns
    -------
    (int64 array, int64 array)
        First byte, end, first code point and end of both sides, shape (passages, 4).
    """
    read = {text: texts.text(text) for text in np.union1d(a[:, 0], b[:, 0]).tolist()}
    out = np.zeros((2, len(a), 4), np.int64)
    for i, (*rows, left) in enumerate(zip(a.tolist(), b.tolist(), slack.tolist(), strict=True)):
        own = [read[row[0]] for row in rows]
        sides = [_side(text, row[3], row[4]) for text, row in zip(own, rows, strict=True)]
        fitted, lost = _cut(*sides)
        moved = _moved(fitted, same=rows[0][0] == rows[1][0], left=left - lost, snap=snap)
        for side, (text, row, (start, end)) in enumerate(zip(own, rows, moved, strict=True)):
            first = row[1] + _bytes(text, row[3], start)
            out[side, i] = first, first + _bytes(text, start, end), start, end
    return out[0], out[1]


def _bytes(text: str, start: int, end: int) -> int:
    """Return how many bytes there are from one code point to another, less than none if it is before it."""
    return len(encode_text(text[start:end])) if start <= end else -len(encode_text(text[end:start]))


def _side(text: str, start: int, end: int) -> _Side:
    tokens = [_Token(*token, _weight(token.text)) for token in fold_tokens(text[start:end])]
    return _Side(text, start, start, end, tokens, 0, len(tokens) - 1)


def _weight(letters: str) -> int:
    units = np.frombuffer(letters.encode("utf-16-le"), "<u2")
    return len(units) + int(np.count_nonzero(is_wide(units)))


def _cut(a: _Side, b: _Side) -> tuple[list[_Side], int]:
    """Return both sides cut to tokens that match, and what the letters of the heavier cuts weigh."""
    head = _nearest_match(*([token.text for token in side.tokens[:_WINDOW]] for side in (a, b)), step=1)
    tails = (
        [token.text for token in side.tokens[max(skip, len(side.tokens) - _WINDOW) :]][::-1]
        for side, skip in zip((a, b), head, strict=True)
    )
    tail = _nearest_match(*tails, step=-1)
    out, lost = [], [0, 0]
    for side, i, j in zip((a, b), head, tail, strict=True):
        tokens, last = side.tokens, len(side.tokens) - 1 - j
        start = side.start + tokens[i].start if i else side.start
        end = side.start + tokens[last].end if j else side.end
        out.append(side._replace(start=start, end=end, first=i, last=last))
        for place, cut in enumerate((tokens[:i], tokens[last + 1 :])):
            lost[place] = max(lost[place], sum(token.weight for token in cut))
    return out, sum(lost)


def _nearest_match(a: Sequence[str], b: Sequence[str], *, step: int) -> tuple[int, int]:
    """Return the least i + j, then the least i, for which a[i] and b[j] match; only firmly if they are far.

    A side that begins with its own first word ("he. He told us") begins one token further in, if the match is firm
    there alone.
    """
    for reach in (_EDGE, _FAR):
        for total in range(2 * reach - 1):
            for i in range(max(0, total - reach + 1), min(total + 1, reach, len(a))):
                j = total - i
                if j >= len(b):
                    continue
                if _is_firm(a[i:], b[j:], step):
                    return i, j
                if reach == _EDGE and a[i] == b[j]:
                    further = ((i + 1, j), (i, j + 1))
                    return next((pair for pair in further if _is_firm(a[pair[0] :], b[pair[1] :], step)), (i, j))
    return 0, 0


def _is_firm(a: Sequence[str], b: Sequence[str], step: int) -> bool:
    """Return whether the letters of tokens, the nearest first, are equal as far as it takes."""
    one, other = (_letters(tokens, step) for tokens in (a, b))
    return len(one) >= _FIRM and one == other[:_FIRM]


def _letters(tokens: Sequence[str], step: int) -> bytes:
    """Return the first bytes of the letters of tokens; the last if they come back to front."""
    out = b""
    for token in tokens:
        own = encode_text(token)
        out = out + own[::step]
        if len(out) >= _FIRM:
            break
    return out[:_FIRM]


def _moved(sides: Sequence[_Side], *, same: bool, left: int, snap: bool) -> list[tuple[int, int]]:
    """Return first code point and end of both sides, at the edges of sentences where these are near."""
    a, b = sides
    sights = [look(side.text, side.start, side.end) for side in sides]
    before, after = equal_edges(*sights)
    # In one text they may grow towards each other, but not meet.
    gap = b.start - a.end
    if same and before + after > gap:
        before = after = 0
    back, on = [before, before], [after, after]
    reach = min(SNAP, *((side.end - side.start) // _SNAP_SHARE for side in sides))
    if snap and reach > 0:
        if starts := _starts(sights, before, reach, same=same):
            back = starts
        elif pair := _inner_edges(sides, reach, left, at_start=True):
            back = [side.start - edge.place for side, edge in zip(sides, pair, strict=True)]
            left -= max(edge.weight for edge in pair)
        if ends := _whole([words_behind(sight, after, reach) for sight in sights], -1):
            on = ends
        elif pair := _inner_edges(sides, reach, left, at_start=False):
            on = [edge.place - side.end for side, edge in zip(sides, pair, strict=True)]
        if same and max(on[0], 0) + max(back[1], 0) > gap:
            back, on = [min(move, before) for move in back], [min(move, after) for move in on]
    return [(side.start - back[i], side.end + on[i]) for i, side in enumerate(sides)]


def _starts(sights: Sequence[Sight], taken: int, reach: int, *, same: bool) -> list[int] | None:
    """Return how far back both sides go to begin a sentence; None if they would take in words that do not match."""
    beside = [words_before(sight, taken, reach) for sight in sights]
    # A colon sets words apart like the edge of a sentence.
    closed = [
        Beside(taken, []) if (one is None or one.words) and is_behind_colon(sight, taken) else one
        for sight, one in zip(sights, beside, strict=True)
    ]
    moves = _whole(closed, 0)
    if moves is None and same and all(one is not None and is_opening(one.words) for one in beside):
        return [one.move for one in beside if one is not None]
    return moves


def _whole(beside: Sequence[Beside | None], outermost: int) -> list[int] | None:
    """Return how far both sides go to the edges of their sentences, if no words are there, or if these match.

    Words match if the outermost ones do, and half of all.
    """
    a, b = beside
    if a is None or b is None:
        return None
    if a.words and b.words:
        matched = common_subsequence(a.words, b.words)
        is_whole = a.words[outermost] == b.words[outermost] and 2 * matched >= max(len(a.words), len(b.words))
    else:
        is_whole = not a.words and not b.words
    return [a.move, b.move] if is_whole else None


def _inner_edges(sides: Sequence[_Side], reach: int, left: int, *, at_start: bool) -> tuple[_Edge, _Edge] | None:
    """Return the edges of sentences nearest to an end of both sides that face each other."""
    a, b = (list(_edges(side, reach, left, at_start=at_start)) for side in sides)
    pairs = sorted((one.beyond + other.beyond, one, other) for one in a for other in b)
    for _, one, other in pairs:
        uneven = abs(one.beyond - other.beyond)
        if uneven <= max(_UNEVEN, min(one.beyond, other.beyond)) and _match(sides, (one, other), at_start=at_start):
            return one, other
    return None


def _edges(side: _Side, reach: int, left: int, *, at_start: bool) -> Iterator[_Edge]:
    """Return the edges of sentences inside a side that are within reach of an end, the nearest first."""
    tokens, first, last = side.tokens, side.first, side.last
    if at_start:
        numbers = range(first + 1, min(last + 1, _WINDOW))
    else:
        numbers = range(last - 1, max(first, len(tokens) - _WINDOW) - 1, -1)
    weight = 0
    for beyond, number in enumerate(numbers, 1):
        one, other = (number - 1, number) if at_start else (number, number + 1)
        weight += tokens[one if at_start else other].weight
        gap = side.origin + tokens[one].end, side.origin + tokens[other].start
        # A letter of Chinese, Japanese or Korean is worth two.
        if weight > min(left, SNAP) or (side.end - gap[1] if not at_start else gap[0] - side.start) > reach:
            return
        found = edge_between(side.text, side.start, *gap)
        if found is None:
            continue
        place = found[1] if at_start else found[0]
        if abs(place - (side.start if at_start else side.end)) <= reach:
            yield _Edge(beyond, weight, place, number)


def _match(sides: Sequence[_Side], pair: tuple[_Edge, _Edge], *, at_start: bool) -> bool:
    """Return whether the tokens at two edges are the same, or their letters."""
    runs = []
    for side, edge in zip(sides, pair, strict=True):
        if at_start:
            tokens = side.tokens[edge.token : min(side.last + 1, _WINDOW)]
        else:
            tokens = side.tokens[max(side.first, len(side.tokens) - _WINDOW) : edge.token + 1][::-1]
        runs.append([token.text for token in tokens])
    a, b = runs
    return a[0] == b[0] or _is_firm(a, b, 1 if at_start else -1)
