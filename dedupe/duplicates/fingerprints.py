"""Fingerprints of units: band keys and a hash of the folded text, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from dedupe import backend
from dedupe.duplicates.settings import Settings
from dedupe.fingerprint.hashing import U64
from dedupe.text.encode import Offsets, encode_batches

Progress = Callable[[int], object]
"""Called with the number of units that one step has finished."""


@dataclass(frozen=True)
class Fingerprints:
    """What is known of each unit after one pass over its text."""

    keys: U64
    """band keys, shape (units, bands)"""
    folded: U64
    """hash of the folded text; 0 for a unit without tokens"""


@dataclass(frozen=True)
class ShingleSets:
    """Sorted shingle sets: set `i` is `values[offsets[i]:offsets[i + 1]]`."""

    values: U64
    offsets: Offsets

    def sizes(self) -> Offsets:
        """How many shingles each set holds."""
        return np.diff(self.offsets)


def fingerprint(
    texts: Iterable[str], settings: Settings, threads: int, progress: Progress | None = None
) -> Fingerprints:
    """Sign the texts of all units, in one pass; only band keys are kept of the signatures."""
    shingle, bands = settings.shingle, settings.bands
    keys, folded = [np.zeros((0, bands.bands), np.uint64)], [np.zeros(0, np.uint64)]
    for batch in encode_batches(texts):
        batch_keys, batch_folded = backend.keys(*batch, shingle.code, shingle.n, bands.bands, bands.rows, threads)
        keys.append(batch_keys)
        folded.append(batch_folded)
        if progress:
            progress(len(batch))
    return Fingerprints(np.concatenate(keys), np.concatenate(folded))


def shingle_sets(texts: Iterable[str], settings: Settings) -> ShingleSets:
    """The exact shingle sets of some units."""
    shingle = settings.shingle
    values, offsets, total = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)], 0
    for batch in encode_batches(texts):
        batch_values, batch_offsets = backend.shingle_sets(*batch, shingle.code, shingle.n)
        values.append(batch_values)
        offsets.append(batch_offsets[1:] + total)
        total += len(batch_values)
    return ShingleSets(np.concatenate(values), np.concatenate(offsets))
