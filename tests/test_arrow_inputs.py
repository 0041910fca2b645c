"""Tables and columns of other libraries: read as text, or refused with an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dedupe import find_duplicates
from dedupe.errors import InputError

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pl = pytest.importorskip("polars", reason="polars is not installed")

TEXTS = ["The cat sat on the mat today.", "Dogs bark at night.", "the CAT sat, on the mat today"]


class OldFrame:
    """A table that goes through the names of its columns, and knows no Arrow."""

    columns = ("text",)

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)


class Interchange:
    """A table of which only the interchange protocol is known."""

    def __dataframe__(self) -> None:
        return None


@pytest.mark.parametrize(
    "data",
    [
        pl.DataFrame({"text": pl.Series(TEXTS, dtype=pl.Categorical)}),
        pl.Series(TEXTS, dtype=pl.Categorical),
        pl.DataFrame({"text": pl.Series(TEXTS, dtype=pl.Enum(TEXTS))}),
        pl.Series(TEXTS),
        pd.DataFrame({"text": pd.Categorical(TEXTS)}),
        pd.Series(pd.Categorical(TEXTS)),
        pd.Series(TEXTS),
        pa.array(TEXTS).dictionary_encode(),
        pa.chunked_array([pa.array(TEXTS[:1]).dictionary_encode(), pa.array(TEXTS[1:]).dictionary_encode()]),
        pa.array(TEXTS, pa.string_view()),
        np.array(TEXTS),
        np.array(TEXTS, object),
    ],
)
def test_columns_of_any_kind_are_read(data: Any) -> None:
    assert find_duplicates(data, unit="document").kept == (0, 1)


def test_what_is_missing_is_left_out() -> None:
    for data in (
        pa.array([TEXTS[0], None, TEXTS[2]]).dictionary_encode(),
        pd.DataFrame({"text": [TEXTS[0], None, TEXTS[2]]}),
        pd.DataFrame({"text": [TEXTS[0], float("nan"), TEXTS[2]], "x": ["a", 5, "b"]}),
    ):
        assert find_duplicates(data, unit="document").kept == (0,)
        with pytest.raises(InputError, match=r"text 1 .* NoneType, not str"):
            find_duplicates(data, nulls="refuse")


def test_ids_may_be_categories() -> None:
    frame = pd.DataFrame({"id": pd.Categorical(["a", "b", "c"]), "text": TEXTS})
    assert find_duplicates(frame, unit="document").kept == ("a", "b")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pd.DataFrame({"text": ["a", 5, "b"]}), "one type each"),
        (
            pd.DataFrame({"text": [b"a", b"b"], "lang": ["ro", "ro"]}),
            "'text' is binary, not text: cast it, or name",
        ),
        (pa.table({"text": [1, 2], "lang": ["ro", "ro"]}), "'text' is int64, not text: cast it"),
        (pa.table({"body": [b"a", b"b"], "lang": ["ro", "ro"]}), "no column 'text' in the table"),
        (pd.DataFrame({"n": [1, 2]}), "no column 'text' in the table"),
        (pl.DataFrame({"text": pl.Series([object()], dtype=pl.Object)}), "column 'text' is"),
        (pl.Series([object()], dtype=pl.Object), "not str|cannot be read"),
        (OldFrame(), "does not speak Arrow"),
        (Interchange(), "does not speak Arrow"),
    ],
)
def test_what_holds_no_texts_is_refused(data: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        find_duplicates(data, unit="document")
