"""The sentences that are left of documents: what passages are made of when they are removed.

A sentence here is a sentence of `segment`, which ends at a line break too. Its key stands for its letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from dedupe import backend
from dedupe.documents import Corpus
from dedupe.duplicates.units import cut_batch
from dedupe.fingerprint.hashing import U64, A, B
from dedupe.passages.letters import is_wide
from dedupe.segmentation import ParagraphMode
from dedupe.spans import Spans
from dedupe.text.columns import runs
from dedupe.text.encode import Offsets, TextBatch

# An odd number has an inverse modulo 2^64.
_BASE = A
_INVERSE = np.uint64(pow(int(A), -1, 1 << 64))

# Bytes of text that are hashed at a time.
_AT_A_TIME = 1 << 19


class Sentences(NamedTuple):
    """Sentences in keep order: by the rank of their document, then by place."""

    document: Offsets
    start: Offsets
    """first code point"""
    end: Offsets
    run: Offsets
    """sentences of one run follow each other in their text: nothing between them is removed"""
    weight: Offsets
    """letters and digits; one of Chinese, Japanese or Korean counts as two"""
    key: U64
    """equal for equal letters"""

    def select(self, chosen: Offsets) -> Sentences:
        """Some of the sentences, by number."""
        return Sentences(
            self.document[chosen],
            self.start[chosen],
            self.end[chosen],
            self.run[chosen],
            self.weight[chosen],
            self.key[chosen],
        )


def cut_sentences(
    corpus: Corpus, documents: Offsets, removed: Mapping[int, Spans], paragraphs: ParagraphMode
) -> Sentences:
    """Cut what is left of documents into sentences.

    Parameters
    ----------
    corpus : Corpus
        All documents.
    documents : int64 array
        The numbers of those that are left, ascending.
    removed : mapping of int to Spans
        What earlier stages remove of them.
    paragraphs : {"auto", "lines", "blank"}
        Where paragraphs end, and sentences with them.

    Returns
    -------
    Sentences
        In the order of the texts.
    """
    columns: list[list[np.ndarray]] = [[np.zeros(0, np.int64)] for _ in range(5)] + [[np.zeros(0, np.uint64)]]
    last_run = 0
    for first, last in runs(corpus.texts.sizes()[documents]):
        own = documents[first:last]
        batch = corpus.texts.read(own)
        cut = cut_batch(batch, "sentence", paragraphs)
        document = own[cut.texts]
        free = ~_overlap_removed(document, cut.starts, cut.ends, own, removed)
        # A new run begins with a document, and behind what is removed.
        breaks = (np.diff(document, prepend=-1) != 0) | ~free | ~np.concatenate(([True], free[:-1]))
        run = np.cumsum(breaks) + last_run
        last_run = int(run[-1]) if len(run) else last_run
        weight, key = weigh(TextBatch(batch.buffer, cut.first[free], cut.last[free]))
        parts = (document[free], cut.starts[free], cut.ends[free], run[free], weight, key)
        for column, part in zip(columns, parts, strict=True):
            column.append(part)
    return Sentences(*map(np.concatenate, columns))


def weigh(batch: TextBatch) -> tuple[Offsets, U64]:
    """Return what the letters of texts weigh, and a hash of these letters."""
    # A letter takes some fifty bytes on the way.
    parts = [
        _weigh(TextBatch(batch.buffer, batch.starts[first:last], batch.ends[first:last]))
        for first, last in runs(batch.ends - batch.starts, _AT_A_TIME)
    ]
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    weights, keys = zip(*parts, strict=True)
    return np.concatenate(weights), np.concatenate(keys)


def _weigh(batch: TextBatch) -> tuple[Offsets, U64]:
    units, offsets = backend.letters(*batch)
    before = np.zeros(len(units) + 1, np.int64)
    np.cumsum(1 + is_wide(units).astype(np.int64), out=before[1:])
    values = (units.astype(np.uint64) + np.uint64(1)) * B
    values ^= values >> np.uint64(32)
    return before[offsets[1:]] - before[offsets[:-1]], hash_runs(values, offsets[:-1], offsets[1:])


def hash_runs(values: U64, starts: Offsets, ends: Offsets) -> U64:
    """Return a hash of each run `values[start:end]`, by Horner's rule modulo 2^64."""
    if not len(values):
        return np.zeros(len(starts), np.uint64)
    powers = np.full(len(values) + 1, _BASE)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    before = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers[:-1], out=before[1:])
    inverse = np.full(len(values) + 1, _INVERSE)
    inverse[0] = 1
    np.multiply.accumulate(inverse, out=inverse)
    out: U64 = (before[ends] - before[starts]) * inverse[starts] + (ends - starts).astype(np.uint64) * B
    out ^= out >> np.uint64(29)
    return out


def _overlap_removed(
    document: Offsets, start: Offsets, end: Offsets, documents: Offsets, removed: Mapping[int, Spans]
) -> np.ndarray:
    """Return which places overlap what is removed of their document."""
    rows = [(number, *span) for number in documents.tolist() for span in removed.get(number, ())]
    if not rows:
        return np.zeros(len(document), bool)
    owner, low, high = np.array(rows, np.int64).T
    # In one row, documents far enough apart; removed spans are in order and apart.
    far = int(max(end.max(initial=0), high.max())) + 1
    place = np.searchsorted(owner * far + high, document * far + start, side="right")
    inside = np.minimum(place, len(rows) - 1)
    overlap: np.ndarray = (place < len(rows)) & (owner[inside] == document) & (low[inside] < end)
    return overlap
