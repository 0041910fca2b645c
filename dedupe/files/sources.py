"""Inputs: what the arguments of a command name, in the order that the contracts fix."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from dedupe.disk import is_stream
from dedupe.errors import InputError, OutputError
from dedupe.files.earlier import (
    is_audit,
    is_list,
    is_output,
    is_quarantine_list,
    is_result,
    left_by_earlier_runs,
    read_audits,
)
from dedupe.files.formats import KNOWN_NAMES, Format, format_of, json_kind, sniff
from dedupe.files.remote import AnyPath, RemotePath, place, real_name
from dedupe.files.streams import without_compression
from dedupe.job import FileOptions

_log = logging.getLogger(__name__)
# Files that are named of those that are not read.
_SHOWN = 3

# What describes a folder, as that of a data set does, is no document of it; a file that is named is read.
_ABOUT = "readme.md"
STDIN = "-"


@dataclass(frozen=True)
class Source:
    """One input file."""

    name: str
    """the argument as given, joined with the path inside it; the id of a text file"""
    relative: str
    """the name that its output has inside the output folder"""
    path: AnyPath
    format: Format


def find_sources(
    arguments: Sequence[str],
    exclude: Iterable[AnyPath] = (),
    results: Iterable[AnyPath] = (),
    *,
    stdin: Path | None = None,
    follow_links: bool = False,
    text: str = FileOptions.text,
) -> list[Source]:
    """Return the input files that arguments name: files, folders and `-`.

    Folders are searched in the order of their relative paths' bytes. Some files are left out: other formats, hidden
    files, the folder's own `README.md`, what is `exclude`d, and results of earlier runs. Links that
    lead out of the folder are left out unless links are followed. A logged warning counts and names these files.
    `results` are the files and folders that will be written: what an earlier run has written there is left out, and
    anything else is refused. `stdin` is the file that standard input was spooled to, and `text` the field that
    tells whether it is CSV.

    Raises
    ------
    InputError
        An argument names nothing, a format is not known, or a file is given twice.
    OutputError
        Input lies where a result will be written.
    """
    if not arguments:
        raise InputError("no input: name files, folders, or - for standard input")
    written = _Written(exclude, results, text)
    sources: list[Source] = []
    for argument in arguments:
        path = place(argument)
        if argument == STDIN and stdin is not None:
            kind = sniff(stdin, text)
            sources.append(Source(STDIN, f"stdin.{kind}", stdin, kind))
        elif path.is_dir():
            if isinstance(path, Path):
                prefix, found = path.resolve().name, _walk(path, written, follow_links)
            else:
                prefix, found = path.name, _walk_remote(path, written)
            if not found:
                raise InputError(f"{argument}: no {KNOWN_NAMES} file in it")
            for relative, kind in found:
                name = f"{argument.rstrip('/')}/{relative}" if argument.strip("/") else f"/{relative}"
                inside = relative if len(arguments) == 1 else f"{prefix}/{relative}"
                sources.append(Source(name, inside, path / relative, kind))
        elif is_stream(path):
            raise InputError(
                f"{argument} is a pipe or a device, and input is read more than once: give it as standard input, -"
            )
        elif path.exists():
            kind_of_file = format_of(path.name)
            if kind_of_file == "json" and (kind_of_file := json_kind(path)) is None:
                raise InputError(
                    f"{argument}: neither a JSON array of objects nor JSON lines: write one of the two. Of an "
                    "object that holds a list of records write the list"
                )
            if kind_of_file is None:
                raise InputError(f"{argument}: format not known by its name, which has to end in {KNOWN_NAMES}")
            if kind_of_file == "jsonl" and isinstance(path, Path) and is_audit(path):
                raise InputError(f"{argument} is the audit of a run of clean, not its data: name files with texts")
            sources.append(Source(argument, path.name, path, kind_of_file))
        else:
            raise InputError(f"{argument}: no such file or folder{_meant(path)}")
    if len(arguments) > 1:
        _check_once(sources)
    return sources


def _check_once(sources: Sequence[Source]) -> None:
    """Refuse a file that is given twice."""
    seen: dict[str, Source] = {}
    for source in sources:
        other = seen.setdefault(real_name(source.path), source)
        if other is not source:
            again = "" if other.name == source.name else f", as {other.name} too"
            raise InputError(f"{source.name} is given twice{again}: give it once")


def _meant(path: AnyPath) -> str:
    """Return which file was perhaps meant by a path that leads nowhere."""
    if not isinstance(path, Path) or not path.parent.is_dir():
        return ""
    if path.is_symlink():
        return f": it is a link to {path.readlink()}, which is not there"
    try:
        close = get_close_matches(path.name, [other.name for other in path.parent.iterdir()], 1)
    except OSError:
        return ""
    return f"; did you mean {path.parent / close[0]}?" if close else ""


# Why links are left out.
_LINKED, _READ_ANYWAY = "linked, without `follow_links=True`", "linked to what is read anyway"


class _LeftOut:
    """Files that are not read, by the reason."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def add(self, reason: str, name: str) -> None:
        """Leave a file out."""
        self._names.setdefault(reason, []).append(name)

    def say(self, folder: AnyPath) -> None:
        """Count and name them."""
        parts = []
        for reason, names in self._names.items():
            more = ", …" if len(names) > _SHOWN else ""
            parts.append(f"{len(names):,} {reason} ({', '.join(sorted(names)[:_SHOWN])}{more})")
        if parts:
            _log.warning("%s: not read: %s", folder, "; ".join(parts))


