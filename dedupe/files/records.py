"""Documents in files, with what it takes to cut them in the raw bytes later.

A record that cannot be used becomes a `Problem`: it is quarantined, counted, and never stops a run.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from dedupe.documents import Id, is_string
from dedupe.errors import InputError, RecordError
from dedupe.files.sources import Source
from dedupe.files.streams import BLOCK, open_read, read_error_types
from dedupe.text.encode import point_to_byte

_UTF8_MARK = b"\xef\xbb\xbf"
_JSON_SPACE = re.compile(r"[ \t\n\r]*")
_JSON_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)
_decoder = json.JSONDecoder()


class Record(NamedTuple):
    """A document and its place: line number in JSONL, row number in Parquet (both from 1), 0 in text files."""

    id: Id
    text: str
    number: int


class Problem(NamedTuple):
    """A record that is quarantined: line, row, or 0 for a whole file, and why."""

    number: int
    reason: str


@dataclass
class Contents:
    """What one input file holds."""

    source: Source
    source_field: str = "text"
    """the field or column that holds the text"""
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    size: int = 0
    """bytes of the decompressed stream (of the file, for Parquet and unreadable ones)"""
    sha256: str = ""
    values_sha256: str = ""
    """of a Parquet file: digest of schema, metadata and values"""
    unreadable: bool = False
    """the file as a whole is quarantined, byte for byte as it is"""


@dataclass(frozen=True)
class Fields:
    """The names of the fields that hold text and id."""

    text: str = "text"
    id: str = "id"
    id_required: bool = False
    """whether a record without the id field is a problem; else it is named by its place"""


def read_contents(source: Source, fields: Fields, *, digest_values: bool = False) -> Contents:
    """Read all documents of a file; `digest_values` is what restoring a Parquet file is checked by."""
    contents = Contents(source, fields.text)
    try:
        if source.format == "txt":
            _read_text(contents)
        elif source.format == "jsonl":
            _read_jsonl(contents, fields)
        else:
            _read_parquet(contents, fields, digest_values)
    except read_error_types() as error:
        _quarantine_file(contents, f"the compressed stream is damaged or cut off ({error})")
    except OSError as error:
        raise InputError(
            f"{source.name} cannot be read: {error.strerror or error}; make it readable, or leave it out"
        ) from error
    return contents


def _quarantine_file(contents: Contents, reason: str) -> None:
    contents.records.clear()
    contents.problems[:] = [Problem(0, reason)]
    contents.size, contents.sha256 = file_digest(contents.source.path)
    contents.unreadable = True


def file_digest(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file as it lies on disk."""
    with path.open("rb") as file:
        return _digest(file)


