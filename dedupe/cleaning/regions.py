"""Regions: pairs of places that share much, aligned sentence by sentence.

Each region is extended to the edges of the sentences that it begins and ends in. Its rows say what each sentence of
the copy faces in the kept copy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.cleaning.edges import Edges
from dedupe.cleaning.policy import Rows, Runs, join_pieces
from dedupe.columns import compact_slices
from dedupe.documents import Corpus
from dedupe.kernels.records import FIRST, LAST, LEADING, MATCHED, OTHER_FIRST, OTHER_LAST, SYMBOLS
from dedupe.passages.result import Places
from dedupe.sorting import Mask, spread
from dedupe.text.encode import Offsets, TextBatch


class Regions(NamedTuple):
    """Pairs of places that share much: the copy, and the one that comes before it in keep order."""

    copy: Places
    kept: Places

    def select(self, chosen: Offsets | Mask) -> Regions:
        """Some of the pairs, by number or mask."""
        return Regions(*(Places(*(column[chosen] for column in side)) for side in self))

    def in_keep_order(self, position: Offsets) -> Regions:
        """Return the regions whose kept side comes first in keep order, in the order of their copies."""
        one, other = self
        place, facing = position[one.document], position[other.document]
        first = (place < facing) | ((place == facing) & (one.start < other.start))
        copy, kept = (
            Places(*(np.where(chosen, a, b) for a, b in zip(one, other, strict=True))) for chosen in (~first, first)
        )
        ends = (kept.end, copy.end)
        order = np.lexsort((*ends, kept.start, position[kept.document], copy.start, position[copy.document]))
        return Regions(copy, kept).select(order)


class Inside(NamedTuple):
    """The parts of sentences that lie in a region, and how many symbols of each sentence lie before and behind."""

    region: Offsets
    rows: Rows
    before: Offsets
    behind: Offsets

    def select(self, chosen: Offsets | Mask) -> Inside:
        """Some of the parts, by number or mask."""
        return Inside(self.region[chosen], self.rows.select(chosen), self.before[chosen], self.behind[chosen])


class Aligned(NamedTuple):
    """Regions, sentence by sentence."""

    copy: Offsets
    """the document of the copy of each region"""
    kept: Offsets
    region: Offsets
    """the region of each row"""
    rows: Rows
    inside: Inside
    """the same, without what lies outside the region of the first and the last sentence"""
    letters: bool
    """whether letters were counted, and not tokens"""

    @property
    def falls_short(self) -> Mask:
        """Return of which regions a good part of the tokens inside match none."""
        symbols, matched = (
            np.bincount(self.inside.region, column, len(self.copy))
            for column in (self.inside.rows.symbols, self.inside.rows.matched)
        )
        short: Mask = 10 * matched < 9 * symbols
        return short

    def runs(self, rows: Rows, region: Offsets, begins: Offsets, ends: Offsets) -> Runs:
        """Return runs of rows, from the first of each to its end; `region` is that of each row."""
        own = region[begins]
        return Runs(
            own,
            self.copy[own],
            self.kept[own],
            np.append(0, np.cumsum(ends - begins)),
            rows.select(spread(begins, ends)),
            np.zeros(len(own), bool),
            np.full(len(own), self.letters),
        )


def align_regions(corpus: Corpus, edges: Edges, regions: Regions, *, letters: bool) -> Aligned:
    """Align regions, each extended to the edges of the sentences that it begins and ends in."""
    count = len(regions.copy.document)
    bounds, offsets, pieces = _extend(edges, regions)
    sentence, start, end = pieces
    region = np.repeat(np.arange(count), np.diff(offsets))
    left = compact_slices(corpus.texts, regions.copy.document, bounds[0], bounds[1])
    right = compact_slices(corpus.texts, regions.kept.document, bounds[2], bounds[3])
    base = bounds[0][region]
    first, last = kernels.byte_places(left, region, start - base, end - base)
    begin = left.starts[region]
    weight, _ = kernels.weigh(TextBatch(left.buffer, first, last))
    table = kernels.align_units(left, right, offsets, first - begin, last - begin, letters)
    for batch, low, columns in (
        (left, bounds[0], (FIRST, LAST)),
        (right, bounds[2], (OTHER_FIRST, OTHER_LAST)),
    ):
        points = np.zeros(len(batch.buffer) + 1, np.int64)
        np.cumsum((batch.buffer & 0xC0) != 0x80, out=points[1:])
        origin = batch.starts[region]
        for column in columns:
            table[:, column] = points[origin + table[:, column]] - points[origin] + low[region]
    unmatched = table[:, MATCHED] == 0
    table[unmatched, LEADING] = table[unmatched, SYMBOLS]
    own = Rows(sentence, start, end, weight, *np.ascontiguousarray(table.T))
    begins = np.flatnonzero((np.diff(sentence, prepend=-1) != 0) | (np.diff(region, prepend=-1) != 0))
    rows = join_pieces(own, begins)
    # Where the kept copy reaches into a sentence, that is not whole.
    cut = [rows.start > edges.sentences.start[rows.sentence], rows.end < edges.sentences.end[rows.sentence]]
    is_inner = (start >= regions.copy.start[region]) & (end <= regions.copy.end[region])
    row = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(sentence)))
    symbols = np.append(0, np.cumsum(own.symbols))
    before = symbols[:-1] - symbols[begins][row] + cut[0][row]
    behind = (rows.symbols + cut[0] + cut[1])[row] - before - own.symbols
    inside = Inside(region, own, before, behind).select(is_inner & (own.symbols > 0))
    # Signs and rules have no symbols; what surrounds them decides.
    says = rows.symbols > 0
    is_cut = cut[0] | cut[1]
    rows = rows._replace(
        leading=np.where(is_cut, rows.symbols, rows.leading), matched=np.where(is_cut, 0, rows.matched)
    )
    return Aligned(
        regions.copy.document, regions.kept.document, region[begins][says], rows.select(says), inside, letters
    )


def _extend(edges: Edges, regions: Regions) -> tuple[Offsets, Offsets, Offsets]:
    """Return bounds of both sides of each region, and the pieces of the copy: sentence, start and end.

    A sentence is cut in pieces where the region begins or ends in it; those of region `i` are
    `offsets[i]:offsets[i + 1]`.
    """
    (copy, start, end), (kept, kept_start, kept_end) = regions
    low, high = edges.find(regions.copy)
    begin, stop = edges.widen(regions.copy, low, high)
    kept_begin, kept_stop = edges.widen(regions.kept, *edges.find(regions.kept))
    # In one document neither side may reach into the other.
    before, behind = (copy == kept) & (kept_start < start), (copy == kept) & (kept_start >= start)
    begin = np.where(before, np.maximum(begin, kept_end), begin)
    kept_stop = np.where(before, np.minimum(kept_stop, begin), kept_stop)
    stop = np.where(behind, np.minimum(stop, kept_start), stop)
    kept_begin = np.where(behind, np.maximum(kept_begin, stop), kept_begin)
    sizes = np.maximum(high - low, 0)
    owner = np.repeat(np.arange(len(copy)), sizes)
    number = spread(low, low + sizes)
    first = np.maximum(begin[owner], edges.sentences.start[number])
    last = np.minimum(stop[owner], edges.sentences.end[number])
    inner = (np.clip(side[owner], first, last) for side in (start, end))
    marks = np.stack((first, *inner, last), axis=1)
    there = marks[:, :-1] < marks[:, 1:]
    offsets = np.zeros(len(copy) + 1, np.int64)
    np.cumsum(np.bincount(owner, there.sum(axis=1), len(copy)), out=offsets[1:])
    pieces = np.stack((np.repeat(number, 3), marks[:, :-1].ravel(), marks[:, 1:].ravel()))
    return np.stack((begin, stop, kept_begin, kept_stop)), offsets, pieces[:, there.ravel()]
