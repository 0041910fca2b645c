"""`find_duplicates` of corpora larger than memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dedupe.duplicates.settings import Settings
from dedupe.errors import InputError
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.sources import Source
from dedupe.job import Keep, ParagraphMode
from dedupe.outofcore.buckets import Joined, cut_chunks, join_keys
from dedupe.outofcore.copies import Copies, find_copies
from dedupe.outofcore.estimate import Estimate, estimate
from dedupe.outofcore.grouping import Grouped, group_all
from dedupe.outofcore.result import FileDuplicates
from dedupe.outofcore.run import Limits, begin, identity, keep_name
from dedupe.outofcore.scan import Scanned, scan
from dedupe.store.budget import Budget
from dedupe.store.columns import WorkFolder
from dedupe.store.stages import Stages


@contextmanager
def find_in_files(
    sources: Sequence[Source],
    fields: Fields,
    settings: Settings,
    *,
    max_memory: int | str,
    workdir: str | Path | None = None,
    keep: Keep = "first",
    against: Sequence[Source] = (),
    paragraphs: ParagraphMode = "auto",
    threads: int = 1,
    strict: bool = False,
    progress: Callable[[int], object] | None = None,
    step: Callable[[str], object] | None = None,
    announce: Callable[[Estimate], object] | None = None,
) -> Iterator[tuple[FileDuplicates, FileCorpus]]:
    """Find near-duplicates within a limit of memory; what does not fit is put into files.

    Parameters
    ----------
    sources, against : sequences of Source
        The files, and those that they are compared against.
    fields : Fields
        Which fields hold text and id.
    settings : Settings
        How units are compared.
    max_memory : int or str
        Bytes, or a size such as `1GB`.
    workdir : path, optional
        Where files are put, in a folder `dedupe-work`. A run that was stopped goes on from its finished stages when
        it is begun again with the same inputs, parameters and folder. Without it files are put into a folder of the
        system's, which goes with the run.
    keep, against, paragraphs, threads, strict
        As for `find_duplicates`.
    progress : function, optional
        Called with the bytes that have just been read.
    step : function, optional
        Called with the name of each step that begins.
    announce : function, optional
        Called with what the run will take, before it starts.

    Yields
    ------
    (FileDuplicates, FileCorpus)
        The answer, whose files go with the block, and what each input holds.

    Raises
    ------
    InputError
        The limit is no size or too small, something is asked for that needs all in memory, or the folder holds a
        stopped run of other inputs or parameters.
    OutputError
        There is no room for the work files, or another run uses the folder.
    """
    if settings.by != "jaccard":
        raise InputError("containment is found in memory only: leave `max_memory=` out")
    run = {
        "settings": repr(settings),
        "keep": keep_name(keep),
        "paragraphs": paragraphs,
        "fields": repr(fields),
        "inputs": [identity(source) for source in sources],
        "against": [identity(source) for source in against],
    }

    def expect(budget: Budget) -> Estimate:
        return estimate([*against, *sources], fields, settings, budget, paragraphs=paragraphs, threads=threads)

    limits, given = Limits(max_memory, workdir, step, announce), {"settings": settings, "keep": keep}
    with begin(limits, expect, run, [*against, *sources], given) as (stages, budget, say):
        scanned = stages.run(
            "1-scan",
            Scanned,
            lambda folder: scan(
                sources,
                against,
                fields,
                settings,
                folder,
                budget,
                budget.bits,
                keep=keep,
                paragraphs=paragraphs,
                threads=threads,
                strict=strict,
                progress=progress,
                sweep=stages.sweep,
            ),
        )
        answer = group_in_files(stages, ("2", "3", "4"), scanned, budget, threads, say)
        say("putting together")
        yield answer, scanned.documents.found


def stage_names(numbers: tuple[str, str, str]) -> list[str]:
    """The names of the stages that group units."""
    return [f"{number}-{name}" for number, name in zip(numbers, ("copies", "buckets", "groups"), strict=True)]


def group_in_files(
    stages: Stages,
    numbers: tuple[str, str, str],
    scanned: Scanned,
    budget: Budget,
    threads: int,
    say: Callable[[str], object],
) -> FileDuplicates:
    """Group units in three stages, whose names begin with some numbers."""
    copies_name, buckets_name, groups_name = stage_names(numbers)
    say("finding exact copies")
    copies = stages.run(copies_name, Copies, lambda folder: find_copies(scanned, folder, budget, budget.bits))
    say("joining band keys")
    joined = stages.run(buckets_name, Joined, lambda folder: join_keys(scanned, copies, folder, budget))

    def group(folder: WorkFolder) -> Grouped:
        chunks = cut_chunks(scanned, joined, folder, budget)
        return group_all(scanned, chunks, folder, budget, threads, lambda: say("comparing"))

    grouped = stages.run(groups_name, Grouped, group)
    folder = stages.folder_of(f"{groups_name}.read")
    return FileDuplicates(scanned, copies, grouped, joined.largest, folder, budget, budget.bits)
