"""Similarity: the share of tokens of two texts that match, or of letters where spaces hide that they do."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.kernels.records import MATCHED
from dedupe.text.encode import Offsets, TextBatch

Measure: TypeAlias = Literal["tokens", "letters"]
"""The unit that the similarity of a passage counts."""
Floats = npt.NDArray[np.float64]

# Least share of letters that match where tokens fall short: unequal words share half of theirs by chance.
LEAST_LETTERS = 0.8
# Of what tokens lack, letters may lack one part in so many: where words differ it is about a half.
_SHORTFALL = 4


def common_letters(left: TextBatch, right: TextBatch) -> tuple[Offsets, Offsets, Offsets]:
    """Return letters that match in pairs of texts, in order, and the letters of either text."""
    one, other = (np.diff(kernels.letters(batch)[1]) for batch in (left, right))
    first = np.zeros(len(left), np.int64)
    table = kernels.align_units(left, right, np.arange(len(left) + 1), first, left.ends - left.starts + 1, True)
    return table[:, MATCHED], one, other


def share(matched: Offsets, one: Offsets, other: Offsets) -> Floats:
    """Return 2 · matched / (symbols of one + symbols of the other)."""
    out: Floats = 2 * matched / np.maximum(one + other, 1)
    return out


def could_match(left: TextBatch, right: TextBatch, least: float) -> npt.NDArray[np.bool_]:
    """Return which pairs of texts have about as many letters, so that these can decide."""
    one, other = (np.diff(kernels.letters(batch)[1]) for batch in (left, right))
    out: npt.NDArray[np.bool_] = share(np.minimum(one, other), one, other) >= max(least, LEAST_LETTERS)
    return out


def letters_decide(letters: Floats, tokens: Floats, least: float) -> npt.NDArray[np.bool_]:
    """Return where the similarity of letters is enough, and that of tokens is too low because of spaces alone.

    Letters that were misread count like spaces; words that were replaced share too few letters.
    """
    spaced = _SHORTFALL * (1 - letters) <= 1 - tokens
    out: npt.NDArray[np.bool_] = (tokens < least) & (letters >= max(least, LEAST_LETTERS)) & spaced
    return out
