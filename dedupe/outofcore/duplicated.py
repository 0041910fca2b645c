"""Duplicates as `clean` sees them: what goes, and what stays for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedupe.outofcore.bits import Bits
from dedupe.outofcore.columns import Column, ColumnWriter, WorkFolder
from dedupe.outofcore.removals import SPAN, ByDocument, Removals, RemovalWriter, overlapping, to_spans
from dedupe.outofcore.result import FileDuplicates
from dedupe.outofcore.scan import Scanned
from dedupe.passages.result import Places
from dedupe.sorting import Mask
from dedupe.text.encode import Offsets

# Units, and documents, that are looked at at a time.
_UNITS = 1 << 19


@dataclass(frozen=True)
class Duplicated:
    """What a search for duplicates removes and keeps."""

    removals: Removals
    gone: Bits
    """documents that are removed"""
    pinned: Bits
    """documents that are the kept copy of another"""
    kept: Column
    """of `SPAN`: all places that are the kept copy of another, by document"""


def removed_duplicates(scanned: Scanned, answer: FileDuplicates, folder: WorkFolder) -> Duplicated:
    """What an answer removes and keeps, put into files."""
    documents = scanned.documents.count
    whole = scanned.settings.unit == "document"
    gone, pinned, kept = Bits(documents), Bits(documents), Bits(scanned.units)
    writer = RemovalWriter(folder, "removed")
    for run in answer.runs():
        members = np.flatnonzero(run.kept != run.units)
        own, other = _places(scanned, run.units[members]), _places(scanned, run.kept[members])
        writer.add(
            **dict(zip(("document", "start", "end"), own, strict=True)),
            **dict(zip(("kept", "kept_start", "kept_end"), other, strict=True)),
            score=run.similarity[members],
        )
        kept.add(run.kept[members])
        if whole:
            gone.add(own.document)
            pinned.add(other.document)
    spans = ColumnWriter(folder.file("kept"), SPAN)
    for start in range(0, scanned.units, _UNITS):
        places = _places(scanned, kept.run(start, min(start + _UNITS, scanned.units)))
        spans.append(to_spans(np.stack(places, axis=1).tolist()))
    return Duplicated(writer.close(), gone, pinned, spans.close())


def _places(scanned: Scanned, units: Offsets) -> Places:
    """Where units, in any order, stand."""
    numbers, place = np.unique(units, return_inverse=True)
    columns = (scanned.document, scanned.start, scanned.end)
    return Places(*(column.take(numbers).astype(np.int64)[place] for column in columns))


def lie_in(places: Places, spans: Column, documents: int) -> Mask:
    """Which places, in any order, overlap a span of a column."""
    out = np.zeros(len(places.document), bool)
    order, given = np.argsort(places.document, kind="stable"), ByDocument(spans)
    at = 0
    for first in range(0, documents, _UNITS):
        last = min(first + _UNITS, documents)
        end = at + int(np.searchsorted(places.document[order[at:]], last))
        chosen = order[at:end]
        out[chosen] = overlapping(given.until(last), *(column[chosen] for column in places))
        at = end
    return out
