"""Files behind URLs: read through fsspec in place; results are sent when they are complete.

`RemotePath` has the methods of `pathlib.Path` that this package needs for reading. Results are written in a
temporary folder first and sent at the end, the audit before the cleaned files. Each file appears as a whole if the
store supports this, as object stores do.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from dedupe.errors import InputError, OutputError

_SCHEME = "[A-Za-z][A-Za-z0-9+.-]+"
_LOCAL_SCHEMES = ("file", "local")
_URL = re.compile(f"{_SCHEME}(::{_SCHEME})*://")


class Status(NamedTuple):
    """Marks by which a file is the same as before."""

    st_size: int
    st_mtime_ns: int
    """a number that changes with the file, of a kind that the store chooses"""


class RemotePath:
    """A file or folder of an fsspec file system."""

    def __init__(self, system: Any, path: str, url: str) -> None:
        self._system, self._path, self._url = system, path, url

    def __str__(self) -> str:
        return self._url

    def __repr__(self) -> str:
        return f"RemotePath({self._url!r})"

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(self._path).name

    def __truediv__(self, relative: str | PurePosixPath) -> RemotePath:
        tail = str(relative).strip("/")
        return RemotePath(self._system, f"{self._path.rstrip('/')}/{tail}", f"{self._url.rstrip('/')}/{tail}")

    @property
    def parent(self) -> RemotePath:
        """The folder that it is in."""
        return RemotePath(self._system, self._path.rpartition("/")[0], self._url.rpartition("/")[0])

    def with_name(self, name: str) -> RemotePath:
        """Another file in the same folder."""
        return self.parent / name

    def exists(self) -> bool:
        """Return whether there is something."""
        return bool(self._system.exists(self._path))

    def is_dir(self) -> bool:
        """Return whether it is a folder, or what a store has for one."""
        return bool(self._system.isdir(self._path))

    def open(self, mode: str = "rb") -> BinaryIO:
        """Open the file for reading."""
        file: BinaryIO = self._system.open(self._path, mode)
        return file

    def stat(self) -> Status:
        """Its size, and a number that changes with it."""
        info = self._system.info(self._path)
        key = str(self._system.ukey(self._path))
        return Status(int(info["size"]), int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big"))

    def walk(self) -> Iterator[str]:
        """The paths of all files in a folder, relative to it."""
        for path in self._system.find(self._path):
            yield str(PurePosixPath(path).relative_to(self._path))

    def send(self, source: Path) -> None:
        """Put a file there."""
        self._system.makedirs(str(PurePosixPath(self._path).parent), exist_ok=True)
        self._system.put_file(str(source), self._path)

    def fetch(self, target: Path) -> None:
        """Get the file, or the folder with all files in it."""
        if self.is_dir():
            for relative in self.walk():
                (self / relative).fetch(target / relative)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._system.get_file(self._path, str(target))

    def remove(self) -> None:
        """Remove the file, where it is there."""
        if self.exists():
            self._system.rm_file(self._path)


AnyPath: TypeAlias = Path | RemotePath


def is_url(text: object) -> bool:
    """Return whether a path is a URL such as `s3://bucket/corpus.jsonl`."""
    return _URL.match(str(text)) is not None


def place(text: str | Path | RemotePath) -> AnyPath:
    """A path of this machine, or one behind a URL.

    Raises
    ------
    InputError
        It is a URL, and fsspec or what it needs for this kind is not installed.
    """
    if isinstance(text, RemotePath):
        return text
    if not is_url(text):
        return Path(text)
    try:
        import fsspec
    except ImportError as error:
        raise InputError(f"{text} is a URL. To read it: pip install 'dedupe-text[remote]'") from error
    try:
        system, path = fsspec.core.url_to_fs(str(text))
    except ImportError as error:
        raise InputError(f"{text} cannot be read: {error} (pip install 'dedupe-text[remote]')") from error
    except ValueError as error:
        raise InputError(f"{text} cannot be read: {error}") from error
    return RemotePath(system, str(path), str(text))


def real_name(path: str | AnyPath) -> str:
    """One name for each file, whatever it is called."""
    scheme, found, rest = str(path).partition("://") if is_url(path) else ("", "", str(path))
    if scheme in _LOCAL_SCHEMES:
        return os.path.realpath(f"/{rest.lstrip('/')}")
    return f"{scheme}://{re.sub('/+', '/', rest).strip('/')}" if found else os.path.realpath(rest)


@contextmanager
def sending(path: AnyPath) -> Iterator[Path]:
    """A file or folder of this machine to write; at the end it is sent where it belongs.

    Raises
    ------
    OutputError
        It cannot be sent.
    """
    if isinstance(path, Path):
        yield path
        return
    with TemporaryDirectory(prefix="dedupe-") as folder:
        local = Path(folder, path.name or "output")
        yield local
        send(local, path)


def send(local: Path, path: RemotePath) -> None:
    """Send a file, or all files of a folder, in the order of their names.

    Raises
    ------
    OutputError
        It cannot be sent.
    """
    try:
        if local.is_dir():
            for inside in sorted(local.rglob("*")):
                if inside.is_file():
                    (path / inside.relative_to(local).as_posix()).send(inside)
        elif local.exists():
            path.send(local)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error}; run again when it can") from error


@contextmanager
def fetched(path: AnyPath) -> Iterator[Path]:
    """A copy on this machine of what is behind a URL; what is here already is used as it is."""
    if isinstance(path, Path):
        yield path
        return
    with TemporaryDirectory(prefix="dedupe-") as folder:
        local = Path(folder, path.name or "input")
        try:
            path.fetch(local)
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error}; is it there, and readable?") from error
        yield local
