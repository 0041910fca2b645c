"""Texts that stay in their files: a place for each, read again when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO, NamedTuple

import numpy as np

from dedupe.columns import TextColumn, join_batches, packed_texts
from dedupe.errors import InputError
from dedupe.files.fields import Fields
from dedupe.files.lines import Lines, parse_block
from dedupe.files.sources import Source
from dedupe.sorting import distinct
from dedupe.text.encode import Bytes, Offsets, TextBatch

# Texts of so many bytes together are kept in memory, until there are more.
_FEW = 64 << 20
# A longer text is always kept: it would be read again for every few of its paragraphs.
_LONG = 1 << 20
# Lines less far apart than this are read together with what lies between.
_GAP = 1 << 14


class _File(NamedTuple):
    source: Source
    size: int
    modified: int


class _Places(NamedTuple):
    """Places and lengths of texts in a file."""

    file: Offsets
    """number of the file; that of a batch in memory as -1 - number"""
    start: Offsets
    """first byte of the line, or number in the batch"""
    end: Offsets
    size: Offsets


class FileTexts(TextColumn):
    """The texts of JSON lines in plain files, and of whatever else was read and is held.

    Documents are added run by run, in order. While they are few, all of them are held.
    """

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._files: list[_File] = []
        self._held: list[TextBatch] = []
        self._parts: list[_Places] = []
        self._columns: _Places | None = None
        self._ends = np.zeros(0, np.int64)
        self._count = self._bytes = 0
        # Room for all texts while they are few: what is not filled costs nothing.
        self._all: Bytes | None = np.empty(_FEW, np.uint8)

    def __len__(self) -> int:
        return self._count

    def hold(self, batch: TextBatch) -> None:
        """Add documents that are kept in memory."""
        numbers = np.arange(len(batch))
        self._add(
            batch, _Places(np.full(len(batch), self._keep(batch)), numbers, numbers, batch.ends - batch.starts)
        )

    def note(self, source: Source, offset: int, lines: Lines) -> None:
        """Add the records of a block of lines that begins at a byte of a file; their room may be used again."""
        if not self._files or self._files[-1].source is not source:
            status = source.path.stat()
            self._files.append(_File(source, status.st_size, status.st_mtime_ns))
        sizes = lines.texts.ends - lines.texts.starts
        file = np.full(len(sizes), len(self._files) - 1, np.int64)
        starts = lines.offsets[lines.numbers] + offset
        ends = lines.offsets[lines.numbers + 1] + offset
        for i in np.flatnonzero(sizes > _LONG).tolist():
            raw = np.frombuffer(lines.texts.raw(i), np.uint8)
            file[i] = self._keep(TextBatch.adjacent(raw, np.array([0, len(raw)], np.int64)))
            starts[i] = 0
        self._add(lines.texts, _Places(file, starts, ends, sizes))

    def sizes(self) -> Offsets:
        """Lengths in bytes."""
        return self._joined().size

    def read(self, numbers: Offsets) -> TextBatch:
        """Some texts in one batch, read again where they are not held."""
        places = self._joined()
        if self._all is not None:
            ends = self._ends[numbers]
            return TextBatch(self._all, ends - places.size[numbers], ends)
        own = places.file[numbers]
        parts: list[TextBatch] = []
        at, filled = np.zeros(len(numbers), np.int64), 0
        for one in distinct(own).tolist():
            chosen = np.flatnonzero(own == one)
            start, end = places.start[numbers[chosen]], places.end[numbers[chosen]]
            parts.append(
                self._held[~one].select(start) if one < 0 else self._read_lines(self._files[one], start, end)
            )
            at[chosen] = np.arange(filled, filled + len(chosen))
            filled += len(chosen)
        return join_batches(parts).select(at)

    def _read_lines(self, file: _File, starts: Offsets, ends: Offsets) -> TextBatch:
        with file.source.path.open("rb") as stream:
            raw = b"".join(_pieces(stream, starts, ends))
        if not raw.endswith(b"\n") and ends[-1] != file.size:
            raise changed(file.source)
        lines = parse_block(np.frombuffer(raw, np.uint8), self._fields, first=int(starts[0]) == 0)
        status = file.source.path.stat()
        if len(lines.texts) != len(starts) or (status.st_size, status.st_mtime_ns) != (file.size, file.modified):
            raise changed(file.source)
        return lines.texts

    def _keep(self, batch: TextBatch) -> int:
        """Keep texts; the answer stands for them in the column of files."""
        self._held.append(batch)
        return -len(self._held)

    def _add(self, texts: TextBatch, places: _Places) -> None:
        self._parts.append(places)
        self._columns = None
        self._count += len(texts)
        before, self._bytes = self._bytes, self._bytes + int(places.size.sum())
        if self._all is None or self._bytes > _FEW:
            self._all = None
        else:
            self._all[before : self._bytes] = packed_texts(texts).buffer

    def _joined(self) -> _Places:
        if self._columns is None:
            nothing = _Places(*(np.zeros(0, np.int64),) * 4)
            columns = _Places(*map(np.concatenate, zip(nothing, *self._parts, strict=True)))
            self._parts, self._ends, self._columns = [columns], np.cumsum(columns.size), columns
        return self._columns


def _pieces(stream: BinaryIO, starts: Offsets, ends: Offsets) -> Iterator[bytes]:
    """Yield what stands at ascending places of a file; what lies close together is read at once."""
    breaks = np.flatnonzero(starts[1:] - ends[:-1] > _GAP) + 1
    for first, last in pairwise([0, *breaks.tolist(), len(starts)]):
        base = int(starts[first])
        stream.seek(base)
        raw = stream.read(int(ends[last - 1]) - base)
        own, following = starts[first:last] - base, ends[first:last] - base
        if np.array_equal(own[1:], following[:-1]):
            yield raw
        else:
            yield from (raw[start:end] for start, end in zip(own.tolist(), following.tolist(), strict=True))


def changed(source: Source) -> InputError:
    """The error for a file that is not what it was a moment ago."""
    return InputError(f"{source.name} changed while it was read: run again when it is at rest")
