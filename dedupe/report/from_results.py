"""Reports on what `find_duplicates` and `find_passages` found, which remove nothing."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

import dedupe
from dedupe.documents import Id
from dedupe.duplicates.result import Group, Pair
from dedupe.duplicates.settings import Settings
from dedupe.files.summary import place_row
from dedupe.passages.result import Passage, Passages
from dedupe.report.model import (
    Crowd,
    Curve,
    Figure,
    Look,
    Place,
    Plots,
    Report,
    Sample,
    Selection,
    Share,
    Table,
    Words,
)
from dedupe.report.plots import (
    STEPS,
    group_chart,
    octave_counts,
    recall_curve,
    score_chart,
    step_of,
    threshold_chart,
)
from dedupe.report.top import about_run, about_samples
from dedupe.sampling import Sampler
from dedupe.text.display import as_percent

_LISTED = 10
_ROOT = "Square-root scale."
# Pairs so little above the threshold are worth a look.
_NEAR = 0.02


class FoundDuplicates(Protocol):
    """The answer of `find_duplicates`, in memory or in files."""

    @property
    def settings(self) -> Settings:
        """Return how units were compared."""

    @property
    def compared(self) -> int:
        """Return how many candidate pairs were compared exactly."""

    @property
    def largest_bucket(self) -> int:
        """Return how many distinct units share the fullest bucket."""

    def texts_of(self, wanted: Collection[tuple[Id, bool]]) -> Mapping[tuple[Id, bool], str]:
        """The texts of a few documents."""


def duplicates_report(
    found: FoundDuplicates,
    kept: int,
    pairs: Iterable[Pair],
    groups: Iterable[Group],
    inputs: Sequence[str] = (),
    when: str = "",
) -> Report:
    """A report on near-duplicates.

    Parameters
    ----------
    found : Duplicates or FileDuplicates
        The answer.
    kept : int
        How many units are kept.
    pairs, groups
        All kept pairs and groups of the answer, which are gone through once.
    inputs, when : optional
        The inputs, and the time, for the top of the page.
    """
    settings = found.settings
    unit = settings.unit
    sampler: Sampler[Pair] = Sampler()
    counts, exact, near = [0] * (STEPS + 1), 0, 0
    for pair in pairs:
        sampler.add("duplicates", pair.similarity, f"{pair.b}\0{pair.b_start}\0{pair.b_end}", pair)
        counts[step_of(pair.similarity)] += 1
        exact += pair.similarity == 1
        near += pair.similarity < settings.threshold + _NEAR
    removed, number = sampler.seen, 0
    largest: list[tuple[int, int, str]] = []
    sizes: Counter[int] = Counter()
    for number, group in enumerate(groups, 1):
        sizes[len(group.cluster) - 1] += 1
        heapq.heappush(largest, (len(group.cluster) - 1, -number, _name(group.kept)))
        if len(largest) > _LISTED:
            heapq.heappop(largest)
    drawn = list(sampler.drawn())
    texts = found.texts_of([*((pair.b, False) for pair in drawn), *((pair.a, pair.against) for pair in drawn)])
    samples = tuple(
        Sample(
            "duplicates",
            f"{unit} {as_percent(pair.similarity)} equal to its kept copy",
            pair.similarity,
            _place(pair.b, pair.b_start, pair.b_end, texts[pair.b, False]),
            _place(pair.a, pair.a_start, pair.a_end, texts[pair.a, pair.against]),
            "the kept copy is of what was compared against" if pair.against else "",
        )
        for pair in drawn
    )
    curves: tuple[Curve, ...] = ()
    if settings.by == "jaccard":
        curves = (recall_curve(f"{unit}s", settings.bands, settings.threshold),)
    count = kept + removed
    return Report(
        title=f"Near-duplicate {unit}s",
        lead=(
            f"{removed:,} of {count:,} {unit}s are duplicates: each resembles its kept copy directly. {exact:,} "
            f"have similarity 1. Nothing was removed."
        ),
        about=(
            *about_run("duplicates", inputs, when),
            ("Settings", f"unit {unit}, threshold {settings.threshold:g}, facts {settings.facts}"),
        ),
        figures=(
            Figure(f"{count:,}", f"{unit}s"),
            Figure(f"{kept:,}", "kept"),
            Figure(f"{100 * removed / max(count, 1):.1f} %", "duplicates"),
            Figure(f"{number:,}", "groups"),
        ),
        split=(kept, removed),
        looks=tuple(_near(near, settings.threshold, f"{unit}s")),
        tables=(
            Table(
                f"{unit.capitalize()}s with a kept copy",
                "similarity",
                f"{unit}s",
                (
                    Share("equal (similarity 1)", exact, count, samples=Selection("duplicates", 1.0)),
                    Share("similar", removed - exact, count, samples=Selection("duplicates", high=1.0)),
                ),
            ),
        ),
        plots=(
            Plots(
                "Thresholds",
                (
                    threshold_chart(
                        f"{unit.capitalize()}s with a kept copy at each threshold",
                        counts,
                        count,
                        settings.threshold,
                        "duplicates",
                        f"of the {unit}s",
                        "Counts the pairs of this run. A new run can choose other kept copies.",
                    ),
                    score_chart("Similarity to the kept copy", counts, settings.threshold, "duplicates", _ROOT),
                    group_chart("Groups by number of duplicates", octave_counts(sizes), "duplicates"),
                ),
            ),
        ),
        curves=curves,
        groups=tuple(Crowd(name, times) for times, _, name in sorted(largest, reverse=True)),
        samples=samples,
        sampled=about_samples(len(samples), removed, "duplicates"),
        words=Words("duplicate", "kept", "Duplicates"),
        parameters=(
            ("dedupe", dedupe.__version__),
            ("unit", unit),
            ("similarity", settings.by),
            ("shingle", str(settings.shingle)),
            ("threshold", str(settings.threshold)),
            ("recall", str(settings.recall)),
            ("bands", f"{settings.bands.bands} of {settings.bands.rows}"),
            ("facts", settings.facts),
            ("pairs compared exactly", f"{found.compared:,}"),
            ("units in the fullest bucket", f"{found.largest_bucket:,}"),
        ),
    )


def passages_report(
    result: Passages, min_length: int, similarity: float, inputs: Sequence[str] = (), when: str = ""
) -> Report:
    """A report on repeated passages."""
    sampler: Sampler[Passage] = Sampler()
    counts = [0] * (STEPS + 1)
    inside = near = 0
    for passage in result:
        sampler.add("passages", passage.similarity, f"{passage.a}\0{passage.a_start}\0{passage.a_end}", passage)
        counts[step_of(passage.similarity)] += 1
        inside += passage.a == passage.b
        near += passage.similarity < similarity + _NEAR
    named = Counter(str(passage.b) for passage in result)
    samples = tuple(_passage_sample(passage, result._text) for passage in sampler.drawn())
    groups = sorted(result.groups, key=lambda group: -group.count)[:_LISTED]
    copies = Counter(group.count - 1 for group in result.groups)
    covered = int(result.covered().sum())
    characters = sum(len(text) for text in result._corpus.texts)
    return Report(
        title="Repeated passages",
        lead=(
            f"Found {len(result):,} copies of {len(result.groups):,} passages in {len(result._corpus):,} "
            f"documents; {inside:,} are in the document of their first copy. Nothing was removed."
        ),
        about=(
            *about_run("passages", inputs, when),
            ("Settings", f"min_length {min_length:,}, similarity {similarity:g}"),
        ),
        figures=(
            Figure(f"{len(result):,}", "copies found"),
            Figure(f"{len(result.groups):,}", "passages"),
            Figure(f"{100 * covered / max(characters, 1):.1f} %", "of the text is in a repeated passage"),
            Figure(f"{len(named):,}", "documents with a first copy"),
        ),
        looks=tuple(_near(near, similarity, "passages")),
        tables=(
            Table(
                "Places of the copies",
                "place",
                "copies",
                (
                    Share("in the document of the first copy", inside, len(result)),
                    Share("in another document", len(result) - inside, len(result)),
                ),
            ),
        ),
        plots=(
            Plots(
                "Thresholds",
                (
                    threshold_chart(
                        "Copies found at each threshold",
                        counts,
                        len(result),
                        similarity,
                        "passages",
                        "of the copies found",
                        "Counts the copies of this run, at its min_length.",
                    ),
                    score_chart("Similarity to the first copy", counts, similarity, "passages", _ROOT),
                    group_chart("Passages by number of copies", octave_counts(copies), "copies"),
                ),
            ),
        ),
        groups=tuple(Crowd(_name(group.copies[0]), group.count - 1) for group in groups),
        samples=samples,
        sampled=about_samples(len(samples), len(result), "copies"),
        words=Words("found", "first copy", "Passages found"),
        parameters=(
            ("dedupe", dedupe.__version__),
            ("min_length", str(min_length)),
            ("similarity", str(similarity)),
        ),
    )


def _near(near: int, threshold: float, units: str) -> Iterable[Look]:
    """Yield the pairs that are just above the threshold."""
    if near:
        detail = f"{near:,} {units} are less than {_NEAR:g} above the threshold {threshold:g}."
        yield Look("Near the threshold", detail, Selection(low=threshold, high=threshold + _NEAR))


def _passage_sample(passage: Passage, text_of: Callable[[Id], str]) -> Sample:
    place = _place(passage.a, passage.a_start, passage.a_end, text_of(passage.a))
    kept = _place(passage.b, passage.b_start, passage.b_end, text_of(passage.b))
    counted = ", by letters" if passage.measure == "letters" else ""
    reason = f"passage {as_percent(passage.similarity)} equal to its first copy{counted}"
    return Sample("passages", reason, passage.similarity, place, kept)


def _place(identity: Id, start: int, end: int, text: str) -> Place:
    row = place_row(identity, start, end, text)
    return Place(**{**row, "id": str(identity)})


def _name(unit: Iterable[object] | object) -> str:
    if isinstance(unit, tuple):
        return f"{unit[0]} [{unit[1]:,}, {unit[2]:,})"
    return str(unit)
