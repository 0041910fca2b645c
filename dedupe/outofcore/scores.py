"""The documents of files for scores, run by run, in corpora larger than memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from dedupe.columns import BatchColumn
from dedupe.documents import Corpus
from dedupe.duplicates.settings import resolve
from dedupe.errors import OutputError
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.sources import Source
from dedupe.files.streams import writing
from dedupe.job import ScoreOptions
from dedupe.kernels.records import I64
from dedupe.outofcore.duplicates import identity, open_stages
from dedupe.outofcore.estimate import Estimate, check_room, estimate_scores
from dedupe.outofcore.recurrence import Recurrence, find_recurrence
from dedupe.outofcore.scan import Scanned, scan
from dedupe.parallel import thread_count
from dedupe.store.bits import Bits
from dedupe.store.budget import make_budget


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
        The limit is no size or too small, an input is not usable, or the folder holds a stopped run of other inputs
        or options.
    OutputError
        There is no room for the work files, or another run uses the folder.
    """
    budget, say = make_budget(max_memory), step or (lambda name: None)
    if workdir is not None and not Path(workdir).is_dir():
        raise OutputError(f"{workdir} is no folder: make it, or name another workdir")
    expected = estimate_scores(sources, fields, job, budget)
    if announce:
        announce(expected)
    check_room(expected, Path(workdir or tempfile.gettempdir()))
    budget, threads = budget._replace(units=expected.units), thread_count(job.threads)
    run = {
        "command": "score",
        "options": {**vars(job), "threads": None},
        "fields": repr(fields),
        "inputs": [identity(source) for source in sources],
    }
    settings, given = resolve("document"), sum(source.path.stat().st_size for source in sources)
    with (
        writing(workdir or tempfile.gettempdir()),
        open_stages(workdir, run, sources, {"keep": "first", "settings": settings}) as stages,
    ):
        if stages.done:
            say(f"going on behind: {', '.join(stages.done)}")
        say("reading")
        documents = stages.run(
            "1-scan",
            Scanned,
            lambda folder: scan(
                sources,
                (),
                fields,
                settings,
                folder,
                budget,
                budget.bits,
                threads=threads,
                strict=strict,
                sign=False,
                progress=read and (lambda done: read(done, given)),
                sweep=stages.sweep,
            ),
        ).documents
        recurrence = None
        if job.what == "boilerplate" and job.in_context:
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
            watched = documents.watched(read) if read else documents
            counts = iter(()) if recurrence is None else recurrence.runs()
            for run in documents.runs():
                numbers = np.arange(*run)
                yield Corpus(watched.names(numbers), BatchColumn([watched.read(numbers)])), next(counts, None)

        yield documents.found, parts()
