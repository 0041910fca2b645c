"""Train the shipped boilerplate model: `python -m dedupe.boilerplate.train DATA/train.jsonl [--output DIR]`.

DATA is a JSONL file of labelled text blocks with `text`, `label` (1 boilerplate), `lang`, `site`, and perhaps
`amb` (boilerplate that no reader of the text alone could know). Needs scikit-learn and SciPy.

Blocks are split by site, never by row; sources that are no web sites (a manual, translations of interfaces)
are always trained on and never measured. Single sentences cut from content are added as content, or the model
learns that short means boilerplate, and so are the prompts and hard negatives of `prompts/`. Calibration is isotonic, by class of length, on scores of sites that the
scoring model has not seen. Everything is seeded: the same data gives the same model.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

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
from dedupe.segmentation import segment
from dedupe.text.encode import encode_batch

FOLDS = 5
ALWAYS_TRAINED = -1
INVERSE_REGULARISATION = 1.0
SHAPE_FACTOR = 0.3
# Rows count less where the label says little about the text.
AMBIGUOUS_WEIGHT = 0.25
INTERFACE_WEIGHT = 0.25
# A short label of a menu or a tag cloud is boilerplate by its place, not by its words.
LABEL_WEIGHT = 0.25
LABEL_CATEGORIES = ("navigation", "tags", "related", None)
LABEL_WORDS = 4
SENTENCE_WEIGHT = 0.7
FRAGMENT_WEIGHT = 0.5
# The names that stand for `{name}` and its like in the prompts.
FILLERS = {
    "name": ["Le Courrier", "The Daily Record", "Morgenpost", "Il Giornale Nuovo", "Radio Metro", "TechWire", "Tribune 24"],
    "network": ["Facebook", "Twitter", "Instagram", "LinkedIn", "YouTube", "Google News", "WhatsApp", "Telegram", "TikTok", "X"],
    "person": ["Anna Keller", "John Whitfield", "Marie Dubois", "Luis Ortega", "P. Janssen"],
    "year": ["2019", "2021", "2024"],
}
PROMPT_FILLINGS = 8
PROMPT_WEIGHT = 2.0
_LONGEST = 3000

Floats = npt.NDArray[np.float64]


class Rows(NamedTuple):
    """Training rows as columns."""

    texts: list[str]
    labels: npt.NDArray[np.int64]
    weights: Floats
    folds: npt.NDArray[np.int64]
    info: list[dict[str, Any]]


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
    model = BoilerplateModel(*final, calibration)
    options.output.mkdir(exist_ok=True)
    model.save(options.output)
    report = evaluate(model.probabilities(scores, lengths), rows)
    (options.output / "report.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def read_rows(path: Path) -> Rows:
    """Read the blocks and add single sentences of content."""
    info: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as lines:
        info.extend(json.loads(line) for line in lines)
    content_languages = {row["lang"] for row in info if row["label"] == 0}
    texts, labels, weights, kept = [], [], [], []
    for row in info:
        weight = AMBIGUOUS_WEIGHT if row.get("amb") else 1.0
        if row["lang"] not in content_languages:
            weight *= INTERFACE_WEIGHT
        if row["label"] == 1 and row.get("category") in LABEL_CATEGORIES and _is_label(row["text"]):
            weight *= LABEL_WEIGHT
        texts.append(row["text"][:_LONGEST])
        labels.append(row["label"])
        weights.append(weight)
        kept.append(row)
        if row["label"] == 0:
            pieces = ((_one_sentence(row["text"]), SENTENCE_WEIGHT), (_fragment(row["text"]), FRAGMENT_WEIGHT))
            for piece, weight in pieces:
                if piece:
                    texts.append(piece)
                    labels.append(0)
                    weights.append(weight)
                    kept.append({**row, "cut": "sentence" if weight == SENTENCE_WEIGHT else "fragment"})
    for row in read_prompts(Path(__file__).with_name("prompts")):
        texts.append(row["text"])
        labels.append(row["label"])
        weights.append(PROMPT_WEIGHT)
        kept.append(row)
    folds = np.array([_fold(row) for row in kept])
    return Rows(texts, np.array(labels), np.array(weights), folds, kept)


def balanced_weights(rows: Rows) -> Floats:
    """Weights under which both labels weigh the same among texts of about one length.

    On web pages most short blocks are boilerplate. In the score of a text that would be a shortcut: the words
    are what is to be learned, and the calibration puts the share of each class of length back in.
    """
    weights = rows.weights.copy()
    bins = np.array([min(len(text).bit_length(), 10) for text in rows.texts])
    for number in np.unique(bins):
        inside = bins == number
        for label in (0, 1):
            chosen = inside & (rows.labels == label)
            if chosen.any():
                weights[chosen] *= weights[inside].sum() / 2 / weights[chosen].sum()
    return weights * len(weights) / weights.sum()


def _fold(row: dict[str, Any]) -> int:
    if row["source"] in ("prompts", "gnome-help") or row["source"].startswith("ui-"):
        return ALWAYS_TRAINED
    return zlib.crc32(row["site"].encode()) % FOLDS


def read_prompts(folder: Path) -> Iterator[dict[str, Any]]:
    """The prompts and hard negatives of a folder, their blanks filled in a few ways."""
    for path in sorted(folder.glob("*.txt")):
        category = ""
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("["):
                category = line.strip("[]")
                continue
            variants = {_fill(line, i) for i in range(PROMPT_FILLINGS)}
            for text in sorted(variants):
                label = int(category != "content")
                yield {"text": text, "label": label, "lang": path.stem, "site": path.name, "source": "prompts",
                       "category": category}  # fmt: skip


def _fill(template: str, variant: int) -> str:
    """Put names into a template, others for each variant and each blank."""
    text, blank = template, 0
    for key, names in FILLERS.items():
        while f"{{{key}}}" in text:
            choice = (zlib.crc32(template.encode()) + 3 * variant + 5 * blank) % len(names)
            text = text.replace(f"{{{key}}}", names[choice], 1)
            blank += 1
    return text


def _one_sentence(text: str) -> str:
    """One sentence of a block of several, chosen by its bytes."""
    spans = segment(text, "sentence")
    if len(spans) < 2:
        return ""
    start, end = spans[zlib.crc32(text.encode("utf-8", "replace")) % len(spans)]
    return text[start:end][:_LONGEST]


def _fragment(text: str) -> str:
    """Two to six neighbouring words of a block, as a heading might have them; chosen by the block's bytes."""
    choice = zlib.crc32(b"fragment" + text.encode("utf-8", "replace"))
    start, end = max(segment(text, "sentence"), key=lambda span: span.end - span.start, default=(0, 0))
    words = text[start:end].split()
    if len(words) < 8:
        return ""
    count = 2 + choice % 5
    first = (choice >> 8) % (len(words) - count)
    piece = " ".join(words[first : first + count]).strip(" .,;:!?»«\"“”()")
    return piece[:1].upper() + piece[1:]


def _is_label(text: str) -> bool:
    return len(text.split()) <= LABEL_WORDS and not text.endswith((".", "!", "?", "。"))


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


def _calibrate(
    scores: I64, lengths: npt.NDArray[np.int64], rows: Rows
) -> tuple[tuple[int, ...], ...]:
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
    for language, count in Counter(languages[original].tolist()).most_common(12):
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
