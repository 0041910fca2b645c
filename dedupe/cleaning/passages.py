"""The passage stage: what stands in a copy that stays is removed, sentence by sentence.

Exact copies of runs of sentences are decided first, then near copies, in keep order. Each removal names a kept copy
that no removal touches; what is decided of a document depends on documents before it alone.
"""

from __future__ import annotations

import numpy as np

from dedupe import kernels
from dedupe.cleaning.choice import Choice, Removed
from dedupe.cleaning.edges import Edges
from dedupe.cleaning.near import NearCopies
from dedupe.cleaning.pairs import same_letters
from dedupe.cleaning.policy import cut_windows, first_places, point_sentences
from dedupe.cleaning.regions import Regions
from dedupe.cleaning.sentences import Sentences
from dedupe.columns import runs
from dedupe.documents import Corpus
from dedupe.job import Facts
from dedupe.text.encode import Offsets


def remove_passages(
    corpus: Corpus,
    sentences: Sentences,
    regions: Regions,
    position: Offsets,
    *,
    least: int,
    similarity: float,
    facts: Facts,
) -> list[Removed]:
    """Decide which passages are removed.

    Parameters
    ----------
    corpus : Corpus
        All documents.
    sentences : Sentences
        The sentences that are left of the documents, in keep order.
    regions : Regions
        Pairs of places that share much, in any order.
    position : int64 array
        The place of each document in keep order.
    least : int
        Letters of the shortest passage.
    similarity : float
        Least similarity of what is cut to its kept copy.
    facts : {"apart", "ignore"}
        With "apart", possible facts must agree.

    Returns
    -------
    list of Removed
        By document and place.
    """
    pointer = _exact_copies(corpus, sentences, least, facts)
    edges = Edges(sentences, position)
    near = NearCopies(corpus, edges, least, similarity, facts)
    choice = Choice(corpus, edges, pointer, least)
    chosen = regions.in_keep_order(position)
    low, high = edges.find(chosen.copy)
    waiting = np.concatenate(([0], np.cumsum((pointer < 0) & (sentences.weight > 0))))
    chosen = chosen.select(waiting[low] < waiting[np.maximum(high, low)])
    for run in near.runs(chosen):
        choice.take(run)
    return sorted(choice.finish(similarity), key=lambda one: one[:3])


def _exact_copies(corpus: Corpus, sentences: Sentences, least: int, facts: Facts) -> Offsets:
    """Return for each sentence that is removed as an exact copy the one that it copies, -1 for others."""
    windows = cut_windows(sentences.run, sentences.weight, sentences.key, least)
    later, first = first_places(windows, sentences.document)
    pointer = point_sentences(windows, later, first, len(sentences.document))
    own = np.flatnonzero(pointer >= 0)
    places = (sentences.document, sentences.start, sentences.end)
    for begin, end in runs(sentences.end[own] - sentences.start[own]):
        chosen = own[begin:end]
        left, right = (
            corpus.texts.slices(*(column[numbers] for column in places)) for numbers in (chosen, pointer[chosen])
        )
        # Equal keys are no proof, and letters say nothing of signs.
        equal = same_letters(left, right)
        if facts == "apart":
            equal &= kernels.same_fold(left, right, True) != 0
        pointer[chosen[~equal]] = -1
    return pointer
