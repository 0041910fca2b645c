"""Reading a block of JSON lines: the readable twin of the native kernel, which reads none of them itself."""

from __future__ import annotations

import numpy as np

from dedupe.text.encode import Bytes, Offsets

LEFT, BLANK, UNNAMED, NAMED, NUMBERED = range(5)


def read_lines(
    block: Bytes, text_field: str, id_field: str, texts: Bytes
) -> tuple[Offsets, Bytes, Offsets, Bytes, Offsets]:
    """Find the lines of a block and read none of them: as the native one does where it cannot.

    Parameters
    ----------
    block : uint8 array
        Whole lines.
    text_field, id_field : str
        The names of the fields to read.
    texts : uint8 array
        Room for the texts, as long as the block at least.

    Returns
    -------
    offsets : int64 array
        Where each line begins, and the end of the block.
    status : uint8 array
        What became of each line: left to the caller, blank, or a record without id, with a string, with an integer.
    text_offsets, ids, id_offsets : arrays
        Where the text of each record lies in `texts`, and the ids, one behind the other.
    """
    breaks = np.flatnonzero(block == ord("\n")) + 1
    last = [len(block)] if len(block) and (not len(breaks) or breaks[-1] != len(block)) else []
    offsets = np.concatenate(([0], breaks, last)).astype(np.int64)
    none = np.zeros(1, np.int64)
    return offsets, np.full(len(offsets) - 1, LEFT, np.uint8), none, np.zeros(0, np.uint8), none.copy()
