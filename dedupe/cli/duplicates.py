"""`dedupe duplicates`: near-duplicates in memory or within a limit of it, and what is written of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dedupe.cli.commands import (
    check_results,
    finish,
    open_against,
    open_inputs,
    read_fields,
    size_of,
    write_result,
    written_by,
)
from dedupe.cli.options import chosen, keep_of
from dedupe.cli.progress import Progress
from dedupe.cli.report import check_report_path, now, write_report
from dedupe.cli.show import DuplicatesSummary, say, show_duplicates
from dedupe.errors import InputError
from dedupe.files.first_records import check_kept_sources
from dedupe.files.remote import place, sending
from dedupe.files.rows import STDOUT, whole
from dedupe.files.streams import compression_of, open_write, without_compression, writing
from dedupe.job import DuplicateOptions
from dedupe.parallel import thread_count

if TYPE_CHECKING:
    from dedupe.documents import Id
    from dedupe.duplicates.result import Counts, Duplicates, Group, Pair
    from dedupe.duplicates.settings import Settings
    from dedupe.outofcore.result import FileDuplicates
    from dedupe.report.from_results import FoundDuplicates
    from dedupe.report.model import Report


def duplicates(options: argparse.Namespace) -> int:
    """`dedupe duplicates`."""
    from dedupe.duplicates.settings import resolve

    results = [options.pairs, options.all_pairs, options.groups]
    job, ours = chosen(options, DuplicateOptions, leave=("pairs",)), written_by(options)
    listed = check_results(options, results, options.kept, ours)
    check_report_path(options.report, force=options.force or options.report in ours)
    settings = resolve(
        job.unit, job.threshold, job.recall, job.shingle, job.permutations, facts=job.facts, by=job.by
    )
    if options.max_memory is not None:
        return _duplicates_in_files(options, settings, listed)
    return _duplicates_in_memory(options, settings, listed)


def _duplicates_in_memory(options: argparse.Namespace, settings: Settings, listed: str | None) -> int:
    from dedupe.duplicates.find import compare_signed
    from dedupe.files.scan import sign_files

    threads = thread_count(options.threads)
    with Progress(options.quiet, _stages(options)) as progress, open_inputs(options) as sources:
        check_kept_sources(sources, keep_of(options))
        against = open_against(options)
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
    _write(options, settings, _Answer.in_memory(result), listed)
    return finish(found, listed)


def _stages(options: argparse.Namespace) -> dict[str, float]:
    """The stages, each with its share of the time."""
    within = {"finding exact copies": 5, "joining band keys": 5} if options.max_memory is not None else {}
    return {f"reading {options.unit}s": 60, **within, "comparing": 25, "writing": 5}


def _duplicates_in_files(options: argparse.Namespace, settings: Settings, listed: str | None) -> int:
    """Return the same within a limit of memory: results are written as they are read from files."""
    from dedupe.outofcore.duplicates import find_in_files

    with Progress(options.quiet, _stages(options)) as progress, open_inputs(options) as sources:
        check_kept_sources(sources, keep_of(options))
        against = open_against(options)
        progress.count(f"reading {options.unit}s", size_of([*against, *sources]))
        with find_in_files(
            sources,
            read_fields(options),
            settings,
            max_memory=options.max_memory,
            workdir=options.workdir,
            keep=keep_of(options),
            against=against,
            pairs="all" if options.all_pairs else "kept",
            linkage=options.linkage,
            paragraphs=options.paragraphs,
            threads=thread_count(options.threads),
            strict=options.strict,
            progress=progress.advance,
            step=progress.step,
            announce=lambda expected: None if options.quiet else print(expected, file=sys.stderr, flush=True),
        ) as (result, found):
            progress.step("writing")
            _write(options, settings, _Answer.of(result), listed)
            # The work folder goes when all is written, this list too.
            with written_by(options).writing(listed):
                return finish(found, listed)


class _Answer(NamedTuple):
    """Duplicates, in memory or in files, as they are written."""

    result: FoundDuplicates
    counts: Counts
    compared: int
    largest_bucket: int
    kept_pairs: Callable[[], Iterable[Pair]]
    all_pairs: Callable[[], Iterable[Pair]]
    groups: Callable[[], Iterator[Group]]
    kept: Callable[[], Iterable[Any]]
    kept_lines: Callable[[], Iterable[tuple[list[Id], bytes | memoryview]]]
    may_break_lines: Callable[[], bool]

    @classmethod
    def of(cls, result: Duplicates[Any] | FileDuplicates) -> _Answer:
        """The answer of a run within a limit of memory."""
        from dedupe.duplicates.result import Duplicates

        if isinstance(result, Duplicates):
            return cls.in_memory(result)
        numbers = (result.counts, result.compared, result.largest_bucket)
        # All pairs are asked of the other kind only.
        pairs = (result.kept_pairs, result.kept_pairs)
        return cls(
            result, *numbers, *pairs, result.groups, result.kept, result.kept_lines, lambda: result.may_break_lines
        )

    @classmethod
    def in_memory(cls, result: Duplicates[Any]) -> _Answer:
        """An answer in memory."""
        return cls(
            result,
            result.counts,
            result.compared,
            result.largest_bucket,
            lambda: result.kept_pairs,
            lambda: result.pairs,
            result.iter_groups,
            lambda: result.kept,
            result.kept_lines,
            lambda: result.may_break_lines,
        )


def _write(options: argparse.Namespace, settings: Settings, answer: _Answer, listed: str | None) -> None:
    """Write what is asked for, and say how much there is."""
    columns, written, against = _pair_columns(options), written_by(options), bool(options.against)
    # Ids that do not fit into lines are told before anything is written.
    if options.kept and not _has_rows(options.kept) and answer.may_break_lines():
        for part in answer.kept_lines():
            _checked(*part)
    for path, rows in (
        (options.pairs, lambda: (_pair_row(pair, columns) for pair in answer.kept_pairs())),
        (options.all_pairs, lambda: (_pair_row(pair, columns) for pair in answer.all_pairs())),
        (options.groups, lambda: (_group_row(group, against) for group in answer.groups())),
    ):
        with written.writing(path):
            write_result(path, rows)
    with written.writing(options.kept):
        if options.kept and _has_rows(options.kept):
            write_result(options.kept, lambda: map(_kept_row, answer.kept()))
        elif options.kept:
            _write_lines(options.kept, (_checked(*part) for part in answer.kept_lines()))
    with written.writing(options.report):
        write_report(
            options.report,
            lambda: _report(
                answer.result, answer.counts.kept, answer.kept_pairs(), answer.groups(), options.inputs
            ),
        )
    _say(
        options, DuplicatesSummary(settings, *answer.counts, answer.compared, answer.largest_bucket), answer.groups
    )


def _report(
    found: FoundDuplicates, kept: int, pairs: Iterable[Pair], groups: Iterable[Group], inputs: list[str]
) -> Report:
    from dedupe.report.from_results import duplicates_report

    return duplicates_report(found, kept, pairs, groups, inputs, now())


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
    """Return whether a list of kept units holds rows, not plain lines."""
    return without_compression(path).endswith((".jsonl", ".ndjson", ".parquet"))


def _kept_row(unit: Any) -> dict[str, Any]:
    row: dict[str, Any] = unit._asdict() if hasattr(unit, "_asdict") else {"id": unit}
    return row


def _checked(ids: list[Id], lines: bytes | memoryview) -> bytes | memoryview:
    """Lines of ids that fit into lines."""
    for identity in () if "".join(map(str, ids)).isprintable() else ids:
        if isinstance(identity, str) and not identity.isprintable() and any(c in identity for c in "\n\r\t"):
            raise InputError(f"id {identity!r} has a line break or tab in it: write the kept ids to a .jsonl file")
    return lines


def _write_lines(path: str, parts: Iterable[bytes | memoryview]) -> None:
    if path == STDOUT:
        for part in parts:
            sys.stdout.buffer.write(part)
        return
    with (
        sending(place(path)) as local,
        writing(path),
        whole(local) as target,
        open_write(target, compression_of(path)) as out,
    ):
        for part in parts:
            out.write(part)
