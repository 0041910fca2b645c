"""The passage stage of `clean` on Spark: documents that share a passage meet in one task, which decides.

Regions that the search finds join documents, and so do windows: runs of sentences as long as the shortest passage,
of which equal ones have one key. Decisions about a document depend only on the documents that it is joined to,
directly or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dedupe.cleaning.passages import remove_passages
from dedupe.cleaning.policy import cut_windows
from dedupe.cleaning.regions import Regions
from dedupe.cleaning.sentences import cut_sentences, keep_order
from dedupe.columns import BatchColumn, runs
from dedupe.documents import Corpus
from dedupe.job import CleanOptions, ParagraphMode
from dedupe.passages.find import Search
from dedupe.passages.result import Places
from dedupe.spark.arrow import Batch, Batches, Longs, floats, longs, make_batch, removed_spans, text_runs, texts
from dedupe.spark.components import connect_pairs, whole_components
from dedupe.spark.documents import DocumentFrames, document_of, start_of
from dedupe.spark.search import find_across, search_texts

# What a row for the decision is: a document, or a region.
_DOCUMENT, _REGION = 0, 1


@dataclass(frozen=True)
class CutWindows:
    """Cuts what is left of texts into sentences, and gives the keys of their windows."""

    least: int
    paragraphs: ParagraphMode
    signs: bool
    schema: ClassVar[str] = "key long, document long, again boolean"

    def __call__(self, batches: Batches) -> Batches:
        """A row for each window that a document holds, and whether it holds it again."""
        for batch in batches:
            numbers = longs(batch, "document")
            for whole, rows in text_runs(batch):
                corpus = Corpus(range(len(whole)), BatchColumn([whole]))
                removed = removed_spans(batch, rows)
                sentences = cut_sentences(corpus, np.arange(len(whole)), removed, self.paragraphs, signs=self.signs)
                windows = cut_windows(sentences.run, sentences.weight, sentences.key, self.least)
                keys = np.column_stack((sentences.document[windows.start], windows.key.view(np.int64)))
                held, times = np.unique(keys, axis=0, return_counts=True)
                yield make_batch(key=held[:, 1], document=numbers[rows][held[:, 0]], again=times > 1)


@dataclass(frozen=True)
class JoinWindows:
    """Joins the documents that hold a window to the first of them; rows come by key and document."""

    schema: ClassVar[str] = "one long, other long"

    def __call__(self, batches: Batches) -> Batches:
        """Pairs of documents; one that holds a window again is joined to itself at least."""
        last: tuple[int, int] | None = None
        for batch in batches:
            key, document = longs(batch, "key"), longs(batch, "document")
            if not len(key):
                continue
            again = batch.column("again").to_numpy(zero_copy_only=False)
            begins = np.append(True, key[1:] != key[:-1])
            first = document[np.maximum.accumulate(np.where(begins, np.arange(len(key)), 0))]
            if last is not None and last[0] == key[0]:
                first[key == key[0]] = last[1]
            last = int(key[-1]), int(first[-1])
            joined = again | (document != first)
            yield make_batch(one=first[joined], other=document[joined])


@dataclass(frozen=True)
class RemovePassages:
    """Decides which passages are removed; rows come by component, the documents of each before the regions."""

    options: CleanOptions
    schema: ClassVar[str] = (
        "document long, start long, end long, kept long, kept_start long, kept_end long, score double, "
        "measure string"
    )

    def __call__(self, batches: Batches) -> Batches:
        """A row for each removal. One component is looked at, or several that have little text."""
        for held in whole_components(_cut_batches(batches)):
            yield self._remove(held)

    def _remove(self, held: list[Batch]) -> Batch:
        import pyarrow as pa
        import pyarrow.compute as pc

        documents, found = (
            [batch.filter(pc.equal(batch.column("kind"), kind)) for batch in held] for kind in (_DOCUMENT, _REGION)
        )
        numbers = np.concatenate([longs(batch, "document") for batch in documents])
        value = np.concatenate([floats(batch, "value") for batch in documents])
        corpus = Corpus(numbers.tolist(), BatchColumn([texts(batch) for batch in documents]))
        removed, options = {}, self.options
        first = 0
        for batch in documents:
            spans = removed_spans(batch, slice(None))
            removed.update({first + place: own for place, own in spans.items()})
            first += batch.num_rows
        signs = options.facts == "apart"
        sentences = cut_sentences(corpus, np.arange(len(numbers)), removed, options.paragraphs, signs=signs)
        rank = np.empty(len(numbers), np.int64)
        rank[np.lexsort((numbers, value))] = np.arange(len(numbers))
        order, position = keep_order(sentences.document, rank)
        answer = remove_passages(
            corpus,
            sentences.select(order),
            _regions(found, numbers),
            position,
            least=options.min_passage,
            similarity=options.passage_similarity,
            facts=options.facts,
        )
        places = np.array([one[:6] for one in answer], np.int64).reshape(-1, 6).T
        return make_batch(
            document=numbers[places[0]],
            start=places[1],
            end=places[2],
            kept=numbers[places[3]],
            kept_start=places[4],
            kept_end=places[5],
            score=np.array([one.similarity for one in answer], np.float64),
            measure=pa.array([one.measure for one in answer], pa.string()),
        )


def _cut_batches(batches: Batches) -> Batches:
    """Cut batches where they hold as much text as is worked on at a time."""
    import pyarrow.compute as pc

    for batch in batches:
        sizes = pc.fill_null(pc.binary_length(batch.column("text")), 0)
        for first, last in runs(sizes.to_numpy(zero_copy_only=False).astype(np.int64)):
            yield batch.slice(first, last - first)


def _regions(batches: list[Batch], numbers: Longs) -> Regions:
    """Regions between documents, by their places among these."""
    order = np.argsort(numbers)
    sides = []
    for document, start, end in (("document", "start", "end"), ("other", "other_start", "other_end")):
        columns = [np.concatenate([longs(batch, name) for batch in batches]) for name in (document, start, end)]
        sides.append(Places(order[np.searchsorted(numbers[order], columns[0])], columns[1], columns[2]))
    return Regions(*sides)


def find_removals(
    documents: DocumentFrames, left: DataFrame, ranked: DataFrame | None, options: CleanOptions
) -> DataFrame:
    """Return the passages that are removed.

    Parameters
    ----------
    documents : DocumentFrames
        All documents.
    left : DataFrame
        `id`, `document`, `text` and `removed`: the documents that are left, and what is removed of them.
    ranked : DataFrame, optional
        `document` and `value`: the document of the lowest value comes first in keep order.
    options : CleanOptions
        The options of passages.

    Returns
    -------
    DataFrame
        `document`, `start`, `end`, `kept` (a document), `kept_start`, `kept_end`, `score` and `measure`.
    """
    run = documents.run
    wanted = Search(options.min_passage, options.passage_similarity).located()
    searched = search_texts(documents, left, wanted, texts=False)
    inside = searched.select(F.inline("placed")).select(*_places())
    regions = run.settle(
        inside.unionByName(find_across(documents, searched, wanted, texts=False).select(*_places())), "regions"
    )
    cut, join = CutWindows(options.min_passage, options.paragraphs, options.facts == "apart"), JoinWindows()
    windows = left.select("document", "text", "removed").mapInArrow(cut, cut.schema)
    windows = windows.repartition("key").sortWithinPartitions("key", "document")
    edges = windows.mapInArrow(join, join.schema).unionByName(
        regions.select(F.col("document").alias("one"), "other")
    )
    joined = connect_pairs(documents, edges)
    chosen = joined if ranked is None else joined.join(ranked, "document")
    value = F.lit(0.0) if ranked is None else F.col("value")
    own = left.join(documents.named(chosen).drop("document"), "id").select(
        "component", F.lit(_DOCUMENT).alias("kind"), "document", value.alias("value"), "text", "removed"
    )
    shared = regions.join(joined, "document").withColumn("kind", F.lit(_REGION))
    rows = own.unionByName(shared, allowMissingColumns=True)
    rows = rows.repartition("component").sortWithinPartitions("component", "kind", "document")
    task = RemovePassages(options)
    return run.settle(rows.mapInArrow(task, task.schema), "passages that are removed")


def _places() -> list[Column]:
    """The documents of both sides of a stretch, and where they begin and end in them."""
    out = []
    for unit, names in (("a", ("document", "start", "end")), ("b", ("other", "other_start", "other_end"))):
        columns = (
            document_of(unit),
            start_of(unit) + F.col(f"{unit}_start"),
            start_of(unit) + F.col(f"{unit}_end"),
        )
        out += [column.alias(name) for column, name in zip(columns, names, strict=True)]
    return out
