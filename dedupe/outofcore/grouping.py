"""Groups, chunk by chunk, by the code of the path in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from dedupe import worksize
from dedupe.duplicates.candidates import clusters
from dedupe.duplicates.verify import ClusterComparison, FoundPairs, join_found
from dedupe.index.increments import as_table
from dedupe.outofcore.buckets import Chunk
from dedupe.outofcore.large import LargeChunk, group_large
from dedupe.outofcore.scan import Scanned
from dedupe.parallel import ordered_map
from dedupe.store.budget import Budget
from dedupe.store.columns import Column, FileFolder


@dataclass(frozen=True)
class Grouped:
    """Members with their kept units, in no order."""

    kept: Column
    member: Column
    similarity: Column
    compared: int


def group_all(
    scanned: Scanned,
    chunks: Iterator[Chunk | LargeChunk],
    folder: FileFolder,
    budget: Budget,
    threads: int,
    step: Callable[[], object],
) -> Grouped:
    """Group chunk by chunk; `step` is called before each."""
    kept, member = (folder.column(f"group.{name}", np.uint32) for name in ("kept", "member"))
    similarity, compared = folder.column("group.similarity", np.float64), 0
    for chunk in chunks:
        step()
        if isinstance(chunk, Chunk):
            parts = iter((group_chunk(scanned, chunk, threads),))
        else:
            parts = group_large(scanned, chunk, folder, budget)
        for found in parts:
            kept.append(found.a)
            member.append(found.b)
            similarity.append(found.similarity)
            compared += found.compared
    return Grouped(kept.close(), member.close(), similarity.close(), compared)


def group_chunk(scanned: Scanned, chunk: Chunk, threads: int) -> FoundPairs:
    """Group the units of a chunk; the answer is in numbers of the corpus."""
    units = chunk.units
    table = as_table([scanned.read(units)])
    work = ClusterComparison(table, scanned.settings, scanned.rank(units), scanned.is_pinned(units)).groups
    found = join_found(
        list(ordered_map(work, clusters(chunk.buckets, table, worksize.SIZES.cluster_text), threads))
    )
    return FoundPairs(units[found.a], units[found.b], found.similarity, found.compared)
