"""What is read of a folder, and what is left out of it, counted and named."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from dedupe import CleanOptions, clean_files, restore_files
from dedupe.cli.main import main
from dedupe.errors import InputError
from dedupe.files.sources import find_sources

TEXT = "The old mill by the river has stood empty for forty years now, and nobody in the village knows why."


def names(folder: Path, **options: bool) -> list[str]:
    return [source.relative for source in find_sources([str(folder)], **options)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    (path / "a.txt").write_text(TEXT)
    return path


def test_what_is_not_read_is_counted_and_named(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("b.rst", "c.rst", "d.rst", "e.html", ".hidden.txt"):
        (folder / name).write_text(TEXT)
    (folder / ".git").mkdir()
    (folder / "nowhere.txt").symlink_to(folder / "not there")
    assert names(folder) == ["a.txt"]
    (message,) = [record.getMessage() for record in caplog.records]
    for part in (
        "4 of other formats (b.rst, c.rst, d.rst, …)",
        "2 hidden (.git/, .hidden.txt)",
        "1 special (nowhere.txt)",
    ):
        assert part in message
    caplog.clear()
    for name in ("b.rst", "c.rst", "d.rst", "e.html", ".hidden.txt", "nowhere.txt"):
        (folder / name).unlink()
    (folder / ".git").rmdir()
    assert names(folder) == ["a.txt"] and not caplog.records


def test_endings_are_read_in_any_case(folder: Path) -> None:
    (folder / "B.TXT").write_text(TEXT)
    (folder / "c.Jsonl").write_text(json.dumps({"text": TEXT}) + "\n")
    (folder / "D.JSONL.GZ").write_bytes(gzip.compress((folder / "c.Jsonl").read_bytes()))
    assert names(folder) == ["B.TXT", "D.JSONL.GZ", "a.txt", "c.Jsonl"]
    out, audit = folder.parent / "out", folder.parent / "audit.jsonl"
    report = clean_files([folder], out, audit)
    assert report.counts.stages == {"duplicates": 3} and not report.found.quarantined
    restore_files(out, audit, folder.parent / "back")
    for name in names(folder):
        assert (folder.parent / "back" / name).read_bytes()[-20:] == (folder / name).read_bytes()[-20:]


def test_links_out_of_a_folder_are_followed_where_that_is_wanted(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = folder.parent / "away"
    (away / "deep").mkdir(parents=True)
    (away / "b.txt").write_text(TEXT)
    (away / "deep" / "c.txt").write_text(TEXT)
    (folder / "b.txt").symlink_to(away / "b.txt")
    (folder / "linked").symlink_to(away)
    # A circle, and a link to what is read anyway.
    (away / "back").symlink_to(folder)
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    assert names(folder) == ["a.txt"]
    assert "1 linked to what is read anyway (inside.txt)" in caplog.text
    assert "2 linked, without `follow_links=True` (b.txt, linked)" in caplog.text
    assert names(folder, follow_links=True) == ["a.txt", "linked/b.txt", "linked/deep/c.txt"]
    scores = folder.parent / "scores.jsonl"
    for more, count in ([], 1), (["--follow-links"], 3):
        assert main(["score", str(folder), "--output", str(scores), "--quiet", "--force", *more]) == 0
        assert len(scores.read_text().splitlines()) == count


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "pipe.jsonl", Path("/dev/null")):
        with pytest.raises(InputError, match="is a pipe or a device"):
            find_sources([str(path)])


@pytest.mark.parametrize("output", ["in/cleaned", "in/deep/cleaned"])
def test_what_an_earlier_run_has_left_is_left_out(
    folder: Path, output: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "b.txt").write_text(TEXT)
    (folder / "c.jsonl").write_text(json.dumps({"text": TEXT}) + "\n{\n")
    (folder / "sub").mkdir()
    (folder / "sub" / "d.txt").write_text(
        "A text that is nobody's copy and goes nowhere, whatever is cleaned here."
    )
    before = names(folder)
    target = folder.parent / output
    target.parent.mkdir(exist_ok=True)
    for audit in (folder / "audit.jsonl", folder / "again.jsonl.gz"):
        report = clean_files([folder], target, audit, force=True)
        assert report.found.corpus.ids == [
            f"{folder}/{name}" if "txt" in name else f"{folder}/c.jsonl:1" for name in before
        ]
        assert names(folder) == before
    assert "of an earlier run of clean" in caplog.text and "audit.jsonl" in caplog.text
    # Somebody has changed what was written: it is a text of its own again.
    (target / "sub" / "d.txt").write_text("Another text.")
    assert len(names(folder)) > len(before)


def test_a_single_cleaned_file_is_known_whatever_its_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text((json.dumps({"text": TEXT}) + "\n") * 3)
    clean_files([corpus], tmp_path / "cleaned.jsonl", tmp_path / "audit.jsonl")
    assert names(tmp_path) == ["corpus.jsonl"]
    # A file that stayed as it was is known by the input beside it.
    corpus.write_text(json.dumps({"text": TEXT}) + "\n")
    clean_files([corpus], tmp_path / "cleaned.jsonl", tmp_path / "audit.jsonl", force=True)
    assert names(tmp_path) == ["corpus.jsonl"]
    corpus.unlink()
    assert names(tmp_path) == ["cleaned.jsonl"]


@pytest.mark.parametrize("kind", [".txt", ".jsonl"])
@pytest.mark.parametrize("deep", [False, True])
def test_an_output_in_which_nothing_was_cut_is_left_out_too(tmp_path: Path, kind: str, deep: bool) -> None:
    inputs = tmp_path / "raw" if deep else tmp_path
    inputs.mkdir(exist_ok=True)
    for number in range(4):
        # The last is a copy as a whole.
        text = f"{TEXT} {number % 3 * 111}"
        (inputs / f"{number}{kind}").write_text(text if kind == ".txt" else json.dumps({"text": text}) + "\n")
    before = names(tmp_path)
    for run in ("one", "two"):
        clean_files(inputs, tmp_path / run, tmp_path / f"{run}.jsonl", options=CleanOptions(remove=["duplicates"]))
        assert (tmp_path / run / f"2{kind}").exists() and names(tmp_path) == before
    clean_files(inputs / f"1{kind}", tmp_path / f"x{kind}", tmp_path / "x.audit.jsonl")
    assert names(tmp_path) == before


def test_a_folder_is_read_where_it_is_and_not_where_links_lead_to_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "in" / "z" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a").mkdir()
    (tmp_path / "in" / "z" / "deep" / "x.txt").write_text(TEXT)
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "y.txt").write_text(TEXT)
    (tmp_path / "in" / "a" / "link").symlink_to(tmp_path / "in" / "z" / "deep")
    (tmp_path / "in" / "a" / ".hidden").symlink_to(tmp_path / "away")
    for name in ("b", "c"):
        (tmp_path / "in" / name).symlink_to(tmp_path / "away")
    for name in ("d.txt", "e.txt"):
        (tmp_path / "in" / name).symlink_to(tmp_path / "away" / "y.txt")
    assert names(tmp_path / "in", follow_links=True) == ["b/y.txt", "z/deep/x.txt"]
    assert "4 linked to what is read anyway (a/link, c, d.txt, …)" in caplog.text
    assert names(tmp_path / "in") == ["z/deep/x.txt"]
    assert "5 linked, without `follow_links=True` (a/link, b, c, …)" in caplog.text
