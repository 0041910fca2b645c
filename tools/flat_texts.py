"""Texts without line breaks, to learn from: articles with and without prompts, and prose, their lines joined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from dedupe.boilerplate.context import FLAT
from dedupe.boilerplate.fit import calibrate, fit_trees
from dedupe.boilerplate.model import Calibration, Floats, calibrated
from dedupe.boilerplate.pieces import cut_pieces, flat_features, runs_of
from dedupe.boilerplate.trees import Trees
from dedupe.documents import read_texts
from dedupe.kernels import tree_scores
from dedupe.kernels.records import I64
from dedupe.units import whole_documents
from tools.articles import CLEAN_SOURCES, KINDS, Mask, insert
from tools.training_data import FOLDS, Rows, site_fold

_TREES = 80
_INSERTIONS = 2
# Weights in training: what is put into articles, by kind; prose; pieces of both content and boilerplate.
_INSERTED = {"boilerplate": 4.0, "hard": 1.0, "content": 1.0}
_PROSE, _MIXED = 2.0, 0.1
_PURE = 0.02
# Lines of prose that make a text, and of how many texts of one language and fold at most.
_LINES, _TEXTS, _SHORTEST = 12, 10, 40
# Extracted text holds more content than these articles.
_CONTENT_COUNTS = 1.45
_SHORTEST_TEXT = 400
_CERTAIN = 0.5

Line = tuple[str, int, float]
"""Text, label and weight."""


class Flat(NamedTuple):
    """Pieces of texts without line breaks."""

    features: I64
    share: Floats
    """which share of each is boilerplate"""
    weights: Floats
    kind: I64
    """0 of articles by hand, 1 of others, 2 of articles with prompts, 3 of prose"""
    size: I64
    fold: I64
    section: I64
    sentence: I64
    kinds: I64


def train_flat(
    articles: list[dict[str, Any]], weights: Floats, rows: Rows, pools: Any, text: Any, limits: dict[str, float]
) -> tuple[Trees, Calibration, dict[str, Any]]:
    """Trees over pieces of flat texts, their calibration, and what is removed of unseen sites.

    `weights` are those of the blocks of the articles: below 1 where content may be none.
    """
    texts = [*_articles(articles, weights, rows, pools), *_prose(rows)]
    flat = Flat(*map(np.concatenate, zip(*(_pieces(texts, fold, text) for fold in range(FOLDS)), strict=True)))
    labels = (flat.share > 0.5).astype(np.int64)
    mixed = (flat.share > _PURE) & (flat.share < 1 - _PURE)
    counted = flat.weights * np.where(mixed, _MIXED, 1.0)
    rising, scores = (FLAT.index("score"),), np.zeros(len(labels), np.int64)
    for fold in range(FOLDS):
        held_out = flat.fold == fold
        trees = fit_trees(flat.features[~held_out], labels[~held_out], counted[~held_out], _TREES, rising)
        scores[held_out] = tree_scores(np.ascontiguousarray(flat.features[held_out]), trees)
    trees = fit_trees(flat.features, labels, counted, _TREES, rising)
    certain = (flat.kind == 0) & (flat.weights > _CERTAIN)
    counts = certain * np.where(labels == 0, _CONTENT_COUNTS, 1.0)
    table = calibrate(scores, flat.size, labels, counts)
    return trees, table, _report(flat, calibrated(table, scores, flat.size), certain, limits)


def _report(flat: Flat, guess: Floats, certain: Mask, limits: dict[str, float]) -> dict[str, Any]:
    """Shares of the characters of boilerplate and of content that go, in articles and in prose."""
    boilerplate, content = flat.share * flat.size, (1 - flat.share) * flat.size
    out: dict[str, Any] = {}
    for point, limit in limits.items():
        first, last = runs_of(guess >= limit, flat.section, flat.sentence, flat.kinds)
        steps = np.bincount(first, minlength=len(guess) + 1) - np.bincount(last + 1, minlength=len(guess) + 1)
        gone = np.cumsum(steps[:-1]) > 0
        for name, of in (("articles", flat.kind == 0), ("prompts", flat.kind == 2), ("prose", flat.kind == 3)):
            sure = of & (certain | (flat.kind > 0))
            out[f"{name}_{point}"] = {
                "characters": round(float(boilerplate[of & gone].sum() / max(1.0, boilerplate[of].sum())), 5),
                "content_characters_lost": round(float(content[sure & gone].sum() / content[of].sum()), 5),
            }
    return out


def _articles(
    articles: list[dict[str, Any]], weights: Floats, rows: Rows, pools: Any
) -> Iterator[tuple[int, int, list[Line]]]:
    """Fold, kind and lines of articles, as they are and with prompts put in."""
    blocks = [block for article in articles for block in article["blocks"]]
    labels = np.array([block["label"] for block in blocks], np.int64)
    texts = [block["text"] for block in blocks]
    lines = list(zip(texts, labels.tolist(), weights.tolist(), strict=True))
    document = np.repeat(np.arange(len(articles)), [len(article["blocks"]) for article in articles])
    folds = np.array([site_fold(article["site"]) for article in articles])
    bounds = np.searchsorted(document, np.arange(len(articles) + 1)).tolist()
    for number, article in enumerate(articles):
        kind = int(article["source"] not in CLEAN_SOURCES)
        yield int(folds[number]), kind, lines[bounds[number] : bounds[number + 1]]
    for seed in range(_INSERTIONS):
        made: list[list[Line]] = [[] for _ in articles]
        drawn = insert(document, labels, folds[document], pools, seed)
        for number, block, row, kind in zip(*(column.tolist() for column in drawn), strict=True):
            new = (rows.texts[row], int(rows.labels[row]), _INSERTED[KINDS[kind]])
            made[number].append(lines[block] if block >= 0 else new)
        yield from ((int(fold), 2, own) for fold, own in zip(folds, made, strict=True))


def _prose(rows: Rows) -> Iterator[tuple[int, int, list[Line]]]:
    """Lines of prose of one language, joined."""
    random = np.random.default_rng(1)
    language = np.array([row["lang"] for row in rows.info])
    cut = np.array([row.get("cut", "") for row in rows.info])
    long = np.array([len(line) for line in rows.texts]) >= _SHORTEST
    # Lines that an encoder takes for prompts have little weight.
    chosen = (rows.labels == 0) & long & ((cut == "") | ((cut == "line") & (rows.weights > 0.3)))
    for fold in range(FOLDS):
        for name in np.unique(language).tolist():
            own = random.permutation(np.flatnonzero(chosen & (language == name) & (rows.folds == fold)))
            for first in range(0, min(len(own), _LINES * _TEXTS) - _LINES + 1, _LINES):
                yield fold, 3, [(rows.texts[i], 0, _PROSE) for i in own[first : first + _LINES].tolist()]


def _pieces(texts: list[tuple[int, int, list[Line]]], fold: int, text: Any) -> Flat:
    """The pieces of the texts of a fold, scored by a model that has not seen it."""
    flat, kinds, shares, weights = [], [], [], []
    for own, kind, lines in texts:
        words = [(" ".join(line.split()), label, weight) for line, label, weight in lines]
        joined = " ".join(line for line, *_ in words if line)
        if own == fold and len(joined) >= _SHORTEST_TEXT:
            sizes = [len(line) + 1 for line, *_ in words if line]
            of_words = [(label, weight) for line, label, weight in words if line]
            share, weight = np.repeat(np.array(of_words, np.float64), sizes, axis=0).T
            flat.append(joined)
            kinds.append(kind)
            shares.append(np.cumsum(np.append(0, share)))
            weights.append(np.cumsum(np.append(0, weight)))
    model, out = text.unseen(fold), []
    for pieces in cut_pieces(whole_documents(read_texts(flat))):
        units = pieces.units
        size = units.end - units.start
        places = list(zip(units.document.tolist(), units.start.tolist(), units.end.tolist(), strict=True))
        means = [
            np.array([sums[own][end] - sums[own][start] for own, start, end in places]) / size
            for sums in (shares, weights)
        ]
        kind_of, folds = np.array(kinds)[units.document], np.full(len(size), fold)
        out.append((flat_features(pieces, model), *means, kind_of, size, folds, *pieces[1:4]))
    return Flat(*map(np.concatenate, zip(*out, strict=True)))
