"""What people and machines see of a run: summaries, progress, and errors that say what was perhaps meant."""

from __future__ import annotations

import io
import json
import random
import re
import sys
from pathlib import Path

import pytest

from dedupe.cli import main
from dedupe.cli.table import styled
from dedupe.text.display import columns
from tests.conftest import make_text


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        (["claen", "a"], "did you mean clean?"),
        (["duplicates", "a", "--thresold", "0.8"], "did you mean --threshold?"),
        (["duplicates", "a", "--unit", "paragraphs"], "did you mean paragraph?"),
        (["index", "ad", "x"], "did you mean add?"),
        (["score", "a", "--what", "languages"], "did you mean language?"),
        (["score", "a", "--what", "blan"], "quality"),
    ],
)
def test_a_slip_is_met_with_what_was_perhaps_meant(
    command: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(command)
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert meant in err
    # No choice of another option is advised.
    assert "blank" not in err
    assert "--help" in err


def test_a_file_and_a_field_that_are_not_there_are_met_with_those_that_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"url": "a", "body": "The river rose."}\n')
    assert main(["duplicates", str(tmp_path / "corpsu.jsonl")]) == 2
    assert f"did you mean {tmp_path / 'corpus.jsonl'}?" in capsys.readouterr().err
    assert main(["duplicates", str(tmp_path / "corpus.jsonl")]) == 2
    assert "has no field 'text'. There are 'url', 'body'; is it --text body?" in capsys.readouterr().err


def test_every_summary_is_json_where_machines_ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "a.jsonl"
    line = "The old mill by the river has stood empty for forty years now, and nobody knows why."
    source.write_text("".join(json.dumps({"id": i, "text": f"{line}\n\nSubscribe now!"}) + "\n" for i in range(3)))
    out, audit = tmp_path / "out.jsonl", tmp_path / "audit.jsonl"
    index = str(tmp_path / "x.index")
    commands = {
        ("clean", "--output", str(out), "--audit", str(audit)): ("documents_removed", 2),
        ("duplicates", "--pairs", str(tmp_path / "pairs.jsonl")): ("removed", 2),
        ("passages", "--output", str(tmp_path / "passages.jsonl")): ("copies", 2),
        ("score", "--output", str(tmp_path / "scores.jsonl")): ("scored", 6),
        ("evaluate",): ("documents", 1),
    }
    for (name, *options), (field, value) in commands.items():
        assert main([name, str(source), *options, "--json"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 1
        assert json.loads(lines[0])[field] == value, name
    restored = str(tmp_path / "restored")
    for command, field, value in (
        (["restore", str(out), "--audit", str(audit), "--output", restored], "output", restored),
        (["report", str(audit), "--output", f"{restored}.html"], "report", f"{restored}.html"),
        (["explain", f"{source}:1", f"{source}:2"], "equal", True),
        (["index", "add", index, str(source)], "documents", 3),
        (["index", "remove", index, "2"], "removed", 1),
        (["index", "info", index], "documents", 2),
        (["index", "verify", index], "whole", True),
    ):
        assert main([*command, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)[field] == value, command


def test_results_on_standard_output_are_alone_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "a.txt"
    source.write_text("The river rose.\n\nSubscribe now!")
    assert main(["score", str(source), "--output", "-", "--json"]) == 0
    captured = capsys.readouterr()
    assert [json.loads(line)["start"] for line in captured.out.splitlines()] == [0, 17]
    assert json.loads(captured.err)["counts"] == {"content": 1, "boilerplate: subscription": 1}


def test_summaries_fit_eighty_columns(
    tmp_path: Path, words: random.Random, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    folder = tmp_path / "corpus"
    for name in ("a-very-long-name-of-a-source-that-goes-on-and-on-until-nobody-wants-to-read-it", "東京" * 20):
        (folder / name).mkdir(parents=True)
        for i in range(3):
            text = make_text(random.Random(i), 60)
            (folder / name / f"{i}.txt").write_text(f"{text}\n\nSubscribe now for unlimited access!", "utf-8")
    monkeypatch.chdir(tmp_path)
    for command in (
        ["clean", "corpus", "--output", "out", "--audit", "a.jsonl"],
        ["duplicates", "corpus"],
        ["passages", "corpus", "--output", "p.jsonl"],
        ["score", "corpus", "--output", "s.jsonl"],
        ["score", "corpus", "--what", "quality", "--output", "q.jsonl"],
        ["evaluate", "corpus"],
    ):
        assert main(command) == 0
        out = capsys.readouterr().out
        assert out.strip()
        assert "\x1b" not in out
        assert max(map(columns, out.splitlines())) <= 80, command


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert styled("a", "bold", Terminal()) == "\x1b[1ma\x1b[0m"
    assert styled("a", "bold", io.StringIO()) == "a"
    monkeypatch.setenv("NO_COLOR", "1")
    assert styled("a", "bold", Terminal()) == "a"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert styled("a", "bold", Terminal()) == "a"


@pytest.mark.parametrize("memory", [[], ["--max-memory", "400MB"]])
def test_progress_has_a_rate_and_a_time_left(
    memory: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps({"text": make_text(random.Random(i), 300)}) + "\n" for i in range(200)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["clean", str(source), "--output", "out.jsonl", "--audit", "audit.jsonl", *memory]) == 0
    err = capsys.readouterr().err
    # In files documents are signed while they are read, and these have nothing to compare.
    for stage in ("reading" if memory else "duplicates", "paragraphs", "passages", "boilerplate"):
        assert re.search(rf"{stage}: .*%.*B/s", err), stage


def test_a_dry_run_needs_no_names(corpus_of_two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", str(corpus_of_two), "--dry-run"]) == 0
    assert "nothing was written: to do it, name --output and --audit" in capsys.readouterr().out
    for options in (["--output", "out"], ["--audit", "audit.jsonl"], []):
        assert main(["clean", str(corpus_of_two), *options]) == 2
        assert "name --output and --audit" in capsys.readouterr().err
    assert main(["clean", str(corpus_of_two), "--dry-run", "--max-memory", "400MB", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["documents_removed"] == 1
    assert [path.name for path in corpus_of_two.parent.iterdir()] == [corpus_of_two.name]


@pytest.fixture
def corpus_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "The river rose overnight."}\n{"text": "the RIVER rose overnight"}\n')
    return path


def test_a_file_that_is_not_written_is_not_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_bytes(b"r\xe9gi")
    names = [str(tmp_path / name) for name in ("a.txt", "b.txt", "audit.jsonl")]
    assert main(["clean", names[0], "-o", names[1], "--audit", names[2]]) == 1
    assert "cleaned: nothing is left to write   audit: " in capsys.readouterr().out
    assert not Path(names[1]).exists()


@pytest.mark.parametrize("facts", ["apart", "ignore"])
def test_the_summary_of_duplicates_says_whether_facts_keep_texts_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], facts: str
) -> None:
    source = tmp_path / "a.txt"
    source.write_text("The old mill by the river has stood empty for 40 years.")
    assert main(["duplicates", str(source), "--facts", facts]) == 0
    assert f", facts {facts}, " in capsys.readouterr().out
    assert main(["duplicates", str(source), "--facts", facts, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"] == facts
