"""The disk: everything that is written to it goes through here, one operation at a time.

Tests put a disk of their own in the place of `DISK`: one that fails at the k-th operation, or that forgets what was
not synced. An operation that is durable or atomic says so.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

_BUFFER = 1 << 20
_STANDARD = {"/dev/stdout": 1, "/dev/stderr": 2}
_OPEN_FILE = re.compile(r"(/dev/stdout|/dev/stderr)|(?:/dev/fd|/proc/self/fd)/(\d+)")


class Disk:
    """The operations, as the operating system does them."""

    def create(self, path: Path, private: bool) -> io.FileIO:
        """Open a file that is not there yet; a private one is readable by its owner only."""
        mode = 0o600 if private else 0o666
        return io.FileIO(path, "xb", opener=lambda name, flags: os.open(name, flags, mode))

    def open_stream(self, path: Path) -> io.FileIO:
        """Open a device or a pipe for writing; a pipe waits until somebody reads."""
        number = _descriptor(path)
        # Opened by its name, a file behind it would begin anew.
        return io.FileIO(path if number is None else os.dup(number), "wb")

    def write(self, file: io.FileIO, data: Any) -> int:
        """Write some of the data, and tell how much."""
        return file.write(data)

    def sync(self, file: io.FileIO) -> None:
        """Make what was written to a file durable; its name may not be."""
        os.fsync(file.fileno())

    def replace(self, old: Path, new: Path) -> None:
        """Give a file another name, in the place of whatever has it; atomic."""
        old.replace(new)

    def remove(self, path: Path) -> None:
        """Remove a file, or an empty folder; one that is not there is no error."""
        with contextlib.suppress(FileNotFoundError):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()

    def make_folder(self, path: Path) -> None:
        """Make a folder, and those above it; one that is there is no error."""
        path.mkdir(parents=True, exist_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable, where the system can."""
        if not hasattr(os, "O_DIRECTORY"):
            return
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


DISK = Disk()


def _descriptor(path: Path) -> int | None:
    """Return the number of the open file that a path such as `/dev/stdout` stands for."""
    found = _OPEN_FILE.fullmatch(os.fspath(path))
    return None if found is None else _STANDARD.get(found[1]) or int(found[2])


def is_stream(path: object) -> bool:
    """Return whether a path is, or leads to, a device, a pipe, a socket or a file that this process holds open: it
    is written to, and never replaced."""
    if isinstance(path, Path) and _descriptor(path) is not None:
        return True
    try:
        mode = path.stat().st_mode if isinstance(path, Path) else stat.S_IFREG
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def behind_links(path: Path) -> Path:
    """Return where a link leads to; any other path as it is."""
    return Path(os.path.realpath(path)) if path.is_symlink() and path.exists() else path


class _File(io.RawIOBase):
    """A new file, or a stream, whose bytes go through the disk."""

    def __init__(self, path: Path, private: bool) -> None:
        self._is_stream = is_stream(path)
        self._file = DISK.open_stream(path) if self._is_stream else DISK.create(path, private)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return DISK.write(self._file, data)

    def sync(self) -> None:
        # What a stream is given is gone.
        if not self._is_stream:
            DISK.sync(self._file)

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()
        super().close()


@contextlib.contextmanager
def create_file(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """A new file for writing, durable when the block ends without an error; a stream is written to as it is."""
    raw = _File(path, private)
    out = io.BufferedWriter(raw, _BUFFER)
    try:
        yield cast(BinaryIO, out)
        out.flush()
        raw.sync()
    finally:
        # What could not be written is not tried again: the file is of no use.
        with contextlib.suppress(OSError, ValueError):
            out.detach()
        raw.close()


def put_in_place(part: Path, target: Path) -> None:
    """Let a whole, synced file take the place of another; durable, and nobody sees anything between the two.

    A stream is given what the file holds; a link stays, and what it leads to is replaced.
    """
    target = behind_links(target)
    if is_stream(target):
        with part.open("rb") as file, create_file(target) as out:
            shutil.copyfileobj(file, out, _BUFFER)
        DISK.remove(part)
        return
    DISK.replace(part, target)
    DISK.sync_folder(target.parent)


def sync_file(path: Path) -> None:
    """Make what a file holds durable."""
    with path.open("rb+", buffering=0) as file:
        DISK.sync(file)


def lock_file(path: Path) -> int:
    """Take the lock of a file, which is made if it is not there; closing the answer gives it back, as an end does.

    Raises
    ------
    BlockingIOError
        Somebody else has it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            import fcntl
        except ImportError:
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise BlockingIOError(f"{path} is locked") from error
    return handle


def sync_names(folder: Path) -> None:
    """Make the names in a folder durable."""
    DISK.sync_folder(folder)


def remove_file(path: Path) -> None:
    """Remove a file, if it is there."""
    DISK.remove(path)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it; their names are durable."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    DISK.make_folder(path)
    for folder in missing:
        DISK.sync_folder(folder.parent)
