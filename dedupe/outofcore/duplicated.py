"""Duplicates as `clean` sees them: what goes, and what stays for it."""

from __future__ import annotations

import numpy as np

from dedupe.cleaning.answers import StageRemovals
from dedupe.cleaning.removals import RemovalWriter
from dedupe.outofcore.result import FileDuplicates
from dedupe.outofcore.scan import Scanned
from dedupe.passages.result import Places
from dedupe.store.bits import Bits
from dedupe.store.columns import WorkFolder
from dedupe.text.encode import Offsets


def removed_duplicates(scanned: Scanned, answer: FileDuplicates, folder: WorkFolder) -> StageRemovals:
    """Return what an answer removes, put into files."""
    whole, gone = scanned.settings.unit == "document", Bits(scanned.documents.count)
    writer = RemovalWriter(folder, "removed")
    for run in answer.runs():
        members = np.flatnonzero(run.kept != run.units)
        own, other = _places(scanned, run.units[members]), _places(scanned, run.kept[members])
        writer.add(
            **dict(zip(("document", "start", "end"), own, strict=True)),
            **dict(zip(("kept", "kept_start", "kept_end"), other, strict=True)),
            score=run.similarity[members],
        )
        if whole:
            gone.add(own.document)
    return StageRemovals(writer.close(), gone)


def _places(scanned: Scanned, units: Offsets) -> Places:
    """Return where units, in any order, stand."""
    numbers, place = np.unique(units, return_inverse=True)
    columns = (scanned.document, scanned.start, scanned.end)
    return Places(*(column.take(numbers).astype(np.int64)[place] for column in columns))
