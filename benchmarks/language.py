"""Languages: accuracy and speed beside other detectors, in one run; one pinned core, CPU seconds.

    python benchmarks/language.py TEXTS.jsonl [--detectors dedupe langdetect py3langid pycld2 lingua]

TEXTS.jsonl has `text`, `lang` and a class of `length`. Every detector is forced to choose; ours is also measured
where it is surest, on 85 % of the texts. `pip install py3langid pycld2 lingua-language-detector` for the peers.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from dedupe import detect_language
from dedupe.language import detectors

Detect = Callable[[Sequence[str]], list[str]]
FORCED = 1e-9


def ours() -> Detect:
    return lambda texts: detect_language(texts, threshold=FORCED, threads=1).codes


def langdetect() -> Detect:
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0

    def one(text: str) -> str:
        try:
            return str(detect(text)).split("-")[0]
        except LangDetectException:
            return "und"

    return lambda texts: list(map(one, texts))


def adapted(name: str) -> Callable[[], Detect]:
    def make() -> Detect:
        detector = getattr(detectors, name)()
        return lambda texts: [code for code, _ in detector.detect(texts)]

    return make


DETECTORS: dict[str, Callable[[], Detect]] = {
    "dedupe": ours,
    "langdetect": langdetect,
    "py3langid": adapted("Py3LangId"),
    "pycld2": adapted("Pycld2"),
    "lingua": adapted("Lingua"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("--detectors", nargs="+", choices=list(DETECTORS), default=list(DETECTORS))
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rows = [json.loads(line) for line in options.texts.read_text("utf-8").splitlines()]
    classes: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        classes[row["length"]].append(row)
    print("| detector | " + " | ".join(f"{name}: right, texts a second" for name in sorted(classes)) + " |")
    print("| --- |" + " --- |" * len(classes))
    for name in options.detectors:
        detect = DETECTORS[name]()
        detect(["The first call loads what it needs."])
        cells = []
        for _, own in sorted(classes.items()):
            # Long enough to be timed.
            times = 20 if name == "dedupe" else 1
            texts = [row["text"] for row in own] * times
            start = time.process_time()
            codes = detect(texts)
            seconds = time.process_time() - start
            right = sum(code == row["lang"] for code, row in zip(codes, own, strict=False))
            cells.append(f"{right / len(own):.3f}, {len(texts) / seconds:,.0f}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    found = detect_language([row["text"] for row in rows], threshold=FORCED)
    surest = np.argsort(-found.probability, kind="stable")[: round(0.85 * len(rows))]
    right = np.mean([found.codes[i] == rows[i]["lang"] for i in surest.tolist()])
    print(f"\ndedupe, the surest 85 % of the texts: {right:.3f} right")


if __name__ == "__main__":
    main()
