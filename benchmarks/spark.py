"""What the verbs on Spark take on one machine, stage by stage, beside the local run and functions of rows.

    python benchmarks/spark.py CORPUS… [--work document] [--work paragraph] [--work clean] [--peer] [--check]
    python benchmarks/spark.py CORPUS --skew

A session of two threads (`--master local[2]`) reads the corpus from Parquet. Prints, for each stage, seconds, rows,
and bytes that were shuffled, and for the whole run seconds, CPU seconds of all processes, and shuffled bytes for
each document and byte of text. `--check` compares the answer with that of the local run. `--peer` runs what scripts
of others do for documents: a Python function for each row that makes a MinHash of 128 values, a shuffle of its
bands, edges from the first member of each bucket, connected components by alternating stars; nothing is verified.
`--skew` puts one paragraph, and then another one with a number that differs, into 30 % of the documents.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

WORKS = ("document", "paragraph", "clean")
NOTICE = (
    "This notice stands below every third page of the archive, so that whoever reads one page of it, wherever it "
    "was found, knows where the others are kept, and under which terms they may be copied."
)


def to_parquet(corpus: Path, target: Path, share: float, numbered: bool) -> tuple[int, int]:
    """The corpus as Parquet, with a notice below some documents; answers with documents and bytes of text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("id", pa.string()), ("text", pa.string()), ("n", pa.int64())])
    count = size = 0
    with corpus.open(encoding="utf-8") as lines, pq.ParquetWriter(target, schema) as writer:
        rows: list[dict[str, Any]] = []
        for line in lines:
            record = json.loads(line)
            text = record["text"]
            if share and count % 10 < 10 * share:
                text += f"\n\n{NOTICE}" + (f" Page {count} of the archive." if numbered else "")
            rows.append({"id": record.get("id") or str(count), "text": text, "n": count})
            count += 1
            size += len(text.encode())
            if len(rows) == 2000:
                writer.write_table(pa.Table.from_pylist(rows, schema))
                rows = []
        if rows:
            writer.write_table(pa.Table.from_pylist(rows, schema))
    return count, size


def session(master: str, folder: Path) -> Any:
    warnings.simplefilter("ignore")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    (folder / "events").mkdir(exist_ok=True)
    built = (
        SparkSession.builder.master(master)
        .config("spark.driver.memory", "6g")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.local.dir", str(folder / "local"))
        .config("spark.eventLog.enabled", "true")
        .config("spark.eventLog.compress", "false")
        .config("spark.eventLog.rolling.enabled", "false")
        .config("spark.eventLog.dir", f"file://{folder / 'events'}")
        .getOrCreate()
    )
    built.sparkContext.setLogLevel("OFF")
    return built


