"""From an Arrow column of strings to band keys: MB of text a CPU second, one pinned core.

    python benchmarks/signatures.py CORPUS.jsonl [--repeat 5]

ASCII documents, other documents, paragraphs and lines apart; word 5-grams and character 5-grams, 16 bands of 8.
What is timed is what `find_duplicates` does with a column before it compares: cut, fold, sign. The best of all runs
counts.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import pyarrow as pa

from dedupe.documents import read_texts
from dedupe.duplicates.fingerprints import sign_corpus
from dedupe.duplicates.settings import Settings
from dedupe.lsh import Bands, Shingle
from dedupe.segmentation import segment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with options.corpus.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    columns = {
        "ASCII documents": [text for text in texts if text.isascii()],
        "other documents": [text for text in texts if not text.isascii()],
        "paragraphs": [text[start:end] for text in texts for start, end in segment(text, "paragraph")],
        "lines": [line for text in texts for line in text.split("\n") if line.strip()],
    }
    print("| column | MB | word:5 MB/s | char:5 MB/s |\n| --- | --- | --- | --- |")
    for name, column in columns.items():
        corpus = read_texts(pa.array(column, pa.large_string()))
        size = int(corpus.texts.sizes().sum()) / 1e6
        speeds = []
        for shingle in (Shingle("word", 5), Shingle("char", 5)):
            settings = Settings("document", shingle, 0.8, 0.94, Bands(16, 8))
            best = float("inf")
            for _ in range(options.repeat):
                start = time.process_time()
                sign_corpus(corpus, settings, "auto", 1)
                best = min(best, time.process_time() - start)
            speeds.append(size / best)
        print(f"| {name} | {size:.1f} | {speeds[0]:.0f} | {speeds[1]:.0f} |")


if __name__ == "__main__":
    main()
