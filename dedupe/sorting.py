"""Sorted values.

`numpy.unique` hashes, which takes a hundred times as long as sorting where there are many values.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)
Mask = npt.NDArray[np.bool_]


def distinct(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The distinct values, ascending."""
    return distinct_sorted(np.sort(values))


def distinct_sorted(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The distinct values of an array that ascends."""
    first = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]


def repeats(values: npt.NDArray[Any]) -> tuple[Mask, Mask]:
    """Return which ascending values are equal to the one before them, and which to the one behind them."""
    same = np.zeros(len(values) + 1, bool)
    same[1 : len(values)] = values[1:] == values[:-1]
    return same[:-1], same[1:]


def places_among(known: npt.NDArray[Any], values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return the place of each value, in any order, among known numbers, which ascend and hold all of them."""
    span = int(known[-1]) - int(known[0]) + 1 if len(known) else 0
    if span > 4 * len(values):
        found: npt.NDArray[np.int64] = np.searchsorted(known, values)
        return found
    # To look a place up is several times as fast as to search for it.
    place = np.zeros(span, np.int64)
    place[known - known[:1]] = np.arange(len(known))
    looked_up: npt.NDArray[np.int64] = place[values - known[:1]]
    return looked_up


def spread(first: npt.NDArray[np.int64], end: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers of all ranges `first:end`, one range behind the other."""
    sizes = end - first
    numbers: npt.NDArray[np.int64] = np.repeat(first - np.cumsum(sizes) + sizes, sizes)
    numbers += np.arange(len(numbers))
    return numbers
