"""Where parts of texts lie in their buffer."""

from __future__ import annotations

import numpy as np

from dedupe.text.encode import Bytes, Offsets, TextBatch, byte_positions


def byte_places(
    buffer: Bytes, starts: Offsets, ends: Offsets, texts: Offsets, first: Offsets, last: Offsets
) -> tuple[Offsets, Offsets]:
    """Where code points of texts lie in the buffer: for each i, `first[i]` and `last[i]` of text `texts[i]`.

    What lies outside a text is at its nearest end.
    """
    batch = TextBatch(buffer, starts, ends)
    out = np.zeros((2, len(texts)), np.int64)
    for text in np.unique(texts).tolist():
        positions = byte_positions(batch.text(text)) + starts[text]
        own = texts == text
        for row, places in enumerate((first, last)):
            out[row, own] = positions[np.clip(places[own], 0, len(positions) - 1)]
    return out[0], out[1]


def join(buffer: Bytes, starts: Offsets, ends: Offsets) -> Bytes:
    """The texts of a batch one behind the other."""
    batch = TextBatch(buffer, starts, ends)
    return np.frombuffer(b"".join(map(batch.raw, range(len(batch)))), np.uint8)


def place_lines(
    buffer: Bytes, starts: Offsets, ends: Offsets, texts: Offsets, first: Offsets, last: Offsets
) -> Bytes:
    """A line for each place: text `texts[i]`, `first[i]` and `last[i]`, with tabs between."""
    batch = TextBatch(buffer, starts, ends)
    rows = zip(texts.tolist(), first.tolist(), last.tolist(), strict=True)
    return np.frombuffer(b"".join(b"%b\t%d\t%d\n" % (batch.raw(i), a, b) for i, a, b in rows), np.uint8)
