"""Charts as SVG: no script, no style of their own, and a text for whoever cannot see them.

Widths are shares of the room that a chart is given and heights are pixels, so that labels keep their size.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import pairwise
from math import ceil, floor, log10
from typing import TypeAlias

from dedupe.report.model import Bar, Chart, Curve, Limit, Selection
from dedupe.text.display import visible

_ABOVE, _PLOT, _BELOW, _LABELS = 20, 140, 22, 50
_LOW = _ABOVE + _PLOT
Link: TypeAlias = Callable[[Selection | None], str]
"""attributes of a link to samples, or nothing where none fits"""


def bar_chart(chart: Chart, link: Link) -> str:
    """Bars, each of which leads to its samples."""
    most = max((value for bar in chart.bars for value in bar.values), default=0) or 1
    heights = _Heights(most, root=chart.root)
    wide = 100 / max(len(chart.bars), 1)
    drawn = "".join(_bar(bar, i, wide, chart, heights, link) for i, bar in enumerate(chart.bars))
    marks = heights.ticks(whole=not chart.percent)
    labels = [(heights.of(mark), _percent(mark, marks[1]) if chart.percent else f"{mark:,.0f}") for mark in marks]
    told = "; ".join(bar.tip for bar in chart.bars if any(bar.values)) or "nothing"
    return _framed(f"{chart.title}. {told}", labels, chart.ticks, drawn + _limit(chart.limit))


def curve_chart(curve: Curve) -> str:
    """A line of probabilities, with the threshold drawn in."""
    first, last = curve.points[0][0], curve.points[-1][0]
    places = [(100 * (x - first) / (last - first), _LOW - _PLOT * y) for x, y in curve.points]
    line = "".join(
        f'<line class="line" x1="{x:.2f}%" y1="{y:.1f}" x2="{next_x:.2f}%" y2="{next_y:.1f}"/>'
        for (x, y), (next_x, next_y) in pairwise(places)
    )
    dots = "".join(
        f'<circle class="dot" cx="{x:.2f}%" cy="{y:.1f}" r="7">'
        f"<title>a pair of similarity {similarity:.2f} is found with probability {found:.3f}</title></circle>"
        for (x, y), (similarity, found) in zip(places, curve.points, strict=True)
    )
    tenths = range(ceil(first * 10 - 1e-9), floor(last * 10 + 1e-9) + 1)
    ticks = tuple(((i / 10 - first) / (last - first), f"{i / 10:g}") for i in tenths)
    at = (curve.threshold - first) / (last - first)
    limit = _limit(Limit(at, f"threshold {curve.threshold:g}"))
    label = f"{curve.title}. " + ", ".join(f"{x:.2f}: {y:.2f}" for x, y in curve.points[::2])
    return _framed(label, [(0, "0"), (_PLOT / 2, "0.5"), (_PLOT, "1")], ticks, line + dots + limit)


class _Heights:
    """The scale of a chart."""

    def __init__(self, most: float, *, root: bool) -> None:
        self._most, self._root = most, root

    def of(self, value: float) -> float:
        """Return the height of a value; what there is can be seen."""
        share = value / self._most
        return max(_PLOT * (share**0.5 if self._root else share), 2.0 if value else 0.0)

    def ticks(self, *, whole: bool) -> list[float]:
        """Return round values from 0 up to the largest."""
        if self._root:
            marks = sorted({0.0, _round_down(self._most / 5), _round_down(self._most)})
            return [mark for mark in marks if mark >= 1 or not mark]
        step = _round_down(self._most / 2.5)
        if whole:
            step = max(step, 1.0)
        return [step * i for i in range(floor(self._most / step + 1e-9) + 1)]


def _round_down(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50 … that is not above a value."""
    power = 10.0 ** floor(log10(value) + 1e-9)
    return next(power * digit for digit in (5, 2, 1) if power * digit <= value * (1 + 1e-9))


def _percent(value: float, step: float) -> str:
    places = max(0, -floor(log10(step * 100) + 1e-9)) if value else 0
    return f"{100 * value:.{places}f} %"


def _bar(bar: Bar, place: int, wide: float, chart: Chart, heights: _Heights, link: Link) -> str:
    count = 1 if chart.layered else len(bar.values)
    each = 0.84 * wide / count
    rects = "".join(
        f'<rect class="{_kind(i, chart)}" x="{place * wide + 0.08 * wide + (i % count) * each:.2f}%" '
        f'y="{_LOW - heights.of(value):.1f}" width="{each:.2f}%" height="{heights.of(value):.1f}"/>'
        for i, value in enumerate(bar.values)
        if value
    )
    hit = f'<rect class="hit" x="{place * wide:.2f}%" y="{_ABOVE}" width="{wide:.2f}%" height="{_PLOT}"/>'
    inside = f"<title>{escape(visible(bar.tip))}</title>{hit}{rects}"
    target = link(bar.samples)
    return f"<a {target}>{inside}</a>" if target else f"<g>{inside}</g>"


def _kind(series: int, chart: Chart) -> str:
    if series < len(chart.series) - 1:
        return "all"
    return "bar kept" if chart.neutral else "bar"


def _limit(limit: Limit | None) -> str:
    if limit is None:
        return ""
    anchor = "start" if limit.at < 0.2 else "end" if limit.at > 0.8 else "middle"
    x = f"{100 * limit.at:.2f}%"
    return (
        f'<line class="limit" x1="{x}" y1="{_ABOVE - 4}" x2="{x}" y2="{_LOW}"/>'
        f'<text class="limit-text" x="{x}" y="11" text-anchor="{anchor}">{escape(visible(limit.label))}</text>'
    )


def _framed(label: str, marks: list[tuple[float, str]], ticks: tuple[tuple[float, str], ...], inside: str) -> str:
    """A plot with its axes; `marks` are heights and labels at the left."""
    size = f'height="{_LOW + _BELOW}" xmlns="http://www.w3.org/2000/svg"'
    lines = "".join(
        f'<line class="{"grid" if high else "axis"}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        for high, y in ((high, _LOW - high) for high, _ in reversed(marks))
    )
    left = "".join(_text(f"{_LABELS - 8}", _LOW - high + 4, "end", text) for high, text in marks)
    below = "".join(_text(f"{100 * at:.2f}%", _LOW + 16, _anchor(at), text) for at, text in ticks)
    return (
        f'<div class="plot"><svg width="{_LABELS}" {size} aria-hidden="true">{left}</svg>'
        f'<svg class="wide" {size} role="group" aria-label="{escape(visible(label), quote=True)}">'
        f"{lines}{inside}{below}</svg></div>"
    )


def _anchor(at: float) -> str:
    return "start" if at < 0.01 else "end" if at > 0.99 else "middle"


def _text(x: str, y: float, anchor: str, text: str) -> str:
    return f'<text class="tick" x="{x}" y="{y:.1f}" text-anchor="{anchor}">{escape(visible(text))}</text>'
