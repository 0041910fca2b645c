"""Rows that are given by columns are written as they are one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.files import rows
from dedupe.files.rows import Column, Repeated, to_json, write_rows

VALUES = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.integers(),
    st.sampled_from(["é\u2028", "\ud800", 'a"b', "水"]),
    st.lists(st.text()),
)


@given(st.lists(st.tuples(VALUES, st.floats(), st.integers(-(1 << 60), 1 << 60), st.booleans()), max_size=9))
def test_columns_are_written_as_rows_are(tmp_path_factory: pytest.TempPathFactory, given: list[Any]) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    values, floats, integers, flags = ([row[i] for row in given] for i in range(4))
    columns: dict[str, Column] = {
        "va%slue": Repeated(values, np.arange(len(values))),
        "score": np.array(floats, np.float64),
        "start": np.array(integers, np.int64),
        "said": Repeated(["no", "ja"], np.array(flags, np.int64)),
    }
    said = ["ja" if flag else "no" for flag in flags]
    expected = [dict(zip(columns, row, strict=True)) for row in zip(values, floats, integers, said, strict=True)]
    with pytest.MonkeyPatch.context() as patch, write_rows(str(path)) as out:
        patch.setattr(rows, "_ROWS", 4)
        out.write_columns(columns)
    lines = path.read_bytes().splitlines(keepends=True) if given else []
    for line, row in zip(lines, expected, strict=True):
        # A row with a lone surrogate is escaped as a whole where it is written alone, its value alone here.
        if "\ud800" in repr(row["va%slue"]) or "\\ud" in repr(row["va%slue"]):
            assert repr(json.loads(line)) == repr(json.loads(to_json(row)))
        else:
            assert line == to_json(row)


def test_columns_in_parquet(tmp_path: Path) -> None:
    columns: dict[str, Column] = {
        "id": Repeated([7, "b"], np.array([0, 1, 0])),
        "score": np.array([0.5, 1.0, 0.25]),
        "kind": Repeated([None, "x"], np.array([0, 1, 1])),
    }
    with write_rows(str(tmp_path / "rows.parquet")) as out:
        out.write_columns(columns)
    assert pq.read_table(tmp_path / "rows.parquet").to_pylist() == [
        {"id": "7", "score": 0.5, "kind": None},
        {"id": "b", "score": 1.0, "kind": "x"},
        {"id": "7", "score": 0.25, "kind": "x"},
    ]
