"""Verification: exact similarity on shingle sets, and the check that equal hashes are equal text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedupe import backend
from dedupe.fingerprint.hashing import U64
from dedupe.text.encode import Offsets

Floats = npt.NDArray[np.float64]


def jaccard(sets: U64, offsets: Offsets, a: Offsets, b: Offsets) -> Floats:
    """Exact Jaccard similarity of the sets numbered `a[i]` and `b[i]`: one correctly rounded division."""
    shared = backend.overlaps(sets, offsets, a, b)
    sizes = np.diff(offsets)
    union = sizes[a] + sizes[b] - shared
    out = np.zeros(len(a))
    np.divide(shared, union, out=out, where=union > 0)
    return out
