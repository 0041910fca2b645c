"""Groups, chunk by chunk, by the code of the path in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from dedupe.duplicates.candidates import Buckets, Cluster, Mask, clusters
from dedupe.duplicates.find import CLUSTER_TEXT
from dedupe.duplicates.verify import Comparison, Found, join_found
from dedupe.index.increments import as_table
from dedupe.outofcore.buckets import Chunk
from dedupe.outofcore.budget import Budget
from dedupe.outofcore.columns import Column, ColumnWriter, WorkFolder
from dedupe.outofcore.scan import Scanned
from dedupe.parallel import ordered_map
from dedupe.text.columns import runs
from dedupe.text.encode import Offsets


@dataclass(frozen=True)
class Grouped:
    """Members with their kept units, in no order."""

    kept: Column
    member: Column
    similarity: Column
    compared: int


def group_all(
    scanned: Scanned,
    chunks: Iterator[Chunk],
    folder: WorkFolder,
    budget: Budget,
    threads: int,
    step: Callable[[], object],
) -> Grouped:
    """Group chunk by chunk; `step` is called before each."""
    kept, member = (ColumnWriter(folder.file(f"group.{name}"), np.uint32) for name in ("kept", "member"))
    similarity, compared = ColumnWriter(folder.file("group.similarity"), np.float64), 0
    for chunk in chunks:
        step()
        found = group_chunk(scanned, chunk, budget, threads)
        kept.append(found.a)
        member.append(found.b)
        similarity.append(found.similarity)
        compared += found.compared
    return Grouped(kept.close(), member.close(), similarity.close(), compared)


def group_chunk(scanned: Scanned, chunk: Chunk, budget: Budget, threads: int) -> Found:
    """Group the units of a chunk; the answer is in numbers of the corpus."""
    units = chunk.units
    rank, pinned = scanned.rank(units), scanned.is_pinned(units)
    if chunk.large:
        found = join_found(list(_blockwise(scanned, chunk, rank, pinned, budget)))
    else:
        table = as_table([scanned.read(units)])
        work = Comparison(table, scanned.settings, rank, pinned).groups
        found = join_found(list(ordered_map(work, clusters(chunk.buckets, table, CLUSTER_TEXT), threads)))
    return Found(units[found.a], units[found.b], found.similarity, found.compared)


def _blockwise(scanned: Scanned, chunk: Chunk, rank: Offsets, pinned: Mask, budget: Budget) -> Iterator[Found]:
    """Group units that are too many to be looked at together: run by run in keep order.

    A unit joins one that was kept before it. So a run is compared with what earlier runs have kept, which stays as
    it is, and within itself.
    """
    work = _Large(scanned, chunk, rank, pinned)
    sizes = scanned.size.take(chunk.units).astype(np.int64)
    order = np.argsort(rank)
    waiting = [order[start:end] for start, end in runs(sizes[order], budget.block // 2)][::-1]
    while waiting:
        own = waiting.pop()
        near = work.near(own)
        if sizes[near].sum() <= budget.block:
            found = work.group(own, near)
        elif len(own) > 1:
            # Too much was kept before: fewer are asked at a time.
            waiting += [own[len(own) // 2 :], own[: len(own) // 2]]
            continue
        else:
            # Even for one: it is compared with some after others, and joins the best of all.
            before = near[near != own[0]]
            before = before[np.argsort(rank[before])]
            parts = [
                work.group(own, np.sort(np.append(before[start:end], own)))
                for start, end in runs(sizes[before], budget.block // 2)
            ]
            found = _best(join_found(parts), rank)
        work.kept[own] = True
        work.kept[found.b] = False
        yield found


def _best(found: Found, rank: Offsets) -> Found:
    """Of the kept units that one unit could join the most similar, the earliest of equals."""
    best = np.lexsort((rank[found.a], -found.similarity))[:1]
    return Found(found.a[best], found.b[best], found.similarity[best], found.compared)


class _Large:
    """A chunk of which only a part is looked at at a time, and which of its units are kept so far."""

    def __init__(self, scanned: Scanned, chunk: Chunk, rank: Offsets, pinned: Mask) -> None:
        self._scanned, self._chunk, self._rank, self._pinned = scanned, chunk, rank, pinned
        self._bucket = np.repeat(np.arange(len(chunk.buckets)), np.diff(chunk.buckets.offsets))
        self.kept = np.zeros(len(rank), bool)

    def near(self, own: Offsets) -> Offsets:
        """Some units, and all that are kept and share a bucket with one of them, ascending."""
        members = self._chunk.buckets.members
        inside = self._mask(own)
        asked = np.zeros(len(self._chunk.buckets), bool)
        asked[self._bucket[inside[members]]] = True
        near = self._mask(members[asked[self._bucket] & self.kept[members]])
        return np.flatnonzero(near | inside)

    def group(self, own: Offsets, near: Offsets) -> Found:
        """Group some units, with what is kept beside them in `near`."""
        members, rank = self._chunk.buckets.members, self._rank
        inside = self._mask(own)
        asked = np.zeros(len(self._chunk.buckets), bool)
        asked[self._bucket[inside[members]]] = True
        chosen = asked[self._bucket] & self._mask(near)[members]
        counts = np.bincount(self._bucket[chosen], minlength=len(self._chunk.buckets))
        offsets = np.append(0, np.cumsum(counts[counts > 0]))
        buckets = Buckets(np.searchsorted(near, members[chosen]), offsets)
        own_rank = np.empty(len(near), np.int64)
        own_rank[np.argsort(rank[near])] = np.arange(len(near))
        table = as_table([self._scanned.read(self._chunk.units[near])])
        fixed = (self._pinned | ~inside)[near]
        comparison = Comparison(table, self._scanned.settings, own_rank, fixed)
        found = comparison.groups(Cluster(np.arange(len(near)), buckets))
        return Found(near[found.a], near[found.b], found.similarity, found.compared)

    def _mask(self, units: Offsets) -> Mask:
        out = np.zeros(len(self._rank), bool)
        out[units] = True
        return out
