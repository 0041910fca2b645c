"""The commands: read, run one verb, write results. Each answers with the number of quarantined records."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedupe.arguments import check_number
from dedupe.cli.options import chosen
from dedupe.cli.progress import Progress, clean_stages
from dedupe.cli.report import check_report_path, now, report_of, write_report
from dedupe.cli.show import (
    PassagesSummary,
    clean_as_json,
    say,
    scores_as_json,
    show_clean,
    show_passages,
    show_passages_summary,
    show_problems,
    show_scores,
)
from dedupe.cli.shown import open_result, result_path
from dedupe.disk import is_stream
from dedupe.errors import InputError
from dedupe.files.corpus import FileCorpus, open_sources, write_quarantine
from dedupe.files.fields import Fields
from dedupe.files.remote import AnyPath, place
from dedupe.files.rows import (
    STDOUT,
    Repeated,
    RowWriter,
    check_distinct,
    check_free,
    check_result_path,
    write_rows,
)
from dedupe.files.scan import read_corpus
from dedupe.files.sources import STDIN, find_sources
from dedupe.job import CleanOptions, FileOptions, PassageOptions, ScoreOptions
from dedupe.text.display import printable

if TYPE_CHECKING:
    from dedupe.files.audit import AuditRow
    from dedupe.files.sources import Source
    from dedupe.outofcore.written import WrittenResults
    from dedupe.passages.result import Passages
    from dedupe.report.model import Report
    from dedupe.text.encode import Offsets


def clean(options: argparse.Namespace) -> int:
    """`dedupe clean`."""
    from dedupe.write.clean_files import clean_files

    job, asked = chosen(options, CleanOptions), chosen(options, FileOptions)
    check_report_path(options.report, force=options.force)
    output: str | None = options.output
    if output is None and options.inputs == [STDIN] and not options.dry_run:
        output = STDOUT
    if output != STDOUT:
        check_workdir(options)
    out = sys.stderr if output == STDOUT else sys.stdout

    def checked() -> None:
        if not (options.quiet or options.json):
            print(f"Removing {', '.join(job.named)} (choose with --remove)\n", file=out, flush=True)

    # Without an audit the page is made from what was decided.
    preview = options.report and (options.dry_run or options.no_audit)
    with Progress(options.quiet, clean_stages(job)) as progress:
        report = clean_files(
            options.inputs,
            output,
            options.audit,
            options=job,
            **vars(asked),
            quarantine=options.quarantine,
            force=options.force,
            workdir=options.workdir,
            dry_run=options.dry_run,
            no_audit=options.no_audit,
            inspect=_write_preview(options) if preview else None,
            progress=progress.step,
            read=progress.read,
            announce=lambda expected: None if options.quiet else print(expected, file=sys.stderr, flush=True),
            checked=checked,
        )
    if not preview:
        write_report(options.report, lambda: report_of(options.audit))
    say(
        options,
        lambda: clean_as_json(report, options.audit, dry_run=options.dry_run),
        lambda out: show_clean(report, output, options.audit, out, dry_run=options.dry_run),
        output,
    )
    show_problems(report.found, report.quarantine)
    return report.found.quarantined


def _write_preview(options: argparse.Namespace) -> Callable[[Iterator[AuditRow]], object]:
    """Writes the report of a run that writes nothing else."""

    def write(rows: Iterator[AuditRow]) -> None:
        from dedupe.report.from_audit import rows_report

        write_report(options.report, lambda: rows_report(rows, options.inputs, now()))

    return write


def restore(options: argparse.Namespace) -> int:
    """`dedupe restore`."""
    from dedupe.write.restore_files import restore_files

    with Progress(options.quiet, {"restoring": 1}) as progress:
        files = restore_files(
            options.cleaned,
            options.audit,
            options.output,
            force=options.force,
            progress=progress.step,
            read=progress.read,
        )
    restored = f"{len(files):,} file{'s' if len(files) != 1 else ''} restored in {printable(options.output)}"
    say(
        options,
        lambda: {"files": [str(file) for file in files], "output": options.output},
        lambda out: print(restored, file=out),
    )
    return 0


def size_of(sources: Iterable[Source]) -> int:
    """Bytes of all files."""
    return sum(source.path.stat().st_size for source in sources)


def passages(options: argparse.Namespace) -> int:
    """`dedupe passages`."""
    check_number("show", options.show, int, least=0)
    job = chosen(options, PassageOptions)
    options.output = result_path(options)
    job = replace(job, within=options.only != "across", across=options.only != "within")
    written = written_by(options)
    listed = check_results(options, [options.output, options.groups], ours=written)
    check_report_path(options.report, force=options.force or options.report in written)
    stages = {"reading": 10, "aligning": 40, "comparing passages": 50}
    with (
        Progress(options.quiet, stages) as progress,
        _found_passages(options, job, progress) as (result, lengths, found),
    ):
        progress.close()
        with (
            written.writing(options.output),
            open_result(options.output, "passages", shown=not options.json) as out,
        ):
            _write_passages(result, out)
        with written.writing(options.groups):
            write_result(options.groups, lambda: map(_passage_group_row, result.groups))
        with written.writing(options.report):
            write_report(options.report, lambda: _passages_report(result, options))
        summary, results = PassagesSummary.of(result, lengths), (options.output, options.groups)
        if options.show:
            show_passages(result, options.show, sys.stderr if STDOUT in results or options.json else sys.stdout)
        say(options, summary._asdict, lambda out: show_passages_summary(summary, out), *results)
        # The work folder goes when all is written, this list too.
        with written.writing(listed):
            return finish(found, listed)


def _write_passages(result: Passages, out: RowWriter) -> None:
    """Write each copy with the kept one."""
    columns = result.by_column()
    try:
        "".join(map(str, columns["a"][0])).encode()
    except UnicodeEncodeError:
        # A row in which a lone surrogate is escaped is escaped throughout.
        for pair in result:
            out.write(pair._asdict())
        return
    out.write_columns({name: Repeated(*own) if isinstance(own, tuple) else own for name, own in columns.items()})


@contextmanager
def _found_passages(
    options: argparse.Namespace, job: PassageOptions, progress: Progress
) -> Iterator[tuple[Passages, Offsets, FileCorpus]]:
    """The passages, the code points of each document, and what each input holds."""
    if options.max_memory is None:
        from dedupe.order import sort_documents
        from dedupe.passages.find import passages_of
        from dedupe.units import cut_units, whole_documents

        found = read_inputs(options, progress)
        progress.step("aligning")
        corpus = sort_documents(found.corpus)
        yield (
            passages_of(whole_documents(progress.watched(corpus)), **vars(job)),
            cut_units(corpus, "document").end,
            found,
        )
        return
    from dedupe.outofcore.found_passages import find_passages_in_files

    with (
        open_inputs(options) as sources,
        find_passages_in_files(
            sources,
            read_fields(options),
            job,
            **_limits(options, progress),
        ) as answer,
    ):
        yield answer


def _passages_report(result: Passages, options: argparse.Namespace) -> Report:
    from dedupe.report.from_results import passages_report

    return passages_report(result, options.min_length, options.similarity, options.inputs, now())


def score(options: argparse.Namespace) -> int:
    """`dedupe score`."""
    from dedupe.write.score_files import score_files, write_scores

    options.output = result_path(options)
    job, written = chosen(options, ScoreOptions), written_by(options)
    listed = check_results(options, [options.output], ours=written)
    with (
        Progress(options.quiet, {"reading": 15, "counting what comes back": 15, "scoring": 70}) as progress,
        open_inputs(options) as sources,
        score_files(
            sources,
            read_fields(options),
            job,
            watch=progress.watched,
            **_limits(options, progress),
        ) as (found, parts),
    ):
        with (
            written.writing(options.output),
            open_result(options.output, job.what, shown=not options.json) as out,
        ):
            summary = write_scores(parts, job.what, out)
            progress.close()
        say(options, lambda: scores_as_json(summary), lambda out: show_scores(summary, out), options.output)
        # The work folder goes when all is written, this list too.
        with written.writing(listed):
            return finish(found, listed)


def _limits(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Return what a run within a limit of memory may take, and whom it tells."""
    return {
        "max_memory": options.max_memory,
        "workdir": options.workdir,
        "strict": options.strict,
        "step": progress.step,
        "read": progress.read,
        "announce": lambda expected: None if options.quiet else print(expected, file=sys.stderr, flush=True),
    }


