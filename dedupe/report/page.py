"""A report as one HTML file: style and script inside, and a policy that lets nothing else run or load."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from dedupe.files.summary import AROUND
from dedupe.passages.compare import Part, compare_texts
from dedupe.report.answers import page_data
from dedupe.report.charts import bar_chart, curve_chart
from dedupe.report.model import Place, Report, Sample, Selection
from dedupe.text.display import visible

# Names of stages as people read them.
STAGES = {
    "duplicates": "document",
    "paragraphs": "paragraph",
    "passages": "passage",
    "boilerplate": "boilerplate",
    "quality": "quality",
    "crumbs": "crumbs",
}
# Code points of equal text that are shown before and after a differing word.
_CONTEXT = 240
# Lines around a span that are shown.
_LINES = 4
_BLANK = re.compile(r"\s*\n\s*\n\s*")


class Piece(NamedTuple):
    """A stretch of a sample; `skipped` code points are left out after it."""

    text: str
    differs: bool
    skipped: int = 0


class Side(NamedTuple):
    """A place of a sample as it is shown."""

    place: Place
    before: str
    pieces: list[Piece]
    after: str


class ShownSample(NamedTuple):
    """A sample with its differing words marked."""

    sample: Sample
    removed: Side
    kept: Side | None
    exact: bool
    """whether no word differs, so that one side says it all"""


def render(report: Report) -> str:
    """The page.

    Raises
    ------
    ImportError
        Jinja2 is not installed.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
    from markupsafe import Markup

    style, script = (_read(name) for name in ("report.css", "report.js"))
    environment = Environment(
        loader=PackageLoader("dedupe.report", ""),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        # Whatever is put into the page, nothing in it steers the page.
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    shown = sorted(map(_shown, report.samples), key=lambda one: one.exact)
    samples = [one.sample for one in shown]
    links = _Links(samples)
    return environment.get_template("report.html").render(
        report=report,
        policy=policy,
        # Ours, and covered by the hashes.
        style=Markup(style),
        script=Markup(script),
        data=Markup(_data(report, samples)),
        link=lambda selection: Markup(links.link(selection)),
        chart=lambda chart: Markup(bar_chart(chart, links.link)),
        curve=lambda curve: Markup(curve_chart(curve)),
        kept_by=lambda name: Selection(kept=name),
        samples=shown,
        first_exact=next((i for i, one in enumerate(shown) if one.exact), None),
        stages=list(dict.fromkeys(sample.stage for sample in report.samples)),
        names=STAGES,
    )


class _Links:
    """Links to samples: a place in the page, and, for the script, the numbers of all that fit."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._samples: dict[str, list[tuple[int, Sample]]] = defaultdict(list)
        for number, sample in enumerate(samples, 1):
            self._samples[sample.stage].append((number, sample))
            self._samples[""].append((number, sample))

    def link(self, selection: Selection | None) -> str:
        """Return the attributes of a link, or nothing where no sample fits."""
        if selection is None:
            return ""
        numbers = [number for number, sample in self._samples[selection.stage] if selection.fits(sample)]
        return f'href="#s{numbers[0]}" data-samples="{" ".join(map(str, numbers))}"' if numbers else ""


def _data(report: Report, samples: Sequence[Sample]) -> str:
    """Return the data of the script, as JSON that cannot end its element."""
    if report.answers is None:
        return ""
    return json.dumps(page_data(report.answers, samples), separators=(",", ":")).replace("<", "\\u003c")


def _shown(sample: Sample) -> ShownSample:
    place, kept = sample.place, sample.kept
    if kept is None:
        return ShownSample(sample, _side(place, (Part(place.text, False),)), None, False)
    found = compare_texts(kept.text, place.text)
    exact = not any(part.differs for part in found.a + found.b) and place.longer == kept.longer
    return ShownSample(sample, _side(place, found.b), None if exact else _side(kept, found.a), exact)


def _side(place: Place, parts: tuple[Part, ...]) -> Side:
    # Without a copy beside it, all of a text is new to its reader.
    pieces = _pieces(parts) if len(parts) > 1 else [Piece(*part) for part in parts]
    before, after = (_BLANK.sub("\n", text) for text in (place.before, place.after))
    last, first = "\n".join(before.split("\n")[-_LINES:]), "\n".join(after.split("\n")[:_LINES])
    cut_before = "…" if place.before and (place.start > len(place.before) or last != before) else ""
    cut_after = "…" if len(place.after) >= AROUND or first != after else ""
    return Side(place, cut_before + last, pieces, first + cut_after)


def _pieces(parts: tuple[Part, ...]) -> list[Piece]:
    """Parts with the middle of long equal ones left out; the ends of a text have nothing to stand beside."""
    out = []
    for number, part in enumerate(parts):
        head = _CONTEXT if number else _CONTEXT // 2
        tail = _CONTEXT if number + 1 < len(parts) else _CONTEXT // 2
        skipped = len(part.text) - head - tail
        if part.differs or skipped < _CONTEXT:
            out.append(Piece(*part))
        else:
            out += [Piece(part.text[:head], False, skipped), Piece(part.text[len(part.text) - tail :], False)]
    return out


def _read(name: str) -> str:
    return (files("dedupe.report") / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
