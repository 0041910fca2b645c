"""`find_duplicates` of corpora larger than memory."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dedupe.duplicates.schemes import SCHEMES, other_schemes
from dedupe.duplicates.settings import Settings
from dedupe.errors import InputError, OutputError
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.sources import Source
from dedupe.files.streams import writing
from dedupe.job import Keep, ParagraphMode
from dedupe.outofcore.buckets import Joined, cut_chunks, join_keys
from dedupe.outofcore.contents import ContentsCodec
from dedupe.outofcore.copies import Copies, find_copies
from dedupe.outofcore.estimate import Estimate, check_room, estimate
from dedupe.outofcore.grouping import Grouped, group_all
from dedupe.outofcore.result import FileDuplicates
from dedupe.outofcore.scan import Scanned, scan
from dedupe.store.budget import Budget, make_budget
from dedupe.store.columns import WorkFolder
from dedupe.store.stages import FOLDER, RUN, Stages


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
    budget = make_budget(max_memory)
    if settings.by != "jaccard":
        raise InputError("containment is found in memory only: leave `max_memory=` out")
    if workdir is not None and not Path(workdir).is_dir():
        raise OutputError(f"{workdir} is no folder: make it, or name another workdir")
    say = step or (lambda name: None)
    expected = estimate([*against, *sources], fields, settings, budget, paragraphs=paragraphs, threads=threads)
    if announce:
        announce(expected)
    check_room(expected, Path(workdir or tempfile.gettempdir()))
    budget = budget._replace(units=expected.units)
    run = {
        "settings": repr(settings),
        "keep": keep_name(keep),
        "paragraphs": paragraphs,
        "fields": repr(fields),
        "inputs": [identity(source) for source in sources],
        "against": [identity(source) for source in against],
    }
    with (
        writing(workdir or tempfile.gettempdir()),
        open_stages(workdir, run, [*against, *sources], {"settings": settings, "keep": keep}) as stages,
    ):
        if stages.done:
            say(f"going on behind: {', '.join(stages.done)}")
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


@contextmanager
def open_stages(
    workdir: str | Path | None, run: dict[str, Any], sources: Sequence[Source], given: dict[str, Any]
) -> Iterator[Stages]:
    """The stages of a run; what is done is kept for the next time only where a folder was named for it."""
    with ExitStack() as stack:
        place = Path(workdir) if workdir else Path(stack.enter_context(TemporaryDirectory(prefix="dedupe-")))
        _check_schemes(place / FOLDER)
        stages = Stages(place, {"schemes": SCHEMES, **run}, given, {FileCorpus: ContentsCodec(sources)})
        try:
            yield stages
        except BaseException:
            with suppress(OSError):
                stages.stop()
            raise
        stages.finish()


def _check_schemes(folder: Path) -> None:
    """Refuse a stopped run with fingerprints of other schemes."""
    other = ""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        # What is damaged is told when the stages are opened.
        before = json.loads((folder / RUN).read_bytes())
        other = other_schemes(before.get("schemes") or {"minhash": before.get("scheme")})
    if other:
        raise InputError(
            f"{folder} holds a run that was stopped, with fingerprints of other schemes: {other}. "
            "Remove the folder, and run the same command again"
        )


def keep_name(keep: Keep) -> Any:
    """A rule as JSON."""
    if callable(keep):
        raise InputError("keep is a function: it works on texts in memory only")
    return keep if isinstance(keep, str) else [str(value) for value in keep]


def identity(source: Source) -> list[Any]:
    """What tells that an input is the same as before."""
    status = source.path.stat()
    return [source.name, status.st_size, status.st_mtime_ns]
