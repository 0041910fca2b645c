"""Train the shipped boilerplate models: `python -m tools.train_boilerplate TRAIN PAGES [--output DIR]`.

TRAIN is a JSONL file of labelled text blocks with `text`, `label` (1 boilerplate), `lang`, `site`, perhaps
`category` and `amb` (boilerplate that no reader of the text alone could know); PAGES one of whole pages with
`site`, `lang` and `blocks` in their order, each with `text` and `label`. Needs scikit-learn and SciPy.

Blocks are split by site, never by row; sources that are no web sites (a manual, translations of interfaces) are
always trained on and never measured. Added as content are single sentences and short fragments cut from content,
or the model learns that short means boilerplate; and the prompts and hard negatives of `prompts/`. What is measured
and what trees and calibration are fitted on are scores of sites that the scoring model has not seen. Everything is
seeded: the same data gives the same models.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.boilerplate.categories import (
    CATEGORIES,
    CHAR_BUCKETS,
    WORD_BUCKETS,
    CategoryModel,
)
from dedupe.boilerplate.context import (
    ON_SOURCE,
    OWN,
    RECURRENCE,
    WEIGHT_BITS,
    ContextModel,
    Mix,
    context_features,
    levels,
    own_features,
    recurrence_features,
)
from dedupe.boilerplate.fit import Labels, calibrate, feature_matrix, fit_linear, fit_trees, quantise
from dedupe.boilerplate.model import BoilerplateModel, Floats, Linear, Scores, calibrated
from dedupe.kernels.records import BUCKETS, CHARS, FIXED_POINT, I64, LENGTH, WORDS
from dedupe.text.encode import encode_batch
from tools import PACKAGE, training_report
from tools.training_data import (
    ALWAYS_TRAINED,
    AMBIGUOUS_SHARE,
    CATEGORY_OF,
    FOLDS,
    Rows,
    read_pages,
    read_rows,
    site_fold,
)

INVERSE_REGULARISATION = 3.0
TEXT_TREES = 24
_CONTEXT_TREES = {"context": 80, "recurrence": 20, "in_place": 80}


def main(arguments: list[str] | None = None) -> None:
    """Train, report on unseen sites, and write the models."""
    parser = argparse.ArgumentParser(description="Train the boilerplate models.")
    parser.add_argument("data", type=Path)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--output", type=Path, default=PACKAGE / "boilerplate" / "model")
    options = parser.parse_args(arguments)
    rows = read_rows(options.data, options.pages)
    matrix = feature_matrix(rows.texts)
    text = TextTraining(rows, matrix)
    measured = training_report.text_report(text.probabilities, text.scores.evidence, rows)
    measured["unseen_languages"] = training_report.unseen_languages(rows, matrix, text, INVERSE_REGULARISATION)
    text.model.save(options.output)
    model, measured["categories"] = train_categories(rows, matrix, text.probabilities)
    model.save(options.output)
    context, measured["pages"] = train_context(read_pages(options.pages), text)
    context.save(options.output)
    (options.output / "report.json").write_text(json.dumps(measured, indent=1) + "\n", "utf-8")


# Where more of a feature never makes boilerplate less likely, by model.
_RISING = {
    "in_place": (OWN.index("score"), OWN.index("evidence")),
    "recurrence": (RECURRENCE.index("on_source"),),
}


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


class TextTraining:
    """The text model, and what it takes to score sites with a model that has not seen them."""

    def __init__(self, rows: Rows, matrix: Any) -> None:
        labels, weights = rows.labels, rows.weights / rows.weights.mean()
        count = len(rows.texts)
        parts = np.zeros((0, 0), np.int64)
        self._linear: list[Linear] = []
        for fold in range(FOLDS):
            held_out = rows.folds == fold
            linear = fit_linear(matrix[~held_out], labels[~held_out], weights[~held_out], INVERSE_REGULARISATION)
            own = linear.parts([encode_batch([t for t, out in zip(rows.texts, held_out, strict=True) if out])])
            if not parts.size:
                parts = np.zeros((count, own.shape[1]), np.int64)
            parts[held_out] = own
            self._linear.append(linear)
            _say(f"text: fold {fold + 1} of {FOLDS}")
        seen = rows.folds != ALWAYS_TRAINED
        scores = np.zeros(count, np.int64)
        self._trees = []
        for fold in range(FOLDS):
            others, held_out = seen & (rows.folds != fold), rows.folds == fold
            trees = fit_trees(parts[others], labels[others], weights[others], TEXT_TREES, (CHARS, WORDS))
            scores[held_out] = _tree_scores(parts[held_out], trees)
            self._trees.append(trees)
        trees = fit_trees(parts[seen], labels[seen], weights[seen], TEXT_TREES, (CHARS, WORDS))
        original = seen & np.array(["cut" not in row for row in rows.info])
        own_weights = np.array([AMBIGUOUS_SHARE if row.get("amb") else 1.0 for row in rows.info])
        length = parts[:, LENGTH]
        calibration = calibrate(scores[original], length[original], labels[original], own_weights[original])
        final = fit_linear(matrix, labels, weights, INVERSE_REGULARISATION)
        self.model = BoilerplateModel(final, trees, calibration)
        self.scores = Scores(scores, parts[:, CHARS] + parts[:, WORDS], length)
        self.probabilities = self.model.probabilities(self.scores)

    def unseen(self, fold: int) -> BoilerplateModel:
        """A model that has not seen the sites of a fold."""
        return BoilerplateModel(self._linear[fold], self._trees[fold], self.model.calibration)


def _tree_scores(features: I64, trees: Any) -> I64:
    from dedupe import kernels

    return kernels.tree_scores(np.ascontiguousarray(features), trees)


def train_categories(rows: Rows, matrix: Any, probabilities: Floats) -> tuple[CategoryModel, dict[str, Any]]:
    """The model of categories, and how often it is right about rows of unseen sites and languages."""
    category = np.array([CATEGORY_OF.get(str(row.get("category")), "") for row in rows.info])
    ambiguous = np.array([bool(row.get("amb")) for row in rows.info])
    # What reads like content was mostly called boilerplate, and a category, by mistake.
    likely = (probabilities >= 0.5) | (rows.folds == ALWAYS_TRAINED)
    known = (rows.labels == 1) & (category != "") & ~ambiguous & likely
    small = _fewer_buckets(matrix[known])
    labels = np.array([CATEGORIES.index(name) for name in category[known]], np.int64)
    prompts = np.array([row["source"] == "prompts" for row in rows.info])[known]
    # What a rule called a category is often wrong; what was written as one is not.
    weights = np.where(prompts, 6.0, 1.0) / np.sqrt(np.bincount(labels, minlength=len(CATEGORIES)))[labels]
    weights /= weights.mean()
    folds = rows.folds[known]
    languages = np.array([row["lang"] for row in rows.info])[known]
    measured: dict[str, Any] = {}
    held_out = (folds == 0) & ~prompts
    seen_rows = folds != 0
    guess = _fit_categories(small[seen_rows], labels[seen_rows], weights[seen_rows]).predict(small[held_out])
    measured["unseen_sites"] = training_report.category_report(labels[held_out], guess)
    right = [np.zeros(0, bool)]
    for language in ("de", "pl", "tr", "vi", "zh", "sv"):
        held_out = prompts & (languages == language)
        if held_out.any():
            model = _fit_categories(small[~held_out], labels[~held_out], weights[~held_out])
            right.append(model.predict(small[held_out]) == labels[held_out])
    seen = np.concatenate(right)
    if len(seen):
        measured["prompts_of_unseen_languages"] = round(float(seen.mean()), 4)
    final = _fit_categories(small, labels, weights)
    coefficients = np.zeros((len(CATEGORIES), small.shape[1]))
    bias = np.full(len(CATEGORIES), -(1 << (FIXED_POINT + 4)), np.int32)
    coefficients[final.classes_] = final.coef_
    bias[final.classes_] = np.rint(final.intercept_ * (1 << FIXED_POINT)).astype(np.int32)
    chars, char_scale = quantise(coefficients[:, :CHAR_BUCKETS].T.ravel())
    words, word_scale = quantise(coefficients[:, CHAR_BUCKETS:].T.ravel())
    shape = (-1, len(CATEGORIES))
    _say("categories: done")
    return CategoryModel(chars.reshape(shape), words.reshape(shape), bias, char_scale, word_scale), measured


def _fewer_buckets(matrix: Any) -> Any:
    """The n-grams of a feature matrix in the buckets of the category model."""
    from scipy.sparse import csr_matrix

    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    column = matrix.indices.astype(np.int64)
    chars, words = column < BUCKETS, (column >= BUCKETS) & (column < 2 * BUCKETS)
    place = np.where(
        chars, column * CHAR_BUCKETS // BUCKETS, CHAR_BUCKETS + (column - BUCKETS) * WORD_BUCKETS // BUCKETS
    )
    kept = chars | words
    size = (matrix.shape[0], CHAR_BUCKETS + WORD_BUCKETS)
    return csr_matrix((matrix.data[kept], (rows[kept], place[kept])), shape=size)


def _fit_categories(matrix: Any, labels: Labels, weights: Floats) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=1.0, max_iter=100, tol=1e-3).fit(matrix, labels, sample_weight=weights)


class _Pages(NamedTuple):
    """Blocks of pages, one behind the other."""

    texts: list[str]
    labels: Labels
    document: I64
    folds: I64
    scores: Scores
    """by models that have not seen the site"""

    def select(self, chosen: I64) -> _Pages:
        """Some of the blocks."""
        scores = Scores(*(column[chosen] for column in self.scores))
        texts = [self.texts[i] for i in chosen.tolist()]
        return _Pages(texts, self.labels[chosen], self.document[chosen], self.folds[chosen], scores)


def _read_pages(pages: list[dict[str, Any]], text: TextTraining) -> _Pages:
    texts = [block["text"] for page in pages for block in page["blocks"]]
    labels = np.array([block["label"] for page in pages for block in page["blocks"]], np.int64)
    document = np.repeat(np.arange(len(pages)), [len(page["blocks"]) for page in pages])
    folds = np.array([site_fold(page["site"]) for page in pages])[document]
    scores = Scores(*(np.zeros(len(texts), np.int64) for _ in Scores._fields))
    for fold in range(FOLDS):
        own = np.flatnonzero(folds == fold)
        found = text.unseen(fold).scores([encode_batch([texts[i] for i in own.tolist()])])
        for column, values in zip(scores, found, strict=True):
            column[own] = values
    return _Pages(texts, labels, document, folds, scores)


def _extracted(pages: _Pages) -> I64:
    """What a rough extractor would leave of pages: from a little before the first content to a little behind the
    last, and of the boilerplate between a half."""
    kept = []
    for document in np.unique(pages.document).tolist():
        own = np.flatnonzero(pages.document == document)
        content = own[pages.labels[own] == 0]
        if len(content):
            margin = document % 4
            place = own[(own >= content[0] - margin) & (own <= content[-1] + margin)]
            inside = (place >= content[0]) & (place <= content[-1])
            dice = np.array([zlib.crc32(pages.texts[i].encode()) % 2 == 0 for i in place.tolist()], bool)
            kept.append(place[(pages.labels[place] == 0) | ~inside | dice])
    return np.concatenate(kept)


def train_context(
    pages: list[dict[str, Any]], text: TextTraining
) -> tuple[ContextModel, dict[str, dict[str, float]]]:
    """The model of context and recurrence, and its measures on pages of unseen sites.

    It is asked of whole pages and of extracted texts, where the site is known and where it is not: it learns from
    pages in all four forms.
    """
    whole = _read_pages(pages, text)
    keys = kernels.recurrence_keys(encode_batch(whole.texts))
    sites = [page["site"] for page in pages]
    recurrence = {name: recurrence_features(keys, whole.document, of) for name, of in (("site", sites), ("", None))}
    chosen = {"whole": np.arange(len(whole.texts)), "extracted": _extracted(whole)}
    forms: dict[str, tuple[_Pages, dict[str, I64]]] = {}
    for form, numbers in chosen.items():
        own = whole.select(numbers)
        around, mine = context_features(own.document, own.scores), own_features(own.scores)
        for name, features in recurrence.items():
            parts = {"context": around, "recurrence": features[numbers], "in_place": np.hstack((mine, around))}
            forms[f"{form}_{name}" if name else form] = own, parts
    labels = np.concatenate([own.labels for own, _ in forms.values()])
    folds = np.concatenate([own.folds for own, _ in forms.values()])
    lengths = np.concatenate([own.scores.length for own, _ in forms.values()])
    number_of_form = np.repeat(np.arange(len(forms)), [len(own.labels) for own, _ in forms.values()])
    even = np.ones(len(labels))
    trees, unseen = {}, {}
    for part in ("context", "recurrence", "in_place"):
        values = np.vstack([features[part] for _, features in forms.values()])
        count, rising = _CONTEXT_TREES[part], _RISING.get(part, ())
        unseen[part] = np.zeros(len(labels), np.int64)
        for fold in range(FOLDS):
            held_out = folds == fold
            own_trees = fit_trees(values[~held_out], labels[~held_out], even[~held_out], count, rising)
            unseen[part][held_out] = _tree_scores(values[held_out], own_trees)
        trees[part] = fit_trees(values, labels, even, count, rising)
        _say(f"pages: {part} done")
    back = np.vstack([features["recurrence"] for _, features in forms.values()])
    mix = _fit_mix(unseen["in_place"], back, labels)
    unseen["combined"] = mix.combine(unseen.pop("in_place"), back)
    calibration = {part: calibrate(scores, lengths, labels, even) for part, scores in unseen.items()}
    guesses = {part: calibrated(calibration[part], scores, lengths) for part, scores in unseen.items()}
    measured = {}
    for number, (name, (own, _)) in enumerate(forms.items()):
        guess = {part: values[number_of_form == number] for part, values in guesses.items()}
        guess["text"] = text.model.probabilities(own.scores)
        measured.update(training_report.page_report(name, own.labels, own.scores.length, guess))
    return ContextModel(trees, mix, calibration), measured


def _fit_mix(in_place: I64, recurrence: I64, labels: Labels) -> Mix:
    """How much recurrence adds to a score in place."""
    from sklearn.linear_model import LogisticRegression

    columns = np.column_stack((in_place / (1 << FIXED_POINT), levels(recurrence)))
    found = LogisticRegression().fit(columns, labels)
    weight, *bonuses = found.coef_[0].tolist()
    scaled = [round(bonus * (1 << FIXED_POINT)) for bonus in (float(found.intercept_[0]), *bonuses)]
    split = 1 + len(ON_SOURCE)
    return Mix(round(weight * (1 << WEIGHT_BITS)), scaled[0], tuple(scaled[1:split]), tuple(scaled[split:]))


if __name__ == "__main__":
    main()
