"""Verification: exact similarity on shingle sets, and the check that equal hashes are equal text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedupe import backend
from dedupe.duplicates.fingerprints import ShingleSets
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.units import UnitTable
from dedupe.text.encode import BATCH_BYTES, Offsets, encode_batch

Floats = npt.NDArray[np.float64]


def jaccard(sets: ShingleSets, a: Offsets, b: Offsets) -> Floats:
    """Exact Jaccard similarity of the sets numbered `a[i]` and `b[i]`: one correctly rounded division."""
    shared = backend.overlaps(sets.values, sets.offsets, a, b)
    sizes = sets.sizes()
    union = sizes[a] + sizes[b] - shared
    out = np.zeros(len(a))
    np.divide(shared, union, out=out, where=union > 0)
    return out


def confirmed(units: UnitTable, settings: Settings, a: Offsets, b: Offsets) -> npt.NDArray[np.bool_]:
    """Whether each pair's shared shingle hashes stand for equal folded text.

    A collision would have to be constructed; it then costs the pair, never text.
    """
    shingle = settings.shingle
    out = np.zeros(len(a), bool)
    start = 0
    while start < len(a):
        size, stop = 0, start
        while stop < len(a) and size < BATCH_BYTES:
            size += int(units.end[a[stop]] - units.start[a[stop]] + units.end[b[stop]] - units.start[b[stop]])
            stop += 1
        numbers, positions = np.unique(np.concatenate((a[start:stop], b[start:stop])), return_inverse=True)
        batch = encode_batch(list(units.texts(numbers)))
        left, right = np.split(positions.astype(np.int64), 2)
        out[start:stop] = backend.confirm(*batch, shingle.code, shingle.n, left, right)
        start = stop
    return out
