"""Units that buckets join to more than can be looked at together: grouped run by run in keep order.

A unit joins one that was kept before it. So a run is compared with what earlier runs have kept, which stays as it
is, and within itself. The buckets stay in files, which are read through for each run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dedupe import worksize
from dedupe.columns import runs
from dedupe.duplicates.candidates import Buckets, Cluster
from dedupe.duplicates.verify import ClusterComparison, FoundPairs, join_found
from dedupe.index.increments import as_table
from dedupe.outofcore.scan import Scanned
from dedupe.sorting import Mask
from dedupe.store.blocks import pack_texts
from dedupe.store.budget import Budget
from dedupe.store.columns import Array, Column, FileFolder
from dedupe.store.texts import PackedTexts, TextWriter
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U32


class LargeChunk(NamedTuple):
    """Units that are too many to be compared at a time, and buckets that they share with no others."""

    units: U32
    members: Column
    """the members of all buckets, by their places among the units"""
    sizes: Column


class _Near(NamedTuple):
    """Some units, and what was kept before them and shares a bucket with one of them."""

    units: Offsets
    buckets: Buckets
    """of places among these units"""


def group_large(scanned: Scanned, chunk: LargeChunk, folder: FileFolder, budget: Budget) -> Iterator[FoundPairs]:
    """Group the units of a chunk, run by run; the answer is in numbers of the corpus."""
    work = _Large(scanned, chunk, folder, budget)
    waiting: list[Offsets] = []
    for run in work.runs():
        waiting = [run]
        while waiting:
            own = waiting.pop()
            near = work.near(own)
            if near is not None:
                found = work.group(own, near)
            elif len(own) > 1:
                # Too much was kept before: fewer are asked at a time.
                waiting += [own[len(own) // 2 :], own[: len(own) // 2]]
                continue
            else:
                # Even for one: it is compared with some after others, and joins the best of all.
                found = work.best(int(own[0]))
            work.decide(own, found)
            a, b = (chunk.units[side].astype(np.int64) for side in (found.a, found.b))
            yield FoundPairs(a, b, found.similarity, found.compared)
    work.close()


class _Large:
    """A chunk of which only a part is looked at at a time, and which of its units are kept so far."""

    def __init__(self, scanned: Scanned, chunk: LargeChunk, folder: FileFolder, budget: Budget) -> None:
        self._scanned, self._units, self._folder, self._budget = scanned, chunk.units, folder, budget
        self._members, self._sizes = chunk.members, chunk.sizes
        self._rank = scanned.ranks(chunk.units)
        self._kept, self._done = (np.zeros(len(chunk.units), bool) for _ in range(2))
        self._texts, self._text_ends = self._packed()
        self._decided = self._rewritten = 0

    def runs(self) -> Iterator[Offsets]:
        """The units in keep order, in runs of as much text as is compared at a time."""
        count = len(self._units)
        order = None if self._rank is None else np.argsort(self._rank).astype(np.uint32)
        for start in range(0, count, worksize.SIZES.units):
            end = min(start + worksize.SIZES.units, count)
            own = np.arange(start, end) if order is None else order[start:end].astype(np.int64)
            for first, last in runs(self._text_sizes(own), self._budget.block // 2):
                yield own[first:last]

    def near(self, own: Offsets) -> _Near | None:
        """Some units with what is near them; None where that is more than can be compared."""
        inside = self._mask(own)
        near, parts, counts, entries = inside.copy(), [], [], 0
        for members, sizes, starts in self._buckets():
            asked = np.logical_or.reduceat(inside[members], starts)
            if not asked.any():
                continue
            chosen = np.repeat(asked, sizes) & (inside | self._kept)[members]
            parts.append(members[chosen])
            counts.append(np.add.reduceat(chosen, starts, dtype=np.int64)[asked])
            near[parts[-1]] = True
            entries += len(parts[-1])
            if entries > self._budget.entries:
                return None
        units = np.flatnonzero(near)
        if len(own) < len(units) and self._text_sizes(units).sum() > self._budget.block:
            return None
        offsets = np.append(0, np.cumsum(np.concatenate([np.zeros(0, np.int64), *counts])))
        members = np.concatenate([np.zeros(0, np.uint32), *parts])
        return _Near(units, Buckets(np.searchsorted(units, members), offsets))

    def group(self, own: Offsets, near: _Near) -> FoundPairs:
        """Group some units, with what is kept beside them."""
        units = near.units
        fixed = self._scanned.is_pinned(self._units[units].astype(np.int64))
        fixed |= ~self._mask(own)[units]
        rank = np.empty(len(units), np.int64)
        rank[np.argsort(units if self._rank is None else self._rank[units])] = np.arange(len(units))
        ends = self._text_ends.take(units + 1).astype(np.int64)
        table = as_table([self._texts.read(self._text_ends.take(units).astype(np.int64), ends)])
        comparison = ClusterComparison(table, self._scanned.settings, rank, fixed)
        found = comparison.groups(Cluster(np.arange(len(units)), near.buckets))
        return FoundPairs(units[found.a], units[found.b], found.similarity, found.compared)

    def best(self, own: int) -> FoundPairs:
        """Group one unit with so much kept before it that only a part of that can be compared at a time."""
        before = np.zeros(len(self._units), bool)
        for members, sizes, starts in self._buckets():
            asked = np.logical_or.reduceat(members == own, starts)
            before[members[np.repeat(asked, sizes)]] = True
        others = np.flatnonzero(before & self._kept)
        if self._rank is not None:
            others = others[np.argsort(self._rank[others])]
        parts = []
        for start, end in runs(self._text_sizes(others), self._budget.block // 2):
            units = np.sort(np.append(others[start:end], own))
            place = int(np.searchsorted(units, own))
            pairs = [(min(place, other), max(place, other)) for other in range(len(units)) if other != place]
            buckets = Buckets(np.array(pairs, np.int64).ravel(), np.arange(0, 2 * len(pairs) + 1, 2))
            parts.append(self.group(np.array([own]), _Near(units, buckets)))
        found = join_found(parts)
        earliest = found.a if self._rank is None else self._rank[found.a]
        chosen = np.lexsort((earliest, -found.similarity))[:1]
        return FoundPairs(found.a[chosen], found.b[chosen], found.similarity[chosen], found.compared)

    def decide(self, own: Offsets, found: FoundPairs) -> None:
        """Note what is kept of some units, and leave out what no later one can ask for."""
        self._kept[own] = True
        self._kept[found.b] = False
        self._done[own] = True
        self._decided += 1
        if self._decided % worksize.SIZES.look:
            return
        if 2 * sum(int(sizes.sum()) for _, sizes in self._wanted()) < len(self._members):
            self._rewrite()

    def _wanted(self) -> Iterator[tuple[Array, Array]]:
        """Yield what later units can ask for of each run of buckets: members, and sizes."""
        for members, sizes, starts in self._buckets():
            open_ = np.logical_or.reduceat(~self._done[members], starts)
            chosen = np.repeat(open_, sizes) & (~self._done | self._kept)[members]
            left = np.add.reduceat(chosen, starts, dtype=np.int64)
            # One that is left alone meets nobody.
            yield members[chosen & np.repeat(left > 1, sizes)], left[left > 1]

    def _rewrite(self) -> None:
        """Write the buckets again without what nobody asks for."""
        self._rewritten += 1
        columns = [
            self._folder.column(f"large.{self._rewritten}.{name}", np.uint32) for name in ("members", "sizes")
        ]
        for part in self._wanted():
            for column, values in zip(columns, part, strict=True):
                column.append(values)
        before = (self._members, self._sizes)
        self._members, self._sizes = (column.close() for column in columns)
        if self._rewritten > 1:
            for old in before:
                old.remove()

    def close(self) -> None:
        """Remove what was written."""
        self._texts.remove()
        self._text_ends.remove()
        if self._rewritten:
            for column in (self._members, self._sizes):
                column.remove()

    def _buckets(self) -> Iterator[tuple[Array, Array, Offsets]]:
        """Members and sizes of runs of buckets, and where each begins."""
        at = 0
        for _, sizes in self._sizes.runs(worksize.SIZES.buckets):
            ends = np.cumsum(sizes, dtype=np.int64)
            yield self._members.read(at, at + int(ends[-1])), sizes, ends - sizes
            at += int(ends[-1])

    def _packed(self) -> tuple[PackedTexts, Column]:
        """The texts of the units by themselves, and where each ends: they are read again and again."""
        texts = TextWriter(self._folder, "large.texts")
        ends = self._folder.column("large.ends", np.uint64)
        ends.append(np.zeros(1, np.uint64))
        for start in range(0, len(self._units), worksize.SIZES.units):
            own = self._units[start : start + worksize.SIZES.units].astype(np.int64)
            for first, last in runs(self._scanned.size.take(own).astype(np.int64)):
                batch = self._scanned.read(own[first:last])
                ends.append(texts.size + np.cumsum(batch.ends - batch.starts))
                texts.append(pack_texts(batch))
        return texts.close(), ends.close()

    def _text_sizes(self, places: Offsets) -> Offsets:
        """The text of some units, in any order."""
        order = np.argsort(places)
        own = places[order]
        out = np.empty(len(places), np.int64)
        out[order] = self._text_ends.take(own + 1).astype(np.int64) - self._text_ends.take(own).astype(np.int64)
        return out

    def _mask(self, places: Offsets) -> Mask:
        out = np.zeros(len(self._units), bool)
        out[places] = True
        return out
