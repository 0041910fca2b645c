"""`clean` on Spark removes what the local run removes, for the same reasons, and `restore` gives it back."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import dedupe
from dedupe.errors import AuditError, InputError
from tests.spark.builders import nested_copies, pages

pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'dedupe-text[spark]'")

from dedupe.spark import clean, restore, search

# A model that is given counts besides the shipped one, by words alone.
SHIPPED = Path(dedupe.__file__).parent / "boilerplate/model"
LONG = bool(os.environ.get("DEDUPE_LONG"))
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8 if LONG else 2))]


def decisions(audit: Any) -> list[tuple[Any, ...]]:
    names = (
        "id",
        "start",
        "end",
        "stage",
        "score",
        "reason",
        "kept_id",
        "kept_start",
        "kept_end",
        "kept_removed_by",
        "measure",
    )
    found = audit.filter("type = 'removal'").select(*names).collect()
    return sorted((tuple(row) for row in found), key=repr)


def local_decisions(cleaned: dedupe.results.Cleaned) -> list[tuple[Any, ...]]:
    rows = []
    for one in cleaned.decisions:
        kept = (None, None, None) if one.kept is None else one.kept
        rows.append((*one[:4], one.score, one.reason, *kept, one.kept_removed_by, one.measure))
    return sorted(rows, key=repr)


@pytest.mark.parametrize("seed", SEEDS)
def test_texts_and_audit_are_those_of_the_local_run(spark: Any, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(seed)
    monkeypatch.setattr(search, "TOGETHER", source.choice([1, 3, 256]))
    table = pages(seed)
    options: dict[str, Any] = {
        "keep": ["first", "longest", "last", "best", "wanted"][seed % 5],
        "quality": ["default", None][seed % 2],
        "context": seed % 3 != 1,
        "model": [SHIPPED, None][seed % 2],
        "min_left": [300, 20][seed % 2],
        "facts": source.choice(["apart", "ignore"]),
    }
    frame = spark.createDataFrame(table).repartition(source.choice([2, 5]))
    cleaned, audit = clean(frame, order="n", source="source", **options)
    local = dedupe.clean(table, **options)
    assert decisions(audit) == local_decisions(local)
    assert {row["id"]: row["text"] for row in cleaned.collect()} == local.texts
    assert cleaned.columns == frame.columns
    stages = {decision.stage for decision in local.decisions}
    assert {"paragraphs", "passages", "boilerplate"} <= stages
    back = sorted(restore(cleaned, audit).collect(), key=lambda row: row["n"])
    assert [tuple(row) for row in back] == [tuple(row.values()) for row in table.to_pylist()]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nested_copies_and_their_parts_are_those_of_the_local_run(spark: Any, seed: int) -> None:
    source = random.Random(seed)
    table = nested_copies(seed)
    options: dict[str, Any] = {
        "keep": ["longest", "first", "last", "best", "shortest", "wanted"][seed % 6],
        "facts": ["ignore", "apart"][seed % 2],
        "threshold": [0.7, None][seed % 2],
        "remove": ["duplicates", "paragraphs", "passages"],
        "min_passage": source.choice([60, 100]),
        "min_left": [300, 20][seed % 2],
    }
    frame = spark.createDataFrame(table).repartition(source.choice([1, 4]))
    cleaned, audit = clean(frame, order="n", source="source", **options)
    local = dedupe.clean(table, **options)
    assert decisions(audit) == local_decisions(local)
    assert {row["id"]: row["text"] for row in cleaned.collect()} == local.texts
    assert {decision.stage for decision in local.decisions} >= {"duplicates", "paragraphs", "passages"}
    rows = [decision for decision in local.decisions if decision.stage == "duplicates"]
    assert len(rows) > local.summary()["duplicates"]
    back = sorted(restore(cleaned, audit).collect(), key=lambda row: row["n"])
    assert [tuple(row) for row in back] == [tuple(row.values()) for row in table.to_pylist()]


@pytest.mark.slow
def test_stages_can_be_left_out(spark: Any) -> None:
    table = pages(5, 10)
    frame = spark.createDataFrame(table)
    for stages in (["boilerplate"], ["duplicates"], ["paragraphs", "passages"]):
        cleaned, audit = clean(frame, order="n", source="source", remove=stages)  # type: ignore[arg-type]
        local = dedupe.clean(table, remove=stages)  # type: ignore[arg-type]
        assert decisions(audit) == local_decisions(local)
        assert {row["id"]: row["text"] for row in cleaned.collect()} == local.texts


@pytest.mark.slow
def test_a_document_that_goes_as_a_whole_comes_back_with_its_other_columns(spark: Any) -> None:
    text = "The river rose overnight, and nobody knows why the mill has stood empty for forty years now."
    table = pa.table(
        {
            "when": pa.array([1, 2], pa.timestamp("us", "UTC")),
            "id": [1, 2],
            "tags": [["a"], None],
            "text": [text, text],
        }
    )
    frame = spark.createDataFrame(table)
    cleaned, audit = clean(frame, keep="longest")
    assert [row["id"] for row in cleaned.collect()] == [1]
    assert sorted(restore(cleaned, audit).collect(), key=lambda row: row["id"]) == sorted(
        frame.collect(), key=lambda row: row["id"]
    )


def test_the_very_first_paragraph_may_stay_for_others(spark: Any) -> None:
    first = "The river rose overnight, and nobody knows why the old mill has stood empty for forty years now."
    second = "The council met on Monday, and talked for three hours about the bridge that was closed in spring."
    texts = [f"{first}\n\n{second}", f"{first}\n\n{second}", f"{first[:-4]} today.\n\nSomething else stands here."]
    table = pa.table({"id": ["a", "b", "c"], "text": texts, "n": [0, 1, 2]})
    options: dict[str, Any] = {"remove": ["duplicates", "paragraphs"], "threshold": 0.8, "facts": "ignore"}
    _, audit = clean(spark.createDataFrame(table), order="n", **options)
    local = dedupe.clean(table, **options)
    assert decisions(audit) == local_decisions(local)
    assert [(one.id, one.kept) for one in local.decisions] == [
        ("b", ("a", 0, len(texts[0]))),
        ("c", ("a", 0, len(first))),
    ]


@pytest.mark.slow
def test_an_audit_of_other_texts_is_refused(spark: Any) -> None:
    text = "The river rose again overnight.\nSubscribe now for more!"
    frame = spark.createDataFrame(pa.table({"id": ["a"], "text": [text]}))
    cleaned, audit = clean(frame, keep="longest")
    assert cleaned.collect()[0]["text"] == "The river rose again overnight."
    with pytest.raises(AuditError, match="document 'a' was cut, and is not in the cleaned frame"):
        restore(cleaned.filter("id <> 'a'"), audit)
    with pytest.raises(AuditError, match="the audit has no"):
        restore(cleaned, cleaned)


def test_options_are_checked_before_anything_is_read(spark: Any) -> None:
    frame = spark.createDataFrame(pa.table({"id": ["a"], "text": ["x"]}))
    with pytest.raises(InputError, match="source='site' is no column"):
        clean(frame, keep="longest", source="site")
    with pytest.raises(InputError, match="remove="):
        clean(frame, keep="longest", remove=["ads"])  # type: ignore[list-item]
