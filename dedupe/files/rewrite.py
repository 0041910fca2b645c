"""Subtraction on files: the same bytes without the cuts, and an audit row for each cut.

Text files and JSONL are cut in their raw bytes, JSONL inside the string literal. So escapes, key order, byte order
marks and line ends stay as they were. Parquet keeps schema, metadata, row order and row groups; CSV
keeps header, delimiter, row order and values.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from dedupe.cleaning.cuts import Cut, apply_cuts
from dedupe.disk import create_file, make_folder
from dedupe.errors import InputError
from dedupe.files.audit import AuditLines, AuditRow, AuditRows, cut_lines, pack
from dedupe.files.json_arrays import array_items, as_line
from dedupe.files.lines import literal_bytes, text_literal
from dedupe.files.records import Contents, file_digest
from dedupe.files.streams import Compression, HashingWriter, open_read, open_write
from dedupe.files.tables import TABLES, CsvFile, row_numbers
from dedupe.text.encode import encode_text, point_to_byte

# Bytes of an audit row that holds what went as a whole.
_BLOCK = 16 << 20
# Rows of CSV that are cut at a time.
_CSV_ROWS = 1 << 14
# Bytes of lines that are cut at a time.
_TOGETHER, _LINES_TOGETHER = 1 << 20, 1 << 12


class Edit(NamedTuple):
    """The change of one record."""

    number: int
    cuts: Sequence[Cut] | None
    """in code points of its text; None where the record goes as a whole"""
    text: str = ""
    """the text that is cut, where that is no JSON"""


@dataclass(frozen=True)
class Plan:
    """The changes of one file."""

    contents: Contents
    edits: Iterable[Edit]
    """by number; records without one stay as they are"""
    line_limit: int
    """bytes of a line that are read at once; a longer one goes as a whole"""


def rewrite(plan: Plan, target: Path, compression: Compression) -> Iterator[AuditRows]:
    """Write the cleaned file to `target`, unless nothing of it stays; yields the audit rows."""
    contents = plan.contents
    source = contents.source
    row: AuditRow = {"type": "file", "name": source.relative, "input": source.name, "format": source.format}
    row |= {"size": contents.size, "sha256": contents.sha256}
    if contents.unreadable:
        _check_unchanged(contents, file_digest(source.path))
        with source.path.open("rb") as file:
            for data in _blocks(file):
                yield {"type": "raw", "name": source.relative, "base64": base64.b64encode(data).decode("ascii")}
        yield {**row, "written": False, "raw": True}
        return
    edits = _Edits(plan.edits)
    if source.format == "txt" and (edit := edits.at(0)):
        if edit.cuts is None:
            with open_read(source.path) as file:
                yield from _take_all(plan, file)
            yield {**row, "written": False}
            return
        edits = _Edits([edit])
    make_folder(target.parent)
    if source.format in TABLES:
        if source.format == "csv":
            yield from _cut_csv(plan, edits, target, compression)
        else:
            yield from _cut_parquet(plan, edits, target)
        size, sha256 = file_digest(target)
        _check_unchanged(contents, file_digest(source.path))
        row["values_sha256"] = contents.values_sha256
    else:
        with open_read(source.path) as file, open_write(target, compression) as out:
            writer = HashingWriter(out)
            cut = {"txt": _cut_text, "json": _cut_array}.get(source.format, _cut_jsonl)
            yield from cut(plan, edits, file, writer)
            size, sha256 = writer.size, writer.sha256
    yield {**row, "written": True, "output_size": size, "output_sha256": sha256}


def _check_unchanged(contents: Contents, now: tuple[int, str]) -> None:
    if now != (contents.size, contents.sha256):
        raise InputError(f"{contents.source.name} changed while it was being cleaned: run again when it is at rest")


def _blocks(file: IO[bytes] | BufferedIOBase) -> Iterator[bytes]:
    """All of a file, a block at a time, one at least."""
    yield file.read(_BLOCK)
    while block := file.read(_BLOCK):
        yield block


class _Edits:
    """The edits of a file, asked for by ascending number."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._edits = iter(edits)
        self._next = next(self._edits, None)

    def at(self, number: int) -> Edit | None:
        """The edit of a record, if there is one."""
        while self._next is not None and self._next.number < number:
            self._next = next(self._edits, None)
        return self._next if self._next is not None and self._next.number == number else None


def _take_all(plan: Plan, file: BufferedIOBase) -> Iterator[AuditRows]:
    seen, nowhere = HashingWriter(None), HashingWriter(None)
    for block in _blocks(file):
        offset = seen.size
        seen.write(block)
        yield _subtract(plan, block, [(0, len(block))], offset, nowhere)
    _check_unchanged(plan.contents, (seen.size, seen.sha256))


