"""Choice of the compared pairs of texts, among those that share anchors.

Most share only a phrase. A region begins with a chain of matches of a least number of letters, and such a chain
with one match of that size, or with two near each other. A hash of the letters beside an anchor shows whether it is
in so long a match. Nothing that could be a region is left out.
"""

from __future__ import annotations

import numpy as np

from dedupe import kernels
from dedupe.kernels.records import CHAIN_GAP, CHAIN_LEAST, ENDS, UNKNOWN, LetterRuns
from dedupe.sorting import Mask
from dedupe.store.columns import Array
from dedupe.text.hashing import U16, U32


class Sieve:
    """Tells promising pairs of texts.

    Parameters
    ----------
    k : int
        Letters of an anchor.
    min_length : int
        The least that a passage weighs.
    """

    def __init__(self, k: int, min_length: int) -> None:
        self._k, self._least = k, min(CHAIN_LEAST, 2 * min_length // 3)
        # A match of so many letters has these on one side of each anchor in it, at least.
        self._side = -(-(self._least - k) // 2)

    def surroundings(self, letters: LetterRuns, places: U32) -> tuple[U16, U16]:
        """Hashes of the letters before and behind anchors.

        Parameters
        ----------
        letters : (uint16 array, int64 array)
            The result of `kernels.letters`.
        places : uint32 array
            The first letter of each anchor.
        """
        if self._side < 1:
            return (np.full(len(places), UNKNOWN, np.uint16),) * 2
        return kernels.surroundings(letters, places, (self._k, self._side))

    def long(self, a: tuple[U16, U16], b: tuple[U16, U16]) -> Mask:
        """Return whether pairs of anchors may lie in a match that is a chain by itself, by their surroundings."""
        out = np.zeros(len(a[0]), bool)
        for one, other in zip(a, b, strict=True):
            out |= ((one == other) & (one != ENDS)) | (one == UNKNOWN) | (other == UNKNOWN)
        return out

    def keep(self, pairs: Array) -> Array:
        """Return those of all pairs of some texts, in order of the texts, that may lead to a region.

        Parameters
        ----------
        pairs : array
            With fields `key` (the earlier text), `place` (the letter in it), `other`, `other_place` and `long`.
        """
        if not len(pairs):
            return pairs
        order = np.arange(len(pairs), dtype=np.uint32)
        for name in ("place", "other", "key"):
            column = pairs[name].astype(np.uint64)
            if name == "place":
                column = column << np.uint64(32) | pairs["other_place"]
            order = order[kernels.sort_entries(column[order], np.arange(len(pairs), dtype=np.uint32))[1]]
        pairs = pairs.take(order)
        place, other = (pairs[name].astype(np.int64) for name in ("place", "other_place"))
        new = np.ones(len(pairs), bool)
        new[1:] = (pairs["key"][1:] != pairs["key"][:-1]) | (pairs["other"][1:] != pairs["other"][:-1])
        on, along = np.diff(place), np.diff(other)
        # Two anchors that touch on one diagonal lie in one match.
        apart = (on <= CHAIN_GAP + 2 * self._least) & ~((on == along) & (on <= self._k))
        wanted = pairs["long"] != 0
        wanted[1:] |= apart & ~new[1:]
        begins = np.flatnonzero(new)
        chosen = np.logical_or.reduceat(wanted, begins)
        kept: Array = pairs.take(np.flatnonzero(np.repeat(chosen, np.diff(np.append(begins, len(pairs))))))
        return kept
