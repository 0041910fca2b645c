"""Repeated passages across the documents of a frame, found by anchors.

Each text is searched by itself, and gives its anchors. Anchors with equal hashes make pairs of places. The pairs
of two documents are joined, and a sieve picks the promising ones. Then their texts are joined and compared.

A part is a piece of a document that earlier stages have left; its number is that of a unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe import kernels
from dedupe.cleaning.across import sieve_of
from dedupe.columns import BatchColumn
from dedupe.documents import Corpus
from dedupe.kernels.records import CROWD
from dedupe.passages.find import Search, Searched
from dedupe.passages.place import Placed
from dedupe.policy import link_runs
from dedupe.spans import Spans
from dedupe.spark.arrow import (
    Batch,
    Batches,
    Longs,
    list_array,
    longs,
    make_batch,
    nested,
    removed_spans,
    text_array,
    text_runs,
)
from dedupe.spark.documents import START_BITS, DocumentFrames, document_of
from dedupe.text.encode import Offsets, TextBatch
from dedupe.units import UnitTable, cut_batch

_NOTHING = Spans()
# Documents that one is compared with in one place.
TOGETHER = 256
STRETCHES = (
    "a long, a_start long, a_end long, b long, b_start long, b_end long, matched long, tokens long, "
    "a_text string, b_text string"
)
NUMBERS = ("a", "a_start", "a_end", "b", "b_start", "b_end", "matched", "tokens")


@dataclass(frozen=True)
class SearchTexts:
    """Searches in each text, or in what is left of it."""

    wanted: Search
    texts: bool
    """whether what was found has its texts"""
    schema: ClassVar[str] = (
        "document long, parts array<long>, covered array<long>, hash array<long>, part array<long>, "
        f"place array<long>, before array<long>, behind array<long>, placed array<struct<{STRETCHES}>>"
    )

    def __call__(self, batches: Batches) -> Batches:
        """For each document its parts, anchors, the letters that its repeats cover, and the passages in it."""
        for batch in batches:
            numbers = longs(batch, "document")
            for whole, rows in text_runs(batch):
                parts = _parts(whole, removed_spans(batch, rows))
                if len(parts.document):
                    yield self._search(numbers[rows], whole, parts)

    def _search(self, numbers: Longs, whole: TextBatch, parts: UnitTable) -> Batch:
        found = self.wanted.search(parts, (0, len(parts)))
        count = len(numbers)
        units = numbers[parts.document] << START_BITS | parts.start
        place = found.places.astype(np.int64)
        part = np.searchsorted(found.offsets, place, side="right") - 1
        before, behind = sieve_of(self.wanted).surroundings((found.letters, found.offsets), found.places)
        owner = parts.document[part]
        sides = _stretch_texts(whole, parts, found.placed) if self.texts else None
        placed = _placed_rows(found.placed, units, sides)
        return make_batch(
            document=numbers,
            parts=_pairs(parts.document, parts.start, parts.end, count),
            covered=_covered(found, parts, count),
            **{
                name: list_array(values, np.bincount(owner, minlength=count))
                for name, values in (
                    ("hash", found.hashes.astype(np.int64)),
                    ("part", parts.start[part]),
                    ("place", place - found.offsets[part]),
                    ("before", before.astype(np.int64)),
                    ("behind", behind.astype(np.int64)),
                )
            },
            placed=list_array(
                placed.to_struct_array(), np.bincount(parts.document[found.placed.a.text], minlength=count)
            ),
        )


def _parts(whole: TextBatch, removed: Mapping[int, Spans]) -> UnitTable:
    """Return what is left of each text."""
    rows = [
        (document, start, stop)
        for document, end in enumerate(cut_batch(whole, "document").ends.tolist())
        for start, stop in removed.get(document, _NOTHING).gaps(end)
    ]
    table = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    return UnitTable(Corpus(range(len(whole)), BatchColumn([whole])), "paragraph", *table)


def _pairs(owner: Offsets, low: Offsets, high: Offsets, count: int) -> Any:
    """Two numbers for each row, in a list for each of `count` owners, which ascend."""
    return list_array(np.stack((low, high), axis=1).ravel(), 2 * np.bincount(owner, minlength=count))


def _covered(found: Searched, parts: UnitTable, count: int) -> Any:
    """Return what repeats cover, in letters of each document."""
    starts, ends = found.covered
    document = parts.document[np.searchsorted(found.offsets, starts, side="right") - 1]
    # Letters of a document begin with its first part.
    first = found.offsets[np.searchsorted(parts.document, document)]
    return _pairs(document, starts - first, ends - first, count)


def _stretch_texts(whole: TextBatch, parts: UnitTable, placed: Placed) -> tuple[Any, Any]:
    """The texts of both sides of what was found."""
    out = []
    for side in (placed.a, placed.b):
        document, start = parts.document[side.text], parts.start[side.text]
        places = kernels.byte_places(whole, document, start + side.start, start + side.end)
        out.append(text_array(TextBatch(whole.buffer, *places)))
    return out[0], out[1]


def _placed_rows(placed: Placed, units: Longs, sides: tuple[Any, Any] | None) -> Batch:
    """Return what was found as rows, the texts by the numbers of their units."""
    import pyarrow as pa

    a, b = placed.a, placed.b
    if sides is None:
        sides = (pa.nulls(len(placed.matched), pa.string()),) * 2
    columns = (units[a.text], a.start, a.end, units[b.text], b.start, b.end, placed.matched, placed.tokens)
    return make_batch(**dict(zip(NUMBERS, columns, strict=True)), a_text=sides[0], b_text=sides[1])


@dataclass(frozen=True)
class LinkPlaces:
    """Pairs of places of one anchor; rows come by hash, and in order of their places."""

    wanted: Search
    schema: ClassVar[str] = "a long, a_place long, b long, b_place long, promising boolean"

    def __call__(self, batches: Batches) -> Batches:
        """Pair places in two documents as `link_runs` does; of a hash of many a few are held."""
        names = ("hash", "unit", "place", "before", "behind")
        held, crowd = np.zeros((0, len(names)), np.int64), None
        for batch in batches:
            rows = np.column_stack([longs(batch, name) for name in names])
            if crowd is not None:
                other = np.flatnonzero(rows[:, 0] != crowd[0, 0])
                same = int(other[0]) if len(other) else len(rows)
                if same:
                    # The first ones and the last one are known.
                    yield from self._link(np.concatenate((crowd, rows[:same])), len(crowd))
                    crowd = np.concatenate((crowd[:CROWD], rows[same - 1 : same]))
                rows = rows[same:]
                if not len(rows):
                    continue
                crowd = None
            rows = np.concatenate((held, rows))
            last = int(np.searchsorted(rows[:, 0], rows[-1, 0]))
            if len(rows) - last > CROWD:
                crowd, held, done = np.concatenate((rows[last : last + CROWD], rows[-1:])), rows[:0], rows
            else:
                held, done = rows[last:], rows[:last]
            yield from self._link(done, 0)
        yield from self._link(held, 0)

    def _link(self, rows: Longs, known: int) -> Iterator[Batch]:
        """Pairs whose later one is not among the first rows."""
        earlier, later = link_runs(rows[:, 0], rows[:, 1] >> START_BITS)
        new = later >= known
        a, b = rows[earlier[new]], rows[later[new]]
        if len(a):
            around = [tuple(side[:, 3:].astype(np.uint16).T) for side in (a, b)]
            promising = sieve_of(self.wanted).long(around[0], around[1])
            yield make_batch(a=a[:, 1], a_place=a[:, 2], b=b[:, 1], b_place=b[:, 2], promising=promising)


_PAIR = np.dtype([("key", "<u8"), ("place", "<u4"), ("other", "<u8"), ("other_place", "<u4"), ("long", "u1")])


@dataclass(frozen=True)
class SiftPairs:
    """Pairs of documents that are worth a look; rows come by pairs of documents."""

    wanted: Search
    schema: ClassVar[str] = "one long, other long, pairs array<long>"

    def __call__(self, batches: Batches) -> Batches:
        """Return for each pair of documents the pairs of places: part, letter, part, letter."""
        held = np.zeros(0, _PAIR)
        for batch in batches:
            rows = np.empty(batch.num_rows, _PAIR)
            for name, column in zip(_PAIR.names or (), ("a", "a_place", "b", "b_place"), strict=False):
                rows[name] = longs(batch, column)
            rows["long"] = batch.column("promising").to_numpy(zero_copy_only=False)
            rows = np.concatenate((held, rows))
            one, other = _documents(rows)
            before = np.flatnonzero((one != one[-1:]) | (other != other[-1:]))
            last = int(before[-1]) + 1 if len(before) else 0
            held = rows[last:]
            yield from self._sift(rows[:last])
        yield from self._sift(held)

    def _sift(self, rows: np.ndarray) -> Iterator[Batch]:
        kept = sieve_of(self.wanted).keep(rows)
        if not len(kept):
            return
        # The sieve has put them in order of their parts.
        one, other = _documents(kept)
        order = np.lexsort((other, one))
        kept, one, other = kept[order], one[order], other[order]
        begins = np.flatnonzero((np.diff(one, prepend=-1) != 0) | (np.diff(other, prepend=-1) != 0))
        columns = (kept[name].astype(np.int64) for name in ("key", "place", "other", "other_place"))
        pairs = np.stack(list(columns), axis=1)
        sizes = 4 * np.diff(np.append(begins, len(kept)))
        yield make_batch(one=one[begins], other=other[begins], pairs=list_array(pairs.ravel(), sizes))


def _documents(rows: np.ndarray) -> tuple[Longs, Longs]:
    return rows["key"].astype(np.int64) >> START_BITS, rows["other"].astype(np.int64) >> START_BITS


class _Known(NamedTuple):
    """A document with what the search in it gave."""

    number: int
    text: bytes
    parts: Longs
    covered: Longs


@dataclass(frozen=True)
class CompareTexts:
    """Compares documents with one before them, from pairs of places that they share."""

    wanted: Search
    texts: bool
    """whether what was found has its texts"""
    schema: ClassVar[str] = STRETCHES

    def __call__(self, batches: Batches) -> Batches:
        """The regions that both have.

        Rows come by `one` and `salt`; the first of each has the text of `one` and no `other`, the others the texts
        of documents `other`, and `pairs`.
        """
        head: _Known | None = None
        for batch in batches:
            one, other = longs(batch, "one"), longs(batch, "other", -1)
            for whole, rows in text_runs(batch):
                known = [
                    _Known(int(a if b < 0 else b), whole.raw(i), _two(parts), _two(covered))
                    for i, (a, b, parts, covered) in enumerate(
                        zip(
                            one[rows].tolist(),
                            other[rows].tolist(),
                            nested(batch, "parts", rows),
                            nested(batch, "covered", rows),
                            strict=True,
                        )
                    )
                ]
                pairs = nested(batch, "pairs", rows)
                begins = [i for i, b in enumerate(other[rows].tolist()) if b < 0]
                bounds = [*([] if begins[:1] == [0] else [0]), *begins, len(known)]
                for low, high in pairwise(bounds):
                    own = known[low:high]
                    if low in begins:
                        head, own = own[0], own[1:]
                        low += 1  # noqa: PLW2901
                    if own and head is not None:
                        yield from self._compare(head, own, pairs[low:high])

    def _compare(self, head: _Known, others: list[_Known], pairs: list[Any]) -> Iterator[Batch]:
        documents = [head, *others]
        raw = [document.text for document in documents]
        ends = np.cumsum([len(text) for text in raw])
        sizes = np.array([len(text) for text in raw])
        whole = TextBatch(np.frombuffer(b"".join(raw), np.uint8), ends - sizes, ends)
        counts = np.array([len(document.parts) for document in documents])
        first = np.cumsum(counts) - counts
        parts = np.concatenate([document.parts for document in documents])
        table = UnitTable(
            Corpus(range(len(documents)), BatchColumn([whole])),
            "paragraph",
            np.repeat(np.arange(len(documents)), counts),
            *parts.T.copy(),
        )
        numbers = np.array([document.number for document in documents])
        units = numbers[table.document] << START_BITS | table.start
        joined = np.concatenate([np.array(own, np.int64).reshape(-1, 4) for own in pairs])
        linked = [(np.searchsorted(units, joined[:, i]), joined[:, i + 1].astype(np.uint32)) for i in (0, 2)]
        covered = np.concatenate([document.covered for document in documents])
        owner = np.repeat(first, [len(document.covered) for document in documents])
        found = self.wanted.across(table, linked, (owner, covered[:, 0], covered[:, 1]))
        if len(found.matched):
            yield _placed_rows(found, units, _stretch_texts(whole, table, found) if self.texts else None)


def _two(values: Any) -> Longs:
    return np.array(values, np.int64).reshape(-1, 2)


def search_texts(documents: DocumentFrames, left: DataFrame, wanted: Search, *, texts: bool = True) -> DataFrame:
    """Return what the search in each document gives: `document`, and the columns of `SearchTexts`."""
    task = SearchTexts(wanted, texts)
    given = [name for name in ("document", "text", "removed") if name in left.columns]
    return documents.run.settle(left.select(*given).mapInArrow(task, task.schema), "passages inside documents")


def find_across(documents: DocumentFrames, searched: DataFrame, wanted: Search, *, texts: bool = True) -> DataFrame:
    """Return what documents share: rows of `STRETCHES`."""
    run = documents.run
    link, sift, compare = LinkPlaces(wanted), SiftPairs(wanted), CompareTexts(wanted, texts)
    columns = ("hash", "part", "place", "before", "behind")
    anchors = searched.select("document", F.inline(F.arrays_zip(*columns)))
    anchors = anchors.withColumn("unit", F.shiftleft("document", START_BITS).bitwiseOR(F.col("part"))).select(
        "hash", "unit", "place", "before", "behind"
    )
    linked = anchors.repartition("hash").sortWithinPartitions("hash", "unit", "place")
    linked = linked.mapInArrow(link, link.schema)
    linked = linked.withColumn("one", document_of("a")).withColumn("other", document_of("b"))
    order = ("one", "other", "a", "b", "a_place", "b_place")
    pairs = run.settle(
        linked.repartition("one", "other").sortWithinPartitions(*order).mapInArrow(sift, sift.schema),
        "pairs of documents that share anchors",
    )
    places = pairs.groupBy("one").agg(F.ceil(F.count("*") / TOGETHER).alias("places"))
    pairs = pairs.join(places, "one").withColumn("salt", F.pmod(F.xxhash64("other"), F.col("places")))
    known = documents.with_texts(searched.select("document", "parts", "covered"))
    known = run.spread(known.select("document", "text", "parts", "covered"), "document")
    known = run.keep(known, "document", "texts that were searched")
    own = ("text", "parts", "covered")
    others = pairs.join(known, F.col("other") == F.col("document")).select("one", "salt", "other", "pairs", *own)
    nothing = (F.lit(None).cast("long").alias("other"), F.lit(None).cast("array<long>").alias("pairs"))
    heads = pairs.select("one", "salt").distinct().join(known, F.col("one") == F.col("document"))
    rows = others.unionByName(heads.select("one", "salt", *nothing, *own)).repartition("one", "salt")
    rows = rows.sortWithinPartitions("one", "salt", F.asc_nulls_first("other"))
    found = run.settle(rows.mapInArrow(compare, compare.schema), "passages across documents")
    run.release(known)
    return found
