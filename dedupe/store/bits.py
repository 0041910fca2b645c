"""A set of small numbers, a bit each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe.store.columns import Array
from dedupe.text.encode import Offsets

_STEP = 1 << 23


class Bits:
    """A set of numbers below `count`, a bit each."""

    def __init__(self, count: int) -> None:
        self._bytes = np.zeros(count // 8 + 1, np.uint8)

    def to_state(self) -> dict[str, Any]:
        """Return what it is put together from."""
        return {"numbers": self._bytes}

    @classmethod
    def from_state(cls, numbers: npt.NDArray[np.uint8]) -> Bits:
        """Put together what `to_state` gave."""
        out = cls(0)
        out._bytes = numbers
        return out

    def add(self, numbers: Array) -> None:
        """Put numbers in."""
        np.bitwise_or.at(self._bytes, numbers >> 3, np.uint8(1) << (numbers & 7).astype(np.uint8))

    def has(self, numbers: Array) -> npt.NDArray[np.bool_]:
        """Return which of some numbers are in."""
        found: npt.NDArray[np.bool_] = (self._bytes[numbers >> 3] >> (numbers & 7).astype(np.uint8) & 1) == 1
        return found

    def run(self, start: int, end: int) -> Offsets:
        """The numbers in the set from one to another, ascending."""
        low = start >> 3
        bits = np.unpackbits(self._bytes[low : (end >> 3) + 1], bitorder="little")
        numbers = np.flatnonzero(bits) + (low << 3)
        return numbers[(numbers >= start) & (numbers < end)]

    def numbers(self) -> npt.NDArray[np.uint32]:
        """All numbers in the set, ascending."""
        last = len(self._bytes) << 3
        parts = [self.run(start, min(start + _STEP, last)).astype(np.uint32) for start in range(0, last, _STEP)]
        return np.concatenate([np.zeros(0, np.uint32), *parts])
