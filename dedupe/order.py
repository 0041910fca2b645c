"""The order of documents by a column of theirs: numbers or dates."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe.columns import StringColumn
from dedupe.documents import Corpus, Id
from dedupe.errors import InputError
from dedupe.tables import DOCUMENT_ORDER

Values = npt.NDArray[np.float64]


class OrderReader:
    """Reads the order of documents part by part; all of it is numbers, or all of it is dates."""

    def __init__(self) -> None:
        self._first: dict[str, Id] = {}

    def read(self, ids: Sequence[Id], values: Sequence[Any]) -> Values:
        """Return when each document comes; infinite where that is missing.

        Raises
        ------
        InputError
            A value is neither, or is a number where another is a date.
        """
        out = np.full(len(ids), np.inf)
        for i, value in enumerate(values):
            if value is None or (isinstance(value, float) and math.isnan(value)):
                continue
            kind, number = _read(value)
            if number is None:
                raise InputError(
                    f"the order of document {ids[i]!r} is {value!r}: give numbers, or dates such as 2030-01-31"
                )
            self._first.setdefault(kind, ids[i])
            if len(self._first) > 1:
                numbered, dated = self._first["a number"], self._first["a date"]
                raise InputError(
                    f"the order of document {numbered!r} is a number, that of {dated!r} a date: give one kind"
                )
            out[i] = number
        return out


def document_order(corpus: Corpus) -> Values | None:
    """Return when each document comes, by the column of the order, where there is one."""
    if DOCUMENT_ORDER not in corpus.columns:
        return None
    return OrderReader().read(corpus.ids, corpus.column(DOCUMENT_ORDER))


def _read(value: Any) -> tuple[str, float | None]:
    """Return what a value is, and a number; of a date seconds since 1970, in UTC unless it says otherwise."""
    if isinstance(value, str):
        try:
            return "a number", float(value) if math.isfinite(float(value)) else None
        except ValueError:
            pass
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return "neither", None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if isinstance(value, datetime):
        return "a date", (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    try:
        known = isinstance(value, numbers.Real | Decimal) and math.isfinite(value)
        return "a number", float(value) if known else None
    except (OverflowError, ValueError):
        # An integer beyond all floats.
        return "a number", None


def sort_documents(corpus: Corpus) -> Corpus:
    """The documents by the column of their order, where there is one."""
    order = document_order(corpus)
    if order is None:
        return corpus
    places = np.argsort(order, kind="stable").tolist()
    columns = {name: [values[i] for i in places] for name, values in corpus.columns.items()}
    return Corpus([corpus.ids[i] for i in places], StringColumn([corpus.texts[i] for i in places]), columns)
