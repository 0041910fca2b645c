"""Stretches of texts, and which of them are mostly the same."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict

import numpy as np

from dedupe.text.encode import Offsets

# Two stretches of one text that share six tenths of what they take together are one copy.
_SAME = (6, 10)


def same_stretches(texts: Offsets, starts: Offsets, ends: Offsets) -> Offsets:
    """For each stretch of a text the first of those before it that is mostly the same, or its own number.

    Only what is the same as none before it counts as one. The reference of the native kernel of this name.
    """
    # Start and number of those that count, by text.
    seen: dict[int, list[tuple[int, int]]] = defaultdict(list)
    part, whole = _SAME
    out = np.arange(len(texts))
    for number, (text, start, end) in enumerate(zip(texts.tolist(), starts.tolist(), ends.tolist(), strict=True)):
        # Of two stretches that share so much neither begins further from the other than this.
        reach = (end - start) * (whole - part) // part + 1
        own = seen[text]
        near = own[bisect_left(own, (start - reach, 0)) : bisect_right(own, (start + reach, number))]
        for other_start, other in near:
            shared = min(end, int(ends[other])) - max(start, other_start)
            if whole * shared >= part * (max(end, int(ends[other])) - min(start, other_start)):
                out[number] = min(int(out[number]), other)
        if out[number] == number:
            insort(own, (start, number))
    return out
