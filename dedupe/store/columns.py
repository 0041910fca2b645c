"""Columns: plain numbers of one type, written once from the front, read in runs or by number.

A column lies in memory or in a file. Each block of a file has a checksum, which stays in memory and is compared
when the block is first read.
"""

from __future__ import annotations

import mmap
import sys
import zlib
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from dedupe import disk
from dedupe.errors import InputError, OutputError
from dedupe.records import join_records, put_records
from dedupe.text.encode import Offsets

Array = npt.NDArray[Any]

_BUFFER = 1 << 17
# Numbers that are read at once where one of them is asked for.
_CHUNK = 1 << 12
_MOST_CHUNKS = 1 << 20
# Numbers of documents, units and sentences are kept in 32 bits.
MOST_NUMBERED = (1 << 32) - 1

# Bytes that have a checksum of their own.
_BLOCK = 1 << 16
# Bytes of a room in memory, at most; and those from which on it lies in pages of its own.
_ROOM, _MAPPED = 1 << 20, 1 << 17


def check_count(count: int, what: str) -> None:
    """Refuse more items than 32 bits can number.

    Raises
    ------
    InputError
        There are more.
    """
    if count > MOST_NUMBERED:
        raise InputError(f"there are more than {MOST_NUMBERED:,} {what}: work on a part of the files at a time")


class Column(ABC):
    """A whole column, whose numbers are of type `kind`."""

    kind: np.dtype[Any]

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def read(self, start: int, end: int) -> Array:
        """Return the numbers from one place to another; nobody writes to them."""

    @abstractmethod
    def take(self, numbers: Offsets) -> Array:
        """Return the numbers at some places, which ascend."""

    def runs(self, step: int) -> Iterator[tuple[int, Array]]:
        """Return the whole column in runs of `step` numbers, each with its first place."""
        for start in range(0, len(self), step):
            yield start, self.read(start, start + step)

    def rest(self) -> None:  # noqa: B027
        """Close what is open until it is read again."""

    def free(self) -> None:  # noqa: B027
        """Give back the memory that the column takes, which this run reads no more."""

    def remove(self) -> None:  # noqa: B027
        """Remove the column."""


class ColumnWriter(ABC):
    """Writes a column; `count` says how many numbers it has so far."""

    count: int

    @abstractmethod
    def append(self, values: Array) -> None:
        """Add numbers at the end."""

    @abstractmethod
    def close(self) -> Column:
        """Return the whole column."""


class WorkFolder(ABC):
    """The place where a stage of a run puts its columns."""

    @abstractmethod
    def column(self, name: str, kind: npt.DTypeLike) -> ColumnWriter:
        """Return the writer of a new column."""


class HeldFolder(WorkFolder):
    """Columns in memory, whose names nobody asks for."""

    def column(self, name: str, kind: npt.DTypeLike) -> ColumnWriter:
        """Return the writer of a new column."""
        return HeldWriter(kind)


