"""Files of rows and columns: Parquet, and CSV whose columns are all read and written as strings.

In CSV a value that is empty without quotes is null, and `""` is an empty string. Delimiter, header and a byte order
mark stay; quotes are set as `pyarrow` sets them, so that a CSV file comes back in its values. A row is ragged if it
has more or fewer values than the header, or if it is not UTF-8. So is a last row in which a quote is left open,
which has the rest of the file in one value. Such rows are passed over, and kept beside the others.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BufferedIOBase
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from dedupe.errors import RecordError
from dedupe.files.formats import DELIMITERS, Format
from dedupe.files.remote import AnyPath
from dedupe.files.streams import BLOCK, open_read, without_compression
from dedupe.sizes import size_in_words
from dedupe.text.encode import Offsets

TABLES: tuple[Format, ...] = ("parquet", "csv")
"""formats of rows and columns"""
_MARK = b"\xef\xbb\xbf"
# Bytes that are parsed at a time; a row may not be longer.
_CSV_BLOCK = 32 << 20
# Bytes of the end of a file by which a quote is known that is left open.
_TAIL = 1 << 12
# Bytes in which the header is looked for.
_HEADER_BYTES = 1 << 20
# Rows that tell the delimiter where the header does not.
_TELLING_ROWS = 100
# Ragged rows of a file, and bytes of them, that are held; a file with more is no CSV.
_MOST_RAGGED, _MOST_RAGGED_BYTES = 10_000, 16 << 20
# A byte that is not UTF-8 reaches `pyarrow` as this code point and U+0080 to U+00FF; the code point itself, as two.
_ESCAPE = "\U0010ffff"
_ESCAPED, _INVALID = re.compile(f"{_ESCAPE}(.)", re.DOTALL), re.compile("[\udc80-\udcff]")
_CONVERT = "convert the file to UTF-8"
_OPEN_QUOTE = "a quote is left open, which takes the rest of the file into one value: close it"


def is_tsv(path: AnyPath) -> bool:
    """Return whether a file says by its name that tabs part its values."""
    return without_compression(path.name).lower().endswith(".tsv")


class CsvForm(NamedTuple):
    """Form of a CSV file beside its values."""

    delimiter: str
    mark: bool
    """whether it begins with a byte order mark"""

    @classmethod
    def of(cls, path: AnyPath) -> CsvForm:
        """Return the form of a file: a .tsv file has tabs, another what its header has most of."""
        with open_read(path) as file:
            head = file.read(_HEADER_BYTES)
        if is_tsv(path):
            return cls("\t", head.startswith(_MARK))
        rows = _delimiters_in_rows(head.removeprefix(_MARK).decode("utf-8", "replace"))
        header = next(rows)
        most = max(header.values())
        likely = [one for one in DELIMITERS if header[one] == most]
        if most and len(likely) > 1:
            # Where the header has two equally often, the rows that follow tell.
            agreeing = Counter(one for row in islice(rows, _TELLING_ROWS) for one in likely if row[one] == most)
            likely.sort(key=lambda one: -agreeing[one])
        return cls(likely[0], head.startswith(_MARK))

    def begin(self, schema: Any) -> bytes:
        """Return what such a file begins with: the mark, and the header."""
        return (_MARK if self.mark else b"") + self._lines(schema.empty_table(), True)

    def rows(self, table: Any, ragged: Mapping[int, str] = MappingProxyType({})) -> Iterator[bytes]:
        """Yield rows as they are written, ragged ones, by their numbers in the file, between the others."""
        start = 0
        for skipped, (number, text) in enumerate(sorted(ragged.items())):
            end = number - 1 - skipped
            line = text.encode("utf-8", "surrogateescape")
            # What is left open to the end of the file has the last line feed in it.
            feed = b"" if number == len(table) + len(ragged) and is_left_open(text) else b"\n"
            yield self._lines(table.slice(start, end - start), False) + line + feed
            start = end
        yield self._lines(table.slice(start), False)

    def _lines(self, table: Any, header: bool) -> bytes:
        import pyarrow as pa
        from pyarrow import csv

        sink = pa.BufferOutputStream()
        csv.write_csv(table, sink, csv.WriteOptions(include_header=header, delimiter=self.delimiter))
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _delimiters_in_rows(text: str) -> Iterator[dict[str, int]]:
    """Yield how often each delimiter occurs outside of quotes, row by row."""
    counts, quoted = dict.fromkeys(DELIMITERS, 0), False
    for char in text:
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "\r\n":
            yield counts
            counts = dict.fromkeys(DELIMITERS, 0)
        elif not quoted and char in counts:
            counts[char] += 1
    yield counts


class RaggedRow(NamedTuple):
    """A row that has more or fewer values than the header, is not UTF-8, or does not end."""

    reason: str
    text: str
    """the row, in which a lone surrogate stands for a byte that is not UTF-8 (`surrogateescape`)"""


class _Blocks:
    """A stream that is read some at a time, however much is asked for: text takes up to four times the memory."""

    closed = False

    def __init__(self, file: BufferedIOBase) -> None:
        self._file = file
        self.tail = b""
        """the last bytes so far"""

    def read(self, count: int) -> bytes:
        """Return the next bytes."""
        data = self._file.read(min(count, BLOCK))
        self.tail = (self.tail + data[-_TAIL:])[-_TAIL:]
        return data

    def close(self) -> None:
        """Leave the file to who opened it."""


class _Escaping:
    """Passes a stream on as UTF-8 that tells which bytes were none."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self.used = False
        """whether anything was escaped so far"""

    def __call__(self, data: Any) -> bytes:
        """Return the next bytes; nothing comes in at the end."""
        text = self._decode(data, not len(data))
        if _ESCAPE in text:
            text, self.used = text.replace(_ESCAPE, 2 * _ESCAPE), True
        try:
            return text.encode()
        except UnicodeEncodeError:
            self.used = True
            return _INVALID.sub(lambda byte: _ESCAPE + chr(ord(byte[0]) - 0xDC00), text).encode()


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda one: _ESCAPE if one[1] == _ESCAPE else chr(ord(one[1]) + 0xDC00), text)


