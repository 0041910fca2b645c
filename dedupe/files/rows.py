"""Result files: rows as JSONL or, by the file's ending, Parquet; written beside the target, moved in when whole."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol, TypeAlias

import numpy as np

from dedupe import kernels
from dedupe.disk import behind_links, create_file, is_stream, put_in_place, remove_file
from dedupe.errors import InputError, OutputError
from dedupe.files.remote import AnyPath, place, real_name, sending
from dedupe.files.streams import compression_of, open_write, without_compression, writing
from dedupe.kernels.records import RowColumn
from dedupe.text.encode import Offsets, encode_batch

STDOUT = "-"
_PARQUET_ROWS = 1 << 16
# Rows that are given by columns and written at a time.
_ROWS = 1 << 14
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# Fields that hold ids, alone or in lists; in Parquet they are text, since a column has one type.
_ID_FIELDS = frozenset(("id", "a", "b", "kept", "cluster"))

Row = Mapping[str, Any]


class Repeated(NamedTuple):
    """A column of values of any kind that come several times: value `i` is `values[place[i]]`."""

    values: Sequence[Any]
    place: Offsets

    def used(self, first: int, last: int) -> tuple[list[Any], Offsets]:
        """The values of some rows, each once, and the place of each row among them."""
        used, place = np.unique(self.place[first:last], return_inverse=True)
        return [self.values[i] for i in used.tolist()], place


Column: TypeAlias = np.ndarray | Repeated
"""A column of numbers, or of anything else"""


class RowWriter(Protocol):
    """Takes rows."""

    def write(self, row: Row) -> None:
        """Write one row."""

    def write_columns(self, columns: Mapping[str, Column]) -> None:
        """Write rows that are given by their columns."""


def check_result_path(path: str, *, force: bool) -> None:
    """Refuse a result file whose format is not known, or that exists. Devices and pipes are given JSON lines."""
    if path == STDOUT or is_stream(place(path)):
        return
    stem = without_compression(path)
    if not stem.endswith((".jsonl", ".ndjson", ".parquet")) or (stem != path and stem.endswith(".parquet")):
        raise InputError(f"{path}: name results .jsonl or .ndjson (also .gz, .zst, .bz2, .xz), or .parquet")
    check_free(place(path), force=force)


def check_distinct(outputs: Iterable[tuple[str, AnyPath]], inputs: Iterable[AnyPath] = ()) -> None:
    """Refuse outputs that are one file, or that are an input.

    Parameters
    ----------
    outputs : iterable of (str, Path)
        The name of each output, and its place.
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
    """Return whether there is a process of that number, as far as one may ask."""
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
    return _encode_line(f"{_ENCODER.encode(row)}\n")


as_json = _ENCODER.encode
"""A value as JSON in which lone surrogates stand as they are"""


def encode_lines(lines: Sequence[str]) -> bytes:
    """Lines of JSON as bytes; lone surrogates, which UTF-8 cannot hold, are escaped."""
    try:
        return "".join(lines).encode()
    except UnicodeEncodeError:
        return b"".join(map(_encode_line, lines))


def _encode_line(line: str) -> bytes:
    try:
        return line.encode()
    except UnicodeEncodeError:
        return json.dumps(json.loads(line), separators=(",", ":")).encode() + b"\n"


class _JsonRows:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, row: Row) -> None:
        self._out.write(to_json(row))

    def write_columns(self, columns: Mapping[str, Column]) -> None:
        heads = encode_batch([*(f"{',' if i else '{'}{_json(name)}:" for i, name in enumerate(columns)), "}\n"])
        for first, last in _row_runs(columns):
            values = [_row_column(column, first, last) for column in columns.values()]
            self._out.write(kernels.row_lines(heads, values).data)


def count_rows(columns: Mapping[str, Column]) -> int:
    """Return how many rows columns have."""
    (count,) = {len(column.place if isinstance(column, Repeated) else column) for column in columns.values()}
    return count


def _row_runs(columns: Mapping[str, Column]) -> Iterator[tuple[int, int]]:
    """Runs of the rows of columns."""
    count = count_rows(columns)
    return ((first, min(first + _ROWS, count)) for first in range(0, count, _ROWS))


def _json(value: Any) -> str:
    text = _ENCODER.encode(value)
    return text if text.isascii() or not _SURROGATE.search(text) else json.dumps(value, separators=(",", ":"))


def _row_column(column: Column, first: int, last: int) -> RowColumn:
    """Some rows of a column, as they are written."""
    if isinstance(column, Repeated):
        values, place = column.used(first, last)
        return encode_batch([_json(value) for value in values]), place
    own = column[first:last]
    return np.ascontiguousarray(own, np.float64) if own.dtype.kind == "f" else np.ascontiguousarray(own, np.int64)


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

    def write_columns(self, columns: Mapping[str, Column]) -> None:
        for first, last in _row_runs(columns):
            values: list[list[Any]] = []
            for column in columns.values():
                if isinstance(column, Repeated):
                    own, place = column.used(first, last)
                    values.append([own[i] for i in place.tolist()])
                else:
                    values.append(column[first:last].tolist())
            for row in zip(*values, strict=True):
                self.write(dict(zip(columns, row, strict=True)))

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
