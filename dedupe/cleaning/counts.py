"""Counts and examples of removals, for brakes, summaries and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dedupe.cleaning.brakes import Removal
from dedupe.cleaning.decision import Decision
from dedupe.cleaning.languages import LanguageRemoval
from dedupe.documents import Id
from dedupe.job import Stage

# Documents of which something goes that a report holds, and decisions of each.
EXAMPLES, EXAMPLE_DECISIONS = 20, 8


class Example(NamedTuple):
    """A document of which something goes."""

    id: Id
    text: str
    whole: bool
    """whether all of it goes"""
    removed: int
    """how many of its characters go"""
    decisions: tuple[Decision, ...]
    """the first of its removals"""
    more: int
    """how many there are besides"""


class RemovalCounts(NamedTuple):
    """Counts and examples of the removals of a run."""

    removal: Removal
    touched: int
    """documents of which something goes"""
    stages: Mapping[Stage, int]
    """removals by stage"""
    examples: tuple[Example, ...]
    languages: tuple[LanguageRemoval, ...]
    """of some of the documents"""
    judged: tuple[int, ...]
    """of how many paragraphs boilerplate is how likely, in steps from 0 to 1, whether they go or stay"""


def make_example(text: str, whole: bool, removed: int, decisions: Sequence[Decision]) -> Example:
    """A document as an example, with all its decisions, of which there is one at least."""
    first = tuple(decisions[:EXAMPLE_DECISIONS])
    return Example(first[0].id, text, whole, removed, first, len(decisions) - len(first))
