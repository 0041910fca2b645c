"""Speed and memory of the main jobs: each as a whole process, in turn, one pinned core; CPU seconds, medians.

    python benchmarks/jobs.py CORPUS.jsonl [--repeat 5] [--only NAME,…] [--against NAME]

`pip install rensa` for the peer, which looks for near-duplicate documents and nothing else. `verbs` is one process
with the four verbs that `clean` is made of, from an Arrow column; `--verbs` prints what each takes, nothing else.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from speed import PEER_SETTING, PEERS, run

CLI = [sys.executable, "-m", "dedupe"]
ONE = ["--quiet", "--threads", "1", "--force"]


def jobs(corpus: Path, folder: Path) -> dict[str, list[str]]:
    """The processes, by name."""
    given, kept = str(corpus), str(folder / "kept.txt")
    lines = ["--unit", "paragraph", "--paragraphs", "lines"]
    cleaned = ["--output", str(folder / "out.jsonl"), "--audit", str(folder / "audit.jsonl")]
    return {
        "rensa": [sys.executable, str(PEERS / "rensa_kept.py"), given, "document", kept],
        "rensa lines": [sys.executable, str(PEERS / "rensa_kept.py"), given, "lines", kept],
        "documents": [*CLI, "duplicates", given, *ONE, *PEER_SETTING, "--kept", kept],
        "lines": [*CLI, "duplicates", given, *ONE, *lines, "--kept", kept],
        "clean": [*CLI, "clean", given, *ONE, *cleaned],
        "clean 1GB": [*CLI, "clean", given, *ONE, *cleaned, "--max-memory", "1GB"],
        "score": [*CLI, "score", given, "--quiet", "--force", "--output", str(folder / "scores.jsonl")],
        "passages": [*CLI, "passages", given, *ONE, "--output", str(folder / "passages.jsonl"), "--only", "across"],
        "verbs": [sys.executable, __file__, given, "--verbs"],
    }


def time_verbs(corpus: Path) -> None:
    """Print the CPU seconds of each verb on an Arrow column."""
    import pyarrow.json

    import dedupe

    column = pyarrow.json.read_json(corpus).column("text")
    texts = [text for text in column.to_pylist() if text is not None]
    column = pyarrow.chunked_array([pyarrow.array(texts)])
    done = {}
    for name, work in {
        "documents": lambda: dedupe.find_duplicates(column, facts="apart", threads=1).kept,
        "paragraphs": lambda: dedupe.find_duplicates(column, unit="paragraph", facts="apart", threads=1).kept,
        "passages": lambda: dedupe.find_passages(column, threads=1).to_arrow(),
        "boilerplate": lambda: dedupe.score_boilerplate(column, unit="paragraph", context=True).probability,
    }.items():
        begin = time.process_time()
        work()
        done[name] = time.process_time() - begin
    print(" ".join(f"{name}={seconds:.2f}" for name, seconds in done.items()), f"sum={sum(done.values()):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--against", default="rensa", help="the job that the others are compared with")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--verbs", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.verbs:
        time_verbs(options.corpus)
        return
    runs: dict[str, list[tuple[float, float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        all_jobs = jobs(options.corpus, Path(folder))
        names = options.only.split(",") if options.only else list(all_jobs)
        for _ in range(options.repeat):
            for name in names:
                runs.setdefault(name, []).append(run(all_jobs[name], options.core))
    size = options.corpus.stat().st_size / 1e6
    seconds = {name: statistics.median(user + system for user, system, _ in own) for name, own in runs.items()}
    base = seconds.get(options.against)
    print(f"{options.corpus.name}, {size:.1f} MB, {options.repeat} runs, one core")
    print(f"| job | CPU s | MB/s | peak MB | ÷ {options.against} |\n| --- | --- | --- | --- | --- |")
    for name, own in runs.items():
        peak = statistics.median(peak for *_, peak in own)
        ratio = f"{seconds[name] / base:.2f}" if base else ""
        print(f"| {name} | {seconds[name]:.2f} | {size / seconds[name]:.1f} | {peak:.0f} | {ratio} |")


if __name__ == "__main__":
    main()
