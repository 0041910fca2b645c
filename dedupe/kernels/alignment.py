"""Alignment of two sequences of symbols: which face each other.

Equal ends of two sequences face each other, but for the last few symbols, which may as well belong elsewhere.
Between them, runs of symbols that occur once in either anchor the alignment (patience diff). What is left between
anchors is aligned by dynamic programming. A larger box that holds no anchor stays unaligned but for its equal ends.
No symbol faces two others, and no two pairs cross.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

# Symbols of an anchor: tokens, or letters.
ANCHOR_TOKENS, ANCHOR_LETTERS = 3, 12
# Cells of the largest box that is aligned by dynamic programming.
LARGEST_BOX = 1 << 16
# A match outweighs all the pairs of matches that adjoin in a box.
_MATCH = 1024
# Symbols of equal ends of a box that are left in it.
_LOOSE = 12


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
