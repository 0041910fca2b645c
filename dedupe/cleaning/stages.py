"""The stages that judge each document by itself: boilerplate and quality, and what cannot be cut in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.model import BoilerplateModel, Floats
from dedupe.boilerplate.score import boilerplate_limit, score_in_context, score_units
from dedupe.cleaning import SCORE_STEPS
from dedupe.cleaning.cuts import apply_cuts, make_cuts, uncuttable
from dedupe.cleaning.decision import Decision
from dedupe.cleaning.flat import FLAT, SHORT_LIMIT, cut_flat, find_in_flat, flat_documents, score_steps
from dedupe.cleaning.sentences import overlap_removed
from dedupe.columns import StringColumn, runs
from dedupe.documents import Corpus, Id
from dedupe.job import WHOLE_STAGES, CleanOptions, UnitName
from dedupe.kernels.records import I64
from dedupe.parallel import thread_count
from dedupe.policy import lies_within
from dedupe.quality.score import quality_of
from dedupe.sorting import Mask
from dedupe.spans import Spans
from dedupe.units import UnitTable, cut_batch, cut_units

# What is shorter in a text without line breaks is a word of the sentence before, or of the next one.
_SENTENCE = 20
# A document of one line and of fewer code points than these goes only from `SHORT_LIMIT` on.
_LINE = 20

Place: TypeAlias = tuple[int, int, int]
"""Number of a document, first code point and end."""


@dataclass
class Ledger:
    """Removals so far, by document number."""

    corpus: Corpus
    removed_documents: set[int] = field(default_factory=set)
    removed: dict[int, Spans] = field(default_factory=dict)
    recurrence: I64 | None = None
    """how often each paragraph comes back, where that is known from more documents than these"""
    paragraphs: UnitTable | None = None
    """all paragraphs of these documents, where they are known"""
    taught: BoilerplateModel | None = None
    """a model that finds more boilerplate, by the words of each unit"""
    decisions: list[Decision] = field(default_factory=list)
    judged: I64 = field(default_factory=lambda: np.zeros(SCORE_STEPS, np.int64))
    """of how many paragraphs boilerplate is how likely, whether they go or stay, in steps from 0 to 1"""
    number: dict[Id, int] = field(init=False)

    def __post_init__(self) -> None:
        self.number = {identity: i for i, identity in enumerate(self.corpus.ids)}

    def remove(self, decision: Decision) -> None:
        """Remove a span."""
        document = self.number[decision.id]
        self.removed.setdefault(document, Spans()).add(decision.start, decision.end)
        self.decisions.append(decision)

    def remove_document(self, decision: Decision) -> None:
        """Remove a whole document."""
        self.removed_documents.add(self.number[decision.id])
        self.decisions.append(decision)


class FoundBoilerplate(NamedTuple):
    """Units that are boilerplate."""

    units: UnitTable
    probability: npt.NDArray[np.float64]
    reasons: list[str]


def remove_boilerplate(ledger: Ledger, options: CleanOptions) -> None:
    """Remove what `find_boilerplate` finds."""
    units, probability, reasons = find_boilerplate(ledger, options)
    rows = zip(units.references(np.arange(len(units))), probability.tolist(), reasons, strict=True)
    for unit, score, reason in rows:
        ledger.remove(Decision(*unit, "boilerplate", score, None, None, reason))


def find_boilerplate(ledger: Ledger, options: CleanOptions) -> FoundBoilerplate:
    """Judge the paragraphs of what is left, and the pieces of texts without line breaks."""
    pages = ledger.paragraphs or cut_units(ledger.corpus, "paragraph", options.paragraphs)
    stays = np.ones(len(ledger.corpus), bool)
    stays[list(ledger.removed_documents)] = False
    pages = pages.select(stays[pages.document])
    flat = flat_documents(pages)
    if not options.context:
        return _judge(ledger, options, *cut_flat(pages, flat), stays, flat)
    in_flat = flat[pages.document]
    others = np.flatnonzero(~in_flat)
    by_lines = _judge(ledger, options, pages.select(others), others, stays & ~flat, flat)
    if not in_flat.any():
        return by_lines
    limit = boilerplate_limit(options)
    units, probability, judged = find_in_flat(pages.select(in_flat), ledger.removed, limit)
    ledger.judged += judged
    reasons = score_units(units, probability=probability).reasons(np.arange(len(units)))
    parts = [by_lines, FoundBoilerplate(units, probability, reasons)]
    if ledger.taught is not None:
        sentences, _ = cut_flat(pages.select(in_flat), flat)
        parts.append(_find_taught(ledger, sentences, units, ledger.taught, limit))
    return _in_order(ledger.corpus, parts)


def _find_taught(
    ledger: Ledger, sentences: UnitTable, found: UnitTable, model: BoilerplateModel, limit: float
) -> FoundBoilerplate:
    """Judge by a taught model what nothing is removed of, of the sentences of documents that are flat."""
    documents = np.unique(sentences.document)
    gone = {number: Spans() for number in documents.tolist()}
    rows = [(number, *span) for number in gone for span in ledger.removed.get(number, ())]
    rows += zip(*(column.tolist() for column in (found.document, found.start, found.end)), strict=True)
    for document, start, end in rows:
        gone[document].add(start, end)
    left = ~overlap_removed(sentences.document, sentences.start, sentences.end, documents, gone)
    left &= sentences.end - sentences.start >= _SENTENCE
    scores = score_units(sentences.select(left), model)
    removed = np.flatnonzero(scores.probability >= limit)
    return FoundBoilerplate(
        sentences.select(np.flatnonzero(left)[removed]), scores.probability[removed], scores.reasons(removed)
    )


def _in_order(corpus: Corpus, parts: list[FoundBoilerplate]) -> FoundBoilerplate:
    """Return what was found in several ways, by document and place."""
    columns = (
        (*(getattr(one.units, name) for name in ("document", "start", "end")), one.probability) for one in parts
    )
    document, start, end, probability = map(np.concatenate, zip(*columns, strict=True))
    order = np.lexsort((start, document))
    reasons = [reason for one in parts for reason in one.reasons]
    units = UnitTable(corpus, "paragraph", document[order], start[order], end[order])
    return FoundBoilerplate(units, probability[order], [reasons[i] for i in order.tolist()])


def _judge(
    ledger: Ledger, options: CleanOptions, pages: UnitTable, whole: I64, stays: Mask, flat: Mask
) -> FoundBoilerplate:
    """Judge what is left of the units of documents that stay; `whole` is which paragraph each is of."""
    recurrence = None if ledger.recurrence is None else ledger.recurrence[whole]
    units = _rest(ledger, options, pages, stays, flat)
    scores = score_in_context(pages, units, recurrence) if options.context else score_units(units)
    probability = scores.probability
    size = units.end - units.start
    alone = np.bincount(pages.document, minlength=len(pages.corpus))[units.document] == 1
    if options.context:
        probability = _with_notices(units, probability, alone & (size >= FLAT) & ~flat[units.document])
    taught = None if ledger.taught is None else score_units(units, ledger.taught)
    if taught is not None:
        probability = np.maximum(probability, taught.probability)
    ledger.judged += score_steps(probability)
    is_word = flat[units.document] & (size < _SENTENCE)
    # A short line alone has no neighbours to speak for it: a greeting, a name.
    too_little = alone & (size < _LINE) & (probability < SHORT_LIMIT) & options.context
    removed = np.flatnonzero((probability >= boilerplate_limit(options)) & ~is_word & ~too_little)
    reasons = scores.reasons(removed)
    if taught is not None:
        own = np.flatnonzero(taught.probability[removed] > scores.probability[removed])
        for place, reason in zip(own.tolist(), taught.reasons(removed[own]), strict=True):
            reasons[place] = reason
    return FoundBoilerplate(units.select(removed), probability[removed], reasons)


def _with_notices(units: UnitTable, probability: Floats, notices: Mask) -> Floats:
    """Return probabilities, of texts that read like boilerplate in each sentence that of the strongest at least."""
    own = np.flatnonzero(notices)
    if not len(own):
        return probability
    sentences, place = cut_flat(units.select(own), np.ones(len(units.corpus), bool))
    out = probability.copy()
    np.maximum.at(out, own[place], score_units(sentences).probability)
    return out


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


def _rest(ledger: Ledger, options: CleanOptions, pages: UnitTable, stays: Mask, flat: Mask) -> UnitTable:
    """The units of what is left: a paragraph of which a part is removed is what remains of it.

    `pages` are all units of the documents that stay, in those that are flat sentences.
    """
    texts = ledger.corpus.texts
    rows = [
        (document, start, end)
        for document, spans in sorted(ledger.removed.items())
        if stays[document]
        for start, end in spans.gaps(len(texts[document]))
    ]
    document, low, high = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    whole = np.ones(len(texts), bool)
    whole[list(ledger.removed)] = False
    untouched = whole[pages.document]
    found = [(pages.document[untouched], pages.start[untouched], pages.end[untouched])]
    unit: UnitName
    for unit, chosen in (("paragraph", ~flat[document]), ("sentence", flat[document])):
        numbers = np.flatnonzero(chosen)
        for first, last in runs((high - low)[numbers]):
            own = numbers[first:last]
            cut = cut_batch(texts.slices(document[own], low[own], high[own]), unit, options.paragraphs)
            begin = low[own][cut.texts]
            found.append((document[own][cut.texts], begin + cut.starts, begin + cut.ends))
    units = UnitTable(ledger.corpus, "paragraph", *map(np.concatenate, zip(*found, strict=True)))
    return units.select(np.argsort(units.document, kind="stable"))


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
                if not (d.id == identity and d.stage not in WHOLE_STAGES and lies_within(*d[1:3], start, end))
            ]
    return withdrawn
