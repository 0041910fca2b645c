"""Regions: chains with what lies between their matches, and their ends extended as long as it pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from dedupe.passages.letters import Letters
from dedupe.passages.matches import Match

# Alignment of the ends: what a letter of equal ones counts, what one of unequal ones and of a gap costs, and how
# far the score may fall below the best one.
_EQUAL, _UNEQUAL, _GAP, _DROP = 2, 3, 3, 40
# Letters that an end may be extended by.
_FARTHEST = 2000
# Regions are cut about every so many letters, in a match of at least so many.
_SECTION, _FIRM = 4096, 32
# Larger boxes between two matches are taken to hold nothing equal.
_LARGEST_BOX = 40_000
_NEVER = (-(1 << 60), 0)

# First letter and end.
Place: TypeAlias = tuple[int, int]


class Region(NamedTuple):
    """Letters of two places that face each other; `a` is before `b`."""

    a: Place
    b: Place
    matched: int
    """what the equal letters weigh, less what lies across from none"""
    longest: int
    """what the longest match weighs"""
    cuts: tuple[Place, ...] = ()
    """letters of a and b that face each other, where a long region can be compared section by section"""

    def sections(self) -> list[tuple[int, int, int, int]]:
        """The region cut at its cuts: start and end in a, start and end in b."""
        starts = [(self.a[0], self.b[0]), *self.cuts]
        ends = [*self.cuts, (self.a[1], self.b[1])]
        return [(a, a_end, b, b_end) for (a, b), (a_end, b_end) in zip(starts, ends, strict=True)]


def region(letters: Letters, links: Sequence[Match]) -> Region:
    """The region of a chain."""
    first, bounds, weight = links[0], letters.bounds, letters.weight
    a_end, b_end = first.a, first.b
    matched = longest = 0
    cuts: list[tuple[int, int]] = []
    since = first.a
    for a, b, length in links:
        overlap = max(0, a_end - a, b_end - b)
        if overlap >= length:
            continue
        matched += _between(letters, a_end, a + overlap, b_end, b + overlap)
        matched += weight(a + overlap, a + length)
        longest = max(longest, weight(a, a + length))
        a_end, b_end = a + length, b + length
        if length >= _FIRM and a_end - since >= _SECTION:
            since = a_end - length // 2
            cuts.append((since, b_end - length // 2))
    one, other = letters.text[first.a], letters.text[first.b]
    # The two sides of a region in one text may grow towards each other, but not meet.
    same = one == other
    back = extend(letters, (first.a, bounds[one]), (first.b, a_end if same else bounds[other]), -1)
    b_start = first.b - back[1]
    on = extend(letters, (a_end, b_start if same else bounds[one + 1]), (b_end, bounds[other + 1]), 1)
    places = (first.a - back[0], a_end + on[0]), (b_start, b_end + on[1])
    return Region(*places, matched + back[2] + on[2], longest, tuple(cuts))


def exact(letters: Letters, match: Match) -> Region:
    """A match as a region."""
    a, b, length = match
    weight = letters.weight(a, a + length)
    return Region((a, a + length), (b, b + length), weight, weight)


def _between(letters: Letters, a: int, a_end: int, b: int, b_end: int) -> int:
    """What the longest common subsequence of two short stretches weighs twice, beyond the heavier of them."""
    if a >= a_end or b >= b_end or (a_end - a) * (b_end - b) > _LARGEST_BOX:
        return 0
    units, weight = letters.units, letters.weight
    row = [0] * (b_end - b + 1)
    for i in range(a, a_end):
        diagonal, own = 0, weight(i, i + 1)
        for j in range(b, b_end):
            above = row[j - b + 1]
            equal = units[i] == units[j]
            row[j - b + 1] = diagonal + own if equal else max(row[j - b], above)
            diagonal = above
    return max(0, 2 * row[-1] - max(weight(a, a_end), weight(b, b_end)))


def extend(letters: Letters, a: Place, b: Place, step: int) -> tuple[int, int, int]:
    """Extend an alignment from its end on both sides, until the score has fallen too far below the best one.

    Parameters
    ----------
    letters : Letters
        The letters.
    a, b : (int, int)
        The end of the alignment, and the place that it may reach at most.
    step : int
        1 to go on, -1 to go back.

    Returns
    -------
    (int, int, int)
        How many letters of `a` and of `b` are gained, and what the equal ones among them weigh.
    """
    rows, columns = (min((limit - start) * step, _FARTHEST) for start, limit in (a, b))
    if rows <= 0 or columns <= 0:
        return 0, 0, 0
    shift = 0 if step > 0 else -1
    units, wide = letters.units, letters.wide

    def place(start: int, i: int) -> int:
        return start + step * i + shift

    # A cell is the best score of an alignment that ends there and, of those with this score, the most that is
    # matched.
    above = [_NEVER] * (columns + 1)
    above[0], high = (0, 0), 0
    for j in range(columns):
        score = above[j][0] - _GAP * (1 + wide[place(b[0], j)])
        if score < -_DROP:
            break
        above[j + 1], high = (score, 0), j + 1
    best, gained, low = 0, (0, 0, 0), 0
    for i in range(1, rows + 1):
        at = place(a[0], i - 1)
        own = 1 + wide[at]
        row = [_NEVER] * (columns + 1)
        left = _NEVER
        reached = []
        for j in range(low, columns + 1):
            cell = (above[j][0] - _GAP * own, above[j][1])
            if j > low:
                facing = place(b[0], j - 1)
                weight = 1 + wide[facing]
                score, matched = above[j - 1]
                if units[at] == units[facing]:
                    cell = max(cell, (score + _EQUAL * own, matched + own))
                else:
                    cell = max(cell, (score - _UNEQUAL * max(own, weight), matched))
                cell = max(cell, (left[0] - _GAP * weight, left[1]))
            left = row[j] = cell if cell[0] >= best - _DROP else _NEVER
            if left is not _NEVER:
                reached.append(j)
                if cell[0] > best:
                    best, gained = cell[0], (i, j, cell[1])
            elif j > high:
                break
        if not reached:
            break
        above, low, high = row, reached[0], reached[-1]
    return gained
