"""How fast an index on disk is filled and asked, beside datasketch's in memory and on a Redis server.

    python benchmarks/index.py CORPUS.jsonl [--keys 100000000] [--increment 64] [--folder DIR]

Ours is given texts and cuts, signs, groups, packs and syncs them; datasketch is given sketches that are made
already, with the same bands, and only puts them into its tables. Each runs in a process of its own; nothing else
should run. Redis is started on a free port where `redis-server` and its Python client are installed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

QUERIES = 1000


def paragraphs(corpus: Path, least: int) -> Iterator[str]:
    """Paragraphs that are asked about: of every 50th document, those of some length."""
    with corpus.open() as lines:
        for number, line in enumerate(lines):
            if number % 50 == 0:
                yield from (part for part in json.loads(line)["text"].split("\n") if len(part) >= least)


def batches(corpus: Path, size: int) -> Iterator[tuple[list[int], list[str]]]:
    """Documents in increments of about `size` characters."""
    ids: list[int] = []
    texts: list[str] = []
    total = 0
    with corpus.open() as lines:
        for number, line in enumerate(lines):
            text = json.loads(line)["text"]
            ids.append(number)
            texts.append(text)
            total += len(text)
            if total >= size:
                yield ids, texts
                ids, texts, total = [], [], 0
    if ids:
        yield ids, texts


class Clock:
    """Wall and CPU seconds."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __call__(self, work: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu
        return result


def median_ms(work: Callable[[], Any], rounds: int = 7) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1e3 * sorted(times)[rounds // 2]


def anonymous_mb() -> int:
    """Memory of this process that is no page of a file."""
    return int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0]) // 1000


def ours(corpus: Path, keys: int, increment: int, folder: Path, threads: int) -> dict[str, Any]:
    from dedupe import Index

    clock, units, rows, own = Clock(), 0, [], 0
    with Index.open(folder / "index") as index:
        bands = index.settings.bands.bands
        for ids, texts in batches(corpus, increment):
            before = clock.wall
            change = clock(lambda ids=ids, texts=texts: index.add(ids, texts, threads=threads))
            units += change.units
            rows.append((units * bands, clock.wall - before))
            own = max(own, anonymous_mb())
            if units * bands >= keys:
                break
        info = index.info()
        asked = [text for text, _ in zip(paragraphs(corpus, 40), range(QUERIES), strict=False)]
        first = median_ms(lambda: index.query(asked, limit=10, threads=threads), 1)
        query = median_ms(lambda: index.query(asked, limit=10, threads=threads))
        one = median_ms(lambda: index.query(asked[:1], limit=10, threads=threads))
    return {
        "documents": info["documents"],
        "units": units,
        "keys of units": units * bands,
        "keys stored (copies share theirs)": info["keys"],
        "keys of units per second": round(units * bands / clock.wall),
        "keys stored per second": round(info["keys"] / clock.wall),
        "keys of units per CPU second": round(units * bands / clock.cpu),
        "MB on disk": round(info["bytes"] / 1e6),
        "segments": info["segments"],
        f"ms for {QUERIES} paragraphs, first time": round(first, 1),
        f"ms for {QUERIES} paragraphs": round(query, 1),
        "ms for 1 paragraph": round(one, 2),
        "peak MB of memory, mapped files included": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "MB of memory of its own, after an increment at most": own,
        "growth": [(n, round(t, 2)) for n, t in rows[:: max(len(rows) // 12, 1)]],
    }


def datasketch(corpus: Path, units: int, storage: dict[str, Any] | None) -> dict[str, Any]:
    from datasketch import MinHashLSH

    from dedupe.integrations.datasketch import to_datasketch
    from dedupe.lsh import choose_bands

    bands = choose_bands(0.9, 0.99, unit="paragraph", shingle="char:5")
    count = bands.bands * bands.rows
    index = MinHashLSH(num_perm=count, params=(bands.bands, bands.rows), storage_config=storage, prepickle=False)
    clock, done = Clock(), 0

    def insert(sketches: dict[Any, Any]) -> None:
        with index.insertion_session() as session:
            for name, sketch in sketches.items():
                session.insert(b"%d\t%d\t%d" % name, sketch, check_duplication=False)

    for ids, texts in batches(corpus, 1 << 21):
        sketches = to_datasketch(
            dict(zip(ids, texts, strict=True)), unit="paragraph", shingle="char:5", permutations=count
        )
        clock(lambda sketches=sketches: insert(sketches))
        done += len(sketches)
        if done >= units:
            break
    asked = [text for text, _ in zip(paragraphs(corpus, 40), range(QUERIES), strict=False)]
    made = to_datasketch(asked, shingle="char:5", permutations=count)
    query = median_ms(lambda: [index.query(sketch) for sketch in made.values()], 3)
    return {
        "units": done,
        "keys of units": done * bands.bands,
        "keys of units per second": round(done * bands.bands / clock.wall),
        f"ms for {QUERIES} paragraphs, sketched already, candidates only": round(query, 1),
        "peak MB of memory": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
    }


def on_redis(corpus: Path, units: int) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            ["redis-server", "--port", str(port), "--save", "", "--dir", folder], stdout=subprocess.DEVNULL
        ) as server,
    ):
        time.sleep(1)
        storage = {"type": "redis", "basename": b"benchmark", "redis": {"host": "127.0.0.1", "port": port}}
        result = datasketch(corpus, units, storage)
        memory = Path(f"/proc/{server.pid}/status").read_text().split("VmHWM:")[1].split()[0]
        result["peak MB of the server"] = round(int(memory) / 1e3)
        server.terminate()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--keys", type=int, default=100_000_000)
    parser.add_argument("--increment", type=int, default=64, help="millions of characters that are added at a time")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory-units", type=int, default=300_000)
    parser.add_argument("--redis-units", type=int, default=30_000)
    options = parser.parse_args()
    runs: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        runs.append(
            (
                "dedupe, on disk",
                ours,
                (options.corpus, options.keys, options.increment * 1_000_000, Path(folder), options.threads),
            )
        )
        if options.memory_units:
            runs.append(("datasketch, in memory", datasketch, (options.corpus, options.memory_units, None)))
        if options.redis_units and shutil.which("redis-server"):
            runs.append(("datasketch, on Redis", on_redis, (options.corpus, options.redis_units)))
        for name, work, arguments in runs:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                result = pool.apply(work, arguments)
            print(f"{name}:")
            for key, value in result.items():
                print(f"  {key}: {value:,}" if isinstance(value, int) else f"  {key}: {value}", flush=True)


if __name__ == "__main__":
    main()
