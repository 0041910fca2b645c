"""Records in files by the first bits of their keys, so that equal keys meet in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dedupe import kernels
from dedupe.records import join_records
from dedupe.sorting import repeats
from dedupe.store.columns import Array, Column, WorkFolder
from dedupe.store.memory import give_back
from dedupe.text.hashing import U32, U64

ENTRY = np.dtype([("key", "<u8"), ("unit", "<u4")])
"""a record that holds nothing but a unit"""


class PartitionWriter:
    """Puts records, whose first field is `key`, into `2**bits` files; a field of 32 bits holds the first ones."""

    def __init__(self, folder: WorkFolder, name: str, bits: int, kind: np.dtype[np.void] = ENTRY) -> None:
        self._bits, self._kind = bits, kind
        self._files = [folder.column(f"{name}.{i:04d}", kind) for i in range(1 << bits)]

    def add(self, *columns: Array) -> None:
        """Put records where they belong, given by columns."""
        records = np.empty(len(columns[0]), self._kind)
        for name, column in zip(self._kind.names or (), columns, strict=True):
            records[name] = column >> np.uint64(32) if name == "key" and self._kind[name].itemsize == 4 else column
        if not self._bits:
            self._files[0].append(records)
            return
        part = _prefix(columns[0], self._bits)
        order = np.argsort(part, kind="stable")
        records = records.take(order)
        ends = np.searchsorted(part[order], np.arange((1 << self._bits) + 1))
        for i in np.flatnonzero(np.diff(ends)).tolist():
            self._files[i].append(records[ends[i] : ends[i + 1]])

    def close(self) -> Partitions:
        """All partitions, whole."""
        return Partitions([file.close() for file in self._files], self._bits)


class Partitions:
    """Records by the first bits of their keys.

    Parameters
    ----------
    files : list of Column
        A file for each value of these bits.
    bits : int
        How many bits those are.
    more : (uint64 array, uint32 array), optional
        A few entries besides, in memory.
    """

    def __init__(self, files: list[Column], bits: int, more: tuple[U64, U32] | None = None) -> None:
        self._files, self._bits = files, bits
        self._more = more or (np.zeros(0, np.uint64), np.zeros(0, np.uint32))
        self.size = sum(len(file) * file.kind.itemsize for file in files)
        """bytes of the records, those too that have been freed since"""

    def to_state(self) -> dict[str, Any]:
        """Return what it is put together from."""
        keys, units = self._more
        return {"files": self._files, "bits": self._bits, "more_keys": keys, "more_units": units}

    @classmethod
    def from_state(cls, files: list[Column], bits: int, more_keys: U64, more_units: U32) -> Partitions:
        """Put together what `to_state` gave."""
        return cls(files, bits, (more_keys, more_units))

    def __len__(self) -> int:
        """Return how many records there are."""
        return sum(map(len, self._files)) + len(self._more[0])

    def remove(self) -> None:
        """Remove the files."""
        for file in self._files:
            file.remove()

    def free(self) -> None:
        """Give back the memory that they take, which this run reads no more."""
        for file in self._files:
            file.free()
        give_back(self.size)

    def extended(self, keys: U64, units: U32) -> Partitions:
        """Return the same with a few more entries, in memory."""
        return Partitions(self._files, self._bits, (keys, units))

    def parts(self, limit: int, *, last: bool = False) -> Iterator[tuple[U64, U32]]:
        """All entries, sorted by key and unit, in parts of about `limit` at most; those of a key together.

        With `last` they are read for the last time: the memory of each partition is given back.
        """
        for prefix, bits, records in self._parts(limit, last):
            chosen = _prefix(self._more[0], bits) == prefix
            keys = np.concatenate((records["key"], self._more[0][chosen]))
            units = np.concatenate((records["unit"], self._more[1][chosen]))
            del records
            yield kernels.sort_entries(keys, units)

    def records(self, limit: int, *, last: bool = False) -> Iterator[Array]:
        """All records, sorted by key, those of a key in the order in which they came, in such parts."""
        for _, _, records in self._parts(limit, last):
            keys = _keys(records)
            yield records.take(kernels.sort_entries(keys, np.arange(len(keys), dtype=np.uint32))[1])

    def repeated_records(self, limit: int, *, last: bool = False) -> Iterator[Array]:
        """Return the records whose key others have too, as `records` does."""
        for _, _, records in self._parts(limit, last):
            keys = _keys(records)
            keys, order = kernels.sort_entries(keys, np.arange(len(keys), dtype=np.uint32))
            before, behind = repeats(keys)
            yield records.take(order[before | behind])

    def _parts(self, limit: int, last: bool) -> Iterator[tuple[int, int, Array]]:
        for prefix, file in enumerate(self._files):
            # More than was expected: the file is read once for each value of its next bits.
            further = (len(file) // limit).bit_length()
            for value in range(1 << further):
                own, bits = prefix << further | value, self._bits + further
                if not further:
                    records = file.read(0, len(file))
                    if last:
                        file.free()
                    yield own, bits, records
                    continue
                runs = (run.take(np.flatnonzero(_prefix(_keys(run), bits) == own)) for _, run in file.runs(limit))
                yield own, bits, join_records(list(runs))
            file.rest()


def _keys(records: Array) -> U64:
    """Return the keys of records, an array of its own."""
    keys: U64 = records["key"].astype(np.uint64)
    return keys << np.uint64(32) if records.dtype["key"].itemsize == 4 else keys


def _prefix(keys: U64, bits: int) -> Array:
    """The first bits of keys."""
    if not bits:
        return np.zeros(len(keys), np.uint16)
    return (keys >> np.uint64(64 - bits)).astype(np.uint16 if bits <= 16 else np.uint64)


def unit_key(units: Array, count: int) -> U64:
    """Keys that order units by their numbers and fill all partitions alike; `key_unit` undoes it."""
    return units.astype(np.uint64) * _scale(count)


def key_unit(keys: U64, count: int) -> Array:
    """The units that `unit_key` made keys of."""
    return (keys // _scale(count)).astype(np.int64)


def _scale(count: int) -> np.uint64:
    return np.uint64((1 << 64) // max(count, 2))
