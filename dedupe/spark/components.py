"""Documents that are joined by what they share, directly or not: the work on each component is one task's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pyspark.sql import DataFrame

from dedupe import kernels
from dedupe.errors import InputError
from dedupe.spark.arrow import Batch, Batches, longs, make_batch
from dedupe.spark.documents import DocumentFrames


@dataclass(frozen=True)
class JoinDocuments:
    """Documents that pairs join, directly or not: for each the first of them.

    One task goes through all pairs, with four bytes for each document.
    """

    count: int
    schema: ClassVar[str] = "document long, component long"

    def __call__(self, batches: Batches) -> Batches:
        """Rows are pairs of documents."""
        parent = np.arange(self.count, dtype=np.uint32)
        seen = np.zeros(self.count, bool)
        for batch in batches:
            pairs = np.column_stack((longs(batch, "one"), longs(batch, "other")))
            seen[pairs] = True
            kernels.unite(parent, pairs.ravel().astype(np.uint32), np.full(len(pairs), 2, np.uint32))
        while True:
            above = parent[parent]
            if np.array_equal(above, parent):
                break
            parent = above
        own = np.flatnonzero(seen)
        for low in range(0, len(own), 1 << 20):
            part = own[low : low + (1 << 20)]
            yield make_batch(document=part, component=parent[part].astype(np.int64))


def connect_pairs(documents: DocumentFrames, edges: DataFrame) -> DataFrame:
    """Return for documents that share something the first of those that they are joined to.

    Parameters
    ----------
    documents : DocumentFrames
        All documents.
    edges : DataFrame
        `one` and `other`; a document that has work of its own may be joined to itself.

    Returns
    -------
    DataFrame
        `document` and `component`, for the documents of the edges.
    """
    if documents.count > 1 << 32:
        raise InputError(f"passages are sought in up to {1 << 32:,} documents: work on a part of them at a time")
    task = JoinDocuments(documents.count)
    pairs = edges.select("one", "other").distinct()
    return documents.run.settle(pairs.coalesce(1).mapInArrow(task, task.schema), "documents that share passages")


def whole_components(batches: Batches) -> Iterator[list[Batch]]:
    """Yield the rows of some whole components at a time; rows come by component."""
    held: list[Batch] = []
    for batch in batches:
        component = longs(batch, "component")
        if not len(component):
            continue
        last = int(np.searchsorted(component, component[-1]))
        if last or (held and longs(held[-1], "component")[-1] != component[0]):
            held += [batch.slice(0, last)] if last else []
            if held:
                yield held
            held = []
        held.append(batch.slice(last))
    if held:
        yield held
