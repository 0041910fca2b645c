"""The same work with datasketch: CORPUS.jsonl UNIT KEPT. Candidates are verified by its own estimate."""

import json
import re
import sys
from pathlib import Path

from datasketch import MinHash, MinHashLSH

corpus, unit, target = sys.argv[1:]
words = re.compile(r"\w+")


def shingles(text: str) -> list[bytes]:
    tokens = words.findall(text.lower())
    return [" ".join(tokens[i : i + 5]).encode("utf-8", "replace") for i in range(max(1, len(tokens) - 4))]


names, texts = [], []
with Path(corpus).open(encoding="utf-8") as lines:
    for row in map(json.loads, lines):
        pieces = row["text"].split("\n") if unit == "paragraph" else [row["text"]]
        for number, piece in enumerate(pieces):
            if piece.strip():
                names.append(f"{row['id']}\t{number}")
                texts.append(piece)
index = MinHashLSH(threshold=0.8, num_perm=128)
known: dict[int, MinHash] = {}
with Path(target).open("w", encoding="utf-8") as out:
    for i, sketch in enumerate(MinHash.generator((shingles(text) for text in texts), num_perm=128)):
        if any(known[j].jaccard(sketch) >= 0.8 for j in index.query(sketch)):
            continue
        known[i] = sketch
        index.insert(i, sketch, check_duplication=False)
        out.write(names[i] + "\n")
