"""Tables: what Arrow holds, as the texts, ids and other columns of documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from dedupe.errors import InputError, OptionError
from dedupe.hints import did_you_mean
from dedupe.job import Columns, TableOptions
from dedupe.text.encode import Offsets, TextBatch

# The column that says which site or publication a document is from, where `source` says which file it lies in.
PAGE_SOURCE = "page_source"
# The column of a file by which a copy is kept, whatever it is called there.
KEEP_VALUE = "keep_value"
# The column that says which document is first, which last; no column of a table is called so.
DOCUMENT_ORDER = "\0document order"


def joined_columns(table: Any, columns: TableOptions, unread: Mapping[str, str]) -> Any:
    """The values of several columns of strings, on lines of their own; null where none is there."""
    import pyarrow as pa
    from pyarrow import compute

    parts = []
    for name in columns.text:
        find_text_column(table, Columns(name, columns.id, columns.source, columns.order), unread)
        part = table.column(name)
        part = plain_strings(part if isinstance(part, pa.ChunkedArray) else pa.chunked_array([part]))
        if part.null_count == len(part):
            part = pa.chunked_array([pa.nulls(len(part), pa.large_string())])
        if not is_string(part.type):
            raise InputError(f"column {name!r} of text={list(columns.text)} is {part.type}, not string: cast it")
        parts.append(part.cast(pa.large_string()))
    is_there = reduce(compute.or_, (part.is_valid() for part in parts))
    # Rows without any value are left out before: some versions drop such rows, others make them empty texts.
    there = [part.filter(is_there) for part in parts]
    joined = compute.binary_join_element_wise(*there, pa.scalar("\n", pa.large_string()), null_handling="skip")
    mask = np.asarray(is_there)
    return joined.take(pa.array(np.cumsum(mask) - 1, mask=~mask))


def plain_strings(column: Any) -> Any:
    """A column without categories and without views, among which not all versions can choose."""
    import pyarrow as pa

    column = _without_dictionary(column)
    return column.cast(pa.large_string()) if pa.types.is_string_view(column.type) else column


def _without_dictionary(column: Any) -> Any:
    """A column of categories as one of their names."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return column
    # Views of strings cannot be taken by number.
    wide = pa.large_string() if is_string(column.type.value_type) else column.type.value_type
    chunks = [
        pa.DictionaryArray.from_arrays(chunk.indices, chunk.dictionary.cast(wide)).dictionary_decode()
        for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, wide)


class ArrowColumns(Mapping[str, Sequence[Any]]):
    """The columns of an Arrow table as Python values, made when they are asked for.

    The columns named as source and order are found under `source` and `DOCUMENT_ORDER`. `rows` are the rows of
    the documents, where that is not all.
    """

    def __init__(self, table: Any, columns: Columns, rows: Offsets | None = None) -> None:
        self._table, self._rows = table, rows
        self._names = {name: name for name in table.schema.names}
        if columns.source is not None:
            self._names["source"] = self._names[PAGE_SOURCE] = columns.source
        if columns.order is not None:
            self._names[DOCUMENT_ORDER] = columns.order

    def __getitem__(self, name: str) -> Sequence[Any]:
        values = column_values(self._table, self._names[name])
        return values if self._rows is None else [values[row] for row in self._rows.tolist()]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def column_values(table: Any, name: str) -> list[Any]:
    """Return the values of a column of an Arrow table or batch.

    Raises
    ------
    InputError
        The column is there more than once, or holds a value that Python cannot.
    """
    count = table.schema.names.count(name)
    if count > 1:
        raise InputError(f"the table has {count} columns {name!r}: rename all but one")
    try:
        values: list[Any] = table.column(name).to_pylist()
    except (OverflowError, ValueError, LookupError) as error:
        raise InputError(f"column {name!r} holds a value that Python cannot ({error}): cast the column") from error
    return values


def find_text_column(table: Any, columns: Columns, unread: Mapping[str, str]) -> str:
    """Return the name of the column of the texts; refuse columns that are not there."""
    names = table.schema.names
    asked = {"id": None if columns.id == "auto" else columns.id, "source": columns.source, "order": columns.order}
    if columns.text != Columns.text:
        asked["text"] = columns.text
    for argument, name in {**asked, "text": columns.text}.items():
        if name is not None and name in unread:
            raise OptionError(f"{argument}={name!r} is a column {unread[name]}")
        if argument in asked and name is not None and names.count(name) != 1:
            many = "more than one column" if name in names else "no column"
            hint = ": rename all but one" if name in names else did_you_mean(name, names)
            raise OptionError(f"{argument}={name!r} is {many} of the table, which has {names}{hint}")
    strings = [field.name for field in table.schema if is_string(field.type)]
    if strings.count(columns.text) > 1:
        raise InputError(
            f"the table has {strings.count(columns.text)} columns {columns.text!r}: rename all but one"
        )
    if columns.text in strings or "text" in asked or _holds_nothing(table, columns.text):
        return columns.text
    others = set(strings) - {"id", columns.id, columns.source, columns.order}
    # Texts of a crawl may lie in bytes, beside a column of their languages.
    has_bytes = any(is_binary(field.type) for field in table.schema)
    if len(others) == 1 and columns.text not in names and not has_bytes:
        only: str = others.pop()
        return only
    # pandas writes the index of a frame as a column of this name.
    shown = ", ".join(repr(name) for name in names if not name.startswith("__index_level_"))
    if not shown:
        raise InputError(f"the table has no columns: give one with a column of texts, such as {columns.text!r}")
    if columns.text in names:
        kind = table.schema.field(columns.text).type
        raise InputError(
            f"column {columns.text!r} is {kind}, not text: cast it, or name another of {shown} with text="
        )
    raise InputError(
        f"no column {columns.text!r} in the table; name the column of the text with text=, one of {shown}"
    )


def is_binary(arrow_type: Any) -> bool:
    """Return whether an Arrow type holds bytes that may be text."""
    import pyarrow as pa

    return bool(pa.types.is_binary(arrow_type) or pa.types.is_large_binary(arrow_type))


def _holds_nothing(table: Any, name: str) -> bool:
    """Return whether a column is there and has no value, and so no type of its own."""
    if table.schema.names.count(name) != 1:
        return False
    column = table.column(name)
    return bool(column.null_count == len(column))


def arrow_batch(array: Any) -> TextBatch:
    """An Arrow string array without nulls as a batch, where it lies."""
    import pyarrow as pa

    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        array = array.cast(pa.large_string())
    wide = pa.types.is_large_string(array.type)
    _, offsets, data = array.buffers()
    if not len(array) or offsets is None:
        return TextBatch.adjacent(np.zeros(0, np.uint8), np.zeros(1, np.int64))
    places = np.frombuffer(offsets, np.int64 if wide else np.int32)[array.offset : array.offset + len(array) + 1]
    buffer = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return TextBatch.adjacent(buffer, places.astype(np.int64, copy=False))


def is_string(arrow_type: Any) -> bool:
    """Return whether an Arrow type holds text."""
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(arrow_type):
        arrow_type = arrow_type.value_type
    return bool(
        types.is_string(arrow_type) or types.is_large_string(arrow_type) or types.is_string_view(arrow_type)
    )
