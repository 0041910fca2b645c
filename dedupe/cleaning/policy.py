"""Rules of repeated passages: pure functions on arrays, called by every engine.

Sentences are numbered in keep order. A *window* is the shortest run of sentences from one on that is as long as the
shortest passage. Where a window occurs again, the later one is removed: each of its sentences points to the same
sentence of the first one. So of equal runs of sentences at most one place stays, however copies nest.

What is equal enough and no exact copy is a *region*: sentences of a copy, each with the stretch of the kept copy
that it is aligned with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe.passages.similarity import Measure
from dedupe.sorting import repeats
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U64, hash_runs

# Tokens at the beginning of a passage that may differ inside one document, and the letters of such a passage in
# shortest passages: sentences that run parallel, as of two functions or two cases, are shorter.
OPENING, OPENED = 12, 3
# Letters of the shortest sentence without marks that is cut in two, in shortest passages.
UNMARKED = 3
# Letters of a sentence around an aligned stretch up to which the whole sentence is compared with its copy.
ALTERED = 72


class Windows(NamedTuple):
    """Windows of sentences: first sentence and end, and a key that equal ones share."""

    start: Offsets
    end: Offsets
    key: U64


def cut_windows(run: Offsets, weight: Offsets, key: U64, least: int) -> Windows:
    """Return the window of each sentence that has letters and enough of them behind it.

    Parameters
    ----------
    run : int64 array
        Sentences of one run follow each other, with nothing removed between.
    weight : int64 array
        Their letters.
    key : uint64 array
        Equal for equal sentences.
    least : int
        Letters of the shortest passage.
    """
    count = len(run)
    before = np.zeros(count + 1, np.int64)
    np.cumsum(weight, out=before[1:])
    end = np.searchsorted(before, before[:-1] + least)
    start = np.flatnonzero((weight > 0) & (end <= _ends_of_runs(run)))
    end = end[start]
    return Windows(start, end, hash_runs(key, start, end))


def _ends_of_runs(run: Offsets) -> Offsets:
    """Return for each sentence where its run ends."""
    lasts = np.flatnonzero(np.diff(run, append=-1)) + 1
    sizes = np.diff(lasts, prepend=0)
    return np.repeat(lasts, sizes)


def first_places(windows: Windows, document: Offsets) -> tuple[Offsets, Offsets]:
    """Return the windows that occur before, by number, and the number of the first window that equals each.

    A window that overlaps the first one that equals it is left out: periodic text keeps its first period.

    Parameters
    ----------
    windows : Windows
        All windows.
    document : int64 array
        The document of each sentence.
    """
    order = np.argsort(windows.key, kind="stable")
    again = repeats(windows.key[order])[0]
    begins = np.flatnonzero(~again)
    first = np.repeat(order[begins], np.diff(begins, append=len(order)))
    later, first = order[again], first[again]
    overlap = (document[windows.start[later]] == document[windows.start[first]]) & (
        windows.end[first] > windows.start[later]
    )
    later, first = later[~overlap], first[~overlap]
    in_order = np.argsort(later, kind="stable")
    return later[in_order], first[in_order]


def point_sentences(windows: Windows, later: Offsets, first: Offsets, count: int) -> Offsets:
    """Return for each of `count` sentences the one that it points to, or -1.

    Of several windows that hold a sentence the earliest decides.
    """
    sizes = windows.end[later] - windows.start[later]
    step = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    own = np.repeat(windows.start[later], sizes) + step
    target = np.repeat(windows.start[first], sizes) + step
    pointer = np.full(count, -1)
    own, place = np.unique(own, return_index=True)
    pointer[own] = target[place]
    return pointer


def follow(pointer: Offsets) -> Offsets:
    """Return where each chain of pointers ends: for every sentence one that stays."""
    out = np.where(pointer < 0, np.arange(len(pointer)), pointer)
    while True:
        further = out[out]
        if np.array_equal(further, out):
            return out
        out = further


class Row(NamedTuple):
    """A sentence of a copy, or a part of one, and what it faces in the kept copy.

    Places are code points of the two documents; symbols are tokens, or letters.
    """

    sentence: int
    start: int
    end: int
    weight: int
    """its letters"""
    symbols: int
    matched: int
    first: int
    """where the matched symbols begin"""
    last: int
    leading: int
    """symbols before the first that matches"""
    trailing: int
    kept_start: int
    kept_end: int
    place: int
    """the number of the first symbol of the kept copy that it faces"""
    facing: int
    """symbols of the kept copy from the first to the last that it faces"""

    @property
    def is_whole(self) -> bool:
        """Return whether it begins and ends with what matches, and half of it matches."""
        return self.matched > 0 and not self.leading and not self.trailing and 2 * self.matched >= self.symbols

    @property
    def is_equal(self) -> bool:
        """Return whether all its symbols face symbols that adjoin."""
        return self.symbols == self.matched == self.facing

    @property
    def opens(self) -> bool:
        """Return whether it matches but for a few symbols at its beginning."""
        rest = self.symbols - self.leading
        return 0 < self.leading <= OPENING and self.matched > 0 and not self.trailing and 2 * self.matched >= rest


class Run(NamedTuple):
    """Sentences of a copy that may be removed together, and the documents of both places."""

    copy: int
    kept: int
    rows: tuple[Row, ...]
    opens: bool
    """whether the first sentence begins with words of its own"""
    measure: Measure
    """what was counted: tokens or letters"""


def join_pieces(pieces: Sequence[Row]) -> Row:
    """Return the row of a sentence from those of its pieces, which follow each other."""
    if len(pieces) == 1:
        return pieces[0] if pieces[0].matched else pieces[0]._replace(leading=pieces[0].symbols)
    matching = [piece for piece in pieces if piece.matched]
    symbols = sum(piece.symbols for piece in pieces)
    whole = pieces[0]._replace(
        end=pieces[-1].end,
        weight=sum(piece.weight for piece in pieces),
        symbols=symbols,
        leading=symbols,
        matched=0,
    )
    if not matching:
        return whole
    first, last = matching[0], matching[-1]
    return whole._replace(
        matched=sum(piece.matched for piece in matching),
        leading=sum(piece.symbols for piece in pieces[: pieces.index(first)]) + first.leading,
        trailing=sum(piece.symbols for piece in pieces[pieces.index(last) + 1 :]) + last.trailing,
        first=first.first,
        last=last.last,
        kept_start=first.kept_start,
        kept_end=last.kept_end,
        place=first.place,
        facing=last.place + last.facing - first.place,
    )


def sequences(rows: Sequence[Row], *, opening: bool) -> list[tuple[int, int]]:
    """Return the longest runs `first:end` of whole rows; with `opening`, the first may have words of its own."""
    out: list[tuple[int, int]] = []
    goes_on = False
    for i, row in enumerate(rows):
        if row.is_whole and goes_on:
            out[-1] = (out[-1][0], i + 1)
        elif row.is_whole or (opening and row.opens):
            out.append((i, i + 1))
            goes_on = True
        else:
            goes_on = False
    return out


def adjoining(rows: Sequence[Row | None]) -> list[tuple[int, int]]:
    """Return the longest runs `first:end` of rows between which the kept copy holds nothing more."""
    out: list[tuple[int, int]] = []
    before: Row | None = None
    for i, row in enumerate(rows):
        if row is not None:
            if before is not None and before.place + before.facing == row.place and not row.leading:
                out[-1] = (out[-1][0], i + 1)
            else:
                out.append((i, i + 1))
        before = row
    return out
