"""Arrow batches and arrays: what a task is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from dedupe.columns import runs
from dedupe.spans import Spans
from dedupe.tables import arrow_batch
from dedupe.text.encode import Bytes, Offsets, TextBatch

Batch: TypeAlias = Any
"""A `pyarrow.RecordBatch`."""
Batches: TypeAlias = Iterator[Batch]
Longs = npt.NDArray[np.int64]


def longs(batch: Batch, name: str, missing: int = 0) -> Longs:
    """A column of integers; what is missing is a number of its own."""
    import pyarrow.compute as pc

    column = batch.column(name)
    if column.null_count:
        column = pc.fill_null(column, missing)
    values: Longs = column.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    return values


def floats(batch: Batch, name: str) -> npt.NDArray[np.float64]:
    """A column of numbers; what is missing is no number."""
    values: npt.NDArray[np.float64] = batch.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
    return values


def texts(batch: Batch, name: str = "text") -> TextBatch:
    """A column of texts, where it lies."""
    return arrow_batch(batch.column(name))


def text_runs(batch: Batch, name: str = "text") -> Iterator[tuple[TextBatch, slice]]:
    """The texts of a batch, as many at a time as are worked on at a time, and their rows."""
    whole = texts(batch, name)
    for first, last in runs(whole.ends - whole.starts):
        yield whole.select(slice(first, last)), slice(first, last)


def nested(batch: Batch, name: str, rows: slice) -> list[list[Any]]:
    """A column of lists as lists, of pairs as tuples; empty ones where it is missing."""
    if name not in batch.schema.names:
        return []
    own = batch.column(name)[rows].to_pylist()
    return [[tuple(item.values()) if isinstance(item, dict) else item for item in values or ()] for values in own]


def removed_spans(batch: Batch, rows: slice) -> dict[int, Spans]:
    """Return what is removed of texts by column `removed`, by their places among these rows."""
    out: dict[int, Spans] = {}
    for place, spans in enumerate(nested(batch, "removed", rows)):
        for span in spans:
            out.setdefault(place, Spans()).add(*span)
    return out


def concat_batches(batches: list[Batch]) -> Batch:
    """Batches of one schema, of which there is one at least, one behind the other."""
    import pyarrow as pa

    return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]


def make_batch(**columns: Any) -> Batch:
    """A batch of arrays."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array(column) for column in columns.values()], list(columns))


def text_array(batch: TextBatch) -> Any:
    """Texts as an Arrow array."""
    import pyarrow as pa

    from dedupe import kernels

    sizes = batch.ends - batch.starts
    return pa.Array.from_buffers(
        pa.large_string(), len(batch), [None, _offsets(sizes, np.int64), pa.py_buffer(kernels.join(batch))]
    ).cast(pa.string())


def binary_array(rows: Bytes) -> Any:
    """Rows of bytes, shape (rows, size), as an Arrow array."""
    import pyarrow as pa

    count, size = rows.shape
    sizes = np.full(count, size)
    return pa.Array.from_buffers(
        pa.binary(), count, [None, _offsets(sizes, np.int32), pa.py_buffer(rows.tobytes())]
    )


def list_array(values: Any, sizes: Offsets | Sequence[int]) -> Any:
    """Lists of so many values each as an Arrow array."""
    import pyarrow as pa

    offsets = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    return pa.ListArray.from_arrays(offsets, pa.array(values))


def _offsets(sizes: Any, kind: Any) -> Any:
    import pyarrow as pa

    offsets = np.zeros(len(sizes) + 1, kind)
    np.cumsum(sizes, out=offsets[1:])
    return pa.py_buffer(offsets)
