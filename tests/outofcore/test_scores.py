"""`score` within a limit of memory: the rows of the path in memory."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import worksize
from dedupe.cleaning import engine
from dedupe.cli.main import main
from dedupe.outofcore import duplicates, found_passages, scores
from dedupe.outofcore import run as begun
from dedupe.store import budget as budgets
from dedupe.store.budget import Budget
from tests.files.builders import write_folder
from tests.outofcore.test_clean import SMALL, make_corpus


@pytest.fixture(autouse=True)
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for so little that everything is cut into pieces."""
    monkeypatch.setattr(begun, "make_budget", lambda memory: Budget(budgets._BASE + (1 << 14), 2))
    monkeypatch.setattr(worksize, "SIZES", SMALL)


WANTED = [
    ["--what", "boilerplate"],
    ["--what", "boilerplate", "--unit", "sentence", "--source", "site"],
    ["--what", "boilerplate", "--unit", "document"],
    ["--what", "boilerplate", "--no-context", "--paragraphs", "lines"],
    ["--what", "language"],
    ["--what", "quality", "--rules", "gopher"],
]


@pytest.mark.parametrize("wanted", WANTED, ids=" ".join)
@settings(max_examples=5)
@given(seed=st.integers(0, 1 << 30), threads=st.integers(1, 3))
def test_files_and_memory_score_the_same(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[str], seed: int, threads: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    inputs = [str(make_corpus(folder / f"{name}.jsonl", seed + i)) for i, name in enumerate(("a", "b"))]
    run = ["score", *inputs, *wanted, "--threads", str(threads), "--quiet"]
    assert main([*run, "--output", str(folder / "memory.jsonl")]) == 0
    assert main([*run, "--output", str(folder / "files.jsonl"), "--max-memory", "1GB"]) == 0
    assert (folder / "files.jsonl").read_bytes() == (folder / "memory.jsonl").read_bytes()


def test_files_of_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_folder(tmp_path / "in", random.Random(7))
    said = []
    for name, limits in (("memory", []), ("files", ["--max-memory", "1GB", "--workdir", str(tmp_path)])):
        run = ["score", str(tmp_path / "in"), "--output", str(tmp_path / f"{name}.jsonl"), "--json", *limits]
        assert main(run) == 1
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    for ending in (".jsonl", ".quarantine.jsonl"):
        assert (tmp_path / f"memory{ending}").read_bytes() == (tmp_path / f"files{ending}").read_bytes()
    assert not (tmp_path / "dedupe-work").exists()


def test_a_stopped_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, out = make_corpus(tmp_path / "a.jsonl", 3), tmp_path / "scores.jsonl"
    run = ["score", str(corpus), "--output", str(out), "--quiet", "--max-memory", "1GB", "--workdir", str(tmp_path)]

    def stop(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(scores, "find_recurrence", stop)
        assert main(run) == 130
    assert not out.exists()
    assert sorted(path.name for path in (tmp_path / "dedupe-work").glob("*.stage.json")) == ["1-scan.stage.json"]
    assert main([*run, "--unit", "sentence"]) == 2
    assert "holds a run that was stopped and is not this one: other options" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(begun, "scan", stop)
        assert main(run) == 0
    assert main(["score", str(corpus), "--output", str(tmp_path / "memory.jsonl"), "--quiet"]) == 0
    assert out.read_bytes() == (tmp_path / "memory.jsonl").read_bytes()
    assert not (tmp_path / "dedupe-work").exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = make_corpus(tmp_path / "a.jsonl", 3)
    run = ["score", str(corpus), "--output", str(tmp_path / "s.jsonl"), "--max-memory", "1GB"]
    assert main([*run, "--workdir", str(tmp_path / "none")]) == 2
    assert "none is no folder: make it" in capsys.readouterr().err


def test_a_run_that_goes_on_is_as_strict_as_it_is_asked_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "a.jsonl"
    corpus.write_text('{"text": "The river rose over night."}\n{broken\n')
    limits = ["--max-memory", "1GB", "--workdir", str(tmp_path), "--quiet"]
    for command, place, name in (
        (["score", str(corpus), "--output"], scores, "find_recurrence"),
        (["passages", str(corpus), "--output"], found_passages, "find_anchors"),
        (["duplicates", str(corpus), "--pairs"], duplicates, "group_in_files"),
        (["duplicates", str(corpus), "--all-pairs"], duplicates, "compare_signed"),
        (["clean", str(corpus), "--audit", str(tmp_path / "audit.jsonl"), "--output"], engine, "find_anchors"),
    ):
        run = [*command, str(tmp_path / "out.jsonl"), *limits]

        def stop(*_: Any, **__: Any) -> Any:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(place, name, stop)
            assert main(run) == 130
        assert main([*run, "--strict"]) == 2
        assert "a.jsonl, line 2" in capsys.readouterr().err
        assert not (tmp_path / "out.jsonl").exists()
        shutil.rmtree(tmp_path / "dedupe-work", ignore_errors=True)


@pytest.mark.parametrize("limits", [[], ["--max-memory", "1GB"]])
def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path, limits: list[str]) -> None:
    corpus = tmp_path / "a.jsonl"
    rows = [json.dumps({"text": f"The river rose over night, and fell again by day {i}."}) for i in range(3000)]
    corpus.write_text("\n".join(rows) + "\n")
    # Pairs are written one by one, so that the pipe breaks while the work folder is in use.
    run = ["passages", str(corpus), "--min-length", "20", "--output", "-", "--quiet", *limits]
    command = [sys.executable, "-m", "dedupe", *run]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
