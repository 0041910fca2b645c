"""Results of an index: matches of a query, and effects of a change."""

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
    """Effects of adding or removing documents; each part is computed on demand.

    Attributes
    ----------
    compared : int
        Number of candidate pairs that were compared exactly.
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
        """Return the number of new units."""
        return self._end - self._first

    @cached_property
    def kept_count(self) -> int:
        """Return the number of new units that are kept."""
        return len(self._kept_numbers)

    @cached_property
    def kept(self) -> tuple[Unit, ...]:
        """The new units that are kept, in their order."""
        return tuple(name_units(self.snapshot, self._kept_numbers))

    @cached_property
    def duplicates(self) -> tuple[Match, ...]:
        """The new units that resemble a kept unit, in their order; `query` is the new unit."""
        return self._matches(np.setdiff1d(np.arange(self._first, self._end), self._kept_numbers))

    @cached_property
    def superseded(self) -> tuple[Match, ...]:
        """Kept units that are now removed for another, and that unit; none by an `add` with `keep="first"`."""
        return self._matches(self._superseded)

    @cached_property
    def promoted(self) -> tuple[Unit, ...]:
        """Earlier units that are kept only now, since their kept unit was removed or is no longer kept."""
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
    """Return units as results name them."""
    documents, place = np.unique(snapshot.values(units, "unit_document"), return_inverse=True)
    ids: list[Any] = snapshot.ids(documents)
    rows = (place, snapshot.values(units, "unit_start"), snapshot.values(units, "unit_end"))
    return [Unit(ids[i], start, end) for i, start, end in zip(*(row.tolist() for row in rows), strict=True)]
