"""Stages of a run that are kept on disk, so that a run that was stopped goes on from where it was.

A stage is given a folder, from which it asks for its files, and answers with a dataclass. It is done when its files
are synced and a record of it is in place, with their checksums; files of no record are swept. A record is plain
JSON; what a stage answers with is put together from it and the files, as the types of the fields say.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

import dedupe
from dedupe.disk import create_file, lock_file, make_folder, put_in_place, remove_file, sync_file, sync_names
from dedupe.errors import InputError, OutputError
from dedupe.store.columns import Column, FileColumn, FileFolder, HeldFolder, WorkFolder

FORMAT = "dedupe-work-6"
FOLDER = "dedupe-work"
RESULTS = "results.jsonl"
"""the list of the results that a run has written"""
RUN = "run.json"
"""what the run is, beside its stages"""
_LOCK, _RECORD = "lock", ".stage.json"
_CHECK_BYTES = 16 << 20

Value = TypeVar("Value")


def work_folder(workdir: str | Path) -> Path:
    """Return the folder that a run has in a folder that is named for it."""
    return Path(workdir, FOLDER)


class StageRunner(Protocol):
    """Runs the stages of a run, whether their results are kept or not."""

    def run(
        self,
        name: str,
        kind: type[Value],
        make: Callable[[WorkFolder], Value],
        given: Mapping[str, Any] | None = None,
    ) -> Value:
        """Return what a stage answers with."""

    def folder_of(self, name: str) -> WorkFolder:
        """Return a folder for columns of no stage."""

    def drop(self, *names: str) -> None:
        """Forget finished stages that nobody asks for any more."""


class HeldStages:
    """Stages in memory, whose results are the caller's."""

    def run(
        self,
        name: str,
        kind: type[Value],
        make: Callable[[WorkFolder], Value],
        given: Mapping[str, Any] | None = None,
    ) -> Value:
        """Return what a stage answers with."""
        return make(HeldFolder())

    def folder_of(self, name: str) -> WorkFolder:
        """Return a folder for columns of no stage."""
        return HeldFolder()

    def drop(self, *names: str) -> None:
        """Do nothing: what nobody asks for is gone."""


class Codec(Protocol):
    """The way in which values of a type are put down."""

    def encode(self, value: Any, folder: FileFolder, name: str) -> Any:
        """A value as JSON; what is much goes into files whose names end with `name`."""

    def decode(self, state: Any, folder: Path) -> Any:
        """The value that was put down."""


