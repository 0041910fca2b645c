"""The search for repeated regions: anchors in, accepted regions out.

What is accepted depends on how repetitive a document is: in prose sixty equal letters are a passage, in a manual
page or a law they are a phrase. The share of a document that its own shorter repeats cover, its formulas, beside
the two places in question, raises what is asked of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from dedupe.fingerprint.hashing import U32
from dedupe.passages.anchors import anchors, link
from dedupe.passages.chains import chains
from dedupe.passages.extend import Place
from dedupe.passages.letters import Letters, Units
from dedupe.passages.matches import Match, maximal_matches, without_overlap
from dedupe.passages.merge import Merged, alone, merge
from dedupe.passages.regions import Region, exact, region
from dedupe.text.encode import Offsets

# Matches inside a document that weigh so much show that it repeats itself: lighter ones are chance, heavier ones
# passages.
_FORMULA = range(20, 180)
# A document is taken to weigh at least this when a share of it is asked for.
_LIGHTEST = 400
# An unequal letter costs three quarters of an equal one. Of a document the share s of which is repetitive is asked
# for 50 s more score, up to twice the least length, and for a match of 450 s, up to one and a half times the least
# length.
_UNEQUAL = (3, 4)
_MORE_SCORE, _LONG_MATCH = 50, 450
# A passage of so many times the least length that scores so much of what it would without a difference needs no
# long match.
_LONG, _NEAR = 3, (7, 8)
# A document may repeat itself to one part in so many before more is asked.
_SPARE = 100


# What counts as a passage: as its documents are; as if they were fully repetitive; equal letters alone.
PROSE, TEMPLATE, EXACT = 0, 1, 2


def passages_within(
    units: Units,
    offsets: Offsets,
    documents: Offsets,
    k: int,
    window: int,
    min_length: int,
    preset: int,
    find: bool,
) -> tuple[Offsets, Offsets, Offsets, Offsets]:
    """Repeated regions inside documents, and what their repeats cover; the reference of the native kernel of this
    name.

    Parameters
    ----------
    units, offsets, documents
        What `Letters` is made of.
    k, window : int
        Sampling of anchors.
    min_length : int
        The least that a passage weighs.
    preset : int
        `PROSE`, `TEMPLATE` or `EXACT`.
    find : bool
        Whether regions are wanted, or only what repeats cover.

    Returns
    -------
    (int64 array, int64 array, int64 array, int64 array)
        Sections of regions, shape (sections, 4), as letters `a_start, a_end, b_start, b_end`: those of region `i`
        are rows `offsets[i]:offsets[i + 1]`, by their places in `a`; in `b` they may stand in another order. The
        offsets. Starts and ends of what repeats of the documents cover, in order, nothing twice.
    """
    letters = Letters(units, offsets, documents)
    hashes, places = anchors(units, offsets, k, window)
    halves = hashes.astype(np.uint32)
    owners = np.repeat(documents, np.diff(offsets))[places]
    covered: list[tuple[int, int]] = []
    found: list[Merged] = []
    for document in np.unique(owners).tolist():
        own = owners == document
        pairs = link(halves[own], places[own], owners[own], within=True, across=False)
        matches = maximal_matches(letters, zip(*(column.tolist() for column in pairs), strict=True))
        repeats = _covered(letters, matches)
        covered += repeats
        if find:
            accept = _Acceptance(letters, repeats, min_length, preset)
            apart, tiles = without_overlap(letters, matches, min_length)
            # Tiles go on as far as they are equal: there is nothing to extend or to join.
            found += filter(accept.accepts, (alone(exact(letters, tile)) for tile in tiles))
            found += _accepted(letters, apart, accept)
    starts, ends = np.array(covered, np.int64).reshape(-1, 2).T.copy()
    return *_sections(found), starts, ends


def passages_across(
    units: Units,
    offsets: Offsets,
    documents: Offsets,
    hashes: U32,
    places: U32,
    starts: Offsets,
    ends: Offsets,
    min_length: int,
    preset: int,
) -> tuple[Offsets, Offsets]:
    """Regions that documents share; the reference of the native kernel of this name.

    Parameters
    ----------
    units, offsets, documents
        What `Letters` is made of.
    hashes, places
        The anchors of all texts: the lower halves of their hashes.
    starts, ends
        What repeats of the documents cover.
    min_length : int
        The least that a passage weighs.
    preset : int
        `PROSE`, `TEMPLATE` or `EXACT`.

    Returns
    -------
    (int64 array, int64 array)
        Sections of regions, and offsets.
    """
    letters = Letters(units, offsets, documents)
    owners = np.repeat(documents, np.diff(offsets))[places]
    pairs = link(hashes, places, owners, within=False, across=True)
    matches = maximal_matches(letters, zip(*(column.tolist() for column in pairs), strict=True))
    covered = list(zip(starts.tolist(), ends.tolist(), strict=True))
    return _sections(_accepted(letters, matches, _Acceptance(letters, covered, min_length, preset)))


def _covered(letters: Letters, matches: Iterable[Match]) -> list[tuple[int, int]]:
    """What the formulas of a document cover, in order, none of it twice."""
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


def _accepted(letters: Letters, matches: Iterable[Match], accept: _Acceptance) -> list[Merged]:
    """The passages that matches make."""
    found: list[Merged] = []
    by_texts = sorted((letters.text[match.a], letters.text[match.b], match) for match in matches)
    for _, group in groupby(by_texts, key=lambda entry: entry[:2]):
        own = [entry[2] for entry in group]
        if accept.preset == EXACT:
            found += filter(accept.accepts, (alone(exact(letters, match)) for match in own))
            continue
        regions = [region(letters, links) for links in chains(letters, own, accept.min_length)]
        for one in merge(letters, regions):
            found += [one] if accept.accepts(one) else _equal_parts(letters, one.whole, own, accept)
    return found


def _equal_parts(letters: Letters, refused: Region, matches: Iterable[Match], accept: _Acceptance) -> list[Merged]:
    """What is equal without exception in a refused region, and a passage by itself."""
    if refused.longest < accept.min_length:
        return []
    (a_start, a_end), (b_start, b_end) = refused.a, refused.b
    parts = (
        alone(exact(letters, match))
        for match in matches
        if a_start <= match.a and match.a + match.length <= a_end
        if b_start <= match.b and match.b + match.length <= b_end
    )
    return list(filter(accept.accepts, parts))


def _sections(found: Sequence[Merged]) -> tuple[Offsets, Offsets]:
    sections = [[part for piece in one.pieces for part in piece.sections()] for one in found]
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum(list(map(len, sections)), out=offsets[1:])
    return np.array([part for own in sections for part in own], np.int64).reshape(-1, 4), offsets


class _Acceptance:
    """Decides which regions are passages."""

    def __init__(self, letters: Letters, covered: Sequence[tuple[int, int]], min_length: int, preset: int) -> None:
        self._letters, self.min_length, self.preset = letters, min_length, preset
        self._starts = [start for start, _ in covered]
        self._ends = [end for _, end in covered]
        self._before = [0]
        for start, end in zip(self._starts, self._ends, strict=True):
            self._before.append(self._before[-1] + letters.weight(start, end))

    def accepts(self, one: Merged) -> bool:
        """Whether a region is equal enough, and long enough for how repetitive its documents are."""
        whole, least = one.whole, self.min_length
        a, b = self._letters.weight(*whole.a), self._letters.weight(*whole.b)
        longer = max(a, b)
        if min(a, b) < least or 2 * whole.matched < longer:
            return False
        if self.preset == EXACT:
            return True
        cost, unit = _UNEQUAL
        score = unit * whole.matched - cost * (longer - whole.matched)
        # What is nearly equal, and long, needs no long match: letters lost here and there break all of them.
        near, full = _NEAR
        nearly_equal = score >= unit * _LONG * least and full * score >= near * unit * longer
        for share, of in self._shares(whole.a, whole.b):
            if score * of < unit * min(least * of + _MORE_SCORE * share, 2 * least * of):
                return False
            if not nearly_equal and 2 * whole.longest * of < min(2 * _LONG_MATCH * share, 3 * least * of):
                return False
        return True

    def _shares(self, a: Place, b: Place) -> list[tuple[int, int]]:
        """For either document, what its own repeats weigh beside the two places, of how much."""
        if self.preset == TEMPLATE:
            return [(1, 1)]
        letters, out = self._letters, []
        for number in {letters.documents[letters.text[place[0]]] for place in (a, b)}:
            start, end = letters.document_bounds(number)
            share, of = self._repeats(start, end), letters.weight(start, end)
            for low, high in (a, b):
                if start <= low < end:
                    share -= self._repeats(low, high)
                    of -= letters.weight(low, high)
            of = max(of, _LIGHTEST)
            out.append((max(share - of // _SPARE, 0), of))
        return out

    def _repeats(self, start: int, end: int) -> int:
        """What the covered letters among `start:end` weigh."""
        low, high = bisect_left(self._ends, start + 1), bisect_left(self._starts, end)
        if low >= high:
            return 0
        outside = self._letters.weight(self._starts[low], start) + self._letters.weight(end, self._ends[high - 1])
        return self._before[high] - self._before[low] - outside
