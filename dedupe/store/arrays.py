"""Arrays in one file, found by a footer and read where they lie on disk; a block is checked when it is first read.

A block is 16 KiB. Its checksum is stored behind the arrays and, for an ascending array, its first item too. So a
search reads a block or two, and never a damaged one.
"""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.errors import IndexFileError
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U64

Array: TypeAlias = npt.NDArray[Any]

_MAGIC, _OLD_MAGIC = b"dedupe-arrays-2\n", b"dedupe-arrays-1\n"
_TAIL = struct.Struct("<QI16s")
_ALIGNMENT = 64
_TYPES = {"u1": np.uint8, "u4": np.uint32, "u8": np.uint64, "f8": np.float64}
# The footer names a few dozen arrays.
_FOOTER_LIMIT = 1 << 20
_BLOCK_BYTES = 16 << 10
# Blocks of a small array, all of which are checked when one of them is read.
_AT_ONCE = 16


class _Written(NamedTuple):
    """An array in a file: its type, its first byte, how many items it has, and what is known of its blocks."""

    code: str
    start: int
    length: int
    checksums: list[int]
    firsts: list[Array]
    """the first item of each block, of an array that ascends"""


class ArrayWriter:
    """Writes arrays one behind the other; each may come in parts."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._arrays: dict[str, _Written] = {}
        self._size = 0
        self._put(_MAGIC)

    def write(self, name: str, code: str, parts: Iterable[Array | StoredArray], *, ascends: bool = False) -> int:
        """Write an array of type `code` (u1, u4, u8, f8), which may ascend; answers with its length."""
        self._align()
        own = self._arrays[name] = _Written(code, self._size, 0, [], [])
        step = _BLOCK_BYTES // np.dtype(code).itemsize
        count = checksum = 0
        for part in parts:
            items = np.ascontiguousarray(part, f"<{code}")
            at = 0
            while at < len(items):
                room = step - count % step
                if ascends and room == step:
                    own.firsts.append(items[at : at + 1])
                piece = items[at : at + room]
                checksum = zlib.crc32(piece.view(np.uint8).data, checksum)
                count, at = count + len(piece), at + len(piece)
                if not count % step:
                    own.checksums.append(checksum)
                    checksum = 0
            self._put(items.view(np.uint8).data)
        if count % step:
            own.checksums.append(checksum)
        self._arrays[name] = own._replace(length=count)
        return count

    def finish(self) -> None:
        """Write what is known of the blocks, and the footer."""
        footer = {}
        for name, (code, start, count, checksums, firsts) in self._arrays.items():
            footer[name] = [
                code,
                start,
                count,
                *self._put_table(np.array(checksums, "<u4")),
                *(self._put_table(np.concatenate(firsts)) if firsts else ()),
            ]
        data = json.dumps(footer).encode()
        self._put(data)
        self._out.write(_TAIL.pack(len(data), zlib.crc32(data), _MAGIC))

    def _put_table(self, table: Array) -> tuple[int, int]:
        """Write a table: where it begins, and its checksum."""
        self._align()
        start, data = self._size, table.view(np.uint8).data
        self._put(data)
        return start, zlib.crc32(data)

    def _align(self) -> None:
        self._put(bytes(-self._size % _ALIGNMENT))

    def _put(self, data: bytes | memoryview) -> None:
        self._out.write(data)
        self._size += len(data)


class StoredArray:
    """An array in place on disk. Its items and slices are arrays of numpy, as they were written.

    It takes slices, integers, masks, and arrays of integers from 0 on.

    Raises
    ------
    IndexFileError
        By all that reads: a block is damaged. The message names the file.
    """

    def __init__(self, path: Path, name: str, items: Array, block: int, checksums: Array, firsts: Array) -> None:
        self.path, self._name, self._items = path, name, items
        self._block, self._checksums, self._firsts = block, checksums, firsts
        self._checked = np.zeros(len(checksums), bool)
        self._is_whole = False

    def __len__(self) -> int:
        return len(self._items)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its items."""
        return self._items.dtype

    @property
    def nbytes(self) -> int:
        """Return how much it takes."""
        return self._items.nbytes

    def __getitem__(self, key: Any) -> Any:
        if self._is_whole:
            return self._items[key]
        if isinstance(key, slice):
            start, stop, _ = key.indices(len(self))
            if start < stop:
                self._check(np.arange(start // self._block, (stop - 1) // self._block + 1))
        elif isinstance(key, int):
            block = (key + len(self) if key < 0 else key) // self._block
            if not self._checked[block]:
                self._check(np.array([block]))
        else:
            blocks = (np.flatnonzero(key) if key.dtype == bool else key) // self._block
            if not self._checked[blocks].all():
                self._check(np.unique(blocks))
        return self._items[key]

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        whole: Array = self[:]
        return whole if dtype is None else whole.astype(dtype)

    def astype(self, dtype: npt.DTypeLike) -> Array:
        """The whole array, of another type."""
        return np.asarray(self).astype(dtype)

    def unchecked(self) -> Array:
        """The items as they are, for who has other checksums of them."""
        return self._items

    def check(self) -> None:
        """Read all blocks again."""
        self._checked[:] = self._is_whole = False
        self._check(np.arange(len(self._checksums)))

    def search(self, values: Array) -> Offsets:
        """Return where each of some values would stand in an array that ascends, before its equals."""
        if self._is_whole:
            return np.searchsorted(self._items, values)
        low = np.maximum(np.searchsorted(self._firsts, values) - 1, 0)
        chosen, places = self._taken(low)
        if chosen is None:
            return np.searchsorted(self._items, values)
        return np.searchsorted(chosen, values) + places[low]

    def find(self, keys: U64) -> tuple[Offsets, Offsets]:
        """First place and end of the items that equal each of some keys; both ascend."""
        if self._is_whole:
            return kernels.find_entries(self._items, keys)
        low = np.maximum(np.searchsorted(self._firsts, keys) - 1, 0)
        high = np.maximum(np.searchsorted(self._firsts, keys, side="right") - 1, 0)
        chosen, places = self._taken(np.union1d(low, high))
        if chosen is None:
            return kernels.find_entries(self._items, keys)
        start, end = kernels.find_entries(chosen, keys)
        return start + places[low], end + places[high]

    def _taken(self, blocks: Offsets) -> tuple[Array | None, Offsets]:
        """Some blocks, one behind the other, and how far each block is from where it stands in the array.

        None where most blocks are wanted, or the array has no first items: then all are checked.
        """
        blocks = np.unique(blocks) if len(self._firsts) else blocks
        if not len(self._firsts) or 2 * len(blocks) >= len(self._firsts):
            self._check(np.arange(len(self._checksums)))
            return None, blocks
        self._check(blocks)
        shift = np.zeros(len(self._firsts), np.int64)
        shift[blocks] = (blocks - np.arange(len(blocks))) * self._block
        parts = [self._items[block * self._block : (block + 1) * self._block] for block in blocks.tolist()]
        return np.concatenate([self._items[:0], *parts]), shift

    def _check(self, blocks: Offsets) -> None:
        if len(self._checksums) <= _AT_ONCE:
            blocks = np.arange(len(self._checksums))
        for block in blocks[~self._checked[blocks]].tolist():
            data = self._items[block * self._block : (block + 1) * self._block].view(np.uint8).data
            if zlib.crc32(data) != self._checksums[block]:
                raise damaged_array(self.path, f"the checksum of block {block} of {self._name!r} differs")
            self._checked[block] = True
        self._is_whole = bool(self._checked.all())


Column: TypeAlias = Array | StoredArray
"""An array in memory, or on disk."""


def search_entries(column: Column, keys: U64) -> tuple[Offsets, Offsets]:
    """First place and end of the items that equal each of some keys; both ascend."""
    return column.find(keys) if isinstance(column, StoredArray) else kernels.find_entries(column, keys)


def search(column: Column, values: Array) -> Offsets:
    """Return where each of some values would stand in a column that ascends, before its equals."""
    return column.search(values) if isinstance(column, StoredArray) else np.searchsorted(column, values)


def read_arrays(path: Path) -> dict[str, StoredArray]:
    """The arrays of a file, read when they are looked at.

    Raises
    ------
    IndexFileError
        The file is not what `ArrayWriter` writes.
    """
    return dict(_open(path))


def _open(path: Path) -> Iterator[tuple[str, StoredArray]]:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < _TAIL.size + len(_MAGIC):
            raise damaged_array(path, f"it has only {size} bytes")
        data = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
    length, checksum, magic = _TAIL.unpack(data[-_TAIL.size :].tobytes())
    end = size - _TAIL.size
    if magic not in (_MAGIC, _OLD_MAGIC) or data[: len(magic)].tobytes() != magic:
        raise damaged_array(path, "it does not begin and end as it should")
    if length > min(end, _FOOTER_LIMIT):
        raise damaged_array(path, "its footer is longer than a footer is")
    footer = data[end - length : end].tobytes()
    if zlib.crc32(footer) != checksum:
        raise damaged_array(path, "the checksum of its footer differs")

    def items_at(kind: str, start: int, count: int) -> Array:
        own = np.dtype(_TYPES[kind]).newbyteorder("<")
        if start < 0 or count < 0 or start + count * own.itemsize > end:
            raise ValueError(f"{name!r} leads out of the file")
        array = data[start : start + count * own.itemsize].view(own)
        return array.astype(own.newbyteorder("="), copy=False)

    def table(kind: str, count: int, start: int, own: int) -> Array:
        out = items_at(kind, start, count)
        if zlib.crc32(out.view(np.uint8).data) != own:
            raise ValueError(f"the checksum of what is known of {name!r} differs")
        return out

    try:
        for name, (code, start, count, *more) in json.loads(footer).items():
            items = items_at(code, start, count)
            firsts = items[:0]
            if magic == _OLD_MAGIC:
                # One block, whose checksum stands in the footer.
                block, checksums = max(count, 1), np.array(more if count else [], np.uint32)
            else:
                block = _BLOCK_BYTES // items.itemsize
                blocks = -(-count // block)
                checksums = table("u4", blocks, *more[:2])
                firsts = table(code, blocks, *more[2:]) if len(more) > 2 else firsts
            yield name, StoredArray(path, name, items, block, checksums, firsts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged_array(path, str(error)) from error


def damaged_array(path: Path, detail: str) -> IndexFileError:
    """The error that says that a file is not as it was written."""
    return IndexFileError(
        f"{path} is damaged ({detail}): put the folder back from a copy, or index the documents again"
    )
