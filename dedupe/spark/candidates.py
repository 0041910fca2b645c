"""Pairs of units that share a band key; and the texts of units that are in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe import kernels
from dedupe.spark.arrow import Batch, Batches, Longs, longs, make_batch, text_array, text_runs
from dedupe.spark.documents import DocumentFrames, document_of, start_of
from dedupe.spark.session import SparkRun
from dedupe.spark.units import Units
from dedupe.text.encode import TextBatch

# Units of a bucket up to which all pairs of them are candidates at once; of more the kept ones meet the others.
ALL_PAIRS = 32


class BandBuckets(NamedTuple):
    """Candidates by band keys."""

    pairs: DataFrame
    """`a`, `b`: ranks of two units that share a bucket of few, each pair once, the earlier one first"""
    crowded: DataFrame
    """`bucket` (band and key) and `rank`: the members of buckets of many"""


@dataclass(frozen=True)
class PairUp:
    """Makes pairs of the units of a bucket, which come together and in keep order; large ones it leaves whole."""

    limit: int
    schema: ClassVar[str] = "band int, key long, a long, b long"

    def __call__(self, batches: Batches) -> Batches:
        """Rows with two units are pairs; with one, members of a large bucket."""
        held, crowded = np.zeros((0, 3), np.int64), None
        for batch in batches:
            rows = np.column_stack([longs(batch, name) for name in ("band", "key", "rank")])
            if crowded is not None:
                same = _leading(rows, crowded)
                if same:
                    yield _members(rows[:same])
                if same == len(rows):
                    continue
                rows, crowded = rows[same:], None
            rows = np.concatenate((held, rows))
            begins = _begins(rows)
            last = int(begins[-1])
            if len(rows) - last > self.limit:
                # It is large already; what follows of it is handed on as it comes.
                crowded, held = rows[last, :2], rows[:0]
            else:
                held, rows, begins = rows[last:], rows[:last], begins[:-1]
            yield from self._answer(rows, begins)
        yield from self._answer(held, _begins(held))

    def _answer(self, rows: Longs, begins: Longs) -> Iterator[Batch]:
        sizes = np.diff(np.append(begins, len(rows)))
        large = np.repeat(sizes > self.limit, sizes)
        if large.any():
            yield _members(rows[large])
        a, b = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for size in np.unique(sizes[(sizes > 1) & (sizes <= self.limit)]).tolist():
            ranks = rows[begins[sizes == size][:, None] + np.arange(size), 2]
            earlier, later = np.triu_indices(size, 1)
            a.append(ranks[:, earlier].ravel())
            b.append(ranks[:, later].ravel())
        left, right = np.concatenate(a), np.concatenate(b)
        if len(left):
            yield _rows(left, right)


def _begins(rows: Longs) -> Longs:
    """Return where the rows of each bucket begin."""
    begins: Longs = np.flatnonzero(np.append(True, (rows[1:, :2] != rows[:-1, :2]).any(axis=1))[: len(rows)])
    return begins


def _leading(rows: Longs, bucket: Longs) -> int:
    """Return how many of the first rows are of a bucket."""
    other = np.flatnonzero((rows[:, :2] != bucket).any(axis=1))
    return int(other[0]) if len(other) else len(rows)


def _members(rows: Longs) -> Batch:
    import pyarrow as pa

    band, key, rank = rows.T.copy()
    return make_batch(band=band.astype(np.int32), key=key, a=rank, b=pa.nulls(len(rank), pa.int64()))


def _rows(a: Longs, b: Longs) -> Batch:
    import pyarrow as pa

    nothing = pa.nulls(len(a), pa.int32())
    return make_batch(band=nothing, key=nothing.cast(pa.int64()), a=a, b=b)


def pair_up(rows: DataFrame, limit: int) -> DataFrame:
    """The answer of `PairUp` to `band`, `key` and `rank`, in no order."""
    task = PairUp(limit)
    return rows.repartition("band", "key").sortWithinPartitions("band", "key", "rank").mapInArrow(task, task.schema)


def find_buckets(run: SparkRun, units: Units) -> BandBuckets:
    """Put units into buckets by their band keys."""
    keys = units.distinct.select("rank", F.posexplode("keys").alias("band", "key"))
    found = run.settle(pair_up(keys, ALL_PAIRS), "buckets")
    pairs = run.settle(distinct_pairs(found.filter("b is not null")), "candidate pairs")
    crowded = found.filter("b is null").select(F.struct("band", "key").alias("bucket"), F.col("a").alias("rank"))
    return BandBuckets(pairs, crowded)


def distinct_pairs(pairs: DataFrame) -> DataFrame:
    """Each pair once, those of one later unit together."""
    return pairs.select("a", "b").repartition("b").dropDuplicates(["a", "b"])


@dataclass(frozen=True)
class SliceTexts:
    """Takes the texts of units out of those of their documents."""

    schema: ClassVar[str] = "rank long, text string"

    def __call__(self, batches: Batches) -> Batches:
        """A row for each of `units`, a list of `rank`, `start` and `end`, of each text."""
        for batch in batches:
            for whole, rows in text_runs(batch):
                wanted = batch.column("units")[rows]
                own = wanted.flatten()
                rank, start, end = (own.field(i).to_numpy(zero_copy_only=False).astype(np.int64) for i in range(3))
                document = np.repeat(np.arange(len(whole)), np.asarray(wanted.value_lengths()))
                places = kernels.byte_places(whole, document, start, end)
                yield make_batch(rank=rank, text=text_array(TextBatch(whole.buffer, *places)))


def texts_of(documents: DocumentFrames, units: Units, ranks: DataFrame, name: str) -> DataFrame:
    """The texts of units, by their ranks: held by rank."""
    return slice_texts(documents, ranks.join(units.distinct.select("rank", "unit", "end"), "rank"), name)


def slice_texts(documents: DocumentFrames, places: DataFrame, name: str) -> DataFrame:
    """The texts of places, which are rows of `rank`, `unit` and `end`: `rank` and `text`, held by rank."""
    run, task = documents.run, SliceTexts()
    wanted = places.select(
        document_of().alias("document"), F.struct("rank", start_of().alias("start"), "end").alias("unit")
    )
    by_document = wanted.groupBy("document").agg(F.collect_list("unit").alias("units"))
    found = documents.with_texts(by_document).select("text", "units").mapInArrow(task, task.schema)
    return run.keep(run.spread(found, "rank"), "rank", name)
