"""Measures of the boilerplate models, on sites that the scoring model has not seen."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.categories import CATEGORIES
from dedupe.boilerplate.fit import Labels, fit_linear
from dedupe.boilerplate.model import Floats
from dedupe.boilerplate.score import needed_evidence
from dedupe.kernels.records import FIXED_POINT, I64
from dedupe.text.encode import encode_batch
from tools.training_data import ALWAYS_TRAINED, Rows

Mask = npt.NDArray[np.bool_]
# Languages that are left out of training to see what the model knows of one that it has never met.
LEFT_OUT = ("zh", "ru", "pl", "el", "de", "ja", "fr", "sr", "pt")
_PROMPTS = ("subscription", "cookie-notice", "share-follow")
_SHORT = 80


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


def text_report(probabilities: Floats, evidence: I64, rows: Rows) -> dict[str, Any]:
    """Overall, by language, length, category; with and without ambiguous rows; what would be removed."""
    measured = rows.folds != ALWAYS_TRAINED
    cuts = np.array([row.get("cut", "") for row in rows.info])
    original = (cuts == "") & measured
    ambiguous = np.array([bool(row.get("amb")) for row in rows.info])
    lengths = np.array([len(text) for text in rows.texts])
    languages = np.array([row["lang"] for row in rows.info])
    categories = np.array([str(row.get("category")) for row in rows.info])
    removed = (probabilities >= 0.8) & (evidence / (1 << FIXED_POINT) >= needed_evidence(lengths))

    def of(chosen: Mask) -> dict[str, float]:
        out = measures(rows.labels[chosen], probabilities[chosen])
        hit = removed & chosen
        if hit.any():
            out["removed_precision"] = round(float(rows.labels[hit].mean()), 4)
            positives = chosen & (rows.labels == 1)
            out["removed_recall"] = round(float(removed[positives].mean()), 4) if positives.any() else 0.0
        return out

    report: dict[str, Any] = {
        "all": of(original),
        "without_ambiguous": of(original & ~ambiguous),
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
            "removed": round(float(removed[chosen].mean()), 4),
        }
    for cut in ("sentence", "fragment"):
        chosen = measured & (cuts == cut) & (lengths <= 60)
        false = {f"false_positives_{p}": round(float((probabilities[chosen] >= p).mean()), 4) for p in (0.5, 0.9)}
        removals = round(float(removed[chosen].mean()), 4)
        report[f"content_{cut}s"] = {"n": int(chosen.sum()), **false, "removed": removals}
    prompts = original & (rows.labels == 1) & ~ambiguous & np.isin(categories, _PROMPTS)
    short = (prompts | (measured & (cuts == "sentence"))) & (lengths <= _SHORT)
    report["short_prompts_against_short_sentences"] = of(short)
    return report


def unseen_languages(rows: Rows, matrix: Any, text: Any, strength: float) -> dict[str, dict[str, float]]:
    """What a model says of languages none of whose rows it was trained on."""
    languages = np.array([row["lang"] for row in rows.info])
    original = (rows.folds != ALWAYS_TRAINED) & np.array(["cut" not in row for row in rows.info])
    ambiguous = np.array([bool(row.get("amb")) for row in rows.info])
    weights = rows.weights / rows.weights.mean()
    out = {}
    for language in LEFT_OUT:
        own = languages == language
        chosen = np.flatnonzero(own & original)
        if not 0 < rows.labels[chosen].sum() < len(chosen):
            continue
        linear = fit_linear(matrix[~own], rows.labels[~own], weights[~own], strength)
        model = type(text.model)(linear, text.model.trees, text.model.calibration)
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
