"""Homes of the segments of an index: memory, or a folder under a manifest that is replaced as a whole.

A change first writes its segments, then makes them and their names durable, and only then replaces the manifest.
So whatever happens, the folder holds the index before the change or after it; what else lies there is swept by the
next writer.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from dedupe.disk import create_file, make_folder, put_in_place, remove_file, sync_names
from dedupe.errors import IndexFileError, OutputError
from dedupe.index.compact import due, merge_segments
from dedupe.index.lock import LOCK, FolderLock
from dedupe.index.manifest import INDEX_FORMAT, MANIFEST, Manifest, Parameters, read_manifest
from dedupe.index.segment import Segment, make_segment, read_segment, whole_arrays, write_segment
from dedupe.index.snapshot import Snapshot
from dedupe.store.arrays import Column, StoredArray

Parts = Iterable[tuple[str, Iterator[Column]]]

_NAME = re.compile(r"[0-9]{8,}\.arrays")
_RETRIES = 10


class Store(ABC):
    """Keeps segments."""

    manifest: Manifest

    @abstractmethod
    def load(self) -> Snapshot:
        """The index as it was left by the last commit."""

    @abstractmethod
    def stage(self, parts: Parts) -> Segment:
        """Keep a segment, of which nobody knows before the commit."""

    @abstractmethod
    def commit(self, snapshot: Snapshot, next_unit: int, next_document: int) -> None:
        """Make a snapshot the index."""

    @abstractmethod
    def sweep(self) -> None:
        """Drop what is staged and not of the index."""

    @abstractmethod
    def close(self) -> None:
        """Let others write."""

    @abstractmethod
    def check_process(self) -> None:
        """Refuse to write in another process than the one that opened the store."""

    def check_format(self) -> None:
        """Refuse to change what is of an earlier format.

        Raises
        ------
        IndexFileError
            It has to be written anew first.
        """
        if self.manifest.format != INDEX_FORMAT:
            raise IndexFileError(
                f"the index is of format {self.manifest.format!r}, which can be read but not changed: check it and "
                "write it anew with `dedupe index compact`, or compact()"
            )

    def verify(self, snapshot: Snapshot) -> None:  # noqa: B027
        """Compare the checksums of all that is stored; in memory there are none."""


class MemoryStore(Store):
    """Segments in memory."""

    def __init__(self, parameters: Parameters) -> None:
        self.manifest = Manifest(parameters)
        self._snapshot = Snapshot()

    def load(self) -> Snapshot:
        """The index as it is."""
        return self._snapshot

    def stage(self, parts: Parts) -> Segment:
        """Put the arrays together."""
        whole = {name: list(arrays) for name, arrays in parts}
        return make_segment(
            **{
                name: np.concatenate([np.asarray(one) for one in arrays])
                for name, arrays in whole.items()
                if arrays
            }
        )

    def commit(self, snapshot: Snapshot, next_unit: int, next_document: int) -> None:
        """Remember a snapshot."""
        self._snapshot = snapshot
        self.manifest = replace(self.manifest, next_unit=next_unit, next_document=next_document)

    def sweep(self) -> None:
        """Nothing is left over here."""

    def close(self) -> None:
        """Nobody else can write here."""

    def check_process(self) -> None:
        """A forked process has a copy of its own."""


class FolderStore(Store):
    """Segments in a folder.

    Parameters
    ----------
    folder : Path
        The folder.
    parameters : Parameters or None
        The parameters of a new index; None only opens an existing index.
    read_only : bool
        Open for reading only; any number of processes may read while one writes.

    Raises
    ------
    IndexFileError
        There is no index, it is damaged or of another version, or another process writes to it.
    """

    def __init__(self, folder: Path, parameters: Parameters | None, read_only: bool) -> None:
        self.folder, self._read_only = folder, read_only
        self._lock: FolderLock | None = None
        self._names: dict[int, tuple[str, int]] = {}
        self._staged: set[str] = set()
        # Digests of the manifests that this store may replace.
        self._known: set[bytes | None] = set()
        if not read_only:
            if parameters is not None and not (folder / MANIFEST).exists():
                _check_new(folder)
                with _writing(folder):
                    make_folder(folder)
            self._lock = FolderLock(folder)
        try:
            self._known = {self._digest()}
            if parameters is not None and not (folder / MANIFEST).exists():
                _check_new(folder)
                self.manifest = Manifest(parameters)
                with _writing(folder):
                    self._write_manifest(self.manifest)
            else:
                self.manifest = read_manifest(folder)
            if not read_only:
                self._sweep_folder()
        except BaseException:
            self.close()
            raise

    def load(self) -> Snapshot:
        """Read the segments that the manifest names."""
        for attempt in range(_RETRIES):
            try:
                segments = [self._read(name, size) for name, size in self.manifest.segments]
                break
            except FileNotFoundError as error:
                # A writer has merged it since: the manifest of now does not name it.
                before, self.manifest = self.manifest, read_manifest(self.folder)
                if attempt == _RETRIES - 1 or before == self.manifest:
                    raise IndexFileError(
                        f"{error.filename} is missing: put the folder back from a copy, or index again"
                    ) from error
        self._names = {id(segment): name for segment, name in zip(segments, self.manifest.segments, strict=True)}
        return Snapshot(segments)

    def refresh(self) -> None:
        """Look at the manifest again."""
        self.manifest = read_manifest(self.folder)

    def stage(self, parts: Parts) -> Segment:
        """Write a segment to a file of its own."""
        number = self.manifest.next_file
        while (self.folder / _name_of(number)).exists():
            number += 1
        name = _name_of(number)
        self.manifest = replace(self.manifest, next_file=number + 1)
        path = self.folder / name
        self._staged.add(name)
        with _writing(path):
            write_segment(path, parts)
        segment = read_segment(path)
        self._names[id(segment)] = (name, path.stat().st_size)
        return segment

    def commit(self, snapshot: Snapshot, next_unit: int, next_document: int) -> None:
        """Replace the manifest, when all that it names is durable."""
        names = tuple(self._names[id(segment)] for segment in snapshot.segments)
        manifest = replace(
            self.manifest,
            segments=names,
            next_unit=next_unit,
            next_document=next_document,
            format=INDEX_FORMAT,
        )
        with _writing(self.folder):
            sync_names(self.folder)
            self._write_manifest(manifest)
        self.manifest = manifest
        self._names = {id(segment): self._names[id(segment)] for segment in snapshot.segments}
        self._staged.clear()
        # The index is what the manifest says: files that cannot be removed now are swept another time.
        with contextlib.suppress(OSError, IndexFileError):
            self._sweep_folder()

    def sweep(self) -> None:
        """Remove the files that were staged and that no manifest names."""
        wanted = self._wanted()
        for name in sorted(self._staged - wanted):
            remove_file(self.folder / name)
        self._staged &= wanted

    def _sweep_folder(self) -> None:
        """Remove all files of segments that no manifest names."""
        wanted = self._wanted()
        for path in sorted(self.folder.iterdir()):
            ours = _NAME.fullmatch(path.name) or path.name.startswith(f".{MANIFEST}.")
            if path.name not in wanted and ours:
                with contextlib.suppress(PermissionError):
                    remove_file(path)

    def _wanted(self) -> set[str]:
        # A commit that failed may have replaced the manifest all the same.
        segments = {*self.manifest.segments, *read_manifest(self.folder).segments}
        return {name for name, _ in segments} | {MANIFEST, LOCK}

    def close(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def check_process(self) -> None:
        """Refuse to write in another process than the one that opened the folder.

        Raises
        ------
        IndexFileError
            This is another one, forked from that.
        """
        if self._lock is not None and self._lock.process != os.getpid():
            raise IndexFileError(
                f"{self.folder} was opened by the process from which this one was forked, and only that one may "
                "write through it: open it here again"
            )

    def verify(self, snapshot: Snapshot) -> None:
        """Read all files once through and compare their checksums.

        Raises
        ------
        IndexFileError
            A file is not as it was written.
        """
        for name, size in self.manifest.segments:
            # A reader may have one open that has been merged since.
            with contextlib.suppress(FileNotFoundError):
                self._check_size(name, size)
        for segment in snapshot.segments:
            for column in segment:
                if isinstance(column, StoredArray):
                    column.check()

    def bytes_on_disk(self) -> int:
        """Return how much the files take."""
        return sum(size for _, size in self.manifest.segments)

    def _read(self, name: str, size: int) -> Segment:
        self._check_size(name, size)
        return read_segment(self.folder / name)

    def _check_size(self, name: str, size: int) -> None:
        path = self.folder / name
        now = path.stat().st_size
        if now != size:
            raise IndexFileError(
                f"{path} has {now:,} bytes and not {size:,}: put the folder back from a copy, or index again"
            )

    def _write_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest that this store has read or written, and no other."""
        part, data = self.folder / f".{MANIFEST}.partial", manifest.to_bytes()
        remove_file(part)
        with create_file(part) as out:
            out.write(data)
        if self._digest() not in self._known:
            remove_file(part)
            raise IndexFileError(
                f"{self.folder} was changed by somebody else since it was opened: nothing was written; open it "
                "again"
            )
        # If this fails, either manifest may be there.
        self._known.add(hashlib.sha256(data).digest())
        put_in_place(part, self.folder / MANIFEST)
        self._known = {hashlib.sha256(data).digest()}

    def _digest(self) -> bytes | None:
        """The digest of the manifest that is there."""
        try:
            return hashlib.sha256((self.folder / MANIFEST).read_bytes()).digest()
        except FileNotFoundError:
            return None