def written_by(options: argparse.Namespace) -> WrittenResults:
    """Return what a run with the same work folder has written before it was stopped."""
    from dedupe.outofcore.written import WrittenResults

    limited = getattr(options, "max_memory", None) is not None
    return WrittenResults(options.workdir if limited else None)


def read_fields(options: argparse.Namespace) -> Fields:
    """The fields that are asked for."""
    return Fields.of(chosen(options, FileOptions), getattr(options, "keep", None) or "first")


def outputs_of(options: argparse.Namespace) -> dict[str, AnyPath]:
    """The places of the results that are written to files, by their names."""
    names = ("output", "pairs", "all_pairs", "groups", "kept", "superseded", "quarantine", "audit", "answers")
    outputs = [getattr(options, name, None) for name in [*names, "report"]]
    return {path: place(path) for path in outputs if path and path != STDOUT}


def open_inputs(options: argparse.Namespace) -> AbstractContextManager[list[Source]]:
    """The files that are read."""
    return open_sources(options.inputs, *_written(options), follow_links=options.follow_links, text=options.text)


def open_against(options: argparse.Namespace) -> list[Source]:
    """The files that inputs are compared with."""
    if not options.against:
        return []
    if STDIN in options.against:
        raise InputError("standard input is what is read: name files for `against=`")
    return find_sources(options.against, *_written(options), follow_links=options.follow_links, text=options.text)


