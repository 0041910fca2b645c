"""Columns of texts: strings in memory, Arrow arrays, or lines of files, read as they are needed.

A column is a sequence of `str`. Kernels ask it for batches of bytes instead, so that a string is made only if
somebody reads it as one.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import overload

import numpy as np

from dedupe import kernels, worksize
from dedupe.sorting import distinct
from dedupe.text.encode import Bytes, Offsets, TextBatch, encode_batch

# Texts that are joined take what lies between them along, unless that is so many times as much.
_MOST_BETWEEN = 2
# Bytes of a text that is decoded whole where a part of it is asked for; in a longer one the code points of every
# so many bytes are counted.
_SHORT, _STRETCH = 1 << 15, 1 << 9


class TextColumn(Sequence[str]):
    """Texts in order, as strings and as batches of bytes."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def read(self, numbers: Offsets) -> TextBatch:
        """The texts of the given numbers, which ascend."""

    def slices(self, numbers: Offsets, starts: Offsets, ends: Offsets) -> TextBatch:
        """Texts of the given numbers, in any order, from one code point to another."""
        distinct, place = np.unique(numbers, return_inverse=True)
        batch = self.read(distinct)
        return TextBatch(batch.buffer, *kernels.byte_places(batch, place, starts, ends))

    def part(self, number: int, start: int, end: int) -> str:
        """One text from one code point to another."""
        return self.slices(*(np.array([value], np.int64) for value in (number, start, end))).text(0)

    @abstractmethod
    def sizes(self) -> Offsets:
        """About how much room each text takes; for cutting work into batches."""

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        if not -len(self) <= i < len(self):
            raise IndexError(f"there is no text {i} among {len(self)}")
        return self.read(np.array([i % len(self)], np.int64)).text(0)

    def __iter__(self) -> Iterator[str]:
        for start, end in runs(self.sizes()):
            batch = self.read(np.arange(start, end))
            yield from map(batch.text, range(len(batch)))


class WatchedColumn(TextColumn):
    """Texts that say how much of them is read."""

    def __init__(self, texts: TextColumn, read: Callable[[int, int], object]) -> None:
        self._texts, self._read = texts, read
        self._total = int(texts.sizes().sum())

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        return self._texts[i]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def read(self, numbers: Offsets) -> TextBatch:
        """Some texts; `read` is called with their bytes, and about how many there are of all."""
        return self._watch(self._texts.read(numbers))

    def slices(self, numbers: Offsets, starts: Offsets, ends: Offsets) -> TextBatch:
        """Parts of some texts; `read` is called as above."""
        return self._watch(self._texts.slices(numbers, starts, ends))

    def part(self, number: int, start: int, end: int) -> str:
        """One text from one code point to another; too little to be told."""
        return self._texts.part(number, start, end)

    def sizes(self) -> Offsets:
        """As of the texts themselves."""
        return self._texts.sizes()

    def _watch(self, batch: TextBatch) -> TextBatch:
        self._read(int((batch.ends - batch.starts).sum()), self._total)
        return batch


