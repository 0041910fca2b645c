"""Asking an index: candidates by band keys, then exact scores on the texts themselves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.columns import join_batches, runs
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.verify import jaccard
from dedupe.index.increments import sorted_entries
from dedupe.index.segment import Floats
from dedupe.index.snapshot import Snapshot
from dedupe.kernels.records import PlacedSets
from dedupe.sorting import distinct
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U64

# Text of units that is compared at a time.
_COMPARE_BYTES = 16 << 20


class NearUnits(NamedTuple):
    """Units of a query and units of the index that resemble them."""

    query: Offsets
    unit: Offsets
    similarity: Floats


def find_near(snapshot: Snapshot, settings: Settings, texts: TextBatch, keys: U64, folded: U64) -> NearUnits:
    """Everything in the index that resembles the units of a query, copies included.

    Pairs come in the order of the query's units, then by falling similarity, then in the order of the index.
    """
    asked = np.flatnonzero(folded)
    query, unit = _candidates(snapshot, keys[:, asked])
    near = _compare(snapshot, settings, texts, asked[query], unit)
    query, unit, similarity = _with_copies(snapshot, near)
    order = np.lexsort((unit, -similarity, query))
    return NearUnits(query[order], unit[order], similarity[order])


def _candidates(snapshot: Snapshot, keys: U64) -> tuple[Offsets, Offsets]:
    """Pairs of a query and a unit of the index that share a bucket, each once, by query."""
    entries = sorted_entries(keys.ravel(), np.tile(np.arange(keys.shape[1]), len(keys)))
    own = entries.units.astype(np.int64)
    at, unit = snapshot.find("key", entries.keys)
    units, inverse = np.unique(unit, return_inverse=True)
    standing = snapshot.standing(units)[inverse]
    # Both numbers fit into 32 bits.
    pairs = distinct((own[at] << 32 | unit)[standing])
    return pairs >> 32, pairs & 0xFFFFFFFF


def _compare(snapshot: Snapshot, settings: Settings, texts: TextBatch, query: Offsets, unit: Offsets) -> NearUnits:
    """The candidates whose exact similarity is enough."""
    shingle = settings.shingle
    sizes = (texts.ends - texts.starts)[query] + snapshot.values(unit, "unit_bytes")
    parts = [NearUnits(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    for start, end in runs(sizes, _COMPARE_BYTES):
        queries, a = np.unique(query[start:end], return_inverse=True)
        units, b = np.unique(unit[start:end], return_inverse=True)
        batch = join_batches([texts.select(queries), snapshot.texts(units)])
        sets = PlacedSets(*kernels.placed_sets(batch, shingle.code, shingle.n))
        b = b + len(queries)
        similarity = jaccard(sets.sets, a, b)
        near = np.flatnonzero(similarity >= settings.threshold)
        near = near[kernels.confirm(sets, shingle.code, shingle.n, a[near], b[near]) != 0]
        if settings.facts == "apart":
            near = near[kernels.same_facts(kernels.fact_texts(batch), a[near], b[near]) != 0]
        parts.append(NearUnits(query[start:end][near], unit[start:end][near], similarity[near]))
    return NearUnits(*map(np.concatenate, zip(*parts, strict=True)))


def _with_copies(snapshot: Snapshot, near: NearUnits) -> NearUnits:
    """Units that stand for copies, and those."""
    units, inverse = np.unique(near.unit, return_inverse=True)
    hashes = snapshot.values(units, "folded").astype(np.uint64)
    _, copies = snapshot.find("copy", distinct(hashes))
    copies = distinct(copies)
    copies = copies[snapshot.alive(copies)]
    stands = snapshot.owners(copies).copy_of
    order = np.argsort(stands, kind="stable")
    order = order[stands[order] != copies[order]]
    copies, stands = copies[order], stands[order]
    low = np.searchsorted(stands, units, side="left")[inverse]
    counts = np.searchsorted(stands, units, side="right")[inverse] - low
    place = np.repeat(low - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    return NearUnits(
        np.concatenate((near.query, np.repeat(near.query, counts))),
        np.concatenate((near.unit, copies[place])),
        np.concatenate((near.similarity, np.repeat(near.similarity, counts))),
    )
