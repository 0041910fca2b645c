"""Strings to flat buffers and back: the form in which every kernel takes text.

A batch of strings becomes one UTF-8 buffer (`surrogatepass`, so that lone surrogates survive) with offsets,
as Arrow lays strings out. Kernels answer in byte offsets; `byte_to_point` turns them into code points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import worksize
from dedupe.errors import InputError

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

# Kernels keep places in a text in 32 bits.
LONGEST_TEXT = 1 << 30


class TextBatch(NamedTuple):
    """Texts in one buffer: text `i` is `buffer[starts[i]:ends[i]]`."""

    buffer: Bytes
    starts: Offsets
    ends: Offsets

    @classmethod
    def adjacent(cls, buffer: Bytes, offsets: Offsets) -> TextBatch:
        """Texts that follow each other, as Arrow lays them out."""
        return cls(buffer, offsets[:-1], offsets[1:])

    def __len__(self) -> int:
        return len(self.starts)

    def select(self, chosen: Any) -> TextBatch:
        """Some of the texts, by number or mask."""
        return TextBatch(self.buffer, self.starts[chosen], self.ends[chosen])

    def raw(self, i: int) -> bytes:
        """The bytes of text `i`."""
        return self.buffer[self.starts[i] : self.ends[i]].tobytes()

    def text(self, i: int) -> str:
        """Text `i` as a string."""
        return self.raw(i).decode("utf-8", "surrogatepass")


def encode_text(text: str) -> bytes:
    """UTF-8 with lone surrogates passed through."""
    return text.encode("utf-8", "surrogatepass")


def encode_batch(texts: Sequence[str]) -> TextBatch:
    """Encode texts into one buffer."""
    encoded = [encode_text(text) for text in texts]
    longest = max(map(len, encoded), default=0)
    if longest > LONGEST_TEXT:
        raise InputError(f"a text has {longest:,} bytes, more than {LONGEST_TEXT:,}: split it into documents")
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
    return TextBatch.adjacent(np.frombuffer(b"".join(encoded), np.uint8), offsets)


def encode_batches(texts: Iterable[str], limit: int | None = None) -> Iterator[TextBatch]:
    """Encode a stream of texts in batches of about `limit` characters; results never depend on the limit."""
    limit = limit or worksize.SIZES.batch_bytes
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= limit:
            yield encode_batch(batch)
            batch, size = [], 0
    if batch:
        yield encode_batch(batch)


def byte_to_point(raw: bytes | Bytes, positions: Offsets) -> Offsets:
    """Turn byte offsets into one text into code-point offsets.

    Parameters
    ----------
    raw : bytes
        The UTF-8 text.
    positions : int64 array
        Byte offsets at character boundaries.
    """
    data = np.frombuffer(raw, np.uint8)
    continuation = (data & 0xC0) == 0x80
    if not continuation.any():
        return positions
    before = np.zeros(len(data) + 1, np.int64)
    np.cumsum(continuation, out=before[1:])
    return positions - before[positions]


def byte_positions(text: str) -> Offsets:
    """The byte offset of each code point of a text, and of its end."""
    if text.isascii():
        return np.arange(len(text) + 1, dtype=np.int64)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    sizes = 1 + (points > 0x7F).astype(np.int64) + (points > 0x7FF) + (points > 0xFFFF)
    out = np.zeros(len(points) + 1, np.int64)
    np.cumsum(sizes, out=out[1:])
    return out


def point_to_byte(text: str, positions: Sequence[int]) -> list[int]:
    """Turn code-point offsets into a text into offsets into its UTF-8 bytes."""
    if text.isascii():
        return list(positions)
    return byte_positions(text)[np.array(positions, np.int64)].tolist()  # type: ignore[no-any-return]
