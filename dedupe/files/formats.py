"""Formats of files: told by their names and, where these do not tell, by how the files begin."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from dedupe.errors import InputError
from dedupe.files.remote import AnyPath
from dedupe.files.streams import compression_of, open_read, read_error_types, without_compression
from dedupe.job import FileOptions

# Bytes that tell what a .json file holds.
_HEAD_BYTES = 1 << 16

Format: TypeAlias = Literal["txt", "jsonl", "json", "csv", "parquet"]
ENDINGS: Mapping[str, Format] = {
    "txt": "txt",
    "md": "txt",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "json": "json",
    "csv": "csv",
    "tsv": "csv",
    "parquet": "parquet",
}
"""the format that a file's name tells by its ending"""
# Formats with a compression of their own.
_PACKED_INSIDE: tuple[Format, ...] = ("parquet",)
KNOWN_NAMES = ".txt, .md, .jsonl, .ndjson, .json, .csv, .tsv (each also .gz, .zst, .bz2, .xz), .parquet"
DELIMITERS = ",;\t|"
"""what parts the values of a CSV file"""
# The name of a column; how many columns and even rows a CSV file has at least to be known by them, and the share of
# these.
_NAME = re.compile(r"[^\W\d][\w.,:/()#%&'-]{0,30}(?: [\w.,:/()#%&'-]{1,30}){0,2}")
_LEAST_COLUMNS, _LEAST_ROWS, _EVEN = 2, 2, 0.9


def format_of(name: str) -> Format | None:
    """The format that a file's name tells, below its compression, in letters of any case."""
    _, dot, ending = without_compression(name).lower().rpartition(".")
    kind = ENDINGS.get(ending) if dot else None
    return None if kind in _PACKED_INSIDE and compression_of(name) else kind


def record_word(kind: Format) -> str:
    """Return what a record of a file is called where it is counted."""
    return {"json": "item", "csv": "row", "parquet": "row"}.get(kind, "line")


def json_kind(path: AnyPath) -> Format | None:
    """Return what a .json file holds by its beginning: an array of objects, JSON lines, or neither of them."""
    try:
        with open_read(path) as file:
            head = file.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (OSError, *read_error_types()):  # type: ignore[misc]
        # What cannot be read is told when it is.
        return "json"
    if re.match(rb"\[\s*(\{|\]|$)", head):
        return "json"
    line, ended, _ = head.partition(b"\n")
    try:
        is_line = line.startswith(b"{") and (
            (not ended and len(head) == _HEAD_BYTES) or isinstance(json.loads(line), dict)
        )
    except (ValueError, RecursionError):
        return None
    return "jsonl" if is_line else None


def sniff(path: Path, text: str = FileOptions.text) -> Format:
    """The format of a file without a name, by its beginning.

    An object is JSON lines, an array of them JSON. A line of several names is CSV if one is the field of the text.
    So are three lines and more with as many values as the first has names. Anything else is text.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\0")):
        raise InputError(
            "standard input is compressed: unpack it on the way in (zcat, zstdcat, bzcat, xzcat), or name the file"
        )
    if head.startswith(b"PAR1"):
        return "parquet"
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"\[\s*\{", begin):
        return "json"
    if begin.startswith(b"{"):
        return "jsonl"
    lines = begin.decode("utf-8", "replace").splitlines(keepends=True)
    if len(head) == _HEAD_BYTES:
        # The last one may go on.
        lines = lines[:-1]
    # The first of many may be damaged.
    objects = sum(line.startswith("{") and line.rstrip().endswith("}") for line in lines)
    if objects >= _LEAST_ROWS and objects >= _EVEN * (len(lines) - 1):
        return "jsonl"
    if text != FileOptions.text and lines and lines[0].strip().strip('"') == text:
        # One column, which somebody has named.
        return "csv"
    return "csv" if any(_is_csv(lines, delimiter, text) for delimiter in DELIMITERS) else "txt"


def _is_csv(lines: Sequence[str], delimiter: str, text: str) -> bool:
    """Return whether lines are those of CSV with a delimiter, as far as that can be told."""
    rows = csv.reader(lines, delimiter=delimiter)
    try:
        names = next(rows, [])
        if len(names) < _LEAST_COLUMNS:
            return False
        widths = [len(row) for row in rows if row]
    except csv.Error:
        return False
    same = sum(width == len(names) for width in widths)
    if text in names:
        return same > 0 or not widths
    # Prose has spaces behind its commas, and other numbers of them in other lines.
    are_names = all(map(_NAME.fullmatch, [names[0] or "index", *names[1:]])) and len(set(names)) == len(names)
    # A quote that is left open takes the rest into the last row.
    return are_names and same >= _LEAST_ROWS and same >= _EVEN * (len(widths) - 1)
