"""`find_passages` on Spark, and the groups of passages that documents share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe.columns import BatchColumn, join_batches
from dedupe.documents import Corpus
from dedupe.job import PassageOptions, Preset
from dedupe.kernels.records import Stretches
from dedupe.passages.find import Search, passages_of
from dedupe.passages.groups import group_copies
from dedupe.passages.place import Placed
from dedupe.passages.result import Passages, Places
from dedupe.renamed import renamed
from dedupe.spark.arrow import Batch, Batches, Longs, concat_batches, longs, make_batch, text_runs, texts
from dedupe.spark.components import connect_pairs, whole_components
from dedupe.spark.documents import (
    START_BITS,
    DocumentFrames,
    check_columns,
    document_of,
    read_documents,
)
from dedupe.spark.search import NUMBERS, STRETCHES, find_across, search_texts
from dedupe.spark.session import Report, SparkRun
from dedupe.spark.stretches import Place, StretchTexts
from dedupe.text.encode import TextBatch
from dedupe.units import UnitTable, whole_documents

_START = (1 << START_BITS) - 1
_FOUND = (
    "document long, start long, end long, kept long, kept_start long, kept_end long, "
    "similarity double, measure string"
)


@renamed(id_col="id", text_col="text", order_col="order")
def find_passages(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    order: str | None = None,
    min_length: int = PassageOptions.min_length,
    similarity: float = PassageOptions.similarity,
    across: bool = PassageOptions.across,
    preset: Preset = PassageOptions.preset,
    snap: bool = PassageOptions.snap,
    report: Report | None = None,
) -> DataFrame:
    """Find passages that occur in two or more places, exactly or edited, as `dedupe.find_passages` does.

    Parameters
    ----------
    df : DataFrame
        A row for each document.
    id, text : str
        The columns with ids and texts.
    order : str, optional
        The column that orders the documents; the first document with a passage keeps it. Without it documents are
        ordered by id. It counts only with `across`.
    min_length, similarity, preset, snap
        As for `dedupe.find_passages`.
    across : bool, default True
        Look across documents too. Otherwise no row is shuffled.
    report : function, optional
        Called with each finished step: its name, its number of rows, and seconds.

    Returns
    -------
    DataFrame
        A row for each copy: `a`, `a_start`, `a_end`, `b`, `b_start`, `b_end`, `similarity` and `measure`. `b`
        is the id of the document with the kept copy.

    Raises
    ------
    InputError
        An argument is out of range, a column is missing, or an id or a text is not usable.
    """
    wanted = Search(min_length, similarity, preset, across=across, snap=snap)
    if not across:
        check_columns(df, id, text, None)
        kind = df.select(F.col(f"`{id}`").alias("id")).schema["id"].dataType.simpleString()
        task = SearchInside(min_length, similarity, preset, snap, f"a {kind}, {_SIDE}")
        given = df.select(F.col(f"`{id}`").alias("id"), F.col(f"`{text}`").alias("text"))
        found = given.mapInArrow(task, task.schema)
        return found.select("a", "a_start", "a_end", F.col("a").alias("b"), "b_start", "b_end", *_COUNTED)
    run = SparkRun(df, report)
    try:
        documents = read_documents(run, df, id, text, order)
        found = group_passages(documents, documents.texts, wanted)
        side = documents.named(found).select(
            F.col("id").alias("a"),
            F.col("start").alias("a_start"),
            F.col("end").alias("a_end"),
            F.col("kept").alias("document"),
            F.col("kept_start").alias("b_start"),
            F.col("kept_end").alias("b_end"),
            *_COUNTED,
        )
        both = documents.named(side).withColumnRenamed("id", "b")
        names = ("a", "a_start", "a_end", "b", "b_start", "b_end", *_COUNTED)
        return run.settle(both.select(*names), "passages")
    finally:
        run.close()


_SIDE = "a_start long, a_end long, b_start long, b_end long, similarity double, measure string"
_COUNTED = ("similarity", "measure")


@dataclass(frozen=True)
class SearchInside:
    """Finds the passages that each text repeats inside itself."""

    min_length: int
    similarity: float
    preset: Preset
    snap: bool
    schema: str

    def __call__(self, batches: Batches) -> Batches:
        """A row for each copy, with the id of its text."""
        for batch in batches:
            for whole, rows in text_runs(batch, "text"):
                corpus = Corpus(range(len(whole)), BatchColumn([whole]))
                found = passages_of(
                    whole_documents(corpus),
                    min_length=self.min_length,
                    similarity=self.similarity,
                    across=False,
                    preset=self.preset,
                    snap=self.snap,
                    threads=1,
                )
                copies, kept, similarity = found.columns()
                yield make_batch(
                    a=batch.column("id")[rows].take(copies.document),
                    a_start=copies.start,
                    a_end=copies.end,
                    b_start=kept.start,
                    b_end=kept.end,
                    similarity=similarity,
                    measure=found.measures,
                )


@dataclass(frozen=True)
class GroupPassages:
    """Puts what was found into groups; rows come by component."""

    similarity: float
    schema: ClassVar[str] = _FOUND

    def __call__(self, batches: Batches) -> Batches:
        """Copies with their kept ones. Only whole components are looked at together."""
        for held in whole_components(batches):
            yield self._group(held)

    def _group(self, held: list[Batch]) -> Batch:
        rows, *sides = _concat_rows(held)
        units = np.unique(np.concatenate((rows["a"], rows["b"])))
        documents, owner = np.unique(units >> START_BITS, return_inverse=True)
        start = units & _START
        column = StretchTexts(*_stretches(rows, sides, documents))
        corpus = Corpus(documents.tolist(), column)
        table = UnitTable(corpus, "paragraph", owner, start, start)
        copies = group_copies(table, _as_placed(rows, units), self.similarity, within=True)
        text = copies.stretches.text
        places = Places(owner[text], start[text] + copies.stretches.start, start[text] + copies.stretches.end)
        passages = Passages(corpus, places, copies.copy, copies.kept, copies.similarity, copies.letters)
        found = passages.columns()
        goes, stays = np.stack(found[0]), np.stack(found[1])
        return make_batch(
            document=documents[goes[0]],
            start=goes[1],
            end=goes[2],
            kept=documents[stays[0]],
            kept_start=stays[1],
            kept_end=stays[2],
            similarity=found[2],
            measure=passages.measures,
        )


def _concat_rows(batches: list[Batch]) -> tuple[dict[str, Longs], TextBatch, TextBatch]:
    """Rows of `STRETCHES`: numbers as arrays, and the two columns of texts."""
    whole = concat_batches(batches)
    return {name: longs(whole, name) for name in NUMBERS}, texts(whole, "a_text"), texts(whole, "b_text")


def _as_placed(rows: dict[str, Longs], units: Longs) -> Placed:
    """Rows with texts by the places of their units among these, which ascend."""
    a, b = (
        Stretches(np.searchsorted(units, rows[side]), rows[f"{side}_start"], rows[f"{side}_end"]) for side in "ab"
    )
    return Placed(a, b, rows["matched"], rows["tokens"])


def _stretches(
    rows: dict[str, Longs], sides: list[TextBatch], documents: Longs
) -> tuple[dict[Place, int], TextBatch]:
    """The places of all stretches, and their texts."""
    places: dict[Place, int] = {}
    for side, first in (("a", 0), ("b", len(rows["a"]))):
        document = np.searchsorted(documents, rows[side] >> START_BITS)
        start = rows[side] & _START
        columns = (document, start + rows[f"{side}_start"], start + rows[f"{side}_end"])
        for number, place in enumerate(zip(*(column.tolist() for column in columns), strict=True), first):
            places[place] = number
    return places, join_batches(sides)


def group_passages(documents: DocumentFrames, left: DataFrame, wanted: Search) -> DataFrame:
    """The passages of documents, each copy with the kept one.

    Parameters
    ----------
    documents : DocumentFrames
        All documents.
    left : DataFrame
        `document` and `text`: what is searched.
    wanted : Search
        The search for passages.

    Returns
    -------
    DataFrame
        `document`, `start`, `end`, `kept` (a document), `kept_start`, `kept_end`, `similarity`, and `measure`
        where nothing is pinned.
    """
    run = documents.run
    searched = search_texts(documents, left, wanted)
    inside = searched.select("document", F.posexplode("placed").alias("place", "found"))
    inside = inside.select("document", F.lit(0).alias("shared"), "place", "found.*")
    across = find_across(documents, searched, wanted)
    # Those of two texts come in the order in which they were found.
    both = across.withColumn("place", F.monotonically_increasing_id())
    shared = both.select(document_of("a").alias("document"), F.lit(1).alias("shared"), "place", *across.columns)
    joined = connect_pairs(documents, across.select(document_of("a").alias("one"), document_of("b").alias("other")))
    rows = inside.unionByName(shared).join(joined, "document", "left")
    rows = rows.withColumn("component", F.coalesce("component", "document"))
    # As the path in memory has them: those inside documents first, then by their texts.
    order = (
        "component",
        "shared",
        F.when(F.col("shared") == 1, F.col("a")),
        F.when(F.col("shared") == 1, F.col("b")),
    )
    ordered = rows.repartition("component").sortWithinPartitions(*order, "document", "place")
    names = [field.split()[0] for field in STRETCHES.split(", ")]
    task = GroupPassages(wanted.similarity)
    return run.settle(ordered.select("component", *names).mapInArrow(task, task.schema), "passages in groups")
