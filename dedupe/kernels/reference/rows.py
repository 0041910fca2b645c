"""Rows of columns as lines."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from dedupe.kernels.records import RowColumn
from dedupe.text.encode import Bytes, TextBatch


def row_lines(heads: TextBatch, columns: Sequence[RowColumn]) -> Bytes:
    """Put rows together from their values and what stands around these.

    Parameters
    ----------
    heads : TextBatch
        What stands before the value of each column, and behind that of the last one.
    columns : sequence of array or (TextBatch, int64 array)
        As long as each other: whole numbers; floats, which are written as the standard library's JSON writes them;
        or texts, and which of them each row has.

    Returns
    -------
    uint8 array
        The rows, one behind the other.

    Raises
    ------
    ValueError
        Columns differ in length, there is not one text more than columns, or a text is not there.
    """
    written = [_written(column) for column in columns]
    if len({len(own) for own in written}) > 1 or len(heads) != len(written) + 1:
        raise ValueError("columns differ in length, or there is not one text more than columns")
    *before, behind = (heads.raw(i) for i in range(len(heads)))
    rows = zip(*written, strict=True)
    lines = (b"".join(head + value for head, value in zip(before, row, strict=True)) + behind for row in rows)
    return np.frombuffer(b"".join(lines), np.uint8)


def _written(column: RowColumn) -> list[bytes]:
    """The values of a column as they are written."""
    if isinstance(column, np.ndarray):
        return [json.dumps(value).encode() for value in column.tolist()]
    texts, places = column
    if len(places) and not 0 <= places.min() <= places.max() < len(texts):
        raise ValueError("there is no text of that number")
    return [texts.raw(place) for place in places.tolist()]
