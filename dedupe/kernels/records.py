"""Arrays that kernels take and give together, and codes that they take."""

from __future__ import annotations

from typing import NamedTuple

from dedupe.text.encode import Bytes, Offsets
from dedupe.text.hashing import U32, U64

# What `cut` cuts.
WHOLE, AUTO, LINES, BLANK = range(4)
# Added to one of the others: the sentences of those paragraphs.
SENTENCES = 4


class CutTexts(NamedTuple):
    """Units of a batch: the text each is of, its bytes in the buffer, its code points in the text."""

    texts: Offsets
    first: Offsets
    last: Offsets
    starts: Offsets
    ends: Offsets


class PlacedSets(NamedTuple):
    """Shingle sets of texts, and what it takes to look up the folded text that a shingle stands for."""

    values: U64
    """sorted; those of text `i` are `values[offsets[i]:offsets[i + 1]]`"""
    offsets: Offsets
    positions: U32
    """the first position of each of `values` among the shingles of its text"""
    begins: U32
    """where in its folded text each token or character begins, and where one behind the last would"""
    begin_offsets: Offsets
    folded: Bytes
    """the folded texts, one behind the other"""
    folded_offsets: Offsets


class Sampling(NamedTuple):
    """Which runs of letters are anchors."""

    k: int
    """letters of an anchor; half as many where it begins with a Chinese, Japanese or Korean one"""
    window: int
    """runs of which one is an anchor; half as many for those that begin with such a letter"""


class Stretches(NamedTuple):
    """Stretches of texts: number of the text, first code point and end."""

    text: Offsets
    start: Offsets
    end: Offsets

    def select(self, chosen: Offsets) -> Stretches:
        """Some of the stretches, by number."""
        return Stretches(*(column[chosen] for column in self))
