"""Ids of records: a field that is named, a field that may be there, or the places of the records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedupe import clean_files, restore_files
from dedupe.cli.main import main
from dedupe.errors import DuplicateIdError
from dedupe.files.fields import Fields
from dedupe.files.scan import read_corpus
from dedupe.files.sources import find_sources

TEXTS = ["The mill by the river is old.", "A bridge crosses the river.", "The mill by the river is old."]
BUDGETS = pytest.mark.parametrize("more", [[], ["--max-memory", "1GB"]])


def write(path: Path, ids: list[Any], kind: str = "jsonl") -> Path:
    rows = [{"id": identity, "text": text} for identity, text in zip(ids, TEXTS, strict=False)]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path.with_suffix(".parquet"))
        return path.with_suffix(".parquet")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def kept(folder: Path, more: list[str]) -> list[str]:
    out = folder.parent / "kept.txt"
    assert main(["duplicates", str(folder), "--kept", str(out), "--quiet", "--force", *more]) == 0
    return [line.removeprefix(f"{folder}/") for line in out.read_text().splitlines()]


@BUDGETS
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_shards_whose_ids_begin_again_are_numbered_by_place(
    tmp_path: Path, more: list[str], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = [write(folder / f"{name}.jsonl", [0, 1], kind).name for name in "ab"]
    assert kept(folder, more) == [f"{names[0]}:1", f"{names[0]}:2"]
    (note,) = [record.getMessage() for record in caplog.records]
    assert "id 0 is used twice" in note and "`id=None`" in note
    caplog.clear()
    assert kept(folder, [*more, "--id", "none"]) == [f"{names[0]}:1", f"{names[0]}:2"]
    assert not caplog.records
    # A field that is named has to be unique.
    command = ["duplicates", str(folder), "--kept", str(tmp_path / "k.txt"), "--quiet", "--id", "id", *more]
    assert main(command) == 2 and not (tmp_path / "k.txt").exists()
    (folder / names[1]).unlink()
    write(folder / "b.jsonl", [2, 3], kind)
    assert kept(folder, more) == ["0", "1"]


@BUDGETS
def test_cleaning_gives_the_same_with_and_without_a_limit(tmp_path: Path, more: list[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "ab":
        write(folder / f"{name}.jsonl", ["x", "y", "z"])
    out, audit = tmp_path / "out", tmp_path / "audit.jsonl"
    report = clean_files([folder], out, audit, max_memory="1GB" if more else None)
    assert list(report.counts.stages.items()) == [("duplicates", 4)]
    rows = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [row["id"].partition("in/")[2] for row in rows if row["type"] == "removal"] == [
        *("a.jsonl:3", "b.jsonl:1", "b.jsonl:2", "b.jsonl:3"),
    ]
    restore_files(out, audit, tmp_path / "back")
    for name in "ab":
        assert (tmp_path / "back" / f"{name}.jsonl").read_bytes() == (folder / f"{name}.jsonl").read_bytes()


@BUDGETS
def test_seven_and_seven_are_one_id(tmp_path: Path, more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    corpus = write(tmp_path / "in.jsonl", [7, "7"])
    command = ["duplicates", str(corpus), "--kept", str(tmp_path / "kept.txt"), "--quiet", *more]
    assert main([*command, "--id", "id"]) == 2
    error = capsys.readouterr().err
    assert "is used twice" in error and "line 1" in error and "line 2" in error
    assert main(command) == 0
    assert (tmp_path / "kept.txt").read_text() == f"{corpus}:1\n{corpus}:2\n"


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_whole_floats_are_integers(tmp_path: Path, kind: str) -> None:
    corpus = write(tmp_path / "in.jsonl", [1.0, 2e3, 2.0**53 - 1], kind)
    found = read_corpus(find_sources([str(corpus)]), Fields(id="id"))
    assert list(found.corpus.ids) == [1, 2000, 2**53 - 1] and not found.quarantined
    assert all(type(identity) is int for identity in found.corpus.ids)
    corpus = write(tmp_path / "other.jsonl", [1.5, 1.0, 2.0**53], kind)
    found = read_corpus(find_sources([str(corpus)]), Fields())
    assert list(found.corpus.ids) == [f"{corpus}:1", 1, f"{corpus}:3"]


def test_records_without_a_named_id_are_quarantined_and_others_have_places(tmp_path: Path) -> None:
    corpus = write(tmp_path / "in.jsonl", ["a", None, "c"])
    sources = find_sources([str(corpus)])
    assert list(read_corpus(sources, Fields()).corpus.ids) == ["a", f"{corpus}:2", "c"]
    found = read_corpus(sources, Fields(id="id"))
    assert list(found.corpus.ids) == ["a", "c"] and found.quarantined == 1
    assert list(read_corpus(sources, Fields(id=None)).corpus.ids) == [f"{corpus}:{i}" for i in (1, 2, 3)]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_what_is_no_id_is_passed_over_where_nobody_named_it(tmp_path: Path, kind: str) -> None:
    for number, wrong in enumerate(([1], {"$oid": "a"}, 1.5, True)):
        corpus = write(tmp_path / f"{number}.jsonl", [wrong, wrong], kind)
        sources = find_sources([str(corpus)])
        for fields in (Fields(), Fields(id=None)):
            assert list(read_corpus(sources, fields).corpus.ids) == [f"{corpus}:1", f"{corpus}:2"]
        assert main(["clean", str(corpus), "--dry-run", "--id", "id", "-q"]) == 2


def test_an_index_wants_ids_that_mean_the_same_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = write(tmp_path / "in.jsonl", [0, 0])
    command = ["index", "add", str(tmp_path / "my.index"), str(corpus), "--quiet"]
    assert main(command) == 2
    assert "--id" in capsys.readouterr().err
    assert main([*command, "--id", "none"]) == 0
    with pytest.raises(DuplicateIdError):
        read_corpus(find_sources([str(corpus)]), Fields(id="id"))
