"""Settings of a comparison: every default resolved, so that a result can say how it came about."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from dedupe.errors import OptionError
from dedupe.job import CONTAINMENT, THRESHOLDS, By, CompareOptions, DuplicateOptions, Facts, UnitName
from dedupe.lsh import Bands, Shingle, choose_bands
from dedupe.options import check

_log = logging.getLogger(__name__)

# The measured default, for any unit: `benchmarks/README.md` shows the table.
SHINGLE = Shingle("char", 5)


@dataclass(frozen=True)
class Settings:
    """Settings of a comparison of units."""

    unit: UnitName
    shingle: Shingle
    threshold: float
    recall: float
    bands: Bands
    facts: Facts = "ignore"
    """whether near copies that differ in what may be a fact are duplicates"""
    by: By = "jaccard"
    """what is asked of two units: how much they share of both, or of the one that is removed"""


def resolve(
    unit: UnitName,
    threshold: float | None = None,
    recall: float = CompareOptions.recall,
    shingle: str | Shingle | None = None,
    permutations: int | None = None,
    facts: Facts = "ignore",
    by: By = "jaccard",
) -> Settings:
    """Fill in defaults and choose the bands."""
    asked = {"unit": unit, "threshold": threshold, "recall": recall, "permutations": permutations}
    check(DuplicateOptions, **asked, facts=facts, by=by)
    if by == "containment" and facts == "apart":
        raise OptionError("facts='apart' compares whole texts: it means nothing where one contains the other")
    chosen = SHINGLE if shingle is None else Shingle.parse(shingle)
    default = CONTAINMENT if by == "containment" else THRESHOLDS[unit]
    limit = default if threshold is None else threshold
    bands = choose_bands(limit, recall, unit=unit, shingle=chosen, permutations=permutations)
    if permutations is not None and bands.recall(limit) < recall:
        _log.warning(
            "%d permutations find a pair at similarity %s with probability %.3f, not %s as asked for: "
            "give more of them, or leave permutations out",
            permutations,
            limit,
            bands.recall(limit),
            recall,
        )
    return Settings(unit, chosen, limit, recall, bands, facts, by)
