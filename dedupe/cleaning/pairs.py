"""Pairs of a copy and its kept copy: how similar they are, what is counted of them, and the marks around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.cleaning.edges import Edges
from dedupe.columns import compact_slices, runs
from dedupe.documents import Corpus
from dedupe.passages.result import Places
from dedupe.passages.similarity import common_letters, share
from dedupe.sorting import Mask
from dedupe.text.encode import Offsets, TextBatch

Floats = npt.NDArray[np.float64]

# Code points of copies and kept copies that are aligned at a time.
AT_A_TIME = 2 << 20


class CopyPairs(NamedTuple):
    """Copies and their kept copies, and what is counted of them."""

    copy: Places
    kept: Places
    letters: Mask
    """whether letters are counted, and not tokens"""


def join_pairs(parts: Sequence[CopyPairs]) -> CopyPairs:
    """Return the pairs of all parts, one part behind the other."""
    copy, kept = (
        Places(*map(np.concatenate, zip(*sides, strict=True)))
        for sides in zip(*((part.copy, part.kept) for part in parts), strict=True)
    )
    return CopyPairs(copy, kept, np.concatenate([part.letters for part in parts]))


def pair_similarity(corpus: Corpus, pairs: CopyPairs) -> Floats:
    """Return the similarity of copies, as they are cut, to their kept copies."""
    out = np.ones(len(pairs.letters))
    for letters in (False, True):
        chosen = np.flatnonzero(pairs.letters == letters)
        for first, last in runs((pairs.copy.end - pairs.copy.start)[chosen], AT_A_TIME):
            own = chosen[first:last]
            out[own] = similarities(*_texts(corpus, pairs, own), letters=letters)
    return out


def with_measures(corpus: Corpus, pairs: CopyPairs) -> CopyPairs:
    """Return pairs of equal letters with what is counted of them: letters where their tokens differ."""
    letters = pairs.letters.copy()
    for first, last in runs(pairs.copy.end - pairs.copy.start, AT_A_TIME):
        own = np.arange(first, last)
        letters[own] |= kernels.same_fold(*_texts(corpus, pairs, own), False) == 0
    return pairs._replace(letters=letters)


def _texts(corpus: Corpus, pairs: CopyPairs, chosen: Offsets) -> tuple[TextBatch, TextBatch]:
    """Return the copies of some pairs, and the kept copies."""
    left, right = (compact_slices(corpus.texts, *(column[chosen] for column in side)) for side in pairs[:2])
    return left, right


def with_marks(corpus: Corpus, edges: Edges, pairs: CopyPairs) -> CopyPairs:
    """Return pairs whose kept copies take in the marks around them, up to the edges of their sentences."""
    kept, everywhere = pairs.kept, np.ones(len(pairs.letters), bool)
    wide = edges.to_edges(kept, everywhere, everywhere)
    before = no_letters(corpus, Places(kept.document, wide.start, kept.start))
    behind = no_letters(corpus, Places(kept.document, kept.end, wide.end))
    start, end = np.where(before, wide.start, kept.start), np.where(behind, wide.end, kept.end)
    return pairs._replace(kept=Places(kept.document, start, end))


def no_letters(corpus: Corpus, places: Places) -> Mask:
    """Return which places hold no letter."""
    free: Mask = np.diff(kernels.letters(compact_slices(corpus.texts, *places))[1]) == 0
    return free


def same_letters(left: TextBatch, right: TextBatch) -> Mask:
    """Return which pairs of texts have the same letters and digits."""
    (one, starts), (other, other_starts) = kernels.letters(left), kernels.letters(right)
    sizes, other_sizes = np.diff(starts), np.diff(other_starts)
    same: Mask = sizes == other_sizes
    if not same.all():
        one, other = one[np.repeat(same, sizes)], other[np.repeat(same, other_sizes)]
    unequal = np.flatnonzero(one != other)
    numbers = np.flatnonzero(same)
    same[numbers[np.searchsorted(np.cumsum(sizes[same]), unequal, side="right")]] = False
    return same


def similarities(left: TextBatch, right: TextBatch, *, letters: bool = False) -> Floats:
    """Return 2 · matched / (tokens of one + tokens of the other) for pairs of texts, or the same of letters.

    Texts without any, as rules and brackets, are equal.
    """
    counts = common_letters(left, right) if letters else kernels.common_tokens(left, right)
    out = share(*counts)
    out[counts[1] + counts[2] == 0] = 1
    return out
