"""Everything that is known of the units of some texts after one look at them.

For engines that cannot hold two texts beside each other: a digest of the folded text tells whether two units are
copies.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from dedupe.duplicates.fingerprints import Signer, equality_texts
from dedupe.duplicates.keep import unit_quality
from dedupe.duplicates.settings import Settings
from dedupe.job import Keep, ParagraphMode
from dedupe.policy import Values
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U64
from dedupe.units import cut_batch

DIGEST = 24
"""bytes of a digest: BLAKE2b, of which two texts with the same one have never been seen, nor could they be made"""


class CutUnits(NamedTuple):
    """Places and fingerprints of the units of a batch of texts."""

    document: Offsets
    """which text of the batch each is of"""
    start: Offsets
    end: Offsets
    byte: Offsets
    """where each unit begins in its text"""
    size: Offsets
    keys: U64
    """band keys, shape (bands, units)"""
    folded: U64
    """hash of the folded text; 0 for a unit without tokens"""
    quality: Values
    """where copies are chosen by it"""
    digests: U64
    """of the folded texts of the units that have tokens, a row for each"""


class Cutter:
    """Cuts and signs the texts of batches, on several threads if need be.

    Parameters
    ----------
    settings : Settings
        How units are compared.
    keep : Keep
        The rule for the kept copy.
    paragraphs : {"auto", "lines", "blank"}
        Where paragraphs end.
    least : int
        Code points that a unit has at least.
    sign : bool
        Sign the units, because they are compared later.
    """

    def __init__(self, settings: Settings, keep: Keep, paragraphs: ParagraphMode, least: int, sign: bool) -> None:
        self._settings, self._signer = settings, Signer(settings, signs=True) if sign else None
        self._keep, self._paragraphs, self._least = keep, paragraphs, least

    def __call__(self, batch: TextBatch) -> CutUnits:
        """The units of some texts."""
        document, low, high, start, end = cut_batch(batch, self._settings.unit, self._paragraphs)
        if self._least:
            enough = np.flatnonzero(end - start >= self._least)
            document, low, high, start, end = (column[enough] for column in (document, low, high, start, end))
        units = TextBatch(batch.buffer, low, high)
        keys, folded = np.zeros((0, len(units)), np.uint64), np.zeros(len(units), np.uint64)
        if self._signer:
            keys, folded = self._signer.sign(units)
        quality = unit_quality([units]) if self._keep == "best" else np.zeros(0)
        digests = _digests(units.select(folded != 0), self._settings.facts == "apart")
        byte = low - batch.starts[document]
        return CutUnits(document, start, end, byte, high - low, keys, folded, quality, digests)


def _digests(batch: TextBatch, signs: bool) -> U64:
    """Digests of what copies have in common, a row for each text."""
    digests = [hashlib.blake2b(text, digest_size=DIGEST).digest() for text in equality_texts(batch, signs)]
    return np.frombuffer(b"".join(digests), "<u8").reshape(-1, DIGEST // 8).astype(np.uint64)
