"""Near-duplicates on Spark are those of the local run: the same kept units, members and similarities."""

from __future__ import annotations

import os
import random
from typing import Any

import pyarrow as pa
import pytest

import dedupe
from dedupe.errors import DuplicateIdError, InputError
from tests.spark.builders import near_copies, pages, rows

pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'dedupe-text[spark]'")

from dedupe.spark import candidates, find_duplicates, groups, session

LONG = bool(os.environ.get("DEDUPE_LONG"))
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 16 if LONG else 3))]
KEEP: list[Any] = ["last", "longest", "shortest", "wanted", ["two", "one"]]


def local_rows(table: pa.Table, **options: Any) -> list[tuple[Any, ...]]:
    pairs = dedupe.find_duplicates(table, **options).pairs
    if options.get("unit", "document") == "document":
        return sorted(((p.a, p.b, p.similarity) for p in pairs), key=repr)
    return sorted(((p.a, p.a_start, p.a_end, p.b, p.b_start, p.b_end, p.similarity) for p in pairs), key=repr)


@pytest.mark.parametrize("keep", ["first", "best", *(pytest.param(keep, marks=pytest.mark.slow) for keep in KEEP)])
def test_groups_are_those_of_the_local_run_whatever_the_keep_rule(spark: Any, keep: Any) -> None:
    table = near_copies(7)
    frame = spark.createDataFrame(table).repartition(5)
    found = find_duplicates(frame, order="n", source="source", keep=keep, threshold=0.7)
    want = local_rows(table, keep=keep, threshold=0.7)
    assert rows(found) == want
    assert len(want) > 20


@pytest.mark.parametrize("unit", ["paragraph", pytest.param("sentence", marks=pytest.mark.slow)])
def test_units_below_documents_have_their_places(spark: Any, unit: Any) -> None:
    table = pages(3)
    found = find_duplicates(spark.createDataFrame(table), order="n", unit=unit, facts="apart")
    assert found.columns == [
        *("kept", "kept_start", "kept_end", "member", "member_start", "member_end"),
        "similarity",
    ]
    want = local_rows(table, unit=unit, facts="apart")
    assert rows(found) == want
    assert want


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_rounds_and_crowded_buckets_change_no_answer(
    spark: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = random.Random(seed)
    # Room for so little that nothing is settled at once.
    monkeypatch.setattr(candidates, "ALL_PAIRS", [1, 3, 50][seed % 3])
    monkeypatch.setattr(groups, "FIRST_ASKED", source.choice([1, 2, 5]))
    monkeypatch.setattr(groups, "MOST_ASKED", source.choice([3, 8]))
    monkeypatch.setattr(groups, "IN_ONE_TASK", source.choice([0, 10]))
    monkeypatch.setattr(session, "CROWD", source.choice([1, 3]))
    table = near_copies(seed, 40)
    options: dict[str, Any] = {
        "keep": source.choice(["first", "last", "longest"]),
        "threshold": source.choice([0.6, 0.7, 0.8]),
        "facts": source.choice(["ignore", "apart"]),
    }
    frame = spark.createDataFrame(table).repartition(source.choice([1, 4]))
    assert rows(find_duplicates(frame, order="n", **options)) == local_rows(table, **options)


def test_partitions_and_a_checkpoint_folder_change_no_answer(spark: Any, tmp_path: Any) -> None:
    table = near_copies(1)
    want = local_rows(table, threshold=0.7)
    for partitions in (1, 7):
        frame = spark.createDataFrame(table).repartition(partitions, "source")
        assert rows(find_duplicates(frame, order="n", threshold=0.7)) == want
    spark.sparkContext.setCheckpointDir(str(tmp_path))
    try:
        assert rows(find_duplicates(spark.createDataFrame(table), order="n", threshold=0.7)) == want
        assert list(tmp_path.rglob("part-*"))
    finally:
        # None is how Spark says that there is no folder.
        spark.sparkContext._jsc.sc().setCheckpointDir(None)


def test_without_an_order_ties_go_by_the_ids(spark: Any) -> None:
    text = "The same text stands in three documents, and which of them stays is told by their ids alone."
    table = pa.table({"url": ["c", "a", "b"], "body": [text] * 3})
    frame = spark.createDataFrame(table)
    found = find_duplicates(frame, id="url", text="body", keep="longest")
    assert rows(found) == [("a", "b", 1.0), ("a", "c", 1.0)]
    for keep in ("first", "last"):
        with pytest.raises(InputError, match="order"):
            find_duplicates(frame, id="url", text="body", keep=keep)  # type: ignore[arg-type]


def test_steps_are_reported_with_their_rows(spark: Any) -> None:
    steps: list[session.Step] = []
    found = find_duplicates(spark.createDataFrame(near_copies(2)), order="n", report=steps.append)
    assert steps[-1].name == "duplicates"
    assert steps[-1].rows == found.count()
    assert {"texts", "buckets", "verified pairs"} <= {step.name for step in steps}


def test_empty_and_tokenless_texts_are_nobodys_copies(spark: Any) -> None:
    table = pa.table({"id": [1, 2, 3, 4], "text": ["", "", "...", "..."]})
    assert rows(find_duplicates(spark.createDataFrame(table), keep="longest")) == []
    empty = spark.createDataFrame(table).limit(0)
    assert rows(find_duplicates(empty, keep="longest")) == []


@pytest.mark.parametrize(
    ("table", "options", "error", "message"),
    [
        ({"id": ["a", "a"], "text": ["x", "y"]}, {}, DuplicateIdError, "id 'a' is used by 2 rows.*`id=`"),
        ({"id": ["a", None], "text": ["x", "y"]}, {}, InputError, "1 rows have no id in column 'id'"),
        (
            {"id": ["a", "b"], "text": ["x", None]},
            {},
            InputError,
            "text of document 'b' in column 'text' is missing",
        ),
        ({"id": ["a"], "text": [1]}, {}, InputError, "column 'text' is bigint, not string"),
        (
            {"id": ["a"], "body": ["x"]},
            {},
            InputError,
            "text='text' is no column of the frame, which has id, body",
        ),
        ({"id": ["a"], "text": ["x"]}, {"keep": len}, InputError, "put its numbers into a column"),
        ({"id": ["a"], "text": ["x"]}, {"keep": "size"}, InputError, "nor a column of the frame"),
        ({"id": ["a"], "text": ["x"]}, {"keep": "id"}, InputError, "column 'id' is string: numbers are needed"),
        (
            {"id": ["a"], "text": ["x"]},
            {"keep": ["x"]},
            InputError,
            "name the column that holds them with `source=`",
        ),
        ({"id": ["a"], "text": ["x"]}, {"threshold": 2}, InputError, "threshold"),
    ],
)
def test_what_cannot_be_used_is_said(
    spark: Any, table: dict[str, Any], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        find_duplicates(spark.createDataFrame(pa.table(table)), **{"keep": "longest", **options})


def test_text_that_is_no_utf_8_is_named(spark: Any) -> None:
    frame = spark.sql("select 'a' as id, cast(unhex('41ff42') as string) as text")
    with pytest.raises(InputError, match=r"document 'a' in column 'text' is no valid UTF-8: repair it"):
        find_duplicates(frame, keep="longest")
