"""Charts that people choose by: scores, the removed share at each threshold, lengths, sizes of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

from dedupe.cleaning import SCORE_STEPS
from dedupe.lsh import Bands
from dedupe.report.model import Bar, Chart, Curve, Limit, Selection

STEPS = 100
"""steps from 0 to 1 in which scores are counted"""
_MOST_BARS, _LABELS = 60, 5
_QUALITY_BARS = 10


def step_of(score: float) -> int:
    """Return the step of a score; 1 has a step of its own."""
    # Scores have six digits: what is a hair too low is meant to be the number itself.
    return min(int(score * STEPS + 1e-7), STEPS)


def threshold_chart(
    title: str, weights: Sequence[float], total: float, threshold: float, stage: str, counted: str, note: str
) -> Chart:
    """Return the share that reaches each threshold, from the one of the run on.

    Parameters
    ----------
    title, note : str
    weights : sequence of float
        By step of score, what is counted.
    total : float
        All there is.
    threshold : float
        The threshold of the run.
    stage : str
        The stage whose samples the bars lead to.
    counted : str
        The words behind a share, as "of the text removed".
    """
    first = floor(threshold * STEPS + 1e-7) + 1
    at = [threshold, *(step / STEPS for step in range(first, STEPS + 1))]
    at = at[:: -(-len(at) // _MOST_BARS)]
    sums = [sum(weights[step_of(limit) :]) for limit in at]
    bars = tuple(
        Bar(
            (value / max(total, 1),),
            f"threshold {limit:g}: {_share(value, total)} {counted}",
            Selection(stage, limit),
        )
        for limit, value in zip(at, sums, strict=True)
    )
    below = sum(weights[: step_of(threshold)])
    if below:
        note += f" Spans that were cut later can score below the threshold: {_share(below, total)} more."
    return Chart(title, bars, _round_ticks(at, 0.5), "threshold", note=note, percent=True)


def _share(value: float, total: float) -> str:
    share = 100 * value / max(total, 1)
    return f"{share:.1f} %" if share >= 0.05 or not share else "under 0.1 %"


def score_chart(
    title: str,
    counts: Sequence[int],
    threshold: float | None,
    stage: str,
    note: str = "",
    judged: Sequence[int] = (),
    axis: str = "similarity",
) -> Chart:
    """Return how many removals have which score, from the lowest on; `judged` are all that were looked at."""
    count = len(counts) - (len(counts) % 2)
    counts = [*counts[: count - 1], sum(counts[count - 1 :])]
    used = [i for i, value in enumerate(counts) if value or (judged and judged[i])]
    bounds = [*used, *([] if threshold is None else [floor(threshold * count + 1e-7)])]
    first, last = min(bounds, default=0), (count if threshold is not None else max(bounds, default=0) + 1)
    if not judged and last - first > SCORE_STEPS:
        # So many bars of a hundredth are too thin to be hit.
        return score_chart(title, _halved(counts), threshold, stage, note, (), axis)
    series = ("all", "removed") if judged else ("",)
    bars = []
    for i in range(first, last):
        values = (judged[i], counts[i]) if judged else (counts[i],)
        number = f"{counts[i]:,} of {judged[i]:,} removed" if judged else f"{counts[i]:,}"
        high = (i + 1) / count if i + 1 < count else None
        tip = f"{i / count:.2f} to {(i + 1) / count:.2f}: {number}"
        bars.append(Bar(values, tip, Selection(stage, i / count, high) if counts[i] else None))
    edges = [(i / count) for i in range(first, last + 1)]
    limit = None
    if threshold is not None:
        limit = Limit((threshold * count - first) / (last - first), f"threshold {threshold:g}")
    return Chart(title, tuple(bars), _round_ticks(edges, 0), axis, series, limit, note, root=True, layered=True)


def _halved(counts: Sequence[int]) -> list[int]:
    return [sum(counts[i : i + 2]) for i in range(0, len(counts), 2)]


def length_chart(before: Sequence[int], after: Sequence[int]) -> Chart:
    """Return how many documents have which length, before and after; bars lead to those of that length before."""
    last = max(len(before), len(after))
    rows = [[*counts, *[0] * (last - len(counts))] for counts in (before, after)]
    first = next((i for i in range(last) if rows[0][i] or rows[1][i]), 0)
    bars = tuple(
        Bar(
            (rows[0][i], rows[1][i]),
            f"{_octave(i)} characters: {rows[0][i]:,} documents before, {rows[1][i]:,} after",
            Selection(octave=i),
        )
        for i in range(first, last)
    )
    edges = [f"{_lowest(i):,}" for i in range(first, last + 1)]
    return Chart(
        "Lengths of documents",
        bars,
        _edges(edges),
        "characters (each bar is twice as long)",
        ("before", "after"),
        neutral=True,
    )


def quality_chart(before: Sequence[int], after: Sequence[int], looked_at: int) -> Chart:
    """Return how many documents have which score of quality, before and after, by so many characters of each."""
    width = SCORE_STEPS // _QUALITY_BARS
    rows = [[sum(counts[i : i + width]) for i in range(0, SCORE_STEPS, width)] for counts in (before, after)]
    bars = tuple(
        Bar(
            values,
            f"{i / _QUALITY_BARS:.1f} to {(i + 1) / _QUALITY_BARS:.1f}: {values[0]:,} documents before, "
            f"{values[1]:,} after",
        )
        for i, values in enumerate(zip(*rows, strict=True))
    )
    good = [_share(sum(own[_QUALITY_BARS // 2 :]), sum(own)) for own in rows]
    return Chart(
        "Quality of documents",
        bars,
        _edges([f"{i / _QUALITY_BARS:g}" for i in range(_QUALITY_BARS + 1)]),
        "quality (1: nothing found against it)",
        ("before", "after"),
        note=f"Sample of {sum(before):,} documents, by their first {looked_at:,} characters. Score 0.5 or more: "
        f"{good[0]} before, {good[1]} after.",
        neutral=True,
    )


def group_chart(title: str, counts: Sequence[int], counted: str) -> Chart:
    """Return how many groups have how many removals, or whatever is counted."""
    used = range(1, len(counts))
    bars = tuple(Bar((counts[i],), f"{_octave(i)} {counted}: {counts[i]:,}") for i in used)
    labels = [_octave(i) if i < 3 else f"{_lowest(i):,}+" for i in used]
    return Chart(title, bars, _middles(labels), counted, root=True, neutral=True)


def octave_counts(sizes: Mapping[int, int]) -> list[int]:
    """Count sizes of 0, of 1, of 2 and 3, of 4 to 7, and so on; given is how often there is each."""
    counts = [0] * (max(sizes, default=0).bit_length() + 1)
    for size, times in sizes.items():
        counts[size.bit_length()] += times
    return counts


def _lowest(octave: int) -> int:
    return 1 << (octave - 1) if octave else 0


def _octave(octave: int) -> str:
    low, high = _lowest(octave), (1 << octave) - 1
    return f"{low:,}" if high <= low else f"{low:,}–{high:,}"


def _round_ticks(values: Sequence[float], shift: float) -> tuple[tuple[float, str], ...]:
    """Labels of round values, of which each stands so much of a bar behind its number."""
    spread, steps = values[-1] - values[0], (0.01, 0.02, 0.05, 0.1, 0.2)
    step = next((step for step in steps if spread / step < _LABELS + 0.01), steps[-1])
    count = len(values) - 1 + 2 * shift
    chosen = [(i, value) for i, value in enumerate(values) if abs(value / step - round(value / step)) < 1e-6]
    return tuple(((i + shift) / count, f"{value:g}") for i, value in chosen)


def _middles(labels: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """Labels below the middles of bars, as many as have room."""
    step = -(-len(labels) // (_LABELS + 1))
    return tuple(((i + 0.5) / len(labels), label) for i, label in enumerate(labels) if i % step == 0)


def _edges(labels: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """Labels below the edges of bars, the first and the last among them where that goes."""
    spaces = len(labels) - 1
    step = next((step for step in range(-(-spaces // _LABELS), spaces) if spaces % step == 0), None)
    step = step or max(-(-spaces // _LABELS), 1)
    return tuple((i / max(spaces, 1), label) for i, label in enumerate(labels) if i % step == 0)


def recall_curve(units: str, bands: Bands, threshold: float) -> Curve:
    """Return how surely pairs are found."""
    points = [(i / 40, bands.recall(i / 40)) for i in range(41)]
    # From where the line leaves the ground.
    first = max(sum(found < 0.002 for _, found in points) - 1, 0) // 4 * 4
    note = (
        f"{bands.bands} bands of {bands.rows} rows. A pair at the threshold is compared with probability "
        f"{bands.recall(threshold):.3f}. Every comparison is exact."
    )
    return Curve(f"Probability that a pair of {units} is found", tuple(points[first:]), threshold, note)
