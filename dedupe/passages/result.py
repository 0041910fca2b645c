"""Repeated passages, as they are reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

from dedupe.documents import Id, Unit


class Passage(NamedTuple):
    """A stretch of one text that stands, perhaps edited, in another place too; `b` is the copy that is kept."""

    a: Id
    a_start: int
    a_end: int
    b: Id
    b_start: int
    b_end: int
    similarity: float
    """2 · matched tokens / (tokens of a + tokens of b)"""


@dataclass(frozen=True)
class PassageGroup:
    """All places of one passage, the kept one first."""

    copies: tuple[Unit, ...]
    similarities: tuple[float, ...]
    """of each copy but the first, to the first"""

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self.copies)


@dataclass(frozen=True)
class Passages(Sequence[Passage]):
    """Repeated passages: each later copy with the kept one, in the order of the later copies."""

    pairs: tuple[Passage, ...]
    groups: tuple[PassageGroup, ...]

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, i: int) -> Passage: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, i: int | slice) -> Passage | tuple[Passage, ...]:
        return self.pairs[i]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self.pairs)

    def __repr__(self) -> str:
        return f"<{len(self.pairs)} repeated passages in {len(self.groups)} groups>"

    def to_arrow(self) -> Any:
        """An Arrow table with the fields of `Passage`."""
        import pyarrow as pa

        columns = zip(*self.pairs, strict=True) if self.pairs else ((),) * len(Passage._fields)
        return pa.table(dict(zip(Passage._fields, map(list, columns), strict=True)))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)
