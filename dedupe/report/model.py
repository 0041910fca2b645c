"""Contents of a report: plain data, whatever it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


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
    source: str | None = None
    length: int | None = None
    """code points of its document"""


class Selection(NamedTuple):
    """A choice of samples, to which a bar or a row of a table leads."""

    stage: str = ""
    low: float = 0.0
    """least score"""
    high: float | None = None
    """scores are below this"""
    source: str | None = None
    kept: str | None = None
    """the document with the kept copy"""
    octave: int | None = None
    """bits of the length of the document"""

    def fits(self, sample: Sample) -> bool:
        """Return whether a sample is among those chosen."""
        return (
            self.stage in ("", sample.stage)
            and self.low <= sample.score
            and (self.high is None or sample.score < self.high)
            and self.source in (None, sample.source)
            and (self.kept is None or (sample.kept is not None and sample.kept.id == self.kept))
            and (self.octave is None or (sample.length is not None and sample.length.bit_length() == self.octave))
        )


class Figure(NamedTuple):
    """A number at the top."""

    value: str
    label: str


class Share(NamedTuple):
    """Counts of a stage, a source, or a language."""

    name: str
    removed: float
    of: float
    note: str = ""
    samples: Selection | None = None

    @property
    def share(self) -> float:
        """The removed share."""
        return self.removed / self.of if self.of else 0.0


class Table(NamedTuple):
    """Shares of one kind."""

    title: str
    what: str
    """what a row is"""
    counted: str
    """what the numbers count"""
    rows: tuple[Share, ...]
    note: str = ""
    left: bool = False
    """whether the numbers before and after are shown, and not the removed number"""


class Look(NamedTuple):
    """A finding that a person should look at."""

    title: str
    detail: str
    samples: Selection | None = None
    anchor: str = ""
    """an element of the page that has more of it"""
    urgent: bool = False


class Bar(NamedTuple):
    """A bar of a chart, or one for each series."""

    values: tuple[float, ...]
    tip: str
    samples: Selection | None = None


class Limit(NamedTuple):
    """A threshold that is drawn into a chart, at a share of its width."""

    at: float
    label: str


class Chart(NamedTuple):
    """Bars side by side."""

    title: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    """labels below, at shares of the width"""
    axis: str
    """what the labels say"""
    series: tuple[str, ...] = ("",)
    limit: Limit | None = None
    note: str = ""
    percent: bool = False
    root: bool = False
    """whether heights are square roots, so that small counts can be seen"""
    neutral: bool = False
    """whether the bars stand for what is kept, or for both"""
    layered: bool = False
    """whether the second series is a part of the first, and lies upon it"""


class Curve(NamedTuple):
    """The probability that a pair is found, by its similarity."""

    title: str
    points: tuple[tuple[float, float], ...]
    threshold: float
    note: str


class Crowd(NamedTuple):
    """A document with many copies."""

    name: str
    times: int


class Plots(NamedTuple):
    """Charts of one question."""

    title: str
    charts: tuple[Chart, ...]


class Words(NamedTuple):
    """Labels of the two places of a sample, and of what a run did."""

    span: str = "removed"
    copy: str = "kept"
    samples: str = "Removed text"


_REMOVED = Words()


class Answers(NamedTuple):
    """The other values in a file of answers for `dedupe evaluate --answers`."""

    audit: str | None
    """the digest of the audit, where one was written"""
    sizes: Mapping[tuple[str, int], int]
    """removals by stage and level of score"""


@dataclass(frozen=True)
class Report:
    """A run, for somebody who was not there."""

    title: str
    lead: str
    figures: tuple[Figure, ...]
    about: tuple[tuple[str, str], ...] = ()
    """what ran on what, when, with which settings"""
    split: tuple[float, float] | None = None
    """characters kept, and removed"""
    looks: tuple[Look, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plots, ...] = ()
    curves: tuple[Curve, ...] = ()
    groups: tuple[Crowd, ...] = ()
    samples: tuple[Sample, ...] = ()
    sampled: str = ""
    """what the samples were drawn of"""
    quarantine: tuple[str, ...] = ()
    quarantined: int = 0
    parameters: tuple[tuple[str, str], ...] = ()
    words: Words = _REMOVED
    answers: Answers | None = None
