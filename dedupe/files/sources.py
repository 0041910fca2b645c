"""Inputs: what the arguments of a command name, in the order that the contracts fix."""

from __future__ import annotations

import csv
import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from dedupe.disk import is_stream
from dedupe.errors import InputError
from dedupe.files.earlier import left_by_earlier_runs
from dedupe.files.remote import AnyPath, RemotePath, place, real_name
from dedupe.files.streams import compression_of, open_read, read_error_types, without_compression
from dedupe.job import FileOptions

_log = logging.getLogger(__name__)
# Bytes that tell what a .json file holds.
_HEAD_BYTES = 1 << 16
# Files that are named of those that are not read.
_SHOWN = 3

Format: TypeAlias = Literal["txt", "jsonl", "json", "csv", "parquet"]
ENDINGS: Mapping[str, Format] = {
    "txt": "txt",
    "md": "txt",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "json": "json",
    "csv": "csv",
    "tsv": "csv",
    "parquet": "parquet",
}
"""the format that a file's name tells by its ending"""
# Formats with a compression of their own.
_PACKED_INSIDE: tuple[Format, ...] = ("parquet",)
# What describes a folder, as that of a data set does, is no document of it; a file that is named is read.
_ABOUT = "readme.md"
KNOWN_NAMES = ".txt, .md, .jsonl, .ndjson, .json, .csv, .tsv (each also .gz, .zst, .bz2, .xz), .parquet"
STDIN = "-"
DELIMITERS = ",;\t|"
"""what parts the values of a CSV file"""
# The name of a column; how many columns and even rows a CSV file has at least to be known by them, and the share of
# these.
_NAME = re.compile(r"[^\W\d][\w.,:/()#%&'-]{0,30}(?: [\w.,:/()#%&'-]{1,30}){0,2}")
_LEAST_COLUMNS, _LEAST_ROWS, _EVEN = 2, 2, 0.9


@dataclass(frozen=True)
class Source:
    """One input file."""

    name: str
    """the argument as given, joined with the path inside it; the id of a text file"""
    relative: str
    """the name that its output has inside the output folder"""
    path: AnyPath
    format: Format


def format_of(name: str) -> Format | None:
    """The format that a file's name tells, below its compression, in letters of any case."""
    _, dot, ending = without_compression(name).lower().rpartition(".")
    kind = ENDINGS.get(ending) if dot else None
    return None if kind in _PACKED_INSIDE and compression_of(name) else kind


def record_word(kind: Format) -> str:
    """Return what a record of a file is called where it is counted."""
    return {"json": "item", "csv": "row", "parquet": "row"}.get(kind, "line")


def _json_kind(path: AnyPath) -> Format | None:
    """Return what a .json file holds: an array of objects, JSON lines, or neither of them."""
    try:
        with open_read(path) as file:
            head = file.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (OSError, *read_error_types()):  # type: ignore[misc]
        # What cannot be read is told when it is.
        return "json"
    if re.match(rb"\[\s*(\{|\]|$)", head):
        return "json"
    line, ended, _ = head.partition(b"\n")
    try:
        is_line = line.startswith(b"{") and (
            (not ended and len(head) == _HEAD_BYTES) or isinstance(json.loads(line), dict)
        )
    except (ValueError, RecursionError):
        return None
    return "jsonl" if is_line else None


def find_sources(
    arguments: Sequence[str],
    *,
    exclude: Iterable[AnyPath] = (),
    stdin: Path | None = None,
    follow_links: bool = False,
    text: str = FileOptions.text,
) -> list[Source]:
    """Return the input files that arguments name: files, folders and `-`.

    Folders are searched in the order of their relative paths' bytes. Some files are left out: other formats, hidden
    files, the folder's own `README.md`, `exclude`d outputs, and results of an earlier run of `clean`. Links that
    lead out of the folder are left out unless links are followed. A logged warning counts and names these files.
    `stdin` is the file that standard input was spooled to, and `text` the field that tells whether it is CSV.

    Raises
    ------
    InputError
        An argument names nothing, or a format is not known.
    """
    if not arguments:
        raise InputError("no input: name files, folders, or - for standard input")
    excluded = {real_name(path) for path in exclude}
    sources: list[Source] = []
    for argument in arguments:
        path = place(argument)
        if argument == STDIN and stdin is not None:
            kind = sniff(stdin, text)
            sources.append(Source(STDIN, f"stdin.{kind}", stdin, kind))
        elif path.is_dir():
            if isinstance(path, Path):
                prefix, found = path.resolve().name, _walk(path, excluded, follow_links)
            else:
                prefix, found = path.name, list(_walk_remote(path, excluded))
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
            if kind_of_file == "json" and (kind_of_file := _json_kind(path)) is None:
                raise InputError(
                    f"{argument}: neither a JSON array of objects nor JSON lines: write one of the two"
                )
            if kind_of_file is None:
                raise InputError(f"{argument}: format not known by its name, which has to end in {KNOWN_NAMES}")
            sources.append(Source(argument, path.name, path, kind_of_file))
        else:
            raise InputError(f"{argument}: no such file or folder{_meant(path)}")
    return sources


