"""`find_passages`: texts in, repeated passages with their exact places out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.columns import runs
from dedupe.documents import Texts, read_texts
from dedupe.errors import InputError
from dedupe.job import Columns, PassageOptions, Preset
from dedupe.kernels.records import EXACT, PROSE, TEMPLATE, LetterRuns, Sampling, Wanted
from dedupe.options import check
from dedupe.order import sort_documents
from dedupe.parallel import ordered_map, thread_count
from dedupe.passages.groups import group_copies
from dedupe.passages.place import NOTHING, Placed, Sections, joined, locate, place_sections
from dedupe.passages.result import Passage, PassageGroup, Passages, Places
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U32
from dedupe.text.wide import Units
from dedupe.units import UnitTable, whole_documents

_PRESETS: dict[Preset, int] = {"prose": PROSE, "template": TEMPLATE, "exact": EXACT}

# Kernels number letters in 32 bits.
_MOST_LETTERS = (1 << 32) - 1
# Denser anchors find more among edits; across documents they are what fills the memory.
_WITHIN, _ACROSS = Sampling(10, 6), Sampling(14, 12)


def find_passages(
    texts: Texts,
    *,
    min_length: int = PassageOptions.min_length,
    similarity: float = PassageOptions.similarity,
    within: bool = PassageOptions.within,
    across: bool = PassageOptions.across,
    preset: Preset = PassageOptions.preset,
    snap: bool = PassageOptions.snap,
    text: str = Columns.text,
    id: str | None = Columns.id,
    order: str | None = None,
    threads: int | None = None,
) -> Passages:
    """Find passages that occur in two or more places, exactly or edited.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or Arrow object
        The documents.
    min_length : int, default 60, at least 16
        Shortest passage, in letters and digits; one of Chinese, Japanese or Korean counts as two.
    similarity : float, default 0.5
        Least similarity of a copy to the kept copy: 2 · matched tokens / (tokens of one + tokens of the other). If
        only lost or added spaces lower it, the same ratio of letters and digits counts, from 0.8 on.
    within, across : bool, default True
        Look inside documents, and across them.
    preset : {"prose", "template", "exact"}, default "prose"
        The rule for a passage. "prose": similar enough, with stricter limits in documents that repeat themselves
        everywhere, such as manual pages and laws. "template": the stricter limits everywhere. "exact": equal
        letters only, in every document.
    snap : bool, default True
        Move both ends to the edges of sentences or lines. An end moves in to an edge that is near on both sides if
        a sentence is incomplete beyond it. It moves out over white space and punctuation. Inside one document a
        few words without digits may differ at the beginning.
    text, id, order : str, optional
        Columns of a table; see `find_duplicates`. Rows without a text are left out.
    threads : int, optional
        Batches of documents processed at a time; the default is all cores. The result does not depend on it.

    Returns
    -------
    Passages
        A sequence of `Passage`, each copy with the kept copy; `.groups` has all copies of each passage.

    Raises
    ------
    InputError
        An argument is out of range, or a text is not a string.

    Notes
    -----
    Line breaks and sentences matter only for `snap`. Anchors, a sample of runs of ten letters, find stretches of
    letters that are equal after folding. The stretches are chained, and extended at both ends while enough letters
    match. Pieces that fill one place in another order are joined into one passage.

    Equal letters are found in every document. Inside one document this holds from 25/24 of `min_length` on, across
    documents from twice `min_length` on (from `min_length` on with `preset="exact"`). One exception: a stretch made
    of shorter ones that each occur in more than four places may come in pieces. A passage in many places costs one
    comparison for each place.

    Examples
    --------
    >>> from dedupe import find_passages
    >>> text = ("But the old mill by the river has stood empty for forty years now. Nobody knows why. "
    ...         "The council met. But the old mill by the river has stood empty for forty years now.")
    >>> passage = find_passages(text, min_length=50)[0]
    >>> text[passage.a_start:passage.a_end]
    'But the old mill by the river has stood empty for forty years now.'
    """
    PassageOptions(min_length, similarity, within, across, preset, snap, threads)
    return passages_of(
        whole_documents(sort_documents(read_texts(texts, Columns(text, id, order=order), nulls=None))),
        min_length=min_length,
        similarity=similarity,
        within=within,
        across=across,
        preset=preset,
        snap=snap,
        threads=threads,
    )


def passages_of(
    units: UnitTable,
    *,
    min_length: int = PassageOptions.min_length,
    similarity: float = PassageOptions.similarity,
    within: bool = True,
    across: bool = True,
    preset: Preset = "prose",
    snap: bool = True,
    threads: int | None = None,
    rank: Sequence[int] | None = None,
) -> Passages:
    """Find passages in documents or in parts of them, in order; none reaches over the end of a part.

    `rank` has a number for each document: the copy in the document with the lowest number is kept.
    """
    search = Search(min_length, similarity, preset, within=within, across=across, snap=snap)
    return grouped(units, search.run(units, thread_count(threads)), similarity, within=within, rank=rank)


def grouped(
    units: UnitTable, placed: Placed, similarity: float, *, within: bool, rank: Sequence[int] | None = None
) -> Passages:
    """Put together the copies of each passage from stretches that face each other."""
    copies = group_copies(units, placed, similarity, within=within, rank=rank)
    text, start = copies.stretches.text, units.start[copies.stretches.text]
    places = Places(units.document[text], start + copies.stretches.start, start + copies.stretches.end)
    return Passages(units.corpus, places, copies.copy, copies.kept, copies.similarity, copies.letters)


_Item = TypeVar("_Item", bound=np.generic)


class Searched(NamedTuple):
    """Passages inside the documents of a run, and what it takes to look across."""

    placed: Placed
    offsets: Offsets
    letters: Units
    hashes: U32
    places: U32
    covered: tuple[Offsets, Offsets]


class _Column(Generic[_Item]):
    """An array that grows: arrays of numpy take large pages of memory where there are any."""

    def __init__(self, kind: type[_Item], room: int) -> None:
        self._items, self._count = np.empty(room, kind), 0

    def add(self, items: npt.NDArray[_Item]) -> None:
        """Put items behind those that are there."""
        if not self._count and 2 * len(items) >= len(self._items):
            # Most of what there will be: it is not copied.
            self._items, self._count = items, len(items)
            return
        end = self._count + len(items)
        if end > len(self._items):
            self._items = np.concatenate((self._items[: self._count], np.empty(end // 4 + len(items), items.dtype)))
        self._items[self._count : end] = items
        self._count = end

    @property
    def items(self) -> npt.NDArray[_Item]:
        """Return what was added."""
        return self._items[: self._count]


class _Held:
    """Letters, anchors and repeats of all texts, one behind the other."""

    def __init__(self, texts: int, size: int) -> None:
        self.count = 0
        anchors = 5 * size // (2 * (_ACROSS.window + 1))
        self._letters, self._ends = _Column(np.uint16, size), _Column(np.int64, texts + 1)
        self._hashes, self._places = _Column(np.uint32, anchors), _Column(np.uint32, anchors)
        self._starts, self._stops = _Column(np.int64, texts), _Column(np.int64, texts)
        self._ends.add(np.zeros(1, np.int64))

    def add(self, part: Searched) -> None:
        """Add the next texts."""
        self._letters.add(part.letters)
        self._hashes.add(part.hashes)
        self._places.add(part.places + np.uint32(self.count & 0xFFFF_FFFF) if self.count else part.places)
        self._ends.add(part.offsets[1:] + self.count)
        self._starts.add(part.covered[0] + self.count)
        self._stops.add(part.covered[1] + self.count)
        self.count += len(part.letters)

    def columns(self) -> tuple[LetterRuns, tuple[U32, U32], tuple[Offsets, Offsets]]:
        """The letters of texts, hashes and places of anchors, starts and ends of what repeats cover."""
        anchors, covered = (self._hashes.items, self._places.items), (self._starts.items, self._stops.items)
        return (self._letters.items, self._ends.items), anchors, covered


class Search:
    """The way from texts to regions; all texts of a document are searched together.

    Raises
    ------
    InputError
        An argument is out of range.
    """

    def __init__(
        self,
        min_length: int = PassageOptions.min_length,
        similarity: float = PassageOptions.similarity,
        preset: Preset = "prose",
        *,
        within: bool = True,
        across: bool = True,
        snap: bool = True,
    ) -> None:
        check(PassageOptions, min_length=min_length, similarity=similarity, preset=preset)
        check(PassageOptions, within=within, across=across, snap=snap)
        self.similarity, self.min_length = similarity, min_length
        self._within, self._across, self._snap = within, across, snap
        self._wanted = Wanted(min_length, _PRESETS[preset])
        self._place = place_sections
        self._sampling, self._across_sampling = (_sampling(limit, min_length) for limit in (_WITHIN, _ACROSS))

    @property
    def anchor_length(self) -> int:
        """Letters of an anchor that two documents share; half as many of Chinese, Japanese and Korean."""
        return self._across_sampling.k

    def located(self) -> Search:
        """Return this search for regions: each section by itself, not counted, with ends where its letters end."""
        out = copy(self)
        out._place = locate
        return out

    def run(self, units: UnitTable, threads: int) -> Placed:
        """Passages inside documents, then those across."""
        found = [NOTHING]
        size = int((units.end - units.start).sum()) if self._across else 0
        held = _Held(len(units), size)
        for part in ordered_map(lambda run: self.search(units, run), _document_runs(units), threads):
            found.append(part.placed)
            if self._across:
                held.add(part)
        if held.count:
            regions = self._search_across(units, held)
            # Room for the texts, which are read again.
            del held
            found.append(self._place_across(units, regions))
        return joined(found)

    def search(self, units: UnitTable, run: tuple[int, int]) -> Searched:
        """Search inside the documents of a run of units."""
        numbers = np.arange(*run)
        documents = units.document[numbers]
        texts = units.batch(numbers)
        letters, offsets = own = kernels.letters(texts)
        # A document that fills a run is large: it leaves room for the search, and is read again for the places.
        held = None if len(documents) and documents[0] == documents[-1] else texts
        del texts
        sections, section_offsets, *covered = kernels.passages_within(
            own, documents, self._sampling, self._wanted, self._within
        )
        placed = self._place(
            units.batch(numbers) if held is None else held,
            numbers,
            _sections(sections, section_offsets, offsets),
            snap=self._snap,
            min_length=self.min_length,
        )
        none = np.zeros(0, np.uint64), np.zeros(0, np.uint32)
        hashes, places = kernels.anchors(own, self._across_sampling) if self._across else none
        return Searched(placed, offsets, letters, hashes.astype(np.uint32), places, (covered[0], covered[1]))

    def across(
        self,
        units: UnitTable,
        pairs: Sequence[tuple[Offsets, npt.NDArray[np.uint32]]],
        covered: tuple[Offsets, Offsets, Offsets],
    ) -> Placed:
        """Search across a few documents from pairs of places that are known.

        Parameters
        ----------
        units : UnitTable
            All texts of these documents.
        pairs : two of (int64 array, uint32 array)
            Text and letter of the earlier and of the later place of each pair.
        covered : (int64 array, int64 array, int64 array)
            The first text of the document of each stretch that its repeats cover, and start and end in its letters.
        """
        letters = kernels.letters(units.batch(np.arange(len(units))))
        offsets = letters[1]
        places = np.stack([offsets[text] + letter for text, letter in pairs], axis=1)
        # Each pair has a hash of its own, so that it is linked and nothing else.
        hashes = np.repeat(np.arange(len(places), dtype=np.uint32), 2)
        first = offsets[covered[0]]
        regions = kernels.passages_across(
            letters,
            units.document,
            (hashes, places.ravel().astype(np.uint32)),
            (first + covered[1], first + covered[2]),
            self._wanted,
        )
        return self._place_across(units, _sections(*regions, offsets))

    def _search_across(self, units: UnitTable, held: _Held) -> Sections:
        if held.count >= _MOST_LETTERS:
            raise InputError(
                f"more than {_MOST_LETTERS:,} letters are too many for a search across documents in memory: "
                "search in fewer documents at a time, within documents only, or in files within a limit of memory"
            )
        letters, anchors, covered = held.columns()
        regions = kernels.passages_across(letters, units.document, anchors, covered, self._wanted)
        return _sections(*regions, letters[1])

    def _place_across(self, units: UnitTable, found: Sections) -> Placed:
        numbers, own = np.unique(np.concatenate((found.a, found.b)), return_inverse=True)
        a, b = np.split(own, 2)
        return self._place(
            units.batch(numbers), numbers, found._replace(a=a, b=b), snap=self._snap, min_length=self.min_length
        )


def _sampling(limit: Sampling, min_length: int) -> Sampling:
    """Anchors of which there is one at least in each stretch of equal letters of the least length."""
    k = max(4, min(limit.k, min_length // 2))
    return Sampling(k, max(1, min(limit.window, min_length // 4)))


def _document_runs(units: UnitTable) -> Iterator[tuple[int, int]]:
    """Runs of parts that hold whole documents."""
    begins = np.flatnonzero(np.diff(units.document, prepend=-1))
    if not len(begins):
        return
    sizes = np.add.reduceat(units.end - units.start, begins)
    ends = np.append(begins[1:], len(units))
    for first, last in runs(sizes):
        yield int(begins[first]), int(ends[last - 1])


def _sections(sections: Offsets, offsets: Offsets, bounds: Offsets) -> Sections:
    """Sections as letters of texts, whose letters begin at the bounds."""
    a, b = (np.searchsorted(bounds, sections[:, column], side="right") - 1 for column in (0, 2))
    places = sections - np.stack((bounds[a], bounds[a], bounds[b], bounds[b]), axis=1)
    return Sections(a, b, places, offsets)


__all__ = ["Passage", "PassageGroup", "Passages", "Preset", "find_passages", "passages_of"]
