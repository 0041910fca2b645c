"""Files of rows and columns: Parquet, and CSV whose columns are all read and written as strings.

In CSV a value that is empty without quotes is null, and `""` is an empty string. Delimiter, header and a byte order
mark stay; quotes are set as `pyarrow` sets them, so that a CSV file comes back in its values. A row is ragged if it
has more or fewer values than the header: it is passed over, and kept as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from dedupe.errors import RecordError
from dedupe.files.remote import AnyPath
from dedupe.files.sources import Format
from dedupe.files.streams import open_read, without_compression
from dedupe.sizes import size_in_words
from dedupe.text.encode import Offsets

TABLES: tuple[Format, ...] = ("parquet", "csv")
"""formats of rows and columns"""
_MARK = b"\xef\xbb\xbf"
# Bytes that are parsed at a time; a row may not be longer.
_CSV_BLOCK = 32 << 20
# Bytes in which the header is looked for.
_HEADER_BYTES = 1 << 20
_DELIMITERS = ",;\t|"
# Ragged rows of a file, and bytes of them, that are held; a file with more is no CSV.
_MOST_RAGGED, _MOST_RAGGED_BYTES = 10_000, 16 << 20


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
        if without_compression(path.name).lower().endswith(".tsv"):
            return cls("\t", head.startswith(_MARK))
        counts, quoted = dict.fromkeys(_DELIMITERS, 0), False
        for char in head.removeprefix(_MARK).decode("utf-8", "replace"):
            if char == '"':
                quoted = not quoted
            elif not quoted and char in "\r\n":
                break
            elif not quoted and char in counts:
                counts[char] += 1
        return cls(max(_DELIMITERS, key=lambda one: counts[one]), head.startswith(_MARK))

    def begin(self, schema: Any) -> bytes:
        """Return what such a file begins with: the mark, and the header."""
        return (_MARK if self.mark else b"") + self._lines(schema.empty_table(), True)

    def rows(self, table: Any, ragged: Mapping[int, str] = MappingProxyType({})) -> Iterator[bytes]:
        """Yield rows as they are written, ragged ones, by their numbers in the file, between the others."""
        start = 0
        for skipped, (number, text) in enumerate(sorted(ragged.items())):
            end = number - 1 - skipped
            yield self._lines(table.slice(start, end - start), False) + text.encode() + b"\n"
            start = end
        yield self._lines(table.slice(start), False)

    def _lines(self, table: Any, header: bool) -> bytes:
        import pyarrow as pa
        from pyarrow import csv

        sink = pa.BufferOutputStream()
        csv.write_csv(table, sink, csv.WriteOptions(include_header=header, delimiter=self.delimiter))
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


class RaggedRow(NamedTuple):
    """A row that has more or fewer values than the header."""

    values: int
    text: str


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
        self._held = 0
        # A line without anything is a null where there is one column, and nothing where there are more.
        self._parsing = csv.ParseOptions(
            delimiter=self.form.delimiter, newlines_in_values=True, invalid_row_handler=self._pass_over
        )
        with open_read(path, unpacked) as file, csv.open_csv(file, self._reading(), self._parsing) as reader:
            names = reader.schema.names
        self._parsing.ignore_empty_lines = len(names) > 1
        self.schema_arrow = pa.schema([(name, pa.string()) for name in names])

    @staticmethod
    def _reading() -> Any:
        from pyarrow import csv

        return csv.ReadOptions(use_threads=False, block_size=_CSV_BLOCK)

    def _pass_over(self, row: Any) -> str:
        """Note a ragged row; answers with what is to be done."""
        self._held += len(row.text)
        if row.number is None or len(self.ragged) >= _MOST_RAGGED or self._held > _MOST_RAGGED_BYTES:
            return "error"
        # The header is a row, too.
        self.ragged[row.number - 1] = RaggedRow(row.actual_columns, row.text)
        return "skip"

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

        self.ragged, self._held, count = {}, 0, 0

        converting = csv.ConvertOptions(
            column_types=self.schema_arrow,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            include_columns=columns or (),
        )
        with (
            open_read(self._path, self._unpacked) as file,
            csv.open_csv(file, self._reading(), self._parsing, converting) as reader,
        ):
            for batch in reader:
                count += len(batch)
                for first in range(0, len(batch), batch_size):
                    yield batch.slice(first, batch_size)
        if len(self.ragged) > count:
            raise RecordError(
                f"{len(self.ragged):,} of {len(self.ragged) + count:,} rows have another number of values than the "
                f"header ({len(self.schema_arrow)}): put values with {self.form.delimiter!r} in them into quotes"
            )


@contextmanager
def open_table(path: AnyPath, kind: Format, unpacked: int | None = None) -> Iterator[Any]:
    """Open a file of rows and columns: it has `schema_arrow` and `iter_batches`."""
    if kind == "csv":
        yield CsvFile(path, unpacked)
        return
    import pyarrow.parquet as pq

    with path.open("rb") as raw, pq.ParquetFile(raw) as file:
        yield file


def unreadable_table(kind: Format, error: BaseException) -> str:
    """Return why a file of rows and columns cannot be read."""
    if kind == "parquet":
        return f"not a Parquet file, or a damaged one ({error})"
    if "straddling" in str(error):
        return f"a row of more than {size_in_words(_CSV_BLOCK)}, the most in CSV: convert it to JSON lines"
    return f"CSV that cannot be read ({error}): each row needs as many values as the header, in UTF-8"


def row_numbers(file: Any, first: int, count: int) -> Offsets:
    """Return the numbers, from 1, of some rows that have been read, of which so many others come before."""
    return file.numbers(first, count) if isinstance(file, CsvFile) else np.arange(first + 1, first + count + 1)


def read_csv(path: Path) -> tuple[Any, CsvForm]:
    """Return a CSV file as a table, and its form."""
    import pyarrow as pa

    file = CsvFile(path)
    return pa.Table.from_batches(file.iter_batches(1 << 16), file.schema_arrow), file.form
