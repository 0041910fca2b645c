"""dedupe for a harness that runs peers in turn: MODE CORPUS.jsonl LEVEL KEPT, as the other peers' scripts take it.

LEVEL is `doc` or `para` (lines). SETTING=peers (the default: word 5-grams, J 0.8, 128 permutations, 16 bands of 8)
or SETTING=defaults; THREADS=1. The line that begins with `@@` is the result.
"""

import json
import os
import sys
from pathlib import Path

from dedupe.cli.main import main

_, corpus, level, kept = sys.argv[1:]
options = ["duplicates", corpus, "--quiet", "--threads", os.environ.get("THREADS", "1"), "--kept", kept, "--force"]
if level != "doc":
    options += ["--unit", "paragraph", "--paragraphs", "lines"]
if os.environ.get("SETTING", "peers") == "peers":
    options += ["--shingle", "word:5", "--threshold", "0.8", "--permutations", "128", "--recall", "0.94"]
if main(options) > 1:
    raise SystemExit("dedupe failed")
with Path(kept).open("rb") as lines:
    print("@@" + json.dumps({"kept": sum(1 for _ in lines), "n": None}))
