"""Groups, chunk by chunk, by the code of the path in memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dedupe.duplicates.candidates import Buckets, Cluster, Mask, clusters
from dedupe.duplicates.find import CLUSTER_TEXT
from dedupe.duplicates.units import UnitTable
from dedupe.duplicates.verify import Comparison, Found, join_found
from dedupe.index.increments import as_table
from dedupe.outofcore.buckets import Chunk
from dedupe.outofcore.budget import Budget
from dedupe.outofcore.scan import Scanned
from dedupe.parallel import ordered_map
from dedupe.text.columns import runs
from dedupe.text.encode import Offsets


def group_chunk(scanned: Scanned, chunk: Chunk, budget: Budget, threads: int) -> Found:
    """Group the units of a chunk; the answer is in numbers of the corpus."""
    units = chunk.units
    rank, pinned = scanned.rank(units), units < scanned.old
    if chunk.whole:
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
    sizes = scanned.size.take(chunk.units).astype(np.int64)
    order = np.argsort(rank)
    kept = np.zeros(len(rank), bool)
    bucket_of = np.repeat(np.arange(len(chunk.buckets)), np.diff(chunk.buckets.offsets))
    waiting = [order[start:end] for start, end in runs(sizes[order], budget.text // 2)][::-1]
    while waiting:
        own = waiting.pop()
        inside = np.zeros(len(rank), bool)
        inside[own] = True
        members = chunk.buckets.members
        asked = np.zeros(len(chunk.buckets), bool)
        asked[bucket_of[inside[members]]] = True
        chosen = asked[bucket_of] & (inside[members] | kept[members])
        near = np.flatnonzero(np.bincount(members[chosen], minlength=len(rank)))
        if sizes[near].sum() > budget.text and len(own) > 1:
            # Too many were kept before: fewer are asked at a time.
            waiting += [own[len(own) // 2 :], own[: len(own) // 2]]
            continue
        table = as_table([scanned.read(chunk.units[near])])
        found = _group_some(scanned, table, chunk, near, chosen, bucket_of, rank, pinned | ~inside)
        kept[own] = True
        kept[found.b] = False
        yield found


def _group_some(
    scanned: Scanned,
    table: UnitTable,
    chunk: Chunk,
    near: Offsets,
    chosen: Mask,
    bucket_of: Offsets,
    rank: Offsets,
    pinned: Mask,
) -> Found:
    counts = np.bincount(bucket_of[chosen], minlength=len(chunk.buckets))
    offsets = np.append(0, np.cumsum(counts[counts > 0]))
    buckets = Buckets(np.searchsorted(near, chunk.buckets.members[chosen]), offsets)
    own_rank = np.empty(len(near), np.int64)
    own_rank[np.argsort(rank[near])] = np.arange(len(near))
    found = Comparison(table, scanned.settings, own_rank, pinned[near]).groups(
        Cluster(np.arange(len(near)), buckets)
    )
    return Found(near[found.a], near[found.b], found.similarity, found.compared)
