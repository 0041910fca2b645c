"""`clean` on corpora larger than memory: documents in files as the home of what is cleaned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from dedupe.boilerplate.model import model_digest
from dedupe.cleaning.answers import StageRemovals
from dedupe.cleaning.decided import Decided
from dedupe.cleaning.engine import Home, decide
from dedupe.duplicates.settings import resolve
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.sources import Source
from dedupe.files.write_cleaned import RecordEdits
from dedupe.job import CleanOptions
from dedupe.outofcore.duplicated import removed_duplicates
from dedupe.outofcore.duplicates import group_in_files, stage_names
from dedupe.outofcore.estimate import Estimate, estimate_clean
from dedupe.outofcore.run import LimitedRun, RunLimits, begin, identity, keep_name
from dedupe.outofcore.scan import Scanned, scan, scan_again
from dedupe.parallel import thread_count
from dedupe.store.bits import Bits
from dedupe.store.columns import FileFolder
from dedupe.store.stages import Stages
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
) -> Iterator[tuple[Decided, FileCorpus, RecordEdits]]:
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
    (Decided, FileCorpus, RecordEdits)
        The decisions (their files are removed after the block), the contents of each input, and its edits.

    Raises
    ------
    InputError
        The limit is not a size or is too small, or an input is not usable. Also if the folder holds a stopped run
        of other inputs or options.
    OutputError
        There is no room for the work files, or another run uses the folder.
    """
    # Limits of what may be removed, and threads, change nothing that is put down.
    free = {"keep": "", "threads": None, "max_removal": 1.0, "max_source_removal": 1.0}
    run = {
        "options": {name: value for name, value in vars(options).items() if name not in free},
        "keep": keep_name(options.keep),
        "model": None if options.model is None else model_digest(options.model),
        "fields": repr(fields),
        "inputs": [identity(source) for source in sources],
    }
    limits, given = RunLimits(max_memory, workdir, step, announce), {"keep": options.keep}
    with begin(
        limits, lambda budget: estimate_clean(sources, fields, options, budget), run, sources, given
    ) as begun:
        home = FileHome(begun, sources, fields, options, strict, read)
        documents = home.packed
        decided = decide(home, options, begun.say)
        edits = RecordEdits(
            decided,
            documents.found,
            documents.file_counts(),
            lambda first, last: documents.place.read(first, last).astype(np.int64),
        )
        yield decided, documents.found, edits


class FileHome(Home):
    """Documents packed in work files."""

    stages: Stages

    def __init__(
        self,
        run: LimitedRun,
        sources: Sequence[Source],
        fields: Fields,
        options: CleanOptions,
        strict: bool,
        read: Callable[[int, int], object] | None,
    ) -> None:
        stages, budget, say = self.stages, self.budget, self._say = run
        self._options, self._threads = options, (threads := thread_count(options.threads))
        say("reading")
        settings = resolve("document", options.threshold, options.recall, facts=options.facts)
        wanted = "duplicates" in options.stages
        given = sum(source.path.stat().st_size for source in sources)
        scanned = stages.run(
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
            scanned.documents.found.check_strict()
        scanned = replace(scanned, documents=scanned.documents.opened(budget.held_text, read))
        self._scanned, self.documents, self.lengths = scanned, scanned.documents, scanned.end
        self.packed = scanned.documents

    def rank(self, documents: Offsets) -> Offsets:
        """Return the place in keep order of some documents, whose numbers ascend, among themselves."""
        return self._scanned.rank(documents)

    def find_documents(self) -> StageRemovals:
        """Return the documents that are near-duplicates of others."""
        return self._find("05-duplicates", ("02", "03", "04"), lambda: self._scanned)

    def find_paragraphs(self, gone: Bits) -> StageRemovals:
        """Return the paragraphs that are near-duplicates of others, in documents that are not gone."""
        options = self._options
        settings = resolve("paragraph", options.threshold, options.recall, facts=options.facts)

        def cut() -> Scanned:
            return self.stages.run(
                "06-scan",
                Scanned,
                lambda folder: scan_again(
                    self._scanned,
                    settings,
                    gone,
                    folder,
                    self.budget,
                    self.budget.bits,
                    keep=options.keep,
                    paragraphs=options.paragraphs,
                    least=options.min_paragraph,
                    threads=self._threads,
                ),
                {"settings": settings, "documents": self.documents},
            )

        found = self._find("10-paragraphs", ("07", "08", "09"), cut)
        self.stages.drop("06-scan")
        return found

    def _find(self, name: str, numbers: tuple[str, str, str], units: Callable[[], Scanned]) -> StageRemovals:
        """Find duplicates in four stages, of which the last one is kept."""

        def find(folder: FileFolder) -> StageRemovals:
            scanned = units()
            answer = group_in_files(self.stages, numbers, scanned, self.budget, self._threads, self._say)
            return removed_duplicates(scanned, answer, folder)

        found = self.stages.run(name, StageRemovals, find)
        self.stages.drop(*stage_names(numbers))
        return found
