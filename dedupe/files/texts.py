"""Texts that stay in their files: a place for each, read again when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO, NamedTuple

import numpy as np

from dedupe.errors import InputError
from dedupe.files.lines import Fields, Lines, parse_block
from dedupe.files.sources import Source
from dedupe.text.columns import TextColumn, join_batches
from dedupe.text.encode import Offsets, TextBatch

# A longer text is kept in memory: it would be read again for every few of its paragraphs.
_HELD = 1 << 20
# Lines less far apart than this are read together with what lies between.
_GAP = 1 << 14


class _File(NamedTuple):
    source: Source
    size: int
    modified: int


class FileTexts(TextColumn):
    """The texts of JSON lines in plain files, and of whatever else was read and is held.

    Documents are added run by run, in order.
    """

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._files: list[_File] = []
        self._held: dict[int, TextBatch] = {}
        self._parts: list[tuple[Offsets, Offsets, Offsets, Offsets]] = []
        self._columns: tuple[Offsets, Offsets, Offsets, Offsets] | None = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def hold(self, batch: TextBatch) -> None:
        """Add documents that are kept in memory."""
        for i in range(len(batch)):
            self._hold(self._count + i, batch, i)
        nowhere = np.full(len(batch), -1, np.int64)
        self._add(nowhere, nowhere, nowhere, batch.ends - batch.starts)

    def note(self, source: Source, offset: int, lines: Lines) -> None:
        """Add the records of a block of lines that begins at a byte of a file."""
        if not self._files or self._files[-1].source is not source:
            status = source.path.stat()
            self._files.append(_File(source, status.st_size, status.st_mtime_ns))
        sizes = lines.texts.ends - lines.texts.starts
        for i in np.flatnonzero(sizes > _HELD).tolist():
            self._hold(self._count + i, lines.texts, i)
        starts = lines.offsets[lines.numbers] + offset
        ends = lines.offsets[lines.numbers + 1] + offset
        self._add(np.full(len(sizes), len(self._files) - 1, np.int64), starts, ends, sizes)

    def sizes(self) -> Offsets:
        """Lengths in bytes."""
        return self._joined()[3]

    def read(self, numbers: Offsets) -> TextBatch:
        """Read some texts again, in one batch."""
        file, start, end, _ = self._joined()
        held = np.isin(numbers, np.fromiter(self._held, np.int64, len(self._held)))
        parts: list[TextBatch] = []
        place = np.zeros(len(numbers), np.int64)
        filled = 0
        for i in np.flatnonzero(held).tolist():
            parts.append(self._held[int(numbers[i])])
            place[i], filled = filled, filled + 1
        rest = np.flatnonzero(~held)
        files = file[numbers[rest]]
        for one in np.unique(files).tolist():
            own = rest[files == one]
            place[own] = np.arange(filled, filled + len(own))
            filled += len(own)
            parts.append(self._read_lines(self._files[one], start[numbers[own]], end[numbers[own]]))
        batch = join_batches(parts)
        return batch.select(place)

    def _read_lines(self, file: _File, starts: Offsets, ends: Offsets) -> TextBatch:
        with file.source.path.open("rb") as stream:
            raw = b"".join(_pieces(stream, starts, ends))
        if not raw.endswith(b"\n") and ends[-1] != file.size:
            raise _changed(file.source)
        lines = parse_block(raw, self._fields, first=int(starts[0]) == 0)
        status = file.source.path.stat()
        if len(lines.texts) != len(starts) or (status.st_size, status.st_mtime_ns) != (file.size, file.modified):
            raise _changed(file.source)
        return lines.texts

    def _hold(self, number: int, batch: TextBatch, i: int) -> None:
        raw = np.frombuffer(batch.raw(i), np.uint8)
        self._held[number] = TextBatch.adjacent(raw, np.array([0, len(raw)], np.int64))

    def _add(self, file: Offsets, start: Offsets, end: Offsets, size: Offsets) -> None:
        self._parts.append((file, start, end, size))
        self._count += len(size)
        self._columns = None

    def _joined(self) -> tuple[Offsets, Offsets, Offsets, Offsets]:
        if self._columns is None:
            empty = (np.zeros(0, np.int64),) * 4
            file, start, end, size = map(np.concatenate, zip(empty, *self._parts, strict=True))
            self._columns = file, start, end, size
            self._parts = [self._columns]
        return self._columns


def _pieces(stream: BinaryIO, starts: Offsets, ends: Offsets) -> Iterator[bytes]:
    """What stands at ascending places of a file; what lies close together is read at once."""
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


def _changed(source: Source) -> InputError:
    return InputError(f"{source.name} changed while it was read: run again when it is at rest")
