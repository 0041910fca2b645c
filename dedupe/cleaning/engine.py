"""The stages of cleaning: documents, paragraphs, passages, boilerplate, quality, crumbs, each on what is left.

One engine decides for documents in memory and in files. A `Home` holds the documents and finds their
near-duplicates; all else is done here run by run. The decisions of a stage are written to columns, which later
stages read again.

A duplicate is removed only for a copy that stays. If a later duplicate stage removes a part of that copy, the
removal names the place where that part stays. Boilerplate is removed even from a kept copy; the decision that named
it then says so. In the end, documents with only crumbs left are removed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from dedupe.boilerplate.score import taught_model
from dedupe.cleaning import SCORE_STEPS
from dedupe.cleaning.across import Anchored, find_anchors, find_regions_across
from dedupe.cleaning.answers import BoilerplateRemovals, FinalCuts, Followed, StageRemovals
from dedupe.cleaning.choose import choose_passages
from dedupe.cleaning.crumbs import find_crumbs_in
from dedupe.cleaning.cuts import split_cuts
from dedupe.cleaning.decided import Decided
from dedupe.cleaning.documents import Documents, document_runs
from dedupe.cleaning.follow import follow_rows
from dedupe.cleaning.recurrence import Recurrence, find_recurrence
from dedupe.cleaning.removals import SPAN, Removals, RemovalWriter, removed_of, to_spans
from dedupe.cleaning.stages import Ledger, find_boilerplate, remove_by_quality
from dedupe.columns import BatchColumn
from dedupe.documents import Corpus
from dedupe.job import CleanOptions, Stage
from dedupe.parallel import ordered_map, thread_count
from dedupe.passages.find import Search
from dedupe.policy import COPY_STAGES
from dedupe.spans import Spans
from dedupe.store.bits import Bits
from dedupe.store.budget import Budget
from dedupe.store.columns import Column, WorkFolder
from dedupe.store.stages import StageRunner
from dedupe.text.encode import Offsets
from dedupe.units import UnitTable

Answer = TypeVar("Answer")


class Home(ABC):
    """A place of documents, and the search for near-duplicates among them there."""

    documents: Documents
    lengths: Column
    """the code points of each document"""
    stages: StageRunner
    budget: Budget

    @abstractmethod
    def rank(self, documents: Offsets) -> Offsets:
        """Return the place in keep order of some documents, whose numbers ascend, among themselves."""

    @abstractmethod
    def find_documents(self) -> StageRemovals:
        """Return the documents that are near-duplicates of others."""

    @abstractmethod
    def find_paragraphs(self, gone: Bits) -> StageRemovals:
        """Return the paragraphs that are near-duplicates of others, in documents that are not gone."""


def decide(home: Home, options: CleanOptions, say: Callable[[str], object] | None = None) -> Decided:
    """Decide what is removed; `say` is called with the name of each stage as it begins."""
    return _Engine(home, options, say or (lambda name: None)).decide()


class _Engine:
    """The stages in turn, and what they have decided so far."""

    def __init__(self, home: Home, options: CleanOptions, say: Callable[[str], object]) -> None:
        self._home, self._options, self._say = home, options, say
        self._documents, self._stages, self._budget = home.documents, home.stages, home.budget
        self._threads = thread_count(options.threads)
        self._removals: list[tuple[Stage, Removals]] = []
        self._judged: tuple[int, ...] = (0,) * SCORE_STEPS
        self._gone = Bits(self._documents.count)
        self._taught = None if options.model is None else taught_model(options.model)

    def decide(self) -> Decided:
        """Ask every wanted stage in turn."""
        wanted = self._options.stages
        asks = (self._find_documents, self._find_paragraphs, self._find_passages)
        for stage, ask in zip(COPY_STAGES, asks, strict=True):
            if stage in wanted:
                self._say(stage)
                ask()
        self._follow_kept()
        if "boilerplate" in wanted:
            self._say("boilerplate")
            self._judge_boilerplate()
        self._say("cutting")
        cut = self._stages.run("16-cuts", FinalCuts, self._cut)
        judged: dict[Stage, Bits] = {}
        if "quality" in wanted:
            self._say("quality")
            low = self._stages.run("17-quality", StageRemovals, lambda folder: self._judge_quality(cut, folder))
            self._removals.append(("quality", low.removals))
            judged["quality"] = low.documents
        if "crumbs" in wanted:
            self._say("crumbs")
            left = self._stages.run(
                "18-crumbs", StageRemovals, lambda folder: self._find_crumbs(cut, judged, folder)
            )
            self._removals.append(("crumbs", left.removals))
            judged["crumbs"] = left.documents
        return self._decided(cut, judged)

    def _decided(self, cut: FinalCuts, judged: dict[Stage, Bits]) -> Decided:
        """Return what is decided so far."""
        return Decided(
            self._documents,
            self._home.lengths,
            self._removals,
            cut.cuts,
            cut.withdrawn,
            self._gone,
            judged,
            self._judged,
            self._stages.folder_of("write"),
        )

    @property
    def _spans(self) -> list[Column]:
        """Return what is removed so far of documents that are left."""
        return [removals.spans for stage, removals in self._removals if stage != "duplicates"]

    def _find_documents(self) -> None:
        found = self._home.find_documents()
        self._gone = found.documents
        self._removals.append(("duplicates", found.removals))

    def _find_paragraphs(self) -> None:
        self._removals.append(("paragraphs", self._home.find_paragraphs(self._gone).removals))

    def _find_passages(self) -> None:
        options = self._options
        across = self._documents.count > 1
        wanted = Search(options.min_passage, options.passage_similarity, across=across).located()

        def find(folder: WorkFolder) -> Anchored:
            return find_anchors(
                self._documents,
                self._home.lengths,
                self._gone,
                removed_of(self._spans),
                wanted,
                options.paragraphs,
                folder,
                self._budget.bits,
                self._threads,
                signs=options.facts == "apart",
            )

        def choose(folder: WorkFolder) -> Removals:
            anchored = self._stages.run("11-anchors", Anchored, find)
            self._say("comparing passages")
            across = find_regions_across(self._documents, anchored, wanted, folder, self._budget, self._threads)
            removals = choose_passages(
                self._documents, anchored, across, self._home.rank, options, folder, self._budget
            )
            across.remove()
            return removals

        self._removals.append(("passages", self._stages.run("12-passages", Removals, choose)))
        self._stages.drop("11-anchors")

    def _follow_kept(self) -> None:
        """Let each removal name text that no stage of duplicates removes."""
        if len(self._removals) > 1:
            rows = [removals.rows for _, removals in self._removals]
            followed = self._stages.run(
                "13-kept", Followed, lambda folder: Followed(follow_rows(self._documents, rows, folder))
            )
            for i, own in enumerate(followed.rows):
                stage, removals = self._removals[i]
                self._removals[i] = (stage, replace(removals, rows=own))

    def _judge_boilerplate(self) -> None:
        def judge(folder: WorkFolder) -> BoilerplateRemovals:
            recurrence = None
            if self._options.context:
                recurrence = self._stages.run("14-recurrence", Recurrence, self._count_recurrence)
            writer, judged = RemovalWriter(folder, "removed", reasons=True), np.zeros(SCORE_STEPS, np.int64)
            for ledger, (units, probability, reasons) in self._judge(find_boilerplate, [], recurrence):
                document = np.array(ledger.corpus.ids, np.int64)[units.document]
                writer.add(document=document, start=units.start, end=units.end, score=probability)
                writer.add_reasons(reasons)
                judged += ledger.judged
            return BoilerplateRemovals(writer.close(), judged)

        found = self._stages.run("15-boilerplate", BoilerplateRemovals, judge)
        self._removals.append(("boilerplate", found.removals))
        self._judged = tuple(found.judged.tolist())
        self._stages.drop("14-recurrence")

    def _count_recurrence(self, folder: WorkFolder) -> Recurrence:
        paragraphs = self._options.paragraphs
        return find_recurrence(self._documents, self._gone, paragraphs, folder, self._budget, self._threads)

    def _judge_quality(self, cut: FinalCuts, folder: WorkFolder) -> StageRemovals:
        writer, low = RemovalWriter(folder, "removed", reasons=True), Bits(self._documents.count)
        for ledger, _ in self._judge(remove_by_quality, [cut.withdrawn], None):
            writer.add_decisions(ledger.decisions)
            low.add(np.array([decision.id for decision in ledger.decisions], np.int64))
        return StageRemovals(writer.close(), low)

    def _find_crumbs(self, cut: FinalCuts, judged: dict[Stage, Bits], folder: WorkFolder) -> StageRemovals:
        writer, found = RemovalWriter(folder, "removed"), Bits(self._documents.count)
        so_far = self._decided(cut, judged)
        for one in find_crumbs_in(self._documents, so_far.rows(), cut.cuts, so_far.is_removed, self._options):
            writer.add(document=[one.document], start=0, end=len(one.text), score=[one.share])
            found.add(np.array([one.document]))
        return StageRemovals(writer.close(), found)

    def _judge(
        self,
        stage: Callable[[Ledger, CleanOptions], Answer],
        withdrawn: list[Column],
        recurrence: Recurrence | None,
    ) -> Iterator[tuple[Ledger, Answer]]:
        """Ask a stage that judges each document by itself; a document's id is its number."""
        counts = iter(()) if recurrence is None else recurrence.runs()

        def work(run: tuple[Offsets, dict[int, Spans], Any]) -> tuple[Ledger, Answer]:
            numbers, removed, recurring = run
            ledger = self._ledger(numbers, removed)
            if recurring:
                ledger.recurrence, places = recurring
                own, start, end = (places[name].astype(np.int64) for name in SPAN.names or ())
                ledger.paragraphs = UnitTable(ledger.corpus, "paragraph", np.searchsorted(numbers, own), start, end)
            return ledger, stage(ledger, self._options)

        def documents() -> Iterator[tuple[Offsets, dict[int, Spans], Any]]:
            until = removed_of(self._spans, withdrawn)()
            for first, last in document_runs(self._documents):
                numbers = np.arange(first, last)
                yield numbers[~self._gone.has(numbers)], until(last), next(counts, None)

        yield from ordered_map(work, documents(), self._threads)

    def _ledger(self, numbers: Offsets, removed: dict[int, Spans]) -> Ledger:
        """Return some documents, whose ids are their numbers, and what earlier stages remove of them."""
        corpus = Corpus(numbers.tolist(), BatchColumn([self._documents.texts.read(numbers)]))
        ledger = Ledger(corpus, taught=self._taught)
        ledger.removed.update((ledger.number[number], spans) for number, spans in sorted(removed.items()))
        return ledger

    def _cut(self, folder: WorkFolder) -> FinalCuts:
        cuts, withdrawn = (folder.column(name, SPAN) for name in ("cuts", "withdrawn"))
        until = removed_of(self._spans)()
        for _, last in document_runs(self._documents):
            removed = until(last)
            numbers = sorted(removed)
            batch = self._documents.texts.read(np.array(numbers, np.int64))
            made: list[tuple[int, int, int]] = []
            left: list[tuple[int, int, int]] = []
            for i, number in enumerate(numbers):
                cut, kept = split_cuts(batch.text(i), removed[number])
                made += [(number, *place) for place in cut]
                left += [(number, *place) for place in kept]
            cuts.append(to_spans(made))
            withdrawn.append(to_spans(left))
        return FinalCuts(cuts.close(), withdrawn.close())
