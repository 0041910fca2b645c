"""A larger corpus from a corpus: itself, then copies in which words of every document are replaced.

    python benchmarks/enlarge.py CORPUS.jsonl LARGE.jsonl --gigabytes 10

Each copy replaces another share of the words, from 1 in 100 to 1 in 10, by words of the corpus, and leaves every
tenth document as it is. Equal input gives equal output.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

SHARES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("large", type=Path)
    parser.add_argument("--gigabytes", type=float, default=10)
    options = parser.parse_args()
    chance = random.Random(1)
    words: list[str] = []
    written, copy = 0, 0
    with options.large.open("w") as out:
        while written < options.gigabytes * 1e9:
            share = SHARES[(copy - 1) % len(SHARES)]
            with options.corpus.open() as lines:
                for number, line in enumerate(lines):
                    record = json.loads(line)
                    parts = record["text"].split(" ")
                    if copy == 0:
                        words += parts[:3] if len(words) < 1 << 16 else []
                    elif number % 10:
                        for _ in range(int(share * len(parts)) + 1):
                            parts[int(chance.random() * len(parts))] = words[int(chance.random() * len(words))]
                    row = json.dumps({"id": f"{copy}:{number}", "text": " ".join(parts)}, ensure_ascii=False)
                    out.write(row + "\n")
                    written += len(row.encode()) + 1
                    if written >= options.gigabytes * 1e9:
                        break
            copy += 1


if __name__ == "__main__":
    main()
