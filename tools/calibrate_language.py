"""Measure how likely the best language is right, by its lead, the likeness to its texts, and the length.

    python -m tools.calibrate_language TEXTS.jsonl PACKAGES

TEXTS.jsonl has `text` and `lang`. PACKAGES is the folder of `tools.train_language`; texts in languages without
profile are drawn from it, and any answer to them is wrong. For each of three classes of length a logistic curve is
fitted with scikit-learn. Its slope over the likeness becomes factors of the lead; then the leads are written at
which the curve passes each half percent, as integers. The same texts give the same `calibration.json`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedupe.language.detect import FACTOR_BITS, GROUPS, best_languages
from dedupe.language.profiles import SCALE_BITS, load_profiles
from dedupe.text.encode import Offsets, encode_batch
from tools import PACKAGE
from tools.language_texts import read_packages

STEP = 0.005
# N-grams from which on a text is in the class: about 40 and 200 characters.
LEAST = (0, 120, 600)
# Languages without profile, of many families and of four scripts, and how many texts of each class are drawn.
OTHERS = (
    *("ast", "az", "ba", "bho", "br", "ce", "ckb", "co", "cv", "eo", "fo", "fy", "gd", "gsw", "hsb", "ig", "ilo"),
    *("jv", "kab", "la", "lb", "mai", "mg", "mhr", "mt", "myv", "nds", "oc", "os", "ps", "qu", "sah", "scn"),
    *("tg-cyrl", "tt-cyrl", "tyv", "ug-arab", "uz", "wa", "yo"),
)
DRAWN = 50
LENGTHS = (30, 120, 400)
# What share of texts in these languages is assumed, by class. More makes fewer of them get a neighbour's code, and
# more of the others none: in the second class .41 of them and .94 of the others get one with 0.1, .55 and .96 with
# 0.05.
SHARES = (0.02, 0.05, 0.02)
SEED = 1

Floats = npt.NDArray[np.float64]


def other_texts(packages: Path) -> list[str]:
    """Draw texts in languages without profile, in three lengths."""
    by_language: dict[str, dict[str, None]] = defaultdict(dict)
    for language, text, _ in read_packages(packages):
        if language in OTHERS:
            by_language[language][text] = None
    draw = random.Random(SEED)
    out = []
    for _, texts in sorted(by_language.items()):
        for length in LENGTHS:
            for _ in range(DRAWN):
                text = ""
                while len(text) < length:
                    text += draw.choice(list(texts)) + " "
                out.append(text[:length])
    return out


def calibrate(texts: Sequence[str], languages: Sequence[str], others: Sequence[str]) -> dict[str, object]:
    """Return the table."""
    from sklearn.linear_model import LogisticRegression

    codes, lead, likeness, counts = best_languages(encode_batch([*texts, *others]))
    right = np.zeros(len(codes), bool)
    for number, (code, language) in enumerate(zip(codes, languages, strict=False)):
        one_class = any({code, language} <= set(group) for group in GROUPS)
        right[number] = code == language or one_class
    is_other = np.arange(len(codes)) >= len(texts)
    kind = np.searchsorted(LEAST, counts, side="right") - 1
    steps = np.arange(1, round(1 / STEP)) * STEP
    logits = np.log(steps / (1 - steps))
    classes = []
    for number, least in enumerate(LEAST):
        own = (kind == number) & (counts > 0)
        weights = np.where(
            is_other[own], SHARES[number] * np.sum(~is_other[own]) / max(1, np.sum(is_other[own])), 1
        )
        both = np.column_stack([_feature(lead[own]), likeness[own] / 10])
        model = LogisticRegression(C=10).fit(both, right[own], weights)
        slope = max(0.0, model.coef_[0, 1] / model.coef_[0, 0])
        factors = np.rint(np.exp(slope * (np.arange(101) - 100) / 10) * (1 << FACTOR_BITS)).astype(np.int64)
        sure = lead[own] * factors[likeness[own]] >> FACTOR_BITS
        model = LogisticRegression(C=10).fit(_feature(sure)[:, None], right[own], weights)
        # Where the curve passes each probability; below the first and beyond the last measured lead it is flat.
        passes = np.expm1((logits - model.intercept_[0]) / model.coef_[0, 0]) * (1 << SCALE_BITS)
        highest = np.count_nonzero(model.predict_proba(_feature(sure[sure.argmax()][None])[:, None])[0, 1] >= steps)
        limits = np.maximum(np.ceil(passes[:highest]), 0).astype(int).tolist()
        classes.append({"least": least, "factors": factors.tolist(), "limits": limits})
    return {"scheme": load_profiles().scheme, "step": STEP, "classes": classes}


def _feature(lead: Offsets) -> Floats:
    return np.log1p(lead / (1 << SCALE_BITS))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("packages", type=Path)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.texts.read_text("utf-8").splitlines()]
    others = other_texts(options.packages)
    table = calibrate([row["text"] for row in rows], [row["lang"] for row in rows], others)
    (PACKAGE / "language" / "calibration.json").write_text(json.dumps(table, separators=(",", ":")) + "\n", "ascii")


if __name__ == "__main__":
    main()
