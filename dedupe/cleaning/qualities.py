"""Quality before and after, of a sample of the documents that is the same in every run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedupe.cleaning import SCORE_STEPS
from dedupe.cleaning.cuts import Cut, apply_cuts
from dedupe.columns import StringColumn
from dedupe.documents import Corpus
from dedupe.quality.score import quality_of

# Documents that are looked at, and how much of each: this takes 0.06 CPU seconds at most.
SAMPLED, LOOKED_AT = 120, 2_000


def count_qualities(
    texts: Sequence[str], cuts: Sequence[Sequence[Cut]], whole: Sequence[bool]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Count documents by their score of quality before and after, in steps from 0 to 1; empty without documents.

    Parameters
    ----------
    texts, cuts : sequences
        The documents that are looked at, and what is cut of each.
    whole : sequence of bool
        Whether a document is removed entirely: afterwards it does not count.

    Examples
    --------
    >>> song = "La la la la. " * 30 + "The river rose overnight."
    >>> before, after = count_qualities([song, "The river rose."], [[Cut(0, 390)], []], [False, True])
    >>> sum(before), sum(after), before.index(1) < after.index(1)
    (2, 1, True)
    """
    if not texts:
        return (), ()
    heads = [text[:LOOKED_AT] for text in texts]
    left = [
        apply_cuts(text, own)[:LOOKED_AT] if own else head
        for text, head, own in zip(texts, heads, cuts, strict=True)
    ]
    stay = [i for i, gone in enumerate(whole) if not gone]
    changed = [i for i in stay if left[i] != heads[i]]
    scores = _scores([*heads, *(left[i] for i in changed)])
    after = scores[: len(texts)].copy()
    after[changed] = scores[len(texts) :]
    return _steps(scores[: len(texts)]), _steps(after[stay])


def _scores(texts: Sequence[str]) -> np.ndarray:
    ids = range(len(texts))
    return quality_of(Corpus(ids, StringColumn(texts)), "auto", True, True, "auto", 1).score


def _steps(scores: np.ndarray) -> tuple[int, ...]:
    steps = np.minimum((scores * SCORE_STEPS).astype(np.int64), SCORE_STEPS - 1)
    return tuple(np.bincount(steps, minlength=SCORE_STEPS).tolist())
