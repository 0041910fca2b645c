"""Measures of the boilerplate models, on sites that the scoring model has not seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.categories import CATEGORIES
from dedupe.boilerplate.fit import Labels
from dedupe.boilerplate.model import Floats, Points
from dedupe.kernels.records import I64
from dedupe.text.encode import encode_batch
from tools.training_data import ALWAYS_TRAINED, Rows

Mask = npt.NDArray[np.bool_]
# Languages that are left out of training to see what the model knows of one that it has never met.
LEFT_OUT = ("zh", "ru", "pl", "el", "de", "ja", "fr", "sr", "pt")
_PROMPTS = ("subscription", "cookie-notice", "share-follow")
_SHORT = 80
_SHORT_CONTENT = 60
_LABEL_LIKE = 25
_DRAWS = 300
# The share of boilerplate that a probability removes, below which its precision is not measured.
_MEASURABLE = 0.005


def measures(truth: Labels, guess: Floats) -> dict[str, float]:
    """AUC, average precision, calibration error; precision and recall from some probabilities on."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    out: dict[str, float] = {"n": len(truth), "boilerplate": round(float(truth.mean()), 3) if len(truth) else 0.0}
    if 0 < truth.sum() < len(truth):
        out["auc"] = round(float(roc_auc_score(truth, guess)), 4)
        out["ap"] = round(float(average_precision_score(truth, guess)), 4)
    out["ece"] = round(calibration_error(truth, guess), 4)
    for limit in (0.5, 0.8, 0.9, 0.95):
        hit = guess >= limit
        if hit.any():
            out[f"precision_{limit}"] = round(float(truth[hit].mean()), 4)
            out[f"recall_{limit}"] = round(float(hit[truth == 1].mean()), 4) if truth.any() else 0.0
    return out


def calibration_error(truth: Labels, guess: Floats) -> float:
    """Expected calibration error over 15 bins."""
    bins = np.minimum((guess * 15).astype(int), 14)
    total = 0.0
    for number in range(15):
        inside = bins == number
        if inside.any():
            total += inside.mean() * abs(truth[inside].mean() - guess[inside].mean())
    return float(total)


class Price(NamedTuple):
    """What an operating point may cost at most."""

    precision: float
    """least share of boilerplate in what is removed"""
    lost: float = 1.0
    """share of the characters of content that is removed"""
    short: float = 1.0
    """share of content of fewer than 60 characters that is removed"""


# A point is the least probability, in steps of .005, from which on everything that is removed keeps its price.
ARTICLES = {
    "careful": Price(0.995, 0.0001, 0.02),
    "normal": Price(0.985, 0.0005, 0.05),
    "thorough": Price(0.93, 0.01),
}
BLOCKS = {
    "careful": Price(0.98, 0.002, 0.02),
    "normal": Price(0.95, 0.006, 0.03),
    "thorough": Price(0.9, 0.03),
}


def removed(
    labels: Labels, lengths: I64, guess: Floats, limit: float, weights: Floats | None = None
) -> dict[str, float]:
    """What is removed from a probability on: precision, recall, and shares of characters and of short content."""
    weights = np.ones(len(labels)) if weights is None else weights
    hit, content = guess >= limit, labels == 0
    size, short = weights * lengths, content & (lengths < _SHORT_CONTENT)

    def share(part: Mask, whole: Mask, of: Floats) -> float:
        return round(float(of[part & whole].sum() / max(of[whole].sum(), 1e-9)), 5)

    return {
        "from": limit,
        "precision": share(~content, hit, weights),
        "recall": share(hit, ~content, weights),
        "characters": share(hit, ~content, size),
        "content_characters_lost": share(hit, content, size),
        "short_content_lost": share(hit, short, weights),
    }


def intervals(
    labels: Labels, lengths: I64, guess: Floats, limit: float, sites: I64
) -> dict[str, tuple[float, float]]:
    """Return intervals of 95 % of what `removed` measures, by drawing sites anew."""
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_DRAWS):
        weights = np.bincount(rng.integers(0, sites.max() + 1, sites.max() + 1), minlength=sites.max() + 1)
        drawn.append(removed(labels, lengths, guess, limit, weights[sites].astype(np.float64)))
    out = {}
    for name in ("precision", "recall", "content_characters_lost"):
        low, high = np.quantile([one[name] for one in drawn], (0.025, 0.975)).tolist()
        out[name] = (round(low, 5), round(high, 5))
    return out


def choose_points(
    labels: Labels, lengths: I64, guess: Floats, prices: dict[str, Price], weights: Floats | None = None
) -> tuple[Points, dict[str, dict[str, float]]]:
    """The operating points of a model that keep their prices, and what each removes."""
    limits = {}
    for name, price in prices.items():
        for limit in (step / 1000 for step in range(995, 100, -5)):
            found = removed(labels, lengths, guess, limit, weights)
            # Of a handful of removals nothing is known but that they are few.
            if found["recall"] < _MEASURABLE:
                continue
            if (
                found["precision"] < price.precision
                or found["content_characters_lost"] > price.lost
                or found["short_content_lost"] > price.short
            ):
                break
            limits[name] = limit
        limits.setdefault(name, 0.995)
    points = Points(**limits)
    return points, {
        name: removed(labels, lengths, guess, limit, weights) for name, limit in points._asdict().items()
    }


