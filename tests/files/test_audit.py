"""Audits: what is none is told plainly, and one that was edited is refused, never a fault of the program."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean_files
from dedupe.cli import main
from tests.files.builders import PROMPT, SHARED

NO_AUDITS = {
    "documents.jsonl": b'{"id": 1, "text": "Some words."}\n',
    "list.jsonl": b'["run", "dedupe-audit-1"]\n',
    "text.txt": "Néhány szó.\n".encode(),
    "latin.txt": b"N\xe9h\xe1ny sz\xf3." + b"\xff\x00" * 500,
    "empty.jsonl": b"",
    "blank.jsonl": b"\n\n",
    "zipped.jsonl.gz": gzip.compress(b"Some words."),
    "unzipped.jsonl.gz": b"Some words.",
    "deep.jsonl": b"[" * 100_000,
}


@pytest.mark.parametrize("name", NO_AUDITS)
def test_a_file_that_is_no_audit_is_told_plainly(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_bytes(NO_AUDITS[name])
    out = str(tmp_path / "out")
    for command in (
        ["report", str(file), "-o", f"{out}.html"],
        ["restore", str(file), "--audit", str(file), "-o", out],
        ["evaluate", str(file), "--audit", str(file), "--answers", f"{out}.jsonl"],
    ):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"dedupe: {file} is not an audit: ") and len(said) < len(str(file)) + 150
        assert said.endswith("Give the file that clean wrote as its audit\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_an_audit_of_another_format_is_told_from_what_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"type":"run","format":"dedupe-audit-9"}\n')
    assert main(["report", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "a.html")]) == 2
    assert "a.jsonl is an audit of format 'dedupe-audit-9', not 'dedupe-audit-1'" in capsys.readouterr().err


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `in`, `out` and `audit.jsonl`, whose rows are of nearly all types."""
    folder = tmp_path_factory.mktemp("audit")
    (folder / "in").mkdir()
    documents = [{"id": f"d{i}", "text": f"Text {i} of its own.\n{SHARED}\n{PROMPT}", "n": i} for i in range(4)]
    lines = [json.dumps(row) for row in [*documents, {**documents[0], "id": "e"}]]
    (folder / "in" / "a.jsonl").write_text("\n".join([*lines, "{broken"]))
    rows = [f'"{i}","Row {i} has words.\n{SHARED}"' for i in range(3)]
    (folder / "in" / "b.csv").write_bytes("\n".join(["id,text", *rows, rows[0], "9"]).encode() + b"\n8,\xe9\n")
    (folder / "in" / "c.txt.gz").write_bytes(gzip.compress(b"Words")[:-4])
    clean_files([folder / "in"], folder / "out", folder / "audit.jsonl", id=None)
    return folder


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 0, 7, 10**30, 0.5, -1e308, float("nan"), "", "x", "../x", "\ud800", [], {}, [None], {"a": 1}]
)


@given(st.data())
def test_an_audit_that_was_edited_and_sealed_anew_is_no_fault_of_the_program(
    cleaned: Path, data: st.DataObject
) -> None:
    *rows, _ = map(json.loads, (cleaned / "audit.jsonl").read_text().splitlines())
    for _ in range(data.draw(st.integers(1, 3), "edits")):
        place = data.draw(st.integers(0, len(rows) - 1), "row")
        how = data.draw(st.sampled_from(("field", "field", "field", "row", "twice")), "edit")
        if how == "field":
            _edit(rows[place], data)
        elif how == "twice":
            rows.insert(data.draw(st.integers(0, len(rows))), rows[place])
        elif len(rows) > 1:
            del rows[place]
    with TemporaryDirectory() as name:
        folder = Path(name)
        audit = folder / "audit.jsonl"
        audit.write_text("".join([*(json.dumps(row) + "\n" for row in rows), _end(rows)]))
        report = ["report", str(audit), "-o", str(folder / "r.html"), "-q"]
        restore = ["restore", str(cleaned / "out"), "--audit", str(audit), "-o", str(folder / "back"), "-q"]
        judge = ["evaluate", str(cleaned / "in"), "--id", "none", "--audit", str(audit), "-q"]
        for command in (report, restore, [*judge, "--answers", str(folder / "answers.jsonl")]):
            assert main(command) in (0, 1, 2)
        shutil.rmtree(folder / "back", ignore_errors=True)
        assert {path.name for path in folder.iterdir()} <= {"audit.jsonl", "r.html", "answers.jsonl"} | {
            path.name for path in folder.glob("*quarantine*")
        }


def _edit(value: Any, data: st.DataObject) -> None:
    """Change, or take out, something inside a row."""
    key = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))), "key")
    if isinstance(value[key], dict | list) and value[key] and data.draw(st.booleans(), "deeper"):
        _edit(value[key], data)
    elif data.draw(st.booleans(), "change"):
        value[key] = data.draw(ODD, "value")
    else:
        del value[key]


def _end(rows: list[Any]) -> str:
    digest = hashlib.sha256("".join(json.dumps(row) + "\n" for row in rows).encode()).hexdigest()
    return json.dumps({"type": "end", "rows": {}, "sha256": digest}) + "\n"
