"""Grouping without chains: a unit joins a kept one that it resembles directly, or is kept itself.

Units are visited in keep order; each joins the most similar unit already kept among its candidates, the
earliest of equals, if that similarity reaches the threshold. Nothing else defines the groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from dedupe.duplicates.candidates import Buckets
from dedupe.duplicates.settings import Keep
from dedupe.duplicates.units import UnitTable
from dedupe.errors import InputError
from dedupe.text.encode import Offsets

Compare = Callable[[int, list[int]], npt.NDArray[np.float64]]
"""Exact similarities of one unit with several others."""


@dataclass(frozen=True)
class Assignment:
    """For each unit the kept unit that it belongs to (itself where it is kept), and their similarity."""

    kept: Offsets
    similarity: npt.NDArray[np.float64]


def keep_rank(units: UnitTable, keep: Keep, pinned: npt.NDArray[np.bool_] | None = None) -> Offsets:
    """The place of each unit in keep order; pinned units come first, ties go by input order."""
    count = len(units)
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


def group_buckets(
    buckets: Buckets,
    rank: Offsets,
    threshold: float,
    compare: Compare,
    pinned: npt.NDArray[np.bool_] | None = None,
    rejected: frozenset[tuple[int, int]] = frozenset(),
) -> Assignment:
    """Group the units of `buckets`, comparing each with the kept ones of its buckets only.

    A bucket with a bounded number of kept units costs time linear in its members.
    """
    assignment = _nobody(len(rank))
    kept_in: dict[int, list[int]] = defaultdict(list)
    shared = buckets.shared()
    for unit in shared[np.argsort(rank[shared])].tolist():
        own = buckets.of(unit)
        if pinned is None or not pinned[unit]:
            near = {kept for number in own for kept in kept_in[number]}
            near = {kept for kept in near if (kept, unit) not in rejected}
            if near and _join(assignment, unit, sorted(near, key=rank.__getitem__), threshold, compare):
                continue
        for number in own:
            kept_in[number].append(unit)
    return assignment


def group_pairs(
    a: Offsets,
    b: Offsets,
    similarity: npt.NDArray[np.float64],
    rank: Offsets,
    threshold: float,
    pinned: npt.NDArray[np.bool_] | None = None,
) -> Assignment:
    """Group by pairs whose similarities are known."""
    assignment = _nobody(len(rank))
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
            _join(assignment, unit, near, threshold, partial(_known, known))
    return assignment


def _known(known: dict[int, float], _: int, others: list[int]) -> npt.NDArray[np.float64]:
    return np.array([known[other] for other in others], np.float64)


def _nobody(count: int) -> Assignment:
    return Assignment(np.arange(count), np.ones(count))


def _join(assignment: Assignment, unit: int, near: list[int], threshold: float, compare: Compare) -> bool:
    """Let a unit join the most similar of `near` (in keep order); `argmax` takes the earliest of equals."""
    similarity = compare(unit, near)
    best = int(np.argmax(similarity))
    if similarity[best] < threshold:
        return False
    assignment.kept[unit] = near[best]
    assignment.similarity[unit] = similarity[best]
    return True
