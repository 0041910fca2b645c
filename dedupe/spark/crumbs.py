"""Documents of which only crumbs are left, on Spark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe.cleaning.crumbs import Remains, hold_facts, holds_copy, remains_of, windows_of
from dedupe.job import CleanOptions, Stage
from dedupe.spark.arrow import Batch, Batches, longs, make_batch, nested, text_runs, texts
from dedupe.spark.candidates import slice_texts
from dedupe.spark.documents import START_BITS, DocumentFrames
from dedupe.spark.session import number


@dataclass(frozen=True)
class PlaceWindows:
    """Places the windows in which near copies of documents are looked for."""

    schema: ClassVar[str] = "document long, kept long, start long, end long"

    def __call__(self, batches: Batches) -> Batches:
        """A row for each window, from rows with `size` and `places`."""
        for batch in batches:
            document, kept, size = (longs(batch, name).tolist() for name in ("document", "kept", "size"))
            rows = [
                (document[i], kept[i], *window)
                for i, places in enumerate(nested(batch, "places", slice(None)))
                for window in windows_of(size[i], places)
            ]
            columns = np.array(rows, np.int64).reshape(-1, 4).T.copy()
            yield make_batch(**dict(zip(("document", "kept", "start", "end"), columns, strict=True)))


@dataclass(frozen=True)
class HoldCopies:
    """Finds documents of which a kept copy is left."""

    schema: ClassVar[str] = "document long"

    def __call__(self, batches: Batches) -> Batches:
        """The documents, from rows with `text`, `cuts` and the kept copies in `places`."""
        for batch in batches:
            own = zip(_remains(batch), nested(batch, "places", slice(None)), strict=True)
            found = [
                one.document for one, places in own if any(holds_copy(one, (start, end)) for start, end in places)
            ]
            yield make_batch(document=np.array(found, np.int64))


@dataclass(frozen=True)
class HoldFacts:
    """Finds documents that hold what keeps them apart from the text around a copy that stays."""

    similarity: float
    schema: ClassVar[str] = "document long"

    def __call__(self, batches: Batches) -> Batches:
        """The documents, from rows with `text`, `cuts` and `around`."""
        for batch in batches:
            for around, rows in text_runs(batch, "around"):
                crumbs = list(_remains(batch.slice(rows.start, rows.stop - rows.start)))
                holds = hold_facts(crumbs, around, self.similarity)
                found = [one.document for one, fact in zip(crumbs, holds, strict=True) if fact]
                yield make_batch(document=np.array(found, np.int64))


def _remains(batch: Batch) -> Iterator[Remains]:
    whole = texts(batch)
    cuts = nested(batch, "cuts", slice(None))
    for i, (document, own) in enumerate(zip(longs(batch, "document").tolist(), cuts, strict=True)):
        yield remains_of(document, whole.text(i), [(start, end) for start, end in own])


def find_crumbs_in_frames(
    documents: DocumentFrames,
    little: DataFrame,
    pieces: DataFrame,
    decisions: Mapping[Stage, DataFrame],
    options: CleanOptions,
) -> DataFrame:
    """Return the documents that go because only crumbs of them are left.

    Parameters
    ----------
    documents : DocumentFrames
        All documents.
    little : DataFrame
        `document`, `end` (its length) and `score` (the share that is left) of those of which little is left.
    pieces : DataFrame
        `document`, `start` and `end` of what is cut.
    decisions : mapping of stage to DataFrame
        `document`, `kept`, `kept_start` and `kept_end` of the removals of copies that stand.
    options : CleanOptions
        The options that keep documents apart.

    Returns
    -------
    DataFrame
        Rows of `little`.
    """
    run = documents.run
    if not decisions or little.isEmpty():
        return little
    numbers = little.select("document")
    copies = None
    for frame in decisions.values():
        own = frame.select("document", "kept", "kept_start", "kept_end")
        copies = own if copies is None else copies.union(own)
    assert copies is not None
    span = F.struct(F.col("start"), F.col("end"))
    cuts = (
        pieces.join(numbers, "document", "left_semi")
        .groupBy("document")
        .agg(F.sort_array(F.collect_list(span)).alias("cuts"))
    )
    kept = F.struct(F.col("kept_start").alias("start"), F.col("kept_end").alias("end"))
    held = (
        copies.join(numbers.withColumnRenamed("document", "kept"), "kept", "left_semi")
        .groupBy("kept")
        .agg(F.collect_list(kept).alias("places"))
        .withColumnRenamed("kept", "document")
    )
    asked = documents.with_texts(held.join(cuts, "document")).select("document", "text", "cuts", "places")
    holds = asked.mapInArrow(HoldCopies(), HoldCopies.schema)
    if options.facts == "apart":
        size = little.select("document", F.col("end").alias("size"))
        lost = copies.filter("document != kept").join(size, "document")
        places = lost.groupBy("document", "kept", "size").agg(F.collect_list(kept).alias("places"))
        windows = places.mapInArrow(PlaceWindows(), PlaceWindows.schema)
        windows = number(run, windows, list(map(F.col, windows.columns)), "rank", "where crumbs have copies")
        unit = F.shiftleft(F.col("kept"), START_BITS).bitwiseOR(F.col("start"))
        around = slice_texts(documents, windows.select("rank", unit.alias("unit"), "end"), "texts around these")
        beside = around.select("rank", F.col("text").alias("around")).join(
            windows.select("rank", "document"), "rank"
        )
        own = documents.with_texts(cuts.join(numbers, "document")).select("document", "text", "cuts")
        task = HoldFacts(options.passage_similarity)
        facts = own.join(beside, "document").mapInArrow(task, task.schema)
        holds = run.settle(holds.union(facts), "crumbs that stay")
        run.release(around)
    return little.join(holds, "document", "left_anti")
