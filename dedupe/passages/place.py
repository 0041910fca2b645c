"""From letters to stretches of texts, and how many tokens of the two sides match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.kernels.records import Stretches
from dedupe.text.encode import Offsets, TextBatch


class Sections(NamedTuple):
    """Regions of texts as letters of each text; those of region `i` are rows `offsets[i]:offsets[i + 1]`."""

    a: Offsets
    """the earlier text of each section"""
    b: Offsets
    places: Offsets
    """shape (sections, 4): `a_start, a_end, b_start, b_end`"""
    offsets: Offsets


class Placed(NamedTuple):
    """Stretches that face each other, `a` the earlier side, and their tokens."""

    a: Stretches
    b: Stretches
    matched: Offsets
    tokens: Offsets
    """of both sides together"""


# More letters than the ends of a passage may lose.
_MOST_LOST = 400
_NONE = np.zeros(0, np.int64)
NOTHING = Placed(Stretches(_NONE, _NONE, _NONE), Stretches(_NONE, _NONE, _NONE), _NONE, _NONE)


def place_sections(batch: TextBatch, numbers: Offsets, found: Sections, *, snap: bool, min_length: int) -> Placed:
    """The stretches that regions stand for, in order; regions in which there is no whole token are left out.

    Parameters
    ----------
    batch : TextBatch
        Texts, and the numbers that they have in the answer.
    numbers : int64 array
    found : Sections
        Regions of these texts, by their places in the batch.
    snap : bool
        Move ends that are near the edges of sentences on both sides to these edges.
    min_length : int
        The least that the letters of a passage weigh.
    """
    begins = found.offsets[:-1]
    if not len(begins):
        return NOTHING
    sections = [
        (found.a, found.places[:, 0], found.places[:, 1]),
        (found.b, found.places[:, 2], found.places[:, 3]),
    ]
    # Whole regions may hold more than their sections, where these do not touch.
    wholes = [
        (text[begins], np.minimum.reduceat(low, begins), np.maximum.reduceat(high, begins))
        for text, low, high in sections
    ]
    texts, low, high = map(np.concatenate, zip(*sections, *wholes, strict=True))
    rows = np.stack((texts, *kernels.letter_places(batch, texts, low, high)), axis=1)
    *parts, a, b = np.split(rows, np.cumsum([len(found.a)] * 2 + [len(begins)]))
    filled = np.flatnonzero((a[:, 1] < a[:, 2]) & (b[:, 1] < b[:, 2]))
    slack = np.minimum(
        *(
            _weight_beyond(batch, rows, high - low, min_length)
            for rows, (_, low, high) in zip((a, b), wholes, strict=True)
        )
    )
    sides = [
        np.column_stack((whole[:, 0], fitted))
        for whole, fitted in zip((a, b), kernels.fit_ends(batch, a, b, slack, snap), strict=True)
    ]
    for part, side in zip(parts, sides, strict=True):
        _clip(part, side, found.offsets)
        _separate(part, found.offsets)
    matched, *tokens = kernels.common_tokens(_texts(batch, parts[0]), _texts(batch, parts[1]))
    total = np.add.reduceat(tokens[0] + tokens[1], begins)
    # One section is the whole; of several the tokens between them count too.
    several = np.flatnonzero(np.diff(found.offsets) > 1)
    whole_texts = (_texts(batch, side[several]) for side in sides)
    total[several] = sum(kernels.common_tokens(texts, texts)[0] for texts in whole_texts)
    one, other = (Stretches(numbers[side[filled, 0]], *side[filled, 3:].T.copy()) for side in sides)
    return Placed(one, other, np.add.reduceat(matched, begins)[filled], total[filled])


def locate(
    batch: TextBatch, numbers: Offsets, found: Sections, *, snap: bool = False, min_length: int = 0
) -> Placed:
    """The stretches that the sections of regions stand for, each by itself; adjoining ones of a region are one.

    Takes what `place_sections` takes; nothing is counted.
    """
    if not len(found.a):
        return NOTHING
    region = np.repeat(np.arange(len(found.offsets) - 1), np.diff(found.offsets))
    places = found.places
    same = (region[1:] == region[:-1]) & (places[1:, 0] == places[:-1, 1]) & (places[1:, 2] == places[:-1, 3])
    begins = np.flatnonzero(np.concatenate(([True], ~same)))
    ends = np.append(begins[1:], len(places)) - 1
    sides = []
    for text, low, high in ((found.a, 0, 1), (found.b, 2, 3)):
        own = text[begins]
        sides.append((own, *kernels.letter_places(batch, own, places[begins, low], places[ends, high])))
    filled = np.flatnonzero((sides[0][1] < sides[0][2]) & (sides[1][1] < sides[1][2]))
    a, b = (Stretches(numbers[own[filled]], start[filled], end[filled]) for own, _, _, start, end in sides)
    return Placed(a, b, np.zeros(len(filled), np.int64), np.zeros(len(filled), np.int64))


def joined(parts: Sequence[Placed]) -> Placed:
    """Return what was placed in several parts, of which there is one at least, as one."""
    a, b = (Stretches(*map(np.concatenate, zip(*(part[side] for part in parts), strict=True))) for side in (0, 1))
    return Placed(a, b, *(np.concatenate([part[column] for part in parts]) for column in (2, 3)))


def _weight_beyond(batch: TextBatch, rows: Offsets, counts: Offsets, least: int) -> Offsets:
    """Return what the letters of stretches weigh beyond the least weight; of long ones their number is enough."""
    beyond = counts - least
    short = np.flatnonzero(beyond < _MOST_LOST)
    beyond[short] = kernels.weigh(_texts(batch, rows[short]))[0] - least
    return beyond


def _texts(batch: TextBatch, rows: Offsets) -> TextBatch:
    """Stretches of the texts of a batch, one a row."""
    begin = batch.starts[rows[:, 0]]
    return TextBatch(batch.buffer, begin + rows[:, 1], begin + rows[:, 2])


def _clip(sections: Offsets, wholes: Offsets, offsets: Offsets) -> None:
    """Clip the sections of one side to the final stretches, and let the outermost ones reach to their ends."""
    region = np.repeat(np.arange(len(wholes)), np.diff(offsets))
    low, high = wholes[region, 1], wholes[region, 2]
    first, last = sections[:, 1], sections[:, 2]
    opening = np.lexsort((first, first == last, region))[offsets[:-1]]
    closing = np.lexsort((last, first < last, region))[offsets[1:] - 1]
    np.clip(first, low, high, out=first)
    np.clip(last, first, high, out=last)
    first[opening], last[closing] = low[opening], high[closing]


def _separate(sections: Offsets, offsets: Offsets) -> None:
    """Let no section of one side reach into another of its region: each token matches at most once."""
    region = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    order = np.lexsort((-sections[:, 2], sections[:, 1], region))
    first, last = sections[order, 1], sections[order, 2]
    # In one row, regions far enough apart.
    base = region[order] * (int(last.max(initial=0)) + 1)
    reach = np.maximum.accumulate(base + last)
    before = np.concatenate((reach[:1] * 0, reach[:-1])) - base
    sections[order, 1] = np.maximum(first, np.where(before > 0, before, 0))
    sections[:, 2] = np.maximum(sections[:, 1], sections[:, 2])