class StringColumn(TextColumn):
    """Strings in memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        return list(self._texts[i]) if isinstance(i, slice) else self._texts[i]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def read(self, numbers: Offsets) -> TextBatch:
        """Encode some texts."""
        texts = self._texts
        return encode_batch([texts[number] for number in numbers.tolist()])

    def slices(self, numbers: Offsets, starts: Offsets, ends: Offsets) -> TextBatch:
        """Encode parts of some texts."""
        texts, rows = self._texts, zip(numbers.tolist(), starts.tolist(), ends.tolist(), strict=True)
        return encode_batch([texts[number][start:end] for number, start, end in rows])

    def part(self, number: int, start: int, end: int) -> str:
        """One text from one code point to another."""
        return self._texts[number][start:end]

    def sizes(self) -> Offsets:
        """Lengths in code points."""
        return np.fromiter(map(len, self._texts), np.int64, len(self._texts))


class BatchColumn(TextColumn):
    """Texts that lie in memory as bytes, such as the chunks of an Arrow array; nothing is copied."""

    def __init__(self, batches: Sequence[TextBatch]) -> None:
        self._batches = [batch for batch in batches if len(batch)]
        self._first = np.zeros(len(self._batches) + 1, np.int64)
        np.cumsum([len(batch) for batch in self._batches], out=self._first[1:])
        self._begins: list[int] = self._first.tolist()
        self._points: dict[int, Offsets] = {}

    def __len__(self) -> int:
        return self._begins[-1]

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice) or not 0 <= i < len(self):
            return super().__getitem__(i)
        return self._raw(i).tobytes().decode("utf-8", "surrogatepass")

    def _raw(self, number: int) -> Bytes:
        chunk = bisect_right(self._begins, number) - 1
        batch, own = self._batches[chunk], number - self._begins[chunk]
        return batch.buffer[batch.starts[own] : batch.ends[own]]

    def read(self, numbers: Offsets) -> TextBatch:
        """Some texts; of several chunks joined, of one as they lie there."""
        chunk = np.searchsorted(self._first, numbers, side="right") - 1
        parts = []
        for one in distinct(chunk).tolist():
            batch, own = self._batches[one], numbers[chunk == one] - self._first[one]
            parts.append(TextBatch(batch.buffer, batch.starts[own], batch.ends[own]))
        return join_batches(parts)

    def part(self, number: int, start: int, end: int) -> str:
        """One text from one code point to another, in about the time that the part takes."""
        raw = self._raw(number)
        if len(raw) > _SHORT:
            if number not in self._points:
                lead = np.append((raw & 0xC0) != 0x80, np.zeros(-len(raw) % _STRETCH, bool))
                self._points[number] = np.cumsum(lead.reshape(-1, _STRETCH).sum(axis=1))
            points = self._points[number]
            raw = raw[_byte_of(raw, points, start) : _byte_of(raw, points, end)]
            start, end = 0, end - start
        return raw.tobytes().decode("utf-8", "surrogatepass")[start:end]

    def sizes(self) -> Offsets:
        """Lengths in bytes."""
        return np.concatenate([np.zeros(0, np.int64), *(batch.ends - batch.starts for batch in self._batches)])


def _byte_of(raw: Bytes, points: Offsets, point: int) -> int:
    """Return where a code point of a text begins; `points` has those before the end of each stretch of bytes."""
    stretch = int(np.searchsorted(points, point, side="right"))
    if stretch == len(points):
        return len(raw)
    first = stretch * _STRETCH
    lead = np.flatnonzero((raw[first : first + _STRETCH] & 0xC0) != 0x80)
    return first + int(lead[point - (int(points[stretch - 1]) if stretch else 0)])


class JoinedColumn(TextColumn):
    """One column behind another."""

    def __init__(self, first: TextColumn, second: TextColumn) -> None:
        self._first, self._second = first, second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def read(self, numbers: Offsets) -> TextBatch:
        """Some texts, of either."""
        count = len(self._first)
        split = int(np.searchsorted(numbers, count))
        parts = ((self._first, numbers[:split]), (self._second, numbers[split:] - count))
        return join_batches([column.read(own) for column, own in parts if len(own)])

    def sizes(self) -> Offsets:
        """About how much room each text takes."""
        return np.concatenate((self._first.sizes(), self._second.sizes()))


class SelectedColumn(TextColumn):
    """Some texts of a column, by their numbers there, which ascend."""

    def __init__(self, texts: TextColumn, numbers: Offsets) -> None:
        self._texts, self._numbers = texts, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def read(self, numbers: Offsets) -> TextBatch:
        """Some texts."""
        return self._texts.read(self._numbers[numbers])

    def slices(self, numbers: Offsets, starts: Offsets, ends: Offsets) -> TextBatch:
        """Parts of some texts."""
        return self._texts.slices(self._numbers[numbers], starts, ends)

    def part(self, number: int, start: int, end: int) -> str:
        """One text from one code point to another."""
        return self._texts.part(int(self._numbers[number]), start, end)

    def sizes(self) -> Offsets:
        """As of the texts themselves."""
        return self._texts.sizes()[self._numbers]


def compact_slices(texts: TextColumn, numbers: Offsets, starts: Offsets, ends: Offsets) -> TextBatch:
    """Return slices of texts, in a buffer that holds little else."""
    batch = texts.slices(numbers, starts, ends)
    return batch if len(batch.buffer) <= 2 * int((batch.ends - batch.starts).sum()) else _copied(batch)


def packed_texts(batch: TextBatch) -> TextBatch:
    """The texts of a batch one behind the other; where they lie so, they are not copied."""
    if len(batch) and np.array_equal(batch.starts[1:], batch.ends[:-1]):
        first = batch.starts[0]
        return TextBatch(batch.buffer[first : batch.ends[-1]], batch.starts - first, batch.ends - first)
    return _copied(batch)


def _copied(batch: TextBatch) -> TextBatch:
    sizes = batch.ends - batch.starts
    ends = np.cumsum(sizes)
    return TextBatch(kernels.join(batch), ends - sizes, ends)


def join_batches(batches: Sequence[TextBatch]) -> TextBatch:
    """Several batches as one; of what their buffers hold besides the texts little is taken along."""
    if len(batches) == 1:
        return batches[0]
    parts = [np.zeros(0, np.uint8)]
    starts, ends, base = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for batch in batches:
        low, high = (int(batch.starts.min()), int(batch.ends.max())) if len(batch) else (0, 0)
        sizes = batch.ends - batch.starts
        if high - low > _MOST_BETWEEN * int(sizes.sum()):
            parts.append(kernels.join(batch))
            after = base + np.cumsum(sizes)
            starts.append(after - sizes)
            ends.append(after)
            base += len(parts[-1])
            continue
        parts.append(batch.buffer[low:high])
        starts.append(batch.starts - low + base)
        ends.append(batch.ends - low + base)
        base += high - low
    return TextBatch(np.concatenate(parts), np.concatenate(starts), np.concatenate(ends))


def runs(sizes: Offsets, limit: int | None = None) -> Iterator[tuple[int, int]]:
    """Cut items into runs `start, end` of about `limit` together, at least one each; results never depend on it."""
    limit = limit or worksize.SIZES.batch_bytes
    total = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=total[1:])
    start = 0
    while start < len(sizes):
        end = int(np.searchsorted(total, total[start] + limit))
        end = min(max(end, start + 1), len(sizes))
        yield start, end
        start = end
