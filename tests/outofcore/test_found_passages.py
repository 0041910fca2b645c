"""`passages` within a limit of memory: the passages and groups of the path in memory."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import worksize
from dedupe.cli.main import main
from dedupe.outofcore import found_passages, run
from dedupe.store import budget as budgets
from dedupe.store.budget import Budget
from tests.files.builders import write_folder
from tests.outofcore.test_clean import SMALL, make_corpus


@pytest.fixture(autouse=True)
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for so little that everything is cut into pieces."""
    monkeypatch.setattr(run, "make_budget", lambda memory: Budget(budgets._BASE + (1 << 14), 2))
    monkeypatch.setattr(worksize, "SIZES", SMALL)


WANTED = [
    [],
    ["--only", "across", "--min-length", "40"],
    ["--only", "within"],
    ["--preset", "exact", "--min-length", "30"],
    ["--preset", "template", "--similarity", "0.8", "--no-snap"],
]


@pytest.mark.parametrize("wanted", WANTED, ids=" ".join)
@settings(max_examples=12)
@given(seed=st.integers(0, 1 << 30), threads=st.integers(1, 3))
def test_files_and_memory_find_the_same(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[str], seed: int, threads: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    inputs = [str(make_corpus(folder / f"{name}.jsonl", seed + i)) for i, name in enumerate(("a", "b"))]
    for name, limits in (("memory", []), ("files", ["--max-memory", "1GB"])):
        run = ["passages", *inputs, *wanted, "--threads", str(threads), "--quiet", *limits]
        results = ["--output", f"{folder}/{name}.jsonl", "--groups", f"{folder}/{name}.groups.jsonl"]
        assert main([*run, *results]) == 0
    for ending in (".jsonl", ".groups.jsonl"):
        assert (folder / f"files{ending}").read_bytes() == (folder / f"memory{ending}").read_bytes()


def test_files_of_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_folder(tmp_path / "in", random.Random(7))
    said = []
    for name, limits in (("memory", []), ("files", ["--max-memory", "1GB", "--workdir", str(tmp_path)])):
        results = ["--output", str(tmp_path / f"{name}.jsonl"), "--report", str(tmp_path / f"{name}.html")]
        assert main(["passages", str(tmp_path / "in"), *results, "--show", "3", "--json", *limits]) == 1
        printed = capsys.readouterr()
        said.append((printed.out, [line for line in printed.err.splitlines() if "equal" in line]))
    assert said[0] == said[1] and said[0][1]
    for ending in (".jsonl", ".quarantine.jsonl", ".html"):
        assert (tmp_path / f"memory{ending}").read_bytes() == (tmp_path / f"files{ending}").read_bytes()
    assert not (tmp_path / "dedupe-work").exists()


def test_a_stopped_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, out = make_corpus(tmp_path / "a.jsonl", 3), tmp_path / "found.jsonl"
    run = ["passages", str(corpus), "--output", str(out), "--quiet"]
    limits = ["--max-memory", "1GB", "--workdir", str(tmp_path)]

    def stop(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(found_passages, "find_regions_across", stop)
        assert main([*run, *limits]) == 130
    done = sorted(path.name for path in (tmp_path / "dedupe-work").glob("*.stage.json"))
    assert done == ["1-scan.stage.json", "2-anchors.stage.json"]
    assert main([*run, *limits, "--min-length", "50"]) == 2
    assert "holds a run that was stopped and is not this one: other options" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(found_passages, "find_anchors", stop)
        assert main([*run, *limits]) == 0
    found = out.read_bytes()
    assert main([*run, "--force"]) == 0
    assert out.read_bytes() == found
    assert not (tmp_path / "dedupe-work").exists()


def test_documents_with_an_order_are_searched_in_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = make_corpus(tmp_path / "a.jsonl", 3)
    run = ["passages", str(corpus), "--output", str(tmp_path / "found.jsonl"), "--order", "at"]
    assert main([*run, "--max-memory", "1GB"]) == 2
    assert "leave --max-memory out" in capsys.readouterr().err
    assert main(run) == 0


def test_a_run_that_is_stopped_between_its_results_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dedupe.cli import commands

    corpus, out, groups = make_corpus(tmp_path / "a.jsonl", 3), tmp_path / "found.jsonl", tmp_path / "groups.jsonl"
    run = ["passages", str(corpus), "--output", str(out), "--groups", str(groups), "--min-length", "30", "--quiet"]
    limits = ["--max-memory", "1GB", "--workdir", str(tmp_path)]

    def stop(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(commands, "_passage_group_row", stop)
        assert main([*run, *limits]) == 130
    assert out.exists() and not groups.exists()
    assert main([*run, *limits]) == 0
    found = out.read_bytes(), groups.read_bytes()
    assert main([*run, "--force"]) == 0
    assert (out.read_bytes(), groups.read_bytes()) == found
    # What somebody else has put there is not overwritten.
    assert main([*run, *limits]) == 2
    assert "exists" in capsys.readouterr().err
