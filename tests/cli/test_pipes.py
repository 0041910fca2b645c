"""`dedupe clean` in a pipe: standard input in, standard output out."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.cli import main
from tests.files.builders import PROMPT, SHARED

ROWS = [
    {"id": "a", "text": f"First words of the first.\n{SHARED}"},
    {"id": "b", "text": f"First words, of the first\n{SHARED}!"},
    {"id": "c", "text": f"Something else stands here today.\n{SHARED}\n{PROMPT}"},
]
DATA = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DATA)))
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("stdin")
@pytest.mark.parametrize("memory", [[], ["--max-memory", "400MB"]])
def test_a_pipe_is_cleaned_and_restored(memory: list[str], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["clean", "-", "--audit", "audit.jsonl", *memory]) == 0
    out, err = capfdbinary.readouterr()
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a", "c"]
    assert b"Removing duplicates" in err and b"cleaned: standard output   audit: audit.jsonl" in err
    Path("cleaned.jsonl").write_bytes(out)
    assert main(["restore", "cleaned.jsonl", "--audit", "audit.jsonl", "--output", "back", "-q"]) == 0
    assert Path("back", "stdin.jsonl").read_bytes() == DATA


@pytest.mark.usefixtures("stdin")
def test_without_an_audit_nothing_else_is_written(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["clean", "-", "--no-audit", "--quiet"]) == 0
    out, err = capfdbinary.readouterr()
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a", "c"]
    assert err == b"" and not list(Path().iterdir())


@pytest.mark.usefixtures("stdin")
def test_a_page_is_made_without_an_audit_too(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["clean", "-", "--no-audit", "--json", "--report", "page.html"]) == 0
    out, err = capfdbinary.readouterr()
    assert len(out.splitlines()) == 2 and PROMPT in Path("page.html").read_text("utf-8")
    assert json.loads(err)["audit"] is None


@pytest.mark.usefixtures("stdin")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name a file for the audit, by which it is undone (--audit FILE), or do without one (--no-audit)"),
        (["--audit", "a.jsonl", "--no-audit"], "--audit and --no-audit say the opposite"),
        (["--output", "out", "--no-audit"], "--no-audit is for standard output"),
        (["--audit", "a.txt"], "name the audit .jsonl"),
    ],
)
def test_an_audit_is_named_or_done_without(
    words: list[str], said: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["clean", "-", "--quiet", *words]) == 2
    out, err = capfdbinary.readouterr()
    assert out == b"" and said in err.decode() and not list(Path().iterdir())


@pytest.mark.usefixtures("stdin")
def test_one_file_may_go_to_standard_output_and_no_more(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for name in ("one.txt", "two.txt"):
        Path(name).write_text("Some words.\n")
    assert main(["clean", "one.txt", "-o", "-", "--audit", "audit.jsonl", "-q"]) == 0
    assert capfdbinary.readouterr() == (b"Some words.\n", b"")
    for names in (["one.txt", "two.txt"], ["."]):
        assert main(["clean", *names, "-o", "-", "--no-audit", "-q"]) == 2
        assert (
            b"standard output takes one cleaned file: name a folder with --output DIR"
            in capfdbinary.readouterr().err
        )


@pytest.mark.usefixtures("stdin")
def test_a_dry_run_of_a_pipe_writes_nothing(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["clean", "-", "--dry-run"]) == 0
    assert b"nothing was written" in capfdbinary.readouterr().out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_standard_output_is_told_with_the_audit_that_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some words.\n" * 9)
    command = [sys.executable, "-m", "dedupe", "clean", "a.txt", "-o", "-", "--audit", "audit.jsonl", "-q"]
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "standard output did not take all of it (No space left on device)" in done.stderr
    assert "the audit audit.jsonl is whole, and --force overwrites it" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "audit.jsonl"]
