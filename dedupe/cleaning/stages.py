"""The stages of cleaning: documents, paragraphs, passages, boilerplate, each on what the ones before left.

A duplicate goes only for a copy that stays: the kept copy is pinned, and no later duplicate stage touches it.
Boilerplate may go even where it was a kept copy; the decision that named it then says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.features import I64
from dedupe.boilerplate.score import score_in_context, score_units
from dedupe.cleaning.cuts import apply_cuts, make_cuts, uncuttable
from dedupe.cleaning.options import SCORE_STEPS, CleanOptions, Stage
from dedupe.documents import Corpus, Id, Unit
from dedupe.duplicates.find import compare_units
from dedupe.duplicates.keep import keep_rank
from dedupe.duplicates.settings import resolve
from dedupe.duplicates.units import UnitTable, cut_batch, cut_units
from dedupe.parallel import thread_count
from dedupe.passages.find import passages_of
from dedupe.passages.result import Places
from dedupe.quality.score import quality_of
from dedupe.spans import Spans
from dedupe.text.columns import StringColumn, runs

Place: TypeAlias = tuple[int, int, int]
"""Number of a document, first code point and end."""
_NOTHING = Spans()


class Decision(NamedTuple):
    """Remove `text[start:end]` of the document `id`, and why."""

    id: Id
    start: int
    end: int
    stage: Stage
    score: float
    """similarity to the kept copy, probability to be boilerplate, or quality"""
    kept: Unit | None
    """where the copy stays, for duplicates"""
    kept_removed_by: Stage | None = None
    """the stage that removed all or part of that copy after all"""
    why: str = ""
    """what kind of boilerplate it is and which words say so, or the rules of quality that the document fails"""

    @property
    def reason(self) -> str:
        """The decision in words."""
        if self.stage == "quality":
            return f"quality {self.score:.2f}, fails {self.why}"
        if self.kept is None:
            return f"boilerplate with probability {self.score:.2f}: {self.why}"
        what = {"duplicates": "document", "paragraphs": "paragraph"}.get(self.stage, "passage")
        return f"{what} {self.score:.0%} equal to its kept copy"


@dataclass
class Ledger:
    """What is removed and what is pinned so far, by document number."""

    corpus: Corpus
    removed_documents: set[int] = field(default_factory=set)
    removed: dict[int, Spans] = field(default_factory=dict)
    pinned: dict[int, Spans] = field(default_factory=dict)
    recurrence: I64 | None = None
    """how often each paragraph comes back, where that is known from more documents than these"""
    decisions: list[Decision] = field(default_factory=list)
    judged: I64 = field(default_factory=lambda: np.zeros(SCORE_STEPS, np.int64))
    """of how many paragraphs boilerplate is how likely, whether they go or stay, in steps from 0 to 1"""
    number: dict[Id, int] = field(init=False)

    def __post_init__(self) -> None:
        self.number = {identity: i for i, identity in enumerate(self.corpus.ids)}

    def is_removed(self, document: int, start: int, end: int) -> bool:
        """Whether any of a span is removed already."""
        return document in self.removed_documents or self.removed.get(document, Spans()).overlaps(start, end)

    def is_pinned(self, document: int, start: int, end: int) -> bool:
        """Whether any of a span is the kept copy of something."""
        return self.pinned.get(document, Spans()).overlaps(start, end)

    def remove(self, decision: Decision) -> None:
        """Remove a span, and pin its kept copy."""
        document = self.number[decision.id]
        self.removed.setdefault(document, Spans()).add(decision.start, decision.end)
        self._record(decision)

    def remove_document(self, decision: Decision) -> None:
        """Remove a whole document, and pin its kept copy."""
        self.removed_documents.add(self.number[decision.id])
        self._record(decision)

    def _record(self, decision: Decision) -> None:
        if decision.kept is not None:
            kept = self.number[decision.kept.id]
            self.pinned.setdefault(kept, Spans()).add(decision.kept.start, decision.kept.end)
        self.decisions.append(decision)

    def left(self, units: UnitTable) -> UnitTable:
        """The units of which nothing is removed yet."""
        places = zip(units.document.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
        keep = np.array([not self.is_removed(*place) for place in places], bool)
        return units.select(keep)


def decide(corpus: Corpus, options: CleanOptions, report: Callable[[str], object] | None = None) -> Ledger:
    """Ask every wanted stage in turn; `report` is called with the name of each as it begins."""
    ledger = Ledger(corpus)
    for name in options.stages:
        if report:
            report(name)
        if name == "quality":
            # It judges what a reader will see.
            withdraw_uncuttable(ledger)
        _STAGES[name](ledger, options)
    withdraw_uncuttable(ledger)
    _note_lost_copies(ledger)
    return ledger


def _documents(ledger: Ledger, options: CleanOptions) -> None:
    units = cut_units(ledger.corpus, "document")
    settings = resolve("document", options.threshold, options.recall, facts=options.facts)
    result = compare_units(units, settings, keep=options.keep, threads=options.threads)
    for i in np.flatnonzero(result.kept_unit != np.arange(len(units))).tolist():
        kept = units.reference(int(result.kept_unit[i]))
        ledger.remove_document(
            Decision(*units.reference(i), "duplicates", float(result.similarity_to_kept[i]), kept)
        )


def _paragraphs(ledger: Ledger, options: CleanOptions) -> None:
    units = ledger.left(cut_units(ledger.corpus, "paragraph", options.paragraphs))
    units = units.select(units.end - units.start >= options.min_paragraph)
    pinned = np.array([ledger.is_pinned(*_place(units, i)) for i in range(len(units))], bool)
    settings = resolve("paragraph", options.threshold, options.recall, facts=options.facts)
    result = compare_units(units, settings, keep=options.keep, pinned=pinned, threads=options.threads)
    for i in np.flatnonzero(result.kept_unit != np.arange(len(units))).tolist():
        kept = units.reference(int(result.kept_unit[i]))
        ledger.remove(Decision(*units.reference(i), "paragraphs", float(result.similarity_to_kept[i]), kept))


def _passages(ledger: Ledger, options: CleanOptions) -> None:
    texts = ledger.corpus.texts
    parts = [
        (document, start, end)
        for document in range(len(texts))
        if document not in ledger.removed_documents
        for start, end in ledger.removed.get(document, Spans()).gaps(len(texts[document]))
    ]
    found = passages_of(
        UnitTable(ledger.corpus, "paragraph", *np.array(parts, np.int64).reshape(-1, 3).T.copy()),
        min_length=options.min_passage,
        similarity=options.passage_similarity,
        threads=options.threads,
        rank=keep_rank(cut_units(ledger.corpus, "document"), options.keep).tolist(),
    )
    copies, kept, similarity = found.columns()
    rows = zip(*(column.tolist() for column in (*copies, *kept, similarity)), strict=True)
    pinned = ((ledger.is_pinned(*row[:3]), ledger.is_pinned(*row[3:6])) for row in rows)
    ids = ledger.corpus.ids
    for (document, start, end), (other, *place), alike in choose_copies(found.columns(), pinned):
        ledger.remove(Decision(ids[document], start, end, "passages", alike, Unit(ids[other], *place)))


def choose_copies(
    found: tuple[Places, Places, npt.NDArray[np.float64]], pinned: Iterable[tuple[bool, bool]]
) -> Iterator[tuple[Place, Place, float]]:
    """Of two copies of a passage the one that goes, and the one that stays, with their similarity.

    Parameters
    ----------
    found : (Places, Places, float64 array)
        Copies, kept copies, and their similarities; none of it is removed already.
    pinned : iterable of (bool, bool)
        Whether a stage before this one has kept either of the two.
    """
    removed: dict[int, Spans] = {}
    kept: dict[int, Spans] = {}
    copies, others, similarity = found
    columns = (column.tolist() for column in (*copies, *others, similarity))
    for row, held in zip(zip(*columns, strict=True), pinned, strict=True):
        one, other, alike = row[:3], row[3:6], row[6]
        if any(removed.get(place[0], _NOTHING).overlaps(*place[1:]) for place in (one, other)):
            continue
        # What was kept of something else stays, and the other copy goes instead.
        for goes, stays, is_pinned in ((one, other, held[0]), (other, one, held[1])):
            if not is_pinned and not kept.get(goes[0], _NOTHING).overlaps(*goes[1:]):
                removed.setdefault(goes[0], Spans()).add(*goes[1:])
                kept.setdefault(stays[0], Spans()).add(*stays[1:])
                yield goes, stays, alike
                break


def remove_boilerplate(ledger: Ledger, options: CleanOptions) -> None:
    """Judge the paragraphs of what is left."""
    units = _rest(ledger, options)
    scores = score_units(units)
    if options.context:
        pages = cut_units(ledger.corpus, "paragraph", options.paragraphs)
        stays = np.ones(len(ledger.corpus), bool)
        stays[list(ledger.removed_documents)] = False
        scores = score_in_context(pages.select(stays[pages.document]), units, ledger.recurrence)
    steps = np.minimum((scores.probability * SCORE_STEPS).astype(np.int64), SCORE_STEPS - 1)
    ledger.judged += np.bincount(steps, minlength=SCORE_STEPS)
    for i, verdict in enumerate(scores.verdicts(options.boilerplate)):
        if verdict == "boilerplate":
            why = scores.explain(i).reason
            ledger.remove(
                Decision(*units.reference(i), "boilerplate", float(scores.probability[i]), None, None, why)
            )


def remove_by_quality(ledger: Ledger, options: CleanOptions) -> None:
    """Judge whole documents by what is left of them."""
    corpus = ledger.corpus
    numbers = [number for number in range(len(corpus)) if number not in ledger.removed_documents]
    rest = [
        apply_cuts(text, make_cuts(text, ledger.removed.get(number, Spans())))
        for number in numbers
        for text in [corpus.texts[number]]
    ]
    left = Corpus([corpus.ids[number] for number in numbers], StringColumn(rest))
    quality = quality_of(left, "auto", True, True, options.paragraphs, thread_count(options.threads))
    for i, failed in enumerate(quality.failed(options.quality or "default")):
        # What is empty is no text of bad quality: all of it was removed before, for other reasons.
        if failed and rest[i].strip():
            end = len(corpus.texts[numbers[i]])
            score = float(quality.score[i])
            ledger.remove_document(Decision(left.ids[i], 0, end, "quality", score, None, None, ", ".join(failed)))


def _rest(ledger: Ledger, options: CleanOptions) -> UnitTable:
    """The paragraphs of what is left: a paragraph of which a part is removed is what remains of it."""
    texts = ledger.corpus.texts
    rows = [
        (document, start, end)
        for document, text in enumerate(texts)
        if document not in ledger.removed_documents
        for start, end in ledger.removed.get(document, _NOTHING).gaps(len(text))
    ]
    document, low, high = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    found = [(document[:0],) * 3]
    for first, last in runs(high - low):
        own = slice(first, last)
        cut = cut_batch(texts.slices(document[own], low[own], high[own]), "paragraph", options.paragraphs)
        begin = low[own][cut.texts]
        found.append((document[own][cut.texts], begin + cut.starts, begin + cut.ends))
    return UnitTable(ledger.corpus, "paragraph", *map(np.concatenate, zip(*found, strict=True)))


_STAGES: dict[Stage, Callable[[Ledger, CleanOptions], None]] = {
    "duplicates": _documents,
    "paragraphs": _paragraphs,
    "passages": _passages,
    "boilerplate": remove_boilerplate,
    "quality": remove_by_quality,
}


def _place(units: UnitTable, i: int) -> tuple[int, int, int]:
    return int(units.document[i]), int(units.start[i]), int(units.end[i])


def withdraw_uncuttable(ledger: Ledger) -> list[Place]:
    """Take back what could not be removed without gluing two words together; answers with where that is."""
    withdrawn: list[Place] = []
    for document, spans in ledger.removed.items():
        for start, end in uncuttable(ledger.corpus.texts[document], spans):
            withdrawn.append((document, start, end))
            identity = ledger.corpus.ids[document]
            spans.withdraw(start, end)
            ledger.decisions = [
                d
                for d in ledger.decisions
                if not (d.id == identity and d.stage != "duplicates" and start <= d.start and d.end <= end)
            ]
    return withdrawn


def _note_lost_copies(ledger: Ledger) -> None:
    """Mark the decisions whose kept copy was removed, in part or whole, by a stage that finds no duplicates."""
    lost: dict[Id, list[Decision]] = {}
    for decision in ledger.decisions:
        if decision.kept is None:
            lost.setdefault(decision.id, []).append(decision)
    for i, decision in enumerate(ledger.decisions):
        kept = decision.kept
        if kept is not None:
            by = [d.stage for d in lost.get(kept.id, ()) if d.start < kept.end and kept.start < d.end]
            if by:
                ledger.decisions[i] = decision._replace(kept_removed_by=by[-1])
