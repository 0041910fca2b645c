"""Measure how likely the best language is right, by its lead and the length of the text.

    python -m tools.calibrate_language TEXTS.jsonl

TEXTS.jsonl has `text` and `lang`. For each of three classes of length a logistic curve over the logarithm of the
lead is fitted with scikit-learn, and written as the leads at which it passes each half percent: what is looked up
is integers. The same texts give the same `calibration.json`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from dedupe.language.detect import GROUPS, LONG, best_languages
from dedupe.language.profiles import SCALE_BITS, load_profiles
from dedupe.text.encode import Offsets, encode_batch
from tools import PACKAGE

STEP = 0.005
# N-grams from which on a text is in the class: about 40 and 200 characters.
LEAST = (0, 120, LONG)


def calibrate(texts: list[str], languages: list[str]) -> dict[str, object]:
    """The table."""
    from sklearn.linear_model import LogisticRegression

    codes, lead, counts = best_languages(encode_batch(texts))
    right = np.array([code == language for code, language in zip(codes, languages, strict=True)])
    one_group = [
        any({code, language} <= set(group) for group in GROUPS)
        for code, language in zip(codes, languages, strict=True)
    ]
    right |= np.array(one_group) & (counts < LONG)
    kind = np.searchsorted(LEAST, counts, side="right") - 1
    steps = np.arange(1, round(1 / STEP)) * STEP
    classes = []
    for number, least in enumerate(LEAST):
        own = (kind == number) & (counts > 0)
        model = LogisticRegression(C=10).fit(_feature(lead[own]), right[own])
        # Where the curve passes each probability; below the first and beyond the last measured lead it is flat.
        logits = np.log(steps / (1 - steps))
        passes = np.expm1((logits - model.intercept_[0]) / model.coef_[0, 0]) * (1 << SCALE_BITS)
        highest = np.count_nonzero(model.predict_proba(_feature(lead[own].max(keepdims=True)))[0, 1] >= steps)
        limits = np.maximum(np.ceil(passes[:highest]), 0).astype(int).tolist()
        classes.append({"least": least, "limits": limits})
    return {"scheme": load_profiles().scheme, "step": STEP, "classes": classes}


def _feature(lead: Offsets) -> np.ndarray:
    return np.log1p(lead / (1 << SCALE_BITS)).reshape(-1, 1)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", type=Path)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.texts.read_text("utf-8").splitlines()]
    table = calibrate([row["text"] for row in rows], [row["lang"] for row in rows])
    (PACKAGE / "language" / "calibration.json").write_text(json.dumps(table, separators=(",", ":")) + "\n", "ascii")


if __name__ == "__main__":
    main()
