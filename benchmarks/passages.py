"""Passages: time, memory and quality beside what others use, in one run; one pinned core, CPU seconds.

    python benchmarks/passages.py speed CORPUS.jsonl [--megabytes 10 50 200 1410] [--plot]
    python benchmarks/passages.py quality SUITE SCORER     # SUITE/passages.jsonl; against windows of datasketch
    python benchmarks/passages.py exact CORPUS.jsonl       # equal stretches, against a suffix array (pydivsufsort)
    python benchmarks/passages.py pairs                    # two texts, against difflib; rapidfuzz for a known one

`pip install pydivsufsort rapidfuzz` for the last two. Every measurement is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dedupe

PEERS = Path(__file__).parent / "peers"


def measured(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float, float]:
    """The answer, CPU seconds and peak MB of work in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        answer: tuple[Any, float, float] = pool.apply(_measured, (work, *arguments))
    return answer


def _measured(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float, float]:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    answer, seconds = work(*arguments)
    return answer, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    answer = work()
    return answer, time.process_time() - start


def read_texts(path: str, megabytes: float) -> list[str]:
    """Texts of every n-th line, so that a part is like the whole."""
    every = max(1, round(Path(path).stat().st_size / 1e6 / megabytes))
    with Path(path).open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for number, line in enumerate(lines) if number % every == 0]


def search(path: str, megabytes: float, **options: Any) -> tuple[Any, float]:
    texts = read_texts(path, megabytes)
    found, seconds = timed(lambda: dedupe.find_passages(texts, threads=1, **options))
    return (size_of(texts), len(found), len(found.groups)), seconds


def search_within(path: str, megabytes: float) -> tuple[Any, float]:
    return search(path, megabytes, across=False)


def search_across(path: str, megabytes: float) -> tuple[Any, float]:
    return search(path, megabytes, within=False)


def speed(path: str, sizes: list[float], *, plot: bool) -> None:
    rows = []
    print("| search | text MB | CPU s | MB/s | peak MB, texts included | passages | groups |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, work in (("within", search_within), ("across", search_across)):
        for megabytes in sizes:
            (size, passages, groups), seconds, peak = measured(work, path, megabytes)
            figures = f"{size:.0f} | {seconds:.2f} | {size / seconds:.1f} | {peak:.0f}"
            print(f"| {name} | {figures} | {passages} | {groups} |", flush=True)
            rows.append((f"{name} {size:5.0f} MB", size, seconds, peak))
    if plot:
        for what, column, times in (("CPU seconds per 100 MB", 2, 100), ("peak MB per MB of text", 3, 1)):
            print(f"\n{what}: bars of one length mean linear growth")
            values = [times * row[column] / row[1] for row in rows]
            for row, value in zip(rows, values, strict=True):
                print(f"{row[0]}  {'█' * round(40 * value / max(values))} {value:.1f}")


def quality(suite: str, scorer: str) -> None:
    documents = Path(suite) / "passages.jsonl"
    with documents.open(encoding="utf-8") as lines:
        texts = {row["id"]: row["text"] for row in map(json.loads, lines)}
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "ours.jsonl"), Path(folder, "theirs.jsonl")
        found, seconds = timed(lambda: dedupe.find_passages(texts, threads=1))
        rows = [{"copies": [copy._asdict() for copy in group.copies]} for group in found.groups]
        ours.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, PEERS / "datasketch_windows.py", documents, theirs], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            "| system | CPU s | precision | recall | granularity | plagdet |\n| --- | --- | --- | --- | --- | --- |"
        )
        for name, spent, rows_of in (
            ("dedupe", seconds, ours),
            ("datasketch", after.ru_utime - before.ru_utime, theirs),
        ):
            score = Path(folder, "score.json")
            subprocess.run(
                [sys.executable, scorer, suite, rows_of, "--json", score], check=True, stdout=subprocess.DEVNULL
            )
            figures = json.loads(score.read_text())["overall"]
            names = ("precision", "recall", "granularity", "plagdet")
            print(f"| {name} | {spent:.1f} | " + " | ".join(f"{figures[key]:.3f}" for key in names) + " |")


def exact_ours(path: str, megabytes: float) -> tuple[Any, float]:
    texts = read_texts(path, megabytes)
    found, seconds = timed(lambda: dedupe.find_passages(texts, preset="exact", snap=False, threads=1))
    covered = sum(found.coverage(number).total * len(text) for number, text in enumerate(texts))
    return (size_of(texts), covered / sum(map(len, texts))), seconds


