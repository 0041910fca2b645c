"""Result files: rows as JSONL or, by the file's ending, Parquet; written beside the target, moved in when whole."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from dedupe.disk import behind_links, create_file, is_stream, put_in_place, remove_file
from dedupe.errors import InputError, OutputError
from dedupe.files.remote import AnyPath, place, real_name, sending
from dedupe.files.streams import compression_of, open_write, writing

STDOUT = "-"
_PARQUET_ROWS = 1 << 16
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# Fields that hold ids, alone or in lists; in Parquet they are text, since a column has one type.
_ID_FIELDS = frozenset(("id", "a", "b", "kept", "cluster"))

Row = Mapping[str, Any]


class RowWriter(Protocol):
    """Takes rows one by one."""

    def write(self, row: Row) -> None:
        """Write one row."""


def check_result_path(path: str, *, force: bool) -> None:
    """Refuse a result file whose format is not known, or that exists. Devices and pipes are given JSON lines."""
    if path == STDOUT or is_stream(place(path)):
        return
    stem = path.removesuffix(".gz").removesuffix(".zst")
    if not stem.endswith((".jsonl", ".parquet")) or (stem != path and stem.endswith(".parquet")):
        raise InputError(f"{path}: name results .jsonl (also .gz, .zst) or .parquet")
    check_free(place(path), force=force)


def check_distinct(outputs: Iterable[tuple[str, AnyPath]], inputs: Iterable[AnyPath] = ()) -> None:
    """Refuse outputs that are one file, or that are an input.

    Parameters
    ----------
    outputs : iterable of (str, Path)
        What each is called, and where it goes.
    inputs : iterable of Path
        The files that are read.
    """
    seen = {real_name(path): "an input" for path in inputs}
    for name, path in outputs:
        if is_stream(path):
            continue
        real = real_name(path)
        if real in seen:
            raise OutputError(f"{path} would be {name} and is {seen[real]} too: name another file")
        seen[real] = name


def check_free(path: AnyPath, *, force: bool) -> None:
    """Refuse to overwrite a file; what is given to a device or a pipe overwrites nothing."""
    if is_stream(path):
        return
    if path.is_dir():
        raise OutputError(f"{path} is a folder: name a file")
    if path.exists() and not force:
        raise OutputError(f"{path} exists: choose another name, or overwrite it with `force=True`")
    if isinstance(path, Path) and not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}; make it first")


@contextlib.contextmanager
def write_rows(path: str, *, private: bool = False) -> Iterator[RowWriter]:
    """Open a result file; it appears under its name only when everything is written."""
    if not path.endswith(".parquet"):
        with write_lines(path, private=private) as lines:
            yield _JsonRows(lines)
        return
    with (
        sending(place(path)) as target,
        writing(target),
        whole(target) as part,
        create_file(part, private=private) as out,
    ):
        rows = _ParquetRows(out)
        yield rows
        rows.close()


@contextlib.contextmanager
def write_lines(path: str, *, private: bool = False) -> Iterator[BinaryIO]:
    """Open a result file of lines; it appears under its name only when everything is written."""
    if path == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with (
        sending(place(path)) as target,
        writing(target),
        whole(target) as part,
        open_write(part, compression_of(path), private=private) as out,
    ):
        yield out


@contextlib.contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A name beside `target` to write to; it takes the target's place at the end, or goes.

    A device or a pipe is written to itself.
    """
    if is_stream(target):
        yield target
        return
    target = behind_links(target)
    part = target.with_name(f".{target.name}.partial-{os.getpid()}")
    for left in target.parent.glob(f".{glob.escape(target.name)}.partial-*"):
        if left == part or not _is_running(left.name.rpartition("-")[2]):
            # A run that was killed has left it behind.
            remove_file(left)
    try:
        yield part
        put_in_place(part, target)
    finally:
        with contextlib.suppress(OSError):
            remove_file(part)


def _is_running(number: str) -> bool:
    """Whether there is a process of that number, as far as one may ask."""
    if os.name != "posix" or not number.isdecimal():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def to_json(row: Row) -> bytes:
    """One row as a line of JSON; lone surrogates, which UTF-8 cannot hold, are escaped."""
    line = _ENCODER.encode(row)
    try:
        return line.encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row, separators=(",", ":")).encode() + b"\n"


class _JsonRows:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, row: Row) -> None:
        self._out.write(to_json(row))


class _ParquetRows:
    """Rows in groups; the first group decides the columns' types."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._rows: list[Row] = []
        self._writer: Any = None

    def write(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= _PARQUET_ROWS:
            self._flush()

    def close(self) -> None:
        if self._rows or self._writer is None:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows = [{name: _storable(name, value) for name, value in row.items()} for row in self._rows]
        if self._writer is None:
            table = pa.Table.from_pylist(rows)
            # A column that is null so far is taken for text.
            types = [pa.field(f.name, pa.string()) if pa.types.is_null(f.type) else f for f in table.schema]
            table = table.cast(pa.schema(types))
            self._writer = pq.ParquetWriter(self._out, table.schema, compression="zstd")
        else:
            table = pa.Table.from_pylist(rows, schema=self._writer.schema)
        self._writer.write_table(table)
        self._rows = []


def _storable(name: str, value: Any) -> Any:
    """A value as Parquet can hold it: ids as text, whatever they are, and lone surrogates escaped."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _storable(key, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_storable(name, part) for part in value]
    return str(value) if name in _ID_FIELDS and isinstance(value, int) else value
