"""A run within a limit of memory: what it will take, its work folder, and its documents."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from dedupe.duplicates.schemes import SCHEMES, other_schemes
from dedupe.duplicates.settings import resolve
from dedupe.errors import InputError, OutputError
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.sources import Source
from dedupe.files.streams import writing
from dedupe.job import Keep
from dedupe.options import Options
from dedupe.outofcore.contents import ContentsCodec
from dedupe.outofcore.estimate import Estimate, check_room
from dedupe.outofcore.scan import Scanned, scan
from dedupe.store.budget import Budget, make_budget
from dedupe.store.stages import FOLDER, RUN, Stages


class RunLimits(NamedTuple):
    """Limits of a run, and the functions that it tells."""

    max_memory: int | str
    """bytes, or a size such as `1GB`"""
    workdir: str | Path | None
    """where work files are put, in a folder `dedupe-work`, which stays if the run is stopped"""
    step: Callable[[str], object] | None
    """called with the name of each step"""
    announce: Callable[[Estimate], object] | None
    """called with what the run will take, before it starts"""


class LimitedRun(NamedTuple):
    """A run that has begun."""

    stages: Stages
    budget: Budget
    say: Callable[[str], object]


@contextmanager
def begin(
    limits: RunLimits,
    expect: Callable[[Budget], Estimate],
    run: Mapping[str, Any],
    sources: Sequence[Source],
    given: Mapping[str, Any],
) -> Iterator[LimitedRun]:
    """Begin a run, or go on with one that was stopped.

    Parameters
    ----------
    limits : RunLimits
        The limits of the run.
    expect : function
        Estimates what it will take.
    run : mapping
        Options and inputs of the run, as JSON.
    sources : sequence of Source
        All files that it reads.
    given : mapping
        Values that are not put down, by the names of the fields that hold them.

    Raises
    ------
    InputError
        The limit is no size or too small, or the folder holds a stopped run of other inputs or options.
    OutputError
        There is no room for the work files, or another run uses the folder.
    """
    budget, folder = make_budget(limits.max_memory), Path(limits.workdir or tempfile.gettempdir())
    if not folder.is_dir():
        raise OutputError(f"{folder} is no folder: make it, or name another workdir")
    expected = expect(budget)
    check_room(expected, folder)
    say = limits.step or (lambda name: None)
    with _working(folder), _open_stages(limits.workdir, run, sources, given) as stages:
        # Now nothing can stop the run any more before it reads.
        if limits.announce:
            limits.announce(expected)
        if stages.done:
            say(f"going on behind: {', '.join(stages.done)}")
        yield LimitedRun(stages, budget._replace(units=expected.units), say)


@contextmanager
def _working(folder: Path) -> Iterator[None]:
    """Turn the system's complaints about work files into errors that name their folder."""
    broken = None
    with writing(folder):
        try:
            yield
        except BrokenPipeError as error:
            # Nobody reads the results any more: that is no fault of the folder.
            broken = error
    if broken:
        raise broken


def read_for_run(
    run: LimitedRun,
    sources: Sequence[Source],
    fields: Fields,
    *,
    threads: int,
    strict: bool,
    read: Callable[[int, int], object] | None,
) -> Scanned:
    """Read all documents of a run that compares none of them as wholes; tells `read` how far it is."""
    run.say("reading")
    settings, given = resolve("document"), sum(source.path.stat().st_size for source in sources)
    scanned = run.stages.run(
        "1-scan",
        Scanned,
        lambda folder: scan(
            sources,
            (),
            fields,
            settings,
            folder,
            run.budget,
            run.budget.bits,
            threads=threads,
            strict=strict,
            sign=False,
            progress=read and (lambda done: read(done, given)),
            sweep=run.stages.sweep,
        ),
        {"settings": settings, "keep": "first"},
    )
    if strict:
        # The scan may be that of a run which did not ask.
        scanned.documents.found.check_strict()
    return replace(scanned, documents=scanned.documents.opened(run.budget.held_text, read))


def describe(command: str, job: Options, fields: Fields, sources: Sequence[Source]) -> dict[str, Any]:
    """Return what a run of a command is: threads change nothing that is put down."""
    return {
        "command": command,
        "options": {**vars(job), "threads": None},
        "fields": repr(fields),
        "inputs": [identity(source) for source in sources],
    }


@contextmanager
def _open_stages(
    workdir: str | Path | None, run: Mapping[str, Any], sources: Sequence[Source], given: Mapping[str, Any]
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
    """Return what tells that an input is the same as before."""
    status = source.path.stat()
    return [source.name, status.st_size, status.st_mtime_ns]
