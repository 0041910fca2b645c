"""Fit the network of the text model: vectors of n-grams and two layers, by stochastic gradients of the log loss.

As in fastText (Joulin et al., 2016), a text is the sum of the vectors of its n-grams. Behind that stand a layer of
rectified cells and an output for each question that it learns. Half of the n-grams of a text are left out whenever
it is seen, or it would be learned by heart. Steps are those of Adagrad. All draws are seeded.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.fit import quantise
from dedupe.boilerplate.model import Network
from dedupe.kernels.records import (
    BUCKETS,
    DIMENSIONS,
    HIDDEN,
    LARGEST_BIAS,
    LARGEST_WEIGHT,
    NETWORK_BITS,
    OUTPUTS,
)

# A bucket here is so many of the n-grams, as a power of two.
_SHIFT = 1
_EPOCHS, _BATCH = 4, 2048
_LEFT_OUT = 0.5
# Steps of the vectors and of the layers; they end at a tenth.
_STEPS, _LAST = (0.03, 0.012, 0.012, 0.012, 0.012), 0.1
_SMALL_VECTOR = 0.05
# Log-odds beyond which an exponential would overflow.
_SUREST = 80

Numbers = npt.NDArray[np.float32]


def fit_network(matrix: Any, truth: Numbers, weights: Numbers) -> Network:
    """Fit a network.

    Parameters
    ----------
    matrix : sparse matrix, shape (texts, columns)
        What `feature_matrix` gives.
    truth : float32 array, shape (texts, OUTPUTS)
        What the outputs are to say of each text, 0 or 1.
    weights : float32 array, shape (texts, OUTPUTS)
        How much each of that counts.

    Returns
    -------
    Network
        Its weights in small integers.
    """
    random = np.random.default_rng(0)
    grams = _in_buckets(matrix)
    weights = (weights / weights[:, 0].mean()).astype(np.float32)
    vectors = random.standard_normal((grams.shape[1], DIMENSIONS)) * _SMALL_VECTOR
    hidden = random.standard_normal((DIMENSIONS, HIDDEN)) / np.sqrt(DIMENSIONS)
    output = random.standard_normal((HIDDEN, OUTPUTS)) / np.sqrt(HIDDEN)
    learned = [part.astype(np.float32) for part in (vectors, hidden, np.zeros(HIDDEN), output, np.zeros(OUTPUTS))]
    squares = [np.full_like(part, 1e-8) for part in learned]
    for epoch in range(_EPOCHS):
        order = random.permutation(len(truth))
        slower = 1 - (1 - _LAST) * epoch / _EPOCHS
        for first in range(0, len(order), _BATCH):
            own = order[first : first + _BATCH]
            seen = grams[own]
            kept = random.random(len(seen.data), np.float32) >= _LEFT_OUT
            seen.data *= kept / np.float32(1 - _LEFT_OUT)
            buckets, gradients = _gradients(seen, learned, truth[own], (weights[own] / _BATCH).astype(np.float32))
            for number, gradient in enumerate(gradients):
                # Of the vectors, those of the buckets that were seen.
                rows: Any = buckets if number == 0 else slice(None)
                squares[number][rows] += gradient * gradient
                learned[number][rows] -= _STEPS[number] * slower * gradient / np.sqrt(squares[number][rows])
    return _quantised(learned)


def _in_buckets(matrix: Any) -> Any:
    """The n-grams of a feature matrix in the buckets of the network."""
    from scipy.sparse import csr_matrix

    grams = matrix[:, : 2 * BUCKETS].tocsr()
    shape = (grams.shape[0], 2 * BUCKETS >> _SHIFT)
    folded = csr_matrix((grams.data.astype(np.float32), grams.indices >> _SHIFT, grams.indptr), shape=shape)
    folded.sum_duplicates()
    return folded


def _gradients(
    seen: Any, learned: list[Numbers], truth: Numbers, weights: Numbers
) -> tuple[npt.NDArray[np.int64], list[Numbers]]:
    """The buckets of some texts, and the gradients of their vectors and of the layers."""
    vectors, hidden, hidden_bias, output, output_bias = learned
    text = seen @ vectors
    cells = np.maximum(text @ hidden + hidden_bias, 0)
    said = np.clip(cells @ output + output_bias, -_SUREST, _SUREST)
    wrong = (1 / (1 + np.exp(-said)) - truth) * weights
    of_cells = (wrong @ output.T) * (cells > 0)
    turned = seen.T.tocsr()
    buckets = np.flatnonzero(np.diff(turned.indptr))
    of_vectors = turned[buckets] @ (of_cells @ hidden.T)
    return buckets, [of_vectors, text.T @ of_cells, of_cells.sum(0), cells.T @ wrong, wrong.sum(0)]


def _quantised(learned: list[Numbers]) -> Network:
    vectors, hidden, hidden_bias, output, output_bias = (part.astype(np.float64) for part in learned)
    half = len(vectors) // 2
    (chars, char_scale), (words, word_scale) = (quantise(part.ravel()) for part in (vectors[:half], vectors[half:]))
    shape = (half, DIMENSIONS)
    return Network(
        chars.reshape(shape),
        words.reshape(shape),
        _layer(hidden, hidden_bias),
        _layer(output, output_bias),
        char_scale,
        word_scale,
    )


def _layer(weights: npt.NDArray[np.float64], bias: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    unit = 1 << NETWORK_BITS
    whole = np.vstack(
        (
            np.clip(np.rint(weights * unit), -LARGEST_WEIGHT, LARGEST_WEIGHT),
            np.clip(np.rint(bias * unit * unit), -LARGEST_BIAS, LARGEST_BIAS),
        )
    )
    return cast("npt.NDArray[np.int32]", whole.astype(np.int32))