def _cut_text(plan: Plan, edits: _Edits, file: BufferedIOBase, out: HashingWriter) -> Iterator[AuditRows]:
    raw = file.read()
    seen = HashingWriter(None)
    seen.write(raw)
    _check_unchanged(plan.contents, (seen.size, seen.sha256))
    edit = edits.at(0)
    points = [] if edit is None else [point for cut in edit.cuts or () for point in cut]
    ranges = [] if edit is None else _pairs(point_to_byte(edit.text, points))
    yield _subtract(plan, raw, ranges, 0, out)


def _numbered_lines(file: BufferedIOBase, limit: int) -> Iterator[tuple[int, bytes]]:
    """The lines of a file with their numbers; one that is longer than the limit comes in pieces."""
    number, ended = 0, True
    while raw := file.readline(limit + 1):
        number += ended
        ended = raw.endswith(b"\n")
        yield number, raw


class _Line(NamedTuple):
    """A line that is changed, or a piece of a long one."""

    edit: Edit
    raw: bytes
    offset: int
    """where it begins among the lines that are written together"""


def _cut_jsonl(plan: Plan, edits: _Edits, file: BufferedIOBase, out: HashingWriter) -> Iterator[AuditRows]:
    seen = HashingWriter(None)

    def together() -> AuditLines:
        data, offset = b"".join(lines), seen.size
        seen.write(data)
        return _subtract(plan, data, _line_ranges(plan, changed, offset), offset, out)

    lines, changed, size = list[bytes](), list[_Line](), 0
    for number, raw in _numbered_lines(file, plan.line_limit):
        if (edit := edits.at(number)) is not None:
            changed.append(_Line(edit, raw, size))
        lines.append(raw)
        size += len(raw)
        if size >= _TOGETHER or len(lines) >= _LINES_TOGETHER:
            yield together()
            lines, changed, size = [], [], 0
    yield together()
    _check_unchanged(plan.contents, (seen.size, seen.sha256))


def _line_ranges(plan: Plan, lines: Sequence[_Line], offset: int) -> Iterator[tuple[int, int]]:
    """Return the bytes that are taken out of lines, which begin at `offset` of their file."""
    field = plan.contents.source_field
    cuts = [(line, line.edit.cuts) for line in lines if line.edit.cuts is not None]
    literals = [text_literal(line.raw, field) for line, _ in cuts]
    points = [[point for cut in own for point in cut] for _, own in cuts]
    cut = iter(literal_bytes([literal for literal, _ in literals], points))
    starts = (start for _, start in literals)
    for edit, raw, begin in lines:
        if edit.cuts is not None:
            start = begin + next(starts)
            yield from _pairs([start + byte for byte in next(cut)])
        else:
            # The byte order mark is the file's, not the record's.
            is_marked = offset + begin == 0 and raw.startswith(b"\xef\xbb\xbf")
            yield begin + 3 * is_marked, begin + len(raw)


def _cut_array(plan: Plan, edits: _Edits, file: BufferedIOBase, out: HashingWriter) -> Iterator[AuditRows]:
    """Take items out with their commas, so that the rest is an array, and cut others in their raw bytes."""
    seen, kept = HashingWriter(None), False
    for number, (lead, raw) in enumerate(array_items(file, plan.line_limit), 1):
        offset = seen.size
        seen.write(lead)
        if raw is None:
            yield _subtract(plan, lead, (), offset, out)
            break
        seen.write(raw)
        edit, size = edits.at(number), len(lead)
        if edit is not None and edit.cuts is None:
            ranges = [(size if number == 1 else 0, size + len(raw))]
        else:
            # The comma before the first item that stays goes with those that do not.
            ranges = [] if kept or number == 1 else [(0, size)]
            kept = True
            if edit is not None:
                literal, start = text_literal(as_line(raw), plan.contents.source_field)
                (own,) = literal_bytes([literal], [[point for cut in edit.cuts or () for point in cut]])
                ranges += _pairs([size + start + byte for byte in own])
        yield _subtract(plan, lead + raw, ranges, offset, out)
    _check_unchanged(plan.contents, (seen.size, seen.sha256))


