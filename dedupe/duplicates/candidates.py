"""Candidates: units that are equal after folding, and units that share a bucket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dedupe import backend
from dedupe.duplicates.units import UnitTable
from dedupe.fingerprint.hashing import U64
from dedupe.text.encode import Offsets, encode_batches


@dataclass(frozen=True)
class Buckets:
    """Units by bucket: unit `u` lies in `buckets[offsets[u]:offsets[u + 1]]`; buckets of one unit are left out."""

    count: int
    buckets: Offsets
    offsets: Offsets

    def of(self, unit: int) -> list[int]:
        """The buckets of a unit."""
        return self.buckets[self.offsets[unit] : self.offsets[unit + 1]].tolist()  # type: ignore[no-any-return]

    def shared(self) -> Offsets:
        """The units that share a bucket with another."""
        return np.flatnonzero(np.diff(self.offsets))


def collapse(folded: U64, units: UnitTable, rank: Offsets) -> Offsets:
    """Number, for each unit, of the first unit in keep order that is equal to it after folding.

    Equal hashes are only a hint: the folded texts themselves are compared. Units without tokens equal nothing.
    """
    representative = np.arange(len(units))
    order = np.lexsort((rank, folded))
    hashes = folded[order]
    again = np.zeros(len(units), bool)
    again[1:] = hashes[1:] == hashes[:-1]
    copied = again.copy()
    copied[:-1] |= again[1:]
    copied &= hashes != 0
    numbers = order[copied]
    first: dict[bytes, int] = {}
    for unit, begins, text in zip(
        numbers.tolist(), (~again[copied]).tolist(), _folded_texts(units, numbers), strict=True
    ):
        if begins:
            first = {}
        representative[unit] = first.setdefault(text, unit)
    return representative


def _folded_texts(units: UnitTable, numbers: Offsets) -> Iterator[bytes]:
    for batch in encode_batches(units.texts(numbers)):
        folded, offsets = backend.fold_bytes(*batch)
        data, ends = folded.tobytes(), offsets.tolist()
        for start, end in pairwise(ends):
            yield data[start:end]


def bucket(keys: U64, units: Offsets, total: int) -> Buckets:
    """Put units into buckets by their band keys.

    Parameters
    ----------
    keys : uint64 array, shape (units, bands)
        Band keys of all units.
    units : int64 array
        The units that take part.
    total : int
        How many units there are.
    """
    count = 0
    members, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for band in range(keys.shape[1]):
        for same in _runs(keys[units, band]):
            members.append(units[same])
            numbers.append(np.full(len(same), count))
            count += 1
    member = np.concatenate(members)
    order = np.argsort(member, kind="stable")
    offsets = np.zeros(total + 1, np.int64)
    np.cumsum(np.bincount(member, minlength=total), out=offsets[1:])
    return Buckets(count, np.concatenate(numbers)[order], offsets)


def bucket_pairs(buckets: Buckets, limit: int = 1 << 20) -> Iterator[tuple[Offsets, Offsets]]:
    """Every pair (a < b) of units that share a bucket, each once, in blocks of about `limit` pairs."""
    members: dict[int, list[int]] = defaultdict(list)
    left: list[int] = []
    right: list[int] = []
    for unit in buckets.shared().tolist():
        earlier: set[int] = set()
        for number in buckets.of(unit):
            earlier.update(members[number])
            members[number].append(unit)
        left.extend(sorted(earlier))
        right.extend([unit] * len(earlier))
        if len(left) >= limit:
            yield np.array(left, np.int64), np.array(right, np.int64)
            left, right = [], []
    if left:
        yield np.array(left, np.int64), np.array(right, np.int64)


def _runs(values: U64) -> Iterator[Offsets]:
    """Positions of equal values, ascending, for every value that occurs more than once."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(values) else order
    ends = np.append(starts[1:], len(values))
    for i in np.flatnonzero(ends - starts > 1).tolist():
        yield order[starts[i] : ends[i]]
