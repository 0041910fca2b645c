"""What near-duplicates, or cleaning, within a limit of memory take, stage by stage, beside the same in memory.

    python benchmarks/outofcore.py CORPUS… [--unit document] [--max-memory 1GB] [--workdir DIR] [--memory] [--plot]
    python benchmarks/outofcore.py CORPUS… --clean [--max-memory 1GB] [--workdir DIR] [--memory] [--plot]

Prints seconds of each stage, peak memory, bytes written per byte read, and with `--memory` the run in memory too,
in a process of its own each; the kept units of the two, or all that they write, are compared.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from dedupe import disk
from dedupe.disk import Disk


class Counted(Disk):
    """Counts what is written."""

    written = 0

    def write(self, file: Any, data: Any) -> int:
        count = super().write(file, data)
        Counted.written += count
        return count


def peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)


class Steps:
    """Seconds of each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name, self._since = "reading, cutting, signing", time.perf_counter()

    def __call__(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._since
        self._name, self._since = name, now

    def rounded(self) -> dict[str, float]:
        return {name: round(spent, 1) for name, spent in self.seconds.items() if spent >= 0.05}


def in_files(corpus: Path, unit: Any, memory: str, workdir: Path, threads: int) -> dict[str, Any]:
    from dedupe.duplicates.settings import resolve
    from dedupe.files.fields import Fields
    from dedupe.files.sources import find_sources
    from dedupe.outofcore.duplicates import find_in_files

    disk.DISK = Counted()
    step = Steps()
    begin, cpu = time.perf_counter(), time.process_time()
    said = []
    with find_in_files(
        find_sources([str(corpus)]),
        Fields(),
        resolve(unit),
        max_memory=memory,
        workdir=workdir,
        threads=threads,
        step=step,
        announce=said.append,
    ) as (result, _):
        step("kept units")
        digest, kept = hashlib.sha256(), 0
        for _, lines in result.kept_lines():
            digest.update(lines)
            kept += bytes(lines).count(b"\n")
        step("end")
        size = corpus.stat().st_size
        return {
            "estimate": str(said[0]),
            "seconds": round(time.perf_counter() - begin, 1),
            "CPU seconds": round(time.process_time() - cpu, 1),
            "MB/s": round(size / 1e6 / (time.perf_counter() - begin), 1),
            "peak MB": peak_mb(),
            "bytes written per byte read": round(Counted.written / size, 2),
            "stages": step.rounded(),
            "units": sum(result.counts[:2]),
            "kept": kept,
            "digest": digest.hexdigest()[:16],
        }


def in_memory(corpus: Path, unit: Any, threads: int) -> dict[str, Any]:
    from dedupe.duplicates.find import compare_signed
    from dedupe.duplicates.settings import resolve
    from dedupe.files.fields import Fields
    from dedupe.files.scan import sign_files
    from dedupe.files.sources import find_sources

    begin, cpu = time.perf_counter(), time.process_time()
    settings = resolve(unit)
    _, units, prints, _ = sign_files(find_sources([str(corpus)]), Fields(), settings, threads=threads)
    result = compare_signed(units, prints, settings, threads=threads)
    lines = b"".join(bytes(part) for _, part in result.kept_lines())
    return {
        "seconds": round(time.perf_counter() - begin, 1),
        "CPU seconds": round(time.process_time() - cpu, 1),
        "MB/s": round(corpus.stat().st_size / 1e6 / (time.perf_counter() - begin), 1),
        "peak MB": peak_mb(),
        "digest": hashlib.sha256(lines).hexdigest()[:16],
    }


def cleaned(corpus: Path, memory: str | None, workdir: Path, threads: int) -> dict[str, Any]:
    from dedupe import clean_files
    from dedupe.job import CleanOptions

    disk.DISK = Counted()
    step, said = Steps(), []
    begin, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory(dir=workdir) as folder:
        out, audit = Path(folder, corpus.name), Path(folder, "audit.jsonl")
        report = clean_files(
            [corpus],
            out,
            audit,
            options=CleanOptions(threads=threads),
            max_memory=memory,
            workdir=workdir if memory else None,
            progress=step,
            announce=said.append,
        )
        step("end")
        spent, cpu_spent = time.perf_counter() - begin, time.process_time() - cpu
        digest = hashlib.sha256()
        for path in (out, audit):
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        output = out.stat().st_size + audit.stat().st_size
    size = corpus.stat().st_size
    return {
        "estimate": str(said[0]) if said else "-",
        "seconds": round(spent, 1),
        "CPU seconds": round(cpu_spent, 1),
        "MB/s": round(size / 1e6 / spent, 1),
        "peak MB": peak_mb(),
        "bytes of work files written per byte read": round((Counted.written - output) / size, 2),
        "stages": step.rounded(),
        "removed": dict(report.counts.stages),
        "digest": digest.hexdigest()[:16],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--unit", choices=("document", "paragraph", "sentence"), default="document")
    parser.add_argument("--max-memory", default="1GB")
    parser.add_argument("--workdir", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", action="store_true", help="run it in memory too")
    parser.add_argument("--clean", action="store_true", help="clean, instead of finding near-duplicates")
    parser.add_argument("--plot", action="store_true", help="growth with the size as bars")
    options = parser.parse_args()
    workdir = options.workdir or Path(tempfile.gettempdir())
    grown = [measure(corpus, workdir, options) for corpus in options.corpora]
    if options.plot:
        sizes = [corpus.stat().st_size / 1e6 for corpus in options.corpora]
        for name, values in (
            (
                "CPU seconds per 100 MB",
                [100 * own["CPU seconds"] / size for own, size in zip(grown, sizes, strict=True)],
            ),
            ("peak MB", [own["peak MB"] for own in grown]),
        ):
            print(f"\n{name}, in files")
            for size, value in zip(sizes, values, strict=True):
                print(f"{size:8,.0f} MB  {'█' * round(40 * value / max(values))} {value:,.1f}")


def measure(corpus: Path, workdir: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run one corpus, print what it took, and answer with what it took in files."""
    limits, threads = (options.max_memory, workdir), options.threads
    runs: list[tuple[str, Any, tuple[Any, ...]]] = [
        ("in files", in_files, (corpus, options.unit, *limits, threads)),
        ("in memory", in_memory, (corpus, options.unit, threads)),
    ]
    if options.clean:
        runs = [
            ("in files", cleaned, (corpus, *limits, threads)),
            ("in memory", cleaned, (corpus, None, workdir, threads)),
        ]
    results = []
    for name, work, arguments in runs if options.memory else runs[:1]:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            results.append(pool.apply(work, arguments))
        print(f"{corpus.name}, {name}:")
        for key, value in results[-1].items():
            print(f"  {key}: {value}", flush=True)
    if len({result["digest"] for result in results}) > 1:
        raise SystemExit("the answers differ")
    return results[0]


if __name__ == "__main__":
    main()
