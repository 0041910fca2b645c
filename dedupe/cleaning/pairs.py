"""Pairs of a copy and its kept copy: how similar they are, what is counted of them, and the marks around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.cleaning.edges import Edges
from dedupe.columns import compact_slices, runs
from dedupe.documents import Corpus
from dedupe.passages.result import Places
from dedupe.passages.similarity import Measure, common_letters, share
from dedupe.text.encode import TextBatch

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Code points of copies and kept copies that are aligned at a time.
AT_A_TIME = 2 << 20


class CopyPair(NamedTuple):
    """A copy and its kept copy, each a document, first code point and end; and what is counted of them."""

    copy: int
    start: int
    end: int
    kept: int
    kept_start: int
    kept_end: int
    measure: Measure


def to_places(rows: Iterable[Sequence[Any]]) -> Places:
    """Return places as columns from rows: document, first code point and end."""
    return Places(*np.array(list(rows), np.int64).reshape(-1, 3).T.copy())


def pair_similarity(corpus: Corpus, pairs: Sequence[CopyPair]) -> Floats:
    """Return the similarity of copies, as they are cut, to their kept copies."""
    out = np.ones(len(pairs))
    for letters in (False, True):
        chosen = [i for i, pair in enumerate(pairs) if (pair.measure == "letters") == letters]
        size = np.array([pairs[i].end - pairs[i].start for i in chosen], np.int64)
        for first, last in runs(size, AT_A_TIME):
            own = chosen[first:last]
            left = compact_slices(corpus.texts, *to_places(pairs[i][:3] for i in own))
            right = compact_slices(corpus.texts, *to_places(pairs[i][3:6] for i in own))
            out[own] = similarities(left, right, letters=letters)
    return out


def with_measures(corpus: Corpus, pairs: Sequence[CopyPair]) -> list[CopyPair]:
    """Return pairs of equal letters with what is counted of them: letters where their tokens differ."""
    out: list[CopyPair] = []
    size = np.array([pair.end - pair.start for pair in pairs], np.int64)
    for first, last in runs(size, AT_A_TIME):
        own = pairs[first:last]
        left, right = (compact_slices(corpus.texts, *to_places(pair[at : at + 3] for pair in own)) for at in (0, 3))
        same = kernels.same_fold(left, right, False)
        out += [pair if equal else pair._replace(measure="letters") for pair, equal in zip(own, same, strict=True)]
    return out


def with_marks(corpus: Corpus, edges: Edges, pairs: Sequence[CopyPair]) -> list[CopyPair]:
    """Return pairs whose kept copies take in the marks around them, up to the edges of their sentences."""
    if not pairs:
        return []
    kept = to_places(pair[3:6] for pair in pairs)
    everywhere = np.ones(len(pairs), bool)
    wide = edges.to_edges(kept, everywhere, everywhere)
    free = []
    for start, end in ((wide.start, kept.start), (kept.end, wide.end)):
        gaps = compact_slices(corpus.texts, kept.document, start, end)
        free.append(np.diff(kernels.letters(gaps)[1]) == 0)
    starts = np.where(free[0], wide.start, kept.start).tolist()
    ends = np.where(free[1], wide.end, kept.end).tolist()
    return [
        pair._replace(kept_start=start, kept_end=end) for pair, start, end in zip(pairs, starts, ends, strict=True)
    ]


def same_letters(left: TextBatch, right: TextBatch) -> Mask:
    """Return which pairs of texts have the same letters and digits."""
    (one, starts), (other, other_starts) = kernels.letters(left), kernels.letters(right)
    sizes = np.diff(starts)
    same: Mask = sizes == np.diff(other_starts)
    owner = np.repeat(np.flatnonzero(same), sizes[same])
    step = np.arange(len(owner)) - np.repeat(np.cumsum(sizes[same]) - sizes[same], sizes[same])
    unequal = one[starts[owner] + step] != other[other_starts[owner] + step]
    same[owner[unequal]] = False
    return same


def similarities(left: TextBatch, right: TextBatch, *, letters: bool = False) -> Floats:
    """Return 2 · matched / (tokens of one + tokens of the other) for pairs of texts, or the same of letters.

    Texts without any, as rules and brackets, are equal.
    """
    counts = common_letters(left, right) if letters else kernels.common_tokens(left, right)
    out = share(*counts)
    out[counts[1] + counts[2] == 0] = 1
    return out