def _written(options: argparse.Namespace) -> tuple[list[AnyPath], list[AnyPath]]:
    """The places of the run: those in which all is its own, and those of results, where input may lie."""
    from dedupe.index.manifest import MANIFEST
    from dedupe.store.stages import work_folder

    written, outputs = written_by(options), outputs_of(options)
    own = [at for name, at in outputs.items() if name in written]
    results = [at for name, at in outputs.items() if name not in written]
    if workdir := getattr(options, "workdir", None):
        own.append(work_folder(workdir))
    if index := getattr(options, "index", None):
        folder = Path(index)
        (own if (folder / MANIFEST).exists() else results).append(folder)
    return own, results


def read_inputs(options: argparse.Namespace, progress: Progress) -> FileCorpus:
    """All documents of the inputs."""
    with open_inputs(options) as sources:
        return read_corpus(
            sources, read_fields(options), strict=options.strict, progress=progress.step, read=progress.read
        )


def check_results(
    options: argparse.Namespace, paths: list[str | None], kept: str | None = None, ours: Container[str] = ()
) -> str | None:
    """Refuse results that cannot be written or are one file; answers with the name of the quarantine list.

    From here on it is named in the options, too.

    Files in `ours` may be overwritten: this run wrote them before it was stopped.
    """
    for path in paths:
        if path:
            check_result_path(path, force=options.force or path in ours)
    if kept and kept != STDOUT:
        check_free(place(kept), force=options.force or kept in ours)
    files = [place(path) for path in [*paths, kept] if path and path != STDOUT]
    listed: str | None = options.quarantine
    if not listed and files:
        # Nothing is put beside a device.
        first = next((path for path in files if not is_stream(path)), Path("results"))
        listed = str(first.with_name(f"{first.name.split('.')[0] or 'results'}.quarantine.jsonl"))
    if listed:
        check_result_path(listed, force=options.force or listed in ours)
        files.append(place(listed))
        options.quarantine = listed
    check_workdir(options)
    named = [*options.inputs, *(getattr(options, "against", None) or [])]
    inputs = [place(path) for path in named if path != STDIN]
    check_distinct([("a result", path) for path in files], inputs)
    return listed


def check_workdir(options: argparse.Namespace) -> None:
    """Refuse a folder for work files where the run needs none."""
    if getattr(options, "workdir", None) is not None and options.max_memory is None:
        raise InputError("`workdir=` is for a run within a limit of memory: name the limit with `max_memory=1GB`")


def write_result(path: str | None, rows: Callable[[], Iterable[dict[str, Any]]]) -> None:
    """Write rows, which are only made where a file is asked for."""
    if path:
        with write_rows(path) as out:
            for row in rows():
                out.write(row)


def _passage_group_row(group: Any) -> dict[str, Any]:
    copies = [copy._asdict() for copy in group.copies]
    counted = {"similarities": list(group.similarities), "measures": list(group.measures)}
    return {"copies": copies, "count": group.count, **counted}


def finish(found: FileCorpus, listed: str | None) -> int:
    """List quarantined records; answers with how many there are."""
    if listed:
        write_quarantine(found, listed)
    show_problems(found, listed)
    return found.quarantined
