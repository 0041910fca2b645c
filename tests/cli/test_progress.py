"""The bar of progress, and what is said before a run begins."""

from __future__ import annotations

import json
import random
import re
import sys
from functools import partialmethod
from pathlib import Path

import pytest
from tqdm import tqdm

from dedupe.cli import main
from dedupe.cli.progress import Progress, clean_stages
from dedupe.job import ALL_STAGES, CleanOptions
from tests.conftest import make_text


def make_terminal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys.stderr, "isatty", lambda: True, raising=False)


def test_one_bar_covers_all_stages_and_never_rests_or_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    make_terminal(monkeypatch)
    with Progress(False, {"first": 1, "second": 3}) as progress:
        places = []

        def place() -> float:
            places.append(progress._bar.n)
            assert places == sorted(places)
            return places[-1]

        progress.read(50, 100)
        bar = progress._bar
        assert place() == pytest.approx(0.1)
        progress.step("second")
        assert place() == pytest.approx(0.25)
        progress.step("a file that is no stage")
        assert place() == pytest.approx(0.25)
        for _ in range(20):
            before = places[-1]
            progress.read(90, 100)
            assert before < place() < 1
        assert places[-1] > 0.95 and progress._bar is bar


def test_what_is_counted_alone_is_all_of_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    make_terminal(monkeypatch)
    with Progress(False) as progress:
        progress.count("reading", 200)
        progress.advance(100)
        assert progress._bar.n == pytest.approx(0.4)


def test_the_stages_of_clean_are_those_that_are_asked_for() -> None:
    everything = clean_stages(
        CleanOptions(remove=["duplicates", "paragraphs", "passages", "boilerplate", "quality"])
    )
    assert set(ALL_STAGES) < set(everything)
    assert list(clean_stages(CleanOptions(remove=["duplicates"], min_left=0))) == [
        *("reading", "duplicates", "cutting", "writing")
    ]


@pytest.mark.parametrize("memory", [[], ["--max-memory", "400MB"]])
def test_the_bar_of_a_run_goes_up(
    memory: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_terminal(monkeypatch)
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps({"text": make_text(random.Random(i), 300)}) + "\n" for i in range(100)]
    Path("a.jsonl").write_text("".join(lines))
    for command in (["clean", "a.jsonl", "--output", "b.jsonl", "--audit", "audit.jsonl"], ["score", "a.jsonl"],
                    ["passages", "a.jsonl"], ["duplicates", "a.jsonl"]):  # fmt: skip
        assert main([*command, *memory]) == 0
        shown = [int(percent) for percent in re.findall(r"(\d+)%\|", capsys.readouterr().err)]
        assert shown and shown == sorted(shown), command


def test_the_bars_of_evaluate_and_restore_go_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    lines = [json.dumps({"text": make_text(random.Random(i), 300)}) + "\n" for i in range(80)]
    for name, own in (("a", lines[:40]), ("b", lines[40:])):
        Path("in", f"{name}.jsonl").write_text("".join(own))
    Path("in", "c.csv").write_text('text,n\n"Words of a row.",1\n')
    assert main(["clean", "in", "-o", "out", "--audit", "audit.jsonl", "--id", "none", "-q"]) == 0
    make_terminal(monkeypatch)
    # Every move is drawn.
    monkeypatch.setattr(tqdm, "__init__", partialmethod(tqdm.__init__, mininterval=0, miniters=0))
    for command in (["evaluate", "in"], ["restore", "out", "--audit", "audit.jsonl", "-o", "back"]):
        assert main(command) == 0
        shown = [int(percent) for percent in re.findall(r"(\d+)%\|", capsys.readouterr().err)]
        assert len(set(shown)) > 2 and shown == sorted(shown), command


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.jsonl", "--output", "b.jsonl", "--audit", "audit.jsonl"], "no such file"),
        (["a.jsonl"], "name --output and --audit"),
        (["a.jsonl", "--output", "a.jsonl", "--audit", "audit.jsonl"], "the input itself"),
        (["a.jsonl", "--output", "b.jsonl", "--audit", "a.jsonl"], "exists"),
        (["a.jsonl", "--dry-run", "--text", "body"], "has no field 'body'"),
        (["a.jsonl", "--dry-run", "--max-memory", "1MB"], "is too little"),
        (["a.jsonl", "--dry-run", "--max-memory", "1GB", "--workdir", "nowhere"], "is no folder"),
    ],
)
def test_nothing_is_announced_before_all_is_checked(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_text('{"text": "Some words."}\n')
    assert main(["clean", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and said in err and len(err.splitlines()) == 1
