"""Result of `find_duplicates`: pairs, groups, kept units, and a stricter threshold without a second run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, Literal, NamedTuple, TypeVar, overload

import numpy as np
import numpy.typing as npt

from dedupe import kernels, worksize
from dedupe.documents import Id, Origin, Unit, as_given, id_column
from dedupe.duplicates.groups import Assignment, assign
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.verify import FoundPairs
from dedupe.errors import DedupeError, InputError
from dedupe.frames import TableRows
from dedupe.job import Linkage
from dedupe.lsh import check_probability
from dedupe.passages.compare import compare_texts
from dedupe.shown import FirstRows, Shown, beginning
from dedupe.sorting import Mask, distinct
from dedupe.text.display import counted
from dedupe.text.encode import Offsets, encode_batch
from dedupe.units import UnitTable

# Copies of one text up to which `pairs="all"` lists every pair of them; of more, each with the first only.
EXPANDED_COPIES = 32

Data = TypeVar("Data")


class Pair(NamedTuple):
    """Two units and their exact similarity; with `pairs="kept"`, `a` is the kept unit."""

    a: Id
    b: Id
    similarity: float
    a_start: int
    a_end: int
    b_start: int
    b_end: int
    against: bool = False
    """whether `a` is of the corpus given as `against`"""


class Group(NamedTuple):
    """A kept unit and the units that resemble it: ids for documents, `Unit` below."""

    kept: Any
    cluster: tuple[Any, ...]
    """the kept unit, then its members in input order"""
    similarities: tuple[float, ...]
    """the similarity of each of `cluster` to the kept unit; the first is 1"""
    against: bool = False
    """whether the kept unit is of the corpus given as `against`"""


class Counts(NamedTuple):
    """Counts of kept units, of their members, and of groups."""

    kept: int
    removed: int
    groups: int


class Pairs(Shown, Sequence[Pair]):
    """Pairs as columns, read as a sequence of `Pair`; `to_arrow` converts them without a loop."""

    def __init__(self, units: UnitTable, old: int, found: FoundPairs) -> None:
        self._units, self._old = units, old
        self._a, self._b, self.similarity = found.a, found.b, found.similarity

    def __len__(self) -> int:
        return len(self._a)

    @overload
    def __getitem__(self, i: int) -> Pair: ...
    @overload
    def __getitem__(self, i: slice) -> list[Pair]: ...
    def __getitem__(self, i: int | slice) -> Pair | list[Pair]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        a, b = (self._units.reference(int(side[i])) for side in (self._a, self._b))
        against = bool(self._a[i] < self._old)
        return Pair(a.id, b.id, float(self.similarity[i]), a.start, a.end, b.start, b.end, against)

    def __iter__(self) -> Iterator[Pair]:
        return (self[i] for i in range(len(self)))

    def _view(self, limit: int) -> FirstRows:
        columns = ("a", "b", "similarity", "text of a", "text of b")
        return FirstRows(counted(len(self), "pair"), columns, self.rows_to_show(limit), len(self))

    def rows_to_show(self, limit: int) -> list[tuple[Any, ...]]:
        """Return the first pairs with their texts; a text that can no longer be read is empty."""
        rows = []
        for i in range(min(len(self), limit)):
            numbers = int(self._a[i]), int(self._b[i])
            try:
                texts = [beginning(self._units.text(number)) for number in numbers]
            except DedupeError:
                texts = ["", ""]
            names = [self._units.reference(number) for number in numbers]
            shown = (one.id if self._units.unit == "document" else "{} [{}, {})".format(*one) for one in names)
            rows.append((*shown, float(self.similarity[i]), *compare_texts(*texts).cells()))
        return rows

    def to_arrow(self) -> Any:
        """Return an Arrow table with the fields of `Pair`; pandas and polars read it directly."""
        import pyarrow as pa

        units = self._units
        columns: dict[str, Any] = {}
        for name, side in (("a", self._a), ("b", self._b)):
            columns[name] = id_column(units.corpus.ids[d] for d in units.document[side].tolist())
        columns["similarity"] = self.similarity
        for name, side in (("a", self._a), ("b", self._b)):
            columns[f"{name}_start"] = units.start[side]
            columns[f"{name}_end"] = units.end[side]
        columns["against"] = self._a < self._old
        return pa.table(columns)


@dataclass(frozen=True, repr=False)
class Duplicates(Shown, Generic[Data]):
    """Near-duplicates among units, grouped so that every member resembles its kept unit directly.

    It is a sequence of its groups; as a table it has a row for each unit.
    """

    settings: Settings
    """settings of the comparison: unit, shingle, threshold, recall, bands"""
    listed: Literal["kept", "all"]
    """the pairs that `.pairs` lists: kept or all"""
    linkage: Linkage
    """how pairs became groups"""
    compared: int
    """number of candidate pairs that were compared exactly"""
    largest_bucket: int
    """number of distinct units in the fullest bucket"""
    _units: UnitTable
    _old: int
    _representative: Offsets
    _rank: Offsets
    _pinned: Mask
    _found: FoundPairs
    _assignment: Assignment
    _origin: Origin | None = None
    _before: int = 0

    @cached_property
    def data(self) -> Data:
        """The kept documents, in the form that `find_duplicates` was given.

        A table or column of pandas, polars (lazy too), Arrow, DuckDB or datasets keeps its own type. The rows of
        removed documents are left out; rows without a text stay. Other texts are a list or a dict.

        Raises
        ------
        InputError
            Paragraphs or sentences were compared: no document is removed entirely.
        """
        units, before = self._units, self._before
        if units.unit != "document" or self._origin is None:
            wrong = (
                ".data is of results of find_duplicates" if self._origin is None else f"{units.unit}s were compared"
            )
            raise InputError(f"{wrong}, so there are no documents to give back: .kept names the units that stay")
        corpus = units.corpus
        stays = np.ones(len(corpus), bool)
        stays[:before] = stays[units.document[self._member_numbers()]] = False
        numbers = (np.flatnonzero(stays) - before).tolist()
        ids = [] if isinstance(self._origin, TableRows) else corpus.ids[before:]
        data: Data = as_given(self._origin, ids, numbers, lambda number: corpus.texts[number + before], ())
        return data

    @cached_property
    def kept_unit(self) -> Offsets:
        """The number of the kept unit of each unit; a kept unit has its own number."""
        return self._assignment.kept[self._representative]

    @cached_property
    def similarity_to_kept(self) -> npt.NDArray[np.float64]:
        """The exact similarity of each unit to its kept unit; 1 for a kept unit."""
        return self._assignment.similarity[self._representative]

    @property
    def counts(self) -> Counts:
        """Return the numbers of kept units, of their members, and of groups."""
        members = self._member_numbers()
        return Counts(len(self._kept_numbers()), len(members), len(distinct(self.kept_unit[members])))

    @property
    def units(self) -> tuple[Unit, ...]:
        """All units that were compared, in input order."""
        return tuple(self._units.references(np.arange(self._old, len(self._units))))

    @cached_property
    def kept(self) -> tuple[Any, ...]:
        """Return the kept units, in input order: ids of documents, or `Unit` for smaller units."""
        return self._names(self._kept_numbers())

    @property
    def may_break_lines(self) -> bool:
        """Return whether an id of any document may hold a line break or tab."""
        return not "".join(map(str, self._units.corpus.ids)).isprintable()

    def kept_lines(self) -> Iterator[tuple[list[Id], bytes | memoryview]]:
        """Ids of documents with kept units, and a line for each of these units: the id, and its place."""
        kept, units = self._kept_numbers(), self._units
        for first in range(0, len(kept), worksize.SIZES.documents):
            numbers = kept[first : first + worksize.SIZES.documents]
            document = units.document[numbers]
            begins = np.diff(document, prepend=-1) != 0
            ids = [units.corpus.ids[document] for document in document[begins].tolist()]
            if units.unit == "document":
                yield ids, "".join(f"{identity}\n" for identity in ids).encode("utf-8", "surrogatepass")
                continue
            names = encode_batch([str(identity) for identity in ids])
            place = np.cumsum(begins) - 1
            yield ids, kernels.place_lines(names, place, units.start[numbers], units.end[numbers]).data

    @cached_property
    def removed(self) -> tuple[Any, ...]:
        """Return the removed units, in input order: ids of documents, or `Unit` for smaller units."""
        return self._names(self._member_numbers())

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups of two or more units, in the input order of their kept units."""
        return tuple(self.iter_groups())

    def iter_groups(self) -> Iterator[Group]:
        """Make the groups one by one."""
        members = self._member_numbers()
        kept = self.kept_unit[members]
        order = np.argsort(kept, kind="stable")
        starts = np.flatnonzero(np.diff(kept[order], prepend=-1))
        for same in np.split(order, starts[1:]) if len(order) else []:
            numbers = members[same]
            cluster = self._names(np.append(kept[same[:1]], numbers))
            old = bool(kept[same[0]] < self._old)
            yield Group(cluster[0], cluster, (1.0, *self.similarity_to_kept[numbers].tolist()), old)

    @cached_property
    def pairs(self) -> Pairs:
        """The verified pairs.

        With `pairs="kept"`: each removed unit with its kept unit. With `pairs="all"`: every pair of units at or
        above the threshold. If a text has more than 32 exact copies, each copy is listed with the first one only.
        By containment, `b` is contained in `a`; if two units contain each other, both pairs are listed.
        """
        return self.kept_pairs if self.listed == "kept" else self._expanded()

    def texts_of(self, wanted: Collection[tuple[Id, bool]]) -> dict[tuple[Id, bool], str]:
        """Return the texts of a few documents, by id and whether the document is of `against`."""
        corpus = self._units.corpus
        old = int(self._units.document[self._old - 1]) + 1 if self._old else 0
        known = set(wanted)
        keys = ((identity, number < old) for number, identity in enumerate(corpus.ids))
        return {key: corpus.texts[number] for number, key in enumerate(keys) if key in known}

    @cached_property
    def kept_pairs(self) -> Pairs:
        """Each removed unit with its kept unit, whatever `.pairs` lists."""
        members = self._member_numbers()
        found = FoundPairs(self.kept_unit[members], members, self.similarity_to_kept[members], 0)
        return Pairs(self._units, self._old, found)

    def at(self, threshold: float) -> Duplicates[Data]:
        """Return this result at a stricter threshold, from the stored similarities.

        Raises
        ------
        InputError
            The run listed only kept pairs, or the threshold is below the run's.
        """
        if self.listed != "all":
            raise InputError('at() needs every pair: run find_duplicates(..., pairs="all") first')
        check_probability("threshold", threshold, high_open=False)
        if threshold < self.settings.threshold:
            raise InputError(
                f"at({threshold}) is not in {self.settings.threshold}..1: pairs below the run's threshold "
                "were not stored; run again with a lower threshold"
            )
        near = self._found.similarity >= threshold
        a, b, similarity, compared = self._found
        found = FoundPairs(a[near], b[near], similarity[near], compared)
        settings = replace(self.settings, threshold=threshold)
        assignment = assign(self._units, settings, self.linkage, found, self._rank, self._pinned)
        return replace(self, settings=settings, _found=found, _assignment=assignment)

    def to_arrow(self) -> Any:
        """Return an Arrow table with a row for each unit: its place, whether it is kept, and its kept unit."""
        import pyarrow as pa

        units, new = self._units, np.arange(self._old, len(self._units))
        kept, ids = self.kept_unit[new], self._units.corpus.ids
        columns = {
            "id": id_column(ids[d] for d in units.document[new].tolist()),
            "start": units.start[new],
            "end": units.end[new],
            "kept": kept == new,
            "kept_id": id_column(ids[d] for d in units.document[kept].tolist()),
            "kept_start": units.start[kept],
            "kept_end": units.end[kept],
            "similarity": self.similarity_to_kept[new],
            "against": kept < self._old,
        }
        return pa.table(columns)

    def __len__(self) -> int:
        return self.counts.groups

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups)

    @overload
    def __getitem__(self, i: int) -> Group: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[Group, ...]: ...
    def __getitem__(self, i: int | slice) -> Group | tuple[Group, ...]:
        return self.groups[i]

    def _view(self, limit: int) -> FirstRows:
        settings, pairs = self.settings, self.kept_pairs
        units = counted(len(self._units) - self._old, settings.unit)
        title = f"Duplicates: {units}, {len(self._kept_numbers())} kept, {settings.shingle} at {settings.threshold}"
        columns = ("kept", "removed", "similarity", "text of the kept", "text of the removed")
        return FirstRows(title, columns, pairs.rows_to_show(limit), len(pairs))

    def _names(self, numbers: Offsets) -> tuple[Any, ...]:
        units = self._units
        if units.unit != "document":
            return tuple(units.references(numbers))
        ids = units.corpus.ids
        return tuple(ids[document] for document in units.document[numbers].tolist())

    def _kept_numbers(self) -> Offsets:
        new = np.arange(self._old, len(self._units))
        kept: Offsets = new[self.kept_unit[new] == new]
        return kept

    def _member_numbers(self) -> Offsets:
        return np.flatnonzero(self.kept_unit != np.arange(len(self._units)))

    def _expanded(self) -> Pairs:
        """Return all pairs, with the exact copies of each side added."""
        copies: dict[int, list[int]] = {}
        for unit in np.flatnonzero(self._representative != np.arange(len(self._units))).tolist():
            copies.setdefault(int(self._representative[unit]), []).append(unit)
        a, b, similarity = (column.tolist() for column in self._found[:3])
        if copies:
            for left, right, value in list(zip(a, b, similarity, strict=True)):
                lefts, rights = ([u, *_few(copies.get(u))] for u in (left, right))
                more = [(x, y) for x in lefts for y in rights][1:]
                a += [x for x, _ in more]
                b += [y for _, y in more]
                similarity += [value] * len(more)
            for first, rest in copies.items():
                same = [first, *rest]
                for place, left in enumerate(same if _few(rest) else same[:1]):
                    later = same[place + 1 :]
                    a += [left] * len(later)
                    b += later
                    similarity += [1.0] * len(later)
        ends = np.array([a, b], np.int64).reshape(2, -1)
        if self.settings.by == "jaccard":
            ends = np.sort(ends, axis=0)
        order = np.lexsort((ends[1], ends[0]))
        found = FoundPairs(ends[0][order], ends[1][order], np.array(similarity, np.float64)[order], 0)
        return Pairs(self._units, self._old, found)


def _few(copies: list[int] | None) -> list[int]:
    return copies if copies and len(copies) < EXPANDED_COPIES else []
