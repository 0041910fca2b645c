"""Cutting a batch of texts into units: the readable twin of the native kernel."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.records import PARAGRAPH_CODES, SENTENCES, WHOLE, CutTexts
from dedupe.kernels.reference.paragraphs import split_paragraphs
from dedupe.text.encode import TextBatch, byte_positions

MODES = {code: mode for mode, code in PARAGRAPH_CODES.items()}


def cut(texts: TextBatch, mode: int) -> CutTexts:
    """Cut every text into paragraphs or their sentences, or leave it whole.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    mode : int
        `WHOLE`; or `AUTO`, `LINES` or `BLANK`, with `SENTENCES` added or not.

    Returns
    -------
    CutTexts
        The units, in the order of the texts.
    """
    return _place(texts, [_cut(texts.text(i), mode) for i in range(len(texts))])


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
