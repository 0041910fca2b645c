"""On real texts, at some size, Spark answers as the local run does, however the frame is cut."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import dedupe
from tests.spark.builders import rows
from tests.spark.test_clean import decisions, local_decisions

pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'dedupe-text[spark]'")

from dedupe.spark import clean, find_duplicates

LONG = bool(os.environ.get("DEDUPE_LONG"))


def read(path: Path, most: int | None = None) -> pa.Table:
    with path.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line, _ in zip(lines, range(most or 1 << 40), strict=False)]
    # Pages come in blocks, and name their site.
    texts = [record.get("text") or "\n".join(block["text"] for block in record["blocks"]) for record in records]
    return pa.table(
        {
            "id": [str(number) for number in range(len(records))],
            "text": texts,
            "n": list(range(len(records))),
            "source": pa.array([record.get("site") for record in records], pa.string()),
        }
    )


@pytest.mark.parametrize("partitions", [pytest.param(1, marks=pytest.mark.slow), 6])
def test_documents_of_the_dev_suite(spark: Any, development_data: Path, partitions: int) -> None:
    table = read(development_data / "neardup" / "docs.jsonl", None if LONG else 1500)
    frame = spark.createDataFrame(table).repartition(partitions)
    pairs = dedupe.find_duplicates(table, threshold=0.7).pairs
    want = sorted(((p.a, p.b, p.similarity) for p in pairs), key=repr)
    assert rows(find_duplicates(frame, order="n", threshold=0.7)) == want
    assert want


@pytest.mark.skipif(not LONG, reason="takes minutes: DEDUPE_LONG=1")
@pytest.mark.parametrize("name", ["neardup/docs.jsonl", "neardup/passages.jsonl", "boilerplate/pages.jsonl"])
@pytest.mark.parametrize("partitions", [1, 6])
def test_clean_on_the_dev_suite(spark: Any, development_data: Path, name: str, partitions: int) -> None:
    table = read(development_data / name)
    frame = spark.createDataFrame(table).repartition(partitions)
    cleaned, audit = clean(frame, order="n", source="source")
    local = dedupe.clean(table)
    assert decisions(audit) == local_decisions(local)
    assert {row["id"]: row["text"] for row in cleaned.collect()} == local.texts
