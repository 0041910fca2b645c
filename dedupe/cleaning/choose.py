"""The passages that are removed, in corpora larger than memory.

Stretches of sentences are joined if they hold equal windows, or if a region lies in both. The code that works in
memory decides joined stretches together, as many at a time as fit; one decision needs no sentence
of another. Texts are read where they are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dedupe import kernels, worksize
from dedupe.cleaning.across import Anchored
from dedupe.cleaning.choice import Removed
from dedupe.cleaning.documents import Documents
from dedupe.cleaning.passages import remove_passages
from dedupe.cleaning.regions import Regions
from dedupe.cleaning.removals import ROW, SPAN, Removals, RemovalWriter
from dedupe.cleaning.repeated import SENTENCE, Chosen, RepeatedWindows, to_sentences
from dedupe.cleaning.sentences import keep_order
from dedupe.documents import Corpus
from dedupe.job import CleanOptions
from dedupe.passages.result import Places
from dedupe.records import join_records
from dedupe.sorting import distinct
from dedupe.store.budget import Budget
from dedupe.store.columns import Array, Column, WorkFolder
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U32

_EDGES = ("start", "end")


class _Joined(NamedTuple):
    """Sentences and regions in chunks that share nothing."""

    rows: Column
    """all sentences, `breaks` where a stretch begins"""
    chunk: U32
    """the chunk of each stretch"""
    chunks: int
    regions: Array
    region_chunk: U32


def choose_passages(
    documents: Documents,
    anchored: Anchored,
    across: Column,
    rank: Callable[[Offsets], Offsets],
    options: CleanOptions,
    folder: WorkFolder,
    budget: Budget,
) -> Removals:
    """Decide which passages are removed.

    Parameters
    ----------
    documents : Documents
        All documents.
    anchored, across
        Their sentences, and the regions in and across them.
    rank : function
        Gives the place in keep order of some documents, whose numbers ascend, among them.
    options : CleanOptions
        The options of the run.
    folder, budget
        As for `scan`.
    """
    sentences = anchored.sentences
    assert sentences is not None
    regions = join_records([column.read(0, len(column)) for column in (anchored.regions, across)])
    repeated = sentences.repeated(folder, budget.entries)
    sentences.windows.free()
    chosen = sentences.choose(repeated, _both_sides(regions), options.min_passage, folder)
    sentences.rows.free()
    joined = _join(chosen, repeated, regions, budget.sentences)
    del regions
    found = [np.zeros(0, ROW)]
    for rows, own in _chunks(joined, folder):
        found.append(_decide(documents, rows, own, rank, options, budget.recent_text))
    for column in (*repeated, chosen.rows):
        column.remove()
    removed = join_records(found)
    writer = RemovalWriter(folder, "removed")
    writer.add_rows(removed.take(np.lexsort((removed["end"], removed["start"], removed["document"]))))
    return writer.close()


def _both_sides(regions: Array) -> Array:
    """Return the places of the earlier sides of regions, then those of the later ones."""
    out = np.empty(2 * len(regions), SPAN)
    for side, own in zip(("a", "b"), np.split(out, 2), strict=True):
        own["document"] = regions[side]
        for edge in _EDGES:
            own[edge] = regions[f"{side}_{edge}"]
    return out


def _join(chosen: Chosen, repeated: RepeatedWindows, regions: Array, limit: int) -> _Joined:
    """Join stretches, and cut what is joined into chunks of about so many sentences."""
    label = np.arange(len(chosen.first), dtype=np.uint32)

    def stretch(sentences: Array) -> U32:
        return (np.searchsorted(chosen.first, sentences, side="right") - 1).astype(np.uint32)

    at = 0
    for _, sizes in repeated.sizes.runs(worksize.SIZES.sentences):
        count = int(sizes.sum(dtype=np.int64))
        kernels.unite(label, stretch(repeated.members.read(at, at + count)), sizes)
        at += count
    # A region of which a side has no sentence joins nothing.
    sides = chosen.sentence.reshape(2, -1)
    both = (sides >= 0).all(axis=0)
    kernels.unite(label, stretch(sides[:, both].T.ravel()), np.full(int(both.sum()), 2, np.uint32))
    while True:
        above = label[label]
        if np.array_equal(above, label):
            break
        label = above
    # What comes one behind the other makes a chunk.
    weights = np.bincount(label, chosen.size, len(label)).astype(np.int64)
    chunk = ((np.cumsum(weights) - weights) // limit).astype(np.uint32)
    used, place = np.unique(chunk[label], return_inverse=True)
    chunk = place.astype(np.uint32)
    sentence = sides.max(axis=0)
    inside = np.flatnonzero(sentence >= 0)
    return _Joined(chosen.rows, chunk, len(used), regions.take(inside), chunk[stretch(sentence[inside])])


def _chunks(joined: _Joined, folder: WorkFolder) -> Iterator[tuple[Array, Array]]:
    """Return the sentences and the regions of each chunk."""
    order = np.argsort(joined.region_chunk, kind="stable")
    bounds = np.searchsorted(joined.region_chunk[order], np.arange(joined.chunks + 1))
    for first in range(0, joined.chunks, worksize.SIZES.files):
        last = min(first + worksize.SIZES.files, joined.chunks)
        for number, rows in enumerate(_spread(joined, first, last, folder), first):
            yield rows.read(0, len(rows)), joined.regions.take(order[bounds[number] : bounds[number + 1]])
            if rows is not joined.rows:
                rows.remove()


def _spread(joined: _Joined, first: int, last: int, folder: WorkFolder) -> Sequence[Column]:
    """Return the sentences of some chunks, chunk by chunk."""
    if joined.chunks == 1:
        return [joined.rows]
    writers = [folder.column(f"chunk.{number:06d}", SENTENCE) for number in range(first, last)]
    stretches = 0
    for _, rows in joined.rows.runs(worksize.SIZES.sentences):
        stretch = stretches + np.cumsum(rows["breaks"], dtype=np.int64) - 1
        stretches = int(stretch[-1]) + 1
        chunk = joined.chunk[stretch]
        order = np.argsort(chunk, kind="stable")
        ends = np.searchsorted(chunk[order], np.arange(first, last + 1))
        for i in np.flatnonzero(np.diff(ends)).tolist():
            writers[i].append(rows.take(order[ends[i] : ends[i + 1]]))
    return [writer.close() for writer in writers]


def _decide(
    documents: Documents,
    rows: Array,
    regions: Array,
    rank: Callable[[Offsets], Offsets],
    options: CleanOptions,
    room: int,
) -> Array:
    """Return what is removed of some sentences, as rows of `ROW`."""
    numbers = distinct(np.concatenate((rows["document"], regions["a"], regions["b"]))).astype(np.int64)
    sides = [
        Places(
            np.searchsorted(numbers, regions[side]),
            *(regions[f"{side}_{edge}"].astype(np.int64) for edge in _EDGES),
        )
        for side in ("a", "b")
    ]
    sentences = to_sentences(rows, numbers)
    order, position = keep_order(sentences.document, rank(numbers))
    sentences = sentences.select(order)
    del order
    found = remove_passages(
        Corpus(range(len(numbers)), documents.chosen(numbers, room)),
        sentences,
        Regions(*sides),
        position,
        least=options.min_passage,
        similarity=options.passage_similarity,
        facts=options.facts,
    )
    return _to_rows(found, numbers)


def _to_rows(found: Sequence[Removed], numbers: Offsets) -> Array:
    """Return passages as rows; `numbers` are those of their documents."""
    out = np.empty(len(found), ROW)
    columns = np.array([one[:6] for one in found], np.int64).reshape(-1, 6).T
    for name, column in zip(ROW.names or (), columns, strict=False):
        out[name] = numbers[column] if name in ("document", "kept") else column
    out["score"] = [one.similarity for one in found]
    out["by_letters"] = [one.measure == "letters" for one in found]
    return out
