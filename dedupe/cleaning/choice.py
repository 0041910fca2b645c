"""The choice of what near copies remove: for each sentence that is removed, where its text stays.

Runs are taken in keep order. A run names a kept copy that no removal touches. Where that one is an exact copy
itself, the run names what it copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.cleaning.edges import Edges
from dedupe.cleaning.pairs import CopyPair, pair_similarity, with_marks, with_measures
from dedupe.cleaning.policy import Row, Run, follow
from dedupe.documents import Corpus
from dedupe.passages.result import Places
from dedupe.passages.similarity import Measure
from dedupe.spans import Spans
from dedupe.text.encode import Offsets, encode_batch
from dedupe.text.fold import fold_tokens
from dedupe.text.space import skip_space

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


class _Target(NamedTuple):
    """The place where the text of a sentence stays: document, first code point and end."""

    document: int
    start: int
    end: int
    opens: bool
    """whether the sentence begins with words of its own"""
    measure: Measure
    run: Run | None
    """what it was found in; None where it is the place of another copy"""
    row: Row | None


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

    def take(self, run: Run) -> None:
        """Take of a run what has a kept copy that stays."""
        own: list[tuple[Row, _Target | None]] = []
        starts, ends = [row.kept_start for row in run.rows], [row.kept_end for row in run.rows]
        starts[0] = self._edges.kept_place(run)[0]
        places = Places(np.full(len(starts), run.kept), np.array(starts, np.int64), np.array(ends, np.int64))
        low, high = self._edges.find(places)
        for row, *place in zip(run.rows, starts, ends, low.tolist(), high.tolist(), strict=True):
            target = self._target(run, row, *place)
            if target is None and not self._is_gone(row):
                self._take(run.copy, own)
                own = []
            else:
                own.append((row, target))
        self._take(run.copy, own)

    def _take(self, document: int, own: Sequence[tuple[Row, _Target | None]]) -> None:
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

    def _is_part(self, row: Row, target: _Target) -> bool:
        """Return whether a sentence that is removed as an exact copy faces just that: then the run holds it."""
        if row.sentence < 0 or self._pointers[row.sentence] < 0 or row.sentence in self._targets:
            return False
        document, start, end = self._place(*[self._roots[row.sentence]] * 2)
        return document == target.document and start < target.end and target.start < end

    def _is_gone(self, row: Row) -> bool:
        number = row.sentence if row.sentence >= 0 else ~row.sentence
        if self._pointers[number] >= 0 or number in self._targets:
            return True
        if not self._clipped:
            return False
        clipped = self._clipped.get(self._documents[number], _NOTHING)
        return clipped.overlaps(row.start, row.end)

    def _target(self, run: Run, row: Row, start: int, end: int, low: int, high: int) -> _Target | None:
        """Return where the text stays that a row faces; None if it does not, or not in one piece.

        It faces `start:end` of the kept copy, in the sentences `low:high`.
        """
        opens = run.opens and row is run.rows[0]
        if self._clipped.get(run.kept, _NOTHING).overlaps(start, end):
            return None
        is_exact = [pointer >= 0 for pointer in self._pointers[low:high]]
        if not any(is_exact) and self._targets.keys().isdisjoint(range(low, high)):
            return _Target(run.kept, start, end, opens, run.measure, run, row)
        if not all(is_exact):
            return None
        first = self._roots[low]
        roots = range(first, first + high - low)
        adjoin = self._roots[low:high].tolist() == list(roots) and len({self._runs[root] for root in roots}) == 1
        if not adjoin or not self._targets.keys().isdisjoint(roots):
            return None
        document, start, end = self._facing(start, end, low, high)
        if self._clipped.get(document, _NOTHING).overlaps(start, end):
            return None
        return _Target(document, start, end, opens, run.measure, None, None)

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
        near = self._near_copies()
        for (numbers, _), alike in zip(
            near, pair_similarity(self._corpus, [pair for _, pair in near]), strict=True
        ):
            if alike < similarity:
                for number in numbers:
                    del self._targets[number]
        stays = list(self._stays())
        near = self._near_copies()
        exact = list(self._exact_copies(stays, near))
        pairs = with_marks(self._corpus, self._edges, [pair for _, pair in near]) + exact
        scores = pair_similarity(self._corpus, pairs).tolist()
        return [Removed(*pair[:6], score, pair.measure) for pair, score in zip(pairs, scores, strict=True)]

    def _near_copies(self) -> list[tuple[list[int], CopyPair]]:
        """Return near copies: sentences that follow each other and stay in one piece, and parts of sentences."""
        groups: list[list[int]] = []
        for number in sorted(self._targets):
            if groups and self._goes_on(groups[-1][-1], number):
                groups[-1].append(number)
            else:
                groups.append([number])
        out: list[tuple[list[int], CopyPair]] = [
            ([], CopyPair(document, start, end, *target[:3], target.measure))
            for document, start, end, target in self._clips
        ]
        for numbers in groups:
            first, last = self._targets[numbers[0]], self._targets[numbers[-1]]
            kept = (first.document, first.start, last.end)
            out.append((numbers, CopyPair(*self._place(numbers[0], numbers[-1]), *kept, first.measure)))
        return out

    def _goes_on(self, number: int, other: int) -> bool:
        """Return whether the second of two sentences continues the first, in both copies."""
        one, two = self._targets[number], self._targets[other]
        if two.opens or (one.document, one.measure) != (two.document, two.measure) or one.end > two.start:
            return False
        if self._runs[number] != self._runs[other]:
            return False
        if other > number + 1 and self._sentences.weight[number + 1 : other].any():
            return False
        if one.row and two.row and one.run is two.run:
            return one.row.place + one.row.facing == two.row.place
        return self._is_empty(one.document, one.end, two.start)

    def _is_empty(self, document: int, start: int, end: int) -> bool:
        """Return whether a stretch holds no letter."""
        if end - start > _NEAR:
            return False
        text = self._corpus.texts.part(document, start, end)
        return skip_space(text, 0, len(text)) == len(text) or not len(kernels.letters(encode_batch([text]))[0])

    def _place(self, first: int, last: int) -> tuple[int, int, int]:
        """Return the place of sentences that follow each other: document, first code point and end."""
        return self._documents[first], self._starts[first], self._ends[last]

    def _exact_copies(
        self, stays: Sequence[tuple[int, int]], near: Sequence[tuple[list[int], CopyPair]]
    ) -> Iterator[CopyPair]:
        """Return exact copies: sentences that follow each other and copy sentences that do."""
        # Between sentences of a near copy, rules and brackets go with it.
        inside = {number for numbers, _ in near if numbers for number in range(numbers[0], numbers[-1])}
        kept = [(number, root) for number, root in stays if root != number and number not in inside]
        numbers, target = np.array(kept, np.int64).reshape(-1, 2).T
        run = self._sentences.run
        breaks = np.diff(numbers, prepend=-2) != 1
        breaks |= np.diff(target, prepend=-2) != 1
        breaks |= (np.diff(run[numbers], prepend=-1) != 0) | (np.diff(run[target], prepend=-1) != 0)
        begins = np.flatnonzero(breaks)
        ends = np.append(begins, len(numbers))[1:] - 1
        pairs = [
            CopyPair(*self._place(numbers[i], numbers[j]), *self._place(target[i], target[j]), "tokens")
            for i, j in zip(begins.tolist(), ends.tolist(), strict=True)
        ]
        yield from with_measures(self._corpus, pairs)

    def _stays(self) -> Iterator[tuple[int, int]]:
        """Return each sentence that is an exact copy, and the one that stays for it, which may be itself.

        Where a near copy removes the first one, it removes its copies for the same kept copy. But if the first one
        opened with words of its own, or only a part of it is removed, then the next copy of it stays.
        """
        stays: dict[int, int] = {}
        for number in np.flatnonzero(self._pointer >= 0).tolist():
            if number in self._targets:
                continue
            root = self._roots[number]
            target = self._targets.get(root)
            clipped = self._clipped.get(self._documents[root], _NOTHING)
            if target is not None and (not target.opens or target.document == self._documents[number]):
                self._targets[number] = target
            elif target is not None or clipped.overlaps(*self._place(root, root)[1:]):
                yield number, stays.setdefault(root, number)
            else:
                yield number, root
