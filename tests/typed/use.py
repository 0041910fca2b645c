"""A user's code, with every verb; mypy reads it and nobody runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

import polars as pl
from duckdb import DuckDBPyRelation

import dedupe
from dedupe.results import Cleaned, Duplicates, Passages


def frames(frame: pl.DataFrame, plan: pl.LazyFrame, column: pl.Series, query: DuckDBPyRelation) -> None:
    assert_type(dedupe.clean(frame, text="body", remove=["duplicates"]), Cleaned[pl.DataFrame])
    assert_type(dedupe.clean(frame).data, pl.DataFrame)
    assert_type(dedupe.clean(plan, nulls="refuse").data, pl.LazyFrame)
    assert_type(dedupe.clean(column).data, pl.Series)
    assert_type(dedupe.clean(query, keep="stars").data, DuckDBPyRelation)
    assert_type(dedupe.restore(dedupe.clean(frame)), pl.DataFrame)
    assert_type(dedupe.find_duplicates(frame, text=["question", "answer"]).data, pl.DataFrame)
    assert_type(dedupe.find_duplicates(plan, against=frame).at(0.9).data, pl.LazyFrame)


def texts(rows: list[str], pages: dict[int, str], documents: list[dedupe.Document]) -> None:
    assert_type(dedupe.clean("one text").data, list[str])
    assert_type(dedupe.clean(rows).data, list[str])
    assert_type(dedupe.clean(iter(rows)).data, list[str])
    assert_type(dedupe.clean(pages).data, dict[int, str])
    assert_type(dedupe.clean(documents).data, list[dedupe.Document])
    assert_type(dedupe.restore(dedupe.clean(pages)), dict[int, str])
    assert_type(dedupe.restore(dedupe.clean(rows)), dict[Any, str])
    found = dedupe.find_duplicates(rows, unit="sentence", threshold=0.9)
    assert_type(found, Duplicates[list[str]])
    for group in found:
        assert_type(group.similarities, tuple[float, ...])
    assert_type(dedupe.clean(rows)[0].text, str)
    assert_type(dedupe.find_passages(rows), Passages)


def others(rows: list[str], folder: Path) -> None:
    dedupe.score_boilerplate(rows, unit="paragraph").verdicts("careful")
    assert_type(dedupe.score_quality(rows)[0].score, float)
    assert_type(dedupe.detect_language(rows, languages=["en", "fr"]).codes, list[str])
    dedupe.segment(rows[0], "sentence")
    assert_type(dedupe.evaluate(rows).promised, float)
    assert_type(dedupe.explain_match(rows[0], rows[1]).match, bool)
    with dedupe.Index.open(folder, unit="document") as index:
        index.add(["a"], rows)
    options = dedupe.CleanOptions(remove=["duplicates"], keep="longest")
    dedupe.clean_files(folder, folder / "out", folder / "audit.jsonl", options=options)
    dedupe.clean_files([folder, "more"], folder / "out", folder / "audit.jsonl")
    dedupe.restore_files(folder / "out", folder / "audit.jsonl", folder / "back")


def mistakes(rows: list[str], frame: pl.DataFrame) -> None:
    dedupe.find_duplicates(5)  # type: ignore[call-overload]
    dedupe.clean(5)  # type: ignore[call-overload]
    dedupe.find_passages(5)  # type: ignore[arg-type]
    dedupe.score_quality(None)  # type: ignore[arg-type]
    dedupe.find_duplicates(rows, unit="documents")  # type: ignore[call-overload]
    dedupe.find_duplicates(rows, threshold="0.8")  # type: ignore[call-overload]
    dedupe.clean(frame, remove=["duplicate"])  # type: ignore[list-item]
    dedupe.clean(frame, treshold=0.8)  # type: ignore[call-overload]
    dedupe.restore("abc")  # type: ignore[call-overload]
