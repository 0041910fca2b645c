"""Documents in files, with what it takes to cut them in the raw bytes later.

A record that cannot be used becomes a `Problem`: it is quarantined, counted, and never stops a run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from dedupe.errors import InputError, RecordError
from dedupe.files.fields import Fields
from dedupe.files.limits import Limits
from dedupe.files.lines import Record, as_id, not_utf8, too_long
from dedupe.files.problems import Problem, Problems
from dedupe.files.remote import AnyPath
from dedupe.files.sources import Source
from dedupe.files.streams import BLOCK, HashingWriter, UnusableFileError, open_read, read_error_types
from dedupe.files.tables import TABLES, CsvFile, RaggedRow, batches_of, open_table, row_numbers, unreadable_table
from dedupe.sizes import size_in_words
from dedupe.tables import column_values, is_string
from dedupe.text.encode import Offsets, encode_text

_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
# Rows of a file that are read at a time, and that are digested together.
_ROWS, _DIGESTED_ROWS = 1 << 12, 1 << 14


@dataclass
class Contents:
    """Contents of one input file."""

    source: Source
    source_field: str = "text"
    """the field or column that holds the text"""
    numbers: Offsets = field(default_factory=lambda: np.zeros(0, np.int64), compare=False)
    """line or row of each document, where the documents are in memory; 0 for a file of text"""
    problems: Problems = field(default_factory=Problems)
    size: int = 0
    """bytes of the decompressed stream (of the file, for Parquet, CSV and unreadable ones)"""
    sha256: str = ""
    values_sha256: str = ""
    """of a Parquet or CSV file: digest of schema, metadata and values"""
    unreadable: bool = False
    """the file as a whole is quarantined, byte for byte as it is"""


def read_records(contents: Contents, fields: Fields, *, digest_values: bool = False) -> Iterator[list[Record]]:
    """Read the documents of a file of text, of a Parquet or of a CSV file, some at a time.

    `digest_values` asks for the digest by which a file of rows that is restored is checked.
    """
    try:
        if contents.source.format in TABLES:
            yield from _read_rows(contents, fields, digest_values)
        else:
            yield _read_text(contents, fields.limits)
    except read_error_types() as error:
        damaged_file(contents, error)
    except OSError as error:
        raise not_readable(contents.source, error) from error


def not_readable(source: Source, error: OSError) -> InputError:
    """The error for a file that the system does not let us read."""
    return InputError(f"{source.name} cannot be read: {error.strerror or error}; make it readable, or leave it out")


def damaged_file(contents: Contents, error: BaseException) -> None:
    """Quarantine a file that cannot be read to its end."""
    told = isinstance(error, UnusableFileError)
    reason = str(error) if told else f"the compressed stream is damaged or cut off ({error})"
    _quarantine_file(contents, reason)


def _quarantine_file(contents: Contents, reason: str) -> None:
    contents.problems.replace(Problem(0, reason))
    contents.size, contents.sha256 = file_digest(contents.source.path)
    contents.unreadable = True


def file_digest(path: AnyPath) -> tuple[int, str]:
    """Size and SHA-256 of a file as it lies on disk."""
    with path.open("rb") as file:
        return _digest(file)


def _digest(file: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def _read_text(contents: Contents, limits: Limits) -> list[Record]:
    with open_read(contents.source.path, limits.unpacked) as file:
        raw = bytearray()
        # A file takes room as it is read, not as much as the limit allows.
        while (piece := file.read(BLOCK)) and len(raw) <= limits.document:
            raw += piece
        if len(raw) > limits.document:
            digest = HashingWriter(None)
            digest.write(memoryview(raw))
            while piece:
                digest.write(piece)
                piece = file.read(BLOCK)
            contents.size, contents.sha256 = digest.size, digest.sha256
            contents.problems.append(Problem(0, too_long("document", limits.document)))
            return []
    contents.size, contents.sha256 = len(raw), hashlib.sha256(raw).hexdigest()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        contents.problems.append(Problem(0, not_utf8(error)))
        return []
    return [Record(contents.source.name, text, 0)]


def _read_rows(contents: Contents, fields: Fields, digest_values: bool) -> Iterator[list[Record]]:
    """The documents of a Parquet or CSV file, some rows at a time.

    The file is read twice, since damage to it may show at its end only; it is quarantined then as a whole.
    """
    import pyarrow as pa

    path, kind, unpacked = contents.source.path, contents.source.format, fields.limits.unpacked
    contents.size, contents.sha256 = file_digest(path)
    try:
        with open_table(path, kind, unpacked) as file:
            _check_columns(file.schema_arrow, fields)
            if kind == "parquet":
                _check_size(file.metadata, unpacked)
            if digest_values:
                contents.values_sha256 = values_digest(file.schema_arrow, batches_of(file, _ROWS))
            else:
                for _ in batches_of(file, _ROWS, _wanted(file, fields)):
                    pass
            ragged = file.ragged if isinstance(file, CsvFile) else {}
            if contents.values_sha256 is not None:
                texts = {number: row.text for number, row in ragged.items()}
                contents.values_sha256 = with_ragged(contents.values_sha256, texts)
    except RecordError as error:
        _quarantine_file(contents, str(error))
        return
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        _quarantine_file(contents, unreadable_table(kind, error))
        return
    with open_table(path, kind, unpacked) as file:
        yield from _rows(contents, file, fields, ragged)


def _wanted(file: Any, fields: Fields) -> list[str]:
    """The columns that are read."""
    named = [name for name in [fields.id_field] if name in file.schema_arrow.names]
    return list(dict.fromkeys(name for name in (fields.text, *named, *fields.more) if name))


def _check_columns(schema: Any, fields: Fields) -> None:
    columns = [(fields.text, True)]
    if fields.id_field is not None:
        columns.append((fields.id_field, fields.id_required))
    columns += [(name, True) for name in fields.more]
    for name, needed in columns:
        count = schema.names.count(name)
        if count > 1:
            raise RecordError(f"{count} columns are named {name!r}: rename all but one")
        if needed and not count:
            raise RecordError(
                f"no column {name!r} but {schema.names}; name the right one by text, id, keep, source or order"
            )
    if not is_string(schema.field(fields.text).type):
        raise RecordError(f"column {fields.text!r} is {schema.field(fields.text).type}, not text")


def _check_size(metadata: Any, limit: int) -> None:
    if sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)) > limit:
        raise RecordError(f"it unpacks to more than {size_in_words(limit)}, the limit of `max_unpacked=`")


def _rows(contents: Contents, file: Any, fields: Fields, ragged: Mapping[int, RaggedRow]) -> Iterator[list[Record]]:
    name = fields.id_field
    named = name in file.schema_arrow.names
    problems = contents.problems
    waiting = [Problem(number, row.reason) for number, row in sorted(ragged.items(), reverse=True)]
    seen, limit = 0, fields.limits.document
    for batch in batches_of(file, _ROWS, _wanted(file, fields)):
        texts = batch.column(fields.text).to_pylist()
        ids = batch.column(name).to_pylist() if named else [None] * len(texts)
        more = [column_values(batch, name) for name in fields.more]
        if contents.source.format == "csv":
            # What orders documents may be a number, which CSV does not tell from text.
            more = [
                column if name == fields.source else list(map(_number, column))
                for name, column in zip(fields.more, more, strict=True)
            ]
        rows = list(zip(*more, strict=True)) if more else [()] * len(texts)
        records = []
        numbers = row_numbers(file, seen, len(texts)).tolist()
        seen += len(texts)
        for number, text, identity, values in zip(numbers, texts, ids, rows, strict=True):
            while waiting and waiting[-1].number < number:
                problems.append(waiting.pop())
            if text is None:
                problems.append(Problem(number, f"column {fields.text!r} is null"))
            elif len(text) > limit or (4 * len(text) > limit and len(encode_text(text)) > limit):
                problems.append(Problem(number, too_long("document", limit)))
            elif (usable := as_id(identity)) is not None:
                records.append(Record(usable, text, number, values))
            elif fields.id_required:
                problems.append(Problem(number, f"column {name!r} is no string or integer"))
            else:
                records.append(Record(f"{contents.source.name}:{number}", text, number, values))
        yield records
    problems.extend(reversed(waiting))


def _number(value: str | None) -> str | float | None:
    """A value as a number, where it is one."""
    if value is None or not _NUMBER.fullmatch(value):
        return value
    return int(value) if value.lstrip("-").isdecimal() else float(value)


def values_digest(schema: Any, batches: Iterable[Any]) -> str:
    """SHA-256 of a table's schema, metadata and values, however they are stored and cut into batches."""
    digest = hashlib.sha256(repr([(f.name, str(f.type), f.nullable, f.metadata) for f in schema]).encode())
    digest.update(repr(sorted((schema.metadata or {}).items())).encode())
    for batch in _even(schema, batches):
        for column in batch.columns:
            digest.update(repr(_python_values(column)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def with_ragged(digest: str, ragged: Mapping[int, str]) -> str:
    """Return the digest of the values of a file and of its ragged rows, by their numbers."""
    return hashlib.sha256(f"{digest}{sorted(ragged.items())}".encode()).hexdigest() if ragged else digest


def _even(schema: Any, batches: Iterable[Any]) -> Iterator[Any]:
    """Yield the same rows in batches of one size."""
    import pyarrow as pa

    waiting: list[Any] = []
    for batch in batches:
        waiting.append(batch)
        while sum(map(len, waiting)) >= _DIGESTED_ROWS:
            table = pa.Table.from_batches(waiting, schema)
            yield from table.slice(0, _DIGESTED_ROWS).combine_chunks().to_batches()
            waiting = table.slice(_DIGESTED_ROWS).to_batches()
    yield from pa.Table.from_batches(waiting, schema).combine_chunks().to_batches()


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
