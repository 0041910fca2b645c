"""Results without `--output`: a table on a terminal, JSON lines in a pipe."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

from dedupe.cli import main
from dedupe.text.display import columns
from tests.conftest import make_text


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: random.Random) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    block = make_text(words, 40)
    texts = [f"{make_text(words, 30)}\n{block}\nSubscribe now!" for _ in range(30)]
    rows = [{"id": f"{'long-' * 20}{i}", "text": text} for i, text in enumerate(texts)]
    Path("corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return "corpus.jsonl"


COMMANDS = [
    (["score"], 90, "unit", "boilerplate"),
    (["score", "--what", "language"], 30, "id", "probability"),
    (["score", "--what", "quality", "--rules", "gopher"], 30, "id", "failed"),
    (["passages"], 29, "copy", "kept copy"),
    (["index", "query", "my.index"], 31, "unit", "in the index"),
]


@pytest.mark.parametrize(("command", "count", "first", "other"), COMMANDS)
def test_a_pipe_is_given_rows_and_a_terminal_a_table(
    command: list[str],
    count: int,
    first: str,
    other: str,
    corpus: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if command[0] == "index":
        assert main(["index", "add", "my.index", corpus, "-q"]) == 0
    before = sorted(Path().iterdir())
    assert main([*command, corpus, "--output", "rows.jsonl", "-q"]) == 0
    assert main([*command, corpus]) == 0
    piped = capsys.readouterr()
    assert piped.out == Path("rows.jsonl").read_text() and piped.err
    assert len(piped.out.splitlines()) >= count
    Path("rows.jsonl").unlink()

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert main([*command, corpus]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith(first) and other in head
    assert lines[20] == f"… and {len(piped.out.splitlines()) - 20:,} more; write all of them with --output FILE"
    assert max(map(columns, [head, *lines])) <= 80
    # The summary is below it.
    assert len(lines) > 22
    assert sorted(Path().iterdir()) == before
    assert main([*command, corpus, "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)


def test_a_terminal_is_shown_no_table_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("Nothing comes back.")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main(["passages", str(tmp_path / "a.txt")]) == 0
    assert capsys.readouterr().out.startswith("0 passages")
