"""A snapshot: all segments of an index together, asked for units by key, and for what is known of units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.columns import TextColumn, join_batches
from dedupe.documents import Id
from dedupe.index.segment import Floats, Segment, hash_ids
from dedupe.sorting import Mask, distinct
from dedupe.store.arrays import Column, search, search_entries
from dedupe.store.blocks import unpack_texts
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U64

Section = Literal["key", "fold", "copy"]
SECTIONS: tuple[Section, ...] = ("key", "fold", "copy")


class Owners(NamedTuple):
    """For each of some units the one that stands for its copies, the kept one, and the similarity to that."""

    copy_of: Offsets
    kept: Offsets
    similarity: Floats


class Snapshot:
    """Contents of an index at one moment; they never change.

    Segments come in the order of their numbers; what a later one says of a unit counts.
    """

    def __init__(self, segments: Sequence[Segment] = ()) -> None:
        self.segments = tuple(segments)
        self._first_unit = _firsts([segment.unit for segment in segments])
        self._first_document = _firsts([segment.document for segment in segments])
        self.removed: Offsets = distinct(np.concatenate([_NONE, *(s.removed for s in segments)]).astype(np.int64))
        self.changed, changes = _NONE, Owners(_NONE, _NONE, np.zeros(0))
        for segment in segments:
            if len(segment.changed):
                units = np.concatenate((segment.changed.astype(np.int64), self.changed))
                # The first of equals is the later one.
                self.changed, places = np.unique(units, return_index=True)
                changes = Owners(
                    np.concatenate((segment.changed_copy_of, changes.copy_of))[places].astype(np.int64),
                    np.concatenate((segment.changed_kept, changes.kept))[places].astype(np.int64),
                    np.concatenate((segment.changed_similarity, changes.similarity))[places],
                )
        self._changes = changes

    def extended(self, segment: Segment) -> Snapshot:
        """The snapshot with one more segment."""
        return Snapshot([*self.segments, segment])

    @property
    def next_unit(self) -> int:
        """The number of the next unit that comes; numbers are given out once."""
        return max((int(s.unit[-1]) + 1 for s in self.segments if len(s.unit)), default=0)

    @property
    def next_document(self) -> int:
        """The number of the next document that comes."""
        return max((int(s.document[-1]) + 1 for s in self.segments if len(s.document)), default=0)

    def find(self, section: Section, keys: U64) -> tuple[Offsets, Offsets]:
        """All pairs of a position in `keys`, which ascend, and a unit with that key; some units may be gone."""
        positions, units = [_NONE], [_NONE]
        for segment in self.segments:
            run: Column = getattr(segment, section)
            if not len(run) or not len(keys):
                continue
            low, high = search_entries(run, keys)
            hits = np.flatnonzero(high > low)
            first, counts = low[hits], (high - low)[hits]
            positions.append(np.repeat(hits, counts))
            places = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
            units.append(getattr(segment, f"{section}_unit")[places].astype(np.int64))
        return np.concatenate(positions), np.concatenate(units)

    def standing(self, units: Offsets) -> Mask:
        """Return which units are there and stand for their copies."""
        out = self.alive(units)
        out[out] = self.owners(units[out]).copy_of == units[out]
        return out

    def alive(self, units: Offsets) -> Mask:
        """Return which units are in the index and not removed."""
        which, rows = self._places(units)
        out = which >= 0
        for number, own in _groups(which):
            document = self.segments[number].unit_document[rows[own]].astype(np.int64)
            out[own] = ~member(document, self.removed)
        return out

    def owners(self, units: Offsets) -> Owners:
        """Return what units belong to."""
        copy_of = self.stored(units).copy_of
        while True:
            copies = np.flatnonzero(copy_of != units)
            above = self.stored(copy_of[copies]).copy_of
            if np.array_equal(above, copy_of[copies]):
                break
            copy_of[copies] = above
        _, kept, similarity = self.stored(copy_of)
        return Owners(copy_of, kept, similarity)

    def values(self, units: Offsets, name: str) -> npt.NDArray[Any]:
        """A column of the segments' units."""
        which, rows = self._places(units)
        parts = list(_groups(which))
        kinds = [getattr(self.segments[number], name).dtype for number, _ in parts] or [np.int64]
        out = np.zeros(len(units), np.int64 if kinds[0] == np.uint32 else kinds[0])
        for number, own in parts:
            out[own] = getattr(self.segments[number], name)[rows[own]]
        return out

    def texts(self, units: Offsets) -> TextBatch:
        """The texts of units, in their order."""
        which, rows = self._places(units)
        parts, at = [], np.zeros(len(units), np.int64)
        filled = 0
        for number, own in _groups(which):
            segment, row = self.segments[number], rows[own]
            document = _rows(segment.document, segment.unit_document[row].astype(np.int64))
            start = segment.text_offsets[document].astype(np.int64) + segment.unit_byte[row]
            parts.append(unpack_texts(segment.packed, start, start + segment.unit_bytes[row]))
            at[own] = np.arange(filled, filled + len(own))
            filled += len(own)
        return join_batches(parts).select(at) if parts else join_batches([])

    def document_texts(self, documents: Offsets) -> TextBatch:
        """The texts of documents, whose numbers ascend."""
        which = np.searchsorted(self._first_document, documents, side="right") - 1
        parts = []
        for number, own in _groups(which):
            segment = self.segments[number]
            row = _rows(segment.document, documents[own])
            start, end = (segment.text_offsets[place].astype(np.int64) for place in (row, row + 1))
            parts.append(unpack_texts(segment.packed, start, end))
        return join_batches(parts)

    def document_sizes(self, documents: Offsets) -> Offsets:
        """Bytes of the texts of documents."""
        which = np.searchsorted(self._first_document, documents, side="right") - 1
        out = np.zeros(len(documents), np.int64)
        for number, own in _groups(which):
            segment = self.segments[number]
            row = _rows(segment.document, documents[own])
            out[own] = (segment.text_offsets[row + 1] - segment.text_offsets[row]).astype(np.int64)
        return out

    def documents(self) -> Offsets:
        """The numbers of all documents that are there, ascending."""
        numbers = np.concatenate([_NONE, *(s.document.astype(np.int64) for s in self.segments)])
        return numbers[~member(numbers, self.removed)]

    def units(self) -> Offsets:
        """The numbers of all units that are there, ascending."""
        parts = [s.unit[~member(s.unit_document.astype(np.int64), self.removed)] for s in self.segments]
        return np.concatenate([_NONE, *parts]).astype(np.int64)

    def units_of(self, documents: Offsets) -> Offsets:
        """The numbers of all units of documents, ascending."""
        parts = [s.unit[member(s.unit_document.astype(np.int64), documents)] for s in self.segments]
        return np.concatenate([_NONE, *parts]).astype(np.int64)

    def find_ids(self, encoded: Sequence[bytes]) -> Offsets:
        """The number of the document that has each encoded id, or -1."""
        out = np.full(len(encoded), -1)
        hashes = hash_ids(encoded)
        order = np.argsort(hashes)
        for segment in self.segments:
            if not len(segment.id_hash):
                continue
            low = search(segment.id_hash, hashes[order])
            for place, first in zip(order.tolist(), low.tolist(), strict=True):
                at = first
                while at < len(segment.id_hash) and segment.id_hash[at] == hashes[place]:
                    document = int(segment.id_document[at])
                    row = int(_rows(segment.document, np.array([document]))[0])
                    raw = segment.ids[int(segment.id_offsets[row]) : int(segment.id_offsets[row + 1])]
                    if raw.tobytes() == encoded[place] and not member(np.array([document]), self.removed)[0]:
                        out[place] = document
                    at += 1
        return out

    def ids(self, documents: Offsets) -> list[Id]:
        """The ids of documents."""
        which = np.searchsorted(self._first_document, documents, side="right") - 1
        out: list[Id] = [None] * len(documents)
        for number, own in _groups(which):
            segment = self.segments[number]
            rows = _rows(segment.document, documents[own])
            for place, row in zip(own.tolist(), rows.tolist(), strict=True):
                out[place] = segment.id(row)
        return out

    def stored(self, units: Offsets) -> Owners:
        """Return what the segments say of units, without a look at what copies are copies of in their turn."""
        which, rows = self._places(units)
        count = len(units)
        out = Owners(np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count))
        for number, own in _groups(which):
            segment, row = self.segments[number], rows[own]
            out.copy_of[own], out.kept[own] = segment.copy_of[row], segment.kept[row]
            out.similarity[own] = segment.similarity[row]
        if len(self.changed):
            place = np.minimum(np.searchsorted(self.changed, units), len(self.changed) - 1)
            again = np.flatnonzero(self.changed[place] == units)
            out.copy_of[again] = self._changes.copy_of[place[again]]
            out.kept[again] = self._changes.kept[place[again]]
            out.similarity[again] = self._changes.similarity[place[again]]
        return out

    def _places(self, units: Offsets) -> tuple[Offsets, Offsets]:
        """The segment of each unit, -1 where it is not there, and its row there."""
        which = np.searchsorted(self._first_unit, units, side="right") - 1
        rows = np.zeros(len(units), np.int64)
        for number, own in _groups(which):
            rows[own] = place = _rows(self.segments[number].unit, units[own])
            which[own[place < 0]] = -1
        return which, rows


