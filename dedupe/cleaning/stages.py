"""The stages of cleaning: documents, paragraphs, passages, boilerplate, each on what the ones before left.

A duplicate is removed only for a copy that stays: where a later duplicate stage removes a part of that copy, the
removal names where that part stays. Boilerplate is removed even where it was a kept copy; the decision that named
it then says so. In the end documents go of which only crumbs are left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from dedupe.boilerplate.score import VERDICTS, score_in_context, score_units
from dedupe.cleaning import SCORE_STEPS
from dedupe.cleaning.crumbs import choose_crumbs, find_crumbs, remains_of
from dedupe.cleaning.cuts import apply_cuts, make_cuts, uncuttable
from dedupe.cleaning.decision import Decision
from dedupe.cleaning.follow import Moved, Part, follow_kept, overlapping_parts
from dedupe.cleaning.passages import remove_passages
from dedupe.cleaning.regions import Regions
from dedupe.cleaning.sentences import cut_sentences, keep_order
from dedupe.columns import StringColumn, runs
from dedupe.documents import Corpus, Id, Unit
from dedupe.duplicates.find import compare_units
from dedupe.duplicates.keep import keep_rank
from dedupe.duplicates.settings import resolve
from dedupe.job import WHOLE_STAGES, CleanOptions, ParagraphMode, Stage, UnitName
from dedupe.kernels.records import I64
from dedupe.order import document_order
from dedupe.parallel import thread_count
from dedupe.passages.find import Search
from dedupe.passages.result import Places
from dedupe.quality.score import quality_of
from dedupe.spans import Spans
from dedupe.units import UnitTable, cut_batch, cut_units

Place: TypeAlias = tuple[int, int, int]
"""Number of a document, first code point and end."""
_NOTHING = Spans()


@dataclass
class Ledger:
    """What is removed so far, by document number."""

    corpus: Corpus
    removed_documents: set[int] = field(default_factory=set)
    removed: dict[int, Spans] = field(default_factory=dict)
    recurrence: I64 | None = None
    """how often each paragraph comes back, where that is known from more documents than these"""
    decisions: list[Decision] = field(default_factory=list)
    followed: bool = False
    """whether removals name text that no duplicate decision removes"""
    judged: I64 = field(default_factory=lambda: np.zeros(SCORE_STEPS, np.int64))
    """of how many paragraphs boilerplate is how likely, whether they go or stay, in steps from 0 to 1"""
    number: dict[Id, int] = field(init=False)
    _units: dict[tuple[UnitName, ParagraphMode], UnitTable] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.number = {identity: i for i, identity in enumerate(self.corpus.ids)}

    def units(self, unit: UnitName, paragraphs: ParagraphMode = "auto") -> UnitTable:
        """The units of all documents, cut once."""
        if (unit, paragraphs) not in self._units:
            self._units[unit, paragraphs] = cut_units(self.corpus, unit, paragraphs)
        return self._units[unit, paragraphs]

    def is_removed(self, document: int, start: int, end: int) -> bool:
        """Whether any of a span is removed already."""
        return document in self.removed_documents or self.removed.get(document, Spans()).overlaps(start, end)

    def remove(self, decision: Decision) -> None:
        """Remove a span."""
        document = self.number[decision.id]
        self.removed.setdefault(document, Spans()).add(decision.start, decision.end)
        self.decisions.append(decision)

    def remove_document(self, decision: Decision) -> None:
        """Remove a whole document."""
        self.removed_documents.add(self.number[decision.id])
        self.decisions.append(decision)

    def left(self, units: UnitTable) -> UnitTable:
        """The units of which nothing is removed yet."""
        stays = np.ones(len(self.corpus), bool)
        stays[list(self.removed_documents)] = False
        units = units.select(stays[units.document])
        if not self.removed:
            return units
        places = zip(units.document.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
        return units.select(np.array([not self.is_removed(*place) for place in places], bool))


def decide(corpus: Corpus, options: CleanOptions, report: Callable[[str], object] | None = None) -> Ledger:
    """Ask every wanted stage in turn; `report` is called with the name of each as it begins."""
    # An order that cannot be read is told before anything is decided.
    document_order(corpus)
    ledger = Ledger(corpus)
    for name in options.stages:
        if report:
            report(name)
        if name not in _COPIES and not ledger.followed:
            _follow_kept(ledger)
        if name in ("quality", "crumbs"):
            # They judge what a reader will see.
            withdraw_uncuttable(ledger)
        _STAGES[name](ledger, options)
    if not ledger.followed:
        _follow_kept(ledger)
    withdraw_uncuttable(ledger)
    _note_lost_copies(ledger)
    return ledger


# Stages that find copies, in their order.
_COPIES: tuple[Stage, ...] = ("duplicates", "paragraphs", "passages")


def _follow_kept(ledger: Ledger) -> None:
    """Let each removal name text that no duplicate decision removes."""
    ledger.followed = True
    decisions = {stage: [one for one in ledger.decisions if one.stage == stage] for stage in _COPIES}
    later: dict[int, list[Part]] = {}
    for stage in reversed(_COPIES):
        moved: list[tuple[int, Moved]] = []
        for number, (identity, start, end, _, _, kept, *_) in enumerate(decisions[stage]):
            assert kept is not None
            place = (ledger.number[kept.id], kept.start, kept.end)
            parts = overlapping_parts(later.get(place[0], []), *place[1:])
            if parts:
                moved.append((number, Moved((ledger.number[identity], start, end), place, tuple(parts))))
        tiles = dict(
            zip(
                [number for number, _ in moved],
                follow_kept(ledger.corpus, [one for _, one in moved]),
                strict=True,
            )
        )
        ids = ledger.corpus.ids
        decisions[stage] = [
            one
            if tile is None
            else one._replace(start=tile.copy[1], end=tile.copy[2], kept=Unit(ids[tile.kept[0]], *tile.kept[1:]))
            for number, one in enumerate(decisions[stage])
            for tile in tiles.get(number, [None])
        ]
        for identity, start, end, _, _, kept, *_ in decisions[stage]:
            assert kept is not None
            place = (ledger.number[kept.id], kept.start, kept.end)
            later.setdefault(ledger.number[identity], []).append((start, end, place))
        for own in later.values():
            own.sort()
    ledger.decisions = [decision for stage in _COPIES for decision in decisions[stage]]


def _documents(ledger: Ledger, options: CleanOptions) -> None:
    units = ledger.units("document")
    settings = resolve("document", options.threshold, options.recall, facts=options.facts)
    result = compare_units(units, settings, keep=options.keep, threads=options.threads)
    for i in np.flatnonzero(result.kept_unit != np.arange(len(units))).tolist():
        kept = units.reference(int(result.kept_unit[i]))
        ledger.remove_document(
            Decision(*units.reference(i), "duplicates", float(result.similarity_to_kept[i]), kept)
        )


def _paragraphs(ledger: Ledger, options: CleanOptions) -> None:
    units = ledger.left(ledger.units("paragraph", options.paragraphs))
    units = units.select(units.end - units.start >= options.min_paragraph)
    settings = resolve("paragraph", options.threshold, options.recall, facts=options.facts)
    result = compare_units(units, settings, keep=options.keep, threads=options.threads)
    for i in np.flatnonzero(result.kept_unit != np.arange(len(units))).tolist():
        kept = units.reference(int(result.kept_unit[i]))
        ledger.remove(Decision(*units.reference(i), "paragraphs", float(result.similarity_to_kept[i]), kept))


def _passages(ledger: Ledger, options: CleanOptions) -> None:
    corpus = ledger.corpus
    left = np.array([n for n in range(len(corpus)) if n not in ledger.removed_documents], np.int64)
    sentences = cut_sentences(corpus, left, ledger.removed, options.paragraphs, signs=options.facts == "apart")
    rank = keep_rank(ledger.units("document"), options.keep)
    parts = [
        (document, start, end)
        for document in left.tolist()
        for start, end in ledger.removed.get(document, _NOTHING).gaps(len(corpus.texts[document]))
    ]
    units = UnitTable(corpus, "paragraph", *np.array(parts, np.int64).reshape(-1, 3).T.copy())
    search = Search(options.min_passage, options.passage_similarity)
    found = search.regions(units, thread_count(options.threads))
    order, position = keep_order(sentences.document, rank)
    for one in remove_passages(
        corpus,
        sentences.select(order),
        Regions(
            *(
                Places(
                    units.document[side.text],
                    units.start[side.text] + side.start,
                    units.start[side.text] + side.end,
                )
                for side in (found.a, found.b)
            )
        ),
        position,
        least=options.min_passage,
        similarity=options.passage_similarity,
        facts=options.facts,
    ):
        kept = Unit(corpus.ids[one.kept], one.kept_start, one.kept_end)
        identity = corpus.ids[one.document]
        score, measure = one.similarity, one.measure
        ledger.remove(Decision(identity, one.start, one.end, "passages", score, kept, measure=measure))


def remove_boilerplate(ledger: Ledger, options: CleanOptions) -> None:
    """Judge the paragraphs of what is left."""
    pages = ledger.units("paragraph", options.paragraphs)
    stays = np.ones(len(ledger.corpus), bool)
    stays[list(ledger.removed_documents)] = False
    pages = pages.select(stays[pages.document])
    units = _rest(ledger, options, pages)
    scores = score_in_context(pages, units, ledger.recurrence) if options.context else score_units(units)
    steps = np.minimum((scores.probability * SCORE_STEPS).astype(np.int64), SCORE_STEPS - 1)
    ledger.judged += np.bincount(steps, minlength=SCORE_STEPS)
    removed = np.flatnonzero(scores.verdict_numbers(options.boilerplate) == VERDICTS.index("boilerplate"))
    probabilities = scores.probability[removed].tolist()
    rows = zip(units.references(removed), probabilities, scores.reasons(removed), strict=True)
    for unit, probability, reason in rows:
        ledger.remove(Decision(*unit, "boilerplate", probability, None, None, reason))


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
    for i, failed in enumerate(quality.failed(options.rules or "default")):
        # What is empty is no text of bad quality: all of it was removed before, for other reasons.
        if failed and rest[i].strip():
            end = len(corpus.texts[numbers[i]])
            score = float(quality.score[i])
            ledger.remove_document(Decision(left.ids[i], 0, end, "quality", score, None, None, ", ".join(failed)))


def remove_crumbs(ledger: Ledger, options: CleanOptions) -> None:
    """Remove documents of which something is removed and only crumbs are left."""
    texts, number = ledger.corpus.texts, ledger.number
    cut = (
        (document, texts[document], make_cuts(texts[document], ledger.removed[document]))
        for document in sorted(ledger.removed.keys() - ledger.removed_documents)
    )
    crumbs = list(find_crumbs((remains_of(*own) for own in cut if own[2]), options.min_left))
    copies = [
        (number[identity], number[kept.id], kept.start, kept.end)
        for identity, _, _, _, _, kept, *_ in ledger.decisions
        if kept is not None
    ]
    similarity = options.passage_similarity if options.facts == "apart" else None
    for one in choose_crumbs(crumbs, (own[1:] for own in copies), copies, texts, similarity):
        identity = ledger.corpus.ids[one.document]
        ledger.remove_document(Decision(identity, 0, len(one.text), "crumbs", one.share, None))


def _rest(ledger: Ledger, options: CleanOptions, pages: UnitTable) -> UnitTable:
    """The paragraphs of what is left: a paragraph of which a part is removed is what remains of it.

    `pages` are all paragraphs of the documents that are left.
    """
    texts = ledger.corpus.texts
    rows = [
        (document, start, end)
        for document, spans in sorted(ledger.removed.items())
        if document not in ledger.removed_documents
        for start, end in spans.gaps(len(texts[document]))
    ]
    document, low, high = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    whole = np.ones(len(texts), bool)
    whole[list(ledger.removed)] = False
    untouched = whole[pages.document]
    found = [(pages.document[untouched], pages.start[untouched], pages.end[untouched])]
    for first, last in runs(high - low):
        own = slice(first, last)
        cut = cut_batch(texts.slices(document[own], low[own], high[own]), "paragraph", options.paragraphs)
        begin = low[own][cut.texts]
        found.append((document[own][cut.texts], begin + cut.starts, begin + cut.ends))
    units = UnitTable(ledger.corpus, "paragraph", *map(np.concatenate, zip(*found, strict=True)))
    return units.select(np.argsort(units.document, kind="stable"))


_STAGES: dict[Stage, Callable[[Ledger, CleanOptions], None]] = {
    "duplicates": _documents,
    "paragraphs": _paragraphs,
    "passages": _passages,
    "boilerplate": remove_boilerplate,
    "quality": remove_by_quality,
    "crumbs": remove_crumbs,
}


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
                if not (d.id == identity and d.stage not in WHOLE_STAGES and start <= d.start and d.end <= end)
            ]
    return withdrawn


def _note_lost_copies(ledger: Ledger) -> None:
    """Mark the decisions whose kept copy was removed, in part or whole, by a stage that finds no duplicates."""
    lost: dict[Id, list[Decision]] = {}
    for decision in ledger.decisions:
        if decision.kept is None and decision.stage != "crumbs":
            lost.setdefault(decision.id, []).append(decision)
    for i, decision in enumerate(ledger.decisions):
        kept = decision.kept
        if kept is not None:
            by = [d.stage for d in lost.get(kept.id, ()) if d.start < kept.end and kept.start < d.end]
            if by:
                ledger.decisions[i] = decision._replace(kept_removed_by=by[-1])
