"""Repeated passages, as they are reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, overload

from dedupe.documents import Corpus, Id, Unit
from dedupe.errors import InputError
from dedupe.passages.compare import Comparison, compare_texts
from dedupe.spans import Spans


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


class Coverage(NamedTuple):
    """Shares of a document, in code points, that stand in another place too."""

    total: float
    within: float
    """in the document itself"""
    across: float
    """in other documents"""


class _Repeated(NamedTuple):
    """What is repeated of a document."""

    total: Spans
    within: Spans
    across: Spans


@dataclass(frozen=True)
class Passages(Sequence[Passage]):
    """Repeated passages: each copy with the kept one, in the order of the copies."""

    pairs: tuple[Passage, ...]
    groups: tuple[PassageGroup, ...]
    _corpus: Corpus = field(repr=False, compare=False)

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

    def coverage(self, document: Id) -> Coverage:
        """Which share of a document is repeated, inside it and across documents; kept copies count too.

        Raises
        ------
        InputError
            There is no document of this id.
        """
        length = len(self._text(document))
        spans = self._repeated.get(document)
        if not length or spans is None:
            return Coverage(0.0, 0.0, 0.0)
        return Coverage(*(sum(end - start for start, end in own) / length for own in spans))

    def compare(self, passage: Passage) -> Comparison:
        """The two copies of a passage side by side, with the differing words marked, for a terminal or a page."""
        a, b = (
            self._text(document)[start:end]
            for document, start, end in (
                (passage.b, passage.b_start, passage.b_end),
                (passage.a, passage.a_start, passage.a_end),
            )
        )
        return compare_texts(a, b)

    @cached_property
    def _numbers(self) -> dict[Id, int]:
        return {identity: number for number, identity in enumerate(self._corpus.ids)}

    def _text(self, document: Id) -> str:
        if document not in self._numbers:
            raise InputError(f"there is no document {document!r} among those that were searched")
        return self._corpus.texts[self._numbers[document]]

    @cached_property
    def _repeated(self) -> dict[Id, _Repeated]:
        out: dict[Id, _Repeated] = {}
        for group in self.groups:
            places = Counter(copy.id for copy in group.copies)
            for identity, start, end in group.copies:
                own = out.setdefault(identity, _Repeated(Spans(), Spans(), Spans()))
                own.total.add(start, end)
                if places[identity] > 1:
                    own.within.add(start, end)
                if len(places) > 1:
                    own.across.add(start, end)
        return out

    def to_arrow(self) -> Any:
        """An Arrow table with the fields of `Passage`."""
        import pyarrow as pa

        columns = zip(*self.pairs, strict=True) if self.pairs else ((),) * len(Passage._fields)
        return pa.table(dict(zip(Passage._fields, map(list, columns), strict=True)))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)