def compact(store: Store, snapshot: Snapshot, whole: bool = False) -> Snapshot:
    """Merge segments, those that are due or all of them."""
    while True:
        first = due(snapshot)
        if whole:
            is_loose = len(snapshot.segments) > 1 or len(snapshot.removed) or len(snapshot.changed)
            first = 0 if is_loose or (snapshot.segments and store.manifest.format != INDEX_FORMAT) else None
        if first is None:
            return snapshot
        merged = store.stage(merge_segments(snapshot, first))
        snapshot = Snapshot([*snapshot.segments[:first], merged])
        if whole:
            return snapshot


def stage_segment(store: Store, segment: Segment) -> Segment:
    """Keep a segment that is whole in memory."""
    return store.stage(whole_arrays(segment))


def _check_new(folder: Path) -> None:
    """Refuse to make an index in a folder that holds other things."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: name a folder for the index")
    if not folder.is_dir():
        return
    names = [path.name for path in folder.iterdir()]
    if any(map(_NAME.fullmatch, names)):
        # The manifest is written before any segment.
        raise IndexFileError(
            f"{folder} holds segments of an index, but {MANIFEST} is missing: put the folder back from a copy, or "
            "index again in a new folder"
        )
    if any(name != LOCK and not name.startswith(f".{MANIFEST}.") for name in names):
        raise OutputError(f"{folder} holds other files: name a new folder for the index")


def _name_of(number: int) -> str:
    return f"{number:08d}.arrays"


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}; the index is as it was before. Free space or "
            "mend the folder, and try again"
        ) from error
