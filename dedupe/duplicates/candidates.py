"""Candidates: units that are equal after folding, and units that share a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.columns import runs
from dedupe.duplicates.fingerprints import Fingerprints, equality_texts, with_signs
from dedupe.job import Facts
from dedupe.parallel import ordered_map
from dedupe.sorting import Mask, distinct
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.hashing import U64
from dedupe.units import UnitTable

# Copies up to this many bytes are compared with a first one that is kept in memory; longer ones are read in pairs.
_SHORT = 1 << 10


def sign_copies(folded: U64, units: UnitTable, threads: int) -> U64:
    """The hashes of folded texts, in which units that have copies differ by their signs and marks as well."""
    tokens = np.flatnonzero(folded)
    members = np.sort(tokens[kernels.equal_runs(folded[tokens])[0]])
    out = folded.copy()

    def work(run: tuple[int, int]) -> U64:
        own = members[run[0] : run[1]]
        return with_signs(folded[own], units.batch(own))

    parts = ordered_map(work, runs((units.end - units.start)[members]), threads)
    out[members] = np.concatenate([np.zeros(0, np.uint64), *parts])
    return out


def collapse(folded: U64, units: UnitTable, rank: Offsets, facts: Facts, threads: int) -> Offsets:
    """Number, for each unit, of the first unit in keep order that is equal to it after folding.

    With `facts="apart"` equal units have the same signs and marks as well. Equal hashes are only a hint: the texts
    themselves are compared. Units without tokens equal nothing.
    """
    signs = facts == "apart"
    representative = np.arange(len(units))
    tokens = np.flatnonzero(folded)
    positions, starts = kernels.equal_runs(folded[tokens])
    if not len(positions):
        return representative
    member, sizes = tokens[positions], np.diff(starts)
    equal = _equal_to_first(units, member, starts, signs, threads)
    by_rank = np.empty(len(units), np.int64)
    by_rank[rank] = np.arange(len(units))
    representative[member] = np.repeat(by_rank[np.minimum.reduceat(rank[member], starts[:-1])], sizes)
    for run in np.flatnonzero(~np.logical_and.reduceat(equal, starts[:-1])).tolist():
        _collapse_colliding(representative, units, member[starts[run] : starts[run + 1]], rank, signs)
    return representative


def _equal_to_first(units: UnitTable, member: Offsets, starts: Offsets, signs: bool, threads: int) -> Mask:
    """Return whether each member of a run of equal hashes is equal, after folding, to the first of the run."""
    first = np.repeat(starts[:-1], np.diff(starts))
    length = (units.end - units.start)[member]
    out = np.ones(len(member), bool)
    others = first != np.arange(len(member))
    # Four bytes a code point are the most; a short first may have long copies, with much between the words.
    short = length * 4 <= _SHORT
    for place, same in _compare_short(units, member, first, np.flatnonzero(short & short[first]), signs):
        out[place] = same
    rest = np.flatnonzero(others & ~(short & short[first]))

    def work(run: tuple[int, int]) -> Bytes:
        part = rest[run[0] : run[1]]
        left, right = units.pairs(member[first[part]], member[part])
        return kernels.same_fold(left, right, signs)

    sizes = length[rest] + length[first[rest]]
    answers = [np.zeros(0, np.uint8), *ordered_map(work, runs(sizes), threads)]
    out[rest] = np.concatenate(answers) != 0
    return out


def _compare_short(
    units: UnitTable, member: Offsets, first: Offsets, places: Offsets, signs: bool
) -> Iterator[tuple[Offsets, Mask]]:
    """Compare in one pass over the corpus: the text of each run's first is kept until its copies come by."""
    place_of = np.full(len(units), -1)
    place_of[member[places]] = places
    order = place_of[place_of >= 0]
    kept = bytearray()
    starts, ends = np.zeros(len(member), np.int64), np.zeros(len(member), np.int64)
    for low, high in runs((units.end - units.start)[member[order]]):
        part = order[low:high]
        batch = units.batch(member[part])
        begins = first[part] == part
        own, sizes = part[begins], (batch.ends - batch.starts)[begins]
        ends[own] = len(kept) + np.cumsum(sizes)
        starts[own] = ends[own] - sizes
        kept += kernels.join(batch.select(begins)).data
        copies, origin = part[~begins], first[part[~begins]]
        known = TextBatch(np.frombuffer(kept, np.uint8), starts[origin], ends[origin])
        yield copies, kernels.same_fold(batch.select(~begins), known, signs) != 0
        # A buffer that is looked at cannot grow.
        del known


def _collapse_colliding(
    representative: Offsets, units: UnitTable, numbers: Offsets, rank: Offsets, signs: bool
) -> None:
    """Sort out by their very text units of one hash that are not all equal: somebody has constructed them."""
    first: dict[bytes, int] = {}
    texts = equality_texts(units.batch(numbers), signs)
    for place in np.argsort(rank[numbers]).tolist():
        text = texts[place]
        representative[numbers[place]] = first.setdefault(text, int(numbers[place]))


class Buckets(NamedTuple):
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
        positions, starts = kernels.equal_runs(prints.band(band)[distinct])
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
    shared = distinct(buckets.members)
    if not len(shared):
        return
    members = np.searchsorted(shared, buckets.members)
    label = kernels.components((members, buckets.offsets), len(shared))
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
