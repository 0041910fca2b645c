"""A small network over vectors of n-grams: the readable reference of the native kernel.

As in fastText, each n-gram has a vector; those of a text add up to one vector of it, scaled by the root of their
number. A hidden layer of rectified cells makes of it what the model says of the text. All numbers are integers in
fixed point, and small enough that no sum overflows 64 bits.

Kickers are what stands before the first colon of a text, as `Read also` before a headline. A long headline hides a
kicker of two words among its own: the network is asked of the kicker alone besides.
"""

from __future__ import annotations

import re

import numpy as np

from dedupe.kernels.records import (
    BUCKET_BITS,
    COLUMNS,
    DIMENSIONS,
    HIDDEN,
    I64,
    KICKER,
    LARGEST_BIAS,
    LARGEST_INPUT,
    LARGEST_NETWORK_SCALE,
    LARGEST_WEIGHT,
    NETWORK_BITS,
    NO_KICKER,
    OUTPUTS,
    PARTS,
    PROMPT,
    LinearWeights,
    NetworkWeights,
)
from dedupe.kernels.reference.features import boilerplate_features, boilerplate_scores, normalised
from dedupe.text.encode import TextBatch

# More bits of what is left of a scale and the root of a count.
_MORE = 10
# A kicker ends in the first bytes of a text, and so many bytes behind the colon: fewer are no headline.
_MOST_BYTES, _LEAST_BEHIND = 60, 8
# The second is that of Chinese and Japanese.
_COLON = re.compile(":|\N{FULLWIDTH COLON}".encode())


def network_scores(texts: TextBatch, model: LinearWeights, network: NetworkWeights) -> I64:
    """The parts of the linear score of texts, and what the network says of them.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    model : (int8, int8, int32 array, int, int)
        The linear model; see `boilerplate_scores`.
    network : (int8, int8, int32, int32 array, int, int)
        Vectors of characters and of words, shape (buckets, DIMENSIONS), for buckets fewer by a power of two than
        those of the n-grams; the hidden layer, shape (DIMENSIONS + 1, HIDDEN), and the layer of outputs, shape
        (HIDDEN + 1, OUTPUTS), each with its bias in the last row; the scales of the vectors. Weights have
        `NETWORK_BITS` fractional bits, biases twice as many.

    Returns
    -------
    int64 array, shape (texts, PARTS)
        What `boilerplate_scores` gives, the outputs in fixed point, and what the one for prompts says of the
        kicker, `NO_KICKER` where there is none.

    Raises
    ------
    ValueError
        The network is of another size, or a weight is too large.
    """
    _check(network)
    out = np.full((len(texts), PARTS), NO_KICKER, np.int64)
    out[:, :COLUMNS] = boilerplate_scores(texts, model)
    out[:, COLUMNS:KICKER] = _outputs(texts, network)
    numbers, kickers = find_kickers(texts)
    out[numbers, KICKER] = _outputs(kickers, network)[:, PROMPT - COLUMNS]
    return out


def find_kickers(texts: TextBatch) -> tuple[I64, TextBatch]:
    """Return the numbers of the texts that begin with a kicker, and their kickers, up to the colon and with it."""
    numbers, ends = [], []
    for i in range(len(texts)):
        raw = texts.raw(i)
        colon = _COLON.search(raw[:_MOST_BYTES])
        if colon and colon.end() + _LEAST_BEHIND <= len(raw):
            numbers.append(i)
            ends.append(int(texts.starts[i]) + colon.end())
    chosen = np.array(numbers, np.int64)
    return chosen, TextBatch(texts.buffer, texts.starts[chosen], np.array(ends, np.int64))


def _outputs(texts: TextBatch, network: NetworkWeights) -> I64:
    *vectors, hidden, output, char_scale, word_scale = network
    features = boilerplate_features(texts)
    out = np.zeros((len(texts), OUTPUTS), np.int64)
    for i in range(len(texts)):
        inputs = np.zeros(DIMENSIONS, np.int64)
        for buckets, offsets, weights, scale in (
            (features.chars, features.char_offsets, vectors[0], char_scale),
            (features.words, features.word_offsets, vectors[1], word_scale),
        ):
            shift = BUCKET_BITS - (len(weights).bit_length() - 1)
            own = buckets[offsets[i] : offsets[i + 1]] >> shift
            root = normalised(1 << _MORE, len(own), scale)
            inputs += weights[own].sum(axis=0, dtype=np.int64) * root >> (_MORE + NETWORK_BITS)
        cells = np.clip(inputs, -LARGEST_INPUT, LARGEST_INPUT) @ hidden[:-1].astype(np.int64) + hidden[-1]
        given = np.maximum(cells, 0) >> NETWORK_BITS
        out[i] = given @ output[:-1].astype(np.int64) + output[-1]
    return out


def _check(network: NetworkWeights) -> None:
    *vectors, hidden, output, char_scale, word_scale = network
    for weights in vectors:
        buckets = len(weights)
        if weights.shape != (buckets, DIMENSIONS) or buckets.bit_count() != 1 or buckets > 1 << BUCKET_BITS:
            raise ValueError("the vectors of the network are of another size")
    if hidden.shape != (DIMENSIONS + 1, HIDDEN) or output.shape != (HIDDEN + 1, OUTPUTS):
        raise ValueError("the layers of the network are of another size")
    fit = all(
        np.abs(layer[:-1].astype(np.int64)).max() <= LARGEST_WEIGHT
        and np.abs(layer[-1].astype(np.int64)).max() <= LARGEST_BIAS
        for layer in (hidden, output)
    )
    if not fit or max(abs(char_scale), abs(word_scale)) > LARGEST_NETWORK_SCALE:
        raise ValueError("a weight or a scale of the network is too large")
