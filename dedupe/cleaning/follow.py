"""Kept copies that a later stage removes in part: what is removed for them names where each part of it stays.

A document is removed for another one; then a paragraph of that one is removed for a third. The decision on the
first document becomes three: the text before the paragraph and behind it stays where it did, the paragraph stays in
the third. So every removal names text that no duplicate decision removes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dedupe import backend
from dedupe.documents import Corpus
from dedupe.passages.align import MATCHED, OTHER_FIRST, OTHER_LAST
from dedupe.segmentation.space import trim
from dedupe.text.columns import runs
from dedupe.text.encode import byte_to_point

Place = tuple[int, int, int]
"""Document, first code point and end."""

Part = tuple[int, int, Place]
"""A stretch of a document, first code point and end, and where its text stays."""

_AT_A_TIME = 2 << 20


class Moved(NamedTuple):
    """A removal whose kept copy was removed in part, and where these parts stay."""

    copy: Place
    kept: Place
    parts: tuple[Part, ...]
    """of the document of the kept copy, in order and apart"""


class Tile(NamedTuple):
    """A part of a copy, and where it stays."""

    copy: Place
    kept: Place


def follow_kept(corpus: Corpus, moved: Sequence[Moved]) -> Iterator[list[Tile]]:
    """Return for each removal the tiles that it is made of, in order."""
    size = np.array([one.copy[2] - one.copy[1] + one.kept[2] - one.kept[1] for one in moved], np.int64)
    for first, last in runs(size, _AT_A_TIME):
        own = moved[first:last]
        kept, copies = (
            corpus.texts.slices(*np.array([one[side] for one in own], np.int64).T.copy()) for side in (1, 0)
        )
        # Parts may reach beyond what was kept of their document.
        parts = [
            [(max(start, one.kept[1]), min(end, one.kept[2]), place) for start, end, place in one.parts]
            for one in own
        ]
        offsets = np.zeros(len(own) + 1, np.int64)
        np.cumsum([len(part) for part in parts], out=offsets[1:])
        owner = np.repeat(np.arange(len(own)), np.diff(offsets))
        base = np.array([one.kept[1] for one in own], np.int64)[owner]
        bounds = np.array([part[:2] for part_list in parts for part in part_list], np.int64).T
        places = backend.byte_places(*kept, owner, bounds[0] - base, bounds[1] - base)
        low, high = (byte - kept.starts[owner] for byte in places)
        table = backend.align_units(*kept, *copies, offsets, low, high, False)
        for i, one in enumerate(own):
            rows = table[offsets[i] : offsets[i + 1]]
            raw = copies.raw(i)
            edges = [byte_to_point(raw, rows[:, column]).tolist() for column in (OTHER_FIRST, OTHER_LAST)]
            faced = [
                (start + one.copy[1], end + one.copy[1], part)
                for start, end, matched, part in zip(*edges, rows[:, MATCHED].tolist(), parts[i], strict=True)
                if matched
            ]
            yield list(_tiles(one, faced, raw.decode("utf-8", "surrogatepass"), kept.text(i)))


def _tiles(one: Moved, faced: Iterable[tuple[int, int, Part]], copy: str, kept: str) -> Iterator[Tile]:
    """Cut a copy where parts of its kept copy begin and end."""
    (document, start, end), (other, kept_start, kept_end) = one.copy, one.kept
    tiles: list[Tile] = []
    at, kept_at = start, kept_start
    for low, high, (part_start, part_end, place) in [*faced, (end, end, (kept_end, kept_end, None))]:
        stays = trim(kept, kept_at - kept_start, part_start - kept_start)
        own = trim(copy, at - start, low - start)
        if own[0] < own[1] and stays[0] < stays[1]:
            tiles.append(
                Tile(
                    (document, own[0] + start, own[1] + start),
                    (other, stays[0] + kept_start, stays[1] + kept_start),
                )
            )
        elif own[0] < own[1]:
            # Words that the copy has more: they go with what they adjoin.
            low = own[0] + start  # noqa: PLW2901
        if place is not None:
            tiles.append(Tile((document, low, high), place))
        elif own[0] < own[1] and not stays[0] < stays[1] and tiles:
            tiles[-1] = tiles[-1]._replace(copy=(document, tiles[-1].copy[1], own[1] + start))
        at, kept_at = high, part_end
    if tiles:
        # The tiles of a removal cover all of it.
        tiles[0] = tiles[0]._replace(copy=(document, start, tiles[0].copy[2]))
        tiles[-1] = tiles[-1]._replace(copy=(document, tiles[-1].copy[1], end))
    yield from tiles


def overlapping(removed: Sequence[Part], start: int, end: int) -> Sequence[Part]:
    """Return those of some parts, in order and apart, that overlap a stretch."""
    low = bisect_right(removed, start, key=lambda one: one[1])
    high = bisect_left(removed, end, key=lambda one: one[0])
    return removed[low:high]
