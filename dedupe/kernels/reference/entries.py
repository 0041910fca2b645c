"""Runs of (key, unit)."""

from __future__ import annotations

import numpy as np

from dedupe.text.encode import Offsets
from dedupe.text.hashing import U32, U64


def sort_entries(keys: U64, units: U32) -> tuple[U64, U32]:
    """Entries by key, those of one key by unit."""
    order = np.lexsort((units, keys))
    return keys[order], units[order]


def find_entries(run: U64, keys: U64) -> tuple[Offsets, Offsets]:
    """For each of some keys where its entries begin and end in a run; both ascend."""
    return np.searchsorted(run, keys, side="left"), np.searchsorted(run, keys, side="right")
