"""Kept copies that a later stage removes in part: what is removed for them names where each part of it stays.

A document is removed for another one; then a paragraph of that one is removed for a third. The decision on the
first document becomes three: the text before the paragraph and behind it stays where it did, the paragraph stays in
the third. So every removal names text that no duplicate decision removes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedupe import kernels, worksize
from dedupe.cleaning.documents import Documents
from dedupe.cleaning.pairs import AT_A_TIME
from dedupe.cleaning.removals import ROW, gather, offsets_of, overlapping
from dedupe.columns import runs
from dedupe.documents import Corpus
from dedupe.kernels.records import MATCHED, OTHER_FIRST, OTHER_LAST
from dedupe.records import join_records
from dedupe.sorting import distinct
from dedupe.store.columns import Array, Column, WorkFolder
from dedupe.text.encode import byte_to_point
from dedupe.text.space import trim

Place = tuple[int, int, int]
"""Document, first code point and end."""

Part = tuple[int, int, Place]
"""A stretch of a document, first code point and end, and where its text stays."""

Lost = tuple[int, int, Place | None]
"""A `Part` whose place is None if the kept copy lacks its text."""


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
    for first, last in runs(size, AT_A_TIME):
        own = moved[first:last]
        kept, copies = (
            corpus.texts.slices(*np.array([one[side] for one in own], np.int64).T.copy()) for side in (1, 0)
        )
        # Parts may reach beyond what was kept of their document.
        parts = [
            [(max(start, one.kept[1]), min(end, one.kept[2]), place) for start, end, place in one.parts]
            for one in own
        ]
        # What lies between them is aligned too: it says where a part would stand that the copy lacks.
        units = [_between(one.kept, part) for one, part in zip(own, parts, strict=True)]
        offsets = np.zeros(len(own) + 1, np.int64)
        np.cumsum([len(unit) for unit in units], out=offsets[1:])
        owner = np.repeat(np.arange(len(own)), np.diff(offsets))
        base = np.array([one.kept[1] for one in own], np.int64)[owner]
        bounds = np.array([unit for unit_list in units for unit in unit_list], np.int64).T
        places = kernels.byte_places(kept, owner, bounds[0] - base, bounds[1] - base)
        low, high = (byte - kept.starts[owner] for byte in places)
        table = kernels.align_units(kept, copies, offsets, low, high, False)
        for i, one in enumerate(own):
            rows = table[offsets[i] : offsets[i + 1]]
            raw = copies.raw(i)
            begins, ends = (
                (byte_to_point(raw, rows[:, column]) + one.copy[1]).tolist() for column in (OTHER_FIRST, OTHER_LAST)
            )
            faced = list(_face(parts[i], begins, ends, rows[:, MATCHED].tolist()))
            yield list(_tiles(one, faced, raw.decode("utf-8", "surrogatepass"), kept.text(i)))


def _between(kept: Place, parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Return the parts of a kept copy and, before, between and behind them, the stretches that are left."""
    edges = [kept[1], *(edge for part in parts for edge in part[:2]), kept[2]]
    return list(pairwise(edges))


def _face(
    parts: Sequence[Part], first: Sequence[int], last: Sequence[int], matched: Sequence[int]
) -> Iterator[tuple[int, int, Lost]]:
    """Return what of the copy faces each part: nothing, between two of its stretches, where it lacks the part."""
    for i, part in enumerate(parts):
        before, own, behind = range(2 * i, 2 * i + 3)
        if matched[own]:
            yield first[own], last[own], part
        else:
            place = first[behind] if matched[behind] else last[before] if matched[before] else 0
            yield place, place, (*part[:2], None)


