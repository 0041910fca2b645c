"""Places of the results of `clean_files`: which there are, and which are refused before any work."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from dedupe.disk import is_stream
from dedupe.errors import InputError, OutputError
from dedupe.files.formats import format_of
from dedupe.files.remote import AnyPath, place, real_name
from dedupe.files.rows import STDOUT, check_distinct, check_free, check_result_path
from dedupe.files.sources import STDIN, Source, check_names, is_in
from dedupe.files.streams import without_compression
from dedupe.files.tables import CsvForm, is_tsv

_log = logging.getLogger(__name__)
# Names in a warning.
_SHOWN = 3


class Results(NamedTuple):
    """Places of the results."""

    output: AnyPath
    audit: AnyPath | None
    quarantine: AnyPath | None


def name_results(
    output: str | Path | None,
    audit: str | Path | None,
    quarantine: str | Path | None,
    force: bool,
    dry_run: bool,
    no_audit: bool,
) -> Results | None:
    """Return the places of the results, or None for a dry run without names; refuse unwritable places."""
    to_stdout = str(output) == STDOUT
    if no_audit and audit is not None:
        raise InputError("`audit=` and `no_audit=True` say the opposite: leave one of them out")
    if no_audit and not (to_stdout or dry_run):
        raise InputError("`no_audit=True` is for standard output: name the audit of files with `audit=FILE`")
    if to_stdout and audit is None and not (no_audit or dry_run):
        raise InputError(
            "clean writes to standard output: name a file for the audit, by which it is undone (`audit=FILE`), "
            "or do without one (`no_audit=True`)"
        )
    if to_stdout and no_audit and not dry_run:
        if quarantine:
            check_result_path(str(quarantine), force=force)
        return Results(place(STDOUT), None, place(quarantine) if quarantine else None)
    if output is None or audit is None:
        if dry_run:
            return None
        raise InputError("name `output=` and `audit=`, or preview with `dry_run=True`")
    audit_at = place(audit)
    listed = place(quarantine) if quarantine else _beside(audit_at)
    _check_audit(audit_at, force)
    check_result_path(str(listed), force=force)
    return Results(place(output), audit_at, listed)


def check_is_no_input(arguments: Sequence[str], named: Results) -> None:
    """Refuse an output that is named as input."""
    if any(real_name(argument) == real_name(named.output) for argument in arguments if argument != STDIN):
        raise OutputError(
            f"{named.output} is the input itself: clean never writes over what it reads; name another output"
        )


def targets_of(arguments: Sequence[str], sources: Sequence[Source], named: Results, force: bool) -> list[AnyPath]:
    """Return the place of each cleaned file; refuse two results, or a result and an input, in one place."""
    to_stdout = str(named.output) == STDOUT
    if to_stdout:
        if len(sources) > 1 or place(arguments[0]).is_dir():
            raise InputError("standard output takes one cleaned file: name a folder with `output=DIR`")
        targets = [named.output]
    else:
        targets = _targets(arguments, sources, named.output, force)
    results = [
        ("the audit", named.audit),
        ("the quarantine list", named.quarantine),
        *(("a cleaned file", target) for target in targets if target is not named.output or not to_stdout),
    ]
    check_distinct(
        [(name, path) for name, path in results if path is not None], [source.path for source in sources]
    )
    _say_read_again(arguments, named)
    if isinstance(named.output, Path) and named.output.is_dir():
        own = [str(path) for _, path in results if path is not None]
        others = list(islice(_others(named.output, own), _SHOWN + 1))
        if others:
            more = ", …" if len(others) > _SHOWN else ""
            _log.warning(
                "%s: holds other files too, which stay beside what is written: %s%s",
                named.output,
                ", ".join(others[:_SHOWN]),
                more,
            )
    return targets


def _say_read_again(arguments: Sequence[str], named: Results) -> None:
    """Warn of a cleaned folder in a folder of input that the audit is not in: by it the next run would know it."""
    for folder in (one for one in arguments if one != STDIN and place(one).is_dir()):
        inside = [at is not None and is_in(real_name(at), real_name(folder)) for at in (named.output, named.audit)]
        if inside == [True, False]:
            _log.warning(
                "%s lies in %s, which is read, and the audit does not: the next run would take it for input. Put "
                "the audit there too, or the output elsewhere",
                named.output,
                folder,
            )


def _check_delimiter(output: AnyPath, source: Source) -> None:
    """Refuse the name of a .tsv file for values that no tabs part."""
    if source.format == "csv" and is_tsv(output) and (delimiter := CsvForm.of(source.path).delimiter) != "\t":
        raise InputError(
            f"{output} would be read as values that tabs part, and in {source.name} it is {delimiter!r}: name the "
            "output .csv"
        )


def _others(folder: Path, own: Sequence[str]) -> Iterator[str]:
    """Find the files of a folder that are none of its own, by their relative names."""
    known, real = set(own), {real_name(path) for path in own}
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            if not name.startswith(".") and str(path) not in known and real_name(path) not in real:
                yield path.relative_to(folder).as_posix()


def _beside(audit: AnyPath) -> AnyPath:
    if is_stream(audit):
        return Path(f"{audit.name}.quarantine.jsonl")
    name = without_compression(audit.name).removesuffix(".jsonl")
    return audit.with_name(f"{name}.quarantine.jsonl")


def _check_audit(audit: AnyPath, force: bool) -> None:
    if not is_stream(audit) and not without_compression(audit.name).endswith(".jsonl"):
        raise InputError(f"{audit}: name the audit .jsonl (also .gz, .zst, .bz2, .xz)")
    check_free(audit, force=force)


def _targets(arguments: Sequence[str], sources: Sequence[Source], output: AnyPath, force: bool) -> list[AnyPath]:
    """Return the place of each cleaned file; refuse unwritable places, and existing ones without `force`."""
    check_names(sources)
    single = len(sources) == 1 and not place(arguments[0]).is_dir()
    if single and is_stream(output):
        return [output]
    if single and not output.is_dir() and format_of(output.name):
        # JSON lines may be called .json.
        if format_of(output.name) not in (sources[0].format, format_of(sources[0].path.name)):
            raise InputError(f"{output} is not of the input's format, {sources[0].format}: clean keeps formats")
        _check_delimiter(output, sources[0])
        targets = [output]
    elif not output.exists() and format_of(output.name):
        what = "a folder is" if len(arguments) == 1 else f"{len(sources):,} files are"
        raise InputError(f"{output} is the name of a file, and {what} cleaned: name a folder")
    else:
        targets = [output / source.relative for source in sources]
    for target in targets:
        above = target.parents if isinstance(target, Path) else ()
        blocked = next((parent for parent in above if parent.exists() and not parent.is_dir()), None)
        if blocked:
            raise OutputError(f"{blocked} is a file where a folder is needed: choose another output")
        if target.is_dir():
            raise OutputError(f"{target} is a folder where a file is needed: choose another output")
        if target.exists() and not force and not is_stream(target):
            raise OutputError(f"{target} exists: choose another output, or overwrite it with `force=True`")
    return targets
