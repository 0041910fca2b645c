"""Exact copies: units of equal hash meet in a partition, and there the digests of their folded texts are compared.

A digest is BLAKE2b with 24 bytes: two texts with the same one have never been seen, nor could anybody make them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dedupe.duplicates.fingerprints import Signer
from dedupe.outofcore.scan import Scanned
from dedupe.sorting import repeats
from dedupe.store.bits import Bits
from dedupe.store.budget import Budget
from dedupe.store.columns import Array, FileFolder
from dedupe.store.partitions import Partitions, PartitionWriter, unit_key
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U64

_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class ExactCopies:
    """Exact copies among the units of a corpus."""

    shadowed: Bits
    """units that are a copy of one before them"""
    copies: Partitions
    """by `unit_key` of a copy the unit that stands for it"""
    keys: Partitions
    """band keys of all units that have no copy before them, and of some that have"""
    first: Offsets
    """units without a copy before them for which another stands, ascending"""
    standing: Offsets
    """those others"""

    def stands(self, units: Offsets) -> Offsets:
        """The unit that stands for each of some that have no copy before them."""
        if not len(self.first):
            return units
        place = np.minimum(np.searchsorted(self.first, units), len(self.first) - 1)
        return np.where(self.first[place] == units, self.standing[place], units)


def find_copies(scanned: Scanned, folder: FileFolder, budget: Budget, bits: int) -> ExactCopies:
    """Find which units are equal after folding.

    Parameters
    ----------
    scanned : Scanned
        The corpus.
    folder : FileFolder
        Where files are put.
    budget : Budget
        How much memory there is.
    bits : int
        There are `2**bits` partitions.
    """
    copies, shadowed = PartitionWriter(folder, "copy", bits), Bits(scanned.units)
    first, standing, unsigned = [_NONE], [_NONE], [_NONE]
    for records in scanned.folds.repeated_records(budget.entries):
        units, heads, colliding = _classes(records)
        stands = heads if scanned.plain else _stands(scanned, units, heads)
        shadowed.add(units[heads != units])
        # What is compared against stays, copies of itself included.
        chosen = (stands != units) & (units >= scanned.old)
        copies.add(unit_key(units[chosen], scanned.units), stands[chosen])
        own = (heads == units) & (stands != units)
        first.append(units[own])
        standing.append(stands[own])
        unsigned.append(colliding)
    heads = np.concatenate(first)
    order = np.argsort(heads)
    return ExactCopies(
        shadowed,
        copies.close(),
        _signed(scanned, np.sort(np.concatenate(unsigned))),
        heads[order],
        np.concatenate(standing)[order],
    )


def _classes(records: Array) -> tuple[Offsets, Offsets, Offsets]:
    """Units of equal hashes, the first that each is equal to, and of those the ones whose hashes collide."""
    if not len(records):
        return _NONE, _NONE, _NONE
    keys, units, digests = records["key"], records["unit"].astype(np.int64), records["digest"]
    begins = np.flatnonzero(~repeats(keys)[0])
    sizes = np.diff(np.append(begins, len(keys)))
    heads = np.repeat(units[begins], sizes)
    equal = (digests == np.repeat(digests[begins], sizes, axis=0)).all(axis=1)
    colliding: list[int] = []
    for run in np.flatnonzero(~np.logical_and.reduceat(equal, begins)).tolist():
        # Somebody has constructed them.
        known: dict[bytes, int] = {}
        for place in range(begins[run], begins[run] + sizes[run]):
            heads[place] = known.setdefault(digests[place].tobytes(), int(units[place]))
        colliding += list(known.values())[1:]
    return units, heads, np.array(colliding, np.int64)


def _stands(scanned: Scanned, units: Offsets, heads: Offsets) -> Offsets:
    """The first of each class in keep order."""
    by_class = np.lexsort((_in_order(scanned.rank, units), heads))
    begins = np.diff(heads[by_class], prepend=-1) != 0
    best = units[by_class][begins]
    out = np.empty(len(units), np.int64)
    out[by_class] = best[np.cumsum(begins) - 1]
    return out


def _in_order(ask: Callable[[Offsets], Array], units: Offsets) -> Array:
    """Return what is known of units in any order, asked for in theirs."""
    order = np.argsort(units)
    found = ask(units[order])
    out = np.empty(len(units), found.dtype)
    out[order] = found
    return out


def _signed(scanned: Scanned, units: Offsets) -> Partitions:
    """The band keys of the corpus, with those of units that the first pass took for copies."""
    if not len(units):
        return scanned.keys
    keys: U64 = Signer(scanned.settings).sign(scanned.read(units))[0]
    return scanned.keys.extended(keys.ravel(), np.tile(units.astype(np.uint32), len(keys)))
