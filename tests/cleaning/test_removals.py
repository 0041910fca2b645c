"""Removals: what the stages remove of a document, put together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dedupe.cleaning.removals import removed_of, to_spans
from dedupe.spans import Spans
from dedupe.store.columns import HeldColumn

PLACES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(1, 9)), max_size=9)


@given(st.lists(PLACES, max_size=3), st.integers(0, 4))
def test_places_of_all_stages_are_joined_as_if_added_one_by_one(
    stages: list[list[tuple[int, int, int]]], cut: int
) -> None:
    rows = [sorted((document, start, start + size) for document, start, size in stage) for stage in stages]
    expected: dict[int, Spans] = {}
    for document, start, end in (place for stage in rows for place in stage):
        expected.setdefault(document, Spans()).add(start, end)
    until = removed_of([HeldColumn([to_spans(stage)]) for stage in rows])()
    found = {**until(cut), **until(4)}
    assert {number: list(spans) for number, spans in found.items()} == {
        number: list(spans) for number, spans in expected.items()
    }
