"""The lock of an index in a folder: one process writes, and a process that it forks does not."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import ClassVar

from dedupe.disk import lock_file
from dedupe.errors import IndexFileError, OutputError

LOCK = "lock"
"""the name of its file"""


class FolderLock:
    """The lock of a folder, held until it is closed.

    Raises
    ------
    IndexFileError
        Somebody else has it, or there is no folder.
    OutputError
        The folder cannot be written.
    """

    _held: ClassVar[dict[tuple[int, int], FolderLock]] = {}
    """those of this process, by device and file"""
    _guard = threading.Lock()

    def __init__(self, folder: Path) -> None:
        self.process = os.getpid()
        try:
            with self._guard:
                self._take(folder)
        except FileNotFoundError as error:
            raise IndexFileError(f"{folder} holds no index: there is no such folder") from error
        except BlockingIOError as error:
            raise IndexFileError(
                f"{folder} is being written by another process: wait until it is done, or open it for reading only "
                "(`read_only=True`)"
            ) from error
        except OSError as error:
            raise OutputError(
                f"{folder} cannot be written: {error.strerror or error}; open it with read_only=True, or elsewhere"
            ) from error

    def _take(self, folder: Path) -> None:
        path = folder / LOCK
        if path.exists():
            status = path.stat()
            if (status.st_dev, status.st_ino) in self._held:
                raise IndexFileError(
                    f"{folder} is open for writing in this process already: use that index, or close it first"
                )
        self._handle = lock_file(path)
        status = os.fstat(self._handle)
        self._key = (status.st_dev, status.st_ino)
        self._held[self._key] = self

    def close(self) -> None:
        """Give the lock back; a forked process does not have it."""
        if self.process == os.getpid():
            with self._guard:
                del self._held[self._key]
                os.close(self._handle)

    @classmethod
    def leave(cls) -> None:
        """In a forked process: let go of the locks, which are those of the parent."""
        # Another thread may have had the guard then.
        cls._guard = threading.Lock()
        for lock in cls._held.values():
            os.close(lock._handle)
        cls._held.clear()


# Windows has no fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=FolderLock.leave)
