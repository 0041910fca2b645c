"""Integer features of a text, and its linear score: the readable reference of the native kernels.

A text becomes a stream of code points: letters folded, digits as `0`, runs of white space as one space,
everything else as it is, framed by start and end marks. Features are

- hashed character 1- to 5-grams of the stream (so `^` and `$` are in them),
- hashed words and pairs of neighbouring words,
- `SHAPES` small numbers about length, ends, case, digits and punctuation, each one-hot.

The score is `sum(char weights) / sqrt(char n-grams) + sum(word weights) / sqrt(word n-grams) + shape weights`, in
fixed point: nothing in it depends on a platform's floating-point arithmetic.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.fingerprint.hashing import A, B, C, U32
from dedupe.segmentation.space import is_space
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.tables import IGNORED, MARK, SEPARATOR, UNSPACED, load_tables

BUCKET_BITS = 18
BUCKETS = 1 << BUCKET_BITS
CHAR_NGRAM = 5
SHAPES = 12
SHAPE_VALUES = 16
FIXED_POINT = 16  # a score of 1.0 is 1 << 16

START, END, SPACE = 2, 3, 0x20
_WORD_SEED = 0x8EBC6AF09C88C6E3
_MASK = (1 << 64) - 1

I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

_TERMINATORS = frozenset(map(ord, ".!?…。！？؟।۔"))
_SEPARATORS = frozenset(map(ord, "|•·›»>/→‹«"))
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


def boilerplate_features(buffer: Bytes, offsets: Offsets) -> Features:
    """The features of each text."""
    batch = TextBatch(buffer, offsets)
    chars, words, shapes = [], [], np.zeros((len(batch), SHAPES), np.uint8)
    for i in range(len(batch)):
        stream = read_stream(batch.text(i))
        chars.append(_char_buckets(stream.points))
        words.append(_word_buckets(stream.words))
        shapes[i] = _shape(stream)
    return Features(_flat(chars), _ends(chars), _flat(words), _ends(words), shapes)


def boilerplate_scores(
    buffer: Bytes,
    offsets: Offsets,
    char_weights: I8,
    word_weights: I8,
    shape_weights: I32,
    char_scale: int,
    word_scale: int,
) -> I64:
    """The linear score of each text, in fixed point."""
    features = boilerplate_features(buffer, offsets)
    out = np.zeros(len(offsets) - 1, np.int64)
    for i in range(len(out)):
        chars = features.chars[features.char_offsets[i] : features.char_offsets[i + 1]]
        words = features.words[features.word_offsets[i] : features.word_offsets[i + 1]]
        score = _normalised(int(char_weights[chars].sum(dtype=np.int64)), len(chars), char_scale)
        score += _normalised(int(word_weights[words].sum(dtype=np.int64)), len(words), word_scale)
        at = np.arange(SHAPES) * SHAPE_VALUES + features.shapes[i]
        out[i] = score + int(shape_weights[at].sum(dtype=np.int64))
    return out


def _normalised(total: int, count: int, scale: int) -> int:
    """`total * scale / sqrt(count)`, rounded down; the root carries 8 fractional bits."""
    return total * scale // isqrt(count << 16) if count else 0


class Stream(NamedTuple):
    """A text as the features see it, and the counts behind its shape."""

    points: list[int]
    words: list[list[int]]
    letters: int
    digits: int
    upper_words: int
    terminators: int
    separators: int
    others: int
    commas: int
    first: int
    last: int
    flags: int


def read_stream(text: str) -> Stream:
    """Read a text character by character."""
    tables = load_tables()
    points, words, word = [START], [], []  # type: ignore[var-annotated]
    letters = digits = upper_words = terminators = separators = others = commas = flags = 0
    first, last = -1, -1
    space = False
    for char in text:
        point = ord(char)
        kind = tables.kind[point]
        folded = tables.fold.get(point, (point,))
        if is_space(char):
            space = True
        elif kind == IGNORED and point not in tables.fold:
            continue
        else:
            if space and len(points) > 1:
                points.append(SPACE)
            if space and word:
                words.append(word)
                word = []
            space = False
            is_word = kind != SEPARATOR or any(tables.kind[f] != SEPARATOR for f in folded)
            if is_word:
                if kind == UNSPACED and word:
                    words.append(word)
                    word = []
                digit = 0x30 <= folded[0] <= 0x39
                upper = not digit and point not in tables.joins and folded[0] != point
                upper = upper and folded[0] in tables.joins
                upper_words += upper and not word
                digits += digit
                letters += not digit
                seen = [0x30] if digit else [f for f in folded if f != SPACE]
                points.extend(seen)
                word.extend(seen)
                if kind == UNSPACED:
                    words.append(word)
                    word = []
                category = 1 if digit else 0
                start = 3 if digit else 0 if upper else 1 if point in tables.joins else 2
            else:
                if word:
                    words.append(word)
                    word = []
                points.append(point)
                terminators += point in _TERMINATORS
                separators += point in _SEPARATORS
                commas += point in (0x2C, 0x60C, 0x3001, 0xFF0C)
                others += 1
                flags |= (point == 0x40) | (point == 0xA9) << 1 | (point == 0x2026) << 2 | (point == 0x3A) << 3
                category = _LAST.get(point, 11)
                start = _FIRST.get(point, 8)
            last = category
            if first < 0:
                first = start
    if word:
        words.append(word)
    points.append(END)
    return Stream(
        points, words, letters, digits, upper_words, terminators, separators, others, commas,
        max(first, 0) if first >= 0 else 9, max(last, 0) if last >= 0 else 12, flags,
    )  # fmt: skip


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


def _char_buckets(points: list[int]) -> U32:
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


def _word_buckets(words: list[list[int]]) -> U32:
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


__all__ = ["MARK", "Features", "boilerplate_features", "boilerplate_scores", "read_stream"]
