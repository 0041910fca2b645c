"""Texts of a corpus, packed, in one file; read again by their places in the stream that they make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dedupe import kernels, worksize
from dedupe.columns import runs
from dedupe.store.blocks import Blocks, DamagedBlockError, unpack_texts
from dedupe.store.columns import FileColumn, FileFolder
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U32, U64


class TextWriter:
    """Writes packed texts, one part behind the other."""

    def __init__(self, folder: FileFolder, name: str = "texts") -> None:
        self._data = folder.column(f"{name}.data", np.uint8)
        self._starts, self._places = [np.zeros(1, np.uint64)], [np.zeros(1, np.uint64)]
        self._checksums = [np.zeros(0, np.uint32)]
        self.size = 0

    def append(self, blocks: Blocks) -> None:
        """Add a part."""
        self._starts.append(blocks.starts[1:] + np.uint64(self.size))
        self._places.append(blocks.places[1:] + np.uint64(self._data.count))
        self._checksums.append(blocks.checksums)
        self._data.append(blocks.data)
        self.size += blocks.size

    def close(self) -> PackedTexts:
        """All texts."""
        return PackedTexts(
            np.concatenate(self._starts),
            np.concatenate(self._places),
            np.concatenate(self._checksums),
            self._data.close(),
        )


class PackedTexts:
    """Packed texts in a file."""

    def __init__(self, starts: U64, places: U64, checksums: U32, data: FileColumn) -> None:
        self._blocks = Blocks(starts, places, checksums, _Slices(data))  # type: ignore[arg-type]
        self._data = data

    def to_state(self) -> dict[str, Any]:
        """Return what it is put together from."""
        return dict(zip(("starts", "places", "checksums", "data"), (*self._blocks[:3], self._data), strict=True))

    @classmethod
    def from_state(cls, starts: U64, places: U64, checksums: U32, data: FileColumn) -> PackedTexts:
        """Put together what `to_state` gave."""
        return cls(starts, places, checksums, data)

    def remove(self) -> None:
        """Remove the file."""
        self._data.remove()

    def read(self, starts: Offsets, ends: Offsets) -> TextBatch:
        """Texts from one byte of the stream to another, in order.

        Texts that lie far apart are unpacked a part at a time, so that little is held besides them.
        """
        first = np.searchsorted(self._blocks.starts, starts.astype(np.uint64), side="right")
        touched = np.cumsum(np.diff(first, prepend=-1) != 0)
        if not len(starts) or touched[-1] <= worksize.SIZES.blocks:
            return self._unpacked(starts, ends)
        parts = []
        for low, high in runs(np.diff(touched, prepend=0), worksize.SIZES.blocks):
            parts.append(kernels.join(self._unpacked(starts[low:high], ends[low:high])))
        return TextBatch.adjacent(np.concatenate(parts), np.append(0, np.cumsum(ends - starts)))

    def _unpacked(self, starts: Offsets, ends: Offsets) -> TextBatch:
        try:
            return unpack_texts(self._blocks, starts, ends)
        except DamagedBlockError as error:
            # Or what says where texts are is damaged, which lies in the same folder.
            raise self._data.damaged() from error


class WatchedTexts(PackedTexts):
    """Packed texts that say how much of them is read."""

    def __init__(self, texts: PackedTexts, read: Callable[[int, int], object], total: int) -> None:
        self._blocks, self._data = texts._blocks, texts._data
        self._read, self._total = read, total

    def read(self, starts: Offsets, ends: Offsets) -> TextBatch:
        """Some texts; `read` is called with their bytes, and how many there are of all."""
        batch = super().read(starts, ends)
        self._read(int((ends - starts).sum()), self._total)
        return batch


class HeldTexts(PackedTexts):
    """Packed texts that are unpacked in memory, all of them."""

    def __init__(self, texts: PackedTexts) -> None:
        self._blocks, self._data = texts._blocks, texts._data
        self.stream = texts.read(np.zeros(1, np.int64), np.array([self._blocks.size], np.int64)).buffer

    def read(self, starts: Offsets, ends: Offsets) -> TextBatch:
        """Texts from one byte of the stream to another, where they lie."""
        if len(starts) and (starts.min() < 0 or max(starts.max(), ends.max()) > len(self.stream)):
            raise self._data.damaged()
        return TextBatch(self.stream, starts, np.maximum(ends, starts))


class _Slices:
    """A column of bytes, read slice by slice as an array is."""

    def __init__(self, data: FileColumn) -> None:
        self._data = data

    def __getitem__(self, part: slice) -> Any:
        return self._data.read(part.start, part.stop)

    def __len__(self) -> int:
        return len(self._data)
