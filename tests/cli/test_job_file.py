"""`--options FILE`: a run from a TOML file, or from the audit of another run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedupe.cli import main
from dedupe.files.audit import run_row
from dedupe.job import CleanOptions, FileOptions
from dedupe.options import options_of
from tests.files.builders import PROMPT, SHARED

ROWS = [
    {"url": "a", "body": f"First words of the first.\n{SHARED}", "at": 3, "site": "x"},
    {"url": "b", "body": f"First words, of the first\n{SHARED}!", "at": 1, "site": "y"},
    {"url": "c", "body": f"Something else stands here today.\n{SHARED}\n{PROMPT}", "at": 2, "site": "y"},
]
JOB = """
remove = ["duplicates", "paragraphs"]
threshold = 0.8
facts = "ignore"
text = "body"
id = "url"
order = "at"
max_document = "1MB"
min_left = 0
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "job.toml").write_text(JOB)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def clean(*arguments: str, output: str = "out.jsonl", audit: str = "audit.jsonl") -> int:
    return main(["clean", "a.jsonl", "--output", output, "--audit", audit, "--quiet", *arguments])


def head(audit: str = "audit.jsonl") -> dict[str, Any]:
    with Path(audit).open() as lines:
        row: dict[str, Any] = json.loads(next(lines))
    return row


def test_a_file_says_what_flags_say(folder: Path) -> None:
    assert clean("--options", "job.toml") == 0
    flags = "--remove duplicates,paragraphs --threshold 0.8 --facts ignore --text body --id url --order at"
    assert (
        clean(*flags.split(), "--max-document", "1MB", "--min-left", "0", output="same.jsonl", audit="b.jsonl") == 0
    )
    assert Path("out.jsonl").read_bytes() == Path("same.jsonl").read_bytes()
    assert head() == head("b.jsonl")
    assert [json.loads(line)["url"] for line in Path("out.jsonl").read_text().splitlines()] == ["b", "c"]


def test_flags_win_over_the_file(folder: Path) -> None:
    assert clean("--options", "job.toml", "--facts", "apart", "--remove", "boilerplate", "--order", "url") == 2
    assert clean("--options", "job.toml", "--facts", "apart", "--remove", "boilerplate") == 0
    assert (head()["facts"], head()["remove"], head()["threshold"]) == ("apart", ["boilerplate"], 0.8)


def test_the_audit_of_a_run_gives_its_options(folder: Path) -> None:
    assert clean("--options", "job.toml", "--keep-sources", "b.jsonl,a.jsonl", "--no-context") == 0
    assert clean("--options", "audit.jsonl", output="again.jsonl", audit="again-audit.jsonl") == 0
    assert Path("again.jsonl").read_bytes() == Path("out.jsonl").read_bytes()
    assert head("again-audit.jsonl") == head()
    assert head()["keep"] == ["b.jsonl", "a.jsonl"]
    assert head()["context"] is False


def test_flags_turn_back_what_the_file_turns_on_or_off(folder: Path) -> None:
    Path("job.toml").write_text(f"{JOB}context = false\nstrict = true\n")
    assert clean("--options", "job.toml") == 0
    assert (head()["context"], head()["strict"]) == (False, True)
    assert clean("--options", "job.toml", "--context", "--no-strict", "--force") == 0
    assert (head()["context"], head()["strict"]) == (True, False)


def test_an_audit_of_another_format_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.jsonl").write_text('{"type": "run", "format": "other-99"}\n')
    assert clean("--options", "x.jsonl") == 2
    assert "of format 'other-99'" in capsys.readouterr().err


def test_the_audit_of_a_run_without_ids_gives_that_too(folder: Path) -> None:
    assert clean("--text", "body", "--id", "none") == 0
    assert clean("--options", "audit.jsonl", output="again.jsonl", audit="again-audit.jsonl.gz") == 0
    assert head()["id"] is None
    assert clean("--options", "again-audit.jsonl.gz", output="third.jsonl", audit="third-audit.jsonl") == 0
    assert head("third-audit.jsonl") == head()


def test_the_head_of_an_audit_has_every_option_that_changes_an_answer() -> None:
    asked = {*options_of(CleanOptions), *options_of(FileOptions)} - {"threads", "max_memory"}
    assert asked <= run_row(CleanOptions(), FileOptions()).keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("min_lefd = 3", "min_lefd is no option; did you mean min_left?"),
        ("min-left = 3", "min-left is no option; did you mean min_left?"),
        ('output = "x"', "output is no option"),
        ('audit = "x"', "audit is no option"),
        ("min_left = -3", "min_left=-3 must be at least 0"),
        ('recall = "high"', "recall='high' is not a number"),
        ('facts = "both"', "facts='both' is not one of ignore, apart"),
        ('remove = "passages"', "give a list, remove=['passages']"),
        ('remove = "pages"', "name one or more of duplicates"),
        ("max_line = [1]", "max_line=[1] is no size"),
        ("min_left = ", "no TOML"),
        ("[clean]\nmin_left = 3", "clean is no option"),
    ],
)
def test_a_file_with_a_mistake_stops_the_run(
    folder: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("job.toml").write_text(text)
    assert clean("--options", "job.toml") == 2
    shown = capsys.readouterr().err
    assert shown.startswith("dedupe: job.toml") and message in shown
    assert not Path("out.jsonl").exists()


@pytest.mark.parametrize(
    "content", [b"", b"[1]\n", b"{\n", b'{"type": "removal"}\n', b"\xff\xfe\n", b"[" * 100_000]
)
def test_what_is_no_audit_is_refused(folder: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.jsonl").write_bytes(content)
    assert clean("--options", "x.jsonl") == 2
    assert "is not an audit:" in capsys.readouterr().err


def test_a_file_that_is_missing_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("none.toml", "none.jsonl"):
        assert clean("--options", name) == 2
        assert f"{name} cannot be read: No such file" in capsys.readouterr().err
