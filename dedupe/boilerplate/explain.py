"""Why a text is scored as it is: the words that carry the score, as spans, and a reason in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from dedupe.boilerplate.categories import MEANINGS
from dedupe.boilerplate.model import BoilerplateModel
from dedupe.kernels.records import FIXED_POINT
from dedupe.text.encode import TextBatch

_MOST_SPANS = 4
# Of the weightiest span; what has less says little.
_LEAST_SHARE = 0.25
_LONGEST = 400

Run = tuple[int, int, int]
"""a stretch of words, in code points, and what it adds to the score in fixed point"""


class Evidence(NamedTuple):
    """A stretch of a document that speaks for boilerplate."""

    start: int
    end: int
    weight: float
    """what it adds to the log-odds"""
    text: str


class Explanation(NamedTuple):
    """Why a unit is scored as it is."""

    category: str | None
    evidence: tuple[Evidence, ...]
    """the weightiest first"""
    reason: str
    """for a person"""


def explain_texts(
    batch: TextBatch,
    model: BoilerplateModel,
    categories: Sequence[str | None],
    offsets: Sequence[int],
    on_source: Sequence[int],
) -> list[Explanation]:
    """Explain the scores of texts.

    Parameters
    ----------
    batch : TextBatch
        The texts.
    model : BoilerplateModel
        What scored them.
    categories : sequence of str or None
        The kind of boilerplate that each is.
    offsets : sequence of int
        Where each begins in its document, in code points.
    on_source : sequence of int
        On how many other pages of its source each stands.
    """
    rows = zip(_best_runs(batch, model), categories, offsets, on_source, strict=True)
    return [_explain(batch.text(i), *row) for i, row in enumerate(rows)]


def _explain(text: str, runs: list[Run], category: str | None, offset: int, on_source: int) -> Explanation:
    unit = 1 << FIXED_POINT
    spans = tuple(
        Evidence(start + offset, end + offset, weight / unit, text[start:end]) for start, end, weight in runs
    )
    words = ", ".join(f"“{span.text}”" for span in spans)
    if category is None:
        reason = "more like content"
    elif words:
        reason = f"reads like {MEANINGS[category]}: {words}"
    else:
        reason = f"looks like {MEANINGS[category]}"
    if on_source:
        pages = "page" if on_source == 1 else "pages"
        reason += f"; also on {on_source} other {pages} of its source"
    return Explanation(category, spans, reason)


def _best_runs(batch: TextBatch, model: BoilerplateModel) -> Iterator[list[Run]]:
    """Yield the stretches of words that add most to the score of each text."""
    offsets, first, last, weights = model.linear.evidence(batch, _LONGEST)
    base = model.base
    while base is not None:
        weights = weights + base.linear.evidence(batch, _LONGEST)[3]
        base = base.base
    words = list(zip(first.tolist(), last.tolist(), weights.tolist(), strict=True))
    for start, end in pairwise(offsets.tolist()):
        yield _best(words[start:end])


def _best(words: list[Run]) -> list[Run]:
    """Return the runs of words that speak for boilerplate, the weightiest first."""
    runs: list[Run] = []
    open_run = False
    for start, end, weight in words:
        if weight <= 0:
            open_run = False
        elif open_run:
            first, _, total = runs[-1]
            runs[-1] = (first, end, total + weight)
        else:
            runs.append((start, end, weight))
            open_run = True
    runs.sort(key=lambda run: (-run[2], run[0]))
    return [run for run in runs[:_MOST_SPANS] if run[2] >= _LEAST_SHARE * runs[0][2]]
