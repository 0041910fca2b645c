"""What `clean` is told: stages and limits. Nothing heavy is imported here, for the command line reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dedupe.boilerplate import REMOVE_BOILERPLATE
from dedupe.duplicates.settings import Facts, Keep
from dedupe.errors import InputError
from dedupe.lsh import check_length
from dedupe.quality.names import RuleSet, check_rule_set
from dedupe.segmentation import ParagraphMode

Stage: TypeAlias = Literal["duplicates", "paragraphs", "passages", "boilerplate", "quality", "crumbs"]
# What is removed unless something else is asked for; quality is judged only where a set of rules is named.
STAGES: tuple[Stage, ...] = ("duplicates", "paragraphs", "passages", "boilerplate")
ALL_STAGES: tuple[Stage, ...] = (*STAGES, "quality", "crumbs")
# Stages that remove whole documents.
WHOLE: tuple[Stage, ...] = ("duplicates", "quality", "crumbs")

# A repeated paragraph shorter than this is a heading, a bracket, a name: it says nothing about a copy.
MIN_PARAGRAPH = 60
# Passages are removed above stricter limits than they are reported at: parallel texts differ in a word.
MIN_PASSAGE = 100
PASSAGE_SIMILARITY = 0.9
# Letters below which what is left of a document is crumbs: a name, a date, a caption, and no sentence.
MIN_LEFT = 20
# Shares of the text, of everything and of one source, from which on a run stops: what false merges have wiped out
# elsewhere was 97 % and more.
MAX_REMOVAL = 0.9
MAX_SOURCE_REMOVAL = 0.95
# Steps from 0 to 1 in which scores are counted for people.
SCORE_STEPS = 50


@dataclass(frozen=True)
class CleanOptions:
    """What `clean` does; the defaults are the public ones."""

    remove: Sequence[Stage] = STAGES
    threshold: float | None = None
    recall: float = 0.99
    keep: Keep = "first"
    facts: Facts = "apart"
    boilerplate: float = REMOVE_BOILERPLATE
    context: bool = True
    quality: RuleSet | None = None
    min_paragraph: int = MIN_PARAGRAPH
    min_passage: int = MIN_PASSAGE
    passage_similarity: float = PASSAGE_SIMILARITY
    min_left: int = MIN_LEFT
    paragraphs: ParagraphMode = "auto"
    threads: int | None = None
    max_removal: float = MAX_REMOVAL
    """share of all text above which `clean_files` stops before it writes, of 20 documents and more"""
    max_source_removal: float = MAX_SOURCE_REMOVAL
    """the same for each source of 20 documents and more, where there are several"""

    def __post_init__(self) -> None:
        unknown = [stage for stage in self.remove if stage not in STAGES]
        if unknown or not self.remove:
            raise InputError(f"remove={list(self.remove)!r}: name one or more of {', '.join(STAGES)}")
        check_length("min_passage", self.min_passage)
        if self.min_left < 0:
            raise InputError(f"min_left={self.min_left} is below 0: it is a number of letters, and 0 for no limit")
        for name in ("max_removal", "max_source_removal"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name}={getattr(self, name)} is not between 0 and 1")
        if self.quality is not None:
            check_rule_set("quality", self.quality)

    @property
    def named(self) -> list[Stage]:
        """What is removed because somebody asks for it, in the order of the decisions."""
        judged: tuple[Stage, ...] = () if self.quality is None else ("quality",)
        return [*(stage for stage in STAGES if stage in self.remove), *judged]

    @property
    def stages(self) -> list[Stage]:
        """What is removed, in the order of the decisions."""
        crumbs: tuple[Stage, ...] = ("crumbs",) if self.min_left else ()
        return [*self.named, *crumbs]
