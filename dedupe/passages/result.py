"""Results of `find_passages`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from dedupe.documents import Corpus, Id, Unit
from dedupe.errors import InputError
from dedupe.passages.compare import Comparison, compare_texts
from dedupe.passages.similarity import Measure
from dedupe.shown import FirstRows, Shown, beginning
from dedupe.spans import Spans
from dedupe.text.display import counted
from dedupe.text.encode import Offsets

Floats = npt.NDArray[np.float64]


class Passage(NamedTuple):
    """A passage that occurs, perhaps edited, in two places; `b` is the kept copy."""

    a: Id
    a_start: int
    a_end: int
    b: Id
    b_start: int
    b_end: int
    similarity: float
    """2 · matched tokens / (tokens of a + tokens of b), or the same ratio of letters and digits"""
    measure: Measure = "tokens"
    """"letters" where spaces were lost or added, so that tokens do not match"""


@dataclass(frozen=True)
class PassageGroup:
    """All places of one passage, the kept one first."""

    copies: tuple[Unit, ...]
    similarities: tuple[float, ...]
    """similarity of each copy after the first to the first"""
    measures: tuple[Measure, ...]
    """the unit that each similarity counts"""

    @property
    def count(self) -> int:
        """Return the number of places."""
        return len(self.copies)


class Coverage(NamedTuple):
    """Shares of a document, in code points, that occur in another place too."""

    total: float
    within: float
    """in the document itself"""
    across: float
    """in other documents"""


class _Repeated(NamedTuple):
    """The repeated part of a document."""

    total: Spans
    within: Spans
    across: Spans


class Places(NamedTuple):
    """Places in documents: number of the document, first code point and end."""

    document: Offsets
    start: Offsets
    end: Offsets


@dataclass(frozen=True, eq=False, repr=False)
class Passages(Shown, Sequence[Passage]):
    """Repeated passages: each copy with the kept one, in the order of the copies.

    Passages are held as arrays; `Passage` and `PassageGroup` objects are made on demand.
    """

    _corpus: Corpus = field(repr=False)
    _places: Places = field(repr=False)
    _copy: Offsets = field(repr=False)
    """index of each copy among the places"""
    _kept: Offsets = field(repr=False)
    _similarity: Floats = field(repr=False)
    _letters: npt.NDArray[np.bool_] | None = field(default=None, repr=False)
    """whether letters were counted; nowhere if it is empty"""

    @cached_property
    def pairs(self) -> tuple[Passage, ...]:
        """Each copy with the kept copy."""
        order, units = self._order, self._units
        columns = (column[order].tolist() for column in (self._copy, self._kept, self._similarity))
        rows = zip(*columns, _measures(self._by_letters[order]), strict=True)
        return tuple(Passage(*units[copy], *units[kept], *counted) for copy, kept, *counted in rows)

    def columns(self) -> tuple[Places, Places, Floats]:
        """Return the pairs as columns: copies, kept copies with numbers of documents, and similarities."""
        sides = (Places(*(column[of[self._order]] for column in self._places)) for of in (self._copy, self._kept))
        return next(sides), next(sides), self._similarity[self._order]

    def by_column(self) -> dict[str, Any]:
        """Return the fields of `Passage` as columns: arrays, or values and the place of each row's among them."""
        sides = [column for side in self.columns()[:2] for column in ((self._corpus.ids, side[0]), *side[1:])]
        measure = ("tokens", "letters"), self._by_letters[self._order].astype(np.int64)
        return dict(zip(Passage._fields, (*sides, self._similarity[self._order], measure), strict=True))

    @property
    def measures(self) -> list[Measure]:
        """Return the unit that the similarity of each pair counts."""
        return _measures(self._by_letters[self._order])

    @cached_property
    def _by_letters(self) -> npt.NDArray[np.bool_]:
        return np.zeros(len(self._copy), bool) if self._letters is None else self._letters

    @property
    def group_count(self) -> int:
        """Return the number of groups, without making them."""
        return len(np.unique(self._kept))

    @cached_property
    def groups(self) -> tuple[PassageGroup, ...]:
        """All places of each passage, in the order of the first copies."""
        order = np.lexsort((self._copy, self._kept))
        begins = np.flatnonzero(np.diff(self._kept[order], prepend=-1))
        bounds = np.append(begins, len(order)).tolist()
        copies, similarities = self._copy[order].tolist(), self._similarity[order].tolist()
        kept, units, measures = self._kept[order].tolist(), self._units, _measures(self._by_letters[order])
        found = [
            PassageGroup(
                tuple(units[number] for number in (kept[low], *copies[low:high])),
                tuple(similarities[low:high]),
                tuple(measures[low:high]),
            )
            for low, high in pairwise(bounds)
        ]
        first = self._rank[self._copy[order[begins]]]
        return tuple(found[i] for i in np.argsort(first, kind="stable").tolist())

    @cached_property
    def _units(self) -> list[Unit]:
        ids = self._corpus.ids
        columns = zip(*(column.tolist() for column in self._places), strict=True)
        return [Unit(ids[document], start, end) for document, start, end in columns]

    @cached_property
    def _rank(self) -> Offsets:
        """The number of each place in the order of the documents."""
        rank = np.empty(len(self._places.document), np.int64)
        rank[np.lexsort((self._places.end, self._places.start, self._places.document))] = np.arange(len(rank))
        return rank

    @cached_property
    def _order(self) -> Offsets:
        """The pairs in the order of the copies."""
        order: Offsets = np.argsort(self._rank[self._copy], kind="stable")
        return order

    def __len__(self) -> int:
        return len(self._copy)

    @overload
    def __getitem__(self, i: int) -> Passage: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, i: int | slice) -> Passage | tuple[Passage, ...]:
        return self.pairs[i]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self.pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Passages) and (self.pairs, self.groups) == (other.pairs, other.groups)

    __hash__ = None  # type: ignore[assignment]

    def _view(self, limit: int) -> FirstRows:
        title = f"{counted(len(self), 'repeated passage')} in {counted(self.group_count, 'group')}"
        rows = []
        for one in self.pairs[:limit]:
            spans = (one.b, one.b_start, one.b_end), (one.a, one.a_start, one.a_end)
            kept, copy = (beginning(self._text(identity)[start:end]) for identity, start, end in spans)
            places = (f"{identity} [{start}, {end})" for identity, start, end in spans)
            rows.append((*places, one.similarity, *compare_texts(kept, copy).cells()))
        return FirstRows(
            title, ("kept", "copy", "similarity", "text of the kept", "text of the copy"), rows, len(self)
        )

    def coverage(self, document: Id) -> Coverage:
        """Return the repeated share of a document, inside it and across documents; kept copies count too.

        Raises
        ------
        InputError
            No document has this id.
        """
        length = len(self._text(document))
        spans = self._repeated.get(document)
        if not length or spans is None:
            return Coverage(0.0, 0.0, 0.0)
        return Coverage(*(sum(end - start for start, end in own) / length for own in spans))

    def covered(self) -> Offsets:
        """Count the code points of each document that are in passages, kept copies included."""
        used = np.union1d(self._copy, self._kept)
        document, start, end = (column[used] for column in self._places)
        order = np.lexsort((start, document))
        # In one row, documents far enough apart, a place adds what is behind all places before it.
        base = document[order] * (int(end.max(initial=0)) + 1)
        reach = np.maximum.accumulate(base + end[order])
        before = np.maximum(base + start[order], np.concatenate((reach[:1] * 0, reach[:-1])))
        own = np.maximum(base + end[order] - before, 0)
        sums: Offsets = np.bincount(document[order], own, len(self._corpus)).astype(np.int64)
        return sums

    def compare(self, passage: Passage) -> Comparison:
        """Show both copies of a passage side by side, with the differing words marked.

        Raises
        ------
        InputError
            It is no passage, or none of these documents.
        """
        if not isinstance(passage, Passage):
            raise InputError(f"{passage!r} is no passage: give one of these, as in compare(passages[0])")
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
        """Return an Arrow table with the fields of `Passage`."""
        import pyarrow as pa

        columns = self.by_column()
        for name in ("a", "b"):
            values, place = columns[name]
            columns[name] = [values[i] for i in place.tolist()]
        return pa.table(columns | {"measure": pa.array(self.measures, pa.string())})


def _measures(by_letters: npt.NDArray[np.bool_]) -> list[Measure]:
    return ["letters" if letters else "tokens" for letters in by_letters.tolist()]
