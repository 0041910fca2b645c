"""`find_duplicates` of corpora larger than memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from dedupe.documents import Corpus
from dedupe.duplicates.find import compare_signed
from dedupe.duplicates.fingerprints import sign_units
from dedupe.duplicates.result import Duplicates
from dedupe.duplicates.settings import Settings
from dedupe.errors import InputError
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.sources import Source
from dedupe.job import Keep, Linkage, Pairs, ParagraphMode
from dedupe.outofcore.buckets import Joined, cut_chunks, join_keys
from dedupe.outofcore.copies import ExactCopies, find_copies
from dedupe.outofcore.estimate import Estimate, estimate
from dedupe.outofcore.grouping import Grouped, group_all
from dedupe.outofcore.result import FileDuplicates
from dedupe.outofcore.run import RunLimits, begin, identity, keep_name
from dedupe.outofcore.scan import Scanned, scan
from dedupe.store.budget import Budget
from dedupe.store.columns import FileFolder
from dedupe.store.stages import Stages
from dedupe.units import UnitTable

# Bytes of memory for a unit with its id, beside its band keys twice, and for a byte of text that is sampled.
_UNIT, _LETTER = 170, 10


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
    pairs: Pairs = "kept",
    linkage: Linkage = "leader",
    paragraphs: ParagraphMode = "auto",
    threads: int = 1,
    strict: bool = False,
    progress: Callable[[int], object] | None = None,
    step: Callable[[str], object] | None = None,
    announce: Callable[[Estimate], object] | None = None,
) -> Iterator[tuple[FileDuplicates | Duplicates[Any], FileCorpus]]:
    """Find near-duplicates within a limit of memory; the rest is held in files.

    Parameters
    ----------
    sources, against : sequences of Source
        The files, and the known files to compare them with.
    fields : Fields
        The fields of text and id.
    settings : Settings
        The settings of the comparison.
    max_memory : int or str
        Bytes, or a size such as `1GB`.
    workdir : path, optional
        The folder for work files, in its subfolder `dedupe-work`. A stopped run continues from its finished stages
        when it is started again with the same inputs, parameters and folder. The default is a temporary folder,
        which is removed after the run.
    keep, against, pairs, linkage, paragraphs, threads, strict
        As for `find_duplicates`.
    progress : function, optional
        Called with the bytes that have just been read.
    step : function, optional
        Called with the name of each step that begins.
    announce : function, optional
        Called with the estimate of the run, before it starts.

    Yields
    ------
    (FileDuplicates or Duplicates, FileCorpus)
        The result, whose files are removed at the end of the block, and the contents of each input. For all pairs,
        components and containment, fingerprints and the result are held in memory; the texts are not.

    Raises
    ------
    InputError
        The limit is not a size or is too small, or fingerprints that must be held in memory do not fit. Also if the
        folder holds a stopped run of other inputs or parameters.
    OutputError
        There is no room for the work files, or another run uses the folder.
    """
    held = settings.by != "jaccard" or pairs == "all" or linkage != "leader"
    run = {
        "settings": repr(settings),
        "pairs": pairs,
        "linkage": linkage,
        "keep": keep_name(keep),
        "paragraphs": paragraphs,
        "fields": repr(fields),
        "inputs": [identity(source) for source in sources],
        "against": [identity(source) for source in against],
    }

    def expect(budget: Budget) -> Estimate:
        found = estimate([*against, *sources], fields, settings, budget, paragraphs=paragraphs, threads=threads)
        if held:
            _check_held(settings, budget, found.units, found.text)
        return found

    limits, given = RunLimits(max_memory, workdir, step, announce), {"settings": settings, "keep": keep}
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
                sign=not held,
                progress=progress,
                sweep=stages.sweep,
            ),
        )
        if strict:
            # The scan may be that of a run which did not ask.
            scanned.documents.found.check_strict()
        if held:
            say("comparing")
            yield _compare_held(scanned, budget, pairs, linkage, threads), scanned.documents.found
            return
        answer = group_in_files(stages, ("2", "3", "4"), scanned, budget, threads, say)
        say("putting together")
        yield answer, scanned.documents.found


def _compare_held(
    scanned: Scanned, budget: Budget, pairs: Pairs, linkage: Linkage, threads: int
) -> Duplicates[Any]:
    """Compare units whose texts lie in files, with fingerprints and the answer in memory."""
    settings, documents, count = scanned.settings, scanned.documents, scanned.units
    _check_held(settings, budget, count, sum(int(sizes.sum()) for _, sizes in documents.size.runs(1 << 16)))
    columns = (column.read(0, count).astype(np.int64) for column in (scanned.document, scanned.start, scanned.end))
    corpus = Corpus(documents.names(np.arange(documents.count)), documents.texts)
    units = UnitTable(corpus, settings.unit, *columns)
    return compare_signed(
        units,
        sign_units(units, settings, threads),
        settings,
        pairs=pairs,
        linkage=linkage,
        rank=scanned.rank(np.arange(count)),
        old=scanned.old,
        threads=threads,
    )


def _check_held(settings: Settings, budget: Budget, units: int, text: int) -> None:
    """Refuse a limit that what is known of units does not fit into."""
    need = units * (_UNIT + 2 * 8 * settings.bands.bands)
    if settings.by == "containment":
        need += text * _LETTER
    if need > budget.free:
        enough = math.ceil((need + budget.memory - budget.free) / 1e8) / 10
        raise InputError(
            f"all pairs, components and containment take about {need / 1e9:,.2f} GB of memory beside the texts of "
            f"{units:,} units: raise `max_memory=` to {enough:.1f}GB, or work on a part of them"
        )


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
    copies = stages.run(copies_name, ExactCopies, lambda folder: find_copies(scanned, folder, budget, budget.bits))
    say("joining band keys")
    joined = stages.run(buckets_name, Joined, lambda folder: join_keys(scanned, copies, folder, budget))

    def group(folder: FileFolder) -> Grouped:
        chunks = cut_chunks(scanned, joined, folder, budget)
        return group_all(scanned, chunks, folder, budget, threads, lambda: say("comparing"))

    grouped = stages.run(groups_name, Grouped, group)
    folder = stages.folder_of(f"{groups_name}.read")
    return FileDuplicates(scanned, copies, grouped, joined.largest, folder, budget, budget.bits)