def _meant(path: AnyPath) -> str:
    """Return which file was perhaps meant by a path that leads nowhere."""
    if not isinstance(path, Path) or not path.parent.is_dir():
        return ""
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


def _walk(folder: Path, excluded: set[str], follow_links: bool) -> list[tuple[str, Format]]:
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
            if real in excluded:
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
            if real in excluded:
                continue
            if name.startswith("."):
                left.add("hidden", relative)
            elif kind is None or (kind == "json" and path.is_file() and (kind := _json_kind(path)) is None):
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
    read = {real_name(folder / relative) for relative in found if relative not in links} if links else set()
    for relative, real in sorted(links.items()):
        if real in read:
            left.add(_READ_ANYWAY, relative)
            del found[relative]
        read.add(real)
    for relative in left_by_earlier_runs(folder, found):
        left.add("of an earlier run of clean", relative)
        del found[relative]
    left.say(folder)
    return sorted(found.items(), key=lambda one: os.fsencode(one[0]))


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


def _walk_remote(folder: RemotePath, excluded: set[str]) -> Iterator[tuple[str, Format]]:
    """Yield the same in a folder behind a URL."""
    found: list[tuple[bytes, str, Format]] = []
    for relative in folder.walk():
        parts = relative.split("/")
        above = {real_name(folder / "/".join(parts[:count])) for count in range(1, len(parts) + 1)}
        kind = format_of(parts[-1])
        if (
            kind
            and relative.lower() != _ABOUT
            and not above & excluded
            and not any(part.startswith(".") for part in parts)
        ):
            found.append((relative.encode("utf-8", "surrogateescape"), relative, kind))
    for _, relative, kind in sorted(found):
        known = _json_kind(folder / relative) if kind == "json" else kind
        if known is not None:
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


def sniff(path: Path, text: str = FileOptions.text) -> Format:
    """The format of a file without a name, by its beginning.

    An object is JSON lines, an array of them JSON. A line of several names is CSV if one is the field of the text.
    So are three lines and more with as many values as the first has names. Anything else is text.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\0")):
        raise InputError(
            "standard input is compressed: unpack it on the way in (zcat, zstdcat, bzcat, xzcat), or name the file"
        )
    if head.startswith(b"PAR1"):
        return "parquet"
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"\[\s*\{", begin):
        return "json"
    if begin.startswith(b"{"):
        return "jsonl"
    lines = begin.decode("utf-8", "replace").splitlines(keepends=True)
    if len(head) == _HEAD_BYTES:
        # The last one may go on.
        lines = lines[:-1]
    # The first of many may be damaged.
    objects = sum(line.startswith("{") and line.rstrip().endswith("}") for line in lines)
    if objects >= _LEAST_ROWS and objects >= _EVEN * (len(lines) - 1):
        return "jsonl"
    if text != FileOptions.text and lines and lines[0].strip().strip('"') == text:
        # One column, which somebody has named.
        return "csv"
    return "csv" if any(_is_csv(lines, delimiter, text) for delimiter in DELIMITERS) else "txt"


def _is_csv(lines: Sequence[str], delimiter: str, text: str) -> bool:
    """Return whether lines are those of CSV with a delimiter, as far as that can be told."""
    rows = csv.reader(lines, delimiter=delimiter)
    try:
        names = next(rows, [])
        if len(names) < _LEAST_COLUMNS:
            return False
        widths = [len(row) for row in rows if row]
    except csv.Error:
        return False
    same = sum(width == len(names) for width in widths)
    if text in names:
        return same > 0 or not widths
    # Prose has spaces behind its commas, and other numbers of them in other lines.
    are_names = all(map(_NAME.fullmatch, [names[0] or "index", *names[1:]])) and len(set(names)) == len(names)
    # A quote that is left open takes the rest into the last row.
    return are_names and same >= _LEAST_ROWS and same >= _EVEN * (len(widths) - 1)
