"""Common tokens: how many tokens of two texts match, in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.fold import fold_tokens


def common_tokens(texts: TextBatch, other: TextBatch) -> tuple[Offsets, Offsets, Offsets]:
    """Matched tokens of texts of the same number in two batches, and how many tokens the two have.

    Parameters
    ----------
    texts, other : TextBatch
        As many texts each.

    Returns
    -------
    matched, left, right : int64 arrays, shape (texts,)
        The length of the longest common subsequence, and the tokens of either text.
    """
    out = np.zeros((3, len(texts)), np.int64)
    for i in range(len(texts)):
        a, b = ([token.text for token in fold_tokens(batch.text(i))] for batch in (texts, other))
        out[:, i] = common_subsequence(a, b), len(a), len(b)
    return out[0], out[1], out[2]


def common_subsequence(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest common subsequence.

    Bit i of a number stands for a[i], so that a row of the usual table is one addition. Crochemore, Iliopoulos,
    Pinzon, Reid: A fast and practical bit-vector algorithm for the longest common subsequence problem (2001).
    """
    short = min(len(a), len(b))
    before = next((i for i in range(short) if a[i] != b[i]), short)
    behind = next((i for i in range(short - before) if a[-1 - i] != b[-1 - i]), short - before)
    a, b = a[before : len(a) - behind], b[before : len(b) - behind]
    masks: dict[str, int] = {}
    for i, token in enumerate(a):
        masks[token] = masks.get(token, 0) | 1 << i
    row = everything = (1 << len(a)) - 1
    for token in b:
        matches = row & masks.get(token, 0)
        row = (row + matches | row - matches) & everything
    return before + behind + len(a) - row.bit_count()