class _Written:
    """The places of a run: those in which all is its own, and those of results, where input may lie."""

    def __init__(self, own: Iterable[AnyPath], results: Iterable[AnyPath], text: str) -> None:
        self.own = {real_name(path) for path in own}
        self._results = {real_name(path): path for path in results}
        self._text = text

    def leave_out(self, folder: AnyPath, found: Mapping[str, str], left: _LeftOut) -> set[str]:
        """Return which files of a folder are results of earlier runs, and so no input.

        `found` has the real name of each file by its relative one.

        Raises
        ------
        OutputError
            A file lies where a result will be written, and is none of an earlier run.
        """
        here = {relative: folder / relative for relative in found}
        # Who reads from far away does not open every file.
        audits = read_audits(here if isinstance(folder, Path) else {})
        out = left_by_earlier_runs(here, audits)
        for relative in out:
            left.add("of an earlier run of clean", relative)
        for relative in sorted(here.keys() - out):
            if relative.endswith(".quarantine.jsonl") and is_quarantine_list(here[relative]):
                left.add("lists of quarantined records", relative)
                out.add(relative)
            elif without_compression(relative).endswith((".jsonl", ".ndjson")) and self._is_list(here[relative]):
                left.add("written by other commands", relative)
                out.add(relative)
        above = real_name(folder)
        results = {name: at for name, at in self._results.items() if not is_in(above, name)}
        over = [
            (relative, name)
            for relative, real in (found.items() if results else ())
            for name in results
            if relative not in out and is_in(real, name)
        ]
        known = [*audits.values(), *read_audits(self._results_by_name()).values()] if over else []
        for relative, name in over:
            path, inside = here[relative], found[relative][len(name) :].strip("/").replace(os.sep, "/")
            if not (is_output(path, inside, known) if inside else is_result(path, self._text)):
                audit = ", name the audit of the run that wrote it," if inside else ""
                raise OutputError(
                    f"{path} is input, and lies where {results[name]} will be written: name another place for the "
                    f"result{audit} or move this file away if it is one of an earlier run"
                )
            left.add("written over", relative)
            out.add(relative)
        return out

    def _is_list(self, path: AnyPath) -> bool:
        return isinstance(path, Path) and not is_stream(path) and is_list(path, self._text)

    def _results_by_name(self) -> dict[str, AnyPath]:
        return {str(path): path for path in self._results.values()}


def is_in(real: str, name: str) -> bool:
    """Return whether a place is another one, or below it."""
    return real == name or real.startswith((f"{name}/", f"{name}{os.sep}"))


