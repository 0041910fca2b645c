"""Documents: any accepted form of texts becomes ids and strings here, once.

Every public verb accepts one string, a sequence of strings (ids are positions), a mapping id -> text, or an
iterable of `Document`. It also accepts an Arrow object: a string column, or a table with a text column and perhaps
an id column. A Hugging Face dataset with such columns is accepted as well.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import IOBase
from itertools import islice
from pathlib import PurePath
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

import numpy as np

from dedupe.columns import BatchColumn, JoinedColumn, StringColumn, TextColumn
from dedupe.errors import DuplicateIdError, InputError, OptionError
from dedupe.frames import Frame, TableRows, open_frame
from dedupe.hints import instead_of, warn_of_ids, warn_of_paths
from dedupe.job import Columns, Nulls, TableOptions
from dedupe.tables import (
    ArrowColumns,
    arrow_batch,
    column_values,
    find_text_column,
    is_string,
    joined_columns,
    plain_strings,
)
from dedupe.typed import ArrowArray, ArrowStream, FeatureTable, LazyTable

_AUTO = Columns()

Id: TypeAlias = Any
"""The id of a document: a position (int) or what the caller gave (mostly str)."""


class Document(NamedTuple):
    """A text with an id and, if known, its source."""

    id: Id
    text: str
    source: str | None = None


class Unit(NamedTuple):
    """A compared span: `text[start:end]` of the document `id`, in code points."""

    id: Id
    start: int
    end: int


class Plain(NamedTuple):
    """Given texts that are not a table."""

    kind: Literal["list", "dict", "documents"]
    sources: Sequence[str | None]


Origin: TypeAlias = TableRows | Plain

TableLike: TypeAlias = ArrowStream | ArrowArray | LazyTable | FeatureTable
"""Tables and columns that are read"""
Table = TypeVar("Table", bound=TableLike)
Key = TypeVar("Key")

Texts: TypeAlias = "str | Document | Iterable[str] | Iterable[Document] | Mapping[Any, str] | TableLike | Corpus"


@dataclass(frozen=True)
class Corpus:
    """Documents in the order in which they came; their texts may lie in memory or in files."""

    ids: Sequence[Id]
    texts: TextColumn
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """further values of each document, by name, such as its `source`"""
    origin: Origin | None = None
    """the given texts"""

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> Sequence[Any]:
        """A value for each document."""
        if name not in self.columns:
            known = ", ".join(map(repr, self.columns)) or "none"
            raise InputError(f"the documents have no column {name!r}; known columns: {known}")
        return self.columns[name]


def read_texts(texts: Texts, columns: Columns = _AUTO, nulls: Nulls | None = "refuse") -> Corpus:
    """Read texts of any accepted form; a table has the columns that are named.

    Rows of a table that have no text are left out, or refused; `nulls=None` keeps them where there is a table.

    Raises
    ------
    InputError
        A text is not a string, a column is missing, or the object is of no accepted form.
    DuplicateIdError
        Two documents have the same id; both places are named.
    """
    if isinstance(texts, Corpus):
        return texts
    frame = open_frame(texts)
    if frame is not None:
        return _read_frame(frame, columns, nulls or "keep")
    if not isinstance(texts, str | Mapping) and (hasattr(texts, "columns") or hasattr(texts, "__dataframe__")):
        # To go through a frame gives the names of its columns.
        raise InputError(
            f"{type(texts).__module__}.{type(texts).__name__} is a table that does not speak Arrow "
            "(__arrow_c_stream__): update the library that made it, or give the column of the texts as a list"
        )
    if isinstance(texts, PurePath):
        raise InputError(
            f"texts is a path, {str(texts)!r}: read the file first; for files there are clean_files and the "
            "command line"
        )
    if isinstance(texts, set | frozenset):
        raise InputError("texts is a set, which has no order: give a list, as in sorted(texts)")
    if isinstance(texts, IOBase):
        raise InputError("texts is an open file: give what it reads, or clean the file with clean_files")
    if hasattr(texts, "with_format") and not hasattr(texts, "__len__"):
        raise InputError(
            f"texts is {type(texts).__name__}, a stream of rows: give a Dataset or a list of its texts, or "
            "add it to an Index batch by batch"
        )
    if nulls == "keep":
        raise OptionError(
            f"nulls='keep' needs a table, but texts is {type(texts).__name__}: drop missing texts first"
        )
    for identity, text in islice(texts.items(), 1) if isinstance(texts, Mapping) else ():
        if hasattr(text, "column_names"):
            # Splits of a dataset: that they are none comes before the names of columns.
            raise _not_text(0, identity, text, in_mapping=True)
    _refuse_names(columns, texts)
    ids: list[Id] = []
    out: list[str] = []
    sources: list[str | None] = []
    are_documents = True
    for is_document, (identity, text, source) in _documents(texts):
        if not isinstance(text, str):
            raise _not_text(len(out), identity, text, in_mapping=isinstance(texts, Mapping))
        if not isinstance(identity, Hashable):
            raise InputError(
                f"the id of document {len(out)} is {type(identity).__name__}: give a string or a number"
            )
        ids.append(identity)
        out.append(text)
        sources.append(source)
        are_documents &= is_document
    check_ids(ids, lambda i: f"text {i}", "make the ids unique")
    warn_of_paths(out)
    kind: Literal["list", "dict", "documents"] = "dict" if isinstance(texts, Mapping) else "list"
    if are_documents and out:
        kind = "documents"
    columns_known = {"source": sources} if any(sources) else {}
    return Corpus(ids, StringColumn(out), columns_known, Plain(kind, sources))


def as_given(
    origin: Origin, ids: Sequence[Id], stays: Sequence[int], text: Callable[[int], str], changed: Iterable[int]
) -> Any:
    """Return some documents in the form that the caller gave: a frame of the same kind, a dict, or a list.

    Parameters
    ----------
    origin : TableRows or Plain
        The given texts.
    ids : sequence
        The ids of all documents.
    stays : sequence of int
        Numbers of the kept documents, ascending.
    text : function
        Returns the text of a document.
    changed : iterable of int
        Numbers of the documents whose text was changed.
    """
    if isinstance(origin, TableRows):
        return origin.pick(np.array(stays, np.int64), {number: text(number) for number in changed})
    if origin.kind == "dict":
        return {ids[number]: text(number) for number in stays}
    if origin.kind == "documents":
        return [Document(ids[number], text(number), origin.sources[number]) for number in stays]
    return [text(number) for number in stays]


def _refuse_names(columns: Columns, texts: Any) -> None:
    """Refuse names of columns for texts that are not a table; `id=None` is allowed."""
    for name, default in vars(_AUTO).items():
        value = getattr(columns, name)
        if value != default and (name, value) != ("id", None):
            raise InputError(
                f"{name}={value!r} names a column, but texts is {type(texts).__name__}: give a table or no name"
            )


def join_corpora(old: Corpus, new: Corpus) -> tuple[Corpus, int]:
    """Return one corpus of both, the old one first, and its number of documents; only the new has columns."""
    columns = {name: [None] * len(old) + list(values) for name, values in new.columns.items()}
    return Corpus([*old.ids, *new.ids], JoinedColumn(old.texts, new.texts), columns), len(old)


def _not_text(position: int, identity: Id, text: object, *, in_mapping: bool = False) -> InputError:
    hint = instead_of(text, identity, in_mapping=in_mapping)
    return InputError(f"text {position} (id {identity!r}) is {type(text).__name__}, not str: {hint}")


def check_ids(
    ids: Iterable[Id], place: Callable[[int], str], advice: str = "make the ids unique, or pass `id=None`"
) -> None:
    """Refuse ids that occur twice; `place(i)` names the place of document `i`.

    `7` and `"7"` are one id: results show them alike.
    """
    seen: dict[str, int] = {}
    for i, identity in enumerate(ids):
        first = seen.setdefault(str(identity), i)
        if first != i:
            raise DuplicateIdError(f"id {identity!r} is used twice: by {place(first)} and by {place(i)}; {advice}")


def _documents(texts: Texts) -> Iterator[tuple[bool, tuple[Id, Any, str | None]]]:
    """Id, text and source of each document, and whether it is a `Document`."""
    if isinstance(texts, str):
        yield False, (0, texts, None)
    elif isinstance(texts, Document):
        yield True, texts
    elif isinstance(texts, Mapping):
        yield from ((False, (identity, text, None)) for identity, text in texts.items())
    elif isinstance(texts, bytes) or not isinstance(texts, Iterable) or getattr(texts, "shape", None) == ():
        raise InputError(
            f"texts is {type(texts).__name__}: give a string, a sequence of strings, a mapping id -> text, "
            f"documents, a data frame, or an Arrow string column{'; decode bytes first' * isinstance(texts, bytes)}"
        )
    else:
        for position, item in enumerate(texts):
            yield (True, item) if isinstance(item, Document) else (False, (position, item, None))


def _read_frame(frame: Frame, columns: Columns, nulls: Nulls) -> Corpus:
    """Texts of a table, or of a column; the strings stay where they are."""
    import pyarrow as pa

    data = frame.arrow()
    is_table = isinstance(data, pa.Table | pa.RecordBatch)
    number = 0
    if is_table:
        if isinstance(columns, TableOptions) and columns.joins:
            column, name, number = joined_columns(data, columns, frame.unread), None, -1
        else:
            name = find_text_column(data, columns, frame.unread)
            number = data.schema.get_field_index(name)
            column = data.column(number)
        id_name = "id" if columns.id == "auto" and "id" in data.schema.names and name != "id" else columns.id
    else:
        _refuse_names(columns, frame.native)
        column, name, id_name = data, None, None
    if not isinstance(column, pa.ChunkedArray):
        column = pa.chunked_array([column])
    column = plain_strings(column)
    count, rows = len(column), np.arange(len(column))
    if nulls == "keep" and column.null_count:
        rows = np.flatnonzero(column.is_valid())
        column = column.drop_null() if len(rows) else column.slice(0, 0)
    ids: Sequence[Id] = range(count) if len(rows) == count else rows.tolist()
    if id_name not in ("auto", None):
        ids = _ids_of_rows(data, id_name, ids, is_named=columns.id != "auto")
    if not is_string(column.type) and not len(column):
        # A column of nothing but nulls has no type of its own.
        column = pa.chunked_array([], pa.large_string())
    if name is not None and not is_string(column.type) and column.null_count < len(column):
        raise InputError(f"column {name!r} is {column.type}, not text: name another with text=, or cast it")
    if len(column) and (column.null_count or not is_string(column.type)):
        for position, text in enumerate(column.to_pylist()):
            if not isinstance(text, str):
                raise _not_text(int(rows[position]), ids[position], text)
    values = ArrowColumns(data, columns, None if len(rows) == count else rows) if is_table else {}
    batches = [arrow_batch(chunk) for chunk in column.chunks]
    return Corpus(ids, BatchColumn(batches), values, TableRows(frame, count, rows, number))


def _ids_of_rows(table: Any, name: str, rows: Sequence[int], *, is_named: bool) -> Sequence[Id]:
    """Return the ids of rows; a column that nobody named is passed over where it cannot name them."""
    values = column_values(table, name)
    ids = [values[row] for row in rows]
    missing = next((row for row, identity in zip(rows, ids, strict=True) if identity is None), None)
    if is_named:
        if missing is not None:
            raise InputError(f"row {missing} has no id: column {name!r} is null there. Fill it, or leave out id=")
        check_ids(ids, lambda i: f"text {rows[i]}")
    elif missing is not None or len(set(map(str, ids))) < len(ids):
        warn_of_ids(name, "repeat" if missing is None else "are missing in places")
        return rows
    return ids


def id_column(ids: Iterable[Id]) -> Any:
    """Ids as an Arrow array; as text where they are of several types."""
    import pyarrow as pa

    ids = list(ids)
    try:
        return pa.array(ids)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([str(identity) for identity in ids], pa.string())
