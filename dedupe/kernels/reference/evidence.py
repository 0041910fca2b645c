"""Share of each word of a text in a linear score."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.records import I8, I64, LinearWeights
from dedupe.kernels.reference.features import (
    CHAR_NGRAM,
    Stream,
    char_buckets,
    normalised,
    read_stream,
    word_buckets,
)
from dedupe.text.encode import Offsets, TextBatch

# The weight of an n-gram is shared among its code points in sixtieths, that of a pair among its words in halves.
POINT_PARTS, WORD_PARTS = 60, 2


def boilerplate_evidence(
    texts: TextBatch, model: LinearWeights, longest: int
) -> tuple[Offsets, Offsets, Offsets, I64]:
    """Find the words of texts, and what each adds to the score of its text.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    model : (int8, int8, int32 array, int, int)
        The linear model, of which the shapes say nothing of words; see `boilerplate_scores`.
    longest : int
        Code points of each text that are looked at.

    Returns
    -------
    offsets : int64 array
        Where the words of each text begin, and the end of all.
    first, last : int64 arrays
        The code points of each word in its text.
    weights : int64 array
        What it adds, in fixed point: its own weight, half of that of each pair it is in, and of each character
        n-gram the part that its characters are; what stands between words goes to the word before, or to the first.
    """
    char_weights, word_weights, _, char_scale, word_scale = model
    offsets, spans, weights = [0], [], []
    for i in range(len(texts)):
        stream = read_stream(texts.text(i)[:longest])
        if stream.word_spans:
            chars, words = char_buckets(stream.points), word_buckets(stream.words)
            by_chars = _by_word(_shared(char_weights[chars], len(stream.points)), stream)
            by_words = _with_pairs(word_weights[words])
            counts = len(chars) * POINT_PARTS**2, len(words) * WORD_PARTS**2
            weights += [
                normalised(one, counts[0], char_scale) + normalised(other, counts[1], word_scale)
                for one, other in zip(by_chars.tolist(), by_words.tolist(), strict=True)
            ]
            spans += stream.word_spans
        offsets.append(len(spans))
    first, last = np.array(spans, np.int64).reshape(-1, 2).T
    return np.array(offsets, np.int64), first.copy(), last.copy(), np.array(weights, np.int64)


def _shared(weights: I8, count: int) -> I64:
    """Return what each of so many code points is given by the n-grams it is in, shorter n-grams first."""
    out = np.zeros(count + CHAR_NGRAM, np.int64)
    at = 0
    for n in range(1, min(CHAR_NGRAM, count) + 1):
        grams = count - n + 1
        share = weights[at : at + grams].astype(np.int64) * (POINT_PARTS // n)
        for step in range(n):
            out[step : step + grams] += share
        at += grams
    return out[:count]


def _by_word(points: I64, stream: Stream) -> I64:
    """Return what the code points of each word, and those behind it, are given."""
    begins = [start for start, _ in stream.word_spans]
    owner = np.maximum(np.searchsorted(begins, stream.places, side="right") - 1, 0)
    out = np.zeros(len(begins), np.int64)
    np.add.at(out, owner, points)
    return out


def _with_pairs(weights: I8) -> I64:
    """Return what each word is given: twice its own weight, and the weights of its pairs."""
    wide = weights.astype(np.int64)
    out: I64 = WORD_PARTS * np.append(wide[:1], wide[1::2])
    out[1:] += wide[2::2]
    out[:-1] += wide[2::2]
    return out
