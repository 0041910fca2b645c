"""Texts of a corpus, packed, in one file; read again by their places in the stream that they make."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dedupe.index.blocks import Blocks, unpack_texts
from dedupe.outofcore.columns import Column, ColumnWriter, WorkFolder
from dedupe.text.encode import Offsets, TextBatch


class TextWriter:
    """Writes packed texts, one part behind the other."""

    def __init__(self, folder: WorkFolder) -> None:
        self._data = ColumnWriter(folder.file("texts.data"), np.uint8)
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

    def __init__(self, starts: Any, places: Any, checksums: Any, data: Column) -> None:
        self._blocks = Blocks(starts, places, checksums, _Slices(data))  # type: ignore[arg-type]
        self._data = data

    STATE: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(("starts", "places", "checksums"), np.ndarray),
        "data": Column,
    }

    def to_state(self) -> dict[str, Any]:
        """What it is put together from."""
        return dict(zip(self.STATE, (*self._blocks[:3], self._data), strict=True))

    @classmethod
    def from_state(cls, starts: Any, places: Any, checksums: Any, data: Column) -> PackedTexts:
        """Put together what `to_state` gave."""
        return cls(starts, places, checksums, data)

    def read(self, starts: Offsets, ends: Offsets) -> TextBatch:
        """Texts from one byte of the stream to another."""
        return unpack_texts(self._blocks, starts, ends)


class _Slices:
    """A column of bytes, read slice by slice as an array is."""

    def __init__(self, data: Column) -> None:
        self._data = data

    def __getitem__(self, part: slice) -> Any:
        return self._data.read(part.start, part.stop)

    def __len__(self) -> int:
        return len(self._data)
