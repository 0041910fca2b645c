"""Disjoint spans of one document, kept sorted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator


class Spans:
    """A set of half-open spans; touching and overlapping ones are joined."""

    def __init__(self, starts: Iterable[int] = (), ends: Iterable[int] = ()) -> None:
        # Those of spans in order, none of which touches another.
        self._starts, self._ends = list(starts), list(ends)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self._starts, self._ends, strict=True))

    def __bool__(self) -> bool:
        return bool(self._starts)

    def add(self, start: int, end: int) -> None:
        """Put a span in."""
        first = bisect_left(self._ends, start)
        last = bisect_right(self._starts, end)
        if first < last:
            start = min(start, self._starts[first])
            end = max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def overlaps(self, start: int, end: int) -> bool:
        """Return whether any position of a span is in the set."""
        place = bisect_right(self._ends, start)
        return place < len(self._starts) and self._starts[place] < end

    def covers(self, start: int, end: int) -> bool:
        """Return whether all positions of a span are in the set."""
        place = bisect_right(self._starts, start) - 1
        return place >= 0 and self._ends[place] >= end

    def remove(self, start: int, end: int) -> None:
        """Take out one of the joined spans."""
        place = bisect_left(self._starts, start)
        if (self._starts[place], self._ends[place]) != (start, end):
            raise ValueError(f"[{start},{end}) is not a span of the set")
        del self._starts[place], self._ends[place]

    def withdraw(self, start: int, end: int) -> None:
        """Take out all joined spans that lie in another one."""
        for span in [span for span in self if start <= span[0] and span[1] <= end]:
            self.remove(*span)

    def gaps(self, end: int) -> Iterator[tuple[int, int]]:
        """The spans between 0 and `end` that are not in the set."""
        position = 0
        for start, stop in self:
            if start > position:
                yield position, start
            position = max(position, stop)
        if position < end:
            yield position, end
