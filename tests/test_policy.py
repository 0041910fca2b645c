"""The policy says of arrays what it says of single numbers, and keeps in the order in which its rules are told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.job import KEEP_RULES
from dedupe.policy import exceeds, keep_keys, lies_within, rank_units, spans_overlap

units = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from([0.0, 0.5, -np.inf]), st.sampled_from([1.0, 2.0, np.inf]), st.booleans()
    ),
    max_size=8,
)


@pytest.mark.parametrize("keep", [*KEEP_RULES, "column"])
@given(rows=units, has_order=st.booleans(), has_pinned=st.booleans())
def test_units_are_ranked_as_the_rules_say(
    keep: str, rows: list[tuple[int, float, float, bool]], has_order: bool, has_pinned: bool
) -> None:
    length, value, order, pinned = (
        np.array(column, kind)
        for column, kind in zip(
            list(zip(*rows, strict=True)) or [[]] * 4, (np.int64, float, float, bool), strict=True
        )
    )

    def key(number: int) -> tuple[Any, ...]:
        own_length, wanted, when, stays = rows[number]
        when = when if has_order else 0.0
        # What has no place in the order comes last, from whichever end.
        early = (when, number)
        late = (np.inf if when == np.inf else -when, -number)
        rule: tuple[Any, ...] = {
            "first": early,
            "last": late,
            "longest": (-own_length, *early),
            "shortest": (own_length, *early),
            "best": (-wanted, -own_length, *early),
            "column": (-wanted, *early),
        }[keep]
        return (has_pinned and not stays, *rule)

    rank = rank_units(
        np.arange(len(rows)),
        keep,
        value=value,
        length=length,
        order=order if has_order else None,
        pinned=pinned if has_pinned else None,
    )
    assert np.argsort(rank).tolist() == sorted(range(len(rows)), key=key)
    assert keep_keys(keep)[-1].column == "number"


spans = st.tuples(st.integers(0, 6), st.integers(1, 4)).map(lambda one: (one[0], one[0] + one[1]))


@given(spans, spans)
def test_spans_are_compared_by_the_letters_in_them(one: tuple[int, int], other: tuple[int, int]) -> None:
    letters, others = set(range(*one)), set(range(*other))
    arrays = [np.array([bound]) for bound in (*one, *other)]
    for predicate, expected in ((spans_overlap, bool(letters & others)), (lies_within, letters <= others)):
        assert bool(predicate(*one, *other)) == expected
        assert predicate(*arrays).tolist() == [expected]


def test_a_brake_looks_at_enough_documents_only() -> None:
    assert not exceeds(19, 100, 100, 0.5) and exceeds(20, 100, 51, 0.5) and not exceeds(20, 100, 50, 0.5)
    documents, removed = np.array([19, 20, 20]), np.array([100, 51, 50])
    assert exceeds(documents, 100, removed, 0.5).tolist() == [False, True, False]
