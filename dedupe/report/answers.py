"""Rows of a file of answers, which `dedupe evaluate` and the page of a report write alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist
from typing import Any

from dedupe.intervals import CONFIDENCE
from dedupe.report.model import Answers, Place, Sample
from dedupe.sampling import level_of

FORMAT = "dedupe-answers-1"


def draw_row(audit: str | None, sizes: Iterable[tuple[str, int, int]]) -> dict[str, Any]:
    """Return the first row: the audit, and how many removals there are of each stage and level of score."""
    strata = [{"stage": stage, "level": level, "removals": size} for stage, level, size in sizes]
    return {"type": "draw", "format": FORMAT, "audit_sha256": audit, "strata": strata}


def removal_row(
    stage: str, level: int, score: float, reason: str, place: Place, kept: Place | None, more: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the row of a removal that was drawn, but for its answer."""
    row = {"stage": stage, "level": level, "score": score, "reason": reason}
    return {"type": "removal", **more, **row, "place": place._asdict(), "kept": kept and kept._asdict()}


def page_data(answers: Answers, samples: Sequence[Sample]) -> dict[str, Any]:
    """Return what a page needs to count answers and to write them."""
    sizes = ((*stratum, size) for stratum, size in answers.sizes.items())
    return {
        "head": draw_row(answers.audit, sizes),
        "rows": [
            removal_row(one.stage, level_of(one.score), one.score, one.reason, one.place, one.kept, {})
            for one in samples
        ],
        "z": NormalDist().inv_cdf((1 + CONFIDENCE) / 2),
    }
