"""Sentences of what is left of documents, in files; those of documents that may hold a copy are read again.

The key of each window of sentences goes into partitions, where equal ones meet. No other documents than those with
a repeated window or a region have a part in what is decided of passages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedupe.cleaning.policy import cut_windows
from dedupe.cleaning.sentences import Sentences
from dedupe.outofcore.bits import Bits
from dedupe.outofcore.columns import Column, ColumnWriter, WorkFolder
from dedupe.outofcore.documents import Documents
from dedupe.outofcore.partitions import Partitions, PartitionWriter
from dedupe.outofcore.removals import gather, offsets_of
from dedupe.sorting import repeats
from dedupe.text.encode import Offsets

SENTENCE = np.dtype(
    [*((name, "<u4") for name in ("document", "start", "end", "weight")), ("breaks", "u1"), ("key", "<u8")]
)


@dataclass(frozen=True)
class SentenceFiles:
    """The sentences of all documents that are left."""

    rows: Column
    """of `SENTENCE`, by document and place; `breaks` where a run begins"""
    offsets: Column
    """where the sentences of each document begin"""
    windows: Partitions
    """keys of windows, each with its document"""

    def repeated(self, documents: int, entries: int) -> Bits:
        """Return which documents hold a window whose key occurs again, among so many documents."""
        out = Bits(documents)
        for keys, owners in self.windows.parts(entries):
            before, behind = repeats(keys)
            out.add(owners[before | behind].astype(np.int64))
        return out

    def read(self, documents: Offsets) -> Sentences:
        """Read the sentences of documents, whose numbers ascend; in the answer these are numbered from 0."""
        rows = gather(self.rows, self.offsets, documents)
        return Sentences(
            np.searchsorted(documents, rows["document"]),
            rows["start"].astype(np.int64),
            rows["end"].astype(np.int64),
            np.cumsum(rows["breaks"], dtype=np.int64),
            rows["weight"].astype(np.int64),
            np.ascontiguousarray(rows["key"]),
        )


class SentenceWriter:
    """Writes sentences, run by run of documents."""

    def __init__(self, folder: WorkFolder, bits: int, least: int) -> None:
        self._folder, self._least = folder, least
        self._rows = ColumnWriter(folder.file("sentences"), SENTENCE)
        self._windows = PartitionWriter(folder, "window", bits)

    def add(self, sentences: Sentences) -> None:
        """Add the sentences of some documents, by number of document and place."""
        rows = np.empty(len(sentences.document), SENTENCE)
        for name in ("document", "start", "end", "weight", "key"):
            rows[name] = getattr(sentences, name)
        rows["breaks"] = np.diff(sentences.run, prepend=-1) != 0
        self._rows.append(rows)
        windows = cut_windows(sentences.run, sentences.weight, sentences.key, self._least)
        self._windows.add(windows.key, sentences.document[windows.start])

    def close(self, documents: Documents) -> SentenceFiles:
        """Return all sentences."""
        rows = self._rows.close()
        offsets = offsets_of(rows, documents.count, self._folder, "sentence.offsets")
        return SentenceFiles(rows, offsets, self._windows.close())
