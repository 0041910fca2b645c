"""Why a text is scored as it is: the words that carry the score, as spans, and a reason in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe.boilerplate.categories import MEANINGS
from dedupe.boilerplate.features import CHAR_NGRAM, FIXED_POINT, SCALE_BITS, char_buckets, read_stream, word_buckets
from dedupe.boilerplate.model import BoilerplateModel, Floats, Linear

_MOST_SPANS = 4
# Of the weightiest span; what has less says little.
_LEAST_SHARE = 0.25
_LONGEST = 400


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


def explain_text(
    text: str, model: BoilerplateModel, category: str | None, offset: int = 0, on_source: int = 0
) -> Explanation:
    """Explain the score of a text that begins at `offset` of its document."""
    found = _evidence(text, model)
    spans = tuple(Evidence(start + offset, end + offset, weight, text[start:end]) for start, end, weight in found)
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


def _evidence(text: str, model: BoilerplateModel) -> list[tuple[int, int, float]]:
    """The stretches of words that add most to the score, and how much each adds."""
    stream = read_stream(text[:_LONGEST])
    points = np.zeros(len(stream.points))
    words = np.zeros(len(stream.words))
    own: BoilerplateModel | None = model
    while own is not None:
        points += _point_weights(stream.points, own.linear)
        words += _word_weights(stream.words, own.linear)
        own = own.base
    # What stands between words goes to the word before, or to the first one.
    spans = stream.word_spans
    if not spans:
        return []
    places = np.array(stream.places)
    owner = np.maximum(np.searchsorted([start for start, _ in spans], places, side="right") - 1, 0)
    weights = (words + np.bincount(owner, points, len(spans))).tolist()
    return _best(spans, weights)


def _best(spans: list[tuple[int, int]], weights: list[float]) -> list[tuple[int, int, float]]:
    """Runs of words that speak for boilerplate, the weightiest first."""
    runs: list[tuple[int, int, float]] = []
    open_run = False
    for (start, end), weight in zip(spans, weights, strict=True):
        if weight <= 0:
            open_run = False
        elif open_run:
            first, _, sum_ = runs[-1]
            runs[-1] = (first, end, sum_ + weight)
        else:
            runs.append((start, end, weight))
            open_run = True
    runs.sort(key=lambda run: (-run[2], run[0]))
    return [run for run in runs[:_MOST_SPANS] if run[2] >= _LEAST_SHARE * runs[0][2]]


def _point_weights(points: list[int], linear: Linear) -> Floats:
    """What each character adds: the weights of the n-grams it is in, shared among their characters."""
    buckets = char_buckets(points)
    weights = linear.char_weights[buckets].astype(np.float64)
    out = np.zeros(len(points) + CHAR_NGRAM)
    at = 0
    for n in range(1, CHAR_NGRAM + 1):
        count = len(points) - n + 1
        if count < 1:
            break
        share = weights[at : at + count] / n
        for step in range(n):
            out[step : step + count] += share
        at += count
    return _scaled(out[: len(points)], linear.char_scale, len(buckets))


def _word_weights(words: list[list[int]], linear: Linear) -> Floats:
    """What each word adds: its own weight, and half of those of the pairs it is in."""
    buckets = word_buckets(words)
    weights = linear.word_weights[buckets].astype(np.float64)
    out = np.zeros(len(words))
    if len(words):
        out += np.append(weights[:1], weights[1::2])
        pairs = weights[2::2] / 2
        out[1:] += pairs
        out[:-1] += pairs
    return _scaled(out, linear.word_scale, len(buckets))


def _scaled(sums: Floats, scale: int, count: int) -> Floats:
    out: Floats = sums * scale / np.sqrt(max(count, 1)) / (1 << FIXED_POINT + SCALE_BITS)
    return out
