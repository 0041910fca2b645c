"""Files of rows and columns: Parquet, and CSV whose columns are all read and written as strings.

In CSV a value that is empty without quotes is null, and `""` is an empty string. Delimiter, header and a byte order
mark stay; quotes are set as `pyarrow` sets them, so that a CSV file comes back in its values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from dedupe.files.remote import AnyPath
from dedupe.files.sources import Format
from dedupe.files.streams import open_read, without_compression
from dedupe.sizes import size_in_words

TABLES: tuple[Format, ...] = ("parquet", "csv")
"""formats of rows and columns"""
_MARK = b"\xef\xbb\xbf"
# Bytes that are parsed at a time; a row may not be longer.
_CSV_BLOCK = 32 << 20
# Bytes in which the header is looked for.
_HEADER_BYTES = 1 << 20
_DELIMITERS = ",;\t|"


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

    def rows(self, table: Any) -> bytes:
        """Return rows as they are written."""
        return self._lines(table, False)

    def _lines(self, table: Any, header: bool) -> bytes:
        import pyarrow as pa
        from pyarrow import csv

        sink = pa.BufferOutputStream()
        csv.write_csv(table, sink, csv.WriteOptions(include_header=header, delimiter=self.delimiter))
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


class CsvFile:
    """A CSV file, read as a `pyarrow.parquet.ParquetFile` is.

    Parameters
    ----------
    path : path
        The file.
    unpacked : int, optional
        What a compressed one may unpack to.
    """

    def __init__(self, path: AnyPath, unpacked: int | None = None) -> None:
        import pyarrow as pa
        from pyarrow import csv

        self._path, self._unpacked, self.form = path, unpacked, CsvForm.of(path)
        # A line without anything is a null where there is one column, and nothing where there are more.
        self._parsing = csv.ParseOptions(delimiter=self.form.delimiter, newlines_in_values=True)
        with open_read(path, unpacked) as file, csv.open_csv(file, self._reading(), self._parsing) as reader:
            names = reader.schema.names
        self._parsing.ignore_empty_lines = len(names) > 1
        self.schema_arrow = pa.schema([(name, pa.string()) for name in names])

    @staticmethod
    def _reading() -> Any:
        from pyarrow import csv

        return csv.ReadOptions(use_threads=False, block_size=_CSV_BLOCK)

    def iter_batches(self, batch_size: int, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield some rows at a time, all columns or some."""
        from pyarrow import csv

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
                for first in range(0, len(batch), batch_size):
                    yield batch.slice(first, batch_size)


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


def read_csv(path: Path) -> tuple[Any, CsvForm]:
    """Return a CSV file as a table, and its form."""
    import pyarrow as pa

    file = CsvFile(path)
    return pa.Table.from_batches(file.iter_batches(1 << 16), file.schema_arrow), file.form
