"""How many instructions the main jobs take on small fixed inputs: a gate that noise cannot move.

`python benchmarks/instructions.py` counts them with callgrind and compares them with `floors.json`; 3 % more is a
failure. `--record` writes what is counted now. Counts are compared only where Python, numpy, rustc, valgrind, the
C library and the instruction set are those of the record: others count differently.

One process does every job once to warm up and three times to be counted, on one thread. Before each it calls
`getppid`, at which callgrind writes down what was counted since the last one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
FLOORS = ROOT / "benchmarks" / "floors.json"
MOST = 1.03
ROUNDS = 3


def corpus(documents: int = 40) -> list[str]:
    """Pages of sentences in many languages, with copies, near copies, repeated blocks and prompts."""
    draw = random.Random(7)
    rows = map(json.loads, (ROOT / "tests" / "data" / "facts.jsonl").read_text("utf-8").splitlines())
    texts = sorted({text for row in rows for text in row.values() if isinstance(text, str) and " " in text})
    sentences = sorted({one for text in texts for one in re.split(r"(?<=[.!?।。])\s+", text) if len(one) > 30})
    blocks = [" ".join(draw.sample(sentences, 4)) for _ in range(6)]
    prompts = ["Subscribe now for unlimited access!", "Share this article", "Read more: the latest news"]
    pages: list[str] = []
    for _ in range(documents):
        if pages and draw.random() < 0.15:
            pages.append(draw.choice(pages).replace(" the ", " a ", 1))
            continue
        parts = [" ".join(draw.sample(sentences, draw.randint(1, 6))) for _ in range(draw.randint(2, 7))]
        parts += [draw.choice(blocks)] * (draw.random() < 0.5) + [draw.choice(prompts)] * (draw.random() < 0.4)
        draw.shuffle(parts)
        pages.append("\n".join(parts))
    return pages


def jobs(folder: Path) -> dict[str, Callable[[], object]]:
    """The jobs, each on its input."""
    import dedupe
    from dedupe.cli import main

    pages = corpus()
    path = folder / "pages.jsonl"
    rows = ({"id": f"p{i}", "text": text} for i, text in enumerate(pages))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    kept, scores, cleaned, audit = (str(folder / name) for name in ("k.txt", "s.jsonl", "c.jsonl", "a.jsonl"))

    def run(*arguments: str) -> None:
        if main([arguments[0], str(path), "--quiet", "--force", "--threads", "1", *arguments[1:]]):
            raise SystemExit(f"{arguments[0]} failed")

    return {
        "documents": lambda: dedupe.find_duplicates(pages, threads=1),
        "lines": lambda: run("duplicates", "--unit", "paragraph", "--paragraphs", "lines", "--kept", kept),
        "passages": lambda: dedupe.find_passages(pages, threads=1),
        "score": lambda: run("score", "--output", scores),
        "clean": lambda: run("clean", "--output", cleaned, "--audit", audit),
    }


def work(folder: Path) -> None:
    """Do the jobs, each between two calls of `getppid`."""
    import gc

    for job in jobs(folder).values():
        job()
        for _ in range(ROUNDS):
            gc.collect()
            os.getppid()
            job()
            os.getppid()


def count() -> dict[str, int]:
    """The instructions of each job: the middle of three."""
    with TemporaryDirectory() as folder:
        out = Path(folder, "callgrind.out")
        command = [
            *("valgrind", "--tool=callgrind", "--dump-before=getppid", f"--callgrind-out-file={out}"),
            *(sys.executable, __file__, "--work", folder),
        ]
        # Addresses that differ from run to run change what dictionaries and sorts do.
        fixed = ["setarch", platform.machine(), "-R"] if shutil.which("setarch") else []
        environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
        done = subprocess.run([*fixed, *command], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"the jobs failed under valgrind:\n{done.stderr[-2000:]}")
        # A dump holds what was counted before its number: that of a job has an even one.
        dumps = {int(path.suffix[1:]): path for path in out.parent.glob("callgrind.out.*") if path.suffix != ".out"}
        counts = [_total(dumps[number]) for number in sorted(dumps) if number % 2 == 0]
        names = list(jobs(Path(folder)))
        return {name: int(median(counts[i * ROUNDS : (i + 1) * ROUNDS])) for i, name in enumerate(names)}


def _total(path: Path) -> int:
    match = re.search(r"^(?:totals|summary): (\d+)", path.read_text("utf-8", "replace"), re.MULTILINE)
    if match is None:
        raise SystemExit(f"{path} holds no total")
    return int(match[1])


def environment() -> dict[str, str]:
    """What counts depend on besides the code."""
    import numpy

    flags = Path("/proc/cpuinfo").read_text("utf-8") if Path("/proc/cpuinfo").exists() else ""
    return {
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "rustc": _version("rustc"),
        "valgrind": _version("valgrind"),
        "libc": " ".join(platform.libc_ver()),
        "simd": next((level for level in ("avx2", "sse4_2") if f" {level} " in flags), platform.machine()),
    }


def _version(program: str) -> str:
    if not shutil.which(program):
        return "missing"
    words = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+\.\d+(\.\d+)?", words)
    return found[0] if found else words.strip()


def main() -> int:
    """Compare, or record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--record", action="store_true", help="write what is counted now into floors.json")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work)
        return 0
    floors = json.loads(FLOORS.read_text("utf-8"))
    here = environment()
    recorded = floors.get("instructions", {})
    other = {name: (value, recorded.get("where", {}).get(name)) for name, value in here.items()}
    other = {name: pair for name, pair in other.items() if pair[0] != pair[1]}
    if other and not options.record:
        differs = ", ".join(f"{name} {now} (recorded: {then})" for name, (now, then) in other.items())
        print(f"skipped: counts are compared only where they were recorded; here is another {differs}")
        return 0
    found = count()
    if options.record:
        floors["instructions"] = {"where": here, "most": found}
        FLOORS.write_text(json.dumps(floors, indent=2) + "\n", "utf-8")
        return 0
    failed = False
    for name, now in found.items():
        then = recorded["most"][name]
        failed |= now > MOST * then
        print(f"{name:10} {now / 1e6:12,.1f} M instructions, recorded {then / 1e6:12,.1f}: {now / then - 1:+.2%}")
    if failed:
        print(f"more than {MOST - 1:.0%} more: find out why, or record it with a reason in the commit message")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
