"""Verification: pairs meet with their texts, and are compared by the code that compares them elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe import kernels
from dedupe.columns import join_batches, runs
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.verify import Floats, jaccard
from dedupe.kernels.records import PlacedSets
from dedupe.sorting import Mask
from dedupe.spark.arrow import Batch, Batches, Longs, longs, make_batch, texts
from dedupe.spark.session import SparkRun
from dedupe.text.encode import TextBatch

# A unit that is compared with very many others is so in as many places.
SALTS = 32


class _Head(NamedTuple):
    """A unit that those behind it are compared with."""

    rank: int
    text: TextBatch


@dataclass(frozen=True)
class Compare:
    """Compares units with one that comes before them."""

    settings: Settings
    schema: ClassVar[str] = "a long, b long, similarity double"

    def __call__(self, batches: Batches) -> Batches:
        """The pairs that are near enough.

        Rows come by `a`; the first of each has the text of `a` and no `b`, the others the texts of units `b`.
        """
        head: _Head | None = None
        for batch in batches:
            whole = texts(batch)
            a, b = longs(batch, "a"), longs(batch, "b")
            is_head = np.asarray(batch.column("b").is_null())
            for first, last in runs(whole.ends - whole.starts):
                own = slice(first, last)
                yield from self._answer(head, whole.select(own), a[own], b[own], is_head[own])
                heads = np.flatnonzero(is_head[own])
                if len(heads):
                    place = first + int(heads[-1])
                    # The batch goes, and what is held must not go with it.
                    text = TextBatch.adjacent(
                        np.frombuffer(whole.raw(place), np.uint8), np.array([0, len(whole.raw(place))])
                    )
                    head = _Head(int(a[place]), text)

    def _answer(self, head: _Head | None, batch: TextBatch, a: Longs, b: Longs, is_head: Mask) -> Iterator[Batch]:
        if head is not None and not is_head[0]:
            batch = join_batches([head.text, batch])
            a, b = np.append(head.rank, a), np.append(0, b)
            is_head = np.append(True, is_head)
        right = np.flatnonzero(~is_head)
        if not len(right):
            return
        left = np.maximum.accumulate(np.where(is_head, np.arange(len(a)), 0))[right]
        similarity, near = self._similar(batch, left, right)
        if near.any():
            yield make_batch(a=a[left][near], b=b[right][near], similarity=similarity[near])

    def _similar(self, batch: TextBatch, left: Longs, right: Longs) -> tuple[Floats, Mask]:
        """The similarities of pairs of texts, and which of them count."""
        settings, shingle = self.settings, self.settings.shingle
        sets = PlacedSets(*kernels.placed_sets(batch, shingle.code, shingle.n))
        similarity = jaccard(sets.sets, left, right)
        near = similarity >= settings.threshold
        own = np.flatnonzero(near)
        near[own] = self._confirmed(sets, left[own], right[own])
        if settings.facts == "apart" and near.any():
            own = np.flatnonzero(near)
            near[own] = kernels.same_facts(kernels.fact_texts(batch), left[own], right[own]) != 0
        return similarity, near

    def _confirmed(self, sets: PlacedSets, left: Longs, right: Longs) -> Mask:
        shingle = self.settings.shingle
        confirmed: Mask = kernels.confirm(sets, shingle.code, shingle.n, left, right) != 0
        return confirmed


def verify(run: SparkRun, pairs: DataFrame, found: DataFrame, settings: Settings, name: str) -> DataFrame:
    """The pairs (`a`, `b`, and `salt`, which tells apart where one `a` is compared) that are near enough.

    `found` has the texts of all their units by `rank`.
    """
    task = Compare(settings)
    others = pairs.join(found, F.col("b") == F.col("rank")).select("a", "salt", "b", "text")
    heads = pairs.select("a", "salt").distinct().join(found, F.col("a") == F.col("rank"))
    heads = heads.select("a", "salt", F.lit(None).cast("long").alias("b"), "text")
    rows = heads.unionByName(others).repartition("a", "salt")
    rows = rows.sortWithinPartitions("a", "salt", F.asc_nulls_first("b"))
    return run.settle(rows.select("a", "b", "text").mapInArrow(task, task.schema), name)
