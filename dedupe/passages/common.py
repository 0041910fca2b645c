"""Common tokens: how many tokens of two texts match, in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedupe.text.encode import Bytes, Offsets, TextBatch, encode_text
from dedupe.text.fold import fold_tokens

# Tokens at either end among which a match is looked for.
_EDGE = 4


def common_tokens(
    buffer: Bytes, starts: Offsets, ends: Offsets, other: Bytes, other_starts: Offsets, other_ends: Offsets
) -> tuple[Offsets, Offsets, Offsets]:
    """Matched tokens of texts of the same number in two batches, and how many tokens the two have.

    Matched is the length of the longest common subsequence. The reference of the native kernel of this name.
    """
    left, right = TextBatch(buffer, starts, ends), TextBatch(other, other_starts, other_ends)
    out = np.zeros((3, len(left)), np.int64)
    for i in range(len(left)):
        a, b = ([token.text for token in fold_tokens(batch.text(i))] for batch in (left, right))
        out[:, i] = common_subsequence(a, b), len(a), len(b)
    return out[0], out[1], out[2]


def matched_ends(
    buffer: Bytes, starts: Offsets, ends: Offsets, other: Bytes, other_starts: Offsets, other_ends: Offsets
) -> tuple[Offsets, Offsets, Offsets, Offsets, Offsets]:
    """What to leave out of texts of the same number in two batches so that both begin and end with the same token.

    Few tokens are tried, the nearest match is taken; where there is none, nothing is left out. The answer has a row
    for the bytes before the first match, one for those behind the last, for either text, and one more row for how
    many tokens are left out of both. The reference of the native kernel of this name.
    """
    left, right = TextBatch(buffer, starts, ends), TextBatch(other, other_starts, other_ends)
    out = np.zeros((5, len(left)), np.int64)
    for number in range(len(left)):
        texts = [batch.text(number) for batch in (left, right)]
        a, b = (fold_tokens(text) for text in texts)
        i, j = _nearest_match([token.text for token in a], [token.text for token in b])
        behind = [[token.text for token in tokens[skip:][::-1]] for tokens, skip in ((a, i), (b, j))]
        k, m = _nearest_match(*behind)
        for row, text, tokens, first, last in ((0, texts[0], a, i, k), (2, texts[1], b, j, m)):
            if first:
                out[row, number] = len(encode_text(text[: tokens[first].start]))
            if last:
                out[row + 1, number] = len(encode_text(text[tokens[-1 - last].end :]))
        out[4, number] = i + j + k + m
    return out[0], out[1], out[2], out[3], out[4]


def _nearest_match(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """The least i + j, then the least i, for which a[i] is b[j]."""
    for total in range(2 * _EDGE - 1):
        for i in range(max(0, total - _EDGE + 1), min(total + 1, _EDGE, len(a))):
            if total - i < len(b) and a[i] == b[total - i]:
                return i, total - i
    return 0, 0


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
