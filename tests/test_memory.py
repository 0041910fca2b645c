"""A kernel for which there is not enough memory raises; the process goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe import native

LONG = bool(os.environ.get("DEDUPE_LONG"))
WORK = """
import resource, sys
import numpy as np
from dedupe import kernels, clean, find_passages, score_boilerplate, score_quality
from dedupe.kernels.records import SENTENCES
from dedupe.text.encode import encode_batch

name, megabytes, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
texts = ["alpha beta 12 gamma. d e f g h i j\\n" * (size // 35)]
batch = encode_batch(texts)
work = {
    "tokenize": lambda: kernels.tokenize(batch),
    "fold": lambda: kernels.fold_bytes(batch, 2),
    "sign": lambda: kernels.sign(batch, 1, 5, 256),
    "sets": lambda: kernels.placed_sets(batch, 1, 5),
    "facts": lambda: kernels.fact_texts(batch),
    "cut": lambda: kernels.cut(batch, SENTENCES + 1),
    "sort": lambda: kernels.sort_entries(np.arange(size, dtype=np.uint64), np.zeros(size, np.uint32)),
    "quality": lambda: score_quality(texts, threads=1),
    "boilerplate": lambda: score_boilerplate(texts),
    "passages": lambda: find_passages(texts, threads=1),
    "clean": lambda: clean(texts),
}
with open("/proc/self/statm") as file:
    taken = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + (megabytes << 20),) * 2)
try:
    work[name]()
except MemoryError:
    sys.exit(7)
"""
KERNELS = "tokenize fold sign sets facts cut sort quality boilerplate passages clean".split()


@pytest.mark.skipif(
    not native or not Path("/proc/self/statm").exists(), reason="a limit of Linux, for the native core"
)
@pytest.mark.parametrize("name", KERNELS)
def test_too_little_memory_is_an_error(name: str) -> None:
    size, limits = (64 << 20, (32, 64, 128, 256, 512, 1024, 2048)) if LONG else (4 << 20, (24,))
    for limit in limits:
        done = subprocess.run(
            [sys.executable, "-c", WORK, name, str(limit), str(size)], capture_output=True, check=False, text=True
        )
        assert done.returncode in (0, 7), (limit, done.stderr[-500:])


ONE_WORD = """
import resource, sys
from dedupe import clean

clean(["A text that loads what is needed."])
text = "word " * int(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
clean([text], threads=1)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / len(text))
"""


@pytest.mark.skipif(not native or sys.platform != "linux", reason="sizes as Linux gives them, of the native core")
def test_one_word_very_often_takes_little_memory() -> None:
    run = [sys.executable, "-c", ONE_WORD, "4000000"]
    assert float(subprocess.run(run, capture_output=True, check=True, text=True).stdout) < 8
