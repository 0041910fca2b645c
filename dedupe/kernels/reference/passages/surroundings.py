"""Hashes of the letters around anchors, which tell long matches from short ones.

Two places that share an anchor share a long stretch only if the letters before it or behind it agree as well. So
these are hashed when their text is at hand, and pairs of anchors are told apart without it. Letters are hashed four
at a time, and only equal ones have to have equal hashes: what is kept for nothing costs time alone.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.records import ENDS, UNKNOWN, LetterRuns
from dedupe.text.hashing import U16, U32
from dedupe.text.wide import Units, is_wide

_FACTOR, _MASK = 0x9E37_79B9_7F4A_7C15, (1 << 64) - 1
_AT_ONCE = 4


def surroundings(letters: LetterRuns, places: U32, sizes: tuple[int, int]) -> tuple[U16, U16]:
    """Hashes of the letters before and of those behind anchors.

    Parameters
    ----------
    letters : (uint16 array, int64 array)
        What `letters` gives.
    places : uint32 array
        The first letter of each anchor.
    sizes : (int, int)
        The letters of an anchor, and how many on each side of it are hashed, one at least.

    Returns
    -------
    (uint16 array, uint16 array)
        `ENDS` where the text ends before they do. An anchor of wide letters is shorter, and these weigh more:
        `UNKNOWN` where one is near, on both sides.

    Raises
    ------
    ValueError
        An anchor begins in no text.
    """
    (units, offsets), (size, side) = letters, sizes
    if side < 1:
        raise ValueError(f"{side} letters beside an anchor are too few or too many")
    before, behind = np.zeros((2, len(places)), np.uint16)
    for number, place in enumerate(places.tolist()):
        text = int(np.searchsorted(offsets, place, side="right")) - 1
        end = place + size
        if text + 1 >= len(offsets):
            raise ValueError(f"there is no letter {place}")
        if is_wide(units[max(place - side, 0) : end + side]).any():
            before[number] = behind[number] = UNKNOWN
            continue
        before[number] = _hash(units[place - side : place]) if place >= offsets[text] + side else ENDS
        behind[number] = _hash(units[end : end + side]) if end + side <= offsets[text + 1] else ENDS
    return before, behind


def _hash(letters: Units) -> int:
    """A hash that is neither `ENDS` nor `UNKNOWN`."""
    value = 0
    for first in range(0, len(letters), _AT_ONCE):
        word = sum(unit << 16 * i for i, unit in enumerate(letters[first : first + _AT_ONCE].tolist()))
        value = (value ^ word) * _FACTOR & _MASK
        value ^= value >> 32
    return value % (ENDS - 1) + 1
