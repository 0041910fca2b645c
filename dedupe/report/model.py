"""Contents of a report: plain data, whatever it was made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Figure(NamedTuple):
    """A number that stands at the top."""

    value: str
    label: str


class Share(NamedTuple):
    """Removal counts of a stage, a source, or a language."""

    name: str
    removed: float
    of: float
    note: str = ""

    @property
    def share(self) -> float:
        """The part that goes."""
        return self.removed / self.of if self.of else 0.0


class Table(NamedTuple):
    """Shares of one kind."""

    title: str
    what: str
    """what the numbers count"""
    rows: tuple[Share, ...]
    note: str = ""


class Distribution(NamedTuple):
    """A histogram of values from 0 to 1."""

    title: str
    counts: tuple[int, ...]
    threshold: float | None
    note: str = ""
    of: tuple[int, ...] = ()
    """how often all of them do, those that stay too, where that is known"""


class Curve(NamedTuple):
    """The probability that a pair is found, by its similarity."""

    title: str
    points: tuple[tuple[float, float], ...]
    threshold: float
    note: str


class Place(NamedTuple):
    """A span with a little of what stands around it."""

    id: str
    start: int
    end: int
    before: str
    text: str
    after: str
    longer: int = 0
    """code points of the span that are not shown"""


@dataclass(frozen=True)
class Sample:
    """A removal, or a pair that was found, for a person to judge."""

    stage: str
    reason: str
    score: float
    place: Place
    kept: Place | None = None
    note: str = ""


class Crowd(NamedTuple):
    """A document whose copies are many."""

    name: str
    times: int


@dataclass(frozen=True)
class Report:
    """A run, for somebody who was not there."""

    title: str
    lead: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    curves: tuple[Curve, ...] = ()
    groups: tuple[Crowd, ...] = ()
    samples: tuple[Sample, ...] = ()
    sampled: str = ""
    """what the samples were drawn of"""
    warnings: tuple[str, ...] = ()
    quarantine: tuple[str, ...] = ()
    quarantined: int = 0
    parameters: tuple[tuple[str, str], ...] = field(default=())
