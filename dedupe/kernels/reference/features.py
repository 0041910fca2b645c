"""Integer features of a text, and its linear score: the readable reference of the native kernels.

A text becomes a stream of code points: letters folded, digits as `0`, runs of white space as one space,
everything else as it is, framed by start and end marks. Features are

- hashed character 1- to 5-grams of the stream (so `^` and `$` are in them),
- hashed words and pairs of neighbouring words,
- `SHAPES` small numbers about length, ends, case, digits and punctuation, each one-hot.

The linear score has three parts, `sum(char weights) / sqrt(char n-grams)`, `sum(word weights) / sqrt(word n-grams)`
and the sum of shape weights, in fixed point: nothing in it depends on a platform's floating-point arithmetic.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np

from dedupe.kernels.records import (
    BUCKET_BITS,
    CHARS,
    COLUMNS,
    I64,
    LENGTH,
    SCALE_BITS,
    SHAPE,
    SHAPE_VALUES,
    SHAPES,
    WORDS,
    CategoryWeights,
    LinearWeights,
)
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.hashing import U32, A, B, C
from dedupe.text.space import is_space
from dedupe.text.tables import FOLD_V1, IGNORED, SEPARATOR, UNSPACED, load_tables

# The fold that the shipped models were trained on. Models of another one need another scheme (`MODEL_SCHEME`).
FEATURE_FOLD = FOLD_V1
CHAR_NGRAM = 5

START, END, SPACE = 2, 3, 0x20
_WORD_SEED = 0x8EBC6AF09C88C6E3
_MASK = (1 << 64) - 1

_TERMINATORS = frozenset(map(ord, ".!?…。！？؟।۔"))
_SEPARATORS = frozenset(map(ord, "|•·›»>/→‹«"))
_COMMAS = frozenset((0x2C, 0x60C, 0x3001, 0xFF0C))
_FLAGS = {0x40: 1, 0xA9: 2, 0x2026: 4, 0x3A: 8}
_NOTHING_FIRST, _NOTHING_LAST = 9, 12
_LAST = {
    **dict.fromkeys(map(ord, "."), 2), **dict.fromkeys(map(ord, "!"), 3), **dict.fromkeys(map(ord, "?؟"), 4),
    **dict.fromkeys(map(ord, ":："), 5), **dict.fromkeys(map(ord, "…"), 6), **dict.fromkeys(map(ord, "\"”’')]"), 7),
    **dict.fromkeys(map(ord, "»›>→"), 8), **dict.fromkeys(map(ord, "。！？।۔"), 9),
    **dict.fromkeys(map(ord, ",;،、"), 10),
}  # fmt: skip
_FIRST = {
    **dict.fromkeys(map(ord, "\"“”‘«„'"), 4), **dict.fromkeys(map(ord, "-•*·–—"), 5),
    **dict.fromkeys(map(ord, "©®"), 6), **dict.fromkeys(map(ord, "<›»>→|"), 7),
}  # fmt: skip


class Features(NamedTuple):
    """Features of a batch of texts."""

    chars: U32
    """buckets of the character n-grams, with repetitions; those of text `i` are
    `chars[char_offsets[i]:char_offsets[i + 1]]`"""
    char_offsets: Offsets
    words: U32
    word_offsets: Offsets
    shapes: Bytes
    """shape values, shape (texts, SHAPES), each below SHAPE_VALUES"""


def boilerplate_features(texts: TextBatch) -> Features:
    """The features of each text."""
    chars, words, shapes = [], [], np.zeros((len(texts), SHAPES), np.uint8)
    for i in range(len(texts)):
        stream = read_stream(texts.text(i))
        chars.append(char_buckets(stream.points))
        words.append(word_buckets(stream.words))
        shapes[i] = _shape(stream)
    return Features(_flat(chars), _ends(chars), _flat(words), _ends(words), shapes)


def boilerplate_scores(texts: TextBatch, model: LinearWeights) -> I64:
    """The parts of the linear score of texts, their lengths and shapes.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    model : (int8, int8, int32 array, int, int)
        Weights of the buckets of characters and of words, shape (BUCKETS,), and of shapes, shape
        (SHAPES * SHAPE_VALUES,); and the scales of the first two.

    Returns
    -------
    int64 array, shape (texts, COLUMNS)
        The three parts in fixed point, the length, the shapes.
    """
    char_weights, word_weights, shape_weights, char_scale, word_scale = model
    out = np.zeros((len(texts), COLUMNS), np.int64)
    for i in range(len(texts)):
        stream = read_stream(texts.text(i))
        chars, words, shapes = char_buckets(stream.points), word_buckets(stream.words), _shape(stream)
        at = np.arange(SHAPES) * SHAPE_VALUES + shapes
        out[i, CHARS] = normalised(int(char_weights[chars].sum(dtype=np.int64)), len(chars), char_scale)
        out[i, WORDS] = normalised(int(word_weights[words].sum(dtype=np.int64)), len(words), word_scale)
        out[i, SHAPE] = shape_weights[at].sum(dtype=np.int64)
        out[i, LENGTH] = len(stream.points) - 2
        out[i, LENGTH + 1 :] = shapes
    return out


def category_scores(texts: TextBatch, model: CategoryWeights) -> I64:
    """A score of each text for each category.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    model : (int8, int8, int32 array, int, int)
        Weights of characters and of words, shape (buckets, categories), for buckets fewer by a power of two than
        those of the n-grams: a bucket here is made of neighbouring ones there. Then the bias of each category, and
        the scales.

    Returns
    -------
    int64 array, shape (texts, categories)
        The scores in fixed point.
    """
    char_weights, word_weights, bias, char_scale, word_scale = model
    features = boilerplate_features(texts)
    shifts = [BUCKET_BITS - (len(weights).bit_length() - 1) for weights in (char_weights, word_weights)]
    out = np.zeros((len(texts), len(bias)), np.int64)
    for i in range(len(out)):
        out[i] = bias
        for buckets, offsets, weights, scale, shift in (
            (features.chars, features.char_offsets, char_weights, char_scale, shifts[0]),
            (features.words, features.word_offsets, word_weights, word_scale, shifts[1]),
        ):
            own = buckets[offsets[i] : offsets[i + 1]] >> shift
            sums = weights[own].sum(axis=0, dtype=np.int64)
            out[i] += [normalised(int(total), len(own), scale) for total in sums]
    return out


def normalised(total: int, count: int, scale: int) -> int:
    """`total * scale / sqrt(count)` without the additional bits of the scale, rounded down.

    The root carries as many bits as fit 31.
    """
    if not count:
        return 0
    shift = (62 - count.bit_length()) // 2
    return (total * scale << shift) // (isqrt(count << 2 * shift) << SCALE_BITS)


class Stream:
    """A text as the features see it, and the counts behind its shape."""

    def __init__(self) -> None:
        self.points = [START]
        self.places = [-1]
        """where in the text each point stands"""
        self.words: list[list[int]] = []
        self.word_spans: list[tuple[int, int]] = []
        self.word: list[int] = []
        self.begin = 0
        self.letters = self.digits = self.upper_words = 0
        self.terminators = self.separators = self.commas = self.others = 0
        self.flags = 0
        self.first, self.last = _NOTHING_FIRST, _NOTHING_LAST

    def close_word(self) -> None:
        """End the word under way."""
        if self.word:
            self.words.append(self.word)
            self.word_spans.append((self.begin, self.places[-1] + 1))
            self.word = []

    def add_space(self, place: int) -> None:
        """Take in a run of white space, unless it is at the start."""
        self.close_word()
        if len(self.points) > 1:
            self.points.append(SPACE)
            self.places.append(place)

    def add_letter(self, place: int, point: int, folded: tuple[int, ...]) -> None:
        """Take in a letter, a mark or a digit."""
        tables = load_tables(FEATURE_FOLD)
        unspaced = tables.kind[point] == UNSPACED
        if unspaced:
            self.close_word()
        lower = point in tables.joins
        digit = 0x30 <= folded[0] <= 0x39
        upper = not digit and not lower and folded[0] != point and folded[0] in tables.joins
        self.upper_words += upper and not self.word
        self.digits += digit
        self.letters += not digit
        seen = [0x30] if digit else [f for f in folded if f != SPACE]
        if not self.word:
            self.begin = place
        self.points += seen
        self.places += [place] * len(seen)
        self.word += seen
        if unspaced:
            self.close_word()
        self._note(3 if digit else 0 if upper else 1 if lower else 2, int(digit))

    def add_sign(self, place: int, point: int) -> None:
        """Take in punctuation, a symbol or anything else."""
        self.close_word()
        self.points.append(point)
        self.places.append(place)
        self.terminators += point in _TERMINATORS
        self.separators += point in _SEPARATORS
        self.commas += point in _COMMAS
        self.others += 1
        self.flags |= _FLAGS.get(point, 0)
        self._note(_FIRST.get(point, 8), _LAST.get(point, 11))

    def _note(self, first: int, last: int) -> None:
        self.last = last
        if self.first == _NOTHING_FIRST:
            self.first = first


def read_stream(text: str) -> Stream:
    """Read a text character by character."""
    tables = load_tables(FEATURE_FOLD)
    stream = Stream()
    space = False
    for place, char in enumerate(text):
        point = ord(char)
        if is_space(char):
            space = True
            continue
        kind = tables.kind[point]
        folded = tables.fold.get(point, (point,))
        if kind == IGNORED and point not in tables.fold:
            continue
        if space:
            stream.add_space(place - 1)
            space = False
        if kind != SEPARATOR or any(tables.kind[f] != SEPARATOR for f in folded):
            stream.add_letter(place, point, folded)
        else:
            stream.add_sign(place, point)
    stream.close_word()
    stream.points.append(END)
    stream.places.append(len(text))
    return stream


def _shape(stream: Stream) -> list[int]:
    length = len(stream.points) - 2
    words = len(stream.words)
    values = [
        length.bit_length(),
        words if words < 8 else words.bit_length() + 4,
        stream.last,
        stream.first,
        stream.upper_words * 8 // words if words else 9,
        stream.digits * 16 // length if length else 0,
        stream.others * 32 // length if length else 0,
        stream.separators,
        stream.terminators,
        stream.letters // words if words else 0,
        stream.commas * 16 // words if words else 0,
        stream.flags,
    ]
    return [min(value, SHAPE_VALUES - 1) for value in values]


def char_buckets(points: list[int]) -> U32:
    """The buckets of all n-grams of characters, shorter ones first."""
    stream = np.array(points, np.uint64)
    h = np.full(len(stream), int(A), np.uint64)
    parts = []
    for n in range(1, CHAR_NGRAM + 1):
        h = h[: len(stream) - n + 1]
        if not len(h):
            break
        h = (h ^ stream[n - 1 :]) * B
        h ^= h >> np.uint64(32)
        parts.append((h * C >> np.uint64(64 - BUCKET_BITS)).astype(np.uint32))
    return np.concatenate(parts)


def word_buckets(words: list[list[int]]) -> U32:
    """The buckets of the words, each followed from the second one on by that of its pair with the one before."""
    hashes = []
    for word in words:
        h = _WORD_SEED
        for point in word:
            h = (h ^ point) * int(B) & _MASK
            h ^= h >> 32
        hashes.append(h)
    out = []
    for i, h in enumerate(hashes):
        out.append(h)
        if i:
            pair = (hashes[i - 1] ^ (h * int(A) & _MASK)) * int(B) & _MASK
            out.append(pair ^ (pair >> 32))
    buckets = np.array(out, np.uint64) * C >> np.uint64(64 - BUCKET_BITS)
    return buckets.astype(np.uint32)


def _flat(parts: list[U32]) -> U32:
    return np.concatenate(parts) if parts else np.zeros(0, np.uint32)


def _ends(parts: list[U32]) -> Offsets:
    out = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=out[1:])
    return out
