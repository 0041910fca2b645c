"""Rules of repeated passages: pure functions on arrays, called by every engine.

Sentences are numbered in keep order. A *window* is the shortest run of sentences from one on that is as long as the
shortest passage. Where a window occurs again, the later one is removed: each of its sentences points to the same
sentence of the first one. So of equal runs of sentences at most one place stays, however copies nest.

A near copy that is equal enough, but not exact, is a *region*: sentences of a copy, each with the aligned stretch
of the kept copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe.sorting import Mask, repeats, spread
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U64, hash_runs

# Tokens at the beginning of a passage that may differ inside one document, and the letters of such a passage, at
# least and in shortest passages: sentences that run parallel, as of two functions or two cases, are shorter.
OPENING, OPENED, OPENED_TIMES = 12, 300, 3
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

    If several windows hold a sentence, the earliest decides.
    """
    start, end = windows.start[later], windows.end[later]
    # Neither falls from one window to the next, so that the first one that ends behind a sentence is the earliest.
    sentence = np.arange(count)
    place = np.searchsorted(end, sentence, side="right")
    held = np.flatnonzero(place < len(later))
    held = held[start[place[held]] <= held]
    pointer = np.full(count, -1)
    pointer[held] = held + (windows.start[first] - start)[place[held]]
    return pointer


def follow(pointer: Offsets) -> Offsets:
    """Return where each chain of pointers ends: for every sentence one that stays."""
    out = np.where(pointer < 0, np.arange(len(pointer)), pointer)
    while True:
        further = out[out]
        if np.array_equal(further, out):
            return out
        out = further


class Rows(NamedTuple):
    """Sentences of copies, or parts of them, and what each faces in its kept copy, in columns.

    Places are code points of the two documents; symbols are tokens, or letters.
    """

    sentence: Offsets
    start: Offsets
    end: Offsets
    weight: Offsets
    """its letters"""
    symbols: Offsets
    matched: Offsets
    first: Offsets
    """where the matched symbols begin"""
    last: Offsets
    leading: Offsets
    """symbols before the first that matches"""
    trailing: Offsets
    kept_start: Offsets
    kept_end: Offsets
    place: Offsets
    """the number of the first symbol of the kept copy that it faces"""
    facing: Offsets
    """symbols of the kept copy from the first to the last that it faces"""

    def select(self, chosen: Offsets | Mask) -> Rows:
        """Some of the rows, by number or mask."""
        return Rows(*(column[chosen] for column in self))

    @property
    def is_whole(self) -> Mask:
        """Return which begin and end with what matches, and half of them matches."""
        inner = (self.leading == 0) & (self.trailing == 0)
        whole: Mask = (self.matched > 0) & inner & (2 * self.matched >= self.symbols)
        return whole

    @property
    def is_equal(self) -> Mask:
        """Return which have symbols that all face symbols that adjoin."""
        equal: Mask = (self.symbols == self.matched) & (self.matched == self.facing)
        return equal

    @property
    def opens(self) -> Mask:
        """Return which match but for a few symbols at their beginning."""
        few = (self.leading > 0) & (self.leading <= OPENING)
        rest = self.symbols - self.leading
        opens: Mask = few & (self.matched > 0) & (self.trailing == 0) & (2 * self.matched >= rest)
        return opens

    @property
    def matching(self) -> Offsets:
        """The letters of each, without those of the symbols before the first that matches."""
        return self.weight * (self.symbols - self.leading) // self.symbols


class Runs(NamedTuple):
    """Sentences of copies that may be removed together, in columns."""

    region: Offsets
    """the region that each run was found in"""
    copy: Offsets
    """the document of the copy"""
    kept: Offsets
    """the document of the kept copy"""
    offsets: Offsets
    """where the rows of each run begin, and the end of the last ones"""
    rows: Rows
    opens: Mask
    """whether the first sentence begins with words of its own"""
    letters: Mask
    """whether letters were counted, and not tokens"""

    @property
    def first(self) -> Offsets:
        """The first row of each run."""
        return self.offsets[:-1]

    @property
    def last(self) -> Offsets:
        """The last row of each run."""
        return self.offsets[1:] - 1

    @property
    def matching(self) -> Offsets:
        """The letters of each run that count for the shortest passage."""
        total = np.append(0, np.cumsum(self.rows.matching))
        return np.diff(total[self.offsets])

    def select(self, chosen: Offsets | Mask) -> Runs:
        """Some of the runs, by number or mask."""
        begins, ends = self.offsets[:-1][chosen], self.offsets[1:][chosen]
        return Runs(
            self.region[chosen],
            self.copy[chosen],
            self.kept[chosen],
            np.append(0, np.cumsum(ends - begins)),
            self.rows.select(spread(begins, ends)),
            self.opens[chosen],
            self.letters[chosen],
        )


