"""`find_passages` on Spark, and the groups of passages that documents share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe.cleaning.stages import choose_copies
from dedupe.documents import Corpus
from dedupe.duplicates.units import UnitTable, whole_documents
from dedupe.passages.find import MIN_LENGTH, SIMILARITY, Preset, Search, passages_of
from dedupe.passages.groups import group_copies
from dedupe.passages.place import Placed
from dedupe.passages.result import Passages, Places
from dedupe.passages.stretches import Stretches
from dedupe.spans import Spans
from dedupe.spark.arrow import Batch, Batches, Longs, concat_batches, floats, longs, make_batch, text_runs, texts
from dedupe.spark.documents import (
    START_BITS,
    Documents,
    check_columns,
    document_of,
    read_documents,
)
from dedupe.spark.search import NUMBERS, STRETCHES, components, find_across, search_texts
from dedupe.spark.session import Report, Run
from dedupe.text.columns import BatchColumn, TextColumn, join_batches
from dedupe.text.encode import Offsets, TextBatch

_NOTHING = Spans()
_START = (1 << START_BITS) - 1
_FOUND = (
    "document long, start long, end long, kept long, kept_start long, kept_end long, "
    "similarity double, measure string"
)
# What a row for the groups is: a passage, a place that stays, or how much a document is wanted.
_PASSAGE, _PINNED, _RANKED = 0, 1, 2


def find_passages(
    df: DataFrame,
    *,
    id_col: str = "id",
    text_col: str = "text",
    order_col: str | None = None,
    min_length: int = MIN_LENGTH,
    similarity: float = SIMILARITY,
    across: bool = False,
    preset: Preset = "prose",
    snap: bool = True,
    report: Report | None = None,
) -> DataFrame:
    """Find passages that stand in two or more places, exactly or edited, as `dedupe.find_passages` does.

    Parameters
    ----------
    df : DataFrame
        A row for each document.
    id_col, text_col : str
        The columns with ids and texts.
    order_col : str, optional
        The column that says in which order documents come, of which the first with a passage keeps it; without one
        they come by their ids. It counts only where `across` is set.
    min_length, similarity, preset, snap
        As for `dedupe.find_passages`.
    across : bool, default False
        Whether to look across documents too. Inside documents no row leaves its place.
    report : function, optional
        Called with each step that is done: its name, how many rows it gave, and seconds.

    Returns
    -------
    DataFrame
        A row for each copy: `a`, `a_start`, `a_end`, `b`, `b_start`, `b_end`, `similarity` and `measure`; `b`
        is the id of the document with the copy that is kept.

    Raises
    ------
    InputError
        An argument is out of range, a column is missing, or an id or a text is not usable.
    """
    wanted = Search(min_length, similarity, preset, across=across, snap=snap)
    if not across:
        check_columns(df, id_col, text_col, None)
        kind = df.select(F.col(f"`{id_col}`").alias("id")).schema["id"].dataType.simpleString()
        task = SearchInside(min_length, similarity, preset, snap, f"a {kind}, {_SIDE}")
        given = df.select(F.col(f"`{id_col}`").alias("id"), F.col(f"`{text_col}`").alias("text"))
        found = given.mapInArrow(task, task.schema)
        return found.select("a", "a_start", "a_end", F.col("a").alias("b"), "b_start", "b_end", *_COUNTED)
    run = Run(df, report)
    try:
        documents = read_documents(run, df, id_col, text_col, order_col)
        found = group_passages(documents, documents.texts, wanted, None, None)
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


class _StretchTexts(TextColumn):
    """The texts of stretches, which are all that is asked for of their documents."""

    def __init__(self, places: dict[tuple[int, int, int], int], batch: TextBatch) -> None:
        self._places, self._batch = places, batch

    def __len__(self) -> int:
        return len(self._batch)

    def slices(self, numbers: Offsets, starts: Offsets, ends: Offsets) -> TextBatch:
        """Stretches, by document, start and end."""
        rows = zip(numbers.tolist(), starts.tolist(), ends.tolist(), strict=True)
        return self._batch.select(np.array([self._places[row] for row in rows], np.int64))

    def read(self, numbers: Offsets) -> TextBatch:
        raise NotImplementedError("whole documents are not here")

    def sizes(self) -> Offsets:
        raise NotImplementedError("whole documents are not here")


@dataclass(frozen=True)
class GroupPassages:
    """Puts what was found into groups, and says which copies go; rows come by component."""

    similarity: float
    choose: bool
    """whether copies are chosen that go, of which none is pinned"""
    schema: ClassVar[str] = _FOUND

    def __call__(self, batches: Batches) -> Batches:
        """Copies with their kept ones. Only whole components are looked at together."""
        held: list[Batch] = []
        for batch in batches:
            component = longs(batch, "component")
            last = int(np.searchsorted(component, component[-1])) if len(component) else 0
            if last or (held and len(component) and longs(held[-1], "component")[-1] != component[0]):
                held.append(batch.slice(0, last))
                yield from self._group([part for part in held if part.num_rows])
                held = []
            held.append(batch.slice(last))
        yield from self._group([part for part in held if part.num_rows])

    def _group(self, held: list[Batch]) -> Iterator[Batch]:
        import pyarrow.compute as pc

        if not held:
            return
        batch = concat_batches(held)
        kinds = [batch.filter(pc.equal(batch.column("kind"), kind)) for kind in (_PASSAGE, _PINNED, _RANKED)]
        if not kinds[0].num_rows:
            return
        rows, *sides = _concat_rows([kinds[0]])
        units = np.unique(np.concatenate((rows["a"], rows["b"])))
        documents, owner = np.unique(units >> START_BITS, return_inverse=True)
        start = units & _START
        column = _StretchTexts(*_stretches(rows, sides, documents))
        corpus = Corpus(documents.tolist(), column)
        table = UnitTable(corpus, "paragraph", owner, start, start)
        rank = None
        if kinds[2].num_rows:
            values = dict(
                zip(longs(kinds[2], "document").tolist(), floats(kinds[2], "value").tolist(), strict=True)
            )
            rank = np.array([values[document] for document in documents.tolist()])
        copies = group_copies(table, _as_placed(rows, units), self.similarity, within=True, rank=rank)
        text = copies.stretches.text
        places = Places(owner[text], start[text] + copies.stretches.start, start[text] + copies.stretches.end)
        passages = Passages(corpus, places, copies.copy, copies.kept, copies.similarity, copies.letters)
        found, measures = passages.columns(), passages.measures
        if self.choose:
            pinned = _pinned(kinds[1], documents)
            stays_anyway = (_overlap(side, pinned) for side in found[:2])
            chosen = list(choose_copies(found, zip(*stays_anyway, strict=True)))
            goes, stays = (np.array([row[i] for row in chosen], np.int64).reshape(-1, 3).T for i in (0, 1))
            similarity, measures = np.array([row[2] for row in chosen]), ["tokens"] * len(chosen)
        else:
            goes, stays, similarity = np.stack(found[0]), np.stack(found[1]), found[2]
        yield make_batch(
            document=documents[goes[0]],
            start=goes[1],
            end=goes[2],
            kept=documents[stays[0]],
            kept_start=stays[1],
            kept_end=stays[2],
            similarity=similarity,
            measure=measures,
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
) -> tuple[dict[tuple[int, int, int], int], TextBatch]:
    """The places of all stretches, and their texts."""
    places: dict[tuple[int, int, int], int] = {}
    for side, first in (("a", 0), ("b", len(rows["a"]))):
        document = np.searchsorted(documents, rows[side] >> START_BITS)
        start = rows[side] & _START
        columns = (document, start + rows[f"{side}_start"], start + rows[f"{side}_end"])
        for number, place in enumerate(zip(*(column.tolist() for column in columns), strict=True), first):
            places[place] = number
    return places, join_batches(sides)


def _pinned(batch: Batch, documents: Longs) -> dict[int, Spans]:
    """What stays of some documents, by their places among these."""
    known = {number: place for place, number in enumerate(documents.tolist())}
    out: dict[int, Spans] = {}
    columns = (longs(batch, name).tolist() for name in ("document", "start", "end"))
    for document, start, end in zip(*columns, strict=True):
        if document in known:
            out.setdefault(known[document], Spans()).add(start, end)
    return out


def _overlap(places: Places, spans: dict[int, Spans]) -> list[bool]:
    """Which places overlap a span."""
    rows = zip(*(column.tolist() for column in places), strict=True)
    return [spans.get(document, _NOTHING).overlaps(start, end) for document, start, end in rows]


def group_passages(
    documents: Documents,
    left: DataFrame,
    wanted: Search,
    pinned: DataFrame | None,
    ranked: DataFrame | None,
) -> DataFrame:
    """The passages of documents, each copy with the kept one.

    Parameters
    ----------
    documents : Documents
        All documents.
    left : DataFrame
        `document`, `text` and perhaps `removed`: what is searched.
    wanted : Search
        What counts as a passage.
    pinned : DataFrame, optional
        `document`, `start`, `end`: what stays. Where it is given, the answer has only copies that go.
    ranked : DataFrame, optional
        `document` and `value`: of the copies of a passage one in the document of the lowest is kept.

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
    joined = components(documents, across)
    rows = inside.unionByName(shared).join(joined, "document", "left")
    rows = rows.withColumn("component", F.coalesce("component", "document")).withColumn("kind", F.lit(_PASSAGE))
    for kind, frame in ((_PINNED, pinned), (_RANKED, ranked)):
        if frame is not None:
            own = frame.join(joined, "document", "left").withColumn("kind", F.lit(kind))
            own = own.withColumn("component", F.coalesce("component", "document"))
            rows = rows.unionByName(own, allowMissingColumns=True)
    for name in ("start", "end", "value"):
        if name not in rows.columns:
            rows = rows.withColumn(name, F.lit(None).cast("double" if name == "value" else "long"))
    # As the path in memory has them: those inside documents first, then by their texts.
    order = (
        "component",
        "kind",
        "shared",
        F.when(F.col("shared") == 1, F.col("a")),
        F.when(F.col("shared") == 1, F.col("b")),
    )
    ordered = rows.repartition("component").sortWithinPartitions(*order, "document", "place")
    names = [field.split()[0] for field in STRETCHES.split(", ")]
    task = GroupPassages(wanted.similarity, pinned is not None)
    given = ordered.select("component", "kind", "document", "start", "end", "value", *names)
    found = given.mapInArrow(task, task.schema)
    return run.settle(found if pinned is None else found.drop("measure"), "passages in groups")
