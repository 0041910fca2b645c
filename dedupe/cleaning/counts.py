"""Counts and examples of removals, for brakes, summaries and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dedupe.cleaning.brakes import Removal
from dedupe.cleaning.decision import Decision
from dedupe.cleaning.languages import LanguageRemoval
from dedupe.documents import Id
from dedupe.job import Stage
from dedupe.text.encode import Offsets

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
    lengths: tuple[tuple[int, ...], tuple[int, ...]]
    """documents by length in code points before and after, as `count_octaves` counts"""
    qualities: tuple[tuple[int, ...], tuple[int, ...]]
    """some of the documents by quality before and after, in steps from 0 to 1"""
    group_sizes: tuple[int, ...]
    """kept documents by the number of removals that name them, as `count_octaves` counts"""


def count_octaves(values: Offsets) -> Offsets:
    """Count values of 0, of 1, of 2 and 3, of 4 to 7, and so on: 64 counts.

    Examples
    --------
    >>> count_octaves(np.array([0, 1, 2, 3, 4, 1000]))[:11].tolist()
    [1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 1]
    """
    return np.bincount(np.frexp(values.astype(np.float64))[1], minlength=64)


def trim_octaves(counts: Offsets) -> tuple[int, ...]:
    """Leave out the empty octaves at the end."""
    return tuple(np.trim_zeros(counts, "b").tolist())


def make_example(text: str, whole: bool, removed: int, decisions: Sequence[Decision]) -> Example:
    """A document as an example, with all its decisions, of which there is one at least."""
    first = tuple(decisions[:EXAMPLE_DECISIONS])
    return Example(first[0].id, text, whole, removed, first, len(decisions) - len(first))
