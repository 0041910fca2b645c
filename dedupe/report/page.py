"""A report as one HTML file: style and script inside, and a policy that lets nothing else run or load."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from dedupe.passages.compare import Part, compare_texts
from dedupe.report.charts import curve, histogram
from dedupe.report.model import Place, Report, Sample
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
    return environment.get_template("report.html").render(
        report=report,
        policy=policy,
        # Ours, and covered by the hashes.
        style=Markup(style),
        script=Markup(script),
        histograms=[(data, Markup(histogram(data))) for data in report.distributions],
        curves=[(data, Markup(curve(data))) for data in report.curves],
        samples=[_shown(sample) for sample in report.samples],
        stages=list(dict.fromkeys(sample.stage for sample in report.samples)),
        names=STAGES,
    )


def _shown(sample: Sample) -> dict[str, Any]:
    """A sample with its differing words marked."""
    place, kept = sample.place, sample.kept
    if kept is None:
        return {"sample": sample, "removed": _side(place, None), "kept": None}
    found = compare_texts(kept.text, place.text)
    return {"sample": sample, "removed": _side(place, found.b), "kept": _side(kept, found.a)}


def _side(place: Place, parts: tuple[Part, ...] | None) -> dict[str, Any]:
    own = parts if parts is not None else (Part(place.text, False),)
    return {"place": place, "parts": own}


def _read(name: str) -> str:
    return (files("dedupe.report") / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