class Stages:
    """The stages of a run in a folder of its own.

    Parameters
    ----------
    workdir : Path
        Where the folder is, or is made.
    run : mapping
        Parameters and inputs of the run, as JSON.
    given : mapping
        Values that are not put down, by the names of the fields that hold them.
    codecs : mapping, optional
        For types that stand for more than their fields: how they are put down.

    Raises
    ------
    InputError
        The folder holds a run of other inputs or parameters that was stopped; the message says what differs.
    OutputError
        Another process works there.
    """

    def __init__(
        self,
        workdir: Path,
        run: Mapping[str, Any],
        given: Mapping[str, Any],
        codecs: Mapping[type, Codec] | None = None,
    ) -> None:
        self.folder = workdir / FOLDER
        self._always = self._given = given
        self._codecs = codecs or {}
        make_folder(self.folder)
        # A run that was stopped at once has left its lock.
        others = {path.name for path in self.folder.iterdir()} - {_LOCK, f".{RUN}.partial"}
        if others and RUN not in others:
            raise InputError(
                f"{self.folder} holds {min(others)}, and no run of dedupe: name another workdir, or move this away"
            )
        try:
            self._lock = lock_file(self.folder / _LOCK)
        except BlockingIOError as error:
            raise OutputError(f"{self.folder} is in use by another run: name another workdir") from error
        try:
            self._check({"format": FORMAT, "version": dedupe.__version__, **run})
            self.done = sorted(
                path.name.removesuffix(_RECORD) for path in self.folder.iterdir() if path.name.endswith(_RECORD)
            )
            self.sweep()
        except BaseException:
            self.release()
            raise

    def run(
        self,
        name: str,
        kind: type[Value],
        make: Callable[[FileFolder], Value],
        given: Mapping[str, Any] | None = None,
    ) -> Value:
        """Return the result of a stage: read from its record, or made and stored.

        Parameters
        ----------
        name : str
            The name of the stage, with which the names of its files begin.
        kind : type
            A dataclass. Its fields hold numbers, strings, columns, arrays, lists of those, other dataclasses, or
            objects with `to_state` and `from_state`. The types of the fields and of `from_state` tell them apart.
        make : function
            Does the work; asks the given folder for its files.
        given : mapping, optional
            Values that this stage does not store, by the names of their fields.
        """
        if name in self.done:
            return self.read(name, kind, given)
        folder = self.folder_of(name)
        value = make(folder)
        self._given = {**self._always, **(given or {})}
        state = self._encode(folder, "answer", value)
        files = {}
        for path in sorted(folder.named):
            if path.exists():
                sync_file(path)
                files[path.name] = [path.stat().st_size, _checksum(path)]
        sync_names(self.folder)
        self._put(self.folder / f"{name}{_RECORD}", {"files": files, "value": state})
        self.done.append(name)
        return value

    def read(self, name: str, kind: type[Value], given: Mapping[str, Any] | None = None) -> Value:
        """Return what a stage that is done has answered with."""
        self._given = {**self._always, **(given or {})}
        body = json.loads((self.folder / f"{name}{_RECORD}").read_bytes())
        self._check_files(body["files"])
        value: Value = self._decode(kind, body["value"])
        return value

    def folder_of(self, name: str) -> FileFolder:
        """Return a folder for files whose names begin with a name; those of no stage go when the run is stopped."""
        return FileFolder(self.folder, f"{name}.")

    def drop(self, *names: str) -> None:
        """Remove finished stages that nobody asks for any more."""
        for name in names:
            if name in self.done:
                record = self.folder / f"{name}{_RECORD}"
                files = json.loads(record.read_bytes())["files"]
                remove_file(record)
                self.done.remove(name)
                for file in files:
                    remove_file(self.folder / file)

    def sweep(self) -> None:
        """Remove what belongs to no stage that is done."""
        wanted = {RUN, _LOCK, RESULTS, *(f"{name}{_RECORD}" for name in self.done)}
        for name in self.done:
            wanted |= json.loads((self.folder / f"{name}{_RECORD}").read_bytes())["files"].keys()
        for path in self.folder.iterdir():
            if path.name not in wanted:
                remove_file(path)

    def finish(self) -> None:
        """The run is over: nothing of it is needed any more."""
        try:
            # Records go before the files that they name, and the last ones first.
            self.drop(*sorted(self.done, reverse=True))
            shutil.rmtree(self.folder, ignore_errors=True)
        finally:
            self.release()

    def stop(self) -> None:
        """Keep what is done for another time; if nothing is, nothing stays."""
        if self.done:
            self.sweep()
            self.release()
        else:
            self.finish()

    def release(self) -> None:
        """Let another process go on."""
        os.close(self._lock)

    def _check(self, run: dict[str, Any]) -> None:
        run = json.loads(json.dumps(run))
        path = self.folder / RUN
        if not path.exists():
            self._put(path, run)
            return
        try:
            before = json.loads(path.read_bytes())
            other = [name for name in sorted({*run, *before}) if run.get(name) != before.get(name)]
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(f"{path} is damaged ({error}): remove {self.folder}, and begin anew") from error
        if not {"format", "version"}.isdisjoint(other):
            raise InputError(
                f"{self.folder} holds a run that another version of dedupe has begun: use that version, name "
                "another workdir, or remove the folder"
            )
        if other:
            raise InputError(
                f"{self.folder} holds a run that was stopped and is not this one: other {', '.join(other)}. Run it "
                "with what it was begun with, name another workdir, or remove the folder"
            )

    def _check_files(self, files: Mapping[str, Any]) -> None:
        for name, (size, checksum) in files.items():
            path = self.folder / name
            if not path.exists() or path.stat().st_size != size or _checksum(path) != checksum:
                raise InputError(
                    f"{path} is not as it was written: remove {self.folder}, and run again from the beginning"
                )

    def _put(self, path: Path, body: Any) -> None:
        part = path.with_name(f".{path.name}.partial")
        remove_file(part)
        with create_file(part) as out:
            out.write(json.dumps(body).encode())
        put_in_place(part, path)

    def _encode(self, folder: FileFolder, name: str, value: Any) -> Any:
        """A value as JSON; arrays go into files whose names end with `name`."""
        if isinstance(value, FileColumn):
            kind = np.lib.format.dtype_to_descr(value.kind)
            return [value.path.name, kind, len(value), value.checksums.tolist()]
        if isinstance(value, np.ndarray):
            writer = folder.column(f"{name}.array", value.dtype)
            writer.append(value)
            return self._encode(folder, name, writer.close())
        if type(value) in self._codecs:
            return self._codecs[type(value)].encode(value, folder, name)
        if isinstance(value, list):
            return [self._encode(folder, f"{name}.{i}", own) for i, own in enumerate(value)]
        if hasattr(value, "to_state"):
            parts = value.to_state()
        elif is_dataclass(value):
            parts = {field.name: getattr(value, field.name) for field in fields(value)}
        else:
            return value
        put_down = ((part, own) for part, own in parts.items() if part not in self._given)
        return {part: self._encode(folder, f"{name}.{part}", own) for part, own in put_down}

    def _decode(self, kind: Any, state: Any) -> Any:
        (kind,) = [one for one in get_args(kind) if one is not NoneType] if NoneType in get_args(kind) else [kind]
        if state is None or kind in (int, str):
            return state
        if kind in (Column, FileColumn):
            name, description, count, checksums = state
            return FileColumn(self.folder / name, _type(description), count, checksums)
        if get_origin(kind) is np.ndarray:
            column = self._decode(Column, state)
            return column.read(0, len(column))
        if get_origin(kind) is list:
            return [self._decode(get_args(kind)[0], own) for own in state]
        if kind in self._codecs:
            return self._codecs[kind].decode(state, self.folder)
        make = getattr(kind, "from_state", kind)
        kinds = {part: own for part, own in get_type_hints(make).items() if part != "return"}
        return make(
            **{
                part: self._given[part] if part in self._given else self._decode(own, state[part])
                for part, own in kinds.items()
            }
        )


def _type(description: Any) -> np.dtype[Any]:
    """The type of a column from what JSON has made of its description."""
    if isinstance(description, str):
        return np.dtype(description)
    return np.dtype([tuple(tuple(part) if isinstance(part, list) else part for part in own) for own in description])


def _checksum(path: Path) -> int:
    out = 0
    with path.open("rb") as file:
        while part := file.read(_CHECK_BYTES):
            out = zlib.crc32(part, out)
    return out
