"""Regions: chains with what lies between their matches, and their ends extended as long as it pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dedupe.kernels.reference.passages.extend import Place, extend
from dedupe.kernels.reference.passages.letters import Letters
from dedupe.kernels.reference.passages.matches import LetterMatch

# Regions are cut about every so many letters, in a match of at least so many.
_SECTION, _FIRM = 4096, 32
# Larger boxes between two matches are taken to hold nothing equal.
_LARGEST_BOX = 40_000


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


def region(letters: Letters, links: Sequence[LetterMatch]) -> Region:
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


def exact(letters: Letters, match: LetterMatch) -> Region:
    """A match as a region."""
    a, b, length = match
    weight = letters.weight(a, a + length)
    return Region((a, a + length), (b, b + length), weight, weight)


def _between(letters: Letters, a: int, a_end: int, b: int, b_end: int) -> int:
    """Return what two short stretches share: twice its weight, less that of the heavier one."""
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
