"""Alignment: which tokens of a copy face which tokens of its kept copy, and what that says of each sentence.

Equal ends of two texts face each other, but for the last few symbols, which may as well belong elsewhere. Between
them, runs of tokens that occur once in either text anchor the alignment (patience diff). What is left between
anchors is aligned by dynamic programming. A larger box that holds no anchor stays unaligned but for its equal ends.
No token faces two others, and no two pairs cross.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from dedupe.text.encode import Bytes, Offsets, TextBatch, byte_positions
from dedupe.text.fold import fold_tokens

# Symbols of an anchor: tokens, or letters.
ANCHOR_TOKENS, ANCHOR_LETTERS = 3, 12
# Cells of the largest box that is aligned by dynamic programming.
LARGEST_BOX = 1 << 16
# A match outweighs all the pairs of matches that adjoin in a box.
_MATCH = 1024
# Symbols of equal ends of a box that are left in it.
_LOOSE = 12
# Columns of the answer.
SYMBOLS, MATCHED, FIRST, LAST, LEADING, TRAILING, OTHER_FIRST, OTHER_LAST, OTHER_PLACE, OTHER_SYMBOLS = range(10)


def align_units(
    buffer: Bytes,
    starts: Offsets,
    ends: Offsets,
    other: Bytes,
    other_starts: Offsets,
    other_ends: Offsets,
    offsets: Offsets,
    first: Offsets,
    last: Offsets,
    letters: bool,
) -> Offsets:
    """Align pairs of texts, and say for each unit of the left text where it stands in the right one.

    The reference of the native kernel of this name.

    Parameters
    ----------
    buffer, starts, ends
        The left texts.
    other, other_starts, other_ends
        The right texts, as many.
    offsets : int64 array, shape (texts + 1,)
        The units of left text `i` are `offsets[i]:offsets[i + 1]`.
    first, last : int64 array, shape (units,)
        Bytes of each unit in its text: units of a text are in order and apart.
    letters : bool
        Whether letters are aligned instead of tokens.

    Returns
    -------
    int64 array, shape (units, 10)
        For each unit: its symbols; those that match; first byte and end of the matched ones; symbols before the
        first match and behind the last; first byte and end of what they face in the right text, the number of its
        first symbol there, and how many symbols it has.
        Bytes count from the beginning of each text. All but the first column is 0 where nothing matches.
    """
    left, right = TextBatch(buffer, starts, ends), TextBatch(other, other_starts, other_ends)
    out = np.zeros((len(first), 10), np.int64)
    for i in range(len(left)):
        a, b = _symbols(left.text(i), letters), _symbols(right.text(i), letters)
        facing = align([name for name, _, _ in a], [name for name, _, _ in b], letters)
        for unit in range(int(offsets[i]), int(offsets[i + 1])):
            low = bisect_left(a, int(first[unit]), key=lambda symbol: symbol[1])
            high = bisect_left(a, int(last[unit]), key=lambda symbol: symbol[1])
            out[unit, SYMBOLS] = high - low
            matched = [place for place in range(low, high) if facing[place] >= 0]
            if matched:
                one, end = facing[matched[0]], facing[matched[-1]]
                out[unit, MATCHED:] = (
                    len(matched),
                    a[matched[0]][1],
                    a[matched[-1]][2],
                    matched[0] - low,
                    high - 1 - matched[-1],
                    b[one][1],
                    b[end][2],
                    one,
                    end - one + 1,
                )
    return out


def _symbols(text: str, letters: bool) -> list[tuple[str, int, int]]:
    """The tokens of a text, or their letters, each with first byte and end of the token."""
    at = byte_positions(text)
    out = []
    for token in fold_tokens(text):
        place = int(at[token.start]), int(at[token.end])
        if letters:
            units = np.frombuffer(token.text.encode("utf-16-le"), "<u2").tolist()
            out += [(chr(unit), *place) for unit in units]
        else:
            out.append((token.text, *place))
    return out


def align(a: Sequence[str], b: Sequence[str], letters: bool = False) -> list[int]:
    """For each symbol of `a` the number of the one of `b` that it faces, or -1."""
    out = [-1] * len(a)
    size = ANCHOR_LETTERS if letters else ANCHOR_TOKENS
    boxes = [(0, len(a), 0, len(b))]
    while boxes:
        low, high, other_low, other_high = boxes.pop()
        before = _common_prefix(a[low:high], b[other_low:other_high])
        behind = _common_prefix(a[low + before : high][::-1], b[other_low + before : other_high][::-1])
        equal = before == high - low == other_high - other_low
        before, behind = (before if equal else max(count - _LOOSE, 0) for count in (before, behind))
        for i in range(before):
            out[low + i] = other_low + i
        for i in range(1, behind + 1):
            out[high - i] = other_high - i
        low, high, other_low, other_high = low + before, high - behind, other_low + before, other_high - behind
        if low == high or other_low == other_high:
            continue
        if (high - low) * (other_high - other_low) <= LARGEST_BOX:
            for i, j in _align_box(a[low:high], b[other_low:other_high]):
                out[low + i] = other_low + j
            continue
        anchors = _anchors(a[low:high], b[other_low:other_high], size)
        if not anchors:
            before = _common_prefix(a[low:high], b[other_low:other_high])
            behind = _common_prefix(a[low + before : high][::-1], b[other_low + before : other_high][::-1])
            for i in range(before):
                out[low + i] = other_low + i
            for i in range(1, behind + 1):
                out[high - i] = other_high - i
        bounds = [(low - 1, other_low - 1)] + [(low + i, other_low + j) for i, j in anchors]
        for i, j in bounds[1:]:
            out[i] = j
        if anchors:
            ends = [*bounds[1:], (high, other_high)]
            boxes += [(i + 1, end, j + 1, stop) for (i, j), (end, stop) in zip(bounds, ends, strict=True)]
    return out


def _common_prefix(a: Sequence[str], b: Sequence[str]) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _anchors(a: Sequence[str], b: Sequence[str], size: int) -> list[tuple[int, int]]:
    """Beginnings of runs that occur once in either, as many as are in one order in both."""
    one, other = _once(a, size), _once(b, size)
    pairs = [(i, other[run]) for run, i in one.items() if run in other]
    pairs.sort()
    # Longest increasing subsequence; of the shortest last places that reach each length the latest is linked.
    tails: list[int] = []
    ends: list[int] = []
    before = [-1] * len(pairs)
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        if place == len(tails):
            tails.append(j)
            ends.append(number)
        else:
            tails[place], ends[place] = j, number
        before[number] = ends[place - 1] if place else -1
    out = []
    number = ends[-1] if ends else -1
    while number >= 0:
        out.append(pairs[number])
        number = before[number]
    return out[::-1]


def _once(symbols: Sequence[str], size: int) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    for i in range(len(symbols) - size + 1):
        run = tuple(symbols[i : i + size])
        places[run] = -1 if run in places else i
    return {run: i for run, i in places.items() if i >= 0}


def _align_box(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """The most matches that do not cross; of as many, those with the most that adjoin."""
    n, m = len(a), len(b)
    # The best worth of the first i and j symbols; and of those where the last two match, 0 for none.
    best = [[0] * (m + 1) for _ in range(n + 1)]
    ends = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            value = max(best[i - 1][j], best[i][j - 1])
            if a[i - 1] == b[j - 1]:
                adjoins = ends[i - 1][j - 1]
                ends[i][j] = _MATCH + max(best[i - 1][j - 1], adjoins + 1 if adjoins else 0)
                value = max(value, ends[i][j])
            best[i][j] = value
    out = []
    i, j = n, m
    must_end = False
    while i and j:
        if must_end or (ends[i][j] and ends[i][j] == best[i][j]):
            out.append((i - 1, j - 1))
            adjoins = ends[i - 1][j - 1]
            must_end = bool(adjoins) and ends[i][j] == _MATCH + adjoins + 1
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return out[::-1]
