"""Sentences of what is left of documents, in files, and which of them may be part of a copy.

The key of each window of sentences is written into partitions, where equal keys meet. Decisions about passages
depend only on the sentences in repeated windows and in regions. These sentences come in stretches, none of which
adjoins another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dedupe import worksize
from dedupe.cleaning.policy import cut_windows
from dedupe.cleaning.removals import find_overlapped
from dedupe.cleaning.sentences import Sentences
from dedupe.records import join_records
from dedupe.sorting import Mask, repeats
from dedupe.store.bits import Bits
from dedupe.store.columns import Array, Column, WorkFolder, check_count
from dedupe.store.partitions import Partitions, PartitionWriter
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U32

SENTENCE = np.dtype(
    [*((name, "<u4") for name in ("document", "start", "end", "weight")), ("breaks", "u1"), ("key", "<u8")]
)


class RepeatedWindows(NamedTuple):
    """Windows whose key occurs again, each by its first sentence."""

    members: Column
    """the windows of one key, then those of the next"""
    sizes: Column
    """how many windows each key has"""


class Chosen(NamedTuple):
    """The sentences that may be part of a copy."""

    rows: Column
    """of `SENTENCE`, by document and place; `breaks` where a stretch begins"""
    first: U32
    """the number, among all sentences, of the first one of each stretch"""
    size: U32
    """how many sentences each stretch has"""
    sentence: Offsets
    """the number of the first sentence that each place overlaps, -1 where there is none"""


@dataclass(frozen=True)
class SentenceFiles:
    """The sentences of all documents that are left."""

    rows: Column
    """of `SENTENCE`, by document and place; `breaks` where a run begins"""
    windows: Partitions
    """keys of windows, each with the number of its first sentence"""

    def repeated(self, folder: WorkFolder, entries: int) -> RepeatedWindows:
        """Return the windows whose key occurs again, read for the last time; so many are held at a time."""
        members, sizes = (folder.column(f"repeated.{name}", np.uint32) for name in ("members", "sizes"))
        for keys, numbers in self.windows.parts(entries, last=True):
            before, behind = repeats(keys)
            members.append(numbers[before | behind])
            begins = np.flatnonzero(behind & ~before)
            ends = np.flatnonzero(before & ~behind)
            sizes.append(ends - begins + 1)
        return RepeatedWindows(members.close(), sizes.close())

    def choose(self, repeated: RepeatedWindows, places: Array, least: int, folder: WorkFolder) -> Chosen:
        """Choose the sentences that may be part of a copy.

        Parameters
        ----------
        repeated : RepeatedWindows
            The windows whose sentences are wanted.
        places : array of `SPAN`
            Places whose sentences are wanted, too, in any order.
        least : int
            Letters of the shortest passage.
        folder : WorkFolder
            Where files are put.
        """
        again = Bits(len(self.rows))
        for _, members in repeated.members.runs(worksize.SIZES.sentences):
            again.add(members.astype(np.int64))
        writer, stretches = folder.column("chosen", SENTENCE), [np.zeros((2, 0), np.uint32)]
        order = np.argsort(places["document"], kind="stable")
        documents, sentence = places["document"][order], np.full(len(places), -1)
        number = at = 0
        for rows in self._by_document():
            end = int(np.searchsorted(documents, rows["document"][-1], side="right"))
            asked = order[at:end]
            low, high = find_overlapped(rows, places[asked])
            sentence[asked] = np.where(low < high, number + low, -1)
            chosen = _in_windows(rows, again.run(number, number + len(rows)) - number, least)
            chosen = _with_empty(rows, chosen | _covered(len(rows), low, high))
            numbers = np.flatnonzero(chosen)
            out = rows.take(numbers)
            run = np.cumsum(rows["breaks"], dtype=np.int64)[numbers]
            out["breaks"] = (np.diff(run, prepend=-1) != 0) | (np.diff(numbers, prepend=-2) != 1)
            writer.append(out)
            begins = np.flatnonzero(out["breaks"])
            sizes = np.diff(np.append(begins, len(out)))
            stretches.append(np.stack((number + numbers[begins], sizes)).astype(np.uint32))
            number, at = number + len(rows), end
        first, size = np.concatenate(stretches, axis=1)
        return Chosen(writer.close(), first, size, sentence)

    def _by_document(self) -> Iterator[Array]:
        """Return all sentences, those of some documents at a time."""
        waiting = np.zeros(0, SENTENCE)
        for _, part in self.rows.runs(worksize.SIZES.sentences):
            rows = join_records((waiting, part))
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
        self._rows = folder.column("sentences", SENTENCE)
        self._windows = PartitionWriter(folder, "window", bits)

    def add(self, sentences: Sentences) -> None:
        """Add the sentences of some documents, by number of document and place.

        Raises
        ------
        InputError
            There are too many.
        """
        first, rows = self._rows.count, np.empty(len(sentences.document), SENTENCE)
        check_count(first + len(rows), "sentences")
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
        rows["key"].astype(np.uint64),
    )


def _in_windows(rows: Array, starts: Offsets, least: int) -> Mask:
    """Return which sentences lie in windows that begin at some of them."""
    run, weight = np.cumsum(rows["breaks"], dtype=np.int64), rows["weight"].astype(np.int64)
    windows = cut_windows(run, weight, rows["key"], least)
    place = np.searchsorted(windows.start, starts)
    return _covered(len(rows), windows.start[place], windows.end[place])


def _covered(count: int, first: Offsets, last: Offsets) -> Mask:
    """Return which of so many numbers lie in ranges."""
    steps = np.zeros(count + 1, np.int64)
    np.add.at(steps, first, 1)
    np.add.at(steps, np.maximum(first, last), -1)
    covered: Mask = np.cumsum(steps[:-1]) > 0
    return covered


def _with_empty(rows: Array, chosen: Mask) -> Mask:
    """Return which sentences are chosen, those without letters that adjoin a chosen one of their run included."""
    run, empty = np.cumsum(rows["breaks"], dtype=np.int64), rows["weight"] == 0
    numbers = np.arange(len(rows))
    for step in (1, -1):
        # The last sentence up to each one that has letters or was chosen.
        solid = np.maximum.accumulate(np.where((empty & ~chosen)[::step], 0, numbers))
        near = chosen[::step][solid] & (run[::step][solid] == run[::step])
        chosen = chosen | (empty & near[::step])
    return chosen
