"""What a comparison is run with: every default resolved, so that a result can say how it came about."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dedupe.errors import InputError
from dedupe.lsh import UNITS, Bands, Shingle, Unit, check_probability, choose_bands

_log = logging.getLogger(__name__)

KeepRule: TypeAlias = Literal["first", "last", "longest", "shortest", "best"]
Keep: TypeAlias = KeepRule | str | Callable[[str], float] | Sequence[str] | Sequence[float]
"""A rule, the name of a column to maximise, a function of the text to maximise, sources by falling priority, or
a number for each document to maximise."""
KEEP_RULES: tuple[KeepRule, ...] = ("first", "last", "longest", "shortest", "best")
Facts: TypeAlias = Literal["ignore", "apart"]
FACTS: tuple[Facts, ...] = ("ignore", "apart")
Similarity: TypeAlias = Literal["jaccard", "containment"]
SIMILARITIES: tuple[Similarity, ...] = ("jaccard", "containment")
Linkage: TypeAlias = Literal["leader", "components"]
LINKAGES: tuple[Linkage, ...] = ("leader", "components")

# Measured defaults, (shingle, threshold) by unit: `benchmarks/README.md` shows the table.
DEFAULTS: dict[Unit, tuple[Shingle, float]] = {
    "document": (Shingle("char", 5), 0.85),
    "paragraph": (Shingle("char", 5), 0.9),
    "sentence": (Shingle("char", 5), 0.9),
}

# The default threshold of containment, for any unit.
CONTAINMENT = 0.8


@dataclass(frozen=True)
class Settings:
    """How units are compared."""

    unit: Unit
    shingle: Shingle
    threshold: float
    recall: float
    bands: Bands
    facts: Facts = "ignore"
    """whether near copies that differ in what may be a fact are duplicates"""
    similarity: Similarity = "jaccard"
    """what is asked of two units: how much they share of both, or of the one that is removed"""


def resolve(
    unit: Unit,
    threshold: float | None = None,
    recall: float = 0.99,
    shingle: str | Shingle | None = None,
    permutations: int | None = None,
    facts: Facts = "ignore",
    similarity: Similarity = "jaccard",
) -> Settings:
    """Fill in defaults and choose the bands."""
    if unit not in UNITS:
        raise InputError(f"unit={unit!r} is none of {', '.join(UNITS)}")
    if facts not in FACTS:
        raise InputError(f"facts={facts!r} is neither ignore nor apart")
    if similarity not in SIMILARITIES:
        raise InputError(f"similarity={similarity!r} is neither jaccard nor containment")
    if similarity == "containment" and facts == "apart":
        raise InputError("facts='apart' compares whole texts: it means nothing where one contains the other")
    default_shingle, default_threshold = DEFAULTS[unit]
    if similarity == "containment":
        default_threshold = CONTAINMENT
    chosen = Shingle.parse(shingle) if isinstance(shingle, str) else shingle or default_shingle
    limit = default_threshold if threshold is None else threshold
    check_probability("threshold", limit, high_open=False)
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
    return Settings(unit, chosen, limit, recall, bands, facts, similarity)
