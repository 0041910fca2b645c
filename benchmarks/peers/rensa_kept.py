"""The same work with rensa: CORPUS.jsonl UNIT KEPT. Its streaming deduplicator, 16 bands; nothing is verified."""

import json
import re
import sys
from pathlib import Path

from rensa import RMinHashDeduplicator

corpus, unit, kept = sys.argv[1:]
words = re.compile(r"\w+")


def shingles(text: str) -> list[str]:
    tokens = words.findall(text.lower())
    return [" ".join(tokens[i : i + 5]) for i in range(max(1, len(tokens) - 4))]


ids, texts = [], []
with Path(corpus).open(encoding="utf-8") as lines:
    for line in lines:
        row = json.loads(line)
        parts = [row["text"]] if unit == "document" else [part for part in row["text"].splitlines() if part.strip()]
        ids += [str(row["id"]) if unit == "document" else f"{row['id']}:{i}" for i in range(len(parts))]
        texts += parts
index = RMinHashDeduplicator(0.8, 128, True, 16)
fresh = index.add_pairs((str(i), shingles(text)) for i, text in enumerate(texts))
Path(kept).write_text("".join(f"{one}\n" for one, is_new in zip(ids, fresh, strict=True) if is_new))
