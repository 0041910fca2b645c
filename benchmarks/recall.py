"""What share of the near pairs of a corpus the bands find, against an exhaustive exact join.

    python benchmarks/recall.py CORPUS.jsonl [--unit document] [--sample 5000] [--threshold 0.7] [--recall 0.99]

Every pair of the sampled units is compared exactly (an inverted index over all shingles, no hashing to buckets);
the pairs at or above the threshold are what `find_duplicates(..., pairs="all")` should list.
"""

from __future__ import annotations

import argparse
import random

import numpy as np
from scipy.sparse import csr_matrix

from dedupe import find_duplicates, kernels
from dedupe.files.corpus import open_sources
from dedupe.files.fields import Fields
from dedupe.files.scan import read_corpus
from dedupe.lsh import Shingle, choose_bands
from dedupe.text.encode import encode_batch
from dedupe.units import cut_units


def exhaustive(texts: list[str], shingle: Shingle, threshold: float) -> dict[tuple[int, int], float]:
    """All pairs of distinct texts at or above the threshold, exactly."""
    values, offsets = kernels.shingle_sets(encode_batch(texts), shingle.code, shingle.n)
    _, columns = np.unique(values, return_inverse=True)
    sizes = np.diff(offsets)
    matrix = csr_matrix((np.ones(len(values), np.int32), columns, offsets), (len(texts), int(columns.max()) + 1))
    found = {}
    for start in range(0, len(texts), 256):
        shared = (matrix[start : start + 256] @ matrix.T).tocoo()
        a, b = shared.row + start, shared.col
        similarity = shared.data / (sizes[a] + sizes[b] - shared.data)
        for i in np.flatnonzero((a < b) & (similarity >= threshold)).tolist():
            found[int(a[i]), int(b[i])] = float(similarity[i])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--unit", choices=("document", "paragraph", "sentence"), default="document")
    parser.add_argument("--sample", type=int, default=5000)
    parser.add_argument("--threshold", type=float, action="append")
    parser.add_argument("--recall", type=float, default=0.99)
    parser.add_argument("--shingle", default="char:5")
    options = parser.parse_args()
    with open_sources([options.corpus]) as sources:
        corpus = read_corpus(sources, Fields()).corpus
    units = cut_units(corpus, options.unit)
    numbers = sorted(random.Random(1).sample(range(len(units)), min(options.sample, len(units))))
    folded: dict[str, str] = {}
    for number in numbers:
        text = units.text(number)
        raw = kernels.fold_bytes(encode_batch([text]))[0].tobytes().decode()
        if raw:
            folded.setdefault(raw, text)
    texts = list(folded.values())
    print(f"{len(texts):,} distinct {options.unit}s")
    print(
        "| threshold | bands | pairs | found | recall | promised at the threshold | wrong |\n" + "| --- " * 7 + "|"
    )
    for threshold in options.threshold or [0.5, 0.6, 0.7, 0.8, 0.9]:
        shingle = Shingle.parse(options.shingle)
        true = exhaustive(texts, shingle, threshold)
        result = find_duplicates(texts, shingle=shingle, threshold=threshold, recall=options.recall, pairs="all")
        found = {(pair.a, pair.b): pair.similarity for pair in result.pairs}
        bands = choose_bands(threshold, options.recall, shingle=shingle)
        wrong = sum(true.get(pair) != similarity for pair, similarity in found.items())
        print(
            f"| {threshold} | {bands.bands} × {bands.rows} | {len(true):,} | {len(found):,} | "
            f"{len(found.keys() & true.keys()) / max(len(true), 1):.4f} | {bands.recall(threshold):.3f} | {wrong} |"
        )


if __name__ == "__main__":
    main()
