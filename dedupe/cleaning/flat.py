"""Texts that have lost their line breaks: long texts of one paragraph, of which pieces are boilerplate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dedupe.boilerplate.context import shipped_context
from dedupe.boilerplate.model import Floats, shipped_model
from dedupe.boilerplate.pieces import cut_pieces, flat_features, runs_of
from dedupe.cleaning import SCORE_STEPS
from dedupe.cleaning.sentences import overlap_removed
from dedupe.columns import runs
from dedupe.kernels.records import I64
from dedupe.sorting import Mask
from dedupe.spans import Spans
from dedupe.text.encode import TextBatch
from dedupe.units import UnitTable, cut_batch

# Code points from which on a text of one paragraph has lost its line breaks, and is no message of a line.
FLAT = 400
# A run of fewer may be a word of the sentence before, or of the next one: it goes only from a probability on that
# no point has.
_WORD = 20
SHORT_LIMIT = 0.97
# A sentence of so many that reads like content is some.
_CONTENT = 40


def flat_documents(pages: UnitTable) -> Mask:
    """Return a mask of the documents that have lost their line breaks: one long paragraph that holds content.

    A paragraph that reads like boilerplate in each of its sentences, as a long notice does, is judged as a whole.
    """
    count = np.bincount(pages.document, minlength=len(pages.corpus))
    long = pages.select((count[pages.document] == 1) & (pages.end - pages.start >= FLAT))
    model, flat = shipped_model(), np.zeros(len(pages.corpus), bool)
    is_content = model.scores(long.batches()).score < 0
    flat[long.document[is_content]] = True
    others = long.select(~is_content)
    for first, last in runs(others.end - others.start):
        batch = others.batch(np.arange(first, last))
        cut = cut_batch(batch, "sentence")
        scores = model.scores([TextBatch(batch.buffer, cut.first, cut.last)])
        reads_well = (scores.score < 0) & (cut.ends - cut.starts >= _CONTENT)
        flat[others.document[first + cut.texts[reads_well]]] = True
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


def find_in_flat(pages: UnitTable, removed: Mapping[int, Spans], limit: float) -> tuple[UnitTable, Floats, I64]:
    """Find boilerplate in documents that are flat.

    Parameters
    ----------
    pages : UnitTable
        Their paragraphs.
    removed : mapping of int to Spans
        What earlier stages remove, by document.
    limit : float
        The least probability of each piece of what is removed.

    Returns
    -------
    (UnitTable, float64 array, int64 array)
        Runs of pieces, the least probability of each run, and how many pieces have which probability.
    """
    found = [pages.select(np.zeros(0, np.int64))]
    least, judged = [np.zeros(0)], np.zeros(SCORE_STEPS, np.int64)
    for pieces in cut_pieces(pages):
        units = pieces.units
        probability = shipped_context().in_flat_text(flat_features(pieces, shipped_model()))
        judged += score_steps(probability)
        documents = np.unique(units.document)
        gone = (probability >= limit) & ~overlap_removed(units.document, units.start, units.end, documents, removed)
        first, last = runs_of(gone, *pieces[1:4])
        if len(first):
            bounds = np.column_stack((first, last + 1)).ravel()
            own = np.minimum.reduceat(np.append(probability, 1.0), bounds)[::2]
            long = (units.end[last] - units.start[first] >= _WORD) | (own >= SHORT_LIMIT)
            found.append(replace(units.select(first), end=units.end[last]).select(long))
            least.append(own[long])
    columns = (np.concatenate([getattr(own, name) for own in found]) for name in ("document", "start", "end"))
    return UnitTable(pages.corpus, "sentence", *columns), np.concatenate(least), judged


def score_steps(probability: Floats) -> I64:
    """Count the units by probability, in steps from 0 to 1."""
    steps = np.minimum((probability * SCORE_STEPS).astype(np.int64), SCORE_STEPS - 1)
    return np.bincount(steps, minlength=SCORE_STEPS)
