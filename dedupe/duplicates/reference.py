"""Buckets and groups: the readable twins of the native kernels.

Groups are leaders and members, without chains: units are visited in keep order; each joins the most similar
unit already kept among its candidates, the earliest of equals, if that similarity reaches the threshold, else
it is kept itself. Nothing else defines the groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dedupe.duplicates.fact_rule import agree, may_agree, profile
from dedupe.fingerprint.hashing import U32, U64
from dedupe.fingerprint.reference import overlaps
from dedupe.text.encode import Bytes, Offsets


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


def components(members: Offsets, offsets: Offsets, count: int) -> Offsets:
    """For each of `count` units the smallest unit that it is joined to through buckets.

    Bucket `i` holds the units `members[offsets[i]:offsets[i + 1]]`.
    """
    parent = list(range(count))

    def root(unit: int) -> int:
        while parent[unit] != unit:
            parent[unit] = unit = parent[parent[unit]]
        return unit

    for bucket in _split(members, offsets):
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
        for unit in members[start + 1 : end].tolist():
            a, b = sorted((root(int(members[start])), root(unit)))
            parent[b] = a


def group(
    members: Offsets,
    offsets: Offsets,
    sets: U64,
    set_offsets: Offsets,
    rank: Offsets,
    pinned: Bytes,
    rejected: Sequence[tuple[int, int]],
    threshold: float,
    texts: Bytes,
    text_offsets: Offsets,
    facts: bool,
) -> tuple[Offsets, npt.NDArray[np.float64], int]:
    """Group units that share buckets.

    Parameters
    ----------
    members, offsets : int64 arrays
        Bucket `i` holds the units `members[offsets[i]:offsets[i + 1]]`.
    sets, set_offsets : uint64 and int64 arrays
        The sorted shingle set of each unit.
    rank : int64 array
        The place of each unit in keep order.
    pinned : uint8 array
        1 for units that join nothing.
    rejected : pairs of int
        (kept, unit) that are not to be.
    threshold : float
        Least exact Jaccard similarity of a member to its kept unit.
    texts, text_offsets : uint8 and int64 arrays
        The fact texts, where facts are asked.
    facts : bool
        Whether units that differ in what may be a fact stay apart.

    Returns
    -------
    kept, similarity, compared : int64 array, float64 array, int
        For each unit the kept one it belongs to (itself where it is kept) and their similarity; and how many
        pairs were compared. A bucket with a bounded number of kept units costs time linear in its members.
    """
    kept, similarity, compared = np.arange(len(rank)), np.ones(len(rank)), 0
    own: dict[int, list[int]] = defaultdict(list)
    for number, bucket in enumerate(_split(members, offsets)):
        for unit in bucket:
            own[unit].append(number)
    sizes = np.diff(set_offsets)
    raw = texts.tobytes()
    profiles = [
        profile(raw[start:end].decode("utf-8", "surrogatepass")) for start, end in pairwise(text_offsets.tolist())
    ]
    refused = set(rejected)
    kept_in: dict[int, list[int]] = defaultdict(list)
    for unit in np.argsort(rank, kind="stable").tolist():
        near = {other for number in own[unit] for other in kept_in[number] if (other, unit) not in refused}
        # Units with other facts are not even compared: of a form there may be very many.
        near = {other for other in near if not facts or may_agree(profiles[unit], profiles[other])}
        if near and not pinned[unit]:
            others = np.array(sorted(near, key=rank.__getitem__), np.int64)
            compared += len(others)
            shared = overlaps(sets, set_offsets, np.full(len(others), unit), others)
            union = sizes[others] + sizes[unit] - shared
            ratio = np.divide(shared, union, out=np.zeros(len(others)), where=union > 0)
            if facts:
                near_ones = np.flatnonzero(ratio >= threshold)
                same = [agree(profiles[unit], profiles[other]) for other in others[near_ones].tolist()]
                ratio[near_ones[~np.array(same, bool)]] = 0
            # `argmax` takes the earliest of equals.
            best = int(np.argmax(ratio))
            if ratio[best] >= threshold:
                kept[unit], similarity[unit] = others[best], ratio[best]
                continue
        for number in own[unit]:
            kept_in[number].append(unit)
    return kept, similarity, compared


def _split(members: Offsets, offsets: Offsets) -> list[list[int]]:
    flat, ends = members.tolist(), offsets.tolist()
    return [flat[start:end] for start, end in pairwise(ends)]
