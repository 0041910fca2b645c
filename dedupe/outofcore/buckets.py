"""Buckets: band keys joined partition by partition, and what they join cut into chunks that share nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dedupe import kernels, worksize
from dedupe.duplicates.candidates import Buckets
from dedupe.outofcore.copies import ExactCopies
from dedupe.outofcore.large import LargeChunk
from dedupe.outofcore.scan import Scanned
from dedupe.sorting import repeats
from dedupe.store.bits import Bits
from dedupe.store.budget import Budget
from dedupe.store.columns import Column, FileFolder
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U32, U64


@dataclass(frozen=True)
class Chunk:
    """Units and buckets that share nothing with other chunks."""

    units: Offsets
    buckets: Buckets
    """in numbers of these units"""


@dataclass(frozen=True)
class Joined:
    """All buckets of two units and more."""

    members: Column
    sizes: Column
    units: U32
    """the units in them, ascending"""
    largest: int

    def runs(self) -> Iterator[tuple[U32, U32]]:
        """Members and sizes of runs of buckets, members as places among `units`."""
        at = 0
        for _, sizes in self.sizes.runs(worksize.SIZES.buckets):
            count = int(sizes.sum(dtype=np.int64))
            members = self.members.read(at, at + count)
            at += count
            yield np.searchsorted(self.units, members).astype(np.uint32), sizes


def join_keys(scanned: Scanned, copies: ExactCopies, folder: FileFolder, budget: Budget) -> Joined:
    """Put units that stand for their copies into buckets by their band keys."""
    members, sizes = (folder.column(f"bucket.{name}", np.uint32) for name in ("members", "sizes"))
    shared, largest = Bits(scanned.units), 0
    for part in copies.keys.parts(budget.entries):
        keys, units = _standing(part[0], part[1].astype(np.int64), copies)
        if not len(keys):
            continue
        begins = np.flatnonzero(~repeats(keys)[0])
        own = np.diff(np.append(begins, len(keys)))
        chosen = np.repeat(own > 1, own)
        members.append(units[chosen])
        sizes.append(own[own > 1])
        shared.add(units[chosen])
        largest = max(largest, int(own.max()))
    return Joined(members.close(), sizes.close(), shared.numbers(), largest if largest > 1 else 0)


def _standing(keys: U64, units: Offsets, copies: ExactCopies) -> tuple[U64, Offsets]:
    """Entries of units that stand for their copies, each once, by key and unit."""
    own = ~copies.shadowed.has(units)
    keys, units = keys[own], copies.stands(units[own])
    again = repeats(keys)[0] & repeats(units)[0]
    keys, units = keys[~again], units[~again]
    if len(copies.first):
        keys, numbers = kernels.sort_entries(keys, units.astype(np.uint32))
        units = numbers.astype(np.int64)
    return keys, units


def cut_chunks(
    scanned: Scanned, joined: Joined, folder: FileFolder, budget: Budget
) -> Iterator[Chunk | LargeChunk]:
    """Cut what buckets join into chunks of about as much text as can be compared at a time."""
    chunk_of, small, chunks = _chunks(scanned, joined, budget.text // 2)
    for first in range(0, chunks, worksize.SIZES.files):
        last = min(first + worksize.SIZES.files, chunks)
        for number, (members, sizes) in enumerate(_spread(joined, chunk_of, first, last, folder), first):
            if number < small:
                yield _small(joined, members, sizes)
            else:
                large = _large(joined, members, sizes, folder)
                yield large
                large.members.remove()
            for column in (members, sizes):
                column.remove()


def _small(joined: Joined, members: Column, sizes: Column) -> Chunk:
    units, places = np.unique(members.read(0, len(members)), return_inverse=True)
    offsets = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes.read(0, len(sizes)), out=offsets[1:])
    return Chunk(joined.units[units].astype(np.int64), Buckets(places.astype(np.int64), offsets))


def _large(joined: Joined, members: Column, sizes: Column, folder: FileFolder) -> LargeChunk:
    held = Bits(len(joined.units))
    for _, run in members.runs(worksize.SIZES.units):
        held.add(run.astype(np.int64))
    own = held.numbers()
    writer = folder.column("large.members", np.uint32)
    for _, run in members.runs(worksize.SIZES.units):
        writer.append(np.searchsorted(own, run))
    return LargeChunk(joined.units[own], writer.close(), sizes)


def _chunks(scanned: Scanned, joined: Joined, limit: int) -> tuple[U32, int, int]:
    """The chunk of each unit, the first chunk that is too much to be compared at a time, and how many there are.

    It holds about twenty bytes for each unit that shares a bucket, and four of them are kept.
    """
    count = len(joined.units)
    label = np.arange(count, dtype=np.uint32)
    for members, sizes in joined.runs():
        kernels.unite(label, members, sizes)
    while True:
        above = label[label]
        done = np.array_equal(above, label)
        label = above
        if done:
            break
    # The text of each component, at its first unit.
    weights = np.zeros(count)
    for start in range(0, count, worksize.SIZES.units):
        own = slice(start, start + worksize.SIZES.units)
        np.add.at(weights, label[own], scanned.size.take(joined.units[own].astype(np.int64)))
    large = np.flatnonzero(weights > limit)
    weights[large] = 0
    # What comes one behind the other makes a chunk, as much as the limit and a last one.
    np.cumsum(weights, out=weights)
    chunk = (weights // limit).astype(np.uint32)
    del weights
    small = int(chunk[-1]) + 1 if count else 0
    chunk[large] = small + np.arange(len(large))
    return chunk[label], small, small + len(large)


def _spread(
    joined: Joined, chunk_of: U32, first: int, last: int, folder: FileFolder
) -> Iterator[tuple[Column, Column]]:
    """The buckets of some chunks, chunk by chunk."""
    writers = [
        [folder.column(f"chunk.{number:06d}.{name}", np.uint32) for name in ("members", "sizes")]
        for number in range(first, last)
    ]
    for members, sizes in joined.runs():
        starts = np.cumsum(sizes, dtype=np.int64) - sizes
        chunk = chunk_of[members[starts]]
        order = np.argsort(chunk, kind="stable")
        of_member = np.repeat(chunk, sizes)
        by_chunk = members[np.argsort(of_member, kind="stable")]
        low, high = (np.searchsorted(chunk[order], (first, last))).tolist()
        at = int(sizes[order][:low].sum(dtype=np.int64))
        for part in np.split(order[low:high], np.flatnonzero(np.diff(chunk[order[low:high]])) + 1):
            if len(part):
                count = int(sizes[part].sum(dtype=np.int64))
                own = writers[int(chunk[part[0]]) - first]
                own[0].append(by_chunk[at : at + count])
                own[1].append(sizes[part])
                at += count
    for pair in writers:
        yield pair[0].close(), pair[1].close()