def join_runs(parts: Sequence[Runs]) -> Runs:
    """Return the runs of all parts, one part behind the other."""
    sizes = np.concatenate([np.diff(part.offsets) for part in parts])
    return Runs(
        np.concatenate([part.region for part in parts]),
        np.concatenate([part.copy for part in parts]),
        np.concatenate([part.kept for part in parts]),
        np.append(0, np.cumsum(sizes)),
        Rows(*(np.concatenate(columns) for columns in zip(*(part.rows for part in parts), strict=True))),
        np.concatenate([part.opens for part in parts]),
        np.concatenate([part.letters for part in parts]),
    )


def join_pieces(pieces: Rows, begins: Offsets) -> Rows:
    """Return the rows of sentences from those of their pieces; the pieces of a sentence follow each other."""
    if not len(begins):
        return pieces
    ends = np.append(begins[1:], len(pieces.sentence))
    numbers, matches = np.arange(len(pieces.sentence)), pieces.matched > 0
    first = np.minimum.reduceat(np.where(matches, numbers, len(numbers)), begins)
    last = np.maximum.reduceat(np.where(matches, numbers, -1), begins)
    known = last >= 0
    # Where nothing matches, the first piece says what else there is.
    first, last = np.where(known, first, begins), np.where(known, last, begins)
    symbols = np.append(0, np.cumsum(pieces.symbols))
    whole = pieces.select(first)
    return whole._replace(
        start=pieces.start[begins],
        end=pieces.end[ends - 1],
        weight=np.add.reduceat(pieces.weight, begins),
        symbols=symbols[ends] - symbols[begins],
        matched=np.add.reduceat(pieces.matched, begins),
        last=pieces.last[last],
        leading=np.where(known, symbols[first] - symbols[begins] + whole.leading, symbols[ends] - symbols[begins]),
        trailing=np.where(known, symbols[ends] - symbols[last + 1], 0) + pieces.trailing[last],
        kept_end=pieces.kept_end[last],
        facing=pieces.place[last] + pieces.facing[last] - whole.place,
    )


def sequences(rows: Rows, region: Offsets, opening: Mask) -> tuple[Offsets, Offsets]:
    """Return the longest runs `first:end` of whole rows; with `opening`, the first may have words of its own."""
    whole = rows.is_whole
    member = whole | (opening & rows.opens)
    begins = member & ~(whole & _goes_on(member, region))
    return _runs_of(begins, member)


def adjoining(rows: Rows, region: Offsets, chosen: Mask) -> tuple[Offsets, Offsets]:
    """Return the longest runs `first:end` of chosen rows between which the kept copy holds nothing more."""
    follows = np.append(0, (rows.place + rows.facing)[:-1])[: len(chosen)] == rows.place
    return _runs_of(chosen & ~(_goes_on(chosen, region) & follows & (rows.leading == 0)), chosen)


def _goes_on(member: Mask, region: Offsets) -> Mask:
    """Return which rows follow a member of their region."""
    out: Mask = np.append(False, member[:-1])[: len(member)] & (np.diff(region, prepend=-1) == 0)
    return out


def _runs_of(begins: Mask, member: Mask) -> tuple[Offsets, Offsets]:
    """Return first and end of runs of members, which begin where `begins` says."""
    numbers = np.append(np.flatnonzero(begins), len(member))
    # What is no member ends a run, too.
    total = np.append(0, np.cumsum(member))
    return numbers[:-1], numbers[:-1] + np.diff(total[numbers])
