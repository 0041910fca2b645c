"""`dedupe duplicates`: near-duplicates in memory or within a limit of it, and what is written of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dedupe.cli.commands import check_results, finish, open_inputs, read_fields, size_of, write_result
from dedupe.cli.options import chosen, keep_of
from dedupe.cli.progress import Progress
from dedupe.cli.report import check_report_path, write_report
from dedupe.cli.show import DuplicatesSummary, say, show_duplicates
from dedupe.errors import InputError
from dedupe.files.remote import place, sending
from dedupe.files.rows import STDOUT, whole
from dedupe.files.sources import find_sources
from dedupe.files.streams import compression_of, open_write, writing
from dedupe.job import DuplicateOptions
from dedupe.parallel import thread_count

if TYPE_CHECKING:
    from dedupe.documents import Id
    from dedupe.duplicates.result import Duplicates, Group, Pair
    from dedupe.duplicates.settings import Settings
    from dedupe.outofcore.written import WrittenResults
    from dedupe.report.from_results import Found
    from dedupe.report.model import Report


def duplicates(options: argparse.Namespace) -> int:
    """`dedupe duplicates`."""
    from dedupe.duplicates.settings import resolve

    results = [options.pairs, options.all_pairs, options.groups]
    job, ours = chosen(options, DuplicateOptions, leave=("pairs",)), _written(options)
    listed = check_results(options, results, options.kept, ours)
    check_report_path(options.report, force=options.force or options.report in ours)
    settings = resolve(
        job.unit, job.threshold, job.recall, job.shingle, job.permutations, facts=job.facts, by=job.by
    )
    if options.max_memory is not None:
        return _duplicates_in_files(options, settings, listed)
    return _duplicates_in_memory(options, settings, listed)


def _written(options: argparse.Namespace) -> WrittenResults:
    """What a run with the same work folder has written before it was stopped."""
    from dedupe.outofcore.written import WrittenResults

    return WrittenResults(options.workdir if options.max_memory is not None else None)


def _duplicates_in_memory(options: argparse.Namespace, settings: Settings, listed: str | None) -> int:
    from dedupe.duplicates.find import compare_signed
    from dedupe.files.scan import sign_files

    threads = thread_count(options.threads)
    with Progress(options.quiet) as progress, open_inputs(options) as sources:
        against = find_sources(options.against, follow_links=options.follow_links) if options.against else []
        progress.count(f"reading {options.unit}s", size_of([*against, *sources]))
        found, units, prints, old = sign_files(
            sources,
            read_fields(options),
            settings,
            paragraphs=options.paragraphs,
            threads=threads,
            strict=options.strict,
            against=against,
            progress=progress.advance,
        )
        progress.step("comparing")
        result = compare_signed(
            units,
            prints,
            settings,
            keep=keep_of(options),
            pairs="all" if options.all_pairs else "kept",
            linkage=options.linkage,
            old=old,
            threads=threads,
        )
    columns = _pair_columns(options)
    kept = _kept_rows(options.kept, result) if options.kept else b""
    write_result(options.pairs, lambda: (_pair_row(pair, columns) for pair in result.kept_pairs))
    write_result(options.all_pairs, lambda: (_pair_row(pair, columns) for pair in result.pairs))
    write_result(
        options.groups, lambda: (_group_row(group, bool(options.against)) for group in result.iter_groups())
    )
    if options.kept:
        _write_kept(options.kept, kept)
    write_report(options.report, lambda: _report(result, result.counts.kept, result.kept_pairs, result.groups))
    summary = DuplicatesSummary(settings, *result.counts, result.compared, result.largest_bucket)
    _say(options, summary, result.iter_groups)
    return finish(found, listed)


def _duplicates_in_files(options: argparse.Namespace, settings: Settings, listed: str | None) -> int:
    """The same within a limit of memory: results are written as they are read from files."""
    from dedupe.outofcore.duplicates import find_in_files

    if options.all_pairs or options.linkage != "leader":
        raise InputError("`all_pairs=` and `linkage=components` need all pairs in memory: leave `max_memory=` out")
    columns = _pair_columns(options)
    with Progress(options.quiet) as progress, open_inputs(options) as sources:
        against = find_sources(options.against, follow_links=options.follow_links) if options.against else []
        progress.count(f"reading {options.unit}s", size_of([*against, *sources]))
        with find_in_files(
            sources,
            read_fields(options),
            settings,
            max_memory=options.max_memory,
            workdir=options.workdir,
            keep=keep_of(options),
            against=against,
            paragraphs=options.paragraphs,
            threads=thread_count(options.threads),
            strict=options.strict,
            progress=progress.advance,
            step=progress.step,
            announce=lambda expected: None if options.quiet else print(expected, file=sys.stderr, flush=True),
        ) as (result, found):
            progress.step("writing")
            written = _written(options)
            with written.writing(options.pairs):
                write_result(options.pairs, lambda: (_pair_row(pair, columns) for pair in result.kept_pairs()))
            with written.writing(options.groups):
                write_result(
                    options.groups, lambda: (_group_row(group, bool(options.against)) for group in result.groups())
                )
            with written.writing(options.kept):
                if options.kept and _has_rows(options.kept):
                    write_result(options.kept, lambda: map(_kept_row, result.kept()))
                elif options.kept:
                    _write_kept(options.kept, (_checked(*part) for part in result.kept_lines()))
            with written.writing(options.report):
                write_report(
                    options.report,
                    lambda: _report(result, result.counts.kept, result.kept_pairs(), result.groups()),
                )
            summary = DuplicatesSummary(settings, *result.counts, result.compared, result.largest_bucket)
            _say(options, summary, result.groups)
            # The work folder goes when all is written, this list too.
            with written.writing(listed):
                return finish(found, listed)


def _report(found: Found, kept: int, pairs: Iterable[Pair], groups: Iterable[Group]) -> Report:
    from dedupe.report.from_results import duplicates_report

    return duplicates_report(found, kept, pairs, groups)


def _say(options: argparse.Namespace, summary: DuplicatesSummary, groups: Callable[[], Iterator[Group]]) -> None:
    """The summary, and the groups where no file was asked for."""
    files = (options.pairs, options.all_pairs, options.groups, options.kept)
    listed = not any(files)
    say(
        options,
        summary.as_json,
        lambda out: show_duplicates(summary, groups() if listed else iter(()), out, listed=listed),
        *files,
    )


def _pair_columns(options: argparse.Namespace) -> list[str]:
    columns = ["a", "b", "similarity"]
    if options.unit != "document":
        columns += ["a_start", "a_end", "b_start", "b_end"]
    return [*columns, "against"] if options.against else columns


def _pair_row(pair: Any, columns: list[str]) -> dict[str, Any]:
    return {name: getattr(pair, name) for name in columns}


def _group_row(group: Any, against: bool) -> dict[str, Any]:
    row = {
        "kept": _unit(group.kept),
        "cluster": [_unit(unit) for unit in group.cluster],
        "similarities": list(group.similarities),
    }
    return {**row, "against": group.against} if against else row


def _unit(unit: Any) -> Any:
    return unit._asdict() if hasattr(unit, "_asdict") else unit


def _has_rows(path: str) -> bool:
    """Whether a list of kept units holds rows, not plain lines."""
    return path.removesuffix(".gz").removesuffix(".zst").endswith((".jsonl", ".parquet"))


def _kept_row(unit: Any) -> dict[str, Any]:
    row: dict[str, Any] = unit._asdict() if hasattr(unit, "_asdict") else {"id": unit}
    return row


def _kept_rows(path: str, result: Duplicates) -> bytes | memoryview | list[dict[str, Any]]:
    """What the list of kept units holds: rows, or one id a line where the file is plain text."""
    if _has_rows(path):
        return [_kept_row(unit) for unit in result.kept]
    return _checked(*result.kept_lines())


def _checked(ids: list[Id], lines: bytes | memoryview) -> bytes | memoryview:
    """Lines of ids that fit into lines."""
    for identity in ids:
        if isinstance(identity, str) and not identity.isprintable() and any(c in identity for c in "\n\r\t"):
            raise InputError(f"id {identity!r} has a line break or tab in it: write the kept ids to a .jsonl file")
    return lines


def _write_kept(path: str, kept: bytes | memoryview | list[dict[str, Any]] | Iterator[bytes | memoryview]) -> None:
    if isinstance(kept, list):
        write_result(path, lambda: kept)
        return
    parts = [kept] if isinstance(kept, bytes | memoryview) else kept
    if path == STDOUT:
        for part in parts:
            sys.stdout.buffer.write(part)
    else:
        with (
            sending(place(path)) as local,
            writing(path),
            whole(local) as target,
            open_write(target, compression_of(path)) as out,
        ):
            for part in parts:
                out.write(part)
