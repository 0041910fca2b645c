"""Charts as SVG: no script, no style of their own, and a text for whoever cannot see them."""

from __future__ import annotations

from html import escape

from dedupe.report.model import Curve, Distribution
from dedupe.text.display import visible

_WIDTH, _HEIGHT, _LEFT, _BELOW, _ABOVE = 520, 198, 44, 34, 26


def histogram(data: Distribution) -> str:
    """Bars over the steps of 0 to 1, with the threshold drawn in; heights by the square root, so that few show."""
    most = max((*data.counts, *data.of), default=0)
    count = len(data.counts)
    wide = (_WIDTH - _LEFT) / count
    plot = _HEIGHT - _BELOW - _ABOVE
    bars = []
    for kind, values in (("all", data.of), ("bar", data.counts)):
        for i, value in enumerate(values):
            high = plot * (value / most) ** 0.5 if most else 0
            bars.append(
                f'<rect class="{kind}" x="{_LEFT + i * wide + 1:.1f}" y="{_ABOVE + plot - high:.1f}" '
                f'width="{max(wide - 2, 1):.1f}" height="{high:.1f}">'
                f"<title>{i / count:.2f} to {(i + 1) / count:.2f}: {_counted(data, i)}</title></rect>"
            )
    shown = ", ".join(
        f"{i / count:.2f}: {_counted(data, i)}" for i in range(count) if data.counts[i] or (data.of and data.of[i])
    )
    label = f"{data.title}. {shown or 'nothing'}"
    return _svg(label, "".join(bars) + _axis(f"{most:,}") + _threshold(data.threshold))


def _counted(data: Distribution, step: int) -> str:
    goes = f"{data.counts[step]:,}"
    return f"{goes} of {data.of[step]:,} go" if data.of else goes


def curve(data: Curve) -> str:
    """A line of probabilities, with the threshold drawn in."""
    plot = _HEIGHT - _BELOW - _ABOVE
    points = " ".join(f"{_LEFT + x * (_WIDTH - _LEFT):.1f},{_ABOVE + (1 - y) * plot:.1f}" for x, y in data.points)
    line = f'<polyline class="line" points="{points}"/>'
    dots = "".join(
        f'<circle class="dot" cx="{_LEFT + x * (_WIDTH - _LEFT):.1f}" cy="{_ABOVE + (1 - y) * plot:.1f}" r="7">'
        f"<title>a pair of similarity {x:.2f} is found with probability {y:.3f}</title></circle>"
        for x, y in data.points
    )
    label = f"{data.title}. " + ", ".join(f"{x:.2f}: {y:.2f}" for x, y in data.points[::2])
    return _svg(label, line + dots + _axis("1") + _threshold(data.threshold))


def _axis(top: str) -> str:
    low = _HEIGHT - _BELOW
    places = ((0, "start"), (0.2, "middle"), (0.4, "middle"), (0.6, "middle"), (0.8, "middle"), (1, "end"))
    ticks = "".join(_tick(_LEFT + x * (_WIDTH - _LEFT), low + 16, anchor, f"{x:g}") for x, anchor in places)
    return (
        f'<line class="axis" x1="{_LEFT}" y1="{low}" x2="{_WIDTH}" y2="{low}"/>{ticks}'
        f"{_tick(_LEFT - 6, _ABOVE + 4, 'end', top)}{_tick(_LEFT - 6, low, 'end', '0')}"
    )


def _tick(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _threshold(at: float | None) -> str:
    if at is None:
        return ""
    x = _LEFT + at * (_WIDTH - _LEFT)
    anchor, shift = ("end", -5) if at > 0.5 else ("start", 5)
    return (
        f'<line class="limit" x1="{x:.1f}" y1="6" x2="{x:.1f}" y2="{_HEIGHT - _BELOW}"/>'
        f'<text class="limit-text" x="{x + shift:.1f}" y="14" text-anchor="{anchor}">'
        f"threshold {at:g}</text>"
    )


def _svg(label: str, inside: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(visible(label), quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    )
