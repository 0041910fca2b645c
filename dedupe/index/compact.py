"""Merging segments: the same units in one segment, without what was removed and what no longer counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dedupe import kernels
from dedupe.columns import runs
from dedupe.index.segment import FIELDS, Segment
from dedupe.index.snapshot import SECTIONS, Section, Snapshot, member
from dedupe.sorting import Mask
from dedupe.store.arrays import Array, Column
from dedupe.store.blocks import Blocks, check_blocks, pack_texts, unpack_texts
from dedupe.text.hashing import U64

# Segments of about one size that are kept beside each other; more are merged.
_MOST_OF_A_TIER = 3
_SMALLEST = 1 << 16
# Entries of a run, and bytes of text, that are worked on at a time.
_RUN_ENTRIES = 1 << 22
_TEXT_BYTES = 16 << 20


def due(snapshot: Snapshot) -> int | None:
    """From which segment on the last ones should be merged, if they should.

    Sizes grow by fours: what comes in is written again about once for each time that the index has grown fourfold.
    """
    tiers = [max(_weight(segment) // _SMALLEST, 1).bit_length() // 2 for segment in snapshot.segments]
    for tier in sorted(set(tiers)):
        first = len(tiers)
        while first and tiers[first - 1] <= tier:
            first -= 1
        if len(tiers) - first > _MOST_OF_A_TIER:
            return first
    return None


def _weight(segment: Segment) -> int:
    return sum(array.nbytes for array in segment)


def merge_segments(snapshot: Snapshot, first: int) -> Iterator[tuple[str, Iterator[Column]]]:
    """The arrays of one segment in the place of all from `first` on, each in parts.

    Raises
    ------
    IndexFileError
        What is merged is not as it was written: nothing damaged gets a new checksum.
    """
    merging = _Merging(snapshot, first)
    # Where the packed texts lie is known when they have been handed on.
    for name in ("blocks", *(name for name in FIELDS if name != "blocks")):
        yield name, merging.array(name)


class _Merging:
    def __init__(self, snapshot: Snapshot, first: int) -> None:
        self._all = snapshot
        self._segments = snapshot.segments[first:]
        self._documents = [~member(s.document.astype(np.int64), snapshot.removed) for s in self._segments]
        self._units = [~member(s.unit_document.astype(np.int64), snapshot.removed) for s in self._segments]
        own = Snapshot(self._segments)
        numbers = [s.document.astype(np.int64) for s in self._segments if len(s.document)]
        self._first_document = int(numbers[0][0]) if numbers else snapshot.next_document
        units = [s.unit for s in self._segments if len(s.unit)]
        self._first_unit = int(units[0][0]) if units else snapshot.next_unit
        self._removed = own.removed[own.removed < self._first_document]
        changed = own.changed[own.changed < self._first_unit]
        self._changed = changed[snapshot.alive(changed)]
        # Where nothing was removed or changed, all entries count.
        self._clean = not len(snapshot.removed) and not len(snapshot.changed)
        # Keys and units are written one behind the other: entries that make one part are kept for the second time.
        self._whole: dict[Section, tuple[Array, Array]] = {}
        self._packed: list[tuple[Array, Array, Array]] = []

    def array(self, name: str) -> Iterator[Column]:
        """The parts of one array."""
        for section in SECTIONS:
            if name == section:
                return (keys for keys, _ in self._entries(section))
            if name == f"{section}_unit":
                return (units for _, units in self._entries(section))
        own = getattr(self, f"_{name}_parts", None)
        if own is not None:
            parts: Iterator[Column] = own()
            return parts
        chosen = self._documents if name == "document" else self._units
        return (_chosen(getattr(s, name), mask) for s, mask in zip(self._segments, chosen, strict=True))

    def _ids_parts(self) -> Iterator[Column]:
        for segment, stays in zip(self._segments, self._documents, strict=True):
            if stays.all():
                yield segment.ids
            else:
                ends = segment.id_offsets.astype(np.int64)
                yield np.concatenate(
                    [np.zeros(0, np.uint8), *(segment.ids[ends[i] : ends[i + 1]] for i in np.flatnonzero(stays))]
                )

    def _id_offsets_parts(self) -> Iterator[Array]:
        return self._offsets("id_offsets")

    def _text_offsets_parts(self) -> Iterator[Array]:
        return self._offsets("text_offsets")

    def _offsets(self, name: str) -> Iterator[Array]:
        total = np.zeros(1, np.uint64)
        yield total
        for segment, stays in zip(self._segments, self._documents, strict=True):
            ends = total + np.cumsum(np.diff(getattr(segment, name))[stays])
            yield ends
            total = ends[-1:] if len(ends) else total

    def _id_hash_parts(self) -> Iterator[Array]:
        yield self._id_entries()[0]

    def _id_document_parts(self) -> Iterator[Array]:
        yield self._id_entries()[1]

    def _id_entries(self) -> tuple[Array, Array]:
        stays = [~member(s.id_document.astype(np.int64), self._all.removed) for s in self._segments]
        hashes = np.concatenate([s.id_hash[own] for s, own in zip(self._segments, stays, strict=True)])
        documents = np.concatenate([s.id_document[own] for s, own in zip(self._segments, stays, strict=True)])
        order = np.argsort(hashes, kind="stable")
        return hashes[order], documents[order]

    def _copy_of_parts(self) -> Iterator[Column]:
        return self._state("copy_of")

    def _kept_parts(self) -> Iterator[Column]:
        return self._state("kept")

    def _similarity_parts(self) -> Iterator[Column]:
        return self._state("similarity")

    def _state(self, name: str) -> Iterator[Column]:
        for segment, stays in zip(self._segments, self._units, strict=True):
            if self._clean:
                yield getattr(segment, name)
                continue
            units = segment.unit[stays].astype(np.int64)
            if name == "copy_of":
                yield self._all.owners(units).copy_of.astype(np.uint32)
            else:
                yield getattr(self._all.stored(units), name).astype(getattr(segment, name).dtype)

    def _changed_parts(self) -> Iterator[Array]:
        yield self._changed.astype(np.uint32)

    def _changed_copy_of_parts(self) -> Iterator[Array]:
        yield self._all.owners(self._changed).copy_of.astype(np.uint32)

    def _changed_kept_parts(self) -> Iterator[Array]:
        yield self._all.stored(self._changed).kept.astype(np.uint32)

    def _changed_similarity_parts(self) -> Iterator[Array]:
        yield self._all.stored(self._changed).similarity

    def _removed_parts(self) -> Iterator[Array]:
        yield self._removed.astype(np.uint32)

    def _entries(self, section: Section) -> Iterator[tuple[Array, Array]]:
        """The entries of a run, by key; those of one key by their unit."""
        if section in self._whole:
            yield self._whole[section]
            return
        runs_ = [(getattr(s, section), getattr(s, f"{section}_unit")) for s in self._segments]
        total = sum(len(keys) for keys, _ in runs_)
        bounds = np.linspace(0, 2.0**64, max(total // _RUN_ENTRIES, 1) + 1)[1:-1].astype(np.uint64)
        ends = [[0, *np.searchsorted(keys, bounds).tolist(), len(keys)] for keys, _ in runs_]
        for part in range(len(bounds) + 1):
            keys = np.concatenate([k[end[part] : end[part + 1]] for (k, _), end in zip(runs_, ends, strict=True)])
            units = np.concatenate([u[end[part] : end[part + 1]] for (_, u), end in zip(runs_, ends, strict=True)])
            keys, units = kernels.sort_entries(keys, units)
            entries = (keys, units) if self._clean else self._counting(section, keys, units)
            if not len(bounds):
                self._whole[section] = entries
            yield entries

    def _counting(self, section: Section, keys: U64, units: Any) -> tuple[Array, Array]:
        """The entries that still say something, each once."""
        numbers = units.astype(np.int64)
        stays = np.ones(len(keys), bool)
        stays[1:] = (np.diff(keys) != 0) | (np.diff(numbers) != 0)
        standing = self._all.standing(numbers)
        stays &= standing if section != "copy" else self._all.alive(numbers) & ~standing
        return keys[stays], units[stays]

    def _blocks_parts(self) -> Iterator[Array]:
        self._packed.clear()
        for place in range(len(self._segments)):
            for blocks in self._repacked(place):
                self._packed.append((blocks.starts, blocks.places, blocks.checksums))
                yield blocks.data

    def _repacked(self, place: int) -> Iterator[Blocks]:
        """The blocks of a segment; packed anew where a document goes."""
        segment, stays = self._segments[place], self._documents[place]
        if stays.all():
            yield check_blocks(segment.packed)
            return
        rows = np.flatnonzero(stays)
        offsets = segment.text_offsets.astype(np.int64)
        for start, end in runs(offsets[rows + 1] - offsets[rows], _TEXT_BYTES):
            own = rows[start:end]
            yield pack_texts(unpack_texts(segment.packed, offsets[own], offsets[own + 1]))

    def _block_start_parts(self) -> Iterator[Array]:
        return _joined([starts for starts, _, _ in self._packed])

    def _block_place_parts(self) -> Iterator[Array]:
        return _joined([places for _, places, _ in self._packed])

    def _block_checksum_parts(self) -> Iterator[Array]:
        return (checksums for _, _, checksums in self._packed)


def _joined(offsets: list[U64]) -> Iterator[Array]:
    """Offsets of parts as those of the whole."""
    total = np.zeros(1, np.uint64)
    yield total
    for own in offsets:
        yield own[1:] + total
        total = total + own[-1:]


def _chosen(column: Column, mask: Mask) -> Column:
    """The rows that stay; a column that is not kept has none."""
    return column if not len(column) or mask.all() else column[mask]
