"""Grouping without chains: a unit joins a kept one that it resembles directly, or is kept itself.

Units are visited in keep order; each joins the most similar unit already kept among its candidates, the
earliest of equals, if that similarity reaches the threshold. Nothing else defines the groups.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedupe.duplicates.settings import Keep
from dedupe.duplicates.units import UnitTable
from dedupe.errors import InputError
from dedupe.text.encode import Offsets


@dataclass(frozen=True)
class Assignment:
    """For each unit the kept unit that it belongs to (itself where it is kept), and their similarity."""

    kept: Offsets
    similarity: npt.NDArray[np.float64]

    @classmethod
    def alone(cls, count: int) -> Assignment:
        """Every unit is kept."""
        return cls(np.arange(count), np.ones(count))


def keep_rank(units: UnitTable, keep: Keep, pinned: npt.NDArray[np.bool_] | None = None) -> Offsets:
    """The place of each unit in keep order; pinned units come first, ties go by input order."""
    count = len(units)
    if keep == "first" and pinned is None:
        return np.arange(count)
    if keep == "first":
        value = np.zeros(count)
    elif keep == "last":
        value = -np.arange(count, dtype=np.float64)
    elif keep == "longest":
        value = (units.start - units.end).astype(np.float64)
    elif keep == "shortest":
        value = (units.end - units.start).astype(np.float64)
    elif callable(keep):
        value = -np.array([keep(units.text(i)) for i in range(count)], np.float64)
    else:
        raise InputError(f"keep={keep!r} is none of first, last, longest, shortest, or a function of the text")
    free = np.zeros(count, bool) if pinned is None else ~pinned
    order = np.lexsort((np.arange(count), value, free))
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return rank


def group_pairs(
    a: Offsets,
    b: Offsets,
    similarity: npt.NDArray[np.float64],
    rank: Offsets,
    threshold: float,
    pinned: npt.NDArray[np.bool_] | None = None,
) -> Assignment:
    """Group by pairs whose similarities are known."""
    assignment = Assignment.alone(len(rank))
    neighbours: dict[int, dict[int, float]] = defaultdict(dict)
    for left, right, value in zip(a.tolist(), b.tolist(), similarity.tolist(), strict=True):
        if value >= threshold:
            neighbours[left][right] = neighbours[right][left] = value
    for unit in sorted(neighbours, key=rank.__getitem__):
        if pinned is not None and pinned[unit]:
            continue
        known = neighbours[unit]
        near = [n for n in known if rank[n] < rank[unit] and assignment.kept[n] == n]
        if near:
            near.sort(key=rank.__getitem__)
            _join(assignment, unit, near, known, threshold)
    return assignment


def _join(assignment: Assignment, unit: int, near: list[int], known: dict[int, float], threshold: float) -> None:
    """Let a unit join the most similar of `near` (in keep order); `max` takes the earliest of equals."""
    best = max(near, key=known.__getitem__)
    if known[best] >= threshold:
        assignment.kept[unit] = best
        assignment.similarity[unit] = known[best]
