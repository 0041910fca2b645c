"""Arrays that kernels take and give together, and codes that they take and give."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from dedupe.job import ParagraphMode
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.hashing import U32, U64
from dedupe.text.wide import Units

I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

# Items one behind the other, and where each begins and the last ends.
Buckets: TypeAlias = tuple[Offsets, Offsets]
"""units"""
Sets: TypeAlias = tuple[U64, Offsets]
"""shingle sets, each sorted"""
FactTexts: TypeAlias = tuple[Bytes, Offsets]
LetterRuns: TypeAlias = tuple[Units, Offsets]
"""the letters of texts"""

LinearWeights: TypeAlias = tuple[I8, I8, I32, int, int]
"""of characters, words and shapes, and the scales of the first two"""
NetworkWeights: TypeAlias = tuple[I8, I8, I32, I32, int, int]
"""vectors of characters and of words, the hidden layer and that of the outputs, and the scales of the vectors"""
CategoryWeights: TypeAlias = tuple[I8, I8, I32, int, int]
"""of characters and words for each category, the bias of each, and the scales"""
RowColumn: TypeAlias = npt.NDArray[np.float64] | I64 | tuple[TextBatch, Offsets]
"""numbers; or texts, and the number of the one that each row has"""
TreeColumns: TypeAlias = tuple[I32, I64, I32, I32, I64, I32]
"""feature, threshold, left and right child and value of each node; the roots"""
ProfileColumns: TypeAlias = tuple[U32, U32, U64, U32, Bytes, I32, int]
"""the columns of `Profiles`, and how many languages there are"""

# What `cut` cuts.
WHOLE, AUTO, LINES, BLANK = range(4)
# Added to one of the others: the sentences of those paragraphs.
SENTENCES = 4
PARAGRAPH_CODES: dict[ParagraphMode, int] = {"auto": AUTO, "lines": LINES, "blank": BLANK}

# What became of a line: left to the caller, blank, or a record without id, with a string, with an integer.
LEFT, BLANK_LINE, UNNAMED, NAMED, NUMBERED = range(5)

# What counts as a passage: as its documents are; as if they were fully repetitive; equal letters alone.
PROSE, TEMPLATE, EXACT = range(3)
# Places with one anchor, the first ones, of which all pairs are looked at.
CROWD = 4
# The most that may lie between two matches of a chain, in either place.
CHAIN_GAP = 100
# The least that a chain is worth: so many letters, or two thirds of a shorter least length.
CHAIN_LEAST = 40
# What `surroundings` says of letters that are not there, and of those of which nothing is said.
ENDS, UNKNOWN = 0xFFFF, 0
# Added up, what two texts differ in: the first has a number, a sign, a negation or a name in a sentence that the
# second lacks; they differ at all; what differs are words, and no names inside sentences.
STATES_MORE, DIFFERS, IN_WORDS = 1, 2, 4
# Columns of the answer of `align_units`.
SYMBOLS, MATCHED, FIRST, LAST, LEADING, TRAILING, OTHER_FIRST, OTHER_LAST, OTHER_PLACE, OTHER_SYMBOLS = range(10)

# Features of boilerplate: buckets of n-grams, and shapes.
BUCKET_BITS = 18
BUCKETS = 1 << BUCKET_BITS
SHAPES = 12
SHAPE_VALUES = 16
FIXED_POINT = 20  # a score of 1.0 is 1 << 20
SCALE_BITS = 8  # more in the scales of weights
# Columns of the scores: the three parts, the length of the stream, and the shapes.
CHARS, WORDS, SHAPE, LENGTH = range(4)
LETTERS_IN_WORD = LENGTH + 10
COLUMNS = 4 + SHAPES
# The network behind them: numbers of a vector, cells of the hidden layer, and what it says.
DIMENSIONS, HIDDEN, OUTPUTS = 8, 32, 3
# How likely it is boilerplate, a prompt or notice as against content, and a manual, behind the other columns.
NETWORK, PROMPT, MANUAL = range(COLUMNS, COLUMNS + OUTPUTS)
# Behind these, what the network says of the kicker: how likely that is a prompt or notice; and of none.
KICKER = COLUMNS + OUTPUTS
PARTS = KICKER + 1
NO_KICKER = -(1 << 40)
NETWORK_BITS = 10
LARGEST_INPUT, LARGEST_WEIGHT, LARGEST_BIAS, LARGEST_NETWORK_SCALE = 1 << 14, 1 << 13, 1 << 29, 1 << 30

# Characters of an n-gram of a language, at most.
LONGEST_GRAM = 4
# Characters that take no part in one, and the one that stands for all that separates words.
SKIP, SPACE = 0, 0x20
# Letters of scripts that no profile has.
OTHER = 0xFFFF
# Bits of what stands in a text.
HAS_HANGUL, HAS_KANA = 1, 2


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

    @property
    def sets(self) -> Sets:
        """The sets alone."""
        return self.values, self.offsets


class Sampling(NamedTuple):
    """The choice of anchors among runs of letters."""

    k: int
    """letters of an anchor; half as many where it begins with a Chinese, Japanese or Korean one"""
    window: int
    """runs of which one is an anchor; half as many for those that begin with such a letter"""


class Wanted(NamedTuple):
    """The least that counts as a passage."""

    min_length: int
    """the least that it weighs"""
    preset: int
    """`PROSE`, `TEMPLATE` or `EXACT`"""


class Stretches(NamedTuple):
    """Stretches of texts: number of the text, first code point and end."""

    text: Offsets
    start: Offsets
    end: Offsets

    def select(self, chosen: Offsets) -> Stretches:
        """Some of the stretches, by number."""
        return Stretches(*(column[chosen] for column in self))
