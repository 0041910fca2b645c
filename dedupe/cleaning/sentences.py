"""The sentences that are left of documents: what passages are made of when they are removed.

A sentence here is a sentence of `segment`, which ends at a line break too, with the number before it, if there is
one. Its key stands for its letters. A rule or a bracket on a line of its own is no sentence: what is before it and
what is behind it follow each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.columns import runs
from dedupe.documents import Corpus
from dedupe.job import ParagraphMode
from dedupe.kernels.records import CutTexts
from dedupe.spans import Spans
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.hashing import U64
from dedupe.units import cut_batch

# Bytes of the longest number that belongs to the sentence behind it, and between the two.
_NUMBER, _GAP = 24, 4
# Sentences that are asked at a time whether they are numbers.
_ASKED = 1 << 14


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
    """equal for equal letters and, where facts are to stay apart, equal signs"""

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
    corpus: Corpus, documents: Offsets, removed: Mapping[int, Spans], paragraphs: ParagraphMode, *, signs: bool
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
    signs : bool
        Whether keys stand for signs besides letters: for all that folding loses and that may change the meaning.

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
        cut = _with_numbers(batch.buffer, cut_batch(batch, "sentence", paragraphs))
        document = own[cut.texts]
        free = ~overlap_removed(document, cut.starts, cut.ends, own, removed)
        # A new run begins with a document, and behind what is removed.
        breaks = (np.diff(document, prepend=-1) != 0) | ~free | ~np.concatenate(([True], free[:-1]))
        run = np.cumsum(breaks) + last_run
        last_run = int(run[-1]) if len(run) else last_run
        own_batch = TextBatch(batch.buffer, cut.first[free], cut.last[free])
        weight, key = kernels.weigh(own_batch)
        says = weight > 0
        if signs:
            sign = kernels.sign_hashes(own_batch)
            key ^= sign
            says |= sign != 0
        parts = (document[free], cut.starts[free], cut.ends[free], run[free], weight, key)
        for column, part in zip(columns, parts, strict=True):
            column.append(part[says])
    return Sentences(*map(np.concatenate, columns))


def _with_numbers(buffer: Bytes, cut: CutTexts) -> CutTexts:
    """Return sentences with the numbers that stand before them: `6.2.6.` alone on its line is no sentence."""
    gap = cut.first[1:] - cut.last[:-1]
    size = cut.last[:-1] - cut.first[:-1]
    near = (cut.texts[1:] == cut.texts[:-1]) & (gap <= _GAP) & (size > 0) & (size <= _NUMBER)
    asked = np.flatnonzero(near)
    # Most begin with a letter.
    asked = asked[~_is_letter(buffer[cut.first[asked]])]
    begins, ends = np.ones(len(cut.texts), bool), np.ones(len(cut.texts), bool)
    for first in range(0, len(asked), _ASKED):
        own = asked[first : first + _ASKED]
        number = _bytes_at(buffer, cut.first[own], cut.last[own], _NUMBER)
        between = _bytes_at(buffer, cut.last[own], cut.first[own + 1], _GAP)
        breaks = (between == ord("\n")) | (between == ord("\r"))
        joined = own[~_is_letter(number).any(axis=1) & ~breaks.any(axis=1) & (number[:, 0] != 0)]
        begins[joined + 1] = ends[joined] = False
    return CutTexts(cut.texts[begins], cut.first[begins], cut.last[ends], cut.starts[begins], cut.ends[ends])


def _is_letter(data: Bytes) -> np.ndarray:
    """Return which bytes are, or are of, letters, as far as bytes tell."""
    letters: np.ndarray = ((data | 0x20) - ord("a") < 26) | (data >= 0x80)
    return letters


def _bytes_at(buffer: Bytes, first: Offsets, last: Offsets, most: int) -> Bytes:
    """Return the bytes of places, a row each; noughts behind them."""
    step = np.arange(most)
    place = np.minimum(first[:, None] + step, max(len(buffer) - 1, 0))
    out: Bytes = np.where(step < (last - first)[:, None], buffer[place], np.uint8(0)).astype(np.uint8)
    return out


def overlap_removed(
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


def keep_order(document: Offsets, rank: Offsets) -> tuple[Offsets, Offsets]:
    """Return the order of sentences by the rank of their documents, and each document's place in it."""
    by_rank = np.argsort(rank, kind="stable")
    position = np.empty(len(rank), np.int64)
    position[by_rank] = np.arange(len(rank))
    return np.argsort(position[document], kind="stable"), position
