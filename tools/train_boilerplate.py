"""Train the shipped boilerplate models: `python -m tools.train_boilerplate TRAIN PAGES LINES`.

TRAIN is a JSONL file of labelled text blocks with `text`, `label` (1 boilerplate), `lang`, `site`, perhaps
`category` and `amb` (boilerplate that no reader of the text alone could know); PAGES one of whole pages with
`site`, `lang` and `blocks` in their order, each with `text` and `label`; LINES a folder of lines (see
`training_data.read_lines`). `--judgements` names what `tools/judge_lines.py` says of them. Needs scikit-learn and
SciPy.

Blocks are split by site, never by row; sources that are no web sites (a manual, translations of interfaces) are
always trained on and never measured. Added as content are single sentences and short fragments cut from content,
or the model learns that short means boilerplate; the prompts and hard negatives of `prompts/`; and the lines. What
is measured and what trees and calibration are fitted on are scores of sites that the scoring model has not seen.
Everything is seeded: the same data gives the same models.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from dataclasses import replace
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
    AROUND,
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
from dedupe.boilerplate.fit import (
    Labels,
    calibrate,
    feature_matrix,
    fit_linear,
    fit_trees,
    logistic_calibration,
    quantise,
)
from dedupe.boilerplate.model import BoilerplateModel, Floats, Scores, calibrated
from dedupe.kernels.records import (
    BUCKETS,
    CHARS,
    COLUMNS,
    FIXED_POINT,
    I64,
    KICKER,
    LENGTH,
    MANUAL,
    NETWORK,
    OUTPUTS,
    PARTS,
    PROMPT,
    WORDS,
)
from dedupe.text.encode import encode_batch
from tools import PACKAGE, training_report
from tools.articles import CLEAN_SOURCES, Mask, doubtful, insert, lone, make_articles, spoken
from tools.fit_network import Numbers, fit_network
from tools.flat_texts import train_flat
from tools.manuals import is_rare, read_manuals, some_of_each
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
from tools.training_report import ARTICLES, BLOCKS

INVERSE_REGULARISATION = 1.5
TEXT_TREES = 24
# Weights in training: blocks of whole and extracted pages, and content that may be none.
_PAGE, _DOUBTFUL, _DRAWN, _LISTED, _MANUAL = 0.5, 0.2, 1.0, 0.2, 0.3
# How much it counts whether the network tells manuals, besides boilerplate.
_MANUAL_QUESTION = 0.3
_SPOKEN_LENGTH = 80
# What is put into articles, by kind: it is little and says most.
_INSERTED = {"boilerplate": 8.0, "hard": 2.0, "content": 2.0}
# How many times things are put into the articles.
_INSERTIONS = 3
# Neighbours take no more than this, in log-odds, from what a text says itself.
_OVERRULED = 1.0
# Kinds of boilerplate that stand in the middle of articles.
_CUES = (
    "subscription",
    "cookie-notice",
    "share-follow",
    "copyright-footer",
    "advert",
    "comments-ui",
    "byline-date",
)
_SENTENCE = 25
_CONTEXT_TREES = {"context": 80, "recurrence": 20, "in_place": 80}


def main(arguments: list[str] | None = None) -> None:
    """Train, report on unseen sites, and write the models."""
    parser = argparse.ArgumentParser(description="Train the boilerplate models.")
    parser.add_argument("data", type=Path)
    parser.add_argument("pages", type=Path)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--judgements", type=Path, help="what an encoder says of the lines")
    parser.add_argument("--manuals", type=Path, help="a JSONL file of manuals and references, `text` and `site`")
    parser.add_argument("--output", type=Path, default=PACKAGE / "boilerplate" / "model")
    options = parser.parse_args(arguments)
    manuals = read_manuals(options.manuals) if options.manuals else []
    rows = read_rows(options.data, options.pages, options.lines, options.judgements, manuals)
    matrix = feature_matrix(rows.texts)
    text = TextTraining(rows, matrix)
    measured = training_report.text_report(text.probabilities, text.model.points.normal, rows)
    measured["unseen_languages"] = training_report.unseen_languages(rows, text)
    measured["points"] = text.costs
    text.model.save(options.output)
    model, measured["categories"] = train_categories(rows, matrix, text.probabilities)
    model.save(options.output)
    context, measured["pages"] = train_context(read_pages(options.pages), rows, text, some_of_each(manuals))
    context.save(options.output)
    (options.output / "report.json").write_text(json.dumps(measured, indent=1) + "\n", "utf-8")


# Where more of a feature never makes boilerplate less likely, by model.
_RISING_IN_TEXT = (CHARS, WORDS, NETWORK, PROMPT, KICKER)
_RISING = {
    "in_place": (OWN.index("score"), OWN.index("evidence")),
    "recurrence": (RECURRENCE.index("on_source"),),
}


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


class TextTraining:
    """The text model, and what it takes to score sites with a model that has not seen them."""

    def __init__(self, rows: Rows, matrix: Any) -> None:
        self._rows, self._matrix = rows, matrix
        labels, weights = rows.labels, rows.weights / rows.weights.mean()
        count = len(rows.texts)
        parts = np.zeros((count, PARTS), np.int64)
        self._models: list[BoilerplateModel] = []
        for fold in range(FOLDS):
            held_out = rows.folds == fold
            model = self.fit(~held_out)
            parts[held_out] = model.parts(encode_batch([rows.texts[i] for i in np.flatnonzero(held_out).tolist()]))
            self._models.append(model)
            _say(f"text: fold {fold + 1} of {FOLDS}")
        seen = rows.folds != ALWAYS_TRAINED
        scores = np.zeros(count, np.int64)
        for fold in range(FOLDS):
            others, held_out = seen & (rows.folds != fold), rows.folds == fold
            trees = fit_trees(parts[others], labels[others], weights[others], TEXT_TREES, _RISING_IN_TEXT)
            scores[held_out] = _tree_scores(parts[held_out], trees)
            self._models[fold] = replace(self._models[fold], trees=trees)
        trees = fit_trees(parts[seen], labels[seen], weights[seen], TEXT_TREES, _RISING_IN_TEXT)
        original = seen & np.array(["cut" not in row for row in rows.info])
        own_weights = np.array([AMBIGUOUS_SHARE if row.get("amb") else 1.0 for row in rows.info])
        length = parts[:, LENGTH]
        calibration = calibrate(scores[original], length[original], labels[original], own_weights[original])
        self.scores = Scores(scores, parts[:, CHARS] + parts[:, WORDS], length, parts[:, MANUAL].copy())
        self.probabilities = calibrated(calibration, scores, length)
        measured = own_weights[original], labels[original], length[original], self.probabilities[original]
        points, self.costs = training_report.choose_points(*measured[1:], BLOCKS, measured[0])
        whole = self.fit(np.ones(count, bool))
        self.model = replace(whole, trees=trees, calibration=calibration, points=points)

    def unseen(self, fold: int) -> BoilerplateModel:
        """A model that has not seen the sites of a fold."""
        return replace(self._models[fold], calibration=self.model.calibration)

    def fit(self, chosen: Mask) -> BoilerplateModel:
        """A linear model and a network of some of the rows, without trees and calibration."""
        rows, matrix = self._rows, self._matrix
        weights = rows.weights / rows.weights.mean()
        # Weights have no room for manuals and lists beside pages: they would take them from prompts.
        own = chosen & ~_are(rows, "manuals", "lists")
        linear = fit_linear(matrix[own], rows.labels[own], weights[own], INVERSE_REGULARISATION)
        truth, counts = _questions(rows)
        network = fit_network(matrix[chosen], truth[chosen], counts[chosen])
        return BoilerplateModel(linear, None, logistic_calibration(1.0, 0.0), network=network)


def _are(rows: Rows, *sources: str) -> Mask:
    return np.array([row["source"] in sources for row in rows.info], bool)


def _questions(rows: Rows) -> tuple[Numbers, Numbers]:
    """What the outputs of the network are to say of each row, and how much each counts.

    They are asked whether it is boilerplate; whether it is boilerplate by its words, of the kinds that stand in the
    middle of articles, or content; and whether it is of a manual.
    """
    weights, manual = rows.weights / rows.weights.mean(), _are(rows, "manuals")
    written = _are(rows, "prompts", "lines")
    clear_cue = np.array([str(row.get("category")) in _CUES and not row.get("amb") for row in rows.info])
    asked = (rows.labels == 0) | written | clear_cue
    balanced = weights.copy()
    if manual.any():
        balanced[manual] = weights[~manual].sum() / manual.sum() / 2
    truth, counts = np.zeros((2, len(manual), OUTPUTS), np.float32)
    columns = ((NETWORK, rows.labels, weights), (PROMPT, rows.labels, weights * asked), (MANUAL, manual, balanced))
    for column, answer, weight in columns:
        truth[:, column - COLUMNS], counts[:, column - COLUMNS] = answer, weight
    counts[:, MANUAL - COLUMNS] *= _MANUAL_QUESTION
    return truth, counts


def _tree_scores(features: I64, trees: Any) -> I64:
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
    # What stands before a headline is known wherever the headline is not.
    plain = np.array(["{headline}" not in row.get("template", "") for row in rows.info])[known]
    held_out = prompts & plain & (folds == 0)
    if held_out.any():
        model = _fit_categories(small[~held_out], labels[~held_out], weights[~held_out])
        measured["unseen_prompts"] = training_report.category_report(
            labels[held_out], model.predict(small[held_out])
        )
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


class _Form(NamedTuple):
    """Pages in one form, as the context model learns from them and is measured on them."""

    pages: _Pages
    recurrence: I64
    weights: Floats
    """in training"""
    counts: Floats
    """in calibration"""


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


def _pools(rows: Rows) -> dict[str, list[I64]]:
    """What is put into articles, by fold: prompts, content that looks like them, and single sentences."""
    cut = np.array([row.get("cut", "") for row in rows.info])
    source = np.array([row["source"] for row in rows.info])
    category = np.array([str(row.get("category")) for row in rows.info])
    clear = np.array([not row.get("amb") for row in rows.info])
    lengths = np.array([len(text) for text in rows.texts])
    hard = np.array([row.get("kind") == "hard" for row in rows.info])
    prose = np.array([row.get("file") in (None, "content") for row in rows.info])
    chosen = {
        "boilerplate": (rows.labels == 1)
        & (((cut == "") & clear & np.isin(category, _CUES)) | (source == "prompts")),
        "hard": (rows.labels == 0) & ((source == "prompts") | hard),
        "content": (rows.labels == 0)
        & (np.isin(cut, ("sentence", "fragment", "line")) & prose | ((cut == "") & (lengths >= _SENTENCE))),
    }
    return {
        kind: [np.flatnonzero(own & (rows.folds == fold)) for fold in range(FOLDS)] for kind, own in chosen.items()
    }


def _with_insertions(
    articles: _Pages, recurrence: dict[str, I64], doubts: Mask, rows: Rows, text: TextTraining
) -> dict[str, _Form]:
    """Articles with prompts at any place, several times over."""
    pools, forms, pages_of_source = _pools(rows), {}, RECURRENCE.index("source_documents")
    for seed in range(_INSERTIONS):
        drawn = insert(articles.document, articles.labels, articles.folds, pools, seed)
        there, place = drawn.block >= 0, np.maximum(drawn.block, 0)
        # Each column of what was there, and of what was put in.
        scores = Scores(
            *(
                np.where(there, old[place], new[drawn.row])
                for old, new in zip(articles.scores, text.scores, strict=True)
            )
        )
        first = np.searchsorted(articles.document, drawn.document)
        labels = np.where(there, articles.labels[place], rows.labels[drawn.row])
        pages = _Pages([], labels, drawn.document, articles.folds[first], scores)
        # The last one is of what was there before.
        put_in = np.array([*_INSERTED.values(), 0.0])[drawn.kind]
        weights = np.where(there, np.where(doubts[place], _DOUBTFUL, 1.0), put_in)
        counts = np.where(there, 0.0, 1.0)
        for name, features in recurrence.items():
            own = np.where(there[:, None], features[place], 0)
            own[:, pages_of_source] = features[first, pages_of_source]
            forms[f"inserted_{seed}_{name}" if name else f"inserted_{seed}"] = _Form(pages, own, weights, counts)
    return forms


def _spoken(rows: Rows, text: TextTraining) -> _Form:
    """Documents of which every line is short and content."""
    cut = np.array([row.get("cut") for row in rows.info])
    short = np.array([len(line) for line in rows.texts]) <= _SPOKEN_LENGTH
    technical = np.array([row["site"] == "technical.txt" if "site" in row else False for row in rows.info])
    prose = np.array([row.get("file") == "content" for row in rows.info])
    own = (rows.labels == 0) & short & (np.isin(cut, ("spoken", "line")) & prose | technical)
    # Short lines of one form, one after another.
    form = np.array([len(line) - len(line.lstrip("[(<0123456789:.,-— ")) for line in rows.texts])
    language = np.array([row["lang"] for row in rows.info])
    by_fold = []
    for fold in range(FOLDS):
        mine = np.flatnonzero(own & (rows.folds == fold))
        by_fold.append(mine[np.lexsort((form[mine], language[mine]))])
    return _drawn(*spoken(by_fold, 0), rows, text)


def _lists(rows: Rows, text: TextTraining) -> _Form:
    """Lists, two thirds of them alone, the others between lines of prose."""
    random = np.random.default_rng(0)
    number = np.array([row.get("list", -1) for row in rows.info])
    listed = np.flatnonzero(number >= 0)
    prose = _pools(rows)["content"]
    lines: list[int] = []
    sizes: list[int] = []
    for own in np.split(listed, np.flatnonzero(np.diff(number[listed])) + 1):
        size = 2 * int(random.integers(0, 3)) * int(random.integers(0, 2))
        around = random.choice(prose[int(rows.folds[own[0]])], size)
        first, last = np.split(around, 2)
        lines += [*first.tolist(), *own.tolist(), *last.tolist()]
        sizes.append(len(own) + len(around))
    document = np.repeat(np.arange(len(sizes)), sizes)
    return _drawn(np.array(lines, np.int64), document, rows, text)._replace(weights=np.full(len(lines), _LISTED))


def _drawn(lines: I64, document: I64, rows: Rows, text: TextTraining) -> _Form:
    """Documents that are made of training rows."""
    scores = Scores(*(column[lines] for column in text.scores))
    pages = _Pages([], rows.labels[lines], document, rows.folds[lines], scores)
    nothing = np.zeros((len(lines), len(RECURRENCE)), np.int64)
    return _Form(pages, nothing, np.full(len(lines), _DRAWN), np.zeros(len(lines)))


def _manuals(manuals: list[dict[str, Any]], text: TextTraining) -> dict[str, _Form]:
    """Manuals and references. What few of them hold is content; of what many hold, nobody knows."""
    pages = _read_pages(manuals, text)
    weights = np.array([is_rare(block) * _MANUAL for page in manuals for block in page["blocks"]])
    recurrence = _recurrences(pages, [page["site"] for page in manuals])
    nothing = np.zeros(len(weights))
    return {
        f"manuals_{name}" if name else "manuals": _Form(pages, features, weights, nothing)
        for name, features in recurrence.items()
    }


def _forms(
    pages: list[dict[str, Any]],
    articles: list[dict[str, Any]],
    read: _Pages,
    clean: Mask,
    rows: Rows,
    text: TextTraining,
) -> dict[str, _Form]:
    """The forms of pages that the context model learns from and is measured on, manuals apart."""
    forms: dict[str, _Form] = {}
    whole, sites = _read_pages(pages, text), [page["site"] for page in pages]
    recurrence = _recurrences(whole, sites)
    for form, numbers in (("whole", np.arange(len(whole.texts))), ("extracted", _extracted(whole))):
        some, none = whole.select(numbers), np.zeros(len(numbers))
        for name, features in recurrence.items():
            forms[f"{form}_{name}" if name else form] = _Form(some, features[numbers], none + _PAGE, none)
    recurrence = _recurrences(read, [page["site"] for page in articles])
    for name, features in recurrence.items():
        # They are learned from where prompts are put into them.
        own_weights = np.zeros(len(clean)), clean.astype(np.float64)
        forms[f"articles_{name}" if name else "articles"] = _Form(read, features, *own_weights)
    forms.update(_with_insertions(read, recurrence, doubtful(articles, pages), rows, text))
    forms["spoken"] = _spoken(rows, text)
    forms["lists"] = _lists(rows, text)
    forms["lone"] = _drawn(*lone(_pools(rows), 0), rows, text)
    return forms


def train_context(
    pages: list[dict[str, Any]], rows: Rows, text: TextTraining, manuals: list[dict[str, Any]]
) -> tuple[ContextModel, dict[str, Any]]:
    """The model of context and recurrence, and its measures on pages of unseen sites.

    It is asked of whole pages and of extracted texts, where the site is known and where it is not: it learns from
    pages in these forms, and from articles with prompts at any place. It is calibrated on articles.
    """
    articles = make_articles(pages)
    read = _read_pages(articles, text)
    by_hand = np.array([page["source"] in CLEAN_SOURCES for page in articles])[read.document]
    doubts = doubtful(articles, pages)
    clean = by_hand & ~doubts
    forms = _forms(pages, articles, read, clean, rows, text)
    if manuals:
        forms.update(_manuals(manuals, text))

    labels = np.concatenate([form.pages.labels for form in forms.values()])
    folds = np.concatenate([form.pages.folds for form in forms.values()])
    weights = np.concatenate([form.weights for form in forms.values()])
    counts = np.concatenate([form.counts for form in forms.values()])
    own = np.vstack([own_features(form.pages.scores) for form in forms.values()])
    around = np.vstack([context_features(form.pages.document, form.pages.scores) for form in forms.values()])
    back = np.vstack([form.recurrence for form in forms.values()])
    number_of_form = np.repeat(np.arange(len(forms)), [len(form.pages.labels) for form in forms.values()])
    trees, unseen = {}, {}
    for part, values in (("context", around), ("recurrence", back), ("in_place", np.hstack((own, around)))):
        count, rising = _CONTEXT_TREES[part], _RISING.get(part, ())
        unseen[part] = np.zeros(len(labels), np.int64)
        for fold in range(FOLDS):
            others, held_out = (folds != fold) & (weights > 0), folds == fold
            own_trees = fit_trees(values[others], labels[others], weights[others], count, rising)
            unseen[part][held_out] = _tree_scores(values[held_out], own_trees)
        seen = weights > 0
        trees[part] = fit_trees(values[seen], labels[seen], weights[seen], count, rising)
        _say(f"pages: {part} done")
    lengths = own[:, OWN.index("length")]
    manual = around[:, AROUND.index("manual_document")]
    mix = _fit_mix(unseen["in_place"], back, labels, np.where(manual > 0, 0, weights))
    unseen["combined"] = mix.combine(unseen.pop("in_place"), own[:, OWN.index("score")], back, manual)
    calibration = {part: calibrate(scores, lengths, labels, counts) for part, scores in unseen.items()}
    guesses = {part: calibrated(calibration[part], scores, lengths) for part, scores in unseen.items()}
    articles_only = np.isin(number_of_form, [i for i, name in enumerate(forms) if name.startswith("articles")])
    chosen = articles_only & (counts > 0)
    points, costs = training_report.choose_points(
        labels[chosen], lengths[chosen], guesses["combined"][chosen], ARTICLES
    )
    trees["flat"], calibration["flat"], flat = train_flat(
        articles, np.where(doubts, _DOUBTFUL, 1.0), rows, _pools(rows), text, points._asdict()
    )
    _say("pages: flat done")
    of_site = np.unique([page["site"] for page in articles], return_inverse=True)[1][read.document]
    sites_of = np.concatenate((of_site[clean], of_site[clean]))
    measured: dict[str, Any] = {"points": costs, "intervals": {}, "flat": flat}
    for point, limit in points._asdict().items():
        measured["intervals"][point] = training_report.intervals(
            labels[chosen], lengths[chosen], guesses["combined"][chosen], limit, sites_of
        )
    for number, name in enumerate(forms):
        chosen = (number_of_form == number) & ((counts > 0) | ~articles_only)
        guess = {part: values[chosen] for part, values in guesses.items()}
        guess["text"] = text.model.probabilities(Scores(*np.column_stack((own, manual))[chosen].T))
        measured.update(training_report.page_report(name, labels[chosen], lengths[chosen], guess))
        for point, limit in points._asdict().items():
            measured[f"{name}_{point}"] = training_report.removed(
                labels[chosen], lengths[chosen], guess["combined"], limit
            )
    return ContextModel(trees, mix, calibration, points), measured


def _recurrences(pages: _Pages, sites: list[str]) -> dict[str, I64]:
    """How often the blocks of pages come back, where the site is known and where it is not."""
    keys = kernels.recurrence_keys(encode_batch(pages.texts))
    return {name: recurrence_features(keys, pages.document, of) for name, of in (("site", sites), ("", None))}


def _fit_mix(in_place: I64, recurrence: I64, labels: Labels, weights: Floats) -> Mix:
    """How much recurrence adds to a score in place."""
    from sklearn.linear_model import LogisticRegression

    columns = np.column_stack((in_place / (1 << FIXED_POINT), levels(recurrence)))
    found = LogisticRegression().fit(columns, labels, sample_weight=weights)
    weight, *bonuses = found.coef_[0].tolist()
    scaled = [round(bonus * (1 << FIXED_POINT)) for bonus in (float(found.intercept_[0]), *bonuses)]
    split = 1 + len(ON_SOURCE)
    least = -round(_OVERRULED * (1 << FIXED_POINT))
    return Mix(round(weight * (1 << WEIGHT_BITS)), scaled[0], tuple(scaled[1:split]), tuple(scaled[split:]), least)


if __name__ == "__main__":
    main()