def _walk(folder: Path, written: _Written, follow_links: bool) -> list[tuple[str, Format]]:
    found: dict[str, tuple[Format, str]] = {}
    links: dict[str, str] = {}
    left = _LeftOut()
    root = f"{real_name(folder).rstrip(os.sep)}{os.sep}"
    seen = {real_name(folder)}
    linked: list[Path] = []
    for parent, folders, files in _walk_real(folder, linked, seen, left):
        inside = []
        for name in sorted(folders):
            path = Path(parent, name)
            real = real_name(path)
            if real in written.own:
                left.add("of this run's own", f"{path.relative_to(folder).as_posix()}/")
            elif name.startswith("."):
                left.add("hidden", f"{path.relative_to(folder).as_posix()}/")
            elif path.is_symlink() and follow_links:
                linked.append(path)
            elif path.is_symlink():
                left.add(_LINKED, path.relative_to(folder).as_posix())
            else:
                seen.add(real)
                inside.append(name)
        folders[:] = inside
        for name in files:
            path = Path(parent, name)
            relative, real, kind = path.relative_to(folder).as_posix(), real_name(path), format_of(name)
            if real in written.own:
                continue
            if name.startswith("."):
                left.add("hidden", relative)
            elif kind is None or (kind == "json" and path.is_file() and (kind := json_kind(path)) is None):
                left.add("of other formats", relative)
            elif relative.lower() == _ABOUT:
                left.add("about the folder", relative)
            elif not path.is_file():
                # Pipes, devices and links that lead nowhere are no documents.
                left.add("special", relative)
            elif path.is_symlink() and not follow_links and not real.startswith(root):
                left.add(_LINKED, relative)
            else:
                found[relative] = kind, real
                if path.is_symlink():
                    links[relative] = real
    for relative in _read_anyway(folder, found, links):
        left.add(_READ_ANYWAY, relative)
        del found[relative]
    for relative in written.leave_out(folder, {name: real for name, (_, real) in found.items()}, left):
        del found[relative]
    left.say(folder)
    return sorted(((name, kind) for name, (kind, _) in found.items()), key=lambda one: os.fsencode(one[0]))


def _read_anyway(folder: Path, found: Mapping[str, tuple[Format, str]], links: Mapping[str, str]) -> Iterator[str]:
    """Yield the links, whose real names are given, that lead to a file that is read besides."""
    read = {real for relative, (_, real) in found.items() if relative not in links} if links else set()
    for relative, real in sorted(links.items()):
        if real in read:
            yield relative
        read.add(real)


def _walk_real(
    folder: Path, linked: Sequence[Path], seen: set[str], left: _LeftOut
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk through a folder, and then through those that links lead to, which come while it is walked through."""
    yield from os.walk(folder)
    for link in linked:
        real = real_name(link)
        if real in seen:
            left.add(_READ_ANYWAY, link.relative_to(folder).as_posix())
        else:
            seen.add(real)
            yield from os.walk(link)


def _walk_remote(folder: RemotePath, written: _Written) -> list[tuple[str, Format]]:
    """Return the same of a folder behind a URL."""
    found: dict[str, Format] = {}
    left = _LeftOut()
    for relative in folder.walk():
        parts = relative.split("/")
        above = {real_name(folder / "/".join(parts[:count])) for count in range(1, len(parts) + 1)}
        kind = format_of(parts[-1])
        if (
            kind
            and relative.lower() != _ABOUT
            and not above & written.own
            and not any(part.startswith(".") for part in parts)
        ):
            found[relative] = kind
    for relative in written.leave_out(folder, {name: real_name(folder / name) for name in found}, left):
        del found[relative]
    left.say(folder)
    kinds = {name: json_kind(folder / name) if kind == "json" else kind for name, kind in found.items()}
    out = [(name, kind) for name, kind in kinds.items() if kind is not None]
    return sorted(out, key=lambda one: one[0].encode("utf-8", "surrogateescape"))


def check_names(sources: Sequence[Source]) -> None:
    """Refuse two inputs that would be written under one name."""
    seen: dict[str, Source] = {}
    for source in sources:
        other = seen.setdefault(source.relative, source)
        if other is not source:
            raise InputError(
                f"{other.name} and {source.name} would both be written as {source.relative}: "
                "run them one by one, or give their common folder"
            )

    for source in sources:
        for parent in PurePosixPath(source.relative).parents:
            if str(parent) in seen:
                raise InputError(
                    f"{seen[str(parent)].name} would stand where {source.name} needs a folder: run them one by one"
                )


def spool_stdin(target: Path) -> Path:
    """Copy standard input to a file, since it is read twice."""
    with target.open("wb") as out:
        shutil.copyfileobj(sys.stdin.buffer, out)
    return target