def exact_theirs(path: str, megabytes: float) -> tuple[Any, float]:
    import numpy as np
    from pydivsufsort import divsufsort, kasai

    texts = read_texts(path, megabytes)
    # Folded as simply as can be; a character that no text has keeps texts apart.
    folded = "\x00".join("".join(c for c in text.casefold() if c.isalnum()) for text in texts)
    letters = folded.encode("utf-8", "surrogatepass")

    def work() -> float:
        suffixes = divsufsort(letters)
        shared = kasai(letters, suffixes)
        cover = np.zeros(len(letters) + 1, np.int64)
        # Neighbours in the suffix array that share sixty letters: both places are repeated.
        long = shared >= 60
        starts = np.unique(np.concatenate((suffixes[long], suffixes[np.flatnonzero(long) + 1])))
        np.add.at(cover, starts, 1)
        np.add.at(cover, np.minimum(starts + 60, len(letters)), -1)
        return float((np.cumsum(cover[:-1]) > 0).mean())

    share, seconds = timed(work)
    return (size_of(texts), share), seconds


def exact(path: str, sizes: list[float]) -> None:
    print("| system | text MB | CPU s | MB/s | peak MB | repeated |\n| --- | --- | --- | --- | --- | --- |")
    for megabytes in sizes:
        for name, work in (("dedupe, exact preset", exact_ours), ("suffix array", exact_theirs)):
            (size, share), seconds, peak = measured(work, path, megabytes)
            print(f"| {name} | {size:.0f} | {seconds:.2f} | {size / seconds:.1f} | {peak:.0f} | {share:.1%} |")


def two_texts(letters: int) -> tuple[str, str, str]:
    """Two texts that share an edited passage of 300 words, and that passage."""
    source = random.Random(1)
    word = [
        "".join(source.choice("abcdefghijklmnoprstuvw") for _ in range(source.randint(2, 9))) for _ in range(9999)
    ]

    def text(words: int) -> list[str]:
        return [source.choice(word) for _ in range(words)]

    block = text(300)
    edited = [source.choice(word) if source.random() < 0.05 else one for one in block]
    half = letters // 13
    return (
        " ".join(text(half) + block + text(half)),
        " ".join(text(half) + edited + text(half)),
        " ".join(edited),
    )


def pair_ours(letters: int) -> tuple[Any, float]:
    one, other, _ = two_texts(letters)
    found, seconds = timed(lambda: dedupe.find_passages([one, other], within=False, threads=1))
    return f"{len(found)} passage of {found[0].a_end - found[0].a_start}", seconds


def pair_difflib(letters: int) -> tuple[Any, float]:
    from difflib import SequenceMatcher

    one, other, _ = two_texts(letters)
    blocks, seconds = timed(lambda: SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks())
    return f"{sum(block.size >= 20 for block in blocks)} blocks of 20 and more", seconds


def pair_rapidfuzz(letters: int) -> tuple[Any, float]:
    from rapidfuzz import fuzz

    one, _, passage = two_texts(letters)
    found, seconds = timed(lambda: fuzz.partial_ratio_alignment(passage, one))
    return f"the known passage at {found.score:.0f} %", seconds


def pairs(sizes: list[int]) -> None:
    print("| system | letters of each text | CPU s | found |\n| --- | --- | --- | --- |")
    for letters in sizes:
        for name, work in (("dedupe", pair_ours), ("difflib", pair_difflib), ("rapidfuzz", pair_rapidfuzz)):
            if name == "difflib" and letters > 30_000:
                continue
            answer, seconds, _ = measured(work, letters)
            print(f"| {name} | {letters:,} | {seconds:.3f} | {answer} |")


def size_of(texts: list[str]) -> float:
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("speed", "quality", "exact", "pairs"))
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--megabytes", type=float, nargs="+", default=[10, 50, 200])
    parser.add_argument("--plot", action="store_true", help="growth with the size as bars")
    options = parser.parse_args()
    if options.what == "speed":
        speed(options.paths[0], options.megabytes, plot=options.plot)
    elif options.what == "quality":
        quality(*options.paths)
    elif options.what == "exact":
        exact(options.paths[0], options.megabytes)
    else:
        pairs([10_000, 30_000, 1_000_000])


if __name__ == "__main__":
    main()
