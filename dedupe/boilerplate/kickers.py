"""Kickers: what stands before the first colon of a text, as `Read also` before a headline.

A long headline hides a kicker of two words among its own: the text model scores the kicker alone besides. It is
looked for in the first bytes of a text, and nothing but bytes decides, so that all kernels find the same.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.records import I64
from dedupe.text.encode import TextBatch

_MOST_BYTES = 60
# Bytes behind the colon: fewer are no headline.
_LEAST_BEHIND = 8
_COLON = 0x3A
# U+FF1A, as in Chinese and Japanese.
_WIDE_COLON = (0xEF, 0xBC, 0x9A)


def find_kickers(batch: TextBatch) -> tuple[I64, TextBatch]:
    """Return the numbers of the texts that begin with a kicker, and their kickers, up to the colon and with it."""
    numbers = np.zeros(0, np.int64)
    if not len(batch):
        return numbers, batch
    first = int(batch.starts.min())
    data = batch.buffer[first : int(batch.ends.max())]
    narrow = np.flatnonzero(data == _COLON) + 1
    wide = np.flatnonzero(data == _WIDE_COLON[2]) + 1
    wide = wide[wide > 2]
    wide = wide[(data[wide - 3] == _WIDE_COLON[0]) & (data[wide - 2] == _WIDE_COLON[1])]
    ends = np.sort(np.concatenate((narrow, wide))) + first
    if not len(ends):
        return numbers, batch.select(numbers)
    end = ends[np.minimum(np.searchsorted(ends, batch.starts, side="right"), len(ends) - 1)]
    near = (end > batch.starts) & (end <= batch.starts + _MOST_BYTES) & (end + _LEAST_BEHIND <= batch.ends)
    numbers = np.flatnonzero(near)
    return numbers, TextBatch(batch.buffer, batch.starts[numbers], end[numbers])
