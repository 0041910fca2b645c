"""Recurrence of units in the documents of a frame: units of one fingerprint meet as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe import kernels
from dedupe.boilerplate.context import FAR, RECURRENCE
from dedupe.job import ParagraphMode, UnitName
from dedupe.kernels.records import I64
from dedupe.spark.arrow import Batch, Batches, longs, make_batch, nested, text_runs
from dedupe.spark.session import SparkRun, join_crowded
from dedupe.text.encode import TextBatch
from dedupe.units import UnitTable, cut_batch


@dataclass(frozen=True)
class CountUnits:
    """Fingerprints of the units of each text."""

    unit: UnitName
    paragraphs: ParagraphMode
    schema: ClassVar[str] = "document long, key long"

    def __call__(self, batches: Batches) -> Batches:
        """A row for each text that a document holds, however often."""
        for batch in batches:
            numbers = longs(batch, "document")
            for whole, rows in text_runs(batch):
                text, low, high, _, _ = cut_batch(whole, self.unit, self.paragraphs)
                keys = kernels.recurrence_keys(TextBatch(whole.buffer, low, high)).view(np.int64)
                own = np.unique(np.column_stack((text, keys)), axis=0)
                yield make_batch(document=numbers[rows][own[:, 0]], key=own[:, 1])


def count_units(run: SparkRun, pages: DataFrame, unit: UnitName, paragraphs: ParagraphMode) -> DataFrame:
    """Return for each document which units recur in others: `document`, `known` and `pages`.

    `known` lists the fingerprints that other documents have too, with the number of those documents, and of those
    in its source. `pages` is the number of documents in its source, 0 if unknown.

    Parameters
    ----------
    pages : DataFrame
        `document`, `text` and `source`.
    """
    task = CountUnits(unit, paragraphs)
    rows = run.settle(pages.select("document", "text").mapInArrow(task, task.schema), f"{unit}s counted")
    # Of no source nothing is known, which is something else than a source without a name.
    source = F.coalesce(F.concat(F.lit("="), F.col("source").cast("string")), F.lit(""))
    sources = pages.select("document", source.alias("source"))
    held = rows.select("document").distinct().join(sources, "document")
    sizes = held.groupBy("source").agg(F.count("*").alias("pages"))
    in_corpus = rows.groupBy("key").agg(F.count("*").alias("documents")).filter("documents > 1")
    in_corpus = run.settle(in_corpus, f"{unit}s that recur")
    weighed = in_corpus.withColumn("weight", F.col("documents"))
    again = join_crowded(rows, weighed, ["key"], "weight").join(sources, "document")
    on_source = again.groupBy("key", "source", "documents").agg(F.count("*").alias("on_source"))
    on_source = on_source.withColumn("weight", F.col("on_source"))
    counted = join_crowded(again.drop("documents"), on_source, ["key", "source"], "weight")
    known = counted.groupBy("document").agg(
        F.collect_list(F.struct("key", "documents", "on_source")).alias("known")
    )
    paged = held.join(F.broadcast(sizes.filter("source <> ''")), "source", "left").select("document", "pages")
    return run.settle(paged.join(known, "document", "left"), "what recurs of documents")


def recurrence_of(batch: Batch, rows: slice, units: UnitTable) -> I64:
    """The features of units from what is known of their documents, which are rows of a batch in order."""
    known = nested(batch, "known", rows)
    pages = longs(batch, "pages")[rows][units.document]
    fingerprints = [kernels.recurrence_keys(texts) for texts in units.batches()]
    keys = np.concatenate([np.zeros(0, np.uint64), *fingerprints]).view(np.int64)
    listed: dict[tuple[int, int], Any] = {
        (document, key): counts for document, own in enumerate(known) for key, *counts in own
    }
    places = list(zip(units.document.tolist(), keys.tolist(), strict=True))
    counts = np.array([listed.get(place, (1, 1)) for place in places], np.int64).reshape(-1, 2)
    _, which, times = np.unique(
        np.array(places, np.int64).reshape(-1, 2), axis=0, return_inverse=True, return_counts=True
    )
    sourced = pages > 0
    out = {
        "on_source": (counts[:, 1] - 1) * sourced,
        "source_documents": pages,
        "in_corpus": counts[:, 0] - 1,
        "in_document": times[which.ravel()] - 1,
    }
    return np.minimum(np.column_stack([out[name] for name in RECURRENCE]), FAR).astype(np.int64)
