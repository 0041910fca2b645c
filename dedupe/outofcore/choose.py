"""The passages that are removed, in corpora larger than memory.

Regions, and the sentences in them and in repeated windows, are held in memory; texts are read where they are
compared. What is decided is what the path in memory decides: other sentences play no part in it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dedupe.cleaning.near import Regions
from dedupe.cleaning.options import CleanOptions
from dedupe.cleaning.passages import keep_order, remove_passages
from dedupe.documents import Corpus
from dedupe.outofcore.budget import Budget
from dedupe.outofcore.columns import Array, Column, WorkFolder
from dedupe.outofcore.documents import ChosenTexts, Documents
from dedupe.outofcore.passages import Anchored
from dedupe.outofcore.removals import SPAN, Removals, RemovalWriter
from dedupe.outofcore.sentences import to_sentences
from dedupe.passages.result import Places
from dedupe.sorting import distinct
from dedupe.text.encode import Offsets

_EDGES = ("start", "end")


def choose_passages(
    documents: Documents,
    anchored: Anchored,
    across: Column,
    rank: Callable[[Offsets], Offsets],
    options: CleanOptions,
    folder: WorkFolder,
    budget: Budget,
) -> Removals:
    """Decide which passages are removed.

    Parameters
    ----------
    documents : Documents
        All documents.
    anchored, across
        Their sentences, and the regions in and across them.
    rank : function
        Gives the place in keep order of some documents, whose numbers ascend, among them.
    options : CleanOptions
        What is removed.
    folder, budget
        As for `scan`.
    """
    rows = np.concatenate([column.read(0, len(column)) for column in (anchored.regions, across)])
    chosen = anchored.sentences.choose(_both_sides(rows), options.min_passage, budget.entries)
    numbers = distinct(np.concatenate((chosen["document"], rows["a"], rows["b"]))).astype(np.int64)
    sides = [
        Places(np.searchsorted(numbers, rows[name]), *(rows[f"{name}_{edge}"].astype(np.int64) for edge in _EDGES))
        for name in ("a", "b")
    ]
    del rows
    sentences = to_sentences(chosen, numbers)
    del chosen
    order, position = keep_order(sentences.document, rank(numbers))
    sentences = sentences.select(order)
    del order
    found = remove_passages(
        Corpus(range(len(numbers)), ChosenTexts(documents, numbers, budget.recent_text)),
        sentences,
        Regions(*sides),
        position,
        least=options.min_passage,
        similarity=options.passage_similarity,
        facts=options.facts,
    )
    writer = RemovalWriter(folder, "removed")
    table = np.array([one[:6] for one in found], np.int64).reshape(-1, 6).T
    writer.add(
        **dict(zip(("document", "start", "end"), (numbers[table[0]], *table[1:3]), strict=True)),
        **dict(zip(("kept", "kept_start", "kept_end"), (numbers[table[3]], *table[4:]), strict=True)),
        score=[one.similarity for one in found],
    )
    return writer.close()


def _both_sides(regions: Array) -> Array:
    """Return the places of both sides of regions, by document."""
    out = np.empty(2 * len(regions), SPAN)
    for side, own in zip(("a", "b"), np.split(out, 2), strict=True):
        own["document"] = regions[side]
        for edge in _EDGES:
            own[edge] = regions[f"{side}_{edge}"]
    return out[np.argsort(out["document"], kind="stable")]
