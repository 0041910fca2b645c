"""Tasks: what Spark sends to its workers is small, and where batches are cut changes no answer."""

from __future__ import annotations

import os
import pickle
import random
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
from dedupe.cleaning.passages import remove_passages
from dedupe.cleaning.regions import Regions
from dedupe.cleaning.sentences import cut_sentences, keep_order
from dedupe.columns import StringColumn
from dedupe.documents import Corpus
from dedupe.duplicates.settings import resolve
from dedupe.job import CleanOptions
from dedupe.passages.find import Search
from dedupe.passages.result import Places
from dedupe.policy import link_runs
from dedupe.quality.wordlists import LoadedLists
from dedupe.spans import Spans
from dedupe.spark.arrow import Batches, make_batch
from dedupe.spark.candidates import PairUp, SliceTexts
from dedupe.spark.cleaning import RateTexts, SayReasons
from dedupe.spark.compare import Compare
from dedupe.spark.components import JoinDocuments
from dedupe.spark.documents import START_BITS
from dedupe.spark.follow import FollowCopies
from dedupe.spark.groups import VisitInOrder, visit_in_order
from dedupe.spark.judge import JudgeTexts
from dedupe.spark.passage_removal import CutWindows, JoinWindows, RemovePassages
from dedupe.spark.passages import GroupPassages, SearchInside
from dedupe.spark.recurrence import CountUnits
from dedupe.spark.restoring import UndoCuts
from dedupe.spark.scoring import ScoreTexts
from dedupe.spark.search import CompareTexts, LinkPlaces, SearchTexts, SiftPairs
from dedupe.spark.units import SignTexts
from dedupe.units import UnitTable
from tests.spark.builders import nested_copies

SETTINGS = resolve("document")
SEARCH = Search(100, 0.9)
TASKS = [
    SignTexts(SETTINGS, "auto", 0, False),
    PairUp(32),
    SliceTexts(),
    Compare(SETTINGS),
    VisitInOrder(),
    SearchTexts(SEARCH, True),
    LinkPlaces(SEARCH),
    SiftPairs(SEARCH),
    CompareTexts(SEARCH.located(), False),
    JoinDocuments(10),
    GroupPassages(0.9),
    CutWindows(100, "auto", True),
    JoinWindows(),
    RemovePassages(CleanOptions(threads=1)),
    FollowCopies(),
    SearchInside(60, 0.5, "prose", True, "a string"),
    CountUnits("paragraph", "auto"),
    ScoreTexts("quality", "paragraph", False, "normal", "default", "auto", "id string", LoadedLists({})),
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
    st.lists(st.tuples(st.integers(0, 1), st.integers(-2, 2), st.integers(0, 20)), min_size=1, max_size=40),
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
            pairs += [(None, None, a, b) for i, a in enumerate(own) for b in own[i + 1 :]]
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


@pytest.mark.parametrize("seed", range(200 if os.environ.get("DEDUPE_LONG") else 12))
def test_components_by_themselves_give_the_passages_of_the_whole(seed: int) -> None:
    source = random.Random(seed)
    whole = nested_copies(seed, 3)
    texts, count = whole.column("text").to_pylist(), len(whole)
    options = CleanOptions(
        threads=1, min_passage=source.choice([40, 100]), facts=source.choice(["apart", "ignore"])
    )
    signs = options.facts == "apart"
    corpus = Corpus(range(count), StringColumn(texts))
    removed: dict[int, Spans] = {}
    for document in range(count):
        for _ in range(source.choice([0, 0, 1, 2])):
            start = source.randrange(len(texts[document]))
            removed.setdefault(document, Spans()).add(start, min(start + 80, len(texts[document])))
    values = [float(source.randrange(5)) for _ in range(count)]
    parts = [(n, *gap) for n in range(count) for gap in removed.get(n, Spans()).gaps(len(texts[n]))]
    units = UnitTable(corpus, "paragraph", *np.array(parts, np.int64).T.copy())
    found = Search(options.min_passage, options.passage_similarity).located().run(units, 1)
    sides = [
        Places(units.document[s.text], units.start[s.text] + s.start, units.start[s.text] + s.end)
        for s in (found.a, found.b)
    ]
    sentences = cut_sentences(corpus, np.arange(count), removed, "auto", signs=signs)
    order, position = keep_order(sentences.document, np.array(values))
    given = {"least": options.min_passage, "similarity": options.passage_similarity, "facts": options.facts}
    want = remove_passages(corpus, sentences.select(order), Regions(*sides), position, **given)  # type: ignore[arg-type]

    kinds = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64())]))
    spans = [[{"start": s, "end": e} for s, e in removed.get(n, Spans())] for n in range(count)]
    table = pa.table({"document": range(count), "text": texts, "removed": pa.array(spans, kinds)})
    places = [source.randrange(count) for _ in range(3)]
    windows = pa.Table.from_batches(CutWindows(options.min_passage, "auto", signs)(cut(table, places)))
    windows = windows.sort_by([("key", "ascending"), ("document", "ascending")])
    places = [source.randrange(len(windows)) for _ in range(9)]
    edges = columns_of(JoinWindows()(cut(windows, places)), ("one", "other"))
    assert edges
    edges += zip(sides[0].document.tolist(), sides[1].document.tolist(), strict=True)
    pairs = pa.table(dict(zip(("one", "other"), zip(*edges, strict=True), strict=True)))
    component = dict(columns_of(JoinDocuments(count)(cut(pairs, [])), ("document", "component")))
    rows: list[dict[str, Any]] = [
        {
            "component": component[n],
            "kind": 0,
            "document": n,
            "value": values[n],
            "text": texts[n],
            "removed": spans[n],
        }
        for n in component
    ]
    names = ("document", "start", "end", "other", "other_start", "other_end")
    for numbers in zip(*(column.tolist() for side in sides for column in side), strict=True):
        rows.append({"component": component[numbers[0]], "kind": 1, **dict(zip(names, numbers, strict=True))})
    source.shuffle(rows)
    rows.sort(key=lambda row: (row["component"], row["kind"]))
    fields = [(n, pa.int64()) for n in ("component", "kind", *names)]
    schema = pa.schema([*fields, ("value", pa.float64()), ("text", pa.string()), ("removed", kinds)])
    batches = cut(pa.Table.from_pylist(rows, schema), [source.randrange(len(rows)) for _ in range(5)])
    answer = ("document", "start", "end", "kept", "kept_start", "kept_end", "score")
    assert columns_of(RemovePassages(options)(batches), answer) == sorted(
        (tuple(one[:7]) for one in want), key=repr
    )
    assert len(set(component.values())) > 1
    assert want


def test_executors_use_the_kernels_that_the_driver_uses(spark: Any) -> None:
    frame = spark.range(2).mapInArrow(_say_kernels, "native boolean")
    assert {row["native"] for row in frame.collect()} == {dedupe.native}


def _say_kernels(batches: Batches) -> Batches:
    for batch in batches:
        yield make_batch(native=[dedupe.native] * batch.num_rows)
