"""Repeated passages with datasketch: windows of text in an LSH index, neighbouring hits merged; the usual way.

    python datasketch_windows.py DOCUMENTS.jsonl PREDICTIONS.jsonl

160 characters a window, one every 40; character 5-grams, 128 permutations, threshold 0.5. Hits of windows that
follow each other on one diagonal, give or take 80 characters, are one passage.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

from datasketch import MinHash, MinHashLSH

WIDTH, STEP, NEAR = 160, 40, 80


def main() -> None:
    documents = list(map(json.loads, Path(sys.argv[1]).read_text("utf-8").rstrip("\n").split("\n")))
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    windows = []
    for number, document in enumerate(documents):
        text = document["text"]
        for start in range(0, max(len(text) - WIDTH, 0) + 1, STEP):
            folded = re.sub(r"\s+", " ", text[start : start + WIDTH].casefold())
            grams = {folded[i : i + 5].encode("utf-8", "surrogatepass") for i in range(max(len(folded) - 4, 1))}
            sketch = MinHash(num_perm=128)
            sketch.update_batch(list(grams))
            windows.append((number, start, sketch))
            lsh.insert(len(windows) - 1, sketch)
    hits = defaultdict(list)
    for own, (number, start, sketch) in enumerate(windows):
        for other in lsh.query(sketch):
            document, place, found = windows[other]
            if other < own and not (document == number and start - place < WIDTH) and sketch.jaccard(found) >= 0.5:
                hits[document, number].append((start, place))
    with Path(sys.argv[2]).open("w", encoding="utf-8") as out:
        for (a, b), places in hits.items():
            for start, end, other, other_end in merged(sorted(places)):
                names = ("a", "a_start", "a_end", "b", "b_start", "b_end")
                ends = (min(other_end, len(documents[a]["text"])), min(end, len(documents[b]["text"])))
                row = (documents[a]["id"], other, ends[0], documents[b]["id"], start, ends[1])
                out.write(json.dumps(dict(zip(names, row, strict=True))) + "\n")


def merged(places: list[tuple[int, int]]) -> list[list[int]]:
    """Join windows that are near each other in both texts."""
    out: list[list[int]] = []
    for start, place in places:
        for last in reversed(out):
            near = start <= last[1] + NEAR and place <= last[3] + NEAR and place + WIDTH >= last[2] - NEAR
            if near:
                last[1], last[2] = max(last[1], start + WIDTH), min(last[2], place)
                last[3] = max(last[3], place + WIDTH)
                break
        else:
            out.append([start, start + WIDTH, place, place + WIDTH])
    return out


if __name__ == "__main__":
    main()
