"""`clean` on corpora larger than memory: every stage goes through the documents run by run.

Duplicates are found as `find_in_files` finds them; the stages that judge a document by itself are those of the path
in memory, on the documents of a run. What each decides is put into a file, and read again by the stages behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dedupe.cleaning import SCORE_STEPS
from dedupe.cleaning.cuts import make_cuts
from dedupe.cleaning.stages import (
    Ledger,
    remove_boilerplate,
    remove_by_quality,
    withdraw_uncuttable,
)
from dedupe.columns import BatchColumn
from dedupe.documents import Corpus
from dedupe.duplicates.settings import resolve
from dedupe.files.fields import Fields
from dedupe.files.sources import Source
from dedupe.job import CleanOptions, Stage
from dedupe.outofcore.answers import Cut, Followed, Judged, Scored
from dedupe.outofcore.choose import choose_passages
from dedupe.outofcore.cleaned import FileCleaning
from dedupe.outofcore.crumbs import find_crumbs_in_files
from dedupe.outofcore.duplicated import Duplicated, removed_duplicates
from dedupe.outofcore.duplicates import group_in_files, stage_names
from dedupe.outofcore.estimate import Estimate, estimate_clean
from dedupe.outofcore.follow import follow_rows
from dedupe.outofcore.passages import Anchored, find_anchors, find_regions_across
from dedupe.outofcore.recurrence import Recurrence, find_recurrence
from dedupe.outofcore.removals import SPAN, Removals, RemovalWriter, removed_of, to_spans
from dedupe.outofcore.run import LimitedRun, Limits, begin, identity, keep_name
from dedupe.outofcore.scan import Scanned, scan, scan_again
from dedupe.parallel import ordered_map, thread_count
from dedupe.passages.find import Search
from dedupe.spans import Spans
from dedupe.store.bits import Bits
from dedupe.store.columns import Column, WorkFolder
from dedupe.text.encode import Offsets


@contextmanager
def decide_in_files(
    sources: Sequence[Source],
    fields: Fields,
    options: CleanOptions,
    *,
    max_memory: int | str,
    workdir: str | Path | None = None,
    strict: bool = False,
    step: Callable[[str], object] | None = None,
    read: Callable[[int, int], object] | None = None,
    announce: Callable[[Estimate], object] | None = None,
) -> Iterator[FileCleaning]:
    """Decide what `clean` removes within a limit of memory.

    Parameters
    ----------
    sources : sequence of Source
        The files.
    fields, options, strict
        As for `clean_files`.
    max_memory, workdir, step, announce
        As for `find_in_files`.
    read : function, optional
        Called with the bytes that a step has just read, and how many it has to read.

    Yields
    ------
    FileCleaning
        What is removed, whose files go with the block.

    Raises
    ------
    InputError
        The limit is no size or too small, an input is not usable, or the folder holds a stopped run of other inputs
        or options.
    OutputError
        There is no room for the work files, or another run uses the folder.
    """
    # Limits of what may be removed, and threads, change nothing that is put down.
    free = {"keep": "", "threads": None, "max_removal": 1.0, "max_source_removal": 1.0}
    run = {
        "options": {name: value for name, value in vars(options).items() if name not in free},
        "keep": keep_name(options.keep),
        "fields": repr(fields),
        "inputs": [identity(source) for source in sources],
    }
    limits, given = Limits(max_memory, workdir, step, announce), {"keep": options.keep}
    with begin(
        limits, lambda budget: estimate_clean(sources, fields, options, budget), run, sources, given
    ) as begun:
        yield _Run(begun, sources, fields, options, strict, read).decide()


class _Run:
    """The stages of a run."""

    def __init__(
        self,
        run: LimitedRun,
        sources: Sequence[Source],
        fields: Fields,
        options: CleanOptions,
        strict: bool,
        read: Callable[[int, int], object] | None,
    ) -> None:
        stages, budget, say = self._stages, self._budget, self._say = run
        self._options, self._threads = options, (threads := thread_count(options.threads))
        self._removals: list[tuple[Stage, Removals]] = []
        self._judged: tuple[int, ...] = (0,) * SCORE_STEPS
        say("reading")
        settings = resolve("document", options.threshold, options.recall, facts=options.facts)
        wanted = "duplicates" in options.stages
        given = sum(source.path.stat().st_size for source in sources)
        self._scanned = stages.run(
            "01-scan",
            Scanned,
            lambda folder: scan(
                sources,
                (),
                fields,
                settings,
                folder,
                budget,
                budget.bits,
                keep=options.keep,
                threads=threads,
                strict=strict,
                digest=True,
                sign=wanted,
                progress=read and (lambda done: read(done, given)),
                sweep=stages.sweep,
            ),
            {"settings": settings},
        )
        if strict:
            # The scan may be that of a run which did not ask.
            self._scanned.documents.found.check_strict()
        if read:
            self._scanned = replace(self._scanned, documents=self._scanned.documents.watched(read))
        self._documents = self._scanned.documents
        self._gone = Bits(self._documents.count)

    def decide(self) -> FileCleaning:
        """Ask every wanted stage in turn."""
        wanted = self._options.stages
        for stage, ask in (
            ("duplicates", self._documents_stage),
            ("paragraphs", self._paragraphs),
            ("passages", self._passages),
        ):
            if stage in wanted:
                self._say(stage)
                ask()
        self._follow_kept()
        if "boilerplate" in wanted:
            self._say("boilerplate")
            self._boilerplate()
        self._say("cutting")
        cut = self._stages.run("16-cuts", Cut, self._cut)
        judged: dict[Stage, Bits] = {}
        if "quality" in wanted:
            self._say("quality")
            low = self._stages.run("17-quality", Judged, lambda folder: self._quality(cut, folder))
            self._removals.append(("quality", low.removals))
            judged["quality"] = low.documents
        if "crumbs" in wanted:
            self._say("crumbs")
            left = self._stages.run("18-crumbs", Judged, lambda folder: self._crumbs(cut, judged, folder))
            self._removals.append(("crumbs", left.removals))
            judged["crumbs"] = left.documents
        return self._cleaning(cut, judged)

    def _cleaning(self, cut: Cut, judged: dict[Stage, Bits]) -> FileCleaning:
        """What is decided so far."""
        return FileCleaning(
            self._scanned,
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
        """What is removed so far of documents that are left."""
        return [removals.spans for stage, removals in self._removals if stage != "duplicates"]

    def _documents_stage(self) -> None:
        found = self._duplicates("05-duplicates", ("02", "03", "04"), lambda: self._scanned)
        self._gone = found.gone
        self._removals.append(("duplicates", found.removals))

    def _paragraphs(self) -> None:
        options = self._options
        settings = resolve("paragraph", options.threshold, options.recall, facts=options.facts)
        given = {"settings": settings, "documents": self._documents}

        def cut() -> Scanned:
            return self._stages.run(
                "06-scan",
                Scanned,
                lambda folder: scan_again(
                    self._scanned,
                    settings,
                    self._gone,
                    folder,
                    self._budget,
                    self._budget.bits,
                    keep=options.keep,
                    paragraphs=options.paragraphs,
                    least=options.min_paragraph,
                    threads=self._threads,
                ),
                given,
            )

        found = self._duplicates("10-paragraphs", ("07", "08", "09"), cut)
        self._stages.drop("06-scan")
        self._removals.append(("paragraphs", found.removals))

    def _duplicates(self, name: str, numbers: tuple[str, str, str], units: Callable[[], Scanned]) -> Duplicated:
        """Duplicates in four stages, of which the last one is kept."""

        def find(folder: WorkFolder) -> Duplicated:
            scanned = units()
            answer = group_in_files(self._stages, numbers, scanned, self._budget, self._threads, self._say)
            return removed_duplicates(scanned, answer, folder)

        found = self._stages.run(name, Duplicated, find)
        self._stages.drop(*stage_names(numbers))
        return found

    def _passages(self) -> None:
        options = self._options
        wanted = Search(options.min_passage, options.passage_similarity).located()

        def find(folder: WorkFolder) -> Anchored:
            return find_anchors(
                self._documents,
                self._scanned.end,
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
            return self._choose(anchored, wanted, folder)

        self._removals.append(("passages", self._stages.run("12-passages", Removals, choose)))
        self._stages.drop("11-anchors")

    def _choose(self, anchored: Anchored, wanted: Search, folder: WorkFolder) -> Removals:
        """Which copy of each passage goes."""
        across = find_regions_across(self._documents, anchored, wanted, folder, self._budget, self._threads)
        rank = self._scanned.rank
        removals = choose_passages(self._documents, anchored, across, rank, self._options, folder, self._budget)
        across.remove()
        return removals

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

    def _boilerplate(self) -> None:
        def judge(folder: WorkFolder) -> Scored:
            recurrence = None
            if self._options.context:
                recurrence = self._stages.run("14-recurrence", Recurrence, self._recurrence)
            writer, judged = RemovalWriter(folder, "removed", reasons=True), np.zeros(SCORE_STEPS, np.int64)
            for ledger in self._judge(remove_boilerplate, [], recurrence):
                writer.add_decisions(ledger.decisions)
                judged += ledger.judged
            return Scored(writer.close(), judged)

        found = self._stages.run("15-boilerplate", Scored, judge)
        self._removals.append(("boilerplate", found.removals))
        self._judged = tuple(found.judged.tolist())
        self._stages.drop("14-recurrence")

    def _recurrence(self, folder: WorkFolder) -> Recurrence:
        paragraphs = self._options.paragraphs
        return find_recurrence(self._documents, self._gone, paragraphs, folder, self._budget, self._threads)

    def _quality(self, cut: Cut, folder: WorkFolder) -> Judged:
        writer, low = RemovalWriter(folder, "removed", reasons=True), Bits(self._documents.count)
        for ledger in self._judge(remove_by_quality, [cut.withdrawn], None):
            writer.add_decisions(ledger.decisions)
            low.add(np.array([decision.id for decision in ledger.decisions], np.int64))
        return Judged(writer.close(), low)

    def _crumbs(self, cut: Cut, judged: dict[Stage, Bits], folder: WorkFolder) -> Judged:
        writer, found = RemovalWriter(folder, "removed"), Bits(self._documents.count)
        so_far = self._cleaning(cut, judged)
        for one in find_crumbs_in_files(self._documents, so_far.rows(), cut.cuts, so_far.is_removed, self._options):
            writer.add(document=[one.document], start=0, end=len(one.text), score=[one.share])
            found.add(np.array([one.document]))
        return Judged(writer.close(), found)

    def _judge(
        self,
        stage: Callable[[Ledger, CleanOptions], object],
        withdrawn: list[Column],
        recurrence: Recurrence | None,
    ) -> Iterator[Ledger]:
        """Ask a stage that judges each document by itself; in decisions a document's id is its number."""
        counts = iter(()) if recurrence is None else recurrence.runs()

        def work(run: tuple[Offsets, dict[int, Spans], Any]) -> Ledger:
            numbers, removed, features = run
            ledger = self._ledger(numbers, removed)
            ledger.recurrence = features
            stage(ledger, self._options)
            return ledger

        def documents() -> Iterator[tuple[Offsets, dict[int, Spans], Any]]:
            until = removed_of(self._spans, withdrawn)()
            for first, last in self._documents.runs():
                numbers = np.arange(first, last)
                yield numbers[~self._gone.has(numbers)], until(last), next(counts, None)

        yield from ordered_map(work, documents(), self._threads)

    def _ledger(self, numbers: Offsets, removed: dict[int, Spans]) -> Ledger:
        """Some documents, whose ids are their numbers, and what earlier stages remove of them."""
        ledger = Ledger(Corpus(numbers.tolist(), BatchColumn([self._documents.read(numbers)])))
        ledger.removed.update((ledger.number[number], spans) for number, spans in sorted(removed.items()))
        return ledger

    def _cut(self, folder: WorkFolder) -> Cut:
        cuts, withdrawn = (folder.column(name, SPAN) for name in ("cuts", "withdrawn"))
        until = removed_of(self._spans)()
        for _, last in self._documents.runs():
            removed = until(last)
            ledger = self._ledger(np.array(sorted(removed), np.int64), removed)
            left = withdraw_uncuttable(ledger)
            names = ledger.corpus.ids
            withdrawn.append(to_spans([(names[place], *span) for place, *span in sorted(left)]))
            cuts.append(
                to_spans(
                    [
                        (names[place], *cut)
                        for place, spans in ledger.removed.items()
                        for cut in make_cuts(ledger.corpus.texts[place], spans)
                    ]
                )
            )
        return Cut(cuts.close(), withdrawn.close())
