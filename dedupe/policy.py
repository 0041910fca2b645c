"""The policy of all engines: which copy stays, in what order stages decide, what becomes of their decisions.

Short tables, and predicates that take numbers, arrays and columns of data frames alike. The local engine and the
index call them; Spark calls them, or renders the tables as expressions.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.job import Keep, Stage
from dedupe.kernels.records import CROWD
from dedupe.sorting import repeats

Values = npt.NDArray[np.float64]

COPY_STAGES: tuple[Stage, ...] = ("duplicates", "paragraphs", "passages")
"""the stages that find copies, in their order; none removes text that another one names as a kept copy"""
LOSING_STAGES: tuple[Stage, ...] = ("boilerplate", "quality")
"""the stages that may remove a kept copy after all, in their order; a decision names the last one that does"""
LEAST_DOCUMENTS = 20
"""fewer documents may well be copies of others, or all of them prompts: no brake looks at them"""


def is_from(source: Any, wanted: str) -> Any:
    """Return whether a source is the wanted one, or lies in a folder of that name."""
    return (source == wanted) | source.startswith(f"{wanted}/")


class SortKey(NamedTuple):
    """A column by which units are put in keep order."""

    column: Literal["value", "length", "number"]
    descending: bool


def keep_keys(keep: Keep) -> tuple[SortKey, ...]:
    """Return the columns of keep order, the one that decides first at the beginning.

    `value` is how much a unit is wanted: its quality for "best", else what a column, a source or a function says.
    `length` is its code points. `number` is its place in the input, or, where documents have an order of their own,
    their place in that.
    """
    number, value = SortKey("number", False), SortKey("value", True)
    named = {
        "first": (number,),
        "last": (SortKey("number", True),),
        "longest": (SortKey("length", True), number),
        "shortest": (SortKey("length", False), number),
        "best": (value, SortKey("length", True), number),
    }
    return named.get(keep, (value, number)) if isinstance(keep, str) else (value, number)


def rank_units(
    numbers: npt.NDArray[np.int64],
    keep: Keep,
    *,
    value: Values | None = None,
    length: npt.NDArray[Any] | None = None,
    order: Values | None = None,
    pinned: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.int64]:
    """Return the place of units in keep order among themselves.

    Parameters
    ----------
    numbers : int64 (n,)
        Their numbers, which ascend.
    keep : str, function or sequence
        The rule; see `find_duplicates`.
    value, length : arrays (n,), optional
        The columns of these names in `keep_keys`, where the rule has them.
    order : float64 (n,), optional
        The order of their documents, infinite where it is not known: these come last. Numbers decide where it is
        equal.
    pinned : bool (n,), optional
        True for units that come before all others.
    """
    columns: list[npt.NDArray[Any]] = [] if pinned is None else [~pinned]
    for key in keep_keys(keep):
        if key.column == "number" and order is not None:
            columns.append(np.where(np.isinf(order), np.inf, -order) if key.descending else order)
        column = {"value": value, "length": length, "number": numbers}[key.column]
        assert column is not None, f"keep={keep!r} goes by {key.column}"
        columns.append(-column if key.descending else column)
    rank = np.empty(len(numbers), np.int64)
    rank[np.lexsort(columns[::-1])] = np.arange(len(numbers))
    return rank


def spans_overlap(start: Any, end: Any, low: Any, high: Any) -> Any:
    """Return whether a span shares text with another one of its document."""
    return (start < high) & (low < end)


def lies_within(start: Any, end: Any, low: Any, high: Any) -> Any:
    """Return whether a span lies in another one of its document: a cut that is withdrawn takes it along."""
    return (start >= low) & (end <= high)


def exceeds(documents: Any, characters: Any, removed: Any, limit: float) -> Any:
    """Return whether more of some documents is removed than a brake allows."""
    return (documents >= LEAST_DOCUMENTS) & (removed > limit * characters)


def link_runs(
    keys: npt.NDArray[Any], documents: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return which anchors of two documents are compared, as pairs of entries.

    `dedupe.kernels.reference.passages.anchors.link` makes the same pairs.

    Parameters
    ----------
    keys : array
        Ascending; entries of one key are in order of their places.
    documents : array
        The document of each entry.
    """
    begins = np.flatnonzero(~repeats(keys)[0])
    sizes = np.diff(np.append(begins, len(keys)))
    first = [
        (begins[chosen] + i, begins[chosen] + j)
        for j in range(1, CROWD)
        for i in range(j)
        for chosen in [sizes > j]
    ]
    # Behind these the first place of each document is linked with the first of all.
    begin = np.repeat(begins, sizes)
    later = np.flatnonzero(np.arange(len(keys)) - begin >= CROWD)
    later = later[documents[later - 1] != documents[later]]
    earlier, later = (np.concatenate(side) for side in zip(*first, (begin[later], later), strict=True))
    apart = documents[earlier] != documents[later]
    return earlier[apart], later[apart]
