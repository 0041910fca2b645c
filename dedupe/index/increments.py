"""Groups of new units where the first copy stays: nothing that is in the index changes for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe import kernels, worksize
from dedupe.columns import BatchColumn
from dedupe.documents import Corpus
from dedupe.duplicates.candidates import Buckets, clusters, collapse
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.verify import ClusterComparison, FoundPairs, join_found
from dedupe.index.segment import Floats
from dedupe.index.snapshot import Snapshot
from dedupe.job import Facts
from dedupe.parallel import ordered_map
from dedupe.sorting import Mask, distinct, distinct_sorted, repeats
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U32, U64
from dedupe.units import UnitTable


class Born(NamedTuple):
    """Units that come into an index; the first of them gets the number `first`."""

    first: int
    texts: Sequence[TextBatch]
    keys: U64
    """band keys, shape (bands, units)"""
    folded: U64
    size: Offsets
    """lengths in code points"""
    value: Floats
    """quality, where copies are kept by it; else empty"""

    @property
    def numbers(self) -> Offsets:
        """The numbers of the units."""
        return self.first + np.arange(len(self.folded))

    def select(self, places: Offsets) -> list[TextBatch]:
        """The texts of some of the units, by ascending place; nothing is copied."""
        ends = np.searchsorted(places, np.cumsum([0, *map(len, self.texts)]))
        total, out = 0, []
        for batch, low, high in zip(self.texts, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
            out.append(batch.select(places[low:high] - total))
            total += len(batch)
        return out


class Entries(NamedTuple):
    """A run of (key, unit), by key and unit."""

    keys: U64
    units: U32


class ChangedGroups(NamedTuple):
    """Groups after a change, of new units and of those that were there."""

    copy_of: Offsets
    kept: Offsets
    similarity: Floats
    changed: Offsets
    """units that were there and belong to others now, ascending"""
    changed_copy_of: Offsets
    changed_kept: Offsets
    changed_similarity: Floats
    superseded: Offsets
    """units that were kept and are no longer"""
    promoted: Offsets
    """units that were there and are kept only now"""
    key: Entries
    fold: Entries
    copy: Entries
    compared: int


def join_first(snapshot: Snapshot, settings: Settings, born: Born, threads: int) -> ChangedGroups:
    """Group new units behind all that is there: each joins what was kept before it, or stays."""
    copy_of = _copies(snapshot, born, settings.facts, threads)
    own = copy_of == born.numbers
    single = np.flatnonzero(own & (born.folded != 0))
    keys = born.keys[:, single]
    entries = sorted_entries(keys.ravel(), np.tile(born.first + single, len(keys)))
    asked = distinct_sorted(entries.keys)
    at, near = snapshot.find("key", asked)
    units, inverse = np.unique(near, return_inverse=True)
    kept = snapshot.standing(units)
    kept[kept] = snapshot.owners(units[kept]).kept == units[kept]
    old = units[kept]
    of_old = np.flatnonzero(kept[inverse])
    matched, owner = asked[at[of_old]], np.searchsorted(old, near[of_old])
    # Most keys are in no bucket with others: only those that are come into the comparison.
    before, behind = repeats(entries.keys)
    shared = before | behind
    low, high = kernels.find_entries(entries.keys, distinct(matched))
    shared[_ranges(low, high)] = True
    of_new = np.searchsorted(single, entries.units[shared].astype(np.int64) - born.first)
    table = as_table([snapshot.texts(old), *born.select(single)])
    all_keys = np.concatenate((matched, entries.keys[shared]))
    owners = np.concatenate((owner, len(old) + of_new))
    order = np.argsort(owners, kind="stable")
    found = compare(
        table,
        settings,
        all_keys[order],
        owners[order],
        np.arange(len(table)),
        np.arange(len(table)) < len(old),
        threads,
    )
    numbers = np.concatenate((old, born.first + single))
    out_kept, similarity = born.numbers, np.ones(len(own))
    members = single[found.b - len(old)]
    out_kept[members], similarity[members] = numbers[found.a], found.similarity
    nothing = np.zeros(0, np.int64)
    return ChangedGroups(
        copy_of,
        out_kept,
        similarity,
        *(nothing, nothing, nothing, np.zeros(0)),
        nothing,
        nothing,
        entries,
        sorted_entries(born.folded[single], born.first + single),
        sorted_entries(born.folded[~own], born.numbers[~own]),
        found.compared,
    )


def _copies(snapshot: Snapshot, born: Born, facts: Facts, threads: int) -> Offsets:
    """For each new unit the first one that is equal to it after folding, in the index or among the new ones."""
    hashes = distinct(born.folded[born.folded != 0])
    old = distinct(snapshot.find("fold", hashes)[1])
    old = old[snapshot.standing(old)]
    table = as_table([snapshot.texts(old), *born.texts])
    folded = np.concatenate((snapshot.values(old, "folded").astype(np.uint64), born.folded))
    representative = collapse(folded, table, np.arange(len(table)), facts, threads)
    numbers = np.concatenate((old, born.numbers))
    return numbers[representative[len(old) :]]


def as_table(batches: Sequence[TextBatch]) -> UnitTable:
    """Texts as a table of units, each its own document."""
    texts = BatchColumn(batches)
    count = len(texts)
    return UnitTable(
        Corpus(range(count), texts), "document", np.arange(count), np.zeros(count, np.int64), texts.sizes()
    )


def compare(
    table: UnitTable, settings: Settings, keys: U64, owners: Offsets, rank: Offsets, pinned: Mask, threads: int
) -> FoundPairs:
    """Group the units of a table: unit `owners[i]` has the band key `keys[i]`, owners of one key ascend."""
    positions, starts = kernels.equal_runs(keys)
    buckets = Buckets(owners[positions], starts)
    work = ClusterComparison(table, settings, rank, pinned).groups
    return join_found(list(ordered_map(work, clusters(buckets, table, worksize.SIZES.cluster_text), threads)))


def _ranges(low: Offsets, high: Offsets) -> Offsets:
    """All places from each `low` to its `high`."""
    counts = high - low
    return np.repeat(low - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())


def sorted_entries(keys: U64, units: Offsets) -> Entries:
    """Keys and their units, by key and unit."""
    return Entries(*kernels.sort_entries(np.ascontiguousarray(keys), units.astype(np.uint32)))
