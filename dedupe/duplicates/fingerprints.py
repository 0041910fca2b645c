"""Fingerprints of units: band keys and a hash of the folded text, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import local
from typing import NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.columns import runs
from dedupe.documents import Corpus
from dedupe.duplicates.settings import Settings
from dedupe.job import ParagraphMode
from dedupe.parallel import ordered_map
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U64
from dedupe.units import UnitTable, cut_batch

Progress = Callable[[int], object]
"""Called with the number of units that one step has finished."""
_KEY_BYTES = 16 << 20


@dataclass(frozen=True)
class Fingerprints:
    """Fingerprints of units, made in one pass over their texts."""

    parts: Sequence[U64]
    """band keys of runs of units, each of shape (bands, units)"""
    folded: U64
    """hash of the folded text; 0 for a unit without tokens"""

    def band(self, number: int) -> U64:
        """The keys of all units in one band."""
        return np.concatenate([np.zeros(0, np.uint64), *(part[number] for part in self.parts)])


class KeyRoom(local):
    """Hands out room for the band keys of units that come in parts; each thread has arrays of its own.

    Keys are most of the memory of a run, so they are written once, in their final place. The arrays are large
    enough for large pages of the operating system, which cost a tenth of small ones.
    """

    def __init__(self, bands: int) -> None:
        self._left = np.empty((bands, 0), np.uint64)

    def take(self, units: int) -> U64:
        """An array of shape (bands, units), to be filled."""
        if units > self._left.shape[1]:
            bands = len(self._left)
            # Bands at a distance of whole pages would share the same few lines of the cache.
            self._left = np.empty((bands, max(units, _KEY_BYTES // (8 * bands)) | 0x28), np.uint64)
        taken, self._left = self._left[:, :units], self._left[:, units:]
        return taken


class Signed(NamedTuple):
    """The units of some texts: the text each is of, its code points there, band keys and hash of the fold."""

    texts: Offsets
    start: Offsets
    end: Offsets
    keys: U64
    folded: U64


class Signer:
    """Signs the units of a corpus, batch by batch; batches may be signed on several threads.

    Parameters
    ----------
    settings : Settings
        How the units are compared.
    signs : bool, default False
        With `facts="apart"`, hashes of copies with other signs differ. If the texts are at hand later,
        `sign_copies` does this for copies alone.
    """

    def __init__(self, settings: Settings, *, signs: bool = False) -> None:
        self._settings, self._signs = settings, signs and settings.facts == "apart"
        self._room = KeyRoom(settings.bands.bands)

    def sign(self, batch: TextBatch) -> tuple[U64, U64]:
        """Band keys, shape (bands, units), and hashes of the folded texts, with their signs if that is asked."""
        shingle = self._settings.shingle
        keys = self._room.take(len(batch))
        folded = kernels.keys(batch, shingle.code, shingle.n, self._settings.bands.rows, keys)
        return keys, with_signs(folded, batch) if self._signs else folded

    def cut_and_sign(self, batch: TextBatch, paragraphs: ParagraphMode) -> Signed:
        """Everything that is done with a text while it is at hand: cut into units, each unit signed."""
        texts, first, last, start, end = cut_batch(batch, self._settings.unit, paragraphs)
        return Signed(texts, start, end, *self.sign(TextBatch(batch.buffer, first, last)))


class SignedUnits:
    """Collects the units of a corpus, run of documents by run of documents."""

    def __init__(self) -> None:
        self._columns: list[tuple[Offsets, Offsets, Offsets]] = []
        self._keys: list[U64] = []
        self._folded = [np.zeros(0, np.uint64)]
        self.documents = 0

    def add(self, signed: Signed, documents: int) -> None:
        """Add the units of the next `documents` documents."""
        self._columns.append((signed.texts + self.documents, signed.start, signed.end))
        self._keys.append(signed.keys)
        self._folded.append(signed.folded)
        self.documents += documents

    def finish(self, corpus: Corpus, settings: Settings) -> tuple[UnitTable, Fingerprints]:
        """The units of the whole corpus, and their fingerprints."""
        empty = (np.zeros(0, np.int64),) * 3
        columns = map(np.concatenate, zip(empty, *self._columns, strict=True))
        return UnitTable(corpus, settings.unit, *columns), Fingerprints(self._keys, np.concatenate(self._folded))


def sign_corpus(
    corpus: Corpus,
    settings: Settings,
    paragraphs: ParagraphMode,
    threads: int,
    progress: Progress | None = None,
) -> tuple[UnitTable, Fingerprints]:
    """Cut and sign all documents, in one pass; only band keys are kept of the signatures."""
    units, signer = SignedUnits(), Signer(settings)

    def work(run: tuple[int, int]) -> tuple[Signed, int]:
        batch = corpus.texts.read(np.arange(*run))
        return signer.cut_and_sign(batch, paragraphs), len(batch)

    for signed, documents in ordered_map(work, runs(corpus.texts.sizes()), threads):
        units.add(signed, documents)
        if progress:
            progress(len(signed.texts))
    return units.finish(corpus, settings)


def sign_units(
    units: UnitTable, settings: Settings, threads: int, progress: Progress | None = None
) -> Fingerprints:
    """Sign units that are already cut."""
    keys, folded = [], [np.zeros(0, np.uint64)]
    for part in ordered_map(Signer(settings).sign, units.batches(), threads):
        keys.append(part[0])
        folded.append(part[1])
        if progress:
            progress(len(part[1]))
    return Fingerprints(keys, np.concatenate(folded))


def with_signs(folded: U64, batch: TextBatch) -> U64:
    """Hashes of folded texts, and of what signs and marks the texts have; 0 for a text without tokens."""
    both = np.where(folded == 0, np.uint64(0), folded ^ kernels.sign_hashes(batch))
    return np.where((both == 0) & (folded != 0), np.uint64(1), both)


def equality_texts(batch: TextBatch, signs: bool) -> list[bytes]:
    """Return what copies have in common: their folded text, and where facts are asked their signs and marks."""
    folded, ends = kernels.fold_bytes(batch)
    texts = [folded[a:b].tobytes() for a, b in pairwise(ends.tolist())]
    if signs:
        found, ends = kernels.sign_texts(batch)
        rows = [found[a:b].tobytes() for a, b in pairwise(ends.tolist())]
        # No folded text has a line break.
        texts = [b"%s\n%s" % (text, row) if row else text for text, row in zip(texts, rows, strict=True)]
    return texts


def unit_sets(batches: Iterable[TextBatch], settings: Settings) -> tuple[U64, Offsets]:
    """The exact shingle sets of texts: set `i` is `values[offsets[i]:offsets[i + 1]]`, sorted."""
    shingle = settings.shingle
    values, offsets, total = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)], 0
    for batch in batches:
        batch_values, batch_offsets = kernels.shingle_sets(batch, shingle.code, shingle.n)
        values.append(batch_values)
        offsets.append(batch_offsets[1:] + total)
        total += len(batch_values)
    return np.concatenate(values), np.concatenate(offsets)
