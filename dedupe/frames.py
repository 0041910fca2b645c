"""Frames: tables and columns of other libraries, as callers give them and as they get them back.

A frame is read as Arrow (`arrow`). `pick` returns rows of it, some with another text, as a frame of the same kind:
columns, index, order and types stay. Only libraries that are already imported are asked.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.errors import InputError
from dedupe.frame_errors import failed_query, unread_column, unreadable_frame

Rows = npt.NDArray[np.int64]


class Frame(ABC):
    """A table, or a column, of one library."""

    def __init__(self, native: Any) -> None:
        self.native = native
        self.unread: dict[str, str] = {}
        """columns that Arrow cannot hold, and why"""

    @abstractmethod
    def arrow(self) -> Any:
        """Return the table as Arrow, or the column."""

    def is_index(self, column: int) -> bool:
        """Return whether a column of `arrow()` is none of the frame, but of its index."""
        return False

    @abstractmethod
    def pick(self, rows: Rows, column: int, texts: Mapping[int, str]) -> Any:
        """Return some rows, which ascend, as a frame of this kind.

        Parameters
        ----------
        rows : array
            Numbers of the rows that stay.
        column : int
            Number of the column of the texts, in `arrow()`.
        texts : mapping
            The new text of each row that has one.
        """

    def original(self) -> Any:
        """Return the frame as it was given; later changes of the caller's frame are not in it."""
        return self.native


class ArrowFrame(Frame):
    """A table, a batch or an array of pyarrow; of other libraries that speak Arrow the table or array."""

    def __init__(self, native: Any) -> None:
        import pyarrow as pa

        if not isinstance(native, pa.Table | pa.RecordBatch | pa.ChunkedArray | pa.Array):
            native = _arrow_object(native)
        super().__init__(native)

    def arrow(self) -> Any:
        """Return the table or the column."""
        return self.native

    def pick(self, rows: Rows, column: int, texts: Mapping[int, str]) -> Any:
        """Return some rows."""
        import pyarrow as pa

        native = self.native
        if isinstance(native, pa.Table):
            return pick_arrow(native, rows, column, texts)
        if isinstance(native, pa.RecordBatch):
            batches = pick_arrow(pa.Table.from_batches([native]), rows, column, texts).combine_chunks().to_batches()
            return batches[0] if batches else native.slice(0, 0)
        chunks = native if isinstance(native, pa.ChunkedArray) else pa.chunked_array([native])
        picked = pick_arrow(pa.table({"text": chunks}), rows, 0, texts).column(0)
        if isinstance(native, pa.ChunkedArray):
            return picked
        return picked.combine_chunks() if picked.num_chunks != 1 else picked.chunk(0)


class PandasFrame(Frame):
    """A DataFrame or a Series of pandas."""

    def __init__(self, native: Any) -> None:
        super().__init__(_copied(native))
        self._places: Sequence[int] = []

    def arrow(self) -> Any:
        """Return the table without the columns that Arrow cannot hold, or the column."""
        import pyarrow as pa

        wrong = (TypeError, ValueError, pa.ArrowException)
        if not hasattr(self.native, "columns"):
            try:
                return pa.Array.from_pandas(self.native)
            except wrong as error:
                raise unreadable_frame(self.native, error) from error
        labels = self.native.columns
        self._places = range(len(labels))
        # Arrow warns of names that are not all strings.
        named = (
            self.native
            if all(isinstance(label, str) for label in labels)
            else self.native.set_axis(list(map(str, labels)), axis=1)
        )
        try:
            return pa.Table.from_pandas(named)
        except wrong:
            columns: dict[str, Any] = {}
            places: list[int] = []
            for place, label in enumerate(self.native.columns):
                name = str(label)
                if name in columns or name in self.unread:
                    raise InputError(f"the table has two columns {name!r}: rename one of them") from None
                try:
                    columns[name] = pa.Array.from_pandas(self.native.iloc[:, place])
                    places.append(place)
                except wrong as error:
                    self.unread[name] = unread_column(self.native.iloc[:, place], error)
            self._places = places
            return pa.table(columns)

    def original(self) -> Any:
        """Return the frame as it was given, for the caller to change."""
        return _copied(self.native)

    def is_index(self, column: int) -> bool:
        """Return whether a column is of the index, which follows behind the others."""
        return hasattr(self.native, "columns") and column >= len(self._places)

    def pick(self, rows: Rows, column: int, texts: Mapping[int, str]) -> Any:
        """Return some rows with their index."""
        import pandas as pd

        picked = self.native.iloc[rows]
        if not texts:
            return picked
        is_frame = hasattr(self.native, "columns")
        column = self._places[column] if is_frame else 0
        old = picked.iloc[:, column] if is_frame else picked
        is_category = isinstance(old.dtype, pd.CategoricalDtype)
        values = old.astype(object).to_numpy(copy=True)
        for place, row in enumerate(rows.tolist()):
            if row in texts:
                values[place] = texts[row]
        kind = "category" if is_category else old.dtype
        new = pd.Series(values, index=old.index, name=old.name, dtype=kind)
        if not is_frame:
            return new
        picked = picked.copy(deep=False)
        picked.isetitem(column, new)
        return picked