class SnapshotTexts(TextColumn):
    """The texts of a snapshot's documents as a column."""

    def __init__(self, snapshot: Snapshot, documents: Offsets) -> None:
        self._snapshot, self._documents = snapshot, documents
        self._sizes = snapshot.document_sizes(documents)

    def __len__(self) -> int:
        return len(self._documents)

    def read(self, numbers: Offsets) -> TextBatch:
        """Unpack some texts."""
        return self._snapshot.document_texts(self._documents[numbers])

    def sizes(self) -> Offsets:
        """Lengths in bytes."""
        return self._sizes


_NONE = np.zeros(0, np.int64)


def _firsts(numbers: Sequence[Column]) -> Offsets:
    """The first number of each segment; of one without any, that of the next, so that nothing is found in it."""
    out = np.zeros(len(numbers), np.int64)
    following = np.iinfo(np.int64).max
    for place in range(len(numbers) - 1, -1, -1):
        if len(numbers[place]):
            following = int(numbers[place][0])
        out[place] = following
    # Of several with one first number the last is searched: the one that has it.
    return out


def member(values: Offsets, sorted_set: Offsets) -> Mask:
    """Return which values are in a sorted set."""
    if not len(sorted_set):
        return np.zeros(len(values), bool)
    place = np.minimum(np.searchsorted(sorted_set, values), len(sorted_set) - 1)
    found: Mask = sorted_set[place] == values
    return found


def _rows(numbers: Column, wanted: Offsets) -> Offsets:
    """Return where each wanted number stands among ascending ones, or -1."""
    if not len(numbers):
        return np.full(len(wanted), -1)
    first, last = int(numbers[0]), int(numbers[-1])
    if last - first + 1 == len(numbers):
        # Without gaps, as they mostly are, there is nothing to search.
        return np.where((wanted >= first) & (wanted <= last), wanted - first, -1)
    place = np.minimum(search(numbers, wanted), len(numbers) - 1)
    return np.where(numbers[place] == wanted, place, -1)


def _groups(which: Offsets) -> Iterator[tuple[int, Offsets]]:
    """The positions of each number that is not negative."""
    for number in np.flatnonzero(np.bincount(which + 1)[1:]).tolist():
        yield number, np.flatnonzero(which == number)
