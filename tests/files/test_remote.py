"""Files behind URLs: read where they lie, and results sent when they are whole."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedupe import clean_files, restore_files
from dedupe.cli import main
from dedupe.errors import InputError, OutputError
from tests.conftest import make_text
from tests.files.builders import all_files, stream, write_folder


def by_name(folder: Path) -> dict[str, Path]:
    return {name: folder / name for name in all_files(folder)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path / "in", random.Random(2))
    return tmp_path / "in"


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def test_memory_in_and_out(folder: Path, tmp_path: Path, memory: Any) -> None:
    memory.put(f"{folder}/", "/bucket/in/", recursive=True)
    clean_files([folder], tmp_path / "out", tmp_path / "audit.jsonl")
    report = clean_files(["memory://bucket/in"], "memory://bucket/in/out", "memory://bucket/audit.jsonl.gz")
    assert report.found.corpus.ids[0].startswith("memory://bucket/in/0.txt")
    memory.get("/bucket/in/out/", str(tmp_path / "got"), recursive=True)
    assert {n: p.read_bytes() for n, p in by_name(tmp_path / "got").items()} == {
        n: p.read_bytes() for n, p in by_name(tmp_path / "out").items()
    }
    assert sorted(map(str, report.outputs)) == sorted(
        f"memory://bucket/in/out/{name}" for name in all_files(tmp_path / "out")
    )
    assert memory.exists("/bucket/audit.quarantine.jsonl")
    # Its own output, which lies in the input, is not read.
    clean_files(["memory://bucket/in"], "memory://bucket/in/out", "memory://bucket/audit.jsonl.gz", force=True)
    restored = restore_files("memory://bucket/in/out", "memory://bucket/audit.jsonl.gz", "memory://bucket/back")
    assert all(str(path).startswith("memory://bucket/back/") for path in restored)
    memory.get("/bucket/back/", str(tmp_path / "back"), recursive=True)
    for name, path in by_name(folder).items():
        if name.endswith(".parquet"):
            continue
        assert stream(tmp_path / "back" / name) == stream(path), name
    # By another audit it is not known.
    with pytest.raises(OutputError, match="is input, and lies where"):
        clean_files(["memory://bucket/in"], "memory://bucket/in/out", "memory://bucket/other.jsonl", force=True)
    with pytest.raises(OutputError, match="exists"):
        restore_files("memory://bucket/in/out", "memory://bucket/audit.jsonl.gz", "memory://bucket/back")


def test_the_local_file_system_and_commands(
    folder: Path, tmp_path: Path, memory: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"file://{folder}"
    for command, result in (
        (["duplicates", url, "--unit", "paragraph", "--pairs"], "pairs.jsonl"),
        (["passages", url, "--output"], "passages.jsonl"),
        (["score", url, "--output"], "scores.parquet"),
        (["duplicates", url, "--max-memory", "500MB", "--kept"], "kept.txt"),
    ):
        there, here = f"memory://results/{result}", tmp_path / result
        assert main([*command, there, "--quiet"]) == 1
        assert main([*[part.removeprefix("file://") for part in command], str(here), "--quiet"]) == 1
        got, expected = memory.cat(f"/results/{result}"), here.read_bytes()
        if result.endswith(".parquet"):
            names = pq.read_table(pa.BufferReader(got)).column("id").to_pylist()
            assert names == [
                f"file://{name}" if str(folder) in name else name
                for name in pq.read_table(here).column("id").to_pylist()
            ]
        else:
            assert got.decode().replace("file://", "") == expected.decode()
        assert main([*command, there, "--quiet"]) == 2
        assert "exists" in capsys.readouterr().err


def test_lines_are_read_again_where_they_lie(tmp_path: Path, memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dedupe.files import texts

    monkeypatch.setattr(texts, "_FEW", 0)
    rows = [{"id": str(i), "text": f"{make_text(random.Random(i // 2), 20)}."} for i in range(60)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    memory.pipe("/a.jsonl", lines.encode())
    (tmp_path / "a.jsonl").write_text(lines)
    for place in ("memory://a.jsonl", str(tmp_path / "a.jsonl")):
        assert main(["duplicates", place, "--groups", str(tmp_path / f"{len(place)}.jsonl"), "--quiet"]) == 0
    groups = {path.read_bytes() for path in tmp_path.glob("*.jsonl") if path.name != "a.jsonl"}
    assert len(groups) == 1
    assert groups.pop().count(b"\n") == 30


def test_what_cannot_be_read_is_said(tmp_path: Path, memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for url, message in (
        ("memory://nothing.jsonl", "no such file or folder"),
        ("nosuchthing://a/b.jsonl", "nosuchthing"),
    ):
        with pytest.raises(InputError, match=message):
            clean_files([url], tmp_path / "out", tmp_path / "audit.jsonl")
    memory.pipe("/a.pdf", b"x")
    with pytest.raises(InputError, match="format not known"):
        clean_files(["memory://a.pdf"], tmp_path / "out", tmp_path / "audit.jsonl")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError, match=r"pip install 'dedupe-text\[remote\]'"):
        clean_files(["memory://a.jsonl"], tmp_path / "out", tmp_path / "audit.jsonl")
