"""Cutting a batch of texts into units: the readable twin of the native kernel."""

from __future__ import annotations

import numpy as np

from dedupe.job import ParagraphMode
from dedupe.kernels.records import AUTO, BLANK, LINES, SENTENCES, WHOLE, CutTexts
from dedupe.kernels.reference.paragraphs import split_paragraphs
from dedupe.text.encode import Bytes, Offsets, TextBatch, byte_positions

MODES: dict[int, ParagraphMode] = {AUTO: "auto", LINES: "lines", BLANK: "blank"}


def cut(buffer: Bytes, starts: Offsets, ends: Offsets, mode: int) -> CutTexts:
    """Cut every text into paragraphs or their sentences, or leave it whole."""
    batch = TextBatch(buffer, starts, ends)
    return _place(batch, [_cut(batch.text(i), mode) for i in range(len(batch))])


def _cut(text: str, mode: int) -> list[tuple[int, int]]:
    if mode == WHOLE:
        return [(0, len(text))]
    spans = split_paragraphs(text, MODES[mode & ~SENTENCES])
    if not mode & SENTENCES:
        return spans
    # Its tables take longer to load than a small file takes to clean.
    from dedupe.kernels.reference.sentences import split_sentences

    return [sentence for start, end in spans for sentence in split_sentences(text, start, end)]


def _place(batch: TextBatch, spans: list[list[tuple[int, int]]]) -> CutTexts:
    """The places of spans of code points, given for each text of a batch."""
    places = []
    for i, own in enumerate(spans):
        if own:
            points = np.array(own, np.int64)
            numbers = byte_positions(batch.text(i))[points] + batch.starts[i]
            places.append(np.column_stack((np.full(len(own), i), numbers, points)))
    columns = np.concatenate([np.zeros((0, 5), np.int64), *places]).T
    return CutTexts(*map(np.ascontiguousarray, columns))
