"""Subtraction on files: the same bytes without the cuts, and an audit row for each cut.

Text files and JSONL are cut in their raw bytes, JSONL inside the string literal, so that escapes, key order,
byte order marks and line ends stay as they were. Parquet keeps schema, metadata, row order and row groups.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any

from dedupe.cleaning.cuts import Cut, apply_cuts
from dedupe.disk import create_file, make_folder
from dedupe.errors import InputError
from dedupe.files.audit import AuditRow, pack
from dedupe.files.lines import literal_bytes, text_literal
from dedupe.files.records import Contents, file_digest
from dedupe.files.streams import Compression, HashingWriter, open_read, open_write
from dedupe.text.encode import encode_text, point_to_byte

# Bytes of an audit row that holds what went as a whole.
_BLOCK = 16 << 20


@dataclass(frozen=True)
class Plan:
    """What is done to one file."""

    contents: Contents
    cuts: Mapping[int, Sequence[Cut]]
    """by record number, cuts in code points of its text"""
    removed: frozenset[int]
    """numbers of the records that go as a whole, duplicates and quarantined ones"""
    texts: Mapping[int, str]
    """the texts of the records with cuts"""
    line_limit: int
    """bytes of a line that are read at once; a longer one goes as a whole"""


def rewrite(plan: Plan, target: Path, compression: Compression) -> Iterator[AuditRow]:
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
    if source.format == "txt" and plan.removed:
        writer = HashingWriter(None)
        with open_read(source.path) as file:
            yield from _cut_text(plan, file, writer)
        yield {**row, "written": False}
        return
    make_folder(target.parent)
    if source.format == "parquet":
        yield from _cut_parquet(plan, target)
        size, sha256 = file_digest(target)
        _check_unchanged(contents, file_digest(source.path))
        row["values_sha256"] = contents.values_sha256
    else:
        with open_read(source.path) as file, open_write(target, compression) as out:
            writer = HashingWriter(out)
            cut = _cut_text if source.format == "txt" else _cut_jsonl
            yield from cut(plan, file, writer)
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


def _cut_text(plan: Plan, file: BufferedIOBase, out: HashingWriter) -> Iterator[AuditRow]:
    seen = HashingWriter(None)
    if plan.removed:
        for block in _blocks(file):
            offset = seen.size
            seen.write(block)
            yield from _subtract(plan, block, [(0, len(block))], offset, out)
    else:
        raw = file.read()
        seen.write(raw)
        ranges = _byte_ranges(plan, 0, lambda positions: point_to_byte(plan.texts[0], positions))
        yield from _subtract(plan, raw, ranges, 0, out)
    _check_unchanged(plan.contents, (seen.size, seen.sha256))


def _numbered_lines(file: BufferedIOBase, limit: int) -> Iterator[tuple[int, bytes]]:
    """The lines of a file with their numbers; one that is longer than the limit comes in pieces."""
    number, ended = 0, True
    while raw := file.readline(limit + 1):
        number += ended
        ended = raw.endswith(b"\n")
        yield number, raw


def _cut_jsonl(plan: Plan, file: BufferedIOBase, out: HashingWriter) -> Iterator[AuditRow]:
    seen = HashingWriter(None)
    for number, raw in _numbered_lines(file, plan.line_limit):
        offset = seen.size
        seen.write(raw)
        ranges: list[tuple[int, int]] = []
        if number in plan.removed:
            # The byte order mark is the file's, not the record's.
            ranges = [(3 if offset == 0 and raw.startswith(b"\xef\xbb\xbf") else 0, len(raw))]
        elif number in plan.cuts:
            literal, start = text_literal(raw, number, plan.contents.source_field)
            ranges = [
                (start + a, start + b)
                for a, b in _byte_ranges(
                    plan, number, lambda positions, text=literal: literal_bytes(text, positions)
                )
            ]
        yield from _subtract(plan, raw, ranges, offset, out)
    _check_unchanged(plan.contents, (seen.size, seen.sha256))


def _byte_ranges(plan: Plan, number: int, to_bytes: Any) -> list[tuple[int, int]]:
    cuts = plan.cuts.get(number)
    if not cuts:
        return []
    flat = to_bytes([position for cut in cuts for position in cut])
    return list(zip(flat[::2], flat[1::2], strict=True))


def _subtract(
    plan: Plan, raw: bytes, ranges: Sequence[tuple[int, int]], offset: int, out: HashingWriter
) -> Iterator[AuditRow]:
    """Write `raw` without the ranges; `offset` is where it begins in the stream."""
    position = 0
    name = plan.contents.source.relative
    for start, end in ranges:
        out.write(raw[position:start])
        yield {
            "type": "cut",
            "name": name,
            "offset": offset + start,
            "length": end - start,
            **pack(raw[start:end]),
        }
        position = end
    out.write(raw[position:])


def _cut_parquet(plan: Plan, target: Path) -> Iterator[AuditRow]:
    import pyarrow.parquet as pq

    source, column = plan.contents.source, plan.contents.source_field
    with source.path.open("rb") as raw, pq.ParquetFile(raw) as file:
        schema = file.schema_arrow
        place = schema.get_field_index(column)
        with (
            create_file(target) as out,
            pq.ParquetWriter(out, schema, compression=column_compression(file)) as writer,
        ):
            first = 1
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                numbers = range(first, first + table.num_rows)
                first += table.num_rows
                gone = [i for i, number in enumerate(numbers) if number in plan.removed]
                if gone:
                    rows = base64.b64encode(_to_stream(take_rows(table, gone))).decode("ascii")
                    yield {
                        "type": "rows",
                        "name": source.relative,
                        "rows": [numbers[i] for i in gone],
                        "base64": rows,
                    }
                cut = [number for number in numbers if plan.cuts.get(number) and number not in plan.removed]
                if cut:
                    values = table.column(place).to_pylist()
                    for number in cut:
                        text = plan.texts[number]
                        values[number - numbers[0]] = apply_cuts(text, plan.cuts[number])
                        yield from _value_rows(source.relative, column, number, text, plan.cuts[number])
                    field = schema.field(place)
                    table = table.set_column(place, field, text_column(values, field.type))
                stay = [i for i, number in enumerate(numbers) if number not in plan.removed]
                table = take_rows(table, stay) if gone else table
                if table.num_rows:
                    writer.write_table(table, row_group_size=max(table.num_rows, 1))


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


__all__ = ["Plan", "rewrite"]
