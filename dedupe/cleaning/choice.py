"""The choice of what near copies remove: for each sentence that is removed, where its text stays.

Runs are taken in keep order. A run names a kept copy that no removal touches. Where that one is an exact copy
itself, the run names what it copies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import accumulate, chain, islice
from typing import NamedTuple

import numpy as np

from dedupe.cleaning.edges import Edges
from dedupe.cleaning.pairs import CopyPairs, join_pairs, no_letters, pair_similarity, with_marks, with_measures
from dedupe.cleaning.policy import Runs, follow
from dedupe.documents import Corpus
from dedupe.passages.result import Places
from dedupe.passages.similarity import Measure
from dedupe.sorting import Mask
from dedupe.spans import Spans
from dedupe.text.encode import Offsets
from dedupe.text.fold import fold_tokens

_NOTHING = Spans()
# Code points, none of them a letter, that may lie between two sentences of one passage.
_NEAR = 200


class Removed(NamedTuple):
    """A passage that is removed, and its kept copy, in code points of two documents."""

    document: int
    start: int
    end: int
    kept: int
    kept_start: int
    kept_end: int
    similarity: float
    measure: Measure


class _Row(NamedTuple):
    """A sentence of a copy, or a part of one, and where it stands."""

    sentence: int
    start: int
    end: int
    weight: int
    place: int
    facing: int
    kept_start: int
    kept_end: int
    low: int
    """the first sentence of the kept copy that it faces"""
    high: int
    """the one behind the last of them"""
    exact: int
    """how many of these are exact copies"""


class _Target(NamedTuple):
    """The place where the text of a sentence stays: document, first code point and end."""

    document: int
    start: int
    end: int
    opens: bool
    """whether the sentence begins with words of its own"""
    letters: bool
    """whether letters are counted, and not tokens"""
    run: int
    """what it was found in, by number; -1 where it is the place of another copy"""
    place: int
    """the number of the first symbol of the kept copy that it faces"""
    ends: int
    """the number of the one behind the last"""


class Choice:
    """Chooses in keep order what near copies remove."""

    def __init__(self, corpus: Corpus, edges: Edges, pointer: Offsets, least: int) -> None:
        self._corpus, self._edges, self._sentences, self._least = corpus, edges, edges.sentences, least
        self._pointer, self._root = pointer, follow(pointer)
        # Single values of a view are quicker to reach than those of an array.
        self._pointers, self._roots = self._pointer.data, self._root.data
        self._documents, self._starts, self._ends, self._runs = (column.data for column in self._sentences[:4])
        # Where the text of a sentence stays that a near copy removes.
        self._targets: dict[int, _Target] = {}
        self._clipped: dict[int, Spans] = {}
        self._clips: list[tuple[int, int, int, _Target]] = []
        self._taken = 0

    def take(self, runs: Runs) -> None:
        """Take of runs, one after the other, what has a kept copy that stays."""
        starts = runs.rows.kept_start.copy()
        starts[runs.first] = self._edges.kept_starts(runs)
        places = Places(np.repeat(runs.kept, np.diff(runs.offsets)), starts, runs.rows.kept_end)
        own = runs.rows
        about = (own.sentence, own.start, own.end, own.weight, own.place, own.facing)
        low, high = self._edges.find(places)
        exact = np.append(0, np.cumsum(self._pointer >= 0))
        columns = (*about, starts, own.kept_end, low, high, exact[high] - exact[low])
        rows = map(_Row._make, zip(*(column.tolist() for column in columns), strict=True))
        sizes = np.diff(runs.offsets)
        whole = (column.tolist() for column in (runs.copy, runs.kept, sizes, runs.opens, runs.letters))
        for copy, kept, size, opens, letters in zip(*whole, strict=True):
            self._take_run(copy, kept, islice(rows, size), opens, letters)
            self._taken += 1

    def _take_run(self, copy: int, kept: int, rows: Iterable[_Row], opens: bool, letters: bool) -> None:
        own: list[tuple[_Row, _Target | None]] = []
        for row in rows:
            target = self._target(kept, row, opens, letters)
            opens = False
            if target is None and not self._is_gone(row):
                self._take(copy, own)
                own = []
            else:
                own.append((row, target))
        self._take(copy, own)

    def _take(self, document: int, own: Sequence[tuple[_Row, _Target | None]]) -> None:
        if sum(row.weight for row, _ in own) < self._least:
            return
        for row, target in own:
            if target is None or (self._is_gone(row) and not self._is_part(row, target)):
                continue
            if row.sentence >= 0:
                self._targets[row.sentence] = target
            else:
                self._clipped.setdefault(document, Spans()).add(row.start, row.end)
                self._clips.append((document, row.start, row.end, target))

    def _is_part(self, row: _Row, target: _Target) -> bool:
        """Return whether a sentence that is removed as an exact copy faces just that: then the run holds it."""
        if row.sentence < 0 or self._pointers[row.sentence] < 0 or row.sentence in self._targets:
            return False
        document, start, end = self._place(*[self._roots[row.sentence]] * 2)
        return document == target.document and start < target.end and target.start < end

    def _is_gone(self, row: _Row) -> bool:
        number = row.sentence if row.sentence >= 0 else ~row.sentence
        if self._pointers[number] >= 0 or number in self._targets:
            return True
        if not self._clipped:
            return False
        clipped = self._clipped.get(self._documents[number], _NOTHING)
        return clipped.overlaps(row.start, row.end)

    def _target(self, kept: int, row: _Row, opens: bool, letters: bool) -> _Target | None:
        """Return where the text stays that a row faces; None if it does not, or not in one piece."""
        low, high = row.low, row.high
        if kept in self._clipped and self._clipped[kept].overlaps(row.kept_start, row.kept_end):
            return None
        if row.exact <= 0 and self._targets.keys().isdisjoint(range(low, high)):
            ends = row.place + row.facing
            return _Target(kept, row.kept_start, row.kept_end, opens, letters, self._taken, row.place, ends)
        if row.exact < high - low:
            return None
        first = self._roots[low]
        roots = range(first, first + high - low)
        adjoin = self._roots[low:high].tolist() == list(roots) and len({self._runs[root] for root in roots}) == 1
        if not adjoin or not self._targets.keys().isdisjoint(roots):
            return None
        document, start, end = self._facing(row.kept_start, row.kept_end, low, high)
        if self._clipped.get(document, _NOTHING).overlaps(start, end):
            return None
        return _Target(document, start, end, opens, letters, -1, 0, 0)

    def _facing(self, start: int, end: int, low: int, high: int) -> tuple[int, int, int]:
        """Return where `start:end` stays, a stretch of the sentences `low:high`, which are exact copies."""
        document, first, last = self._place(self._roots[low], self._roots[high - 1])
        own, begin, stop = int(self._documents[low]), int(self._starts[low]), int(self._ends[high - 1])
        skipped = [
            sum(len(token.text) for token in fold_tokens(self._corpus.texts.part(own, *gap)))
            if gap[0] < gap[1]
            else 0
            for gap in ((begin, start), (end, stop))
        ]
        if not any(skipped):
            return document, first, last
        tokens = fold_tokens(self._corpus.texts.part(document, first, last))
        sizes = [len(token.text) for token in tokens]
        starts = dict(zip(accumulate(sizes, initial=0), tokens, strict=False))
        ends = dict(zip(accumulate(reversed(sizes), initial=0), reversed(tokens), strict=False))
        # Where spaces were lost, a token may have no edge there.
        if skipped[0] in starts and skipped[1] in ends:
            first, last = first + starts[skipped[0]].start, first + ends[skipped[1]].end
        return document, first, last

    def finish(self, similarity: float) -> list[Removed]:
        """Return all that is removed: near copies that are alike enough, and exact copies of what stays."""
        groups, near = self._near_copies()
        alike = pair_similarity(self._corpus, near) >= similarity
        self._refuse(alike, groups)
        refused: set[int] = set()
        while True:
            stays = list(self._stays(refused))
            groups, near = self._near_copies()
            pairs = join_pairs([with_marks(self._corpus, self._edges, near), self._exact_copies(stays, groups)])
            scores = pair_similarity(self._corpus, pairs)
            # What is left of a near copy whose neighbours are removed for other copies may be none by itself.
            alike = scores[: len(near.letters)] >= similarity
            if alike.all():
                break
            refused |= self._refuse(alike, groups)
        measures: list[Measure] = ["letters" if letters else "tokens" for letters in pairs.letters.tolist()]
        columns = (column.tolist() for column in (*pairs.copy, *pairs.kept, scores))
        return list(map(Removed, *columns, measures))

    def _refuse(self, alike: Mask, groups: Sequence[Sequence[int]]) -> set[int]:
        """Let near copies stay that are not alike enough; answers with their whole sentences."""
        parts, wholes = alike[: len(self._clips)], alike[len(self._clips) :]
        if not parts.all():
            self._clips = [clip for clip, stays in zip(self._clips, parts.tolist(), strict=True) if stays]
            self._clipped = {}
            for document, start, end, _ in self._clips:
                self._clipped.setdefault(document, Spans()).add(start, end)
        numbers = {number for i in np.flatnonzero(~wholes).tolist() for number in groups[i]}
        for number in numbers:
            del self._targets[number]
        return numbers

    def _near_copies(self) -> tuple[list[list[int]], CopyPairs]:
        """Return near copies: parts of sentences, and sentences that follow each other and stay in one piece.

        The first answer has the sentences of each of the latter.
        """
        numbers = np.array(sorted(self._targets), np.int64)
        targets = _columns([self._targets[number] for number in numbers.tolist()])
        begins = np.flatnonzero(~np.append(np.zeros(min(len(numbers), 1), bool), self._go_on(numbers, targets)))
        ends = np.append(begins, len(numbers))[1:]
        groups = [numbers[first:end].tolist() for first, end in zip(begins.tolist(), ends.tolist(), strict=True)]
        clips = np.array([clip[:3] for clip in self._clips], np.int64).reshape(-1, 3).T
        parts = _columns([target for *_, target in self._clips])
        last = ends - 1
        return groups, join_pairs(
            [
                CopyPairs(Places(*clips), Places(*parts[:3]), parts[4] > 0),
                CopyPairs(
                    self._places(numbers[begins], numbers[last]),
                    Places(targets[0][begins], targets[1][begins], targets[2][last]),
                    targets[4][begins] > 0,
                ),
            ]
        )

    def _go_on(self, numbers: Offsets, targets: Offsets) -> Mask:
        """Return which sentences but the first continue the one before, in both copies."""
        one, two = (dict(zip(_Target._fields, part, strict=True)) for part in (targets[:, :-1], targets[:, 1:]))
        before, behind = numbers[:-1], numbers[1:]
        weight, run = np.append(0, np.cumsum(self._sentences.weight)), self._sentences.run
        goes_on: Mask = (two["opens"] == 0) & (one["document"] == two["document"])
        goes_on &= (one["letters"] == two["letters"]) & (one["end"] <= two["start"])
        goes_on &= (run[before] == run[behind]) & (weight[before + 1] == weight[behind])
        in_one = (one["run"] >= 0) & (one["run"] == two["run"])
        goes_on &= ~in_one | (one["ends"] == two["place"])
        # Of two runs, or of other copies, no letter may lie between them.
        asked = np.flatnonzero(goes_on & ~in_one)
        gaps = Places(one["document"][asked], one["end"][asked], two["start"][asked])
        near = gaps.end - gaps.start <= _NEAR
        goes_on[asked] = near
        goes_on[asked[near]] = no_letters(self._corpus, Places(*(column[near] for column in gaps)))
        return goes_on

    def _place(self, first: int, last: int) -> tuple[int, int, int]:
        """Return the place of sentences that follow each other: document, first code point and end."""
        return self._documents[first], self._starts[first], self._ends[last]

    def _places(self, first: Offsets, last: Offsets) -> Places:
        """Return the places of sentences that follow each other, from the first to the last of each."""
        own = self._sentences
        return Places(own.document[first], own.start[first], own.end[last])

    def _exact_copies(self, stays: Sequence[tuple[int, int]], near: Sequence[Sequence[int]]) -> CopyPairs:
        """Return exact copies: sentences that follow each other and copy sentences that do."""
        # Between sentences of a near copy, rules and brackets go with it.
        inside = {number for numbers in near for number in range(numbers[0], numbers[-1])}
        kept = [(number, root) for number, root in stays if root != number and number not in inside]
        numbers, target = np.array(kept, np.int64).reshape(-1, 2).T
        run = self._sentences.run
        breaks = np.diff(numbers, prepend=-2) != 1
        breaks |= np.diff(target, prepend=-2) != 1
        breaks |= (np.diff(run[numbers], prepend=-1) != 0) | (np.diff(run[target], prepend=-1) != 0)
        begins = np.flatnonzero(breaks)
        ends = np.append(begins, len(numbers))[1:] - 1
        copy, kept_copy = (self._places(side[begins], side[ends]) for side in (numbers, target))
        return with_measures(self._corpus, CopyPairs(copy, kept_copy, np.zeros(len(begins), bool)))

    def _stays(self, refused: Set[int]) -> Iterator[tuple[int, int]]:
        """Return each sentence that is an exact copy, and its kept copy, which may be itself.

        If a near copy removes the first sentence, its exact copies are removed for the same kept copy. A copy stays
        as the first one if the first sentence opened with words of its own, or only a part of it is removed. It
        also stays if the copy is refused.
        """
        stays: dict[int, int] = {}
        for number in np.flatnonzero(self._pointer >= 0).tolist():
            if number in self._targets:
                continue
            root = self._roots[number]
            target = self._targets.get(root)
            clipped = self._clipped.get(self._documents[root], _NOTHING)
            opens = target is not None and target.opens and target.document != self._documents[number]
            if target is not None and not opens and number not in refused:
                self._targets[number] = target
            elif target is not None or clipped.overlaps(*self._place(root, root)[1:]):
                yield number, stays.setdefault(root, number)
            else:
                yield number, root


def _columns(targets: Sequence[_Target]) -> Offsets:
    """Return targets as columns."""
    count = len(_Target._fields)
    return np.fromiter(chain.from_iterable(targets), np.int64, count * len(targets)).reshape(-1, count).T.copy()
