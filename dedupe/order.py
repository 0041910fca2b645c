"""The order of documents by a column of theirs: numbers or dates."""

from __future__ import annotations

import math
import numbers
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe.columns import StringColumn
from dedupe.documents import DOCUMENT_ORDER, Corpus
from dedupe.errors import InputError

Values = npt.NDArray[np.float64]


def document_order(corpus: Corpus) -> Values | None:
    """Return when each document comes, by the column of the order; infinite where that is missing."""
    if DOCUMENT_ORDER not in corpus.columns:
        return None
    out = np.full(len(corpus), np.inf)
    for i, value in enumerate(corpus.column(DOCUMENT_ORDER)):
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        if (number := _as_number(value)) is None:
            raise InputError(
                f"the order of document {corpus.ids[i]!r} is {value!r}: give numbers, or dates such as 2030-01-31"
            )
        out[i] = number
    return out


def _as_number(value: Any) -> float | None:
    """Return a number, or a date as seconds since 1970, in UTC unless it says otherwise; None for all else."""
    if isinstance(value, str):
        try:
            return float(value) if math.isfinite(float(value)) else None
        except ValueError:
            pass
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    try:
        return float(value) if isinstance(value, numbers.Real | Decimal) and math.isfinite(value) else None
    except (OverflowError, ValueError):
        # An integer beyond all floats.
        return None


def sort_documents(corpus: Corpus) -> Corpus:
    """The documents by the column of their order, where there is one."""
    order = document_order(corpus)
    if order is None:
        return corpus
    places = np.argsort(order, kind="stable").tolist()
    columns = {name: [values[i] for i in places] for name, values in corpus.columns.items()}
    return Corpus([corpus.ids[i] for i in places], StringColumn([corpus.texts[i] for i in places]), columns)
