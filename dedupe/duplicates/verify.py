"""Verification: exact similarity on shingle sets, and the check that equal hashes are equal text."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.columns import runs
from dedupe.duplicates.candidates import Cluster
from dedupe.duplicates.settings import Settings
from dedupe.kernels.records import FactTexts, PlacedSets, Sets
from dedupe.sorting import Mask
from dedupe.text.encode import Offsets
from dedupe.units import UnitTable

Floats = npt.NDArray[np.float64]

_log = logging.getLogger(__name__)
# Comparisons, in all and for each unit, of which the run says what they were spent on.
_MANY, _MANY_EACH = 1 << 20, 128


class FoundPairs(NamedTuple):
    """Verified pairs of distinct units, and how many candidates were compared for them."""

    a: Offsets
    b: Offsets
    similarity: Floats
    compared: int


def join_found(parts: list[FoundPairs]) -> FoundPairs:
    """Several findings as one."""
    nothing = FoundPairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), 0)
    a, b, similarity, compared = zip(nothing, *parts, strict=True)
    return FoundPairs(np.concatenate(a), np.concatenate(b), np.concatenate(similarity), sum(compared))


@dataclass(frozen=True)
class ClusterComparison:
    """Exact comparison, cluster by cluster: each is read, compared and forgotten."""

    units: UnitTable
    settings: Settings
    rank: Offsets
    pinned: Mask

    def groups(self, cluster: Cluster) -> FoundPairs:
        """Members with their kept units; repeated without any pair whose equal hashes were not equal text."""
        own, buckets = cluster.units, cluster.buckets
        sets, facts = self._sets(own), self._facts(own)
        rank = np.argsort(np.argsort(self.rank[own]))
        pinned = self.pinned[own].astype(np.uint8)
        rejected: list[tuple[int, int]] = []
        compared = 0
        while True:
            kept, similarity, more = kernels.group(
                buckets, sets.sets, rank, pinned, rejected, self.settings.threshold, facts
            )
            compared += more
            self._say_if_many(cluster, more)
            members = np.flatnonzero(kept != np.arange(len(own)))
            wrong = ~self._confirmed(sets, kept[members], members)
            if not wrong.any():
                return FoundPairs(own[kept[members]], own[members], similarity[members], compared)
            rejected += zip(kept[members][wrong].tolist(), members[wrong].tolist(), strict=True)

    def all_pairs(self, cluster: Cluster) -> FoundPairs:
        """Every pair of units that share a bucket and reach the threshold, but of pinned ones among themselves."""
        own, buckets = cluster.units, cluster.buckets
        sets, facts = self._sets(own), self._facts(own)
        a, b, similarity, compared = kernels.near_pairs(
            buckets, sets.sets, self.pinned[own].astype(np.uint8), self.settings.threshold, facts
        )
        self._say_if_many(cluster, compared)
        sure = np.flatnonzero(self._confirmed(sets, a, b))
        return FoundPairs(own[a[sure]], own[b[sure]], similarity[sure], compared)

    def _say_if_many(self, cluster: Cluster, compared: int) -> None:
        """Name what took very many comparisons: what is alike and yet no copy."""
        if compared <= max(_MANY, _MANY_EACH * len(cluster.units)):
            return
        sizes = np.diff(cluster.buckets.offsets)
        largest = int(np.argmax(sizes))
        unit = cluster.units[cluster.buckets.members[cluster.buckets.offsets[largest]]]
        text = self.units.batch(np.array([unit])).text(0)
        _log.warning(
            "%d comparisons among %d texts that are alike and yet no copies, %d of them in one bucket, such as the "
            "one that begins %r: if they come from a template, take it out of them, or raise the threshold",
            compared,
            len(cluster.units),
            sizes[largest],
            text[:60],
        )

    def _sets(self, units: Offsets) -> PlacedSets:
        shingle = self.settings.shingle
        return PlacedSets(*kernels.placed_sets(self.units.batch(units), shingle.code, shingle.n))

    def _facts(self, units: Offsets) -> FactTexts | None:
        """The fact texts of units, where facts are asked."""
        return kernels.fact_texts(self.units.batch(units)) if self.settings.facts == "apart" else None

    def _confirmed(self, sets: PlacedSets, a: Offsets, b: Offsets) -> Mask:
        """Return whether each pair's shared shingle hashes stand for equal folded text.

        A collision would have to be constructed; it then costs the pair, never text.
        """
        shingle = self.settings.shingle
        confirmed: Mask = kernels.confirm(sets, shingle.code, shingle.n, a, b) != 0
        return confirmed


def jaccard(sets: Sets, a: Offsets, b: Offsets) -> Floats:
    """Exact Jaccard similarity of the sets numbered `a[i]` and `b[i]`: one correctly rounded division."""
    shared = kernels.overlaps(sets, a, b)
    sizes = np.diff(sets[1])
    union = sizes[a] + sizes[b] - shared
    out = np.zeros(len(a))
    np.divide(shared, union, out=out, where=union > 0)
    return out


def set_similarities(units: UnitTable, settings: Settings, a: Offsets, b: Offsets) -> Floats:
    """Exact similarity of any pairs of units, from their texts."""
    shingle = settings.shingle
    length = units.end - units.start
    out = [np.zeros(0)]
    for start, end in runs(length[a] + length[b]):
        numbers, places = np.unique(np.concatenate((a[start:end], b[start:end])), return_inverse=True)
        sets = kernels.shingle_sets(units.batch(numbers), shingle.code, shingle.n)
        out.append(jaccard(sets, *np.split(places.astype(np.int64), 2)))
    return np.concatenate(out)
