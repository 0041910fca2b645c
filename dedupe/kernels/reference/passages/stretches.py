"""Stretches of texts, and which of them are mostly the same."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict

import numpy as np

from dedupe.kernels.records import Stretches
from dedupe.text.encode import Offsets

# Two stretches of one text that share six tenths of what they take together are one copy.
_SAME = (6, 10)


def same_stretches(stretches: Stretches) -> Offsets:
    """For each stretch of a text the first of those before it that is mostly the same, or its own number.

    Only what is the same as none before it counts as one.

    Parameters
    ----------
    stretches : Stretches
        The stretches, in any order.

    Returns
    -------
    int64 array, shape (stretches,)
        Numbers of stretches.
    """
    # Start and number of those that count, by text.
    seen: dict[int, list[tuple[int, int]]] = defaultdict(list)
    part, whole = _SAME
    out, ends = np.arange(len(stretches.text)), stretches.end.tolist()
    rows = zip(stretches.text.tolist(), stretches.start.tolist(), ends, strict=True)
    for number, (text, start, end) in enumerate(rows):
        # Of two stretches that share so much neither begins further from the other than this.
        reach = (end - start) * (whole - part) // part + 1
        own = seen[text]
        near = own[bisect_left(own, (start - reach, 0)) : bisect_right(own, (start + reach, number))]
        for other_start, other in near:
            shared = min(end, ends[other]) - max(start, other_start)
            if whole * shared >= part * (max(end, ends[other]) - min(start, other_start)):
                out[number] = min(int(out[number]), other)
        if out[number] == number:
            insort(own, (start, number))
    return out
