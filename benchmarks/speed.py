"""Speed: the same work through us and through datasketch, in turn, one pinned core; CPU seconds and ratios.

    python benchmarks/speed.py CORPUS.jsonl [--unit document|paragraph] [--repeat 3] [--only dedupe,datasketch]

The work: read a JSONL corpus of `id` and `text`, word 5-grams, 128 permutations, 16 bands of 8 where the
system lets one choose, Jaccard 0.8, write the kept ids. Whole processes are measured, imports included: user and
system time of the child, and its peak memory. Medians, systems interleaved.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
CLI = [sys.executable, "-m", "dedupe", "duplicates", "--quiet", "--threads", "1"]
PEER_SETTING = ["--shingle", "word:5", "--threshold", "0.8", "--permutations", "128", "--recall", "0.94"]


def command(system: str, corpus: Path, unit: str, kept: Path) -> list[str]:
    """The process that does the work."""
    if system == "datasketch":
        return [sys.executable, str(PEERS / "datasketch_kept.py"), str(corpus), unit, str(kept)]
    options = PEER_SETTING if system == "dedupe" else []
    lines = ["--paragraphs", "lines"] if unit == "paragraph" else []
    return [*CLI, str(corpus), "--unit", unit, *lines, *options, "--kept", str(kept), "--force"]


def run(process: list[str], core: int) -> tuple[float, float, float]:
    """CPU seconds (user, system) and peak MB of a pinned process."""
    with tempfile.TemporaryFile() as talk:
        child = subprocess.Popen(["taskset", "-c", str(core), *process], stdout=talk, stderr=talk)
        _, status, usage = os.wait4(child.pid, 0)
        if status:
            talk.seek(0)
            raise SystemExit(f"{process[:4]} failed: {talk.read().decode()[-800:]}")
    return usage.ru_utime, usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--unit", choices=("document", "paragraph"), default="document")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="dedupe,dedupe-defaults,datasketch")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    systems = options.only.split(",")
    size = options.corpus.stat().st_size / 1e6
    runs: dict[str, list[tuple[float, float, float]]] = {system: [] for system in systems}
    kept: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.repeat):
            for system in systems:
                target = Path(folder, f"{system}.txt")
                runs[system].append(run(command(system, options.corpus, options.unit, target), options.core))
                kept[system] = len(target.read_bytes().splitlines())
    rows = []
    for system in systems:
        user, system_time, peak = (statistics.median(column) for column in zip(*runs[system], strict=True))
        rows.append({"system": system, "user": user, "sys": system_time, "peak_mb": peak, "kept": kept[system]})
    base = next((row["user"] + row["sys"] for row in rows if row["system"] == "dedupe"), None)
    print(f"{options.corpus.name}, {size:.1f} MB, {options.unit}s, {options.repeat} runs, one core")
    print(
        "| system | CPU s | user | sys | MB/s | peak MB | kept | × dedupe |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for row in rows:
        seconds = row["user"] + row["sys"]
        ratio = f"{seconds / base:.1f}" if base else ""
        print(f"| {row['system']} | {seconds:.2f} | {row['user']:.2f} | {row['sys']:.2f} | {size / seconds:.1f} "
              f"| {row['peak_mb']:.0f} | {row['kept']:,} | {ratio} |")  # fmt: skip
    if options.output:
        result = {"corpus": options.corpus.name, "mb": size, "unit": options.unit, "rows": rows}
        options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
