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
from dedupe.files.earlier import is_result, left_by_earlier_runs, written_with
from dedupe.files.formats import KNOWN_NAMES, Format, format_of, json_kind, sniff
from dedupe.files.remote import AnyPath, RemotePath, place, real_name
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
    files, the folder's own `README.md`, what is `exclude`d, and results of an earlier run of `clean`. Links that
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
    written = _Written(exclude, results)
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
                prefix, found = path.name, list(_walk_remote(path, written))
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
            sources.append(Source(argument, path.name, path, kind_of_file))
        else:
            raise InputError(f"{argument}: no such file or folder{_meant(path)}")
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

    def say(self, folder: Path) -> None:
        """Count and name them."""
        parts = []
        for reason, names in self._names.items():
            more = ", …" if len(names) > _SHOWN else ""
            parts.append(f"{len(names):,} {reason} ({', '.join(sorted(names)[:_SHOWN])}{more})")
        if parts:
            _log.warning("%s: not read: %s", folder, "; ".join(parts))


class _Written:
    """Where a run writes: places that are all its own, and places of results, where input may lie."""

    def __init__(self, own: Iterable[AnyPath], results: Iterable[AnyPath]) -> None:
        self.own = {real_name(path) for path in own}
        self.results = {real_name(path): path for path in results}

    def is_over(self, path: AnyPath) -> bool:
        """Return whether a file lies where a result will, and is one of an earlier run.

        Raises
        ------
        OutputError
            It lies there and is input.
        """
        at = self._over(path)
        if at is None:
            return False
        if is_result(path):
            return True
        raise OutputError(
            f"{path} is input, and lies where {at} will be written: name another place for the result, or move "
            "this file away if it is one of an earlier run"
        )

    def left_in(self, here: Mapping[str, AnyPath]) -> set[str]:
        """Return the files, by name, that a run of `clean` with the same audit has written to the same place."""
        if not any(map(self._over, here.values())):
            return set()
        return written_with(here, self.results.values())

    def _over(self, path: AnyPath) -> AnyPath | None:
        """Return the result in whose place something lies."""
        real = real_name(path)
        over = (
            at
            for name, at in self.results.items()
            if real == name or real.startswith((f"{name}/", f"{name}{os.sep}"))
        )
        return next(over, None)


def _walk(folder: Path, written: _Written, follow_links: bool) -> list[tuple[str, Format]]:
    found: dict[str, Format] = {}
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
                continue
            if name.startswith("."):
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
                found[relative] = kind
                if path.is_symlink():
                    links[relative] = real
    for relative in _read_anyway(folder, found, links):
        left.add(_READ_ANYWAY, relative)
        del found[relative]
    for relative in left_by_earlier_runs(folder, found, written.results.values()):
        left.add("of an earlier run of clean", relative)
        del found[relative]
    out = sorted(found.items(), key=lambda one: os.fsencode(one[0]))
    over = {name for name, _ in out if written.is_over(folder / name)}
    for relative in sorted(over):
        left.add("written over, of an earlier run", relative)
    left.say(folder)
    return [one for one in out if one[0] not in over]


def _read_anyway(folder: Path, found: Iterable[str], links: Mapping[str, str]) -> Iterator[str]:
    """Yield the links, whose real names are given, that lead to a file that is read besides."""
    if not links:
        return
    read = {real_name(folder / relative) for relative in found if relative not in links}
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


def _walk_remote(folder: RemotePath, written: _Written) -> Iterator[tuple[str, Format]]:
    """Yield the same in a folder behind a URL."""
    found: list[tuple[bytes, str, Format]] = []
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
            found.append((relative.encode("utf-8", "surrogateescape"), relative, kind))
    own = written.left_in({relative: folder / relative for _, relative, _ in found})
    for _, relative, kind in sorted(found):
        known = json_kind(folder / relative) if kind == "json" else kind
        if known is not None and relative not in own and not written.is_over(folder / relative):
            yield relative, known


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
