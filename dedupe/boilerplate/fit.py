"""Fitting, with scikit-learn: features of texts as a matrix, quantised linear models, trees, calibration."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.boilerplate.model import LENGTH_CLASSES, PROBABILITY_UNIT, STEPS, Calibration, Floats, Linear
from dedupe.boilerplate.trees import Trees, from_scikit_learn
from dedupe.kernels.records import BUCKETS, FIXED_POINT, I64, SCALE_BITS, SHAPE_VALUES, SHAPES
from dedupe.text.encode import encode_batch

SHAPE_FACTOR = 0.3
# Deeper trees take longer to go through, and know nothing more.
_DEPTH = 5
# Share of a gentle curve in calibration.
_SLOPE = 0.01
# The scores in the middle of the steps of the calibration tables.
STEP_SCORES = (np.arange(STEPS) - STEPS // 2 + 0.5) / 16

Labels = npt.NDArray[np.int64]


def feature_matrix(texts: list[str], kind: npt.DTypeLike = np.float32) -> Any:
    """The features of texts as a sparse matrix of a kind of numbers, scaled as the score scales them."""
    from scipy.sparse import csr_matrix, hstack

    chars, char_offsets, words, word_offsets, shapes = kernels.boilerplate_features(encode_batch(texts))
    parts = []
    for buckets, offsets in ((chars, char_offsets), (words, word_offsets)):
        counts = np.diff(offsets)
        values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(kind)
        part = csr_matrix((values, buckets.astype(np.int32), offsets), shape=(len(texts), BUCKETS))
        part.sum_duplicates()
        parts.append(part)
    columns = (shapes + np.arange(SHAPES) * SHAPE_VALUES).astype(np.int32).ravel()
    values = np.full(len(columns), SHAPE_FACTOR, kind)
    starts = np.arange(len(texts) + 1) * SHAPES
    parts.append(csr_matrix((values, columns, starts), shape=(len(texts), SHAPES * SHAPE_VALUES)))
    return hstack(parts, format="csr")


def fit_linear(matrix: Any, labels: Labels, weights: Floats, strength: float) -> Linear:
    """Fit a logistic regression, and quantise it."""
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
    regression.fit(matrix, labels, sample_weight=weights)
    return quantised(regression.coef_[0], float(regression.intercept_[0]))


def quantised(coefficients: Floats, intercept: float) -> Linear:
    """Coefficients of the columns of a feature matrix as weights in small integers."""
    chars, char_scale = quantise(coefficients[:BUCKETS])
    words, word_scale = quantise(coefficients[BUCKETS : 2 * BUCKETS])
    shapes = coefficients[2 * BUCKETS :] * SHAPE_FACTOR
    # Each text has one value of each shape: the intercept is shared out among the first one.
    shapes[:SHAPE_VALUES] += intercept
    shape_weights = np.rint(shapes * (1 << FIXED_POINT)).astype(np.int32)
    return Linear(chars, words, shape_weights, char_scale, word_scale)


def quantise(part: Floats) -> tuple[npt.NDArray[np.int8], int]:
    """Weights of n-grams as int8 and the scale with which `features.normalised` undoes it."""
    sizes = np.abs(part[part != 0])
    unit = float(np.quantile(sizes, 0.9999)) / 127 if len(sizes) else 1.0
    # `normalised` takes the additional bits away.
    return np.clip(np.rint(part / unit), -127, 127).astype(np.int8), round(unit * (1 << FIXED_POINT + SCALE_BITS))


def fit_trees(features: I64, labels: Labels, weights: Floats, trees: int, rising: tuple[int, ...] = ()) -> Trees:
    """Fit boosted trees over integer features; the log-odds never fall where a feature of `rising` grows."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    monotonic = np.zeros(features.shape[1], np.int8)
    monotonic[list(rising)] = 1
    model = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=6 / trees,
        max_leaf_nodes=15,
        max_depth=_DEPTH,
        min_samples_leaf=100,
        monotonic_cst=monotonic,
        early_stopping=False,
        random_state=0,
    )
    model.fit(features.astype(np.float64), labels, sample_weight=weights)
    return from_scikit_learn(model)


def calibrate(scores: I64, lengths: I64, labels: Labels, weights: Floats) -> Calibration:
    """Isotonic probabilities for every step of the score, by class of length."""
    from sklearn.isotonic import IsotonicRegression

    classes = np.searchsorted(LENGTH_CLASSES, lengths)
    tables = []
    for number in range(len(LENGTH_CLASSES) + 1):
        inside = classes == number
        if not inside.any():
            inside = np.ones(len(classes), bool)
        isotonic = IsotonicRegression(y_min=0.001, y_max=0.999, out_of_bounds="clip")
        isotonic.fit(scores[inside] / (1 << FIXED_POINT), labels[inside], weights[inside])
        # Isotonic steps are wide where data is thin: a running mean keeps them from being cliffs, and a gentle
        # slope keeps apart what lies on one.
        smooth = np.convolve(np.pad(isotonic.predict(STEP_SCORES), 4, mode="edge"), np.full(9, 1 / 9), "valid")
        sloping = (1 - _SLOPE) * smooth + _SLOPE / (1 + np.exp(-STEP_SCORES))
        tables.append(tuple(np.rint(sloping * PROBABILITY_UNIT).astype(int).tolist()))
    return tuple(tables)


def logistic_calibration(slope: float, shift: float) -> Calibration:
    """Probabilities for every step of the score by one curve for all lengths."""
    curve = 1 / (1 + np.exp(-(slope * STEP_SCORES + shift)))
    row = tuple(np.rint(np.clip(curve, 0.001, 0.999) * PROBABILITY_UNIT).astype(int).tolist())
    return (row,) * (len(LENGTH_CLASSES) + 1)
