"""Reports on what `find_duplicates` and `find_passages` found, which remove nothing."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

import dedupe
from dedupe.cleaning import SCORE_STEPS
from dedupe.documents import Id
from dedupe.duplicates.result import Group, Pair
from dedupe.duplicates.settings import Settings
from dedupe.files.summary import place_row
from dedupe.passages.result import Passage, Passages
from dedupe.report.from_audit import HEIGHTS, recall_curve
from dedupe.report.model import Crowd, Curve, Distribution, Figure, Place, Report, Sample, Share, Table
from dedupe.sampling import Sampler

_LISTED = 10


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


def duplicates_report(found: FoundDuplicates, kept: int, pairs: Iterable[Pair], groups: Iterable[Group]) -> Report:
    """A report on near-duplicates.

    Parameters
    ----------
    found : Duplicates or FileDuplicates
        The answer.
    kept : int
        How many units are kept.
    pairs, groups
        All kept pairs and groups of the answer, which are gone through once.
    """
    settings = found.settings
    unit = settings.unit
    sampler: Sampler[Pair] = Sampler()
    counts, exact = [0] * SCORE_STEPS, 0
    for pair in pairs:
        sampler.add("duplicates", pair.similarity, f"{pair.b}\0{pair.b_start}\0{pair.b_end}", pair)
        counts[min(int(pair.similarity * SCORE_STEPS), SCORE_STEPS - 1)] += 1
        exact += pair.similarity == 1
    removed, number = sampler.seen, 0
    largest: list[tuple[int, int, str]] = []
    for number, group in enumerate(groups, 1):
        heapq.heappush(largest, (len(group.cluster) - 1, -number, _name(group.kept)))
        if len(largest) > _LISTED:
            heapq.heappop(largest)
    drawn = list(sampler.drawn())
    texts = found.texts_of([*((pair.b, False) for pair in drawn), *((pair.a, pair.against) for pair in drawn)])
    samples = tuple(
        Sample(
            "duplicates",
            f"{unit} {pair.similarity:.0%} equal to its kept copy",
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
            f"{removed:,} of {count:,} {unit}s resemble one that is kept, directly, at the threshold or above it. "
            f"{exact:,} have the same runs of letters."
        ),
        figures=(
            Figure(f"{count:,}", f"{unit}s"),
            Figure(f"{kept:,}", "are kept"),
            Figure(f"{removed / max(count, 1):.1%}", "have a kept copy"),
            Figure(f"{number:,}", "groups"),
        ),
        tables=(
            Table(
                "In all",
                f"{unit}s",
                (Share("equal", exact, count), Share("similar", removed - exact, count)),
            ),
        ),
        distributions=(Distribution("Similarity to the kept copy", tuple(counts), settings.threshold, HEIGHTS),),
        curves=curves,
        groups=tuple(Crowd(name, times) for times, _, name in sorted(largest, reverse=True)),
        samples=samples,
        sampled=_sampled(len(samples), removed),
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


def passages_report(result: Passages, min_length: int, similarity: float) -> Report:
    """A report on repeated passages."""
    sampler: Sampler[Passage] = Sampler()
    counts = [0] * SCORE_STEPS
    inside = 0
    for passage in result:
        sampler.add("passages", passage.similarity, f"{passage.a}\0{passage.a_start}\0{passage.a_end}", passage)
        counts[min(int(passage.similarity * SCORE_STEPS), SCORE_STEPS - 1)] += 1
        inside += passage.a == passage.b
    named = Counter(str(passage.b) for passage in result)
    samples = tuple(_passage_sample(passage, result._text) for passage in sampler.drawn())
    groups = sorted(result.groups, key=lambda group: -group.count)[:_LISTED]
    covered = int(result.covered().sum())
    characters = sum(len(text) for text in result._corpus.texts)
    return Report(
        title="Repeated passages",
        lead=(
            f"{len(result):,} copies of {len(result.groups):,} passages stand in {len(result._corpus):,} "
            f"documents, {inside:,} of them in the document of the kept one."
        ),
        figures=(
            Figure(f"{len(result):,}", "copies"),
            Figure(f"{len(result.groups):,}", "passages"),
            Figure(f"{covered / max(characters, 1):.1%}", "of the text stands in one"),
            Figure(f"{len(named):,}", "documents hold a kept copy"),
        ),
        tables=(
            Table(
                "Where copies stand",
                "copies",
                (
                    Share("in the document of the kept one", inside, len(result)),
                    Share("in another document", len(result) - inside, len(result)),
                ),
            ),
        ),
        distributions=(Distribution("Similarity to the kept copy", tuple(counts), similarity, HEIGHTS),),
        groups=tuple(Crowd(_name(group.copies[0]), group.count - 1) for group in groups),
        samples=samples,
        sampled=_sampled(len(samples), len(result)),
        parameters=(
            ("dedupe", dedupe.__version__),
            ("min_length", str(min_length)),
            ("similarity", str(similarity)),
        ),
    )


def _sampled(count: int, of: int) -> str:
    return (
        f"{count:,} of {of:,}: at each level of similarity some that were drawn by a hash, the least similar "
        "first. Words without a match in the other copy are marked."
    )


def _passage_sample(passage: Passage, text_of: Callable[[Id], str]) -> Sample:
    place = _place(passage.a, passage.a_start, passage.a_end, text_of(passage.a))
    kept = _place(passage.b, passage.b_start, passage.b_end, text_of(passage.b))
    counted = ", by letters" if passage.measure == "letters" else ""
    reason = f"passage {passage.similarity:.0%} equal to its kept copy{counted}"
    return Sample("passages", reason, passage.similarity, place, kept)


def _place(identity: Id, start: int, end: int, text: str) -> Place:
    row = place_row(identity, start, end, text)
    return Place(**{**row, "id": str(identity)})


def _name(unit: Iterable[object] | object) -> str:
    if isinstance(unit, tuple):
        return f"{unit[0]} [{unit[1]:,}, {unit[2]:,})"
    return str(unit)
