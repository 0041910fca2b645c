"""Verification: exact similarity on shingle sets, and the check that equal hashes are equal text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import backend
from dedupe.duplicates.candidates import Cluster, Mask, bucket_pairs
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.units import UnitTable
from dedupe.fingerprint.hashing import U64
from dedupe.fingerprint.reference import PlacedSets
from dedupe.text.columns import runs
from dedupe.text.encode import Bytes, Offsets

Floats = npt.NDArray[np.float64]


class FactTexts(NamedTuple):
    """Fact texts one behind the other."""

    texts: Bytes
    offsets: Offsets


_NOTHING = FactTexts(np.zeros(0, np.uint8), np.zeros(1, np.int64))


class Found(NamedTuple):
    """Verified pairs of distinct units, and how many candidates were compared for them."""

    a: Offsets
    b: Offsets
    similarity: Floats
    compared: int


def join_found(parts: list[Found]) -> Found:
    """Several findings as one."""
    nothing = Found(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), 0)
    a, b, similarity, compared = zip(nothing, *parts, strict=True)
    return Found(np.concatenate(a), np.concatenate(b), np.concatenate(similarity), sum(compared))


@dataclass(frozen=True)
class Comparison:
    """Exact comparison, cluster by cluster: each is read, compared and forgotten."""

    units: UnitTable
    settings: Settings
    rank: Offsets
    pinned: Mask

    def groups(self, cluster: Cluster) -> Found:
        """Members with their kept units; repeated without any pair whose equal hashes were not equal text."""
        own, buckets = cluster.units, cluster.buckets
        sets, facts = self._sets(own), self._facts(own)
        rank = np.argsort(np.argsort(self.rank[own]))
        pinned = self.pinned[own].astype(np.uint8)
        rejected: list[tuple[int, int]] = []
        compared = 0
        while True:
            kept, similarity, more = backend.group(
                buckets.members,
                buckets.offsets,
                sets.values,
                sets.offsets,
                rank,
                pinned,
                rejected,
                self.settings.threshold,
                *(facts or _NOTHING),
                facts is not None,
            )
            compared += more
            members = np.flatnonzero(kept != np.arange(len(own)))
            wrong = ~self._confirmed(sets, kept[members], members)
            if not wrong.any():
                return Found(own[kept[members]], own[members], similarity[members], compared)
            rejected += zip(kept[members][wrong].tolist(), members[wrong].tolist(), strict=True)

    def all_pairs(self, cluster: Cluster) -> Found:
        """Every pair of units that share a bucket and reach the threshold, but of pinned ones among themselves."""
        own = cluster.units
        sets, facts = self._sets(own), self._facts(own)
        pinned = self.pinned[own]
        parts = []
        for left, right in bucket_pairs(cluster.buckets):
            free = ~(pinned[left] & pinned[right])
            a, b = left[free], right[free]
            similarity = jaccard(sets.values, sets.offsets, a, b)
            near = np.flatnonzero(similarity >= self.settings.threshold)
            near = near[self._confirmed(sets, a[near], b[near])]
            if facts is not None:
                near = near[backend.same_facts(*facts, a[near], b[near]) != 0]
            parts.append(Found(own[a[near]], own[b[near]], similarity[near], len(a)))
        return join_found(parts)

    def _sets(self, units: Offsets) -> PlacedSets:
        shingle = self.settings.shingle
        return PlacedSets(*backend.placed_sets(*self.units.batch(units), shingle.code, shingle.n))

    def _facts(self, units: Offsets) -> FactTexts | None:
        """The fact texts of units, where facts are asked."""
        return FactTexts(*backend.fact_texts(*self.units.batch(units))) if self.settings.facts == "apart" else None

    def _confirmed(self, sets: PlacedSets, a: Offsets, b: Offsets) -> Mask:
        """Whether each pair's shared shingle hashes stand for equal folded text.

        A collision would have to be constructed; it then costs the pair, never text.
        """
        shingle = self.settings.shingle
        confirmed: Mask = backend.confirm(*sets, shingle.code, shingle.n, a, b) != 0
        return confirmed


def jaccard(sets: U64, offsets: Offsets, a: Offsets, b: Offsets) -> Floats:
    """Exact Jaccard similarity of the sets numbered `a[i]` and `b[i]`: one correctly rounded division."""
    shared = backend.overlaps(sets, offsets, a, b)
    sizes = np.diff(offsets)
    union = sizes[a] + sizes[b] - shared
    out = np.zeros(len(a))
    np.divide(shared, union, out=out, where=union > 0)
    return out


def similarities(units: UnitTable, settings: Settings, a: Offsets, b: Offsets) -> Floats:
    """Exact similarity of any pairs of units, from their texts."""
    shingle = settings.shingle
    length = units.end - units.start
    out = [np.zeros(0)]
    for start, end in runs(length[a] + length[b]):
        numbers, places = np.unique(np.concatenate((a[start:end], b[start:end])), return_inverse=True)
        sets, offsets = backend.shingle_sets(*units.batch(numbers), shingle.code, shingle.n)
        out.append(jaccard(sets, offsets, *np.split(places.astype(np.int64), 2)))
    return np.concatenate(out)
