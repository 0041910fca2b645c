"""Which shingles tell copies from texts that only look alike: exact similarity of labelled pairs, by script.

    python benchmarks/shingles.py DATA/neardup

The texts of the suite that are nobody's copy (templates, law, licences, manual pages, short ones) are compared with
all others of their category. For each kind of shingle: the similarity that only 2 % of them reach with their
nearest neighbour, and the share of the labelled copies above it, by script. No hashing is involved but that of the
shingles: what bands find of it is the recall parameter's matter.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from dedupe import kernels
from dedupe.duplicates.verify import jaccard
from dedupe.lsh import Shingle
from dedupe.text.encode import encode_batch

SHINGLES = ("char:3", "char:4", "char:5", "char:6", "char:8", "word:1", "word:2", "word:3", "word:5")
SCRIPTS = {
    "Latin": "en fr es de pt it ro vi tr swa yor hau pcm ibo som orm sna run lin lug",
    "Greek, Cyrillic": "el ru",
    "Arabic": "ar",
    "Indic, Ethiopic": "hi amh tir",
    "without spaces": "zh ja th",
}
SHARE = 0.98
Rows = list[dict[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("suite", type=Path)
    suite = parser.parse_args().suite
    rows = read(suite / "docs.jsonl")
    number = {row["id"]: i for i, row in enumerate(rows)}
    script = {lang: name for name, langs in SCRIPTS.items() for lang in langs.split()}
    flat = encode_batch([row["text"] for row in rows])
    for short in (False, True):
        copies: dict[str, Rows] = defaultdict(list)
        for pair in read(suite / "docs_pairs.jsonl"):
            if pair["label"] == "dup" and (pair["category"] == "short") == short:
                copies["all"].append(pair)
                copies[script[pair["lang"]]].append(pair)
        groups = [name for name, own in copies.items() if len(own) >= 20]
        alike: dict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(rows):
            if row["category"] in (SHORT if short else LONG):
                alike[row["category"]].append(i)
        kind = "Texts of 8 to 110 characters" if short else "Documents"
        print(f"\n{kind}, {sum(map(len, alike.values()))} that are no copies")
        print("| shingle | similarity | " + " | ".join(groups) + " |\n| --- | --- |" + " --- |" * len(groups))
        for name in SHINGLES:
            shingle = Shingle.parse(name)
            sets = kernels.shingle_sets(flat, shingle.code, shingle.n)
            nearest = np.concatenate([nearest_others(sets, np.array(own, np.int64)) for own in alike.values()])
            limit = float(np.quantile(nearest, SHARE))
            cells = []
            for group in groups:
                a, b = (np.array([number[pair[side]] for pair in copies[group]], np.int64) for side in "ab")
                cells.append(f"{(jaccard(sets, a, b) > limit).mean():.3f}")
            print(f"| {name} | {limit:.2f} | " + " | ".join(cells) + " |")
        print("| copies | | " + " | ".join(str(len(copies[group])) for group in groups) + " |")


LONG = ("neg_template", "neg_law", "neg_rfc_boiler", "neg_plain", "licence")
SHORT = ("neg_short",)


def nearest_others(sets: tuple[np.ndarray, np.ndarray], own: np.ndarray) -> np.ndarray:
    """For each text of a category the similarity of the one most like it."""
    a, b = (own[side] for side in np.triu_indices(len(own), 1))
    similarity = jaccard(sets, a, b)
    place = np.searchsorted(own, np.concatenate((a, b)))
    out = np.zeros(len(own))
    np.maximum.at(out, place, np.concatenate((similarity, similarity)))
    return out


def read(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
