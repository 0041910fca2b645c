"""Regions that documents share, in corpora larger than memory.

Texts are searched run by run. Their anchors are written into partitions by hash, where equal hashes meet. Pairs of
places are written into partitions by their earlier text. Texts that share anchors are read again and compared, as
many at a time as fit. Texts here are the parts of documents that earlier stages have left. `choose` decides on the
regions found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dedupe import worksize
from dedupe.cleaning.documents import Documents, document_runs
from dedupe.cleaning.removals import SPAN, gather, offsets_of
from dedupe.cleaning.repeated import SentenceFiles, SentenceWriter
from dedupe.cleaning.sentences import Sentences, cut_sentences
from dedupe.columns import BatchColumn, TextColumn
from dedupe.documents import Corpus
from dedupe.job import ParagraphMode
from dedupe.parallel import ordered_map
from dedupe.passages.find import Search, Searched
from dedupe.passages.place import Placed
from dedupe.passages.promising import Sieve
from dedupe.policy import link_runs
from dedupe.records import join_records
from dedupe.sorting import distinct, places_among, spread
from dedupe.spans import Spans
from dedupe.store.bits import Bits
from dedupe.store.budget import Budget
from dedupe.store.columns import Array, Column, WorkFolder, check_count
from dedupe.store.memory import give_back
from dedupe.store.partitions import Partitions, PartitionWriter, key_unit, unit_key
from dedupe.text.encode import Offsets
from dedupe.units import UnitTable

_ANCHOR = np.dtype([("key", "<u4"), ("part", "<u4"), ("place", "<u4"), ("before", "<u2"), ("behind", "<u2")])
_PAIR = np.dtype([("key", "<u8"), ("place", "<u4"), ("other", "<u4"), ("other_place", "<u4"), ("long", "u1")])
# Two places that share much, `a` the earlier one: document, first code point and end.
REGION = np.dtype([(name, "<u4") for name in ("a", "a_start", "a_end", "b", "b_start", "b_end")])

# The same, with how many tokens match and how many both sides have.
PASSAGE = np.dtype([*REGION.descr, ("matched", "<u4"), ("tokens", "<u4")])


@dataclass(frozen=True)
class Anchored:
    """Columns that the pass over all texts leaves for the search across documents."""

    parts: Column
    """of `SPAN`, by document and start"""
    part_offsets: Column
    """where the parts of each document begin"""
    regions: Column
    """of `REGION` or `PASSAGE`: those inside documents"""
    covered: Column
    """letters of each document, from its first, that its repeats cover"""
    covered_offsets: Column
    anchors: Partitions
    sentences: SentenceFiles | None


class _Left(NamedTuple):
    """The parts that earlier stages leave of a run of documents."""

    numbers: Offsets
    removed: dict[int, Spans]
    parts: Array
    first: int
    """the number of the first part"""


class _Run(NamedTuple):
    """Parts of whole documents, what the search in them gives, and their sentences."""

    parts: Array
    first: int
    searched: Searched
    sentences: Sentences | None


def find_anchors(
    documents: Documents,
    lengths: Column,
    gone: Bits,
    removed: Callable[[], Callable[[int], dict[int, Spans]]],
    wanted: Search,
    paragraphs: ParagraphMode | None,
    folder: WorkFolder,
    bits: int,
    threads: int,
    *,
    signs: bool = False,
    kind: np.dtype[np.void] = REGION,
) -> Anchored:
    """Search in what is left of each document, and keep the anchors and the sentences.

    Parameters
    ----------
    documents : Documents
        All documents.
    lengths : Column
        Their code points.
    gone : Bits
        The documents that are removed entirely.
    removed : function
        Gives a function that answers, run by run, with what is removed of the documents before one.
    wanted : Search
        The search for passages.
    paragraphs, folder, bits, threads
        As for `scan`; None where no sentences are wanted.
    signs : bool
        Signs make sentences differ; see `cut_sentences`.
    kind : dtype
        `REGION`, or `PASSAGE`.
    """
    nothing = Spans()

    def left() -> Iterator[_Left]:
        count, removed_until = 0, removed()
        for first, last in document_runs(documents):
            spans = removed_until(last)
            numbers = np.arange(first, last)
            numbers = numbers[~gone.has(numbers)]
            ends = lengths.read(first, last).tolist()
            rows = [
                (document, start, end)
                for document in numbers.tolist()
                for start, end in spans.get(document, nothing).gaps(ends[document - first])
            ]
            own = np.array(rows, SPAN)
            check_count(count + len(own), "texts")
            yield _Left(numbers, spans, own, count)
            count += len(own)

    def work(run: _Left) -> _Run:
        numbers = run.numbers
        corpus = Corpus(numbers.tolist(), BatchColumn([documents.texts.read(numbers)]))
        place, start, end = (run.parts[name].astype(np.int64) for name in SPAN.names or ())
        table = UnitTable(corpus, "paragraph", np.searchsorted(numbers, place), start, end)
        sentences = None
        if paragraphs is not None:
            own = {int(np.searchsorted(numbers, number)): spans for number, spans in run.removed.items()}
            sentences = cut_sentences(corpus, np.arange(len(numbers)), own, paragraphs, signs=signs)
            sentences = sentences._replace(document=numbers[sentences.document])
        return _Run(run.parts, run.first, wanted.search(table, (0, len(table))), sentences)

    writers = {
        name: folder.column(name, kind) for name, kind in (("parts", SPAN), ("regions", kind), ("covered", SPAN))
    }
    anchors = PartitionWriter(folder, "anchor", bits, _ANCHOR)
    sentences = None if paragraphs is None else SentenceWriter(folder, bits, wanted.min_length)
    for run in ordered_map(work, left(), threads):
        found = run.searched
        writers["parts"].append(run.parts)
        writers["regions"].append(_regions(found.placed, run.parts, kind))
        if sentences and run.sentences:
            sentences.add(run.sentences)
        for hashes, part, places, *around in _anchors(found, sieve_of(wanted)):
            anchors.add(hashes, part + run.first, places, *around)
        writers["covered"].append(_covered_letters(found, run.parts))
    columns = {name: writer.close() for name, writer in writers.items()}
    return Anchored(
        columns["parts"],
        offsets_of(columns["parts"], documents.count, folder, "part.offsets"),
        columns["regions"],
        columns["covered"],
        offsets_of(columns["covered"], documents.count, folder, "covered.offsets"),
        anchors.close(),
        sentences.close() if sentences else None,
    )


def _anchors(found: Searched, sieve: Sieve) -> Iterator[tuple[Array, ...]]:
    """Return the anchors of a run: hash, part, letter in it, and what lies around; so many at a time."""
    for first in range(0, len(found.places), worksize.SIZES.anchors):
        own = slice(first, first + worksize.SIZES.anchors)
        places = found.places[own].astype(np.int64)
        part = np.searchsorted(found.offsets, places, side="right") - 1
        around = sieve.surroundings((found.letters, found.offsets), found.places[own])
        yield found.hashes[own].astype(np.uint64) << np.uint64(32), part, places - found.offsets[part], *around


def find_regions_across(
    documents: Documents,
    anchored: Anchored,
    wanted: Search,
    folder: WorkFolder,
    budget: Budget,
    threads: int,
) -> Column:
    """Return the regions that lie across documents, of the kind of those inside."""
    # Of the search inside documents nothing but its columns is held.
    give_back(anchored.anchors.size)
    pairs = _link(anchored, wanted, folder, budget)
    anchored.anchors.free()
    work = _Across(documents, anchored, wanted)
    records = pairs.records(budget.entries, last=True)
    batches = _batches(work, records, len(anchored.parts), budget.letters // threads)
    writer = folder.column("across", anchored.regions.kind)
    for regions in ordered_map(work, batches, threads):
        writer.append(regions)
    pairs.remove()
    return writer.close()


def _table(texts: TextColumn, parts: Array) -> UnitTable:
    """Parts of documents as units."""
    columns = (parts[name].astype(np.int64) for name in SPAN.names or ())
    return UnitTable(Corpus(range(len(texts)), texts), "paragraph", *columns)


def _covered_letters(found: Searched, parts: Array) -> Array:
    """Return what repeats cover, in letters of each document."""
    starts, ends = found.covered
    part = np.searchsorted(found.offsets, starts, side="right") - 1
    document = parts["document"][part]
    # Letters of a document begin with its first part.
    first = found.offsets[np.searchsorted(parts["document"], document)]
    out = np.empty(len(starts), SPAN)
    for name, values in (("document", document), ("start", starts - first), ("end", ends - first)):
        out[name] = values
    return out


def _link(anchored: Anchored, wanted: Search, folder: WorkFolder, budget: Budget) -> Partitions:
    """Pairs of places with one anchor, in two documents, by the earlier text."""
    writer = PartitionWriter(folder, "pair", budget.bits, _PAIR)
    count = len(anchored.parts)
    for records in anchored.anchors.repeated_records(budget.entries, last=True):
        if not len(records):
            continue
        own = distinct(records["part"])
        documents = anchored.parts.take(own.astype(np.int64))["document"][places_among(own, records["part"])]
        earlier, later = link_runs(records["key"], documents)
        a, b = records.take(earlier), records.take(later)
        around = [(side["before"], side["behind"]) for side in (a, b)]
        long = sieve_of(wanted).long(around[0], around[1])
        writer.add(unit_key(a["part"], count), a["place"], b["part"], b["place"], long)
    return writer.close()


def sieve_of(wanted: Search) -> Sieve:
    """The sieve for pairs of texts of a search."""
    return Sieve(wanted.anchor_length, wanted.min_length)


class _Batch(NamedTuple):
    """Pairs of places in parts."""

    a: Offsets
    a_place: Array
    b: Offsets
    b_place: Array


class _Across:
    """Compares texts that share anchors."""

    def __init__(self, documents: Documents, anchored: Anchored, wanted: Search) -> None:
        self._documents, self._texts, self._wanted = documents, documents.texts, wanted
        self._anchored, self.sieve = anchored, sieve_of(wanted)

    def documents_of(self, parts: Offsets) -> Offsets:
        """The documents of some parts, in any order."""
        known = distinct(parts)
        documents = self._anchored.parts.take(known)["document"].astype(np.int64)
        return documents[places_among(known, parts)]

    def sizes(self, documents: Offsets) -> Offsets:
        """Return how much text some documents have, whose numbers ascend."""
        return self._documents.size.take(documents).astype(np.int64)

    def __call__(self, batch: _Batch) -> Array:
        """The regions that pairs lead to."""
        anchored = self._anchored
        linked = distinct(np.concatenate((batch.a, batch.b)))
        documents = distinct(anchored.parts.take(linked)["document"].astype(np.int64))
        # What repeats of a document cover is asked for all of it.
        low, high = (anchored.part_offsets.take(documents + step).astype(np.int64) for step in (0, 1))
        parts = spread(low, high)
        spans = anchored.parts.take(parts)
        table = _table(self._texts, spans)
        covered = gather(anchored.covered, anchored.covered_offsets, documents)
        own = (places_among(parts, side) for side in (batch.a, batch.b))
        places = (batch.a_place, batch.b_place)
        first = np.searchsorted(table.document, covered["document"].astype(np.int64))
        bounds = (first, covered["start"].astype(np.int64), covered["end"].astype(np.int64))
        placed = self._wanted.across(table, list(zip(own, places, strict=True)), bounds)
        return _regions(placed, spans, anchored.regions.kind)


def _batches(work: _Across, pairs: Iterable[Array], count: int, limit: int) -> Iterator[_Batch]:
    """Cut pairs, in order of their texts, into as many at a time as there is room for the documents of.

    A document is read once for all pairs of a batch, so that batches are cut by what is new in them.
    """
    held: list[Array] = []
    room = _Room(work, limit)
    for part in pairs:
        own = work.sieve.keep(part)
        a, b = key_unit(np.ascontiguousarray(own["key"]), count), own["other"].astype(np.int64)
        # All pairs of two texts are compared together.
        begins = np.flatnonzero((np.diff(a, prepend=-1) != 0) | (np.diff(b, prepend=-1) != 0))
        ends = np.append(begins, len(own))
        first = 0
        while first < len(begins):
            window = begins[first : first + worksize.SIZES.pairs]
            last = first + room.take(a[window], b[window], alone=not held)
            if last > first:
                held.append(own[ends[first] : ends[last]])
            if last < first + len(window):
                yield _batch(join_records(held), count)
                held = []
                room = _Room(work, limit)
            first = last
    if held:
        yield _batch(join_records(held), count)


class _Room:
    """The room for documents of a batch."""

    def __init__(self, work: _Across, limit: int) -> None:
        self._work, self._left = work, limit
        self._known = np.zeros(0, np.int64)

    def take(self, a: Offsets, b: Offsets, *, alone: bool) -> int:
        """Make room for the documents of pairs of parts, in their order; for how many there is some.

        With `alone` there is room for the first pair, whatever it takes.
        """
        documents = self._work.documents_of(np.stack((a, b), axis=1).ravel())
        own, first = np.unique(documents, return_index=True)
        new = ~np.isin(own, self._known, assume_unique=True)
        sizes = np.zeros(len(a), np.int64)
        np.add.at(sizes, first[new] // 2, self._work.sizes(own[new]))
        total = np.cumsum(sizes)
        count = max(int(np.searchsorted(total, self._left, side="right")), int(alone))
        self._known = np.union1d(self._known, documents[: 2 * count])
        self._left -= int(total[count - 1]) if count else 0
        return count


def _batch(pairs: Array, count: int) -> _Batch:
    a, b = key_unit(np.ascontiguousarray(pairs["key"]), count), pairs["other"].astype(np.int64)
    return _Batch(a, pairs["place"], b, pairs["other_place"])


def _regions(placed: Placed, parts: Array, kind: np.dtype[Any]) -> Array:
    """Return pairs of stretches of parts as pairs of places in documents."""
    out = np.empty(len(placed.matched), kind)
    if kind == PASSAGE:
        out["matched"], out["tokens"] = placed.matched, placed.tokens
    for name, side in (("a", placed.a), ("b", placed.b)):
        own = parts.take(side.text)
        out[name] = own["document"]
        out[f"{name}_start"] = own["start"] + side.start
        out[f"{name}_end"] = own["start"] + side.end
    return out
