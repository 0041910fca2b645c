"""What is longer than its limit is quarantined, whatever the format, and comes back with the rest."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedupe import clean_files, restore_files
from dedupe.cli import main
from dedupe.duplicates.settings import resolve
from dedupe.errors import InputError
from dedupe.files import lines
from dedupe.files.fields import Fields
from dedupe.files.limits import Limits
from dedupe.files.scan import sign_files
from dedupe.files.sources import find_sources
from dedupe.job import CleanOptions
from dedupe.sizes import parse_size, size_in_words
from tests.conftest import make_text
from tests.files.builders import all_files, stream

# Longer than a block of lines.
LONG = 150_000


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_BLOCK_BYTES", 1 << 15)


def row(identity: str, text: str) -> bytes:
    return json.dumps({"id": identity, "text": text}).encode() + b"\n"


def by_name(folder: Path) -> dict[str, Path]:
    return {name: folder / name for name in all_files(folder)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = random.Random(4)
    small = [make_text(source, 20) for _ in range(4)]
    long = make_text(source, 40) * (LONG // 200)
    place = tmp_path / "in"
    place.mkdir()
    rows = [row("a", small[0]), row("long", long), row("b", small[1]), b"\n", row("c", small[0])]
    (place / "lines.jsonl").write_bytes(b"".join(rows))
    (place / "last.jsonl").write_bytes(row("d", small[2]) + row("end", long)[:-1])
    (place / "packed.jsonl.gz").write_bytes(
        gzip.compress(row("e", small[3]) + row("middle", long) + row("f", small[2]))
    )
    (place / "long.txt").write_text(long)
    (place / "small.txt").write_text(small[1])
    pq.write_table(pa.table({"id": ["p", "q"], "text": [long, small[3]]}), place / "rows.parquet")
    return place


@pytest.mark.parametrize(
    ("limits", "reasons"),
    [
        (
            Limits(line=1 << 16),
            {"last.jsonl 2": "`max_line=`", "lines.jsonl 2": "`max_line=`", "packed.jsonl.gz 2": "`max_line=`"},
        ),
        (
            Limits(document=1 << 16),
            {
                "last.jsonl 2": "`max_document=`",
                "lines.jsonl 2": "`max_document=`",
                "long.txt 0": "`max_document=`",
                "packed.jsonl.gz 2": "`max_document=`",
                "rows.parquet 1": "`max_document=`",
            },
        ),
        (Limits(unpacked=1 << 16), {"packed.jsonl.gz 0": "`max_unpacked=`", "rows.parquet 0": "`max_unpacked=`"}),
        (Limits(), {}),
    ],
)
def test_what_is_too_long_is_quarantined(
    folder: Path, tmp_path: Path, limits: Limits, reasons: dict[str, str]
) -> None:
    fields = Fields(limits=limits)
    report = clean_files(
        [folder],
        tmp_path / "out",
        tmp_path / "audit.jsonl",
        options=CleanOptions(remove=("duplicates",)),
        **{f"max_{name}": size for name, size in vars(limits).items()},
        force=True,
    )
    found = report.found.problems()
    problems = {f"{source.relative} {problem.number}": problem.reason for source, problem in found}
    assert problems.keys() == reasons.keys()
    assert all(reasons[place] in reason for place, reason in problems.items())
    restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    assert {name: stream(path) for name, path in by_name(tmp_path / "back").items() if "parquet" not in name} == {
        name: stream(path) for name, path in by_name(folder).items() if "parquet" not in name
    }
    assert pq.read_table(tmp_path / "back" / "rows.parquet") == pq.read_table(folder / "rows.parquet")
    # The way of `duplicates` reads the same.
    found = sign_files(find_sources([str(folder)]), fields, resolve("document", None, 0.99))[0]
    assert [(s.relative, p) for s, p in found.problems()] == [(s.relative, p) for s, p in report.found.problems()]
    assert found.corpus.ids == report.found.corpus.ids


def test_limits_reach_the_command_line(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept.txt"
    command = ["duplicates", str(folder / "lines.jsonl"), "--kept", str(kept), "--max-line", "64KB", "--quiet"]
    assert main(command) == 1
    assert "line 2: a line of more than 64 KB, the limit of --max-line" in capsys.readouterr().err
    assert kept.read_text().split() == ["a", "b"]
    for wrong in ("0", "much"):
        assert main([*command, "--force", "--max-document", wrong]) == 2
        assert "MB" in capsys.readouterr().err


def test_sizes_are_read_and_named() -> None:
    for size in (1, 999, 1 << 10, 3 << 20, 5 << 30, 1 << 41):
        assert parse_size(size_in_words(size)) == size
    with pytest.raises(InputError, match="no size"):
        parse_size("-1MB")


def test_a_large_limit_takes_no_room(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some words.")
    report = clean_files(tmp_path / "a.txt", None, None, max_document="4096TB", dry_run=True)
    assert not report.found.quarantined
