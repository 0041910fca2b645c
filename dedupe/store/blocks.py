"""Texts in compressed blocks, so that a few of very many can be read.

A stream of texts, one behind the other, is cut into blocks of a few kilobytes, each packed by itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.errors import IndexFileError
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.hashing import U32, U64

# Small enough that a paragraph costs little to read; larger ones pack hardly better. LZ4 packs to 1/1.9 here and
# unpacks 3 GB/s; zstandard packs to 1/2.5, in three times the time, and unpacks a tenth as fast.
_BLOCK_BYTES = 16 << 10
_AGAIN = "put the folder back from a copy, or index the documents again"


class DamagedBlockError(IndexFileError):
    """A block of texts is not as it was written."""


class Blocks(NamedTuple):
    """A packed stream of texts."""

    starts: U64
    """where in the stream each block begins, and the end of the stream"""
    places: U64
    """where in `data` each block lies, and the end of it"""
    checksums: U32
    data: Bytes
    where: str = ""
    """the file that they are in"""

    @property
    def size(self) -> int:
        """Bytes of the stream."""
        return int(self.starts[-1]) if len(self.starts) else 0


def _codec() -> Any:
    import pyarrow as pa

    return pa.Codec("lz4_raw")


def pack_texts(batch: TextBatch) -> Blocks:
    """Pack the texts of a batch, one behind the other."""
    stream = kernels.join(batch)
    starts = np.append(np.arange(0, len(stream), _BLOCK_BYTES), len(stream)).astype(np.uint64)
    codec = _codec()
    parts = [codec.compress(part, asbytes=True) for part in _split(stream, starts)]
    places = np.zeros(len(parts) + 1, np.uint64)
    np.cumsum(np.array([len(part) for part in parts], np.uint64), out=places[1:])
    checksums = np.array([zlib.crc32(part) for part in parts], np.uint32)
    return Blocks(starts, places, checksums, np.frombuffer(b"".join(parts), np.uint8))


def _split(stream: Bytes, starts: U64) -> Iterator[Bytes]:
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        yield stream[start:end]


def unpack_texts(blocks: Blocks, starts: Offsets, ends: Offsets) -> TextBatch:
    """Texts from one byte of the stream to another, in any order.

    Raises
    ------
    DamagedBlockError
        A block is not as it was written, or a place is not in the stream.
    """
    if len(starts) and (starts.min() < 0 or max(starts.max(), ends.max()) > blocks.size):
        raise DamagedBlockError(f"{blocks.where} is damaged (texts end behind its last one): {_AGAIN}")
    first = np.searchsorted(blocks.starts, starts.astype(np.uint64), side="right") - 1
    last = np.searchsorted(blocks.starts, np.maximum(ends, starts + 1).astype(np.uint64), side="left")
    wanted = np.zeros(len(blocks.places) + 1, np.int64)
    filled = np.flatnonzero(ends > starts)
    np.add.at(wanted, first[filled], 1)
    np.add.at(wanted, last[filled], -1)
    chosen = np.flatnonzero(np.cumsum(wanted) > 0)
    sizes = np.diff(blocks.starts)[chosen].astype(np.int64)
    places = np.zeros(len(blocks.places), np.int64)
    places[chosen] = np.cumsum(sizes) - sizes
    buffer = np.empty(int(sizes.sum()), np.uint8)
    at, codec = 0, _codec()
    for block, size in zip(chosen.tolist(), sizes.tolist(), strict=True):
        buffer[at : at + size] = _unpack(blocks, block, size, codec)
        at += size
    out = np.zeros(len(starts), np.int64)
    out[filled] = places[first[filled]] + starts[filled] - blocks.starts[first[filled]].astype(np.int64)
    return TextBatch(buffer, out, out + np.maximum(ends - starts, 0))


def _unpack(blocks: Blocks, block: int, size: int, codec: Any) -> Bytes:
    packed = _checked(blocks, block)
    return np.frombuffer(codec.decompress(packed, decompressed_size=size, asbytes=True), np.uint8)


def _checked(blocks: Blocks, block: int) -> Bytes:
    packed = blocks.data[int(blocks.places[block]) : int(blocks.places[block + 1])]
    if zlib.crc32(packed.data) != blocks.checksums[block]:
        raise DamagedBlockError(
            f"{blocks.where} is damaged (the checksum of block {block} of its texts differs): {_AGAIN}"
        )
    return packed


def check_blocks(blocks: Blocks) -> Blocks:
    """Return blocks of which each is as it was written.

    Raises
    ------
    IndexFileError
        One is not.
    """
    for block in range(len(blocks.checksums)):
        _checked(blocks, block)
    return blocks
