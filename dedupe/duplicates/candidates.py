"""Candidates: units that are equal after folding, and units that share a bucket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedupe import backend
from dedupe.duplicates.fingerprints import Fingerprints
from dedupe.duplicates.units import UnitTable
from dedupe.fingerprint.hashing import U64
from dedupe.parallel import ordered_map
from dedupe.text.columns import runs
from dedupe.text.encode import Bytes, Offsets, TextBatch

Compare = Callable[[TextBatch, Offsets, Offsets], Bytes]
"""Answers for each pair of texts of a batch: 1 or 0."""
Mask = npt.NDArray[np.bool_]


def collapse(folded: U64, units: UnitTable, rank: Offsets, threads: int) -> Offsets:
    """Number, for each unit, of the first unit in keep order that is equal to it after folding.

    Equal hashes are only a hint: the folded texts themselves are compared. Units without tokens equal nothing.
    """
    representative = np.arange(len(units))
    tokens = np.flatnonzero(folded)
    positions, starts = backend.equal_runs(folded[tokens])
    if not len(positions):
        return representative
    member = tokens[positions]
    by_rank = np.empty(len(units), np.int64)
    by_rank[rank] = np.arange(len(units))
    first = np.repeat(by_rank[np.minimum.reduceat(rank[member], starts[:-1])], np.diff(starts))
    copies = member != first
    a, b = first[copies], member[copies]
    equal = compare_pairs(units, a, b, threads, lambda batch, x, y: backend.same_fold(*batch, x, y))
    representative[b[equal]] = a[equal]
    for hash_ in np.unique(folded[b[~equal]]).tolist():
        _collapse_colliding(representative, units, np.flatnonzero(folded == np.uint64(hash_)), rank)
    return representative


def _collapse_colliding(representative: Offsets, units: UnitTable, numbers: Offsets, rank: Offsets) -> None:
    """Sort out by their very text units of one hash that are not all equal: somebody has constructed them."""
    first: dict[bytes, int] = {}
    batch = units.batch(numbers)
    folded, ends = backend.fold_bytes(*batch)
    for place in np.argsort(rank[numbers]).tolist():
        text = folded[ends[place] : ends[place + 1]].tobytes()
        representative[numbers[place]] = first.setdefault(text, int(numbers[place]))


def compare_pairs(units: UnitTable, a: Offsets, b: Offsets, threads: int, compare: Compare) -> Mask:
    """Ask `compare` about pairs of units, in batches that hold the texts of both sides."""
    # By the first of a pair: its text is read once for all others, or nearly.
    order = np.argsort(a, kind="stable")

    def work(run: tuple[int, int]) -> Bytes:
        part = order[run[0] : run[1]]
        numbers, places = np.unique(np.concatenate((a[part], b[part])), return_inverse=True)
        left, right = np.split(places.astype(np.int64), 2)
        return compare(units.batch(numbers), left, right)

    sizes = (units.end - units.start)[a[order]] + (units.end - units.start)[b[order]]
    out = np.zeros(len(a), bool)
    answers = [np.zeros(0, np.uint8), *ordered_map(work, runs(sizes), threads)]
    out[order] = np.concatenate(answers) != 0
    return out


@dataclass(frozen=True)
class Buckets:
    """Bucket `i` holds the units `members[offsets[i]:offsets[i + 1]]`, ascending; none holds only one."""

    members: Offsets
    offsets: Offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1


def bucket(prints: Fingerprints, distinct: Offsets, bands: int, threads: int) -> Buckets:
    """Put units into buckets by their band keys.

    Parameters
    ----------
    prints : Fingerprints
        Band keys of all units.
    distinct : int64 array
        The units that take part, ascending.
    bands : int
        How many bands there are.
    threads : int
        Bands that are worked on at a time.
    """

    def work(band: int) -> tuple[Offsets, Offsets]:
        positions, starts = backend.equal_runs(prints.band(band)[distinct])
        return distinct[positions], np.diff(starts)

    members, sizes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for of_band in ordered_map(work, range(bands), threads):
        members.append(of_band[0])
        sizes.append(of_band[1])
    offsets = np.zeros(sum(map(len, sizes)) + 1, np.int64)
    np.cumsum(np.concatenate(sizes), out=offsets[1:])
    return Buckets(np.concatenate(members), offsets)


@dataclass(frozen=True)
class Cluster:
    """Units that are joined through buckets, directly or not, and those buckets, in numbers of their own."""

    units: Offsets
    buckets: Buckets


def clusters(buckets: Buckets, units: UnitTable, limit: int) -> Iterator[Cluster]:
    """Cut units and buckets into clusters that share nothing, small ones together up to `limit` characters."""
    shared = np.unique(buckets.members)
    if not len(shared):
        return
    members = np.searchsorted(shared, buckets.members)
    label = backend.components(members, buckets.offsets, len(shared))
    # Units by component, components by their first unit; buckets likewise.
    order = np.argsort(label, kind="stable")
    bucket_label = label[members[buckets.offsets[:-1]]]
    bucket_order = np.argsort(bucket_label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    sizes = (units.end - units.start)[shared[order]]
    weights = np.add.reduceat(sizes, starts)
    ends = np.append(starts[1:], len(shared))
    bucket_ends = np.searchsorted(bucket_label[bucket_order], label[order[starts]], side="right")
    bucket_starts = np.append(0, bucket_ends[:-1])
    lengths = np.diff(buckets.offsets)
    for first, last in runs(weights, limit):
        low, high = starts[first], ends[last - 1]
        numbers = np.sort(order[low:high])
        chosen = bucket_order[bucket_starts[first] : bucket_ends[last - 1]]
        offsets = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum(lengths[chosen], out=offsets[1:])
        positions = np.repeat(buckets.offsets[:-1][chosen] - offsets[:-1], lengths[chosen]) + np.arange(offsets[-1])
        inside = np.searchsorted(numbers, members[positions])
        yield Cluster(shared[numbers], Buckets(inside, offsets))


def bucket_pairs(buckets: Buckets, limit: int = 1 << 20) -> Iterator[tuple[Offsets, Offsets]]:
    """Every pair (a < b) of units that share a bucket, each once, in blocks of about `limit` pairs."""
    own: dict[int, list[int]] = defaultdict(list)
    for number in np.flatnonzero(np.diff(buckets.offsets)).tolist():
        for unit in buckets.members[buckets.offsets[number] : buckets.offsets[number + 1]].tolist():
            own[unit].append(number)
    members: dict[int, list[int]] = defaultdict(list)
    left: list[int] = []
    right: list[int] = []
    for unit in sorted(own):
        earlier: set[int] = set()
        for number in own[unit]:
            earlier.update(members[number])
            members[number].append(unit)
        left.extend(sorted(earlier))
        right.extend([unit] * len(earlier))
        if len(left) >= limit:
            yield np.array(left, np.int64), np.array(right, np.int64)
            left, right = [], []
    if left:
        yield np.array(left, np.int64), np.array(right, np.int64)