class PolarsFrame(Frame):
    """A DataFrame, LazyFrame or Series of polars; a lazy frame is collected once."""

    def __init__(self, native: Any) -> None:
        import polars as pl

        self._is_lazy = hasattr(native, "collect")
        try:
            super().__init__(native.collect() if self._is_lazy else native.clone())
        except (pl.exceptions.PolarsError, OSError) as error:
            raise failed_query(native, error) from error

    def arrow(self) -> Any:
        """Return the columns of the frame where they lie, or the column."""
        try:
            return _arrow_object(self.native)
        except InputError as error:
            for one in self.native.get_columns() if hasattr(self.native, "get_columns") else ():
                try:
                    _arrow_object(one)
                except InputError:
                    raise InputError(f"column {one.name!r}, {one.dtype}: {error}") from error
            raise

    def original(self) -> Any:
        """Return the frame as it was given; a lazy one reads nothing again."""
        return self.native.lazy() if self._is_lazy else self.native.clone()

    def pick(self, rows: Rows, column: int, texts: Mapping[int, str]) -> Any:
        """Return some rows."""
        import polars as pl

        picked = self.native[rows]
        if texts:
            is_frame = hasattr(picked, "columns")
            old = picked.to_series(column) if is_frame else picked
            values = old.cast(pl.String).to_list()
            for place, row in enumerate(rows.tolist()):
                if row in texts:
                    values[place] = texts[row]
            new = pl.Series(old.name, values, dtype=pl.String)
            if old.dtype == pl.Categorical:
                new = new.cast(old.dtype)
            picked = picked.with_columns(new) if is_frame else new
        return picked.lazy() if self._is_lazy else picked


class DuckFrame(Frame):
    """A relation of DuckDB; its query runs once, and answers are relations of the same connection."""

    def __init__(self, native: Any) -> None:
        import duckdb
        import pyarrow as pa

        super().__init__(native)
        try:
            # Bits come as bytes, which are no bits again.
            read = [
                f"cast({_quoted(name)} as varchar) as {_quoted(name)}" if str(kind) == "BIT" else _quoted(name)
                for name, kind in zip(native.columns, native.types, strict=True)
            ]
            self._table = pa.table(native.project(", ".join(read)) if "BIT" in map(str, native.types) else native)
        except duckdb.Error as error:
            raise failed_query(native, error) from error

    def arrow(self) -> Any:
        """Return what the query answered."""
        return self._table

    def original(self) -> Any:
        """Return a relation over what the query answered."""
        return self._relation(self._table)

    def pick(self, rows: Rows, column: int, texts: Mapping[int, str]) -> Any:
        """Return some rows."""
        kind = str(self.native.types[column])
        return self._relation(
            pick_arrow(self._table, rows, column, texts), column if kind.startswith("ENUM") else -1
        )

    def _relation(self, answer: Any, as_text: int = -1) -> Any:
        """Return a relation over an Arrow table, with the types of the one that was given."""
        casts = ", ".join(
            f"cast({_quoted(name)} as {'VARCHAR' if place == as_text else kind}) as {_quoted(name)}"
            for place, (name, kind) in enumerate(zip(self.native.columns, self.native.types, strict=True))
        )
        # DuckDB finds `answer` by the name of the variable, and holds it as long as the relation is there.
        return self.native.query("dedupe_given", f"select {casts} from answer")


class DatasetFrame(Frame):
    """A Dataset of Hugging Face."""

    def __init__(self, native: Any) -> None:
        super().__init__(native)
        self._table = native.with_format("arrow")[:]

    def arrow(self) -> Any:
        """Return the rows as they are chosen and ordered."""
        return self._table

    def pick(self, rows: Rows, column: int, texts: Mapping[int, str]) -> Any:
        """Return some rows, with features and format; nothing is written to the cache."""
        given = self.native
        table = pick_arrow(self._table, rows, column, texts)
        picked = type(given)(table, info=given.info.copy(), split=given.split)
        shown = dict(given.format)
        if shown["type"] is not None or shown["columns"] != given.column_names:
            more = shown.pop("format_kwargs", {})
            picked.set_format(**shown, **more)
        return picked


