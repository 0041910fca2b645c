"""Speed of scores: boilerplate and quality from an Arrow column, and datatrove's quality filters on the same texts
in the same run; one pinned core, CPU seconds.

    python benchmarks/scoring.py CORPUS.jsonl [--repeat 3] [--peer-documents 500]

`pip install datatrove spacy` for the peer, which splits words with spaCy's English tokenizer. It works on the first
documents only; what is compared is text a second.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dedupe import kernels, score_boilerplate, score_quality
from dedupe.boilerplate.categories import shipped_categories
from dedupe.boilerplate.model import shipped_model
from dedupe.documents import read_texts
from dedupe.quality.stopwords import load_stop_words
from dedupe.units import cut_units


def cpu(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def kernel_calls(column: Any) -> dict[str, Callable[[], object]]:
    """The parts of which scores are made, on the same texts."""
    corpus = read_texts(column)
    stop_words = load_stop_words()
    batch = corpus.texts.read(np.arange(len(corpus)))
    none = np.zeros(len(corpus), np.uint64)
    units = cut_units(corpus, "paragraph")
    paragraphs = list(units.batches())
    model = shipped_model()
    return {
        "quality counts": lambda: kernels.quality_counts(batch, stop_words.words, stop_words.masks, none),
        "boilerplate, paragraphs": lambda: model.scores(paragraphs),
        "categories, paragraphs": lambda: shipped_categories().scores(paragraphs),
        "sentences cut": lambda: cut_units(corpus, "sentence"),
    }


def verbs(column: Any) -> dict[str, Callable[[], object]]:
    return {
        "score_boilerplate(paragraph)": lambda: score_boilerplate(column, unit="paragraph").probability,
        "score_boilerplate(paragraph, context)": lambda: (
            score_boilerplate(column, unit="paragraph", context=True).probability
        ),
        "score_quality, counts alone": lambda: score_quality(
            column, language=None, passages=False, boilerplate=False, threads=1
        ),
        "score_quality": lambda: score_quality(column, threads=1),
    }


def peer(texts: list[str]) -> float:
    """CPU seconds of datatrove's Gopher, C4 and FineWeb filters."""
    from datatrove.data import Document
    from datatrove.pipeline import filters

    chosen = [
        filters.GopherQualityFilter(min_doc_words=None, min_stop_words=None),
        filters.GopherRepetitionFilter(),
        filters.C4QualityFilter(),
        filters.FineWebQualityFilter(),
    ]
    for one in chosen:
        one.filter(Document(text="A first text, so that the tokenizer is loaded.", id="0"))

    def work() -> None:
        for number, text in enumerate(texts):
            for one in chosen:
                one.filter(Document(text=text, id=str(number)))

    return cpu(work)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peer-documents", type=int, default=500)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    import pyarrow as pa

    with options.corpus.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    column = pa.array(texts, pa.large_string())
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) / 1e6
    print(f"{len(texts):,} documents, {size:.1f} MB; native: {kernels.native}")
    speed = {}
    for name, work in {**kernel_calls(column), **verbs(column)}.items():
        seconds = [cpu(work) for _ in range(options.repeat)]
        speed[name] = size / statistics.median(seconds)
        best = size / min(seconds)
        print(f"{name:40} {statistics.median(seconds):7.2f} s {speed[name]:8.1f} MB/s (best {best:.1f})")
    few = texts[: options.peer_documents]
    part = sum(len(text.encode("utf-8", "surrogatepass")) for text in few) / 1e6
    seconds = peer(few)
    print(f"{'datatrove: Gopher, C4, FineWeb':40} {seconds:7.2f} s {part / seconds:8.2f} MB/s ({part:.1f} MB)")
    print(f"score_quality, counts alone / datatrove: {speed['score_quality, counts alone'] * seconds / part:.0f} x")


if __name__ == "__main__":
    main()
