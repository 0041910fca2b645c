"""The documents of files for scores, run by run, in corpora larger than memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from dedupe.cleaning.documents import document_runs
from dedupe.cleaning.recurrence import Recurrence, find_recurrence
from dedupe.columns import BatchColumn
from dedupe.documents import Corpus
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.sources import Source
from dedupe.job import ScoreOptions
from dedupe.kernels.records import I64
from dedupe.outofcore.estimate import Estimate, estimate_scores
from dedupe.outofcore.run import RunLimits, begin, describe, read_for_run
from dedupe.parallel import thread_count
from dedupe.store.bits import Bits


@contextmanager
def read_in_parts(
    sources: Sequence[Source],
    fields: Fields,
    job: ScoreOptions,
    *,
    max_memory: int | str,
    workdir: str | Path | None = None,
    strict: bool = False,
    step: Callable[[str], object] | None = None,
    read: Callable[[int, int], object] | None = None,
    announce: Callable[[Estimate], object] | None = None,
) -> Iterator[tuple[FileCorpus, Iterator[tuple[Corpus, I64 | None]]]]:
    """Read documents within a limit of memory.

    Parameters
    ----------
    sources, fields, job, strict
        As for `score_files`.
    max_memory, workdir, step, read, announce
        As for `decide_in_files`.

    Yields
    ------
    (FileCorpus, iterator of (Corpus, int64 array or None))
        What each input holds; runs of documents, each with what `recurrence_features` says of its units if the
        context counts. The files that they are read from go with the block.

    Raises
    ------
    InputError
        The limit is not a size or is too small, or an input is not usable. Also if the folder holds a stopped run
        of other inputs or options.
    OutputError
        There is no room for the work files, or another run uses the folder.
    """
    threads, what = thread_count(job.threads), describe("score", job, fields, sources)
    limits = RunLimits(max_memory, workdir, step, announce)
    with begin(limits, lambda budget: estimate_scores(sources, fields, job, budget), what, sources, {}) as run:
        stages, budget, say = run
        scanned = read_for_run(run, sources, fields, threads=threads, strict=strict, read=read)
        documents = scanned.documents
        recurrence = None
        if job.in_context:
            say("counting what comes back")
            recurrence = stages.run(
                "2-recurrence",
                Recurrence,
                lambda folder: find_recurrence(
                    documents, Bits(documents.count), job.paragraphs, folder, budget, threads, unit=job.unit
                ),
            )
        say("scoring")

        def parts() -> Iterator[tuple[Corpus, I64 | None]]:
            counts = iter(()) if recurrence is None else recurrence.runs()
            for first, last in document_runs(documents):
                numbers = np.arange(first, last)
                features = next(counts, (None, None))[0]
                yield Corpus(documents.names(numbers), BatchColumn([documents.read(numbers)])), features

        yield documents.found, parts()
