"""How long each kernel is deaf to a signal: the longest time between two looks for one.

    python benchmarks/interrupts.py [NAME ...]

A timer sends a signal every 5 ms; its handler runs where a kernel looks for signals. Each kernel works on many
small texts, on few huge ones, and on texts that make long work of little (two letters without a period, one word
without end).
"""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from dedupe import detect_language, find_passages, kernels, score_boilerplate, score_quality
from dedupe.kernels.records import SENTENCES
from dedupe.text.encode import TextBatch, encode_batch


def longest_silence(work: Callable[[], Any]) -> tuple[float, float]:
    """The longest time in which no signal was heard, and the time that all of it took, in seconds."""
    heard = [time.perf_counter()]
    previous = signal.signal(signal.SIGALRM, lambda *_: heard.append(time.perf_counter()))
    signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    heard.append(time.perf_counter())
    return max(after - before for before, after in pairwise(heard)), heard[-1] - heard[0]


def sentences(draw: random.Random, known: list[str], count: int) -> str:
    own = draw.choices(known, k=count)
    for place in range(9, count, 10):
        own[place] += "."
    return " ".join(own)


def thue_morse(length: int) -> str:
    text = "a"
    while len(text) < length:
        text += text.translate({97: 98, 98: 97})
    return text[:length]


def fibonacci(length: int) -> str:
    one, other = "a", "ab"
    while len(other) < length:
        one, other = other, other + one
    return other[:length]


def inputs() -> dict[str, list[str]]:
    """Texts by what is hard about them."""
    draw = random.Random(1)
    known = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(5000)]
    book = sentences(draw, known, 1_000_000)
    return {
        "small": [sentences(draw, known, 30) for _ in range(40_000)],
        "huge": [book],
        "pair": [book, book.replace("a", "e", 1000)],
        "two letters": [thue_morse(1 << 20)],
        "fibonacci": [" ".join(fibonacci(1 << 20))],
        "one word": ["word " * (1 << 20)],
        "one line": ["x" * (1 << 23)],
        "lines": ["a short line\n" * (1 << 18)],
    }


def kernel_calls(texts: list[str]) -> dict[str, Callable[[], Any]]:
    """What is measured on some texts, by name."""
    batch: TextBatch = encode_batch(texts)
    count = len(texts)
    sets = kernels.placed_sets(batch, 1, 5)
    numbers = np.arange(count, dtype=np.int64)
    # Every text with some others, or with itself.
    repeats = 300 if count > 100 else 8
    pairs = (np.repeat(numbers, repeats)[:20_000], np.tile(numbers, repeats)[:20_000])
    facts = kernels.fact_texts(batch)
    units = np.tile(numbers, 2)
    everything = np.append(0, np.cumsum(np.full(len(units) // count, count)))
    rest = (np.zeros(count, np.uint8), 0.85)
    values = np.random.default_rng(1).integers(0, 1 << 63, 20_000_000, dtype=np.uint64)
    return {
        "tokenize": lambda: kernels.tokenize(batch),
        "fold_bytes": lambda: kernels.fold_bytes(batch, 2),
        "sign": lambda: kernels.sign(batch, 1, 5, 256),
        "shingle_sets": lambda: kernels.shingle_sets(batch, 0, 5),
        "placed_sets": lambda: kernels.placed_sets(batch, 1, 5),
        "overlaps": lambda: kernels.overlaps(sets[:2], *pairs),
        "confirm": lambda: kernels.confirm(sets, 1, 5, *pairs),
        "fact_texts": lambda: kernels.fact_texts(batch),
        "same_facts": lambda: kernels.same_facts(facts, *(side[:3000] for side in pairs)),
        "group": lambda: kernels.group((units, everything), sets[:2], numbers, rest[0], [], rest[1], None),
        "group facts": lambda: kernels.group((units, everything), sets[:2], numbers, rest[0], [], rest[1], facts),
        "near_pairs": lambda: kernels.near_pairs((units, everything), sets[:2], *rest, facts),
        "equal_runs": lambda: kernels.equal_runs(values),
        "sort_entries": lambda: kernels.sort_entries(values, np.zeros(len(values), np.uint32)),
        "cut": lambda: kernels.cut(batch, SENTENCES + 1),
        "sign_texts": lambda: kernels.sign_texts(batch),
        "same_fold": lambda: kernels.same_fold(batch, batch, True),
        "passages": lambda: find_passages(texts, threads=1),
        "boilerplate": lambda: score_boilerplate(texts),
        "quality": lambda: score_quality(texts, threads=1),
        "language": lambda: detect_language(texts, threads=1),
    }


def main(wanted: list[str]) -> None:
    for kind, texts in inputs().items():
        for name, work in kernel_calls(texts).items():
            if wanted and name not in wanted:
                continue
            silence, total = longest_silence(work)
            mark = " !" if silence > 0.2 else ""
            print(f"{kind:12} {name:14} {silence * 1000:8.0f} ms of {total * 1000:8.0f}{mark}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
