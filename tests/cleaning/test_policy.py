"""Rows of sentences: which of them make a run, and what pieces make a sentence."""

from __future__ import annotations

import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.cleaning.policy import (
    Rows,
    adjoining,
    cut_windows,
    first_places,
    join_pieces,
    point_sentences,
    sequences,
)


def make_rows(**columns: list[int]) -> Rows:
    """Rows that match as a whole and face what adjoins, but for some columns."""
    count = len(next(iter(columns.values())))
    one, step = np.ones(count, np.int64), 10 * np.arange(count)
    whole = dict.fromkeys(Rows._fields, 0 * one)
    whole |= {"sentence": step // 10, "start": step, "end": step + 9, "symbols": 4 * one, "matched": 4 * one}
    whole |= {"weight": 8 * one, "place": 4 * (step // 10), "facing": 4 * one}
    return Rows(**{name: np.array(columns.get(name, column)) for name, column in whole.items()})


def runs_of(found: tuple[np.ndarray, np.ndarray]) -> list[tuple[int, int]]:
    return list(zip(*(side.tolist() for side in found), strict=True))


def test_whole_rows_of_a_region_make_a_run_and_one_may_open_it() -> None:
    rows = make_rows(leading=[1, 0, 0, 1, 0, 0], trailing=[0, 0, 2, 0, 0, 0], matched=[3, 4, 2, 3, 4, 4])
    region = np.array([0, 0, 0, 0, 0, 1])
    assert runs_of(sequences(rows, region, np.ones(6, bool))) == [(0, 2), (3, 5), (5, 6)]
    assert runs_of(sequences(rows, region, np.zeros(6, bool))) == [(1, 2), (4, 5), (5, 6)]


def test_rows_adjoin_where_the_kept_copy_holds_nothing_more() -> None:
    rows = make_rows(place=[0, 4, 9, 13, 17], leading=[0, 0, 0, 0, 1])
    chosen, region = np.array([True, True, True, True, True]), np.zeros(5, np.int64)
    assert runs_of(adjoining(rows, region, chosen)) == [(0, 2), (2, 4), (4, 5)]
    assert runs_of(adjoining(rows, region, chosen & (np.arange(5) != 1))) == [(0, 1), (2, 4), (4, 5)]
    assert runs_of(adjoining(rows, np.array([0, 1, 1, 1, 1]), chosen)) == [(0, 1), (1, 2), (2, 4), (4, 5)]


def test_pieces_make_a_sentence_from_the_first_that_matches_to_the_last() -> None:
    pieces = make_rows(
        sentence=[0, 0, 0, 1, 1, 2],
        matched=[0, 3, 2, 0, 0, 4],
        leading=[4, 1, 0, 4, 4, 0],
        trailing=[0, 0, 2, 0, 0, 0],
    )
    rows = join_pieces(pieces, np.array([0, 3, 5]))
    assert (rows.start.tolist(), rows.end.tolist()) == ([0, 30, 50], [29, 49, 59])
    assert (rows.symbols.tolist(), rows.matched.tolist()) == ([12, 8, 4], [5, 0, 4])
    assert (rows.leading.tolist(), rows.trailing.tolist()) == ([5, 8, 0], [2, 0, 0])
    assert (rows.place.tolist(), rows.facing.tolist()) == ([4, 12, 20], [8, 4, 4])


def point(keys: list[int], weights: list[int], starts: list[bool], least: int) -> list[int]:
    """Point the sentences of one document to those that they copy."""
    run = np.cumsum(starts)
    windows = cut_windows(run, np.array(weights, np.int64), np.array(keys, np.uint64), least)
    later, first = first_places(windows, np.zeros(len(keys), np.int64))
    return point_sentences(windows, later, first, len(keys)).tolist()


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), max_size=30), st.integers(1, 9))
def test_the_earliest_window_that_holds_a_sentence_decides(rows: list[tuple[int, int, bool]], least: int) -> None:
    keys, weights, starts = ([row[i] for row in rows] for i in range(3))
    run = np.cumsum(starts)
    windows = cut_windows(run, np.array(weights, np.int64), np.array(keys, np.uint64), least)
    later, first = first_places(windows, np.zeros(len(keys), np.int64))
    expected = [-1] * len(keys)
    for one, other in zip(later.tolist(), first.tolist(), strict=True):
        for step in range(int(windows.end[one] - windows.start[one])):
            if expected[windows.start[one] + step] < 0:
                expected[windows.start[one] + step] = int(windows.start[other]) + step
    assert point(keys, weights, starts, least) == expected


def test_windows_of_many_short_sentences_take_no_more_memory_than_few() -> None:
    count = 20_000
    tracemalloc.start()
    try:
        pointer = point([1] * count, [1] * count, [i == 0 for i in range(count)], 2_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert pointer[:2000] == [-1] * 2000 and pointer[2000] == 0
    assert peak < 500 * count
