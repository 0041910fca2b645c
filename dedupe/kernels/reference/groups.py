"""Buckets and groups: the readable twins of the native kernels.

Groups are leaders and members, without chains: units are visited in keep order; each joins the most similar
unit already kept among its candidates, the earliest of equals, if that similarity reaches the threshold, else
it is kept itself. Nothing else defines the groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from dedupe.kernels.records import Buckets, FactTexts, Sets
from dedupe.kernels.reference.near import Floats, read_near, similarities_to, split_items
from dedupe.text.encode import Bytes, Offsets
from dedupe.text.hashing import U32, U64


def equal_runs(values: U64) -> tuple[Offsets, Offsets]:
    """Positions of the values that occur more than once, and where those of each value begin.

    Values come in the order of their first position, positions ascend.
    """
    positions: dict[int, list[int]] = defaultdict(list)
    for position, value in enumerate(values.tolist()):
        positions[value].append(position)
    runs = [run for run in positions.values() if len(run) > 1]
    starts = np.zeros(len(runs) + 1, np.int64)
    np.cumsum([len(run) for run in runs], out=starts[1:])
    return np.array([position for run in runs for position in run], np.int64), starts


def components(buckets: Buckets, count: int) -> Offsets:
    """For each of `count` units the smallest unit that it is joined to through buckets.

    Parameters
    ----------
    buckets : (int64 array, int64 array)
        Members and offsets: bucket `i` holds the units `members[offsets[i]:offsets[i + 1]]`.
    count : int
        How many units there are.

    Returns
    -------
    int64 array, shape (count,)
        The units.
    """
    parent = list(range(count))

    def root(unit: int) -> int:
        while parent[unit] != unit:
            parent[unit] = unit = parent[parent[unit]]
        return unit

    for bucket in split_items(*buckets):
        for unit in bucket[1:]:
            a, b = sorted((root(bucket[0]), root(unit)))
            parent[b] = a
    return np.array([root(unit) for unit in range(count)], np.int64)


def unite(parent: U32, members: U32, sizes: U32) -> None:
    """Join the units of each bucket in `parent`, where a unit stands at or above a smaller one of its component.

    Buckets of `sizes[i]` units follow each other in `members`; `parent` begins as `arange`. Called bucket run by
    bucket run, it does what `components` does of all buckets at once: a unit that is its own parent names its
    component.
    """

    def root(unit: int) -> int:
        while parent[unit] != unit:
            parent[unit] = unit = int(parent[parent[unit]])
        return unit

    ends = np.cumsum(sizes, dtype=np.int64)
    if len(members) != (ends[-1] if len(ends) else 0):
        raise ValueError("the buckets are not as long as their members together")
    if (parent > np.arange(len(parent))).any():
        raise ValueError("a unit stands below a larger one")
    if len(members) and int(members.max()) >= len(parent):
        raise ValueError(f"there is no unit {members.max()} among {len(parent)}")
    for start, end in zip((ends - sizes).tolist(), ends.tolist(), strict=True):
        own = members[start:end].tolist()
        joined = root(own[0]) if own else 0
        for unit in own[1:]:
            joined, below = sorted((joined, root(unit)))
            parent[below] = joined


def group(
    buckets: Buckets,
    sets: Sets,
    rank: Offsets,
    pinned: Bytes,
    rejected: Sequence[tuple[int, int]],
    threshold: float,
    facts: FactTexts | None,
) -> tuple[Offsets, Floats, int]:
    """Group units that share buckets.

    Parameters
    ----------
    buckets : (int64 array, int64 array)
        Members and offsets: bucket `i` holds the units `members[offsets[i]:offsets[i + 1]]`.
    sets : (uint64 array, int64 array)
        The sorted shingle set of each unit, likewise.
    rank : int64 array
        The place of each unit in keep order.
    pinned : uint8 array
        1 for units that join nothing.
    rejected : pairs of int
        (kept, unit) that are not to be.
    threshold : float
        Least exact Jaccard similarity of a member to its kept unit; above 0.
    facts : (uint8 array, int64 array), optional
        The fact texts, where units that differ in what may be a fact stay apart.

    Returns
    -------
    kept, similarity, compared : int64 array, float64 array, int
        For each unit the kept one it belongs to (itself where it is kept) and their similarity; and how many
        pairs were compared. Where buckets are crowded `dedupe.kernels.reference.near` says which are not.
    """
    kept, similarity, compared = np.arange(len(rank)), np.ones(len(rank)), 0
    near = read_near(buckets, sets, threshold, facts)
    refused = set(rejected)
    for unit in np.argsort(rank, kind="stable").tolist():
        found = near.find(unit) if not pinned[unit] else set()
        others = sorted((other for other in found if (other, unit) not in refused), key=rank.__getitem__)
        compared += len(others)
        ratio = similarities_to(unit, others, sets)
        for place in np.flatnonzero(ratio >= threshold).tolist():
            if not near.agree(unit, others[place]):
                ratio[place] = 0
        # `argmax` takes the earliest of equals.
        best = int(np.argmax(ratio)) if others else 0
        if others and ratio[best] >= threshold:
            kept[unit], similarity[unit] = others[best], ratio[best]
        else:
            near.enter(unit)
    return kept, similarity, compared


def near_pairs(
    buckets: Buckets,
    sets: Sets,
    pinned: Bytes,
    threshold: float,
    facts: FactTexts | None,
) -> tuple[Offsets, Offsets, Floats, int]:
    """Every pair of units that share a bucket and reach the threshold, but of pinned ones among themselves.

    Parameters
    ----------
    buckets, sets, pinned, threshold, facts
        As of `group`.

    Returns
    -------
    a, b, similarity, compared : int64 arrays, float64 array, int
        Pairs with `a < b`, by `b` and then `a`, and their similarity; and how many pairs were compared.
    """
    near = read_near(buckets, sets, threshold, facts)
    pairs: list[tuple[int, int, float]] = []
    compared = 0
    for unit in range(len(sets[1]) - 1):
        others = sorted(other for other in near.find(unit) if not (pinned[other] and pinned[unit]))
        compared += len(others)
        ratio = similarities_to(unit, others, sets).tolist()
        for other, similarity in zip(others, ratio, strict=True):
            if similarity >= threshold and near.agree(unit, other):
                pairs.append((other, unit, similarity))
        near.enter(unit)
    columns = list(zip(*pairs, strict=True)) or [(), (), ()]
    return (
        np.array(columns[0], np.int64),
        np.array(columns[1], np.int64),
        np.array(columns[2], np.float64),
        compared,
    )
