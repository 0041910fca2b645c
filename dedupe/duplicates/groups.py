"""Groups from pairs whose similarities are known.

By default without chains: units are visited in keep order. Each joins the most similar kept unit among its
candidates (the earliest of equals), if that similarity reaches the threshold. On request, chains count.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from dedupe import kernels
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.verify import Floats, FoundPairs, set_similarities
from dedupe.job import Linkage
from dedupe.sorting import Mask
from dedupe.text.encode import Offsets
from dedupe.units import UnitTable


@dataclass(frozen=True)
class Assignment:
    """For each unit the kept unit that it belongs to (itself where it is kept), and their similarity."""

    kept: Offsets
    similarity: Floats

    @classmethod
    def alone(cls, count: int) -> Assignment:
        """Every unit is kept."""
        return cls(np.arange(count), np.ones(count))


def assign(
    units: UnitTable, settings: Settings, linkage: Linkage, found: FoundPairs, rank: Offsets, pinned: Mask
) -> Assignment:
    """Group units by all their verified pairs."""
    if linkage == "leader":
        directed = settings.by == "containment"
        return group_pairs(found, rank, settings.threshold, pinned, directed=directed)
    kept = chain_pairs(found, rank, pinned)
    members = np.flatnonzero(kept != np.arange(len(units)))
    similarity = np.ones(len(units))
    similarity[members] = set_similarities(units, settings, kept[members], members)
    return Assignment(kept, similarity)


def group_pairs(
    found: FoundPairs, rank: Offsets, threshold: float, pinned: Mask, *, directed: bool = False
) -> Assignment:
    """Group by pairs whose similarities are known, without chains; of a directed pair only `b` may join `a`."""
    assignment = Assignment.alone(len(rank))
    neighbours: dict[int, dict[int, float]] = defaultdict(dict)
    for left, right, value in zip(found.a.tolist(), found.b.tolist(), found.similarity.tolist(), strict=True):
        if value >= threshold:
            neighbours[right][left] = value
            if not directed:
                neighbours[left][right] = value
    for unit in sorted(neighbours, key=rank.__getitem__):
        known = neighbours[unit]
        near = [n for n in known if rank[n] < rank[unit] and assignment.kept[n] == n]
        if near and not pinned[unit]:
            near.sort(key=rank.__getitem__)
            _join(assignment, unit, near, known, threshold)
    return assignment


def _join(assignment: Assignment, unit: int, near: list[int], known: dict[int, float], threshold: float) -> None:
    """Let a unit join the most similar of `near` (in keep order); `max` takes the earliest of equals."""
    best = max(near, key=known.__getitem__)
    if known[best] >= threshold:
        assignment.kept[unit] = best
        assignment.similarity[unit] = known[best]


def chain_pairs(found: FoundPairs, rank: Offsets, pinned: Mask) -> Offsets:
    """For each unit the first in keep order that a chain of pairs leads to: linkage by connected components.

    A member may resemble its kept unit through others only, or not at all any more. Pinned units are kept.
    """
    members = np.column_stack((found.a, found.b)).ravel()
    label = kernels.components((members, np.arange(0, len(members) + 1, 2)), len(rank))
    best = np.full(len(rank), len(rank))
    np.minimum.at(best, label, rank)
    by_rank = np.empty(len(rank), np.int64)
    by_rank[rank] = np.arange(len(rank))
    kept: Offsets = by_rank[best[label]]
    kept[pinned] = np.flatnonzero(pinned)
    return kept
