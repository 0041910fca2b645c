"""Charts show what is counted: removed shares by threshold, scores, lengths; every bar leads to its samples."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.lsh import Bands
from dedupe.report.charts import bar_chart, curve_chart
from dedupe.report.model import Place, Sample, Selection
from dedupe.report.plots import (
    STEPS,
    group_chart,
    length_chart,
    octave_counts,
    quality_chart,
    recall_curve,
    score_chart,
    step_of,
    threshold_chart,
)

scores = st.lists(st.integers(0, 1_000_000).map(lambda n: n / 1_000_000), max_size=40)


def counts_of(values: list[float]) -> list[int]:
    counts = [0] * (STEPS + 1)
    for value in values:
        counts[step_of(value)] += 1
    return counts


def test_a_score_is_at_its_own_step() -> None:
    for step in range(STEPS + 1):
        assert step_of(step / STEPS) == step
        assert step == 0 or step_of(round(step / STEPS - 1e-6, 6)) == step - 1


@given(scores, st.integers(0, STEPS))
def test_the_share_at_each_threshold_is_what_reaches_it(values: list[float], step: int) -> None:
    chart = threshold_chart("t", counts_of(values), 50, step / STEPS, "duplicates", "removed", "")
    for bar in chart.bars:
        assert bar.samples is not None
        assert bar.values == (sum(value >= bar.samples.low for value in values) / 50,)
    shares = [bar.values[0] for bar in chart.bars]
    assert shares == sorted(shares, reverse=True)
    assert chart.bars[0].samples == Selection("duplicates", step / STEPS)
    assert ("below the threshold" in chart.note) == any(value < step / STEPS for value in values)


@given(scores.filter(bool), st.none() | st.integers(0, STEPS).map(lambda step: step / STEPS))
def test_every_score_is_in_one_bar_that_selects_its_own(values: list[float], threshold: float | None) -> None:
    chart = score_chart("s", counts_of(values), threshold, "passages")
    assert sum(bar.values[0] for bar in chart.bars) == len(values)
    place = Place("a", 0, 1, "", "x", "")
    for bar in chart.bars:
        if bar.samples:
            fits = [value for value in values if bar.samples.fits(Sample("passages", "", value, place))]
            assert len(fits) == bar.values[0]
    # The axis begins where the data do, give or take a bar.
    lowest = min([*values, *([] if threshold is None else [threshold])])
    assert float(chart.bars[0].tip.split(" to ")[0]) == pytest.approx(min(lowest, 0.99), abs=0.02)


def test_lengths_and_sizes_are_counted_by_octaves() -> None:
    chart = length_chart([0, 0, 0, 4, 2], [0, 0, 1, 5])
    assert [bar.values for bar in chart.bars] == [(0, 1), (4, 5), (2, 0)]
    assert chart.bars[1].tip == "4–7 characters: 4 documents before, 5 after"
    place = Place("a", 0, 1, "", "x", "")
    found = chart.bars[1].samples
    assert found and [n for n in range(12) if found.fits(Sample("crumbs", "", 0, place, length=n))] == [4, 5, 6, 7]
    assert [label for _, label in chart.ticks] == ["2", "4", "8", "16"]
    assert octave_counts({1: 5, 2: 1, 3: 1, 9: 2}) == [0, 5, 2, 0, 2]
    assert [bar.tip for bar in group_chart("g", [0, 5, 2], "copies").bars] == ["1 copies: 5", "2–3 copies: 2"]


def test_quality_is_told_before_and_after() -> None:
    before, after = [0] * 50, [0] * 50
    before[0], before[24], before[25], after[49] = 1, 2, 3, 4
    chart = quality_chart(before, after, 2000)
    assert [bar.values for bar in chart.bars] == [(1, 0), *[(0, 0)] * 3, (2, 0), (3, 0), *[(0, 0)] * 3, (0, 4)]
    assert chart.bars[4].tip == "0.4 to 0.5: 2 documents before, 0 after"
    assert "Sample of 6 documents, by their first 2,000 characters." in chart.note
    assert "Score 0.5 or more: 50.0 % before, 100.0 % after." in chart.note
    assert [label for _, label in chart.ticks] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]


@pytest.mark.parametrize("root", [True, False])
@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=12))
def test_heights_follow_values_and_fit(root: bool, values: list[int]) -> None:
    chart = group_chart("g", [0, *values], "copies")._replace(root=root)
    drawn = bar_chart(chart, lambda selection: "")
    heights = [float(high) for high in re.findall(r'class="bar kept"[^>]*height="([\d.]+)"', drawn)]
    assert len(heights) == sum(map(bool, values))
    assert all(2 <= high <= 140 for high in heights)
    pairs = sorted(zip([value for value in values if value], heights, strict=True))
    assert [high for _, high in pairs] == sorted(heights)
    # Labels of the axis are inside, and each stands once.
    marks = re.findall(r'x="42" y="([\d.]+)" text-anchor="end">([\d,]+)<', drawn)
    assert marks and all(20 <= float(y) <= 165 for y, _ in marks)
    assert len({label for _, label in marks}) == len(marks)


def test_a_bar_is_a_link_where_samples_fit() -> None:
    chart = score_chart("s", counts_of([0.9, 0.95]), 0.9, "passages")
    drawn = bar_chart(chart, lambda selection: 'href="#s1" data-samples="1"' if selection else "")
    assert drawn.count("<a ") == 2
    assert drawn.count("<g>") == len(chart.bars) - 2


def test_the_curve_begins_where_pairs_are_found() -> None:
    curve = recall_curve("documents", Bands(15, 8), 0.85)
    assert 0 < curve.points[0][0] < 0.5
    assert curve.points[0][1] < 0.002
    assert "threshold 0.85" in curve_chart(curve)