def _digest(file: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def _read_text(contents: Contents) -> None:
    with open_read(contents.source.path) as file:
        raw = file.read()
    contents.size, contents.sha256 = len(raw), hashlib.sha256(raw).hexdigest()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        contents.problems.append(Problem(0, _not_utf8(error)))
        return
    contents.records.append(Record(contents.source.name, text, 0))


def _not_utf8(error: UnicodeDecodeError) -> str:
    return f"invalid UTF-8 at byte {error.start} ({error.reason}); convert it to UTF-8 to have it cleaned"


def _read_jsonl(contents: Contents, fields: Fields) -> None:
    digest = hashlib.sha256()
    with open_read(contents.source.path) as file:
        for number, raw in enumerate(file, 1):
            digest.update(raw)
            contents.size += len(raw)
            try:
                record = parse_line(raw, number, contents.source.name, fields)
            except RecordError as error:
                contents.problems.append(Problem(number, str(error)))
                continue
            if record:
                contents.records.append(record)
    contents.sha256 = digest.hexdigest()


def parse_line(raw: bytes, number: int, name: str, fields: Fields) -> Record | None:
    """Read one JSONL line; None for a blank one.

    Raises
    ------
    RecordError
        The line is no JSON object, or lacks a usable text or id.
    """
    line = _decoded(raw, number)
    if not line.strip(" \t\r\n"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"not valid JSON: {error}") from error
    if not isinstance(found, dict):
        raise RecordError(f"{_json_type(found)}, not an object")
    if fields.text not in found:
        raise RecordError(f"no field {fields.text!r}; name the one that holds the text with --text-field")
    text = found[fields.text]
    if not isinstance(text, str):
        raise RecordError(f"field {fields.text!r} is {_json_type(text)}, not a string")
    if found.get(fields.id) is not None:
        identity = found[fields.id]
        if isinstance(identity, bool) or not isinstance(identity, str | int):
            raise RecordError(f"field {fields.id!r} is {_json_type(identity)}, not a string or an integer")
    elif fields.id_required:
        raise RecordError(f"no field {fields.id!r}; name the one that holds the id with --id-field")
    else:
        identity = f"{name}:{number}"
    return Record(identity, text, number)


def text_literal(raw: bytes, number: int, field_name: str) -> tuple[str, int]:
    """The literal of a line's text field without its quotes, and the byte at which it begins."""
    line = _decoded(raw, number)
    _, start, end = _scan_object(line, line.index("{") + 1)[field_name]
    mark = len(_UTF8_MARK) if number == 1 and raw.startswith(_UTF8_MARK) else 0
    return line[start + 1 : end - 1], mark + len(line[: start + 1].encode())


def literal_bytes(literal: str, positions: Sequence[int]) -> list[int]:
    """The bytes in a JSON string literal at which code points of its text begin."""
    if "\\" not in literal:
        return point_to_byte(literal, positions)
    starts = [match.start() for match in _JSON_CHARACTER.finditer(literal)]
    starts.append(len(literal))
    return point_to_byte(literal, [starts[position] for position in positions])


def _decoded(raw: bytes, number: int) -> str:
    """A line as text, without the byte order mark of the first."""
    if number == 1:
        raw = raw.removeprefix(_UTF8_MARK)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(_not_utf8(error)) from error


def _scan_object(line: str, position: int) -> dict[str, tuple[Any, int, int]]:
    """The fields of the valid JSON object that is open at `position`: value, and where its literal begins and ends.

    The last of equal names counts, as it does for `json.loads`.
    """
    found: dict[str, tuple[Any, int, int]] = {}
    position = _skip(line, position)
    while line[position] != "}":
        key, position = _decoder.scan_once(line, position)  # type: ignore[attr-defined]
        start = _skip(line, _skip(line, position) + 1)
        value, position = _decoder.scan_once(line, start)  # type: ignore[attr-defined]
        found[key] = (value, start, position)
        position = _skip(line, position)
        if line[position] == ",":
            position = _skip(line, position + 1)
    return found


def _skip(line: str, position: int) -> int:
    match = _JSON_SPACE.match(line, position)
    return match.end() if match else position


def _json_type(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _read_parquet(contents: Contents, fields: Fields, digest_values: bool) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = contents.source.path
    contents.size, contents.sha256 = file_digest(path)
    try:
        with pq.ParquetFile(path) as file:
            _check_columns(file.schema_arrow, fields)
            _read_rows(contents, file, fields)
            if digest_values:
                contents.values_sha256 = values_digest(file.read())
    except RecordError as error:
        _quarantine_file(contents, str(error))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        _quarantine_file(contents, f"not a Parquet file, or a damaged one ({error})")


def _check_columns(schema: Any, fields: Fields) -> None:
    for name, needed in ((fields.text, True), (fields.id, fields.id_required)):
        count = schema.names.count(name)
        if count > 1:
            raise RecordError(f"{count} columns are named {name!r}: rename all but one")
        if needed and not count:
            raise RecordError(f"no column {name!r} but {schema.names}; name it with --text-field or --id-field")
    if not is_string(schema.field(fields.text).type):
        raise RecordError(f"column {fields.text!r} is {schema.field(fields.text).type}, not text")


def _read_rows(contents: Contents, file: Any, fields: Fields) -> None:
    named = fields.id in file.schema_arrow.names
    number = 0
    for batch in file.iter_batches(columns=[fields.text, fields.id] if named else [fields.text]):
        texts = batch.column(fields.text).to_pylist()
        ids = batch.column(fields.id).to_pylist() if named else [None] * len(texts)
        for text, identity in zip(texts, ids, strict=True):
            number += 1
            if text is None:
                contents.problems.append(Problem(number, f"column {fields.text!r} is null"))
            elif identity is None and not fields.id_required:
                contents.records.append(Record(f"{contents.source.name}:{number}", text, number))
            elif isinstance(identity, bool) or not isinstance(identity, str | int):
                contents.problems.append(Problem(number, f"column {fields.id!r} is no string or integer"))
            else:
                contents.records.append(Record(identity, text, number))


def values_digest(table: Any) -> str:
    """SHA-256 of a table's schema, metadata and values, however they are stored."""
    digest = hashlib.sha256(repr([(f.name, str(f.type), f.nullable, f.metadata) for f in table.schema]).encode())
    digest.update(repr(sorted((table.schema.metadata or {}).items())).encode())
    for batch in table.to_batches(max_chunksize=1 << 14):
        for column in batch.columns:
            digest.update(repr(_python_values(column)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _python_values(column: Any) -> Any:
    """A column as Python values; times as their integers, since Python cannot hold all of them."""
    import pyarrow as pa

    try:
        if pa.types.is_temporal(column.type) and not pa.types.is_interval(column.type):
            width = pa.int32() if column.type.bit_width == 32 else pa.int64()
            return column.view(width).to_pylist()
        return column.to_pylist()
    except (ValueError, OverflowError, KeyError, NotImplementedError):
        # Times inside nested values: only their number is known here.
        return len(column), column.null_count