def text_report(probabilities: Floats, limit: float, rows: Rows) -> dict[str, Any]:
    """Overall, by language, length, category; with and without ambiguous rows; what would be removed."""
    measured = rows.folds != ALWAYS_TRAINED
    cuts = np.array([row.get("cut", "") for row in rows.info])
    original = (cuts == "") & measured
    ambiguous = np.array([bool(row.get("amb")) for row in rows.info])
    lengths = np.array([len(text) for text in rows.texts])
    # Content that cannot be told from an entry of a menu.
    label_like = (rows.labels == 0) & (lengths < _LABEL_LIKE)
    languages = np.array([row["lang"] for row in rows.info])
    categories = np.array([str(row.get("category")) for row in rows.info])
    gone = probabilities >= limit

    def of(chosen: Mask) -> dict[str, float]:
        out = measures(rows.labels[chosen], probabilities[chosen])
        hit = gone & chosen
        if hit.any():
            out["removed_precision"] = round(float(rows.labels[hit].mean()), 4)
            positives = chosen & (rows.labels == 1)
            out["removed_recall"] = round(float(gone[positives].mean()), 4) if positives.any() else 0.0
        return out

    report: dict[str, Any] = {
        "all": of(original),
        "without_ambiguous": of(original & ~ambiguous),
        "without_ambiguous_of_either_label": of(original & ~ambiguous & ~label_like),
        "from_40_characters": of(original & (lengths >= 40)),
        "from_40_characters_without_ambiguous": of(original & ~ambiguous & (lengths >= 40)),
        "up_to_60_characters": of(original & (lengths <= 60)),
    }
    for language, _ in Counter(languages[original].tolist()).most_common(12):
        report[f"language_{language}"] = of(original & (languages == language))
        report[f"language_{language}_without_ambiguous"] = of(original & (languages == language) & ~ambiguous)
    for category, _ in Counter(categories[original & (rows.labels == 1)].tolist()).most_common():
        chosen = original & (rows.labels == 1) & (categories == category)
        report[f"category_{category}"] = {
            "n": int(chosen.sum()),
            "recall_0.5": round(float((probabilities[chosen] >= 0.5).mean()), 4),
            "removed": round(float(gone[chosen].mean()), 4),
        }
    for cut in ("sentence", "fragment"):
        chosen = measured & (cuts == cut) & (lengths <= 60)
        false = {f"false_positives_{p}": round(float((probabilities[chosen] >= p).mean()), 4) for p in (0.5, 0.9)}
        removals = round(float(gone[chosen].mean()), 4)
        report[f"content_{cut}s"] = {"n": int(chosen.sum()), **false, "removed": removals}
    prompts = original & (rows.labels == 1) & ~ambiguous & np.isin(categories, _PROMPTS)
    short = (prompts | (measured & (cuts == "sentence"))) & (lengths <= _SHORT)
    report["short_prompts_against_short_sentences"] = of(short)
    return report


def unseen_languages(rows: Rows, text: Any) -> dict[str, dict[str, float]]:
    """What a model says of languages none of whose rows it was trained on."""
    languages = np.array([row["lang"] for row in rows.info])
    original = (rows.folds != ALWAYS_TRAINED) & np.array(["cut" not in row for row in rows.info])
    ambiguous = np.array([bool(row.get("amb")) for row in rows.info])
    out = {}
    for language in LEFT_OUT:
        own = languages == language
        chosen = np.flatnonzero(own & original)
        if not 0 < rows.labels[chosen].sum() < len(chosen):
            continue
        model = replace(text.fit(~own), trees=text.model.trees, calibration=text.model.calibration)
        guess = model.probabilities(model.scores([encode_batch([rows.texts[i] for i in chosen.tolist()])]))
        clear = ~ambiguous[chosen]
        out[language] = {
            **measures(rows.labels[chosen], guess),
            "auc_without_ambiguous": measures(rows.labels[chosen][clear], guess[clear]).get("auc", 0.0),
        }
    return out


def category_report(labels: Labels, guess: Labels) -> dict[str, Any]:
    """Share of right categories, overall and by category."""
    by = {
        name: round(float((guess[labels == number] == number).mean()), 3)
        for number, name in enumerate(CATEGORIES)
        if (labels == number).any()
    }
    return {"n": len(labels), "right": round(float((labels == guess).mean()), 4), "recall": by}


def page_report(form: str, labels: Labels, lengths: I64, guesses: dict[str, Floats]) -> dict[str, dict[str, float]]:
    """Measures on pages in one form: by text alone, and by context, recurrence and all."""
    long = lengths >= 40
    out = {}
    for part, guess in guesses.items():
        out[f"{form}_{part}"] = measures(labels, guess)
        out[f"{form}_{part}_from_40_characters"] = measures(labels[long], guess[long])
    return out