def shuffled(folder: Path) -> list[tuple[float, int]]:
    """When each task ended, and how many bytes it wrote for a shuffle."""
    out = []
    for path in (folder / "events").iterdir():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                event = json.loads(line)
                if event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
                    written = event["Task Metrics"]["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                    out.append((event["Task Info"]["Finish Time"] / 1e3, written))
    return out


def used() -> tuple[float, dict[str, int]]:
    """CPU seconds of this process and all below it: the virtual machine of Java, and the workers; and the most
    memory, in MB, that one of each name has had."""
    parents, spent, peaks = {}, {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            status = (entry / "status").read_text()
            peak = status.partition("VmHWM:")[2].split()
            peaks[int(entry.name)] = (status.split()[1], int(peak[0]) // 1000 if peak else 0)
            # Of itself, and of children that are done.
            spent[int(entry.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    own = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in own} - own:
        own |= more
    most: dict[str, int] = {}
    for process in own - {os.getpid()}:
        name, peak_mb = peaks.get(process, ("", 0))
        most[name] = max(most.get(name, 0), peak_mb)
    return sum(spent[process] for process in own if process in spent), most


def run_ours(work: str, given: Path, answer: Path, steps: list[Any]) -> None:
    """Runs in the session that is there, and writes its answer."""
    from pyspark.sql import SparkSession

    from dedupe.spark import clean, find_duplicates

    frame = SparkSession.getActiveSession().read.parquet(str(given))  # type: ignore[union-attr]

    def report(step: Any) -> None:
        steps.append((step.name, step.rows, step.seconds, time.time()))

    if work == "clean":
        cleaned, audit = clean(frame, order="n", report=report)
        cleaned.write.parquet(str(answer / "cleaned"))
        audit.drop("row").write.parquet(str(answer / "audit"))
    else:
        find_duplicates(frame, order="n", unit=work, report=report).write.parquet(str(answer / "found"))  # type: ignore[arg-type]


def run_peer(given: Path, answer: Path) -> None:
    """The same work for documents by functions of rows."""
    import hashlib

    import numpy as np
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as F

    spark = SparkSession.getActiveSession()
    assert spark is not None
    prime, largest, bands, size = (1 << 61) - 1, (1 << 32) - 1, 16, 8
    source = np.random.default_rng(1)
    a = source.integers(1, prime, bands * size, dtype=np.uint64)
    b = source.integers(0, prime, bands * size, dtype=np.uint64)

    def sign(row: Any) -> list[tuple[bytes, int]]:
        words = row["text"].lower().split()
        grams = {" ".join(words[i : i + 5]) for i in range(max(len(words) - 4, 1))}
        hashes = np.array(
            [int.from_bytes(hashlib.sha1(g.encode()).digest()[:4], "little") for g in grams], np.uint64
        )
        values = (((hashes[:, None] * a + b) % np.uint64(prime)) & np.uint64(largest)).min(axis=0)
        return [(bytes([i]) + values[i * size : (i + 1) * size].tobytes(), row["n"]) for i in range(bands)]

    def edges(numbers: Any) -> list[tuple[int, int]]:
        own = list(numbers)
        first = min(own)
        return [(number, first) for number in own if number != first]

    frame = spark.read.parquet(str(given))
    pairs = frame.rdd.flatMap(sign).groupByKey().flatMap(lambda bucket: edges(bucket[1])).distinct()

    def star(own: tuple[int, Any], large: bool) -> list[tuple[int, int]]:
        node, near = own
        others = list(near)
        least = min([node, *others])
        if large:
            return [(other, least) for other in others if other > node]
        return [(other, least) for other in [node, *others] if other != least]

    while True:
        before = pairs
        both = pairs.flatMap(lambda pair: [pair, pair[::-1]]).groupByKey()
        wide = both.flatMap(lambda own: star(own, True)).distinct()
        down = wide.map(lambda pair: (max(pair), min(pair))).groupByKey()
        pairs = down.flatMap(lambda own: star(own, False)).distinct().cache()
        if before.subtract(pairs).isEmpty() and pairs.subtract(before).isEmpty():
            break
    members = spark.createDataFrame(pairs, "member long, kept long")
    members.select(F.col("member"), F.col("kept")).write.parquet(str(answer / "found"))


def run_local(work: str, given: Path) -> Any:
    import pyarrow.parquet as pq

    import dedupe

    table = pq.read_table(given)
    if work == "clean":
        return dedupe.clean(table)
    return dedupe.find_duplicates(table, unit=work)  # type: ignore[arg-type]


def check(work: str, given: Path, answer: Path) -> None:
    """Stop where the answer is not that of the local run."""
    import pyarrow.parquet as pq

    local = run_local(work, given)
    if work == "clean":
        kept = pq.read_table(answer / "cleaned", columns=["id", "text"]).to_pydict()
        assert dict(zip(kept["id"], kept["text"], strict=True)) == local.texts, "the texts differ"
        names = ("id", "start", "end", "stage", "score", "kept_id", "kept_start", "kept_end", "kept_removed_by")
        removals = pq.read_table(answer / "audit", filters=[("type", "=", "removal")], columns=list(names))
        found = sorted((tuple(row[name] for name in names) for row in removals.to_pylist()), key=repr)
        want = sorted(
            ((*d[:5], *(d.kept or (None,) * 3), d.kept_removed_by) for d in local.decisions),
            key=repr,
        )
    else:
        pairs = local.pairs.to_arrow().drop_columns(["against"])
        renamed = {"a": "kept", "b": "member"}
        names = tuple(
            next(
                (new + name[1:] for old, new in renamed.items() if name in (old, f"{old}_start", f"{old}_end")),
                name,
            )
            for name in pairs.column_names
        )
        places = tuple(name for name in names if work != "document" or not name.endswith(("_start", "_end")))
        table = pq.read_table(answer / "found")
        found = sorted((tuple(row[name] for name in places) for row in table.to_pylist()), key=repr)
        rows = pairs.rename_columns(list(names)).to_pylist()
        want = sorted((tuple(row[name] for name in places) for row in rows), key=repr)
    assert found == want, f"{len(found)} rows on Spark, {len(want)} in memory, and they differ"
    print(f"  the answer is that of the local run ({len(want):,} rows)")


def measure(work: str, given: Path, folder: Path, master: str, out: Path) -> None:
    """One run in this process, which is there for it alone: JSON of what it took."""
    spark = session(master, folder)
    # The first job starts what all others use.
    spark.range(1).count()
    steps: list[Any] = []
    begin, wall = time.perf_counter(), time.time()
    answer = folder / "answer"
    answer.mkdir()
    if work == "peer":
        run_peer(given, answer)
    else:
        run_ours(work, given, answer, steps)
    seconds = time.perf_counter() - begin
    cpu, peaks = used()
    spark.stop()
    tasks = shuffled(folder)
    rows, before = [], wall
    for name, count, spent, end in steps:
        rows.append((name, count, spent, sum(size for at, size in tasks if before < at <= end)))
        before = end
    out.write_text(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": cpu,
                "peaks": peaks,
                "shuffled": sum(size for _, size in tasks),
                "steps": rows,
            }
        )
    )


def run(work: str, given: Path, master: str, text: int, documents: int, checked: bool) -> dict[str, Any]:
    """A run in a process of its own."""
    with tempfile.TemporaryDirectory() as made:
        folder, out = Path(made), Path(made) / "out.json"
        command = [sys.executable, __file__, "--measure", work, str(given), str(folder), master, str(out)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        found: dict[str, Any] = json.loads(out.read_text())
        label = "row functions, not verified" if work == "peer" else f"dedupe.spark, {work}"
        print(
            f"{label}: {found['seconds']:.1f} s, {found['cpu']:.1f} CPU s, {found['shuffled'] / 1e6:,.1f} MB "
            f"shuffled: {found['shuffled'] / documents:,.0f} bytes a document, "
            f"{found['shuffled'] / text:.2f} a byte of text; "
            f"peaks: {', '.join(f'{name} {peak:,} MB' for name, peak in sorted(found['peaks'].items()))}"
        )
        together: dict[str, list[float]] = {}
        for step, count, spent, size in found["steps"]:
            own = together.setdefault(step, [0, 0, 0, 0])
            for i, value in enumerate((spent, count, size, 1)):
                own[i] += value
        for step, (spent, count, size, times) in together.items():
            several = f" ({times:.0f} times)" if times > 1 else ""
            print(f"  {spent:7.1f} s  {count:12,.0f} rows  {size / 1e6:9.1f} MB  {step}{several}")
        if checked:
            check(work, given, folder / "answer")
    return found


def local(work: str, given: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    begin = time.perf_counter()
    run_local(work, given)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"local run, {work}: {time.perf_counter() - begin:.1f} s, {cpu:.1f} CPU s")


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        work, given, folder, master, out = sys.argv[2:]
        measure(work, Path(given), Path(folder), master, Path(out))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("corpus", nargs="+", type=Path)
    parser.add_argument("--work", action="append", choices=WORKS)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--skew", action="store_true")
    options = parser.parse_args()
    works = options.work or list(WORKS)
    for corpus in options.corpus:
        with tempfile.TemporaryDirectory() as folder:
            given = Path(folder) / "given.parquet"
            kinds = [("as it is", 0.0, False)]
            if options.skew:
                works = ["paragraph"]
                kinds += [("a notice in 30 %", 0.3, False), ("a notice with a number in 30 %", 0.3, True)]
            for kind, share, numbered in kinds:
                documents, text = to_parquet(corpus, given, share, numbered)
                print(f"\n{corpus.name}, {kind}: {documents:,} documents, {text / 1e6:,.1f} MB of text")
                for work in works:
                    run(work, given, options.master, text, documents, options.check)
                    local(work, given)
                if options.peer:
                    run("peer", given, options.master, text, documents, False)
    shutil.rmtree("spark-warehouse", ignore_errors=True)


if __name__ == "__main__":
    main()
