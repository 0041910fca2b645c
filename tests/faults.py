"""Disks that fail: at the k-th operation, or by forgetting what was not synced when the machine stops."""

from __future__ import annotations

import errno
import io
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dedupe import disk
from dedupe.disk import Disk


class Crash(BaseException):
    """The machine stops here."""


class CountingDisk(Disk):
    """Counts operations; a subclass may do something at one of them."""

    def __init__(self, at: int = -1) -> None:
        self.count, self._at = 0, at

    def step(self) -> None:
        """One more operation."""
        self.count += 1
        if self.count == self._at:
            self.fail()

    def fail(self) -> None:
        """What happens at the chosen operation."""

    def create(self, path: Path, private: bool) -> io.FileIO:
        self.step()
        return super().create(path, private)

    def write(self, file: io.FileIO, data: Any) -> int:
        self.step()
        return super().write(file, data)

    def sync(self, file: io.FileIO) -> None:
        self.step()
        super().sync(file)

    def replace(self, old: Path, new: Path) -> None:
        self.step()
        super().replace(old, new)

    def remove(self, path: Path) -> None:
        self.step()
        super().remove(path)

    def make_folder(self, path: Path) -> None:
        self.step()
        super().make_folder(path)

    def sync_folder(self, folder: Path) -> None:
        self.step()
        super().sync_folder(folder)


class FailingDisk(CountingDisk):
    """Refuses the k-th operation, or all from there on, as a full or a broken disk does."""

    def __init__(self, at: int, code: int = errno.ENOSPC, *, stays: bool = False) -> None:
        super().__init__(at)
        self._code, self._stays = code, stays

    def step(self) -> None:
        """Fail when it is time to."""
        self.count += 1
        if self.count == self._at or (self._stays and self.count > self._at):
            raise OSError(self._code, "injected")


class TellingDisk(CountingDisk):
    """Tells a descriptor of each operation before it begins."""

    def __init__(self, told: int) -> None:
        super().__init__()
        self._told = told

    def step(self) -> None:
        """One point for one more operation."""
        super().step()
        os.write(self._told, b".")


_COMMAND = """
import sys
from dedupe import disk
from dedupe.cli.main import main
from tests.faults import TellingDisk
disk.DISK = TellingDisk(1)
raise SystemExit(main(sys.argv[1:]))
"""


def run_and_kill(arguments: Sequence[str], folder: Path, operations: int | None = None) -> tuple[int, int]:
    """Run a command in a folder, and kill it when it begins its n-th operation on the disk, or a moment later.

    Returns:
        Its exit code, and how many operations it began.
    """
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    command = [sys.executable, "-c", _COMMAND, *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    ) as process:
        assert process.stdout is not None
        begun = len(process.stdout.read(operations) if operations else b"")
        if begun:
            process.send_signal(signal.SIGKILL)
        begun += len(process.stdout.read())
    return process.returncode, begun


class _Node:
    """A file, whatever its name: what was written, and what of that would outlast a crash."""

    def __init__(self, data: bytes = b"") -> None:
        self.data, self.synced = bytearray(data), data


class ForgetfulDisk(CountingDisk):
    """Stops the machine before its k-th operation; then only what was synced is sure to be there.

    Of names that were not synced any may have become durable, of data that was not synced any first part.
    """

    def __init__(self, folder: Path, at: int = -1) -> None:
        super().__init__(at)
        self._folder = folder
        self._names = {path: _Node(path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
        self._durable = dict(self._names)
        # What becomes durable together: for each change the path, the one that it moves to, and the file.
        self._pending: list[list[tuple[Path, Path | None, _Node | None]]] = []
        self._folders: list[set[Path]] = []
        self._open: dict[int, _Node] = {}

    def fail(self) -> None:
        """Stop."""
        raise Crash

    def create(self, path: Path, private: bool) -> io.FileIO:
        file = super().create(path, private)
        self._names[path] = self._open[id(file)] = _Node()
        self._later({path.parent}, [(path, None, self._names[path])])
        return file

    def write(self, file: io.FileIO, data: Any) -> int:
        count = super().write(file, data)
        self._open[id(file)].data += bytes(memoryview(data).cast("B")[:count])
        return count

    def sync(self, file: io.FileIO) -> None:
        super().sync(file)
        node = self._open[id(file)]
        node.synced = bytes(node.data)

    def replace(self, old: Path, new: Path) -> None:
        super().replace(old, new)
        moved: list[Any] = []
        for path in [path for path in self._names if path == old or old in path.parents]:
            target = new if path == old else new / path.relative_to(old)
            self._names[target] = node = self._names.pop(path)
            moved += [(path, None, None), (target, None, node)] if path == old else [(path, target, node)]
        # Names in a folder move with it, all or none.
        self._later({old.parent, new.parent}, moved)

    def remove(self, path: Path) -> None:
        super().remove(path)
        if self._names.pop(path, None):
            self._later({path.parent}, [(path, None, None)])

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        waiting = list(zip(self._folders, self._pending, strict=True))
        self._folders = [folders for folders, _ in waiting if folder not in folders]
        self._pending = [changes for folders, changes in waiting if folder not in folders]
        for folders, changes in waiting:
            if folder in folders:
                self._apply(changes)

    def settle(self, chance: random.Random) -> None:
        """Leave in the folder what a machine that stopped now could find there."""
        for changes in self._pending:
            if chance.random() < 0.5:
                self._apply(changes)
        # Folders that hold nothing durable go, too.
        for path in sorted(self._folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        for path, node in self._durable.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            more = bytes(node.data)[len(node.synced) :]
            path.write_bytes(node.synced + more[: chance.randint(0, len(more))])

    def _later(self, folders: set[Path], changes: list[Any]) -> None:
        self._folders.append(folders)
        self._pending.append(changes)

    def _apply(self, changes: list[Any]) -> None:
        for path, target, node in changes:
            if node is None:
                self._durable.pop(path, None)
            elif target is None:
                self._durable[path] = node
            elif self._durable.pop(path, None) is not None:
                self._durable[target] = node


@contextmanager
def on(chosen: Disk) -> Iterator[None]:
    """Let everything be written to this disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk, "DISK", chosen)
        yield
