"""Merging: regions of two texts that say the same are one, and so are those that fill one place between them.

Sentences in another order come out of the alignment in pieces; where the pieces of two places fill both almost
entirely, they are one region.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dedupe.kernels.reference.passages.extend import Place
from dedupe.kernels.reference.passages.letters import Letters
from dedupe.kernels.reference.passages.regions import Region

# The most that may lie between two pieces of one region: on one side, and on the other.
_NEAR, _FAR = 60, 500
# A lighter region is no piece of another.
_PIECE = 30
# More regions, and more pieces, of two texts are left as they are: what is so repetitive has no order to find.
_MOST, _MOST_PIECES = 3000, 400
# Regions, the strongest first, that each one is compared with.
_STRONGEST = 200


class Merged(NamedTuple):
    """A region and the pieces that it is made of, by their places in `a`."""

    whole: Region
    pieces: tuple[Region, ...]


def alone(one: Region) -> Merged:
    """A region that is merged with no other."""
    return Merged(one, (one,))


def merge(letters: Letters, regions: Sequence[Region]) -> list[Merged]:
    """Merge the regions of two texts."""
    if not 1 < len(regions) <= _MOST:
        return [alone(one) for one in sorted(regions)]
    kept = [alone(one) for one in _strongest(letters, sorted(regions))]
    pieces = [one for one in kept if one.whole.matched >= _PIECE]
    if 2 <= len(pieces) <= _MOST_PIECES:
        rest = [one for one in kept if one.whole.matched < _PIECE]
        for far in (_NEAR, _FAR):
            pieces = [one for group in _neighbours(letters, pieces, far) for one in _joined(letters, group)]
        kept = pieces + rest
    return sorted(kept)


def _strongest(letters: Letters, regions: Sequence[Region]) -> list[Region]:
    """Leave out regions that lie mostly in a stronger one on both sides; the rest by strength."""
    kept: list[Region] = []
    for one in sorted(regions, key=lambda r: -r.matched):
        a, b = letters.weight(*one.a), letters.weight(*one.b)
        if not any(
            10 * _shared(letters, one.a, other.a) > 7 * a and 10 * _shared(letters, one.b, other.b) > 7 * b
            for other in kept[:_STRONGEST]
        ):
            kept.append(one)
    return kept


def _neighbours(letters: Letters, pieces: Sequence[Merged], far: int) -> list[list[Merged]]:
    """Pieces that are near each other on one side and not far on the other, directly or by others between."""
    group = list(range(len(pieces)))
    for i, one in enumerate(pieces):
        for j in range(i):
            other = pieces[j].whole
            gaps = sorted((_gap(letters, one.whole.a, other.a), _gap(letters, one.whole.b, other.b)))
            if gaps[0] <= _NEAR and gaps[1] <= far and group[i] != group[j]:
                old, new = max(group[i], group[j]), min(group[i], group[j])
                group = [new if number == old else number for number in group]
    return [[one for one, own in zip(pieces, group, strict=True) if own == number] for number in sorted(set(group))]


def _joined(letters: Letters, group: Sequence[Merged]) -> list[Merged]:
    """One region for a group whose pieces fill both sides well, without saying anything twice; else the group."""
    if len(group) == 1:
        return list(group)
    wholes = [one.whole for one in group]
    a, b = _hull([one.a for one in wholes]), _hull([one.b for one in wholes])
    if letters.text[a[0]] == letters.text[b[0]] and a[1] > b[0]:
        return list(group)
    a_weight, b_weight = letters.weight(*a), letters.weight(*b)
    covered_a, all_a = _cover(letters, [one.a for one in wholes])
    covered_b, all_b = _cover(letters, [one.b for one in wholes])
    sparse = 4 * covered_a < 3 * a_weight or 4 * covered_b < 3 * b_weight
    if sparse or 10 * all_a > 13 * covered_a or 10 * all_b > 13 * covered_b:
        return list(group)
    total = sum(one.matched for one in wholes)
    matched = min(total * covered_a // all_a, total * covered_b // all_b, a_weight, b_weight)
    whole = Region(a, b, matched, max(one.longest for one in wholes))
    return [Merged(whole, tuple(sorted(piece for one in group for piece in one.pieces)))]


def _hull(places: Sequence[Place]) -> Place:
    return min(start for start, _ in places), max(end for _, end in places)


def _cover(letters: Letters, places: Sequence[Place]) -> tuple[int, int]:
    """Return what the letters of places weigh, each once and each as often as it is there."""
    once = times = end = 0
    for start, stop in sorted(places):
        once += letters.weight(max(start, end), stop)
        times += letters.weight(start, stop)
        end = max(end, stop)
    return once, times


def _shared(letters: Letters, one: Place, other: Place) -> int:
    return letters.weight(max(one[0], other[0]), min(one[1], other[1]))


def _gap(letters: Letters, one: Place, other: Place) -> int:
    return letters.weight(min(one[1], other[1]), max(one[0], other[0]))
