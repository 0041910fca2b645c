"""Documents of which only crumbs are left, in corpora larger than memory.

Documents that lose something are read run by run, and numbers of those of which little is left are noted. Then the
rows of all stages are read once for the copies that these hold and lose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe.cleaning.crumbs import Remains, choose_crumbs, find_crumbs, remains_of
from dedupe.columns import runs
from dedupe.job import CleanOptions
from dedupe.outofcore.documents import MOST, Documents, DocumentTexts
from dedupe.outofcore.removals import NOWHERE, SPAN, ByDocument
from dedupe.sorting import distinct_sorted
from dedupe.store.bits import Bits
from dedupe.store.columns import Array, Column
from dedupe.text.encode import Offsets

Mask = npt.NDArray[np.bool_]

_COPY = ("document", "kept", "kept_start", "kept_end")


def find_crumbs_in_files(
    documents: Documents,
    rows: Iterable[Array],
    cuts: Column,
    gone: Callable[[Offsets], Mask],
    options: CleanOptions,
) -> Iterator[Remains]:
    """Yield the documents that go because only crumbs of them are left, in order.

    Parameters
    ----------
    documents : Documents
        All documents.
    rows : iterable of array
        The decisions (`ROW`) that stand, of all stages.
    cuts : Column
        What is cut (`SPAN`), by document.
    gone : function
        Which documents, by number, are removed as a whole.
    options : CleanOptions
        How little is crumbs, and what keeps documents apart.
    """
    crumbs = Bits(documents.count)
    parts = [np.zeros(0, SPAN)]
    given = ByDocument(cuts)
    for _, last in documents.runs():
        spans = given.until(last)
        spans = spans[~gone(spans["document"].astype(np.int64))]
        few = [one.document for one in find_crumbs(_remains(documents, spans), options.min_left)]
        crumbs.add(np.array(few, np.int64))
        parts.append(spans[np.isin(spans["document"], few)])
    spans = np.concatenate(parts)
    held, lost = _copies(rows, crumbs)
    numbers = distinct_sorted(spans["document"].astype(np.int64))
    for first, last in runs(documents.size.take(numbers).astype(np.int64)):
        low, high = int(numbers[first]), int(numbers[last - 1]) + 1
        cut = slice(*np.searchsorted(spans["document"], (low, high)))
        yield from choose_crumbs(
            _remains(documents, spans[cut]),
            _rows_of(held, low, high),
            _rows_of(lost, low, high),
            DocumentTexts(documents),
            options.passage_similarity if options.facts == "apart" else None,
        )


def _remains(documents: Documents, spans: Array) -> Iterator[Remains]:
    """What cuts, by document, leave of their documents."""
    numbers = distinct_sorted(spans["document"].astype(np.int64))
    bounds = np.searchsorted(spans["document"], np.append(numbers, MOST)).tolist()
    for first, last in runs(documents.size.take(numbers).astype(np.int64)):
        batch = documents.read(numbers[first:last])
        for i, number in enumerate(numbers[first:last].tolist(), first):
            cuts = [(start, end) for _, start, end in spans[bounds[i] : bounds[i + 1]].tolist()]
            yield remains_of(number, batch.text(i - first), cuts)


def _copies(rows: Iterable[Array], crumbs: Bits) -> tuple[Offsets, Offsets]:
    """The kept copies that documents hold, and the copies that they lose, by document."""
    held, lost = [np.zeros((0, 3), np.int64)], [np.zeros((0, 4), np.int64)]
    for some in rows:
        own = np.column_stack([some[name].astype(np.int64) for name in _COPY])
        own = own[own[:, 1] != NOWHERE]
        held.append(own[crumbs.has(own[:, 1]), 1:])
        lost.append(own[crumbs.has(own[:, 0])])
    by_document = [np.concatenate(parts) for parts in (held, lost)]
    one, other = (rows[np.argsort(rows[:, 0], kind="stable")] for rows in by_document)
    return one, other


def _rows_of(rows: Offsets, low: int, high: int) -> list[Any]:
    """The rows of documents from one number to another."""
    found: list[Any] = rows[slice(*np.searchsorted(rows[:, 0], (low, high)))].tolist()
    return found
