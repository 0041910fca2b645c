"""Which pairs of texts that share anchors need to be compared at all.

Most share but a phrase. A region begins with a chain of matches that is worth so many letters, and a chain with one
match of them, or with two near each other. Whether an anchor lies in a match so long is told by the letters beside
it, of which a hash is kept; nothing that could be a region is left out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedupe.kernels.records import CHAIN_GAP, CHAIN_LEAST
from dedupe.sorting import Mask
from dedupe.store.columns import Array
from dedupe.text.encode import Offsets
from dedupe.text.wide import Units, is_wide

U16 = npt.NDArray[np.uint16]

# Letters that are unlike any other, for the text ends before they do; and letters of which nothing is said.
_ENDS, _UNKNOWN = 0xFFFF, 0
_FACTOR = np.uint32(0x9E37_79B1)


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

    def surroundings(self, letters: Units, offsets: Offsets, text: Offsets, places: Offsets) -> tuple[U16, U16]:
        """Hashes of the letters before and behind anchors.

        Parameters
        ----------
        letters, offsets
            What `kernels.letters` gives.
        text, places : int64 array
            The text of each anchor, and its first letter; they ascend.
        """
        side, begin = self._side, places + self._k
        if side < 1:
            return (np.full(len(places), _UNKNOWN, np.uint16),) * 2
        if not len(places):
            return (np.zeros(0, np.uint16),) * 2
        # No letter farther away is looked at; places ascend.
        base = max(int(places[0]) - side, 0)
        letters = letters[base : int(begin[-1]) + side]
        places, begin, offsets = places - base, begin - base, offsets - base
        # An anchor of wide letters is shorter, and these weigh more: nothing is said where one is near.
        wide = np.append(0, np.cumsum(is_wide(letters)))
        low, high = np.maximum(places - side, 0), np.minimum(begin + side, len(letters))
        near = wide[high] > wide[low]
        out = []
        for first, fits in ((places - side, places - side >= offsets[text]), (begin, high <= offsets[text + 1])):
            value = np.zeros(len(places), np.uint32)
            for step in range(side):
                value = (value ^ letters[np.clip(first + step, 0, len(letters) - 1)]) * _FACTOR
                value ^= value >> np.uint32(15)
            fits = fits & (first + side <= len(letters))  # noqa: PLW2901
            hashed = (value % np.uint32(_ENDS - 1) + np.uint32(1)).astype(np.uint16)
            out.append(np.where(near, _UNKNOWN, np.where(fits, hashed, _ENDS)).astype(np.uint16))
        return out[0], out[1]

    def long(self, a: tuple[U16, U16], b: tuple[U16, U16]) -> Mask:
        """Whether pairs of anchors may lie in a match that is a chain by itself, by their surroundings."""
        out = np.zeros(len(a[0]), bool)
        for one, other in zip(a, b, strict=True):
            out |= ((one == other) & (one != _ENDS)) | (one == _UNKNOWN) | (other == _UNKNOWN)
        return out

    def keep(self, pairs: Array) -> Array:
        """Those of all pairs of some texts, in order of the texts, that may lead to a region.

        Parameters
        ----------
        pairs : array
            With fields `key` (the earlier text), `place` (the letter in it), `other`, `other_place` and `long`.
        """
        if not len(pairs):
            return pairs
        pairs = pairs[np.lexsort((pairs["other_place"], pairs["place"], pairs["other"], pairs["key"]))]
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
        kept: Array = pairs[np.repeat(chosen, np.diff(np.append(begins, len(pairs))))]
        return kept
