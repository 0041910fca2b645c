"""Numbers as JSON writes them."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt

from dedupe.text.encode import Bytes, Offsets


def number_texts(values: npt.NDArray[np.float64]) -> tuple[Bytes, Offsets]:
    """Write numbers as the standard library's JSON does: the shortest digits that give the same number.

    Parameters
    ----------
    values : float64 array, shape (n,)
        The numbers; infinities and what is no number are written as `Infinity` and `NaN`.

    Returns
    -------
    (uint8 array, int64 array of shape (n + 1,))
        The texts, one behind the other, and where each begins, and the last one's end.
    """
    texts = [json.dumps(value).encode() for value in values.tolist()]
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.array([len(text) for text in texts], np.int64), out=offsets[1:])
    return np.frombuffer(b"".join(texts), np.uint8), offsets
