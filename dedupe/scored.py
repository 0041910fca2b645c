"""Scores of texts: held as columns, read as a sequence of rows. Every scorer returns one of these."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TypeVar, overload

from dedupe.shown import Shown

Row = TypeVar("Row")


class Scored(Shown, Sequence[Row]):
    """A sequence of rows that are made when they are asked for, and an Arrow table of the columns."""

    @abstractmethod
    def _row(self, i: int) -> Row:
        """Row `i`, from 0 on."""

    @overload
    def __getitem__(self, i: int) -> Row: ...
    @overload
    def __getitem__(self, i: slice) -> list[Row]: ...
    def __getitem__(self, i: int | slice) -> Row | list[Row]:
        if isinstance(i, slice):
            return [self._row(j) for j in range(len(self))[i]]
        try:
            place = range(len(self))[i]
        except IndexError:
            raise IndexError(f"there is no row {i}: there are {len(self):,}") from None
        return self._row(place)

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, range(len(self)))
