"""Arrays in one file: each with its checksum, found by a footer, read where they lie on disk."""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from dedupe.errors import IndexFileError

Array = npt.NDArray[Any]

_MAGIC = b"dedupe-arrays-1\n"
_TAIL = struct.Struct("<QI16s")
_ALIGNMENT = 64
_TYPES = {"u1": np.uint8, "u4": np.uint32, "u8": np.uint64, "f8": np.float64}
# The footer names a few dozen arrays.
_FOOTER_LIMIT = 1 << 20
_CHECK_BYTES = 16 << 20


class ArrayWriter:
    """Writes arrays one behind the other; each may come in parts."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._arrays: dict[str, tuple[str, int, int, int]] = {}
        self._size = 0
        self._put(_MAGIC)

    def write(self, name: str, code: str, parts: Iterable[Array]) -> int:
        """Write an array of type `code` (u1, u4, u8, f8); answers with its length."""
        self._put(bytes(-self._size % _ALIGNMENT))
        start, count, checksum = self._size, 0, 0
        for part in parts:
            data = np.ascontiguousarray(part, f"<{code}").view(np.uint8)
            checksum = zlib.crc32(data.data, checksum)
            self._put(data.data)
            count += len(part)
        self._arrays[name] = (code, start, count, checksum)
        return count

    def finish(self) -> None:
        """Write the footer."""
        footer = json.dumps(self._arrays).encode()
        self._put(footer)
        self._out.write(_TAIL.pack(len(footer), zlib.crc32(footer), _MAGIC))

    def _put(self, data: bytes | memoryview) -> None:
        self._out.write(data)
        self._size += len(data)


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays of a file, read when they are looked at; checksums are left to `check_arrays`.

    Raises
    ------
    IndexFileError
        The file is not what `ArrayWriter` writes.
    """
    return {name: array for name, array, _ in _open(path)}


def check_arrays(path: Path) -> None:
    """Read a file once through.

    Raises
    ------
    IndexFileError
        An array is not as it was written.
    """
    for name, array, checksum in _open(path):
        data, now = array.view(np.uint8), 0
        for start in range(0, len(data), _CHECK_BYTES):
            now = zlib.crc32(data[start : start + _CHECK_BYTES].data, now)
        if now != checksum:
            raise _damaged(path, f"the checksum of {name!r} differs")


def _open(path: Path) -> list[tuple[str, Array, int]]:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < _TAIL.size + len(_MAGIC):
            raise _damaged(path, f"it has only {size} bytes")
        data = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
    length, checksum, magic = _TAIL.unpack(data[-_TAIL.size :].tobytes())
    end = size - _TAIL.size
    if magic != _MAGIC or data[: len(_MAGIC)].tobytes() != _MAGIC or length > min(end, _FOOTER_LIMIT):
        raise _damaged(path, "it does not begin and end as it should")
    footer = data[end - length : end].tobytes()
    if zlib.crc32(footer) != checksum:
        raise _damaged(path, "the checksum of its footer differs")
    out = []
    try:
        for name, (code, start, count, own) in json.loads(footer).items():
            kind = np.dtype(_TYPES[code]).newbyteorder("<")
            if start < 0 or count < 0 or start + count * kind.itemsize > end:
                raise ValueError(f"{name!r} leads out of the file")
            array = data[start : start + count * kind.itemsize].view(kind)
            out.append((str(name), array.astype(kind.newbyteorder("="), copy=False), int(own)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, str(error)) from error
    return out


def _damaged(path: Path, detail: str) -> IndexFileError:
    return IndexFileError(
        f"{path} is damaged ({detail}): put the folder back from a copy, or index the documents again"
    )
