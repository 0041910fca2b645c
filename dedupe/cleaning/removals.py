"""Removals of a stage of cleaning in columns: a row for each decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from dedupe import worksize
from dedupe.cleaning.decision import Decision
from dedupe.records import join_records
from dedupe.sorting import spread
from dedupe.spans import Spans
from dedupe.store.columns import MOST_NUMBERED, Array, Column, WorkFolder
from dedupe.text.encode import Offsets, encode_text
from dedupe.text.hashing import U64

NOWHERE = MOST_NUMBERED
"""the document of a kept copy where there is none"""
ROW = np.dtype(
    [
        *((name, "<u4") for name in ("document", "start", "end", "kept", "kept_start", "kept_end")),
        ("score", "<f8"),
        ("by_letters", "?"),
    ]
)
SPAN = np.dtype([(name, "<u4") for name in ("document", "start", "end")])


@dataclass(frozen=True)
class Removals:
    """The decisions of a stage."""

    rows: Column
    """of `ROW`, in their order"""
    spans: Column
    """of `SPAN`: the same places by document and start"""
    why: Column | None
    """what each says besides, one behind the other"""
    why_offsets: Column | None

    def reasons(self, first: int, last: int) -> list[str]:
        """Return what some of the decisions say besides."""
        if self.why is None or self.why_offsets is None:
            return [""] * (last - first)
        offsets = self.why_offsets.read(first, last + 1).astype(np.int64)
        raw = self.why.read(int(offsets[0]), int(offsets[-1])).tobytes()
        ends = (offsets - offsets[0]).tolist()
        return [raw[a:b].decode("utf-8", "surrogatepass") for a, b in pairwise(ends)]


class RemovalWriter:
    """Writes the decisions of a stage, whose documents ascend."""

    def __init__(self, folder: WorkFolder, name: str, *, reasons: bool = False) -> None:
        self._rows = folder.column(f"{name}.rows", ROW)
        self._spans = folder.column(f"{name}.spans", SPAN)
        self._why = folder.column(f"{name}.why", np.uint8) if reasons else None
        self._offsets = folder.column(f"{name}.reasons", np.uint64) if reasons else None
        if self._offsets:
            self._offsets.append(np.zeros(1, np.uint64))

    def add(self, **columns: Array | Sequence[Any] | int) -> None:
        """Add rows by the columns of `ROW`; without a kept copy where none is given."""
        rows = np.empty(len(columns["document"]), ROW)  # type: ignore[arg-type]
        for name, nothing in (("kept", NOWHERE), ("kept_start", 0), ("kept_end", 0), ("by_letters", False)):
            columns.setdefault(name, nothing)
        for name, column in columns.items():
            rows[name] = column
        self.add_rows(rows)

    def add_rows(self, rows: Array) -> None:
        """Add rows of `ROW`."""
        self._rows.append(rows)
        self._spans.append(as_spans(rows))

    def add_decisions(self, decisions: Sequence[Decision]) -> None:
        """Add decisions whose ids are numbers of documents, and which name no kept copy."""
        columns = zip(*((d.id, d.start, d.end, d.score) for d in decisions), strict=True)
        if decisions:
            self.add(**dict(zip(("document", "start", "end", "score"), columns, strict=True)))
        self.add_reasons([decision.why for decision in decisions])

    def add_reasons(self, reasons: Sequence[str]) -> None:
        """Add what the decisions that were added last say besides."""
        if self._why and self._offsets:
            encoded = list(map(encode_text, reasons))
            base = self._why.count
            self._why.append(np.frombuffer(b"".join(encoded), np.uint8))
            self._offsets.append(base + np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded))))

    def close(self) -> Removals:
        """All decisions."""
        columns = [None if column is None else column.close() for column in (self._why, self._offsets)]
        return Removals(self._rows.close(), self._spans.close(), *columns)


def as_spans(rows: Array) -> Array:
    """The places of rows."""
    out = np.empty(len(rows), SPAN)
    for name in SPAN.names or ():
        out[name] = rows[name]
    return out


class ByDocument:
    """Reads a column of records, whose documents ascend, run by run of documents."""

    def __init__(self, rows: Column) -> None:
        self._rows, self._at = rows, 0
        self._left: Array = np.zeros(0, rows.kind)

    def until(self, document: int) -> Array:
        """The records of all documents before one that were not given out before."""
        parts = []
        while True:
            end = int(np.searchsorted(self._left["document"], document))
            parts.append(self._left[:end])
            self._left = self._left[end:]
            if len(self._left) or self._at == len(self._rows):
                return join_records(parts)
            self._left = self._rows.read(self._at, self._at + worksize.SIZES.rows)
            self._at += len(self._left)


def removed_of(
    columns: Sequence[Column], withdrawn: Sequence[Column] = ()
) -> Callable[[], Callable[[int], dict[int, Spans]]]:
    """Return the spans that columns remove from documents, without the withdrawn ones.

    The result is a function to call before going through all documents in order. It returns a reader that gives,
    run by run, the spans of the documents before a number.
    """

    def begin() -> Callable[[int], dict[int, Spans]]:
        readers = [ByDocument(column) for column in columns]
        back = [ByDocument(column) for column in withdrawn]

        def until(document: int) -> dict[int, Spans]:
            out = _spans_of(join_records([np.zeros(0, SPAN), *(reader.until(document) for reader in readers)]))
            for reader in back:
                for number, start, end in reader.until(document).tolist():
                    out[number].withdraw(start, end)
            return out

        return until

    return begin


def _spans_of(places: Array) -> dict[int, Spans]:
    """Return places, in any order, as spans of each document."""
    if not len(places):
        return {}
    places = places.take(np.lexsort((places["start"], places["document"])))
    last = np.maximum.accumulate(_points(places["document"], places["end"]))
    # Places that touch are one span.
    begins = np.append(0, 1 + np.flatnonzero(_points(places["document"], places["start"])[1:] > last[:-1]))
    document, start = places["document"][begins].astype(np.int64), places["start"][begins].tolist()
    end = (last[np.append(begins[1:], len(places)) - 1] & np.uint64(MOST_NUMBERED)).tolist()
    bounds = np.flatnonzero(np.diff(document, prepend=-1))
    ends = np.append(bounds[1:], len(start)).tolist()
    return {
        number: Spans(start[low:high], end[low:high])
        for number, low, high in zip(document[bounds].tolist(), bounds.tolist(), ends, strict=True)
    }


def to_spans(places: Sequence[Sequence[int]]) -> Array:
    """Places as an array of `SPAN`."""
    return np.array([tuple(place) for place in places], SPAN)


def overlapping(spans: Array, document: Offsets, start: Offsets, end: Offsets) -> Array:
    """Return which places overlap one of some spans, which are by document and disjoint."""
    if not len(spans):
        return np.zeros(len(document), bool)
    last = np.searchsorted(_points(spans["document"], spans["start"]), _points(document, end)) - 1
    near = spans.take(np.maximum(last, 0))
    found: Array = (last >= 0) & (near["document"] == document) & (near["end"] > start)
    return found


def find_overlapped(spans: Array, places: Array) -> tuple[Offsets, Offsets]:
    """Return the spans that each place overlaps, by number: the first, and the one behind the last.

    Spans are by document and disjoint; places are in any order.
    """
    document = places["document"]
    return (
        np.searchsorted(_points(spans["document"], spans["end"]), _points(document, places["start"]), side="right"),
        np.searchsorted(_points(spans["document"], spans["start"]), _points(document, places["end"])),
    )


def within(spans: Array, document: Offsets, start: Offsets, end: Offsets) -> Array:
    """Return which places lie as a whole in one of some spans, which are by document and disjoint."""
    if not len(spans):
        return np.zeros(len(document), bool)
    last = np.searchsorted(_points(spans["document"], spans["start"]), _points(document, start), side="right") - 1
    near = spans.take(np.maximum(last, 0))
    found: Array = (last >= 0) & (near["document"] == document) & (near["end"] >= end)
    return found


def _points(document: Array, place: Array) -> U64:
    return document.astype(np.uint64) << np.uint64(32) | place.astype(np.uint64)


def offsets_of(rows: Column, documents: int, path: WorkFolder, name: str) -> Column:
    """Return where the records of each document begin, and the end of all of them."""
    writer = path.column(name, np.uint64)
    given, before = ByDocument(rows), 0
    for first in range(0, documents, worksize.SIZES.rows):
        last = min(first + worksize.SIZES.rows, documents)
        own = given.until(last)
        counts = np.bincount(own["document"].astype(np.int64) - first, minlength=last - first)
        ends = before + np.cumsum(counts)
        writer.append(ends - counts)
        before += len(own)
    writer.append(np.array([before]))
    return writer.close()


def gather(rows: Column, offsets: Column, documents: Offsets) -> Array:
    """The records of some documents, whose numbers ascend."""
    low, high = (offsets.take(documents + step).astype(np.int64) for step in (0, 1))
    return rows.take(spread(low, high))
