"""Answers of the stages of `clean`."""

from __future__ import annotations

from dataclasses import dataclass

from dedupe.cleaning.removals import Removals
from dedupe.store.bits import Bits
from dedupe.store.columns import Array, Column


@dataclass(frozen=True)
class Followed:
    """Removals whose kept copies stay."""

    rows: list[Column]
    """of `ROW`, of each stage of duplicates but the last"""


@dataclass(frozen=True)
class BoilerplateRemovals:
    """Removed boilerplate."""

    removals: Removals
    judged: Array
    """of how many paragraphs it is how likely"""


@dataclass(frozen=True)
class StageRemovals:
    """Removals of a stage."""

    removals: Removals
    documents: Bits
    """documents that are removed as a whole"""


@dataclass(frozen=True)
class FinalCuts:
    """The final cuts, and those that were withdrawn; both by document."""

    cuts: Column
    """of `SPAN`"""
    withdrawn: Column
    """of `SPAN`: what cannot be cut without gluing two words together"""
