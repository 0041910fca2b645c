"""Places of parts of texts in their buffer."""

from __future__ import annotations

import numpy as np

from dedupe.text.encode import Bytes, Offsets, TextBatch, byte_positions


def byte_places(texts: TextBatch, owner: Offsets, first: Offsets, last: Offsets) -> tuple[Offsets, Offsets]:
    """Return where code points of texts lie in the buffer.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    owner, first, last : int64 arrays, shape (places,)
        Code points `first[i]` and `last[i]` of text `owner[i]`; what lies outside a text is at its nearest end.

    Returns
    -------
    first, last : int64 arrays, shape (places,)
        Bytes of the buffer.
    """
    out = np.zeros((2, len(owner)), np.int64)
    for text in np.unique(owner).tolist():
        positions = byte_positions(texts.text(text)) + texts.starts[text]
        own = owner == text
        for row, places in enumerate((first, last)):
            out[row, own] = positions[np.clip(places[own], 0, len(positions) - 1)]
    return out[0], out[1]


def join(texts: TextBatch) -> Bytes:
    """The texts of a batch one behind the other."""
    return np.frombuffer(b"".join(map(texts.raw, range(len(texts)))), np.uint8)


def place_lines(texts: TextBatch, owner: Offsets, first: Offsets, last: Offsets) -> Bytes:
    """A line for each place: text `owner[i]`, `first[i]` and `last[i]`, with tabs between."""
    rows = zip(owner.tolist(), first.tolist(), last.tolist(), strict=True)
    return np.frombuffer(b"".join(b"%b\t%d\t%d\n" % (texts.raw(i), a, b) for i, a, b in rows), np.uint8)
