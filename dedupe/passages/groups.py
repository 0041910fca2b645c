"""Groups: the copies of a passage, the first of them kept, each other one compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.columns import runs
from dedupe.kernels.records import Stretches
from dedupe.passages.place import Placed
from dedupe.passages.similarity import common_letters, could_match, letters_decide, share
from dedupe.text.encode import Offsets, TextBatch
from dedupe.units import UnitTable

Floats = npt.NDArray[np.float64]

# Code points of copies that are compared at a time, if it is no single pair.
_AT_A_TIME = 16 << 20
# Kept copies that one is compared with.
_KEPT = 8
# Bytes of two copies, multiplied, from which on their alignment has to do for a comparison.
_LONGEST = 1 << 40


class Copies(NamedTuple):
    """Copies of passages, and which one is kept of each, by number among the stretches."""

    stretches: Stretches
    """by the rank of their documents, then by place"""
    copy: Offsets
    kept: Offsets
    similarity: Floats
    letters: npt.NDArray[np.bool_]
    """whether letters were counted, not tokens"""


class _Aligned(NamedTuple):
    """Similarities of pairs of stretches, from an alignment of these very ones or of about them."""

    pair: Offsets
    """ascending: number of the earlier one, times how many there are, and that of the later one"""
    similarity: Floats
    exact: npt.NDArray[np.bool_]


def group_copies(
    units: UnitTable,
    placed: Placed,
    similarity: float,
    *,
    within: bool,
    rank: Sequence[int] | Offsets | Floats | None = None,
) -> Copies:
    """Return the copies of each passage, each with its kept copy.

    Stretches that are aligned, directly or through others, are one passage. Its first stretch is kept, by the rank
    of its document if there is one. Each other stretch is compared with it. If their similarity is below
    `similarity`, it is compared with further kept stretches, found in this way. If spaces were lost or added,
    letters are compared instead of tokens.
    """
    order = np.argsort(placed.a.start - placed.a.end, kind="stable")
    a, b = placed.a.select(order), placed.b.select(order)
    both = Stretches(*(np.stack(columns, axis=1).ravel() for columns in zip(a, b, strict=True)))
    same = kernels.same_stretches(both)
    distinct, place = np.unique(same, return_inverse=True)
    stretches, number = _ranked(units, both.select(distinct), rank)
    sides = number[place].reshape(-1, 2)
    count = len(distinct)
    first = kernels.components((sides.ravel(), np.arange(0, 2 * len(sides) + 1, 2)), count)
    exact = (both.start[same] == both.start) & (both.end[same] == both.end)
    aligned = _best(
        sides.min(axis=1, initial=count) * count + sides.max(axis=1, initial=0),
        2 * placed.matched[order] / np.maximum(placed.tokens[order], 1),
        exact[::2] & exact[1::2],
    )
    copy, kept, similarities = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    letters = [np.zeros(0, bool)]
    left = np.argsort(first, kind="stable")
    for _ in range(_KEPT):
        # The first one that is left of each passage is kept.
        begins = np.flatnonzero(np.diff(first[left], prepend=-1))
        chosen = np.repeat(left[begins], np.diff(begins, append=len(left)))
        rest = np.ones(len(left), bool)
        rest[begins] = False
        left, chosen = left[rest], chosen[rest]
        asked = np.flatnonzero(_comparable(units, stretches, chosen, left, within=within))
        alike = _similarities(units, stretches, chosen[asked], left[asked], aligned)
        by_letters = _compare_letters(units, stretches, chosen[asked], left[asked], alike, similarity)
        enough = by_letters | (alike >= similarity)
        found = asked[enough]
        copy.append(left[found])
        kept.append(chosen[found])
        similarities.append(alike[enough])
        letters.append(by_letters[enough])
        left = np.delete(left, found)
    numbers = np.concatenate(copy), np.concatenate(kept)
    return Copies(stretches, *numbers, np.concatenate(similarities), np.concatenate(letters))


def _ranked(
    units: UnitTable, own: Stretches, rank: Sequence[int] | Offsets | Floats | None
) -> tuple[Stretches, Offsets]:
    """Stretches in the order in which they are kept, and the number of each in it."""
    ranks = np.zeros(len(own.text), np.int64) if rank is None else np.array(rank)[units.document[own.text]]
    order = np.lexsort((own.end, own.start, own.text, ranks))
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    return own.select(order), number


def _best(pair: Offsets, similarity: Floats, exact: npt.NDArray[np.bool_]) -> _Aligned:
    """Choose among several alignments of one pair: one of these very stretches, and the best of them."""
    order = np.lexsort((similarity, exact, pair))
    last = order[np.flatnonzero(np.diff(pair[order], append=-1))]
    return _Aligned(pair[last], similarity[last], exact[last])


def _comparable(
    units: UnitTable, stretches: Stretches, kept: Offsets, copy: Offsets, *, within: bool
) -> npt.NDArray[np.bool_]:
    """Return whether pairs of stretches lie apart, and in documents between which copies are wanted."""
    one, other = stretches.select(kept), stretches.select(copy)
    wanted: npt.NDArray[np.bool_] = units.document[one.text] != units.document[other.text]
    if within:
        wanted = (np.maximum(one.start, other.start) >= np.minimum(one.end, other.end)) | (one.text != other.text)
    return wanted


def _similarities(
    units: UnitTable, stretches: Stretches, kept: Offsets, copy: Offsets, aligned: _Aligned
) -> Floats:
    """The similarities of pairs of stretches, the earlier one first: what is not known is counted."""
    pair = kept * len(stretches.text) + copy
    at = np.minimum(np.searchsorted(aligned.pair, pair), len(aligned.pair) - 1)
    known = aligned.pair[at] == pair
    out = np.where(known, aligned.similarity[at], 0.0)
    unknown = np.flatnonzero(~(known & aligned.exact[at]))
    sizes = stretches.end - stretches.start
    for first, last in runs(sizes[kept[unknown]] + sizes[copy[unknown]], _AT_A_TIME):
        _count_common(units, stretches, kept, copy, unknown[first:last], out)
    return out


def _count_common(
    units: UnitTable, stretches: Stretches, kept: Offsets, copy: Offsets, unknown: Offsets, out: Floats
) -> None:
    """Put the similarities of some pairs where they belong."""
    left, right = _texts(units, stretches, kept[unknown], copy[unknown])
    short = _comparable_sizes(left, right)
    for i in np.flatnonzero(~short).tolist():
        if left.raw(i) == right.raw(i):
            out[unknown[i]] = 1.0
    out[unknown[short]] = share(*kernels.common_tokens(left.select(short), right.select(short)))


def _compare_letters(
    units: UnitTable, stretches: Stretches, kept: Offsets, copy: Offsets, alike: Floats, least: float
) -> npt.NDArray[np.bool_]:
    """Return which pairs have letters that are alike enough though their tokens are not, and put that in."""
    out = np.zeros(len(kept), bool)
    sizes = stretches.end - stretches.start
    asked = np.flatnonzero(alike < least)
    for first, last in runs(sizes[kept[asked]] + sizes[copy[asked]], _AT_A_TIME):
        pairs = asked[first:last]
        left, right = _texts(units, stretches, kept[pairs], copy[pairs])
        short = _comparable_sizes(left, right)
        short[short] = could_match(left.select(short), right.select(short), least)
        pairs = pairs[short]
        letters = share(*common_letters(left.select(short), right.select(short)))
        decided = letters_decide(letters, alike[pairs], least)
        alike[pairs[decided]] = letters[decided]
        out[pairs[decided]] = True
    return out


def _texts(units: UnitTable, stretches: Stretches, kept: Offsets, copy: Offsets) -> tuple[TextBatch, TextBatch]:
    """Return the texts of pairs of stretches."""
    numbers, place = np.unique(np.concatenate((kept, copy)), return_inverse=True)
    text, start = stretches.text[numbers], units.start[stretches.text[numbers]]
    places = (start + stretches.start[numbers], start + stretches.end[numbers])
    batch = units.corpus.texts.slices(units.document[text], *places)
    left, right = np.split(place, 2)
    return batch.select(left), batch.select(right)


def _comparable_sizes(left: TextBatch, right: TextBatch) -> npt.NDArray[np.bool_]:
    """Return which pairs of texts are short enough for a comparison."""
    out: npt.NDArray[np.bool_] = (left.ends - left.starts) * (right.ends - right.starts) <= _LONGEST
    return out
