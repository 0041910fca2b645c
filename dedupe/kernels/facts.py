"""Differences that the rule of facts sees in two texts, to explain its answer."""

from __future__ import annotations

from dedupe.kernels.reference.fact_text import fact_text
from dedupe.kernels.reference.fact_views import View
from dedupe.kernels.reference.facts import compared_views


def fact_views(a: str, b: str) -> tuple[View, View]:
    """The views by which two texts are compared word by word."""
    return compared_views(fact_text(a), fact_text(b))
