"""Acceptance: which regions are passages.

In prose sixty equal letters are a passage; in a manual page or a law they are a phrase. The formulas of a document
are its own shorter repeats. Their share of the document, beside the two places in question, raises the demands.
Two documents count together: a phrase that both share is a formula only if both are written in formulas.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dedupe.kernels.records import EXACT, PROSE, TEMPLATE
from dedupe.kernels.reference.passages.extend import Place
from dedupe.kernels.reference.passages.letters import Letters
from dedupe.kernels.reference.passages.matches import LetterMatch
from dedupe.kernels.reference.passages.merge import Merged

# Matches inside a document that weigh so much show that it repeats itself: lighter ones are chance, heavier ones
# passages.
_FORMULA = range(20, 180)
# Documents are taken to weigh at least this when a share of them is asked for.
_LIGHTEST = 400
# Documents may repeat themselves to one part in so many before more is asked.
_SPARE = 100
# An unequal letter costs three quarters of an equal one.
_UNEQUAL = (3, 4)
# A passage needs no long match if it scores two and a half times the least length, and so much of what it would
# score without a difference.
_LONG, _NEAR = (5, 2), (9, 10)
# Inside a document no formula is so many times the least length long and has no difference.
_EXACT = (25, 24)


class _Demands(NamedTuple):
    """Demands that grow with the share of formulas."""

    score: int
    """additional score if all is formulas; at most the least length"""
    matches: tuple[tuple[int, int], ...]
    """Slopes and ceilings of what the longest match weighs, the highest of which counts.

    A slope is the weight if all is formulas; a ceiling is in twelfths of the least length.
    """

    def longest(self, share: int, of: int, least: int) -> int:
        """Return what the longest match weighs at least, times twelve times `of`."""
        return max(min(12 * slope * share, ceiling * least * of) for slope, ceiling in self.matches)


# Across documents the score tells formulas: two documents of one genre share phrases that differ here and there.
_WITHIN = _Demands(50, ((550, 13), (400, 16)))
_ACROSS = _Demands(150, ((450, 18),))


def formulas(letters: Letters, matches: Iterable[LetterMatch]) -> list[tuple[int, int]]:
    """Return what the formulas of a document cover, from its matches: places in order, none of it twice."""
    spans = [
        (start, start + length)
        for a, b, length in matches
        if letters.weight(a, a + length) in _FORMULA
        for start in (a, b)
    ]
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


class Acceptance:
    """Decides which regions are passages.

    Parameters
    ----------
    letters : Letters
        The letters.
    covered : sequence of (int, int)
        What the formulas of the documents cover, in order.
    min_length : int
        The least that a passage weighs.
    preset : int
        `PROSE`, `TEMPLATE` or `EXACT`.
    """

    def __init__(self, letters: Letters, covered: Sequence[tuple[int, int]], min_length: int, preset: int) -> None:
        self._letters, self.min_length, self.preset = letters, min_length, preset
        self._starts = [start for start, _ in covered]
        self._ends = [end for _, end in covered]
        self._before = [0]
        for start, end in zip(self._starts, self._ends, strict=True):
            self._before.append(self._before[-1] + letters.weight(start, end))

    def accepts(self, one: Merged) -> bool:
        """Return whether a region is equal enough, and long enough for the formulas of its documents."""
        whole, least, letters = one.whole, self.min_length, self._letters
        a, b = letters.weight(*whole.a), letters.weight(*whole.b)
        longer = max(a, b)
        if min(a, b) < least or 2 * whole.matched < longer:
            return False
        if self.preset == EXACT:
            return True
        cost, unit = _UNEQUAL
        score = unit * whole.matched - cost * (longer - whole.matched)
        documents = {letters.documents[letters.text[start]] for start, _ in (whole.a, whole.b)}
        times, parts = _EXACT
        is_exact = whole.longest == longer and parts * longer >= times * least
        if is_exact and len(documents) == 1 and self.preset == PROSE:
            return True
        demands = _WITHIN if len(documents) == 1 else _ACROSS
        share, of = self._share(documents, whole.a, whole.b)
        if score * of < unit * min(least * of + demands.score * share, 2 * least * of):
            return False
        # Letters lost here and there break all matches of a passage that is long and nearly equal.
        (times, parts), (near, full) = _LONG, _NEAR
        nearly_equal = parts * score >= unit * times * least and full * score >= near * unit * longer
        return nearly_equal or 12 * whole.longest * of >= demands.longest(share, of, least)

    def _share(self, documents: Iterable[int], a: Place, b: Place) -> tuple[int, int]:
        """Return the weight of the formulas of documents beside two places, and the weight of all beside these."""
        if self.preset == TEMPLATE:
            return 1, 1
        share = of = 0
        for number in documents:
            start, end = self._letters.document_bounds(number)
            share += self._covered(start, end)
            of += self._letters.weight(start, end)
        for place in (a, b):
            share -= self._covered(*place)
            of -= self._letters.weight(*place)
        of = max(of, _LIGHTEST)
        return max(share - of // _SPARE, 0), of

    def _covered(self, start: int, end: int) -> int:
        """Return the weight of the covered letters among `start:end`."""
        low, high = bisect_left(self._ends, start + 1), bisect_left(self._starts, end)
        if low >= high:
            return 0
        outside = self._letters.weight(self._starts[low], start) + self._letters.weight(end, self._ends[high - 1])
        return self._before[high] - self._before[low] - outside
