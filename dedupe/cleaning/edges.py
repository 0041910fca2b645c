"""Edges of sentences: which sentences a place overlaps, and where these begin and end.

A region extends to the edges of its sentences before it is aligned. A kept copy extends to edges that are near:
what is missing there is altered.
"""

from __future__ import annotations

import numpy as np

from dedupe.cleaning.policy import ALTERED, Runs
from dedupe.cleaning.sentences import Sentences
from dedupe.passages.result import Places
from dedupe.sorting import Mask
from dedupe.text.encode import Offsets

# Code points to an edge that is looked for: more than any sentence of prose has.
FURTHEST = 1 << 12


class Edges:
    """Finds the sentences at places of documents.

    Parameters
    ----------
    sentences : Sentences
        The sentences that are left of the documents, in keep order.
    position : int64 array
        The place of each document in keep order.
    """

    def __init__(self, sentences: Sentences, position: Offsets) -> None:
        self.sentences, self._position = sentences, position
        self._far = int(sentences.end.max(initial=0)) + 1
        place = position[sentences.document] * self._far
        self._starts, self._ends = place + sentences.start, place + sentences.end

    def find(self, places: Places) -> tuple[Offsets, Offsets]:
        """Return the sentences that places overlap: the number of the first, and of the one behind the last."""
        place = self._position[places.document] * self._far
        # What is left of a document may reach further than any sentence.
        start, end = (np.minimum(side, self._far - 1) for side in (places.start, places.end))
        return (
            np.searchsorted(self._ends, place + start, side="right"),
            np.searchsorted(self._starts, place + end, side="left"),
        )

    def find_one(self, document: int, start: int, end: int) -> tuple[int, int]:
        """Return the sentences that one place overlaps."""
        place = int(self._position[document]) * self._far
        low = int(self._ends.searchsorted(place + min(start, self._far - 1), side="right"))
        return low, int(self._starts.searchsorted(place + min(end, self._far - 1), side="left"))

    def widen(self, places: Places, low: Offsets, high: Offsets) -> tuple[Offsets, Offsets]:
        """Return where the sentences `low:high` begin and end that places overlap, or the places themselves.

        Edges further than `FURTHEST` are not reached: many places in a text without full stops would be quadratic.
        """
        first = self.sentences.start[np.minimum(low, len(self.sentences.document) - 1)]
        last = self.sentences.end[np.maximum(high - 1, 0)]
        first, last = np.maximum(first, places.start - FURTHEST), np.minimum(last, places.end + FURTHEST)
        return (
            np.where(low < high, np.minimum(first, places.start), places.start),
            np.where(low < high, np.maximum(last, places.end), places.end),
        )

    def to_edges(self, places: Places, back: Mask, on: Mask) -> Places:
        """Extend places to the edges of their sentences where these are near: what is missing there is altered."""
        low, high = self.find(places)
        # What no sentence overlaps has no edges: the ones before and behind may be those of another document.
        back, on = back & (low < high), on & (low < high)
        first = self.sentences.start[np.minimum(low, len(self.sentences.document) - 1)]
        last = self.sentences.end[np.maximum(high - 1, 0)]
        start = np.where(back & (first < places.start) & (places.start - first <= ALTERED), first, places.start)
        end = np.where(on & (last > places.end) & (last - places.end <= ALTERED), last, places.end)
        return Places(places.document, start, end)

    def openings(self, documents: Offsets, starts: Offsets) -> Offsets:
        """Return where the sentences begin that hold places, or the places where that is far."""
        low, high = self.find(Places(documents, starts, starts + 1))
        begin = self.sentences.start[np.minimum(low, len(self.sentences.document) - 1)]
        near = (low < high) & (begin <= starts) & (starts <= begin + ALTERED)
        return np.where(near, begin, starts)

    def kept_starts(self, runs: Runs) -> Offsets:
        """Return where the kept copies of runs begin."""
        starts = runs.rows.kept_start[runs.first]
        if runs.opens.any():
            opens = np.flatnonzero(runs.opens)
            starts[opens] = self.openings(runs.kept[opens], starts[opens])
        return starts
