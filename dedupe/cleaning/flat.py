"""Units of texts that have lost their line breaks: the sentences of a long text that is one paragraph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.model import shipped_model
from dedupe.columns import runs
from dedupe.kernels.records import I64
from dedupe.units import UnitTable, cut_batch

# Code points from which on a text of one paragraph has lost its line breaks, and is no message of a line.
_FLAT = 400

Mask = npt.NDArray[np.bool_]


def flat_documents(pages: UnitTable) -> Mask:
    """Return a mask of the documents that have lost their line breaks: one long paragraph that reads like content.

    A paragraph that reads like boilerplate, as a long notice does, is judged as a whole.
    """
    count = np.bincount(pages.document, minlength=len(pages.corpus))
    long = np.flatnonzero((count[pages.document] == 1) & (pages.end - pages.start >= _FLAT))
    scores = shipped_model().scores(pages.select(long).batches())
    flat = np.zeros(len(pages.corpus), bool)
    flat[pages.document[long[scores.score < 0]]] = True
    return flat


def cut_flat(pages: UnitTable, flat: Mask) -> tuple[UnitTable, I64]:
    """The sentences of flat documents, and the paragraphs of others; and which paragraph each is of."""
    of_flat = flat[pages.document]
    long = np.flatnonzero(of_flat)
    whole, start, end = [np.flatnonzero(~of_flat)], [pages.start[~of_flat]], [pages.end[~of_flat]]
    for first, last in runs((pages.end - pages.start)[long]):
        own = long[first:last]
        cut = cut_batch(pages.batch(own), "sentence")
        whole.append(own[cut.texts])
        start.append(pages.start[whole[-1]] + cut.starts)
        end.append(pages.start[whole[-1]] + cut.ends)
    place = np.concatenate(whole)
    order = np.argsort(place, kind="stable")
    place = place[order]
    units = replace(
        pages,
        document=pages.document[place],
        start=np.concatenate(start)[order],
        end=np.concatenate(end)[order],
    )
    return units, place
