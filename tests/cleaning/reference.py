"""A readable reference of what `clean` decides: rows of Python, one stage after the other, all texts at once.

It finds regions as `find_passages` does, and shares with the engine what judges documents and pairs of places. The
engine has to decide the same, whatever home the texts have.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dedupe.cleaning.crumbs import choose_crumbs, find_crumbs, remains_of
from dedupe.cleaning.cuts import make_cuts
from dedupe.cleaning.decision import Decision
from dedupe.cleaning.follow import Moved, Part, follow_kept, overlapping_parts
from dedupe.cleaning.passages import remove_passages
from dedupe.cleaning.regions import Regions
from dedupe.cleaning.sentences import cut_sentences, keep_order
from dedupe.cleaning.stages import Ledger, remove_boilerplate, remove_by_quality, withdraw_uncuttable
from dedupe.documents import Corpus, Id, Unit
from dedupe.duplicates.find import compare_units
from dedupe.duplicates.keep import keep_rank
from dedupe.duplicates.settings import resolve
from dedupe.job import CleanOptions, Stage
from dedupe.passages.find import Search
from dedupe.passages.result import Places
from dedupe.spans import Spans
from dedupe.units import UnitTable, cut_units


def decide(corpus: Corpus, options: CleanOptions) -> Ledger:
    """Ask every wanted stage in turn."""
    ledger, followed = Ledger(corpus), False
    for name in options.stages:
        if name not in COPIES and not followed:
            _follow_kept(ledger)
            followed = True
        if name in ("quality", "crumbs"):
            # They judge what a reader will see.
            withdraw_uncuttable(ledger)
        STAGES[name](ledger, options)
    if not followed:
        _follow_kept(ledger)
    withdraw_uncuttable(ledger)
    _note_lost_copies(ledger)
    return ledger


# Stages that find copies, in their order.
COPIES: tuple[Stage, ...] = ("duplicates", "paragraphs", "passages")


def _follow_kept(ledger: Ledger) -> None:
    """Let each removal name text that no duplicate decision removes."""
    decisions = {stage: [one for one in ledger.decisions if one.stage == stage] for stage in COPIES}
    later: dict[int, list[Part]] = {}
    for stage in reversed(COPIES):
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
    ledger.decisions = [decision for stage in COPIES for decision in decisions[stage]]


def _left(ledger: Ledger, units: UnitTable) -> UnitTable:
    """The units of documents that are left."""
    return units.select(
        np.array([number not in ledger.removed_documents for number in units.document.tolist()], bool)
    )


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
    units = _left(ledger, cut_units(ledger.corpus, "paragraph", options.paragraphs))
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
    rank = keep_rank(cut_units(ledger.corpus, "document"), options.keep)
    parts = [
        (document, start, end)
        for document in left.tolist()
        for start, end in ledger.removed.get(document, Spans()).gaps(len(corpus.texts[document]))
    ]
    units = UnitTable(corpus, "paragraph", *np.array(parts, np.int64).reshape(-1, 3).T.copy())
    search = Search(options.min_passage, options.passage_similarity)
    found = search.located().run(units, 1)
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


STAGES: dict[Stage, Callable[[Ledger, CleanOptions], None]] = {
    "duplicates": _documents,
    "paragraphs": _paragraphs,
    "passages": _passages,
    "boilerplate": remove_boilerplate,
    "quality": remove_by_quality,
    "crumbs": remove_crumbs,
}


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


STAGES: dict[Stage, Callable[[Ledger, CleanOptions], None]] = {
    "duplicates": _documents,
    "paragraphs": _paragraphs,
    "passages": _passages,
    "boilerplate": remove_boilerplate,
    "quality": remove_by_quality,
    "crumbs": remove_crumbs,
}
