"""Tasks: what Spark sends to its workers is small, and where batches are cut changes no answer."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'dedupe-text[spark]'")

import dedupe
from dedupe.cleaning.options import CleanOptions
from dedupe.duplicates.settings import resolve
from dedupe.outofcore.passages import link_runs
from dedupe.passages.find import Search
from dedupe.spark.arrow import Batches, make_batch
from dedupe.spark.candidates import PairUp, SliceTexts
from dedupe.spark.cleaning import RateTexts, SayReasons
from dedupe.spark.compare import Compare
from dedupe.spark.documents import START_BITS
from dedupe.spark.groups import VisitInOrder, visit_in_order
from dedupe.spark.judge import JudgeTexts
from dedupe.spark.passages import GroupPassages, SearchInside
from dedupe.spark.recurrence import CountUnits
from dedupe.spark.restoring import UndoCuts
from dedupe.spark.scoring import ScoreTexts
from dedupe.spark.search import CompareTexts, JoinDocuments, LinkPlaces, SearchTexts, SiftPairs
from dedupe.spark.units import SignTexts

SETTINGS = resolve("document")
SEARCH = Search(100, 0.9)
TASKS = [
    SignTexts(SETTINGS, "auto", 0, False),
    PairUp(32),
    SliceTexts(),
    Compare(SETTINGS),
    VisitInOrder(),
    SearchTexts(SEARCH),
    LinkPlaces(SEARCH),
    SiftPairs(SEARCH),
    CompareTexts(SEARCH),
    JoinDocuments(10),
    GroupPassages(0.9, True),
    SearchInside(60, 0.5, "prose", True, "a string"),
    CountUnits("paragraph", "auto"),
    ScoreTexts("quality", "paragraph", False, 0.8, "default", "auto", "id string"),
    JudgeTexts(CleanOptions(threads=1)),
    SayReasons(),
    RateTexts(),
    UndoCuts("id string, _whole string"),
]


def cut(table: pa.Table, places: list[int]) -> Iterator[Any]:
    bounds = [0, *sorted(place % (len(table) + 1) for place in places), len(table)]
    for low, high in pairwise(bounds):
        if high > low:
            yield table.slice(low, high - low).combine_chunks().to_batches()[0]


def columns_of(batches: Batches, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return sorted(
        (row for batch in batches for row in zip(*(batch.column(n).to_pylist() for n in names), strict=True)),
        key=repr,
    )


@pytest.mark.parametrize("task", TASKS, ids=lambda task: type(task).__name__)
def test_a_task_is_a_name_and_a_few_settings(task: Any) -> None:
    assert len(pickle.dumps(task)) < 2000
    assert pickle.loads(pickle.dumps(task)).schema == task.schema


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(-2, 2), st.integers(-3, 20)), min_size=1, max_size=40),
    st.lists(st.integers(0, 40), max_size=4),
    st.integers(1, 5),
)
def test_pairs_are_all_of_small_buckets_and_large_ones_stay_whole(
    entries: list[tuple[int, int, int]], places: list[int], limit: int
) -> None:
    entries = sorted(set(entries))
    band, key, rank = zip(*entries, strict=True)
    table = pa.table({"band": pa.array(band, pa.int32()), "key": key, "rank": rank})
    pairs, members = [], []
    for bucket in {(b, k) for b, k, _ in entries}:
        own = [r for b, k, r in entries if (b, k) == bucket]
        if len(own) > limit:
            members += [(*bucket, r, None) for r in own]
        else:
            pairs += [(None, None, a, b) for i, a in enumerate(own) for b in own[i + 1 :] if b >= 0]
    found = columns_of(PairUp(limit)(cut(table, places)), ("band", "key", "a", "b"))
    assert found == sorted([*pairs, *members], key=repr)


@given(
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 6)), min_size=1, max_size=50),
    st.lists(st.integers(0, 50), max_size=4),
)
def test_places_are_linked_as_out_of_core(entries: set[tuple[int, int, int]], places: list[int]) -> None:
    value, document, letter = (np.array(column, np.int64) for column in zip(*sorted(entries), strict=True))
    unit, nothing = document << START_BITS, np.zeros(len(value), np.int64)
    table = pa.table({"hash": value, "unit": unit, "place": letter, "before": nothing, "behind": nothing})
    one, other = link_runs(value, document)
    want = sorted(
        zip(*(column.tolist() for column in (unit[one], letter[one], unit[other], letter[other])), strict=True),
        key=repr,
    )
    found = LinkPlaces(SEARCH)(cut(table, places))
    assert columns_of(found, ("a", "a_place", "b", "b_place")) == want


@given(
    st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda pair: pair[0] < pair[1]), max_size=30),
    st.sets(st.integers(0, 12), max_size=4),
)
def test_who_goes_and_who_waits_is_what_a_visit_in_order_says(
    pairs: set[tuple[int, int]], blocked: set[int]
) -> None:
    a, b = np.array(sorted(pairs), np.int64).reshape(-1, 2).T.copy()
    gone, waiting = visit_in_order(a, b, np.array(sorted(blocked), np.int64))
    state: dict[int, str] = {}
    for unit in sorted({*blocked, *a.tolist(), *b.tolist()}):
        before = [state[one] for one, other in pairs if other == unit]
        if "kept" in before:
            state[unit] = "gone"
        elif unit in blocked or "waits" in before:
            state[unit] = "waits"
        else:
            state[unit] = "kept"
    assert gone.tolist() == [unit for unit in sorted(state) if state[unit] == "gone"]
    assert waiting.tolist() == [unit for unit in sorted(state) if state[unit] == "waits"]


def test_a_text_that_many_are_compared_with_may_stand_in_another_batch() -> None:
    base = "The river rose overnight, and nobody knows why the mill has stood empty for forty years now. "
    texts = [base * 2, base + base, "Something else altogether stands here, for once.", base * 2 + "Again."]
    table = pa.table({"a": [0] * 4, "b": pa.array([None, 1, 2, 3], pa.int64()), "text": texts})
    whole = columns_of(Compare(SETTINGS)(cut(table, [])), ("a", "b", "similarity"))
    assert [row[:2] for row in whole] == [(0, 1), (0, 3)]
    for places in ([1], [2], [3], [1, 2, 3]):
        assert columns_of(Compare(SETTINGS)(cut(table, places)), ("a", "b", "similarity")) == whole


def test_executors_use_the_kernels_that_the_driver_uses(spark: Any) -> None:
    frame = spark.range(2).mapInArrow(_say_kernels, "native boolean")
    assert {row["native"] for row in frame.collect()} == {dedupe.native}


def _say_kernels(batches: Batches) -> Batches:
    for batch in batches:
        yield make_batch(native=[dedupe.native] * batch.num_rows)