def _tiles(one: Moved, faced: Iterable[tuple[int, int, Lost]], copy: str, kept: str) -> Iterator[Tile]:
    """Cut a copy where parts of its kept copy begin and end."""
    (document, start, end), (other, kept_start, kept_end) = one.copy, one.kept
    tiles: list[Tile] = []
    at, kept_at = start, kept_start
    for low, high, (part_start, part_end, place) in [*faced, (end, end, (kept_end, kept_end, None))]:
        # What the copy lacks has no place of its own.
        begin, stop = max(low, at), max(high, at)
        stays = trim(kept, kept_at - kept_start, part_start - kept_start)
        own = trim(copy, at - start, begin - start)
        if own[0] < own[1] and stays[0] < stays[1]:
            tiles.append(
                Tile(
                    (document, own[0] + start, own[1] + start),
                    (other, stays[0] + kept_start, stays[1] + kept_start),
                )
            )
        elif own[0] < own[1]:
            # Words that the copy has more: they go with what they adjoin.
            if place is not None:
                begin = own[0] + start
            elif tiles:
                tiles[-1] = tiles[-1]._replace(copy=(document, tiles[-1].copy[1], own[1] + start))
            else:
                stop = at
        if place is not None:
            tiles.append(Tile((document, begin, stop), place))
        at, kept_at = stop, part_end
    tiles = tiles or [Tile(one.copy, one.kept)]
    # The tiles of a removal cover all of it.
    tiles[0] = tiles[0]._replace(copy=(document, start, tiles[0].copy[2]))
    tiles[-1] = tiles[-1]._replace(copy=(document, tiles[-1].copy[1], end))
    yield from tiles


def overlapping_parts(removed: Sequence[Part], start: int, end: int) -> Sequence[Part]:
    """Return those of some parts, in order and apart, that overlap a stretch."""
    low = bisect_right(removed, start, key=lambda one: one[1])
    high = bisect_left(removed, end, key=lambda one: one[0])
    return removed[low:high]


def follow_rows(documents: Documents, stages: Sequence[Column], folder: WorkFolder) -> list[Column]:
    """Let each removal name text that no duplicate stage removes.

    Parameters
    ----------
    documents : Documents
        All documents.
    stages : sequence of Column
        The rows (`ROW`) of each duplicate stage, by document and place.
    folder : WorkFolder
        Where files are put.

    Returns
    -------
    list of Column
        The rows of each stage but the last, whose kept copies stay.
    """
    corpus = Corpus(range(documents.count), documents.texts)
    later: list[tuple[Column, Column]] = []
    out: list[Column] = []
    for number, rows in reversed(list(enumerate(stages))):
        followed = rows
        if later:
            writer = folder.column(f"rows.{number}", ROW)
            for _, some in rows.runs(worksize.SIZES.rows):
                writer.append(_follow(corpus, some, later))
            followed = writer.close()
            out.insert(0, followed)
        if number:
            later.append((followed, offsets_of(followed, documents.count, folder, f"offsets.{number}")))
    return out


def _follow(corpus: Corpus, rows: Array, later: Sequence[tuple[Column, Column]]) -> Array:
    """Return some rows with the tiles of those whose kept copy later stages remove in part."""
    kept, start, end = (rows[name].astype(np.int64) for name in ("kept", "kept_start", "kept_end"))
    known = distinct(kept)
    gone = join_records([gather(*columns, known) for columns in later])
    gone = gone.take(np.lexsort((gone["start"], gone["document"])))
    moved_rows = np.flatnonzero(overlapping(gone, kept, start, end))
    if not len(moved_rows):
        return rows
    parts: dict[int, list[Part]] = {}
    moved = []
    for document, low, high, other, other_start, other_end, *_ in rows.take(moved_rows).tolist():
        if other not in parts:
            first, last = np.searchsorted(gone["document"], (other, other + 1))
            parts[other] = [(one[1], one[2], one[3:6]) for one in gone[first:last].tolist()]
        own = tuple(overlapping_parts(parts[other], other_start, other_end))
        moved.append(Moved((document, low, high), (other, other_start, other_end), own))
    tiles = list(follow_kept(corpus, moved))
    counts = np.ones(len(rows), np.int64)
    counts[moved_rows] = [len(own) for own in tiles]
    out = rows.take(np.repeat(np.arange(len(rows)), counts))
    is_moved = np.zeros(len(rows), bool)
    is_moved[moved_rows] = True
    _fill(out, np.flatnonzero(np.repeat(is_moved, counts)), [tile for own in tiles for tile in own])
    return out


def _fill(rows: Array, places: Array, tiles: Sequence[Tile]) -> None:
    """Put tiles into rows."""
    columns = np.array([(*tile.copy, *tile.kept) for tile in tiles], np.int64).reshape(-1, 6)
    for name, column in zip(ROW.names or (), columns.T, strict=False):
        rows[name][places] = column
