"""Inputs: what the arguments of a command name, in the order that the contracts fix."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from dedupe.errors import InputError
from dedupe.files.remote import AnyPath, RemotePath, place, real_name
from dedupe.files.streams import compression_of

Format: TypeAlias = Literal["txt", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = ("txt", "jsonl", "parquet")
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


def format_of(name: str) -> Format | None:
    """The format that a file's name tells, below its compression."""
    compression = compression_of(name)
    stem = name[: -len(compression) - 1] if compression else name
    for kind in FORMATS:
        if stem.endswith(f".{kind}") and not (kind == "parquet" and compression):
            return kind
    return None


def find_sources(
    arguments: Sequence[str], *, exclude: Iterable[AnyPath] = (), stdin: Path | None = None
) -> list[Source]:
    """The input files that arguments name: files, folders and `-`.

    Folders are searched in the order of their relative paths' bytes; files of other formats in them are left
    out, and so are `exclude`d outputs. `stdin` is the file that standard input was spooled to.

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
            sources.append(Source(STDIN, f"stdin.{sniff(stdin)}", stdin, sniff(stdin)))
        elif path.is_dir():
            if isinstance(path, Path):
                prefix, found = path.resolve().name, list(_walk(path, excluded))
            else:
                prefix, found = path.name, list(_walk_remote(path, excluded))
            if not found:
                raise InputError(f"{argument}: no .txt, .jsonl or .parquet file (or .gz, .zst of these) in it")
            for relative, kind in found:
                name = f"{argument.rstrip('/')}/{relative}" if argument.strip("/") else f"/{relative}"
                inside = relative if len(arguments) == 1 else f"{prefix}/{relative}"
                sources.append(Source(name, inside, path / relative, kind))
        elif path.exists():
            kind_of_file = format_of(path.name)
            if kind_of_file is None:
                raise InputError(
                    f"{argument}: format not known by its name; use .txt, .jsonl (each also .gz, .zst) or .parquet"
                )
            sources.append(Source(argument, path.name, path, kind_of_file))
        else:
            raise InputError(f"{argument}: no such file or folder{_meant(path)}")
    return sources


def _meant(path: AnyPath) -> str:
    """Which file was perhaps meant by a path that leads nowhere."""
    if not isinstance(path, Path) or not path.parent.is_dir():
        return ""
    try:
        close = get_close_matches(path.name, [other.name for other in path.parent.iterdir()], 1)
    except OSError:
        return ""
    return f"; did you mean {path.parent / close[0]}?" if close else ""


def _walk(folder: Path, excluded: set[str]) -> Iterator[tuple[str, Format]]:
    found: list[tuple[bytes, str, Format]] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if real_name(Path(parent, f)) not in excluded and not f.startswith(".")]
        for file in files:
            kind = format_of(file)
            path = Path(parent, file)
            # Pipes, devices and links that lead nowhere are no documents.
            if kind and not file.startswith(".") and real_name(path) not in excluded and path.is_file():
                relative = path.relative_to(folder).as_posix()
                found.append((os.fsencode(relative), relative, kind))
    for _, relative, kind in sorted(found):
        yield relative, kind


def _walk_remote(folder: RemotePath, excluded: set[str]) -> Iterator[tuple[str, Format]]:
    """The same in a folder behind a URL."""
    found: list[tuple[bytes, str, Format]] = []
    for relative in folder.walk():
        parts = relative.split("/")
        above = {real_name(folder / "/".join(parts[:count])) for count in range(1, len(parts) + 1)}
        kind = format_of(parts[-1])
        if kind and not above & excluded and not any(part.startswith(".") for part in parts):
            found.append((relative.encode("utf-8", "surrogateescape"), relative, kind))
    for _, relative, kind in sorted(found):
        yield relative, kind


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


def sniff(path: Path) -> Format:
    """The format of a file without a name: JSONL if it begins with an object, else text."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        raise InputError("standard input is compressed: unpack it on the way in (zcat, zstdcat), or name the file")
    if head.startswith(b"PAR1"):
        return "parquet"
    return "jsonl" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "txt"
