"""Decisions of cleaning: a span that is removed, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from dedupe.documents import Id, Unit
from dedupe.job import Stage
from dedupe.text.display import as_percent

if TYPE_CHECKING:
    from dedupe.passages.similarity import Measure


class Decision(NamedTuple):
    """Remove `text[start:end]` of the document `id`, and why."""

    id: Id
    start: int
    end: int
    stage: Stage
    score: float
    """similarity to the kept copy, probability of boilerplate, quality, or the share of text that was left"""
    kept: Unit | None
    """where the copy stays, for duplicates"""
    kept_removed_by: Stage | None = None
    """the stage that later removed all or part of that copy"""
    why: str = ""
    """the kind of boilerplate and the words that show it, or the failed rules of quality"""
    measure: Measure | None = None
    """the unit in which the similarity of a passage counts"""

    @property
    def reason(self) -> str:
        """The decision in words."""
        return reason_of(self.stage, self.score, self.why, by_letters=self.measure == "letters")


def reason_of(stage: Stage, score: float, why: str, *, by_letters: bool) -> str:
    """Return a decision of a stage in words."""
    if stage == "quality":
        return f"quality {score:.2f}, fails {why}"
    if stage == "crumbs":
        return "crumbs"
    if stage == "boilerplate":
        return f"boilerplate with probability {score:.2f}: {why}"
    what = {"duplicates": "document", "paragraphs": "paragraph"}.get(stage, "passage")
    return f"{what} {as_percent(score)} equal to its kept copy{', by letters' if by_letters else ''}"


def count_stages(decisions: Iterable[Decision]) -> Counter[Stage]:
    """Count removals by stage; a removed document counts once, however many kept copies are listed for it."""
    counts: Counter[Stage] = Counter()
    document: Id = None
    for decision in decisions:
        is_more = decision.stage == "duplicates" and decision.start and decision.id == document
        counts[decision.stage] += not is_more
        document = decision.id
    return counts
