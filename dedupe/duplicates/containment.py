"""Containment: short texts inside longer ones, found by shared anchors.

Bands find two units that share much of both; a paragraph in a book shares nearly nothing of the book. Anchors are
a sample of runs of letters, chosen by the letters themselves, so that a text has the same anchors everywhere. Pairs
that share many anchors of the shorter text are candidates, and are compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dedupe import kernels
from dedupe.columns import runs
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.verify import FoundPairs, join_found
from dedupe.kernels.records import PlacedSets, Sampling
from dedupe.parallel import ordered_map
from dedupe.sorting import Mask
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U32, U64
from dedupe.units import UnitTable

_SAMPLING = Sampling(10, 6)
# An edit breaks an anchor of ten letters more often than a shingle: where a share s of a unit's shingles is
# contained, about s² of its anchors are. Half of that is enough for a comparison.
_LEAST = 0.5


def find_contained(
    units: UnitTable, settings: Settings, distinct: Offsets, rank: Offsets, pinned: Mask, threads: int
) -> tuple[Offsets, FoundPairs]:
    """Find units that are contained in others.

    Parameters
    ----------
    units : UnitTable
        All units.
    settings : Settings
        The settings of the comparison.
    distinct : int64 array
        The units that take part, ascending.
    rank : int64 array
        The place of each unit in keep order, which decides between units of one size.
    pinned : bool array
        Units of which nothing is removed.
    threads : int
        Batches that are worked on at a time.

    Returns
    -------
    (int64 array, FoundPairs)
        The place of each unit in the order in which they are visited: pinned ones, then the larger before the
        smaller. Directed pairs: `b` is contained in `a` to the share that is its similarity.
    """

    def sample(run: tuple[int, int]) -> tuple[U64, U32]:
        numbers = distinct[run[0] : run[1]]
        letters = kernels.letters(units.batch(numbers))
        hashes, places = kernels.anchors(letters, _SAMPLING)
        owner = np.searchsorted(letters[1], places, side="right") - 1
        return hashes, numbers[owner].astype(np.uint32)

    hashes, owners = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint32)]
    for part in ordered_map(sample, runs((units.end - units.start)[distinct]), threads):
        hashes.append(part[0])
        owners.append(part[1])
    value, owner = np.concatenate(hashes), np.concatenate(owners)
    # Anchors that a unit has twice are counted twice here and once below: what is asked for is a little more then.
    count = np.bincount(owner, minlength=len(units))
    a, b, shared = kernels.shared_anchors(value, owner)
    enough = shared >= _LEAST * settings.threshold**2 * np.minimum(count[a], count[b])
    a, b = (side[enough & ~(pinned[a] & pinned[b])] for side in (a, b))
    sizes = np.zeros(len(units), np.int64)
    found = join_found([_compare(units, settings, *pairs, sizes) for pairs in _chunks(units, a, b)])
    order = np.lexsort((rank, -sizes, ~pinned))
    visited = np.empty(len(units), np.int64)
    visited[order] = np.arange(len(units))
    return visited, found


def _chunks(units: UnitTable, a: Offsets, b: Offsets) -> Iterator[tuple[Offsets, Offsets]]:
    """Pairs, sorted by `a`, in runs whose texts fit into memory."""
    length = units.end - units.start
    added = length[a] * (np.diff(a, prepend=-1) != 0) + length[b]
    for first, last in runs(added):
        yield a[first:last], b[first:last]


def _compare(units: UnitTable, settings: Settings, a: Offsets, b: Offsets, sizes: Offsets) -> FoundPairs:
    """Compare pairs exactly, in both directions; the number of shingles of each unit goes into `sizes`."""
    numbers, places = np.unique(np.concatenate((a, b)), return_inverse=True)
    shingle = settings.shingle
    sets = PlacedSets(*kernels.placed_sets(units.batch(numbers), shingle.code, shingle.n))
    own = np.diff(sets.offsets)
    sizes[numbers] = own
    one, other = (side.astype(np.int64) for side in np.split(places, 2))
    shared = kernels.overlaps(sets.sets, one, other)
    holder, held = np.concatenate((one, other)), np.concatenate((other, one))
    similarity = np.concatenate((shared, shared)) / np.maximum(own[held], 1)
    near = np.flatnonzero(similarity >= settings.threshold)
    near = near[kernels.confirm(sets, shingle.code, shingle.n, holder[near], held[near]) != 0]
    return FoundPairs(numbers[holder[near]], numbers[held[near]], similarity[near], len(a))