def _pairs(flat: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def _subtract(
    plan: Plan, raw: bytes, ranges: Iterable[tuple[int, int]], offset: int, out: HashingWriter
) -> AuditLines:
    """Write `raw` without the ranges, and return the rows of these; `offset` is where it begins in the stream."""
    position, left, cuts = 0, [], []
    for start, end in ranges:
        left.append(raw[position:start])
        cuts.append((offset + start, raw[start:end]))
        position = end
    out.write(b"".join([*left, raw[position:]]) if left else raw)
    return cut_lines(plan.contents.source.relative, cuts)


def _cut_parquet(plan: Plan, edits: _Edits, target: Path) -> Iterator[AuditRow]:
    import pyarrow.parquet as pq

    with plan.contents.source.path.open("rb") as raw, pq.ParquetFile(raw) as file:
        schema = file.schema_arrow
        with (
            create_file(target) as out,
            pq.ParquetWriter(out, schema, compression=column_compression(file)) as writer,
        ):
            groups = map(file.read_row_group, range(file.num_row_groups))
            yield from _cut_rows(
                plan,
                edits,
                _numbered(file, groups),
                lambda table: writer.write_table(table, row_group_size=max(table.num_rows, 1)),
            )


def _cut_csv(plan: Plan, edits: _Edits, target: Path, compression: Compression) -> Iterator[AuditRow]:
    import pyarrow as pa

    with open_write(target, compression) as out:
        file = CsvFile(plan.contents.source.path)
        out.write(file.form.begin(file.schema_arrow))
        tables = (pa.Table.from_batches([batch]) for batch in file.iter_batches(_CSV_ROWS))
        yield from _cut_rows(
            plan, edits, _numbered(file, tables), lambda table: out.writelines(file.form.rows(table))
        )
        for number, row in sorted(file.ragged.items()):
            line = pack(row.text.encode("utf-8", "surrogateescape"))
            yield {"type": "ragged", "name": plan.contents.source.relative, "row": number, **line}


def _numbered(file: Any, tables: Iterable[Any]) -> Iterator[tuple[list[int], Any]]:
    """Yield the tables of a file, each with the numbers of its rows."""
    seen = 0
    for table in tables:
        yield row_numbers(file, seen, table.num_rows).tolist(), table
        seen += table.num_rows


def _cut_rows(
    plan: Plan, edits: _Edits, tables: Iterable[tuple[list[int], Any]], write: Callable[[Any], object]
) -> Iterator[AuditRow]:
    """Write what stays of the rows of a file, some at a time."""
    source, column = plan.contents.source, plan.contents.source_field
    for numbers, table in tables:
        place = table.schema.get_field_index(column)
        own = [(row, edit) for row, number in enumerate(numbers) if (edit := edits.at(number)) is not None]
        gone = [row for row, edit in own if edit.cuts is None]
        if gone:
            rows = base64.b64encode(_to_stream(take_rows(table, gone))).decode("ascii")
            yield {"type": "rows", "name": source.relative, "rows": [numbers[i] for i in gone], "base64": rows}
        left = table
        if len(own) > len(gone):
            values = table.column(place).to_pylist()
            for row, (number, cuts, text) in own:
                if cuts is not None:
                    values[row] = apply_cuts(text, cuts)
                    yield from _value_rows(source.relative, column, number, text, cuts)
            field = table.schema.field(place)
            left = left.set_column(place, field, text_column(values, field.type))
        if gone:
            left = take_rows(left, np.delete(np.arange(left.num_rows), gone).tolist())
        if left.num_rows:
            write(left)


def take_rows(table: Any, rows: Sequence[int]) -> Any:
    """Some rows of a table; Arrow cannot take from view columns yet, so these go by way of plain ones."""
    import pyarrow as pa

    plain = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    schema = table.schema
    through = pa.schema([f.with_type(plain.get(f.type, f.type)) for f in schema], metadata=schema.metadata)
    return table.cast(through).take(pa.array(rows, pa.int64())).cast(schema)


def column_compression(file: Any) -> str:
    """The compression of a Parquet file's first column, as its writer is told it."""
    if not file.num_row_groups or not file.metadata.num_columns:
        return "snappy"
    compression = file.metadata.row_group(0).column(0).compression.lower()
    return "none" if compression == "uncompressed" else str(compression)


def _value_rows(name: str, column: str, number: int, text: str, cuts: Sequence[Cut]) -> Iterator[AuditRow]:
    data = encode_text(text)
    flat = point_to_byte(text, [position for cut in cuts for position in cut])
    for start, end in zip(flat[::2], flat[1::2], strict=True):
        yield {"type": "cut", "name": name, "column": column, "row": number, "offset": start, "length": end - start,
               **pack(data[start:end])}  # fmt: skip


def text_column(values: list[str | None], arrow_type: Any) -> Any:
    """Values as a column of some type of text."""
    import pyarrow as pa

    if pa.types.is_dictionary(arrow_type):
        return pa.array(values, arrow_type.value_type).dictionary_encode().cast(arrow_type)
    return pa.array(values, arrow_type)


def _to_stream(table: Any) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]
