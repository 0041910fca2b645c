import importlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels, sorting
from dedupe.kernels.reference import entries as twins

numbers = st.integers(0, 2**64 - 1) | st.integers(0, 9) | st.sampled_from([2**63, 2**64 - 1])


@given(st.lists(numbers))
def test_distinct_values_are_those_of_a_set(values: list[int]) -> None:
    assert sorting.distinct(np.array(values, np.uint64)).tolist() == sorted(set(values))


@pytest.mark.skipif(not kernels.native, reason="the native core is not in use")
@given(st.lists(st.tuples(numbers, st.integers(0, 2**32 - 1))), st.lists(numbers))
def test_entries_are_sorted_and_found_as_the_reference_does(
    entries: list[tuple[int, int]], asked: list[int]
) -> None:
    native = importlib.import_module("dedupe._kernels")
    keys = np.array([key for key, _ in entries], np.uint64)
    units = np.array([unit for _, unit in entries], np.uint32)
    expected = twins.sort_entries(keys, units)
    for left, right in zip(native.sort_entries(keys, units), expected, strict=True):
        assert left.dtype == right.dtype
        assert np.array_equal(left, right)
    wanted = np.sort(np.array(asked + keys[::2].tolist(), np.uint64))
    for left, right in zip(
        native.find_entries(expected[0], wanted), twins.find_entries(expected[0], wanted), strict=True
    ):
        assert np.array_equal(left, right)
    with pytest.raises(ValueError, match="needs a unit"):
        native.sort_entries(keys, np.zeros(len(keys) + 1, np.uint32))
    with pytest.raises(ValueError, match="do not ascend"):
        native.find_entries(keys, np.array([2, 1], np.uint64))
