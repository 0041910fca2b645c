"""Scores and passages on Spark are those of the local run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dedupe
from dedupe.errors import InputError
from tests.spark.builders import pages, rows

pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'dedupe-text[spark]'")

from dedupe.spark import find_passages, score


@pytest.mark.parametrize("context", [False, True])
@pytest.mark.parametrize("unit", ["paragraph", "sentence"])
def test_boilerplate_is_scored_alike(spark: Any, unit: Any, context: bool) -> None:
    table = pages(11, 12)
    found = score(spark.createDataFrame(table), unit=unit, context=context, source="source" if context else None)
    local = dedupe.score_boilerplate(table, unit=unit, context=context)
    want = [(*row, verdict) for row, verdict in zip(local, local.verdicts(), strict=True)]
    assert rows(found) == sorted(want, key=repr)


def test_languages_and_quality_are_those_of_the_local_run(spark: Any) -> None:
    table = pages(12, 12)
    frame = spark.createDataFrame(table)
    languages = dedupe.detect_language(table)
    probability = languages.probability.tolist()
    want = list(zip(table["id"].to_pylist(), languages.codes, probability, strict=True))
    assert rows(score(frame, what="language")) == sorted(want, key=repr)
    quality = dedupe.score_quality(table)
    failed = quality.failed("gopher")
    found = {row["id"]: row for row in score(frame, what="quality", rules="gopher").collect()}
    for i, one in enumerate(quality):
        row = found[one.id]
        assert (row["score"], row["language"]) == (one.score, quality.languages[i])
        assert (tuple(row["failed"]), row["reasons"]) == (failed[i], [reason.text for reason in one.reasons])
        for name, values in quality.signals.items():
            assert row[name] == values[i] or values[i] != values[i]


def test_word_lists_are_looked_for_as_in_the_local_run(spark: Any, tmp_path: Path) -> None:
    table = pages(12, 12)
    words = sorted({word for text in table["text"].to_pylist() for word in text.split() if word.isalpha()})[:3]
    (tmp_path / "all.txt").write_text("\n".join(words), "utf-8")
    quality = dedupe.score_quality(table, word_lists=tmp_path)
    local = dict(zip(table["id"].to_pylist(), quality.signals[tmp_path.name].tolist(), strict=True))
    assert any(count > 0 for count in local.values())
    frame = score(spark.createDataFrame(table), what="quality", word_lists=str(tmp_path))
    assert {row["id"]: row[tmp_path.name] for row in frame.collect()} == local


@pytest.mark.parametrize("point", ["careful", "thorough", 0.3])
def test_verdicts_are_those_of_an_operating_point(spark: Any, point: Any) -> None:
    table = pages(11, 12)
    found = score(spark.createDataFrame(table), threshold=point, context=False)
    local = dedupe.score_boilerplate(table, unit="paragraph")
    want = [(*row, verdict) for row, verdict in zip(local, local.verdicts(point), strict=True)]
    assert rows(found) == sorted(want, key=repr)


def test_a_taught_model_scores_alike(spark: Any, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install 'dedupe-text[train]'")
    table = pages(11, 12)
    texts = [
        f"{'Tell the Herald what you saw' if i % 2 else 'The bridge was closed'} on day {i}." for i in range(40)
    ]
    taught = dedupe.BoilerplateClassifier().fit(texts, [i % 2 for i in range(40)], warm_start=True)
    taught.save(tmp_path / "model")
    local = dedupe.score_boilerplate(table, unit="paragraph", model=taught)
    want = [(*row, verdict) for row, verdict in zip(local, local.verdicts(), strict=True)]
    for model in (taught, str(tmp_path / "model")):
        assert rows(score(spark.createDataFrame(table), model=model)) == sorted(want, key=repr)


@pytest.mark.parametrize("across", [False, True])
def test_passages_are_those_of_the_local_run(spark: Any, across: bool) -> None:
    table = pages(13)
    found = find_passages(spark.createDataFrame(table), order="n", across=across, min_length=40)
    local = dedupe.find_passages(table, across=across, min_length=40)
    assert rows(found) == sorted(map(tuple, local), key=repr)
    assert len(local)


def test_what_is_not_known_is_refused(spark: Any) -> None:
    frame = spark.createDataFrame(pages(1, 2))
    with pytest.raises(InputError, match="what='mood' is not one of"):
        score(frame, what="mood")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="min_length"):
        find_passages(frame, min_length=0)