class HeldWriter(ColumnWriter):
    """Writes a column in memory, into rooms that belong to it alone and end with it."""

    def __init__(self, kind: npt.DTypeLike) -> None:
        self._kind, self.count = np.dtype(kind), 0
        self._rooms: list[Array] = []
        self._filled = 0

    def append(self, values: Array) -> None:
        """Add numbers at the end."""
        self.count += len(values)
        while len(values):
            room = self._rooms[-1][self._filled :] if self._rooms else np.zeros(0, self._kind)
            if not len(room):
                # Small columns are many: each room is as large as all before it, up to a limit.
                most = max(_ROOM // self._kind.itemsize, 1)
                self._rooms.append(_new_room(min(max(len(values), self.count - len(values)), most), self._kind))
                self._filled = 0
                continue
            part = values[: len(room)]
            put_records(room[: len(part)], part)
            self._filled, values = self._filled + len(part), values[len(part) :]

    def close(self) -> Column:
        """Return the whole column."""
        rooms, self._rooms = self._rooms, []
        if not rooms:
            return HeldColumn([np.zeros(0, self._kind)])
        return HeldColumn([*rooms[:-1], rooms[-1][: self._filled]])


def _new_room(count: int, kind: np.dtype[Any]) -> Array:
    """Return room for so many numbers; the system gets a large one back as soon as nobody reads it."""
    size = count * kind.itemsize
    if size < _MAPPED:
        return np.empty(count, kind)
    # A child process has its own, as of any memory; Windows knows no other kind.
    private = {} if sys.platform == "win32" else {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS}
    return np.frombuffer(mmap.mmap(-1, size, **private), kind)


class HeldColumn(Column):
    """A column in memory, in parts that follow each other, one at least."""

    def __init__(self, parts: Sequence[Array]) -> None:
        # Replaced by one assignment, or another thread would see parts and ends that are not of each other.
        self._held, self.kind = (list(parts), list(accumulate(map(len, parts)))), parts[0].dtype

    def __len__(self) -> int:
        return self._held[1][-1]

    def read(self, start: int, end: int) -> Array:
        """Return the numbers from one place to another, where they lie."""
        parts, ends = self._held
        first = min(bisect_right(ends, start), len(parts) - 1)
        last = max(bisect_left(ends, end), first)
        found = [
            part[max(start - stop + len(part), 0) : max(end - stop + len(part), 0)]
            for part, stop in zip(parts[first : last + 1], ends[first : last + 1], strict=True)
        ]
        whole = join_records(found) if len(found) > 1 else found[0]
        whole.flags.writeable = False
        return whole

    def take(self, numbers: Offsets) -> Array:
        """Return the numbers at some places."""
        parts, ends = self._held
        if len(parts) > 1:
            parts = [join_records(parts)]
            self._held = parts, ends[-1:]
        return parts[0].take(numbers)

    def free(self) -> None:
        """Give the memory back; nobody reads the column again."""
        self._held = [np.zeros(0, self.kind)], [0]

    remove = free


class FileFolder(WorkFolder):
    """Columns in files, whose names begin with `prefix`."""

    def __init__(self, path: Path, prefix: str = "") -> None:
        self._path, self._prefix = path, prefix
        self.named: list[Path] = []
        """the files that were asked for; some of them may be removed again"""

    def file(self, name: str) -> Path:
        """The path of a file, which belongs to the stage from now on."""
        self.named.append(self._path / f"{self._prefix}{name}")
        return self.named[-1]

    def column(self, name: str, kind: npt.DTypeLike) -> FileWriter:
        """Return the writer of a new column."""
        return FileWriter(self.file(name), kind)


class FileWriter(ColumnWriter):
    """Writes a column into a file, which goes with the run."""

    def __init__(self, path: Path, kind: npt.DTypeLike) -> None:
        self.path, self.kind = path, np.dtype(kind).newbyteorder("<")
        self.count = 0
        self._file = disk.DISK.create(path, False)
        self._waiting: list[Array] = []
        self._size = 0
        self._checksums: list[int] = []
        self._checksum = self._filled = 0

    def append(self, values: Array) -> None:
        """Add numbers at the end."""
        part = np.ascontiguousarray(values, self.kind)
        self._waiting.append(part)
        self._size += part.nbytes
        self.count += len(part)
        if self._size >= _BUFFER:
            self._flush()

    def close(self) -> FileColumn:
        """The whole column."""
        self._flush()
        self._file.close()
        checksums = [*self._checksums, self._checksum] if self._filled else self._checksums
        return FileColumn(self.path, self.kind, self.count, checksums)

    def __del__(self) -> None:
        # A run that failed leaves it open, unless it could not be opened at all.
        if hasattr(self, "_file"):
            self._file.close()

    def _flush(self) -> None:
        waiting, self._waiting, self._size = self._waiting, [], 0
        for part in waiting:
            data = part.view(np.uint8).data if len(part) else memoryview(b"")
            self._sum_up(data)
            while data:
                data = data[disk.DISK.write(self._file, data) :]

    def _sum_up(self, data: memoryview) -> None:
        while data:
            piece = data[: _BLOCK - self._filled]
            self._checksum = zlib.crc32(piece, self._checksum)
            self._filled += len(piece)
            if self._filled == _BLOCK:
                self._checksums.append(self._checksum)
                self._checksum = self._filled = 0
            data = data[len(piece) :]


class FileColumn(Column):
    """A column in a file. Only its checksums stay in memory.

    Parameters
    ----------
    path : Path
        Its file.
    kind : dtype
        The type of its numbers.
    count : int
        How many there are.
    checksums : sequence of int
        The CRC-32 of each block of its bytes.
    """

    def __init__(self, path: Path, kind: npt.DTypeLike, count: int, checksums: Sequence[int]) -> None:
        self.path, self.kind, self._count = path, np.dtype(kind), count
        self.checksums = np.array(checksums, np.uint32)
        self._unread = bytearray(b"\1" * len(checksums))
        self._file: BinaryIO | None = None
        self._turn = Lock()

    def __del__(self) -> None:
        self.rest()

    def rest(self) -> None:
        """Close the file until it is read again: there are many, and few may be open."""
        with self._turn:
            if self._file is not None:
                self._file.close()
                self._file = None

    def __len__(self) -> int:
        return self._count

    def read(self, start: int, end: int) -> Array:
        """The numbers from one place to another.

        Raises
        ------
        OutputError
            The file is not as it was written.
        """
        size = self.kind.itemsize
        out = np.empty(max(min(end, self._count) - start, 0), self.kind)
        if len(out):
            self._fill(out.view(np.uint8).data, start * size)
        return out.astype(self.kind.newbyteorder("="), copy=False)

    def _fill(self, out: memoryview, start: int) -> None:
        """Fill a buffer with the bytes from a place on."""
        self._read_bytes(out, start)
        end = start + len(out)
        block, last = start // _BLOCK, (end - 1) // _BLOCK + 1
        while (block := self._unread.find(1, block, last)) >= 0:
            low, high = block * _BLOCK, min((block + 1) * _BLOCK, self._count * self.kind.itemsize)
            if start <= low and high <= end:
                whole = out[low - start : high - start]
            else:
                whole = memoryview(bytearray(high - low))
                self._read_bytes(whole, low)
                first, behind = max(start, low), min(end, high)
                out[first - start : behind - start] = whole[first - low : behind - low]
            if zlib.crc32(whole) != self.checksums[block]:
                raise self.damaged()
            self._unread[block] = 0

    def _read_bytes(self, out: memoryview, at: int) -> None:
        # Threads take turns: Windows has no way to read at a place.
        with self._turn:
            if self._file is None:
                self._file = self.path.open("rb", buffering=0)
            self._file.seek(at)
            while out:
                count = self._file.readinto(out)  # type: ignore[attr-defined]
                if not count:
                    raise self.damaged()
                out = out[count:]

    def damaged(self) -> OutputError:
        """Return the error that says that the file is not as it was written."""
        return OutputError(
            f"{self.path} is not as it was written: remove {self.path.parent}, check the disk or name another "
            "workdir, and run again"
        )

    def remove(self) -> None:
        """Remove the file."""
        disk.remove_file(self.path)

    def take(self, numbers: Offsets) -> Array:
        """The numbers at some places, which ascend."""
        out = np.empty(len(numbers), self.kind.newbyteorder("="))
        # Chunks that touch are read together, up to a limit.
        begins = np.diff(numbers // _CHUNK, prepend=-2) > 1
        begins |= np.diff(numbers // _MOST_CHUNKS, prepend=-1) != 0
        places = [*np.flatnonzero(begins).tolist(), len(numbers)]
        for first, last in pairwise(places):
            start, end = int(numbers[first]), int(numbers[last - 1]) + 1
            put_records(out[first:last], self.read(start, end).take(numbers[first:last] - start))
        return out
