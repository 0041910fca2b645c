"""Answers of an index: matches of a query, and groups that a change made."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from dedupe.documents import Id, Unit
from dedupe.index.snapshot import Snapshot
from dedupe.text.display import counted
from dedupe.text.encode import Offsets


class Match(NamedTuple):
    """A unit of a query and a unit in the index that resembles it."""

    query: Id
    query_start: int
    query_end: int
    id: Id
    start: int
    end: int
    similarity: float


class Change:
    """Effects of adding or removing documents; each part is made when it is asked for.

    Attributes
    ----------
    compared : int
        How many candidate pairs were compared exactly.
    snapshot : Snapshot
        The index after the change.
    """

    def __init__(
        self, snapshot: Snapshot, added: tuple[int, int], superseded: Offsets, promoted: Offsets, compared: int
    ) -> None:
        self.snapshot, self._first, self._end = snapshot, *added
        self._superseded, self._promoted = superseded, promoted
        self.compared = compared

    @property
    def units(self) -> int:
        """Return how many units came in."""
        return self._end - self._first

    @cached_property
    def kept_count(self) -> int:
        """Return how many of the new units stay."""
        return len(self._kept_numbers)

    @cached_property
    def kept(self) -> tuple[Unit, ...]:
        """The new units that stay, in their order."""
        return tuple(name_units(self.snapshot, self._kept_numbers))

    @cached_property
    def duplicates(self) -> tuple[Match, ...]:
        """The new units that resemble a kept one (the `query` side is the new one), in their order."""
        return self._matches(np.setdiff1d(np.arange(self._first, self._end), self._kept_numbers))

    @cached_property
    def superseded(self) -> tuple[Match, ...]:
        """Units that were kept and belong to another now, and that one; never by an `add` with `keep="first"`."""
        return self._matches(self._superseded)

    @cached_property
    def promoted(self) -> tuple[Unit, ...]:
        """Units that were there and are kept only now, since what they belonged to is gone or no longer kept."""
        return tuple(name_units(self.snapshot, self._promoted))

    @cached_property
    def _kept_numbers(self) -> Offsets:
        numbers = np.arange(self._first, self._end)
        kept: Offsets = numbers[self.snapshot.owners(numbers).kept == numbers]
        return kept

    def _matches(self, units: Offsets) -> tuple[Match, ...]:
        owners = self.snapshot.owners(units)
        left, right = (name_units(self.snapshot, side) for side in (units, owners.kept))
        return tuple(
            Match(*a, *b, value) for a, b, value in zip(left, right, owners.similarity.tolist(), strict=True)
        )

    def __repr__(self) -> str:
        return (
            f"<Change: {counted(self.units, 'unit')} added, {len(self._superseded):,} superseded, "
            f"{len(self._promoted):,} promoted>"
        )


def name_units(snapshot: Snapshot, units: Offsets) -> list[Unit]:
    """Units as results name them."""
    documents, place = np.unique(snapshot.values(units, "unit_document"), return_inverse=True)
    ids: list[Any] = snapshot.ids(documents)
    rows = (place, snapshot.values(units, "unit_start"), snapshot.values(units, "unit_end"))
    return [Unit(ids[i], start, end) for i, start, end in zip(*(row.tolist() for row in rows), strict=True)]