class TableRows(NamedTuple):
    """Places of the documents of a corpus in a table."""

    frame: Frame
    height: int
    """how many rows the table has"""
    rows: Rows
    """the row of each document"""
    column: int
    """number of the column of the texts"""

    def pick(self, documents: Rows, texts: Mapping[int, str]) -> Any:
        """Return the frame without the documents that are not named; rows without a text stay.

        Parameters
        ----------
        documents : array
            Numbers of the documents that stay.
        texts : mapping
            The new text of each document that has one.
        """
        stays = np.ones(self.height, bool)
        stays[self.rows] = False
        stays[self.rows[documents]] = True
        changed = {int(self.rows[document]): text for document, text in texts.items()}
        return self.frame.pick(np.flatnonzero(stays), self.column, changed)


def open_frame(given: Any) -> Frame | None:
    """Return a frame, or None for what is neither a table nor a column.

    Raises
    ------
    InputError
        The object cannot be read as Arrow.
    """
    for library, names, kind in (
        ("pandas", ("DataFrame", "Series"), PandasFrame),
        ("polars", ("DataFrame", "LazyFrame", "Series"), PolarsFrame),
        ("duckdb", ("DuckDBPyRelation",), DuckFrame),
        ("datasets", ("Dataset",), DatasetFrame),
    ):
        module = sys.modules.get(library)
        classes = [getattr(module, name) for name in names if hasattr(module, name)]
        # A module of the caller's may have the name of a library.
        if any(isinstance(one, type) and isinstance(given, one) for one in classes):
            return kind(given)
    if hasattr(given, "__arrow_c_stream__") or hasattr(given, "__arrow_c_array__"):
        return ArrowFrame(given)
    return None


def pick_arrow(table: Any, rows: Rows, column: int, texts: Mapping[int, str]) -> Any:
    """Return rows of an Arrow table, some with another text; schema and metadata stay."""
    picked = _rows_of(table, rows)
    if not texts:
        return picked
    old = picked.column(column)
    values = old.to_pylist()
    for place, row in enumerate(rows.tolist()):
        if row in texts:
            values[place] = texts[row]
    new = _strings(values, old.type)
    return picked.set_column(column, table.schema.field(column).with_type(new.type), new)


def _strings(values: list[str | None], kind: Any) -> Any:
    """Return a column of strings of an Arrow type; categories that are too many for it have larger numbers."""
    import pyarrow as pa

    if not pa.types.is_dictionary(kind):
        column = pa.array(values, kind)
        return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    coded = pa.array(values, pa.large_string()).dictionary_encode()
    names = coded.dictionary.cast(kind.value_type)
    try:
        numbers = coded.indices.cast(kind.index_type)
    except pa.ArrowInvalid:
        numbers = coded.indices
    return pa.chunked_array([pa.DictionaryArray.from_arrays(numbers, names, ordered=kind.ordered)])


def _rows_of(table: Any, rows: Rows) -> Any:
    """Return rows of an Arrow table, which ascend, of whatever types."""
    import pyarrow as pa

    if len(rows) == len(table):
        return table
    try:
        # Filters never join chunks, and so never overflow the offsets of one.
        stays = np.zeros(len(table), bool)
        stays[rows] = True
        return table.filter(pa.array(stays))
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        # Old versions know no filter of views.
        breaks = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        ends = np.append(breaks[1:], len(rows))
        parts = [table.slice(int(rows[low]), int(high - low)) for low, high in zip(breaks, ends, strict=True)]
        return pa.concat_tables(parts) if parts else table.slice(0, 0)


def _arrow_object(given: Any) -> Any:
    """Return the table of an object that speaks Arrow, or its column where it is no table."""
    import pyarrow as pa

    try:
        return pa.table(given)
    except (TypeError, ValueError, pa.ArrowException) as error:
        try:
            return pa.chunked_array(given) if hasattr(given, "__arrow_c_stream__") else pa.array(given)
        except (TypeError, ValueError, pa.ArrowException):
            raise unreadable_frame(given, error) from error


def _copied(frame: Any) -> Any:
    """A frame of pandas that shares no later change; where pandas copies on write, nothing is copied yet."""
    import pandas as pd

    return frame.copy(deep=int(pd.__version__.split(".")[0]) < 3)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
