"""Regions: pairs of places that share much, aligned sentence by sentence.

Each region is extended to the edges of the sentences that it begins and ends in. Its rows say what each sentence of
the copy faces in the kept copy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.cleaning.edges import Edges
from dedupe.cleaning.policy import Row, join_pieces
from dedupe.columns import compact_slices
from dedupe.documents import Corpus
from dedupe.kernels.records import FIRST, LAST, LEADING, MATCHED, OTHER_FIRST, OTHER_LAST, SYMBOLS
from dedupe.passages.result import Places
from dedupe.text.encode import Offsets, TextBatch

Mask = npt.NDArray[np.bool_]


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
    """The part of a sentence that lies in a region, and how many of its symbols lie before and behind that."""

    row: Row
    before: int
    behind: int


class Aligned(NamedTuple):
    """A region, sentence by sentence."""

    copy: int
    kept: int
    rows: list[Row]
    inside: list[Inside]
    """the same, without what lies outside the region of the first and the last sentence"""

    @property
    def falls_short(self) -> bool:
        """Return whether a good part of the tokens inside the region match none."""
        symbols = sum(part.row.symbols for part in self.inside)
        matched = sum(part.row.matched for part in self.inside)
        return 10 * matched < 9 * symbols


def align_regions(corpus: Corpus, edges: Edges, regions: Regions, *, letters: bool) -> list[Aligned]:
    """Align regions, each extended to the edges of the sentences that it begins and ends in."""
    count = len(regions.copy.document)
    if not count:
        return []
    bounds, offsets, pieces = _extend(edges, regions)
    sentence, start, end = pieces
    owner = np.repeat(np.arange(count), np.diff(offsets))
    left = compact_slices(corpus.texts, regions.copy.document, bounds[0], bounds[1])
    right = compact_slices(corpus.texts, regions.kept.document, bounds[2], bounds[3])
    base = bounds[0][owner]
    first, last = kernels.byte_places(left, owner, start - base, end - base)
    begin = left.starts[owner]
    weight, _ = kernels.weigh(TextBatch(left.buffer, first, last))
    table = kernels.align_units(left, right, offsets, first - begin, last - begin, letters)
    for batch, low, columns in (
        (left, bounds[0], (FIRST, LAST)),
        (right, bounds[2], (OTHER_FIRST, OTHER_LAST)),
    ):
        points = np.zeros(len(batch.buffer) + 1, np.int64)
        np.cumsum((batch.buffer & 0xC0) != 0x80, out=points[1:])
        origin = batch.starts[owner]
        for column in columns:
            table[:, column] = points[origin + table[:, column]] - points[origin] + low[owner]
    unmatched = table[:, MATCHED] == 0
    table[unmatched, LEADING] = table[unmatched, SYMBOLS]
    rows = [Row(*row) for row in np.column_stack((sentence, start, end, weight, table)).tolist()]
    is_inner = ((start >= regions.copy.start[owner]) & (end <= regions.copy.end[owner])).tolist()
    sides = zip(regions.copy.document.tolist(), regions.kept.document.tolist(), strict=True)
    out = [Aligned(copy, kept, [], []) for copy, kept in sides]
    starts, ends = edges.sentences.start, edges.sentences.end
    firsts = np.flatnonzero((np.diff(sentence, prepend=-1) != 0) | (np.diff(owner, prepend=-1) != 0))
    lasts = np.append(firsts, len(rows))[1:]
    for i, low, high in zip(owner[firsts].tolist(), firsts.tolist(), lasts.tolist(), strict=True):
        whole = rows[low] if high == low + 1 else join_pieces(rows[low:high])
        # Signs and rules have no symbols; what surrounds them decides.
        if not whole.symbols:
            continue
        # Where the kept copy reaches into a sentence, that is not whole.
        cut = [int(whole.start > starts[whole.sentence]), int(whole.end < ends[whole.sentence])]
        out[i].rows.append(whole._replace(leading=whole.symbols, matched=0) if any(cut) else whole)
        before = cut[0]
        symbols = whole.symbols + sum(cut)
        for number in range(low, high):
            row = rows[number]
            if is_inner[number] and row.symbols:
                out[i].inside.append(Inside(row, before, symbols - before - row.symbols))
            before += row.symbols
    return out


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
    number = np.arange(len(owner)) + np.repeat(low - np.cumsum(sizes) + sizes, sizes)
    first = np.maximum(begin[owner], edges.sentences.start[number])
    last = np.minimum(stop[owner], edges.sentences.end[number])
    inner = (np.clip(side[owner], first, last) for side in (start, end))
    marks = np.stack((first, *inner, last), axis=1)
    there = marks[:, :-1] < marks[:, 1:]
    offsets = np.zeros(len(copy) + 1, np.int64)
    np.cumsum(np.bincount(owner, there.sum(axis=1), len(copy)), out=offsets[1:])
    pieces = np.stack((np.repeat(number, 3), marks[:, :-1].ravel(), marks[:, 1:].ravel()))
    return np.stack((begin, stop, kept_begin, kept_stop)), offsets, pieces[:, there.ravel()]
