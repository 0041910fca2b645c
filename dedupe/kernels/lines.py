"""A block of JSON lines of which none is read: each is left to the caller."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from dedupe.kernels.records import LEFT
from dedupe.text.encode import Bytes, Offsets

LineArrays: TypeAlias = tuple[Offsets, Bytes, Offsets, Bytes, Offsets]
"""what the kernel `read_lines` gives"""


def leave_lines(block: Bytes) -> LineArrays:
    """The lines of a block as `read_lines` gives them where it cannot read any."""
    breaks = np.flatnonzero(block == ord("\n")) + 1
    last = [len(block)] if len(block) and (not len(breaks) or breaks[-1] != len(block)) else []
    offsets = np.concatenate(([0], breaks, last)).astype(np.int64)
    none = np.zeros(1, np.int64)
    return offsets, np.full(len(offsets) - 1, LEFT, np.uint8), none, np.zeros(0, np.uint8), none.copy()