class CsvFile:
    """A CSV file, read as a `pyarrow.parquet.ParquetFile` is.

    Parameters
    ----------
    path : path
        The file.
    unpacked : int, optional
        The most bytes that a compressed file may unpack to.
    """

    def __init__(self, path: AnyPath, unpacked: int | None = None) -> None:
        import pyarrow as pa
        from pyarrow import csv

        self._path, self._unpacked, self.form = path, unpacked, CsvForm.of(path)
        self.ragged: dict[int, RaggedRow] = {}
        """the ragged rows of what has been read, by number, from 1"""
        self._held = self._invalid = 0
        # A line without anything is a null where there is one column, and nothing where there are more.
        self._parsing = csv.ParseOptions(
            delimiter=self.form.delimiter, newlines_in_values=True, invalid_row_handler=self._pass_over
        )
        with self._open() as (reader, _, _):
            names = reader.schema.names
        if _ESCAPE in "".join(names):
            raise RecordError(f"the header is not UTF-8: {_CONVERT}")
        self._parsing.ignore_empty_lines = len(names) > 1
        self.schema_arrow = pa.schema([(name, pa.string()) for name in names])

    @contextmanager
    def _open(self, converting: Any = None) -> Iterator[tuple[Any, _Escaping, _Blocks]]:
        """Open the file for `pyarrow`, with what tells rows that are not UTF-8, and what has been read."""
        import pyarrow as pa
        from pyarrow import csv

        reading, escaping = csv.ReadOptions(use_threads=False, block_size=_CSV_BLOCK), _Escaping()
        with (
            open_read(self._path, self._unpacked) as file,
            pa.TransformInputStream(pa.PythonFile(blocks := _Blocks(file), mode="r"), escaping) as stream,
            csv.open_csv(stream, reading, self._parsing, converting) as reader,
        ):
            yield reader, escaping, blocks

    def _pass_over(self, row: Any) -> str:
        """Note a row of another width; answers with what is to be done."""
        if row.number is None:
            return "error"
        values = "1 value" if row.actual_columns == 1 else f"{row.actual_columns} values"
        open_quote = f"; {_OPEN_QUOTE}" if is_left_open(row.text) and "\n" in row.text else ""
        reason = f"{values}, but the header has {row.expected_columns} names{open_quote}"
        # The header is a row, too.
        return "skip" if self._hold(row.number - 1, RaggedRow(reason, _unescaped(row.text))) else "error"

    def _hold(self, number: int, row: RaggedRow) -> bool:
        """Hold a ragged row, unless there are too many."""
        self._held += len(row.text)
        if len(self.ragged) >= _MOST_RAGGED or self._held > _MOST_RAGGED_BYTES:
            return False
        self.ragged[number] = row
        return True

    def _valid(self, batch: Any, first: int) -> Any:
        """Return the rows that are UTF-8, and hold the others; so many rows come before."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not any(pc.any(pc.match_substring(column, _ESCAPE)).as_py() for column in batch.columns):
            return batch
        rows = []
        columns = [column.to_pylist() for column in batch.columns]
        for number, escaped in zip(
            self.numbers(first, len(batch)).tolist(), zip(*columns, strict=True), strict=True
        ):
            row = [value and _unescaped(value) for value in escaped]
            invalid = (i for i, value in enumerate(row) if value and _INVALID.search(value))
            if (place := next(invalid, None)) is None:
                rows.append(row)
                continue
            self._invalid += 1
            reason = f"column {batch.schema.names[place]!r} is not UTF-8: {_CONVERT} to have it cleaned"
            if not self._hold(number, RaggedRow(reason, _as_line(row, self.form.delimiter))):
                raise RecordError(f"more than {len(self.ragged):,} rows are not UTF-8: {_CONVERT}")
        values = zip(*rows, strict=True) if rows else [()] * len(columns)
        return pa.record_batch([pa.array(column, pa.string()) for column in values], schema=batch.schema)

    def _ended(self, batch: Any, first: int, blocks: _Blocks) -> Any:
        """Return the last rows of the file without one that does not end, which is held; so many come before."""
        row = [value and _unescaped(value) for value in (column[-1].as_py() for column in batch.columns)]
        line = _as_line(row, self.form.delimiter).removesuffix('"')
        number = int(self.numbers(first, len(batch))[-1])
        # Such a row is the last one of all, has lines in its last value, and the file ends as that does.
        last = row[-1] or ""
        end = ('"' + last.replace('"', '""')).encode("utf-8", "surrogateescape")[-_TAIL:]
        is_open = re.search("[\r\n]", last) and blocks.tail.endswith(end)
        if not is_open or max(self.ragged, default=0) > number:
            return batch
        if not self._hold(number, RaggedRow(_OPEN_QUOTE, line)):
            raise RecordError(f"row {number:,}: {_OPEN_QUOTE}")
        return batch.slice(0, len(batch) - 1)

    def _end_ragged(self, count: int, blocks: _Blocks) -> None:
        """Give the last row of the file its line feed, where a quote in it is left open: so it is written."""
        number = max(self.ragged, default=0)
        if number and number == count + len(self.ragged):
            row = self.ragged[number]
            if is_left_open(row.text) and blocks.tail.endswith(b"\n") and not row.text.endswith("\n"):
                self.ragged[number] = row._replace(text=f"{row.text}\n")

    def numbers(self, first: int, count: int) -> Offsets:
        """Return the numbers, from 1, of some rows that have been read, of which so many others come before."""
        own = np.arange(first + 1, first + count + 1)
        ragged = np.array(sorted(self.ragged), np.int64)
        return own + np.searchsorted(ragged - np.arange(len(ragged)), own, side="right")

    def iter_batches(self, batch_size: int, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield some rows at a time, all columns or some.

        Raises
        ------
        RecordError
            Most rows are ragged.
        """
        from pyarrow import csv

        self.ragged, self._held, self._invalid, count = {}, 0, 0, 0

        # All columns are read: a row that is not UTF-8 in one of them is the same row to everybody.
        converting = csv.ConvertOptions(
            column_types=self.schema_arrow,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        with self._open(converting) as (reader, escaping, blocks):
            batches = (
                block.slice(first, batch_size) for block in reader for first in range(0, len(block), batch_size)
            )
            waiting = next(batches, None)
            while (batch := waiting) is not None:
                waiting = next(batches, None)
                if waiting is None:
                    batch = self._ended(batch, count, blocks)
                if escaping.used:
                    batch = self._valid(batch, count)
                count += len(batch)
                if waiting is None:
                    self._end_ragged(count, blocks)
                yield batch.select(columns) if columns else batch
        if len(self.ragged) > count:
            of = f"{len(self.ragged) + count:,} rows"
            if 2 * self._invalid > len(self.ragged):
                raise RecordError(f"{self._invalid:,} of {of} are not UTF-8: {_CONVERT}")
            raise RecordError(
                f"{len(self.ragged):,} of {of} have another number of values than the header "
                f"({len(self.schema_arrow)}): put values with {self.form.delimiter!r} in them into quotes"
            )


def is_left_open(line: str) -> bool:
    """Return whether a quote in the last row of a file may be left open."""
    return line.count('"') % 2 == 1


def _as_line(row: Sequence[str | None], delimiter: str) -> str:
    """Return a row as it is written: values in quotes, and nothing for a null."""
    return delimiter.join("" if value is None else '"' + value.replace('"', '""') + '"' for value in row)


@contextmanager
def open_table(path: AnyPath, kind: Format, unpacked: int | None = None) -> Iterator[Any]:
    """Open a file of rows and columns: it has `schema_arrow`, and rows for `batches_of`."""
    if kind == "csv":
        yield CsvFile(path, unpacked)
        return
    import pyarrow.parquet as pq

    with path.open("rb") as raw, pq.ParquetFile(raw) as file:
        yield file


def batches_of(file: Any, rows: int, columns: Sequence[str] | None = None) -> Iterator[Any]:
    """Yield so many rows of a file at a time, or fewer."""
    if isinstance(file, CsvFile):
        yield from file.iter_batches(rows, columns)
        return
    # Dictionaries inside a struct or list may differ from group to group, and no batch can have two.
    for group in range(file.num_row_groups):
        yield from file.iter_batches(rows, columns=columns, row_groups=[group])


def unreadable_table(kind: Format, error: BaseException) -> str:
    """Return why a file of rows and columns cannot be read."""
    if kind == "parquet":
        return f"not a Parquet file, or a damaged one ({error})"
    if "straddling" in str(error):
        return (
            f"a row of more than {size_in_words(_CSV_BLOCK)}, the most in CSV: close a quote that is left open, or "
            "convert it to JSON lines"
        )
    return f"CSV that cannot be read ({error}): each row needs as many values as the header"


def row_numbers(file: Any, first: int, count: int) -> Offsets:
    """Return the numbers, from 1, of some rows that have been read, of which so many others come before."""
    return file.numbers(first, count) if isinstance(file, CsvFile) else np.arange(first + 1, first + count + 1)


def read_csv(path: Path) -> tuple[Any, CsvForm]:
    """Return a CSV file as a table, and its form."""
    import pyarrow as pa

    file = CsvFile(path)
    return pa.Table.from_batches(file.iter_batches(1 << 16), file.schema_arrow), file.form
