"""Train the shipped boilerplate model: `python -m dedupe.boilerplate.train DATA/train.jsonl [--output DIR]`.

DATA is a JSONL file of labelled text blocks with `text`, `label` (1 boilerplate), `lang`, `site`, and perhaps
`amb` (boilerplate that no reader of the text alone could know). Needs scikit-learn and SciPy.

Blocks are split by site, never by row; sources that are no web sites (a manual, translations of interfaces) are
always trained on and never measured. Added as content are single sentences and short fragments cut from content,
or the model learns that short means boilerplate; and the prompts and hard negatives of `prompts/`. Calibration
is isotonic, by class of length, on scores of sites that the scoring model has not seen. Everything is seeded:
the same data gives the same model.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe import backend
from dedupe.boilerplate.features import BUCKETS, FIXED_POINT, I64, SHAPE_VALUES, SHAPES
from dedupe.boilerplate.model import (
    LENGTH_CLASSES,
    PROBABILITY_UNIT,
    STEPS,
    BoilerplateModel,
)
from dedupe.boilerplate.training_data import (
    ALWAYS_TRAINED,
    AMBIGUOUS_WEIGHT,
    FOLDS,
    Floats,
    Rows,
    balanced_weights,
    read_rows,
)
from dedupe.text.encode import encode_batch

INVERSE_REGULARISATION = 1.0
SHAPE_FACTOR = 0.3


def main(arguments: list[str] | None = None) -> None:
    """Train, report on unseen sites, and write the model."""
    parser = argparse.ArgumentParser(description="Train the boilerplate model.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("model"))
    options = parser.parse_args(arguments)
    rows = read_rows(options.data)
    matrix = feature_matrix(rows.texts)
    weights = balanced_weights(rows)
    scores = np.zeros(len(rows.texts), np.int64)
    for fold in range(FOLDS):
        held_out = rows.folds == fold
        part = _fit(matrix[~held_out], rows.labels[~held_out], weights[~held_out])
        scores[held_out] = _score(part, [t for t, out in zip(rows.texts, held_out, strict=True) if out])
        sys.stderr.write(f"fold {fold + 1} of {FOLDS} done\n")
    lengths = np.array([len(text) for text in rows.texts])
    calibration = _calibrate(scores, lengths, rows)
    final = _fit(matrix, rows.labels, weights)
    chars, words, shapes, char_scale, word_scale = final
    model = BoilerplateModel(chars, words, shapes, char_scale, word_scale, calibration)
    options.output.mkdir(exist_ok=True)
    model.save(options.output)
    report = evaluate(model.probabilities(scores, lengths), rows)
    (options.output / "report.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def feature_matrix(texts: list[str]) -> Any:
    """The features of texts as a sparse matrix, scaled as the score scales them."""
    from scipy.sparse import csr_matrix, hstack

    chars, char_offsets, words, word_offsets, shapes = backend.boilerplate_features(*encode_batch(texts))
    parts = []
    for buckets, offsets in ((chars, char_offsets), (words, word_offsets)):
        counts = np.diff(offsets)
        values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
        part = csr_matrix((values, buckets.astype(np.int32), offsets), shape=(len(texts), BUCKETS))
        part.sum_duplicates()
        parts.append(part)
    columns = (shapes + np.arange(SHAPES) * SHAPE_VALUES).astype(np.int32).ravel()
    values = np.full(len(columns), SHAPE_FACTOR, np.float32)
    starts = np.arange(len(texts) + 1) * SHAPES
    parts.append(csr_matrix((values, columns, starts), shape=(len(texts), SHAPES * SHAPE_VALUES)))
    return hstack(parts, format="csr")


def _fit(matrix: Any, labels: npt.NDArray[np.int64], weights: Floats) -> tuple[Any, ...]:
    """Fit a logistic regression and quantise it: char, word and shape weights, char and word scale."""
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=300, tol=1e-3)
    regression.fit(matrix, labels, sample_weight=weights)
    coefficients = regression.coef_[0]
    quantised, scales = [], []
    for start in (0, BUCKETS):
        part = coefficients[start : start + BUCKETS]
        unit = float(np.quantile(np.abs(part[part != 0]), 0.9999)) / 127
        quantised.append(np.clip(np.rint(part / unit), -127, 127).astype(np.int8))
        # `_normalised` divides by a root with 8 fractional bits.
        scales.append(round(unit * (1 << FIXED_POINT) * 256))
    shapes = coefficients[2 * BUCKETS :] * SHAPE_FACTOR
    # Each text has one value of each shape: the intercept is shared out among the first one.
    shapes[:SHAPE_VALUES] += regression.intercept_[0]
    return (*quantised, np.rint(shapes * (1 << FIXED_POINT)).astype(np.int32), *scales)


def _score(part: tuple[Any, ...], texts: list[str]) -> I64:
    return backend.boilerplate_scores(*encode_batch(texts), *part)


def _calibrate(scores: I64, lengths: npt.NDArray[np.int64], rows: Rows) -> tuple[tuple[int, ...], ...]:
    """Isotonic probabilities for every step of the score, by class of length."""
    from sklearn.isotonic import IsotonicRegression

    classes = np.searchsorted(LENGTH_CLASSES, lengths)
    original = np.array(["cut" not in row for row in rows.info])
    weights = np.array([AMBIGUOUS_WEIGHT if row.get("amb") else 1.0 for row in rows.info])
    steps = (np.arange(STEPS) - STEPS // 2 + 0.5) / 16
    tables = []
    for number in range(len(LENGTH_CLASSES) + 1):
        inside = (classes == number) & (rows.folds != ALWAYS_TRAINED) & original
        isotonic = IsotonicRegression(y_min=0.001, y_max=0.999, out_of_bounds="clip")
        isotonic.fit(scores[inside] / (1 << FIXED_POINT), rows.labels[inside], weights[inside])
        # Isotonic steps are wide where data is thin: a running mean keeps them from being cliffs.
        smooth = np.convolve(np.pad(isotonic.predict(steps), 4, mode="edge"), np.full(9, 1 / 9), "valid")
        tables.append(tuple(np.rint(smooth * PROBABILITY_UNIT).astype(int).tolist()))
    return tuple(tables)


def evaluate(probabilities: Floats, rows: Rows) -> dict[str, Any]:
    """Measures on unseen sites: overall, by language and length, with and without ambiguous rows."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    measured = rows.folds != ALWAYS_TRAINED
    cuts = np.array([row.get("cut", "") for row in rows.info])
    original = (cuts == "") & measured
    ambiguous = np.array([bool(row.get("amb")) for row in rows.info])
    lengths = np.array([len(text) for text in rows.texts])
    languages = np.array([row["lang"] for row in rows.info])

    def measures(chosen: npt.NDArray[np.bool_]) -> dict[str, float]:
        truth, guess = rows.labels[chosen], probabilities[chosen]
        out: dict[str, float] = {"n": int(chosen.sum()), "boilerplate": round(float(truth.mean()), 3)}
        if 0 < truth.mean() < 1:
            out["auc"] = round(float(roc_auc_score(truth, guess)), 4)
            out["ap"] = round(float(average_precision_score(truth, guess)), 4)
        out["ece"] = round(_calibration_error(truth, guess), 4)
        for limit in (0.5, 0.8, 0.9, 0.95):
            hit = guess >= limit
            if hit.any():
                out[f"precision_{limit}"] = round(float(truth[hit].mean()), 4)
                out[f"recall_{limit}"] = round(float(hit[truth == 1].mean()), 4) if truth.any() else 0.0
        return out

    report = {
        "all": measures(original),
        "without_ambiguous": measures(original & ~ambiguous),
        "from_40_characters": measures(original & (lengths >= 40)),
        "from_40_characters_without_ambiguous": measures(original & ~ambiguous & (lengths >= 40)),
        "up_to_60_characters": measures(original & (lengths <= 60)),
    }
    for language, _ in Counter(languages[original].tolist()).most_common(12):
        report[f"language_{language}"] = measures(original & (languages == language))
    for cut in ("sentence", "fragment"):
        chosen = measured & (cuts == cut)
        false = {f"false_positives_{p}": round(float((probabilities[chosen] >= p).mean()), 4) for p in (0.5, 0.9)}
        report[f"content_{cut}s"] = {"n": int(chosen.sum()), **false}
    return report


def _calibration_error(truth: npt.NDArray[np.int64], guess: Floats) -> float:
    bins = np.minimum((guess * 15).astype(int), 14)
    total = 0.0
    for number in range(15):
        inside = bins == number
        if inside.any():
            total += inside.mean() * abs(truth[inside].mean() - guess[inside].mean())
    return float(total)


if __name__ == "__main__":
    main()
