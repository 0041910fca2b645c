"""Sentences of what is left of documents, in files; those that may be part of a copy are chosen and held.

The key of each window of sentences goes into partitions, where equal ones meet. What is decided of passages depends
on the sentences in repeated windows and in regions alone; a run of sentences ends where one is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dedupe.cleaning.policy import cut_windows
from dedupe.cleaning.sentences import Sentences
from dedupe.errors import InputError
from dedupe.outofcore.bits import Bits
from dedupe.outofcore.columns import Array, Column, ColumnWriter, WorkFolder
from dedupe.outofcore.documents import MOST
from dedupe.outofcore.partitions import Partitions, PartitionWriter
from dedupe.outofcore.removals import find_overlapped
from dedupe.sorting import Mask, repeats
from dedupe.text.encode import Offsets

SENTENCE = np.dtype(
    [*((name, "<u4") for name in ("document", "start", "end", "weight")), ("breaks", "u1"), ("key", "<u8")]
)
# Sentences that are looked at at a time.
_ROWS = 1 << 18


@dataclass(frozen=True)
class SentenceFiles:
    """The sentences of all documents that are left."""

    rows: Column
    """of `SENTENCE`, by document and place; `breaks` where a run begins"""
    windows: Partitions
    """keys of windows, each with the number of its first sentence"""

    def choose(self, places: Array, least: int, entries: int) -> Array:
        """Return the sentences that may be part of a copy.

        Parameters
        ----------
        places : array of `SPAN`
            Places whose sentences are wanted besides those of repeated windows, by document.
        least : int
            Letters of the shortest passage.
        entries : int
            Records that are held at a time.
        """
        again = self._repeated(entries)
        out, number, first = [np.zeros(0, SENTENCE)], 0, 0
        for rows in self._by_document():
            last = int(np.searchsorted(places["document"], rows["document"][-1], side="right"))
            chosen = _in_windows(rows, again.run(number, number + len(rows)) - number, least)
            chosen |= _in_places(rows, places[first:last])
            out.append(_select(rows, chosen))
            number, first = number + len(rows), last
        return np.concatenate(out)

    def _repeated(self, entries: int) -> Bits:
        """Return the first sentences of windows whose key occurs again."""
        out = Bits(len(self.rows))
        for keys, numbers in self.windows.parts(entries):
            before, behind = repeats(keys)
            out.add(numbers[before | behind].astype(np.int64))
        return out

    def _by_document(self) -> Iterator[Array]:
        """Return all sentences, those of some documents at a time."""
        waiting = np.zeros(0, SENTENCE)
        for _, part in self.rows.runs(_ROWS):
            rows = np.concatenate((waiting, part))
            end = int(np.searchsorted(rows["document"], rows["document"][-1]))
            if end:
                yield rows[:end]
            waiting = rows[end:]
        if len(waiting):
            yield waiting


class SentenceWriter:
    """Writes sentences, run by run of documents."""

    def __init__(self, folder: WorkFolder, bits: int, least: int) -> None:
        self._least = least
        self._rows = ColumnWriter(folder.file("sentences"), SENTENCE)
        self._windows = PartitionWriter(folder, "window", bits)

    def add(self, sentences: Sentences) -> None:
        """Add the sentences of some documents, by number of document and place.

        Raises
        ------
        InputError
            There are too many.
        """
        first, rows = self._rows.count, np.empty(len(sentences.document), SENTENCE)
        if first + len(rows) > MOST:
            raise InputError(f"there are more than {MOST:,} sentences: clean a part of the files at a time")
        for name in ("document", "start", "end", "weight", "key"):
            rows[name] = getattr(sentences, name)
        rows["breaks"] = np.diff(sentences.run, prepend=-1) != 0
        self._rows.append(rows)
        windows = cut_windows(sentences.run, sentences.weight, sentences.key, self._least)
        self._windows.add(windows.key, windows.start + first)

    def close(self) -> SentenceFiles:
        """Return all sentences."""
        return SentenceFiles(self._rows.close(), self._windows.close())


def to_sentences(rows: Array, documents: Offsets) -> Sentences:
    """Return rows as sentences of some documents, whose numbers ascend, numbered from 0."""
    return Sentences(
        np.searchsorted(documents, rows["document"]),
        rows["start"].astype(np.int64),
        rows["end"].astype(np.int64),
        np.cumsum(rows["breaks"], dtype=np.int64),
        rows["weight"].astype(np.int64),
        np.ascontiguousarray(rows["key"]),
    )


def _in_windows(rows: Array, starts: Offsets, least: int) -> Mask:
    """Return which sentences lie in windows that begin at some of them."""
    windows = cut_windows(
        np.cumsum(rows["breaks"], dtype=np.int64), rows["weight"].astype(np.int64), rows["key"], least
    )
    place = np.searchsorted(windows.start, starts)
    return _covered(len(rows), windows.start[place], windows.end[place])


def _in_places(rows: Array, places: Array) -> Mask:
    """Return which sentences overlap places."""
    return _covered(len(rows), *find_overlapped(rows, places))


def _covered(count: int, first: Offsets, last: Offsets) -> Mask:
    """Return which of so many numbers lie in ranges."""
    steps = np.zeros(count + 1, np.int64)
    np.add.at(steps, first, 1)
    np.add.at(steps, np.maximum(first, last), -1)
    covered: Mask = np.cumsum(steps[:-1]) > 0
    return covered


def _select(rows: Array, chosen: Mask) -> Array:
    """Return chosen sentences, and those without letters that adjoin them; a run ends where one is left out."""
    run = np.cumsum(rows["breaks"], dtype=np.int64)
    empty = rows["weight"] == 0
    for step in (1, -1):
        # The last sentence before each one that has letters or was chosen.
        numbers = np.arange(len(rows))
        solid = np.maximum.accumulate(np.where(empty[::step] & ~chosen[::step], 0, numbers))
        chosen = chosen | (empty & (chosen[::step][solid] & (run[::step][solid] == run[::step]))[::step])
    out = rows[chosen]
    numbers = np.flatnonzero(chosen)
    out["breaks"] = (np.diff(run[numbers], prepend=-1) != 0) | (np.diff(numbers, prepend=-2) != 1)
    return out
