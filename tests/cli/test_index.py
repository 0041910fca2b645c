from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedupe import Index
from dedupe.cli import main

PARAGRAPH = "The river rose over night and took the old bridge with it, said the mayor."


@pytest.fixture
def weeks(tmp_path: Path) -> Path:
    """Two weeks of documents; the second has a copy of the first."""
    write(tmp_path / "one.jsonl", [{"id": "a", "text": PARAGRAPH}, {"id": "b", "text": "Another text."}])
    write(tmp_path / "two.jsonl", [{"id": "c", "text": f"Before.\n{PARAGRAPH}"}, {"id": 7, "text": "A third one."}])
    return tmp_path


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def run(folder: Path, *arguments: str) -> int:
    return main(["index", *(str(folder / part[1:]) if part.startswith("@") else part for part in arguments)])


def test_increments_are_added_and_name_what_they_resemble(weeks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(weeks, "add", "@x", "@one.jsonl") == 0
    assert "2 units added, 2 of them kept; 2 documents in all" in capsys.readouterr().out
    assert run(weeks, "add", "@x", "@two.jsonl", "--output", "@found.jsonl", "--superseded", "@gone.jsonl") == 0
    (match,) = rows(weeks / "found.jsonl")
    assert (match["query"], match["query_start"], match["id"], match["similarity"]) == ("c", 8, "a", 1.0)
    assert rows(weeks / "gone.jsonl") == []
    assert run(weeks, "info", "@x", "--json") == 0
    info = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (info["documents"], info["units"], info["kept"], info["unit"]) == (4, 5, 4, "paragraph")
    assert run(weeks, "info", "@x") == run(weeks, "verify", "@x") == run(weeks, "compact", "@x") == 0
    assert "is OK: 4 documents" in capsys.readouterr().out


def test_known_ids_are_refused_or_skipped(weeks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(weeks, "add", "@x", "@one.jsonl") == 0
    assert run(weeks, "add", "@x", "@one.jsonl", "@two.jsonl") == 2
    assert "'a' is in the index already" in capsys.readouterr().err
    assert run(weeks, "add", "@x", "@one.jsonl", "@two.jsonl", "--skip-known") == 0
    assert "2 documents skipped; 4 documents in all" in capsys.readouterr().out


def test_a_query_adds_nothing(weeks: Path) -> None:
    assert run(weeks, "add", "@x", "@one.jsonl") == 0
    assert run(weeks, "query", "@x", "@two.jsonl", "--output", "@found.jsonl", "--limit", "1") == 0
    (match,) = rows(weeks / "found.jsonl")
    assert (match["query"], match["id"]) == ("c", "a")
    assert run(weeks, "query", "@x", "@two.jsonl", "--output", "@found.jsonl") == 2
    assert len(Index.open(weeks / "x", read_only=True)) == 2


def test_what_a_removed_document_stood_for_is_kept_now(weeks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(weeks, "add", "@x", "@one.jsonl", "@two.jsonl") == 0
    (weeks / "ids.txt").write_text("a\n")
    assert run(weeks, "remove", "@x", "7", "--ids", "@ids.txt", "--promoted", "@kept.jsonl") == 0
    assert "2 documents removed, 2 left; 1 unit kept instead of them" in capsys.readouterr().out
    assert rows(weeks / "kept.jsonl") == [{"id": "c", "start": 8, "end": 8 + len(PARAGRAPH)}]
    assert run(weeks, "remove", "@x", "a") == 2
    assert "'a' is not in the index; nothing was removed" in capsys.readouterr().err
    assert run(weeks, "remove", "@x") == 2
    assert run(weeks, "remove", "@nowhere", "a") == 2
    assert not (weeks / "nowhere").exists()


def test_indexes_are_merged(weeks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(weeks, "add", "@x", "@one.jsonl") == run(weeks, "add", "@y", "@two.jsonl") == 0
    assert run(weeks, "merge", "@x", "@y") == 0
    assert "3 units added" in capsys.readouterr().out
    assert run(weeks, "add", "@z", "@two.jsonl", "--unit", "document") == 0
    assert run(weeks, "merge", "@x", "@z") == 2
    assert "made with unit 'document', not 'paragraph'" in capsys.readouterr().err


def test_other_parameters_are_refused_with_what_differs(weeks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(weeks, "add", "@x", "@one.jsonl", "--threshold", "0.8", "--keep", "longest") == 0
    assert run(weeks, "add", "@x", "@two.jsonl", "--threshold", "0.7") == 2
    assert "was made with threshold 0.8, not 0.7" in capsys.readouterr().err
    assert run(weeks, "add", "@x", "@two.jsonl", "--keep", "longest") == 0
    assert run(weeks, "add", "@one.jsonl", "@two.jsonl") == 2
    assert run(weeks, "query", "@nowhere", "@two.jsonl", "--output", "-") == 2


def test_unusable_records_are_quarantined(weeks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (weeks / "bad.jsonl").write_text('{"id": 1, "text": "x"}\nnot json\n')
    assert run(weeks, "add", "@x", "@bad.jsonl", "--quarantine", "@q.jsonl") == 1
    assert rows(weeks / "q.jsonl")[0]["line"] == 2
    assert run(weeks, "add", "@y", "@bad.jsonl", "--strict") == 2


def test_duplicates_within_a_limit_of_memory_are_the_same(weeks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, more in (("a", []), ("b", ["--max-memory", "500MB", "--workdir", str(weeks)])):
        arguments = ["duplicates", str(weeks / "one.jsonl"), str(weeks / "two.jsonl"), "--unit", "paragraph", *more]
        files = [f"--{kind}={weeks / f'{kind}.{name}.jsonl'}" for kind in ("pairs", "groups", "kept")]
        assert main([*arguments, *files, f"--kept={weeks / f'kept.{name}.txt'}"]) == 0
        assert main([*arguments, *files[:2], files[2], "--force"]) == 0
        assert main(arguments) == 0
    for kind in ("pairs.{}.jsonl", "groups.{}.jsonl", "kept.{}.jsonl", "kept.{}.txt"):
        assert (weeks / kind.format("a")).read_text() == (weeks / kind.format("b")).read_text()
    captured = capsys.readouterr()
    shown = captured.out.splitlines()
    assert shown[: len(shown) // 2] == shown[len(shown) // 2 :]
    assert "of work files" in captured.err
    assert main(["duplicates", str(weeks / "one.jsonl"), "--max-memory", "1MB"]) == 2
    assert main(["duplicates", str(weeks / "one.jsonl"), "--max-memory", "1GB", "--workdir", "/nowhere"]) == 2


def test_lists_of_an_index_take_no_file_that_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, index = tmp_path / "a.jsonl", str(tmp_path / "x.index")
    source.write_text('{"text": "The river rose overnight."}\n')
    before = source.read_bytes()
    for options in (["--quarantine", str(source)], ["--output", str(source), "--force"]):
        assert main(["index", "add", index, str(source), *options]) == 2, options
    assert main(["index", "add", index, str(source), "--quiet"]) == 0
    output = ["--output", str(tmp_path / "matches.jsonl")]
    assert main(["index", "query", index, str(source), *output, "--quarantine", str(source), "--force"]) == 2
    assert source.read_bytes() == before
    capsys.readouterr()
    assert main(["index", "query", index, str(source), *output, "--json"]) == 0
    assert capsys.readouterr().out == '{"documents":1,"matches":1}\n'


def test_a_file_is_no_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Some words."}\n')
    for command in ("add", "query"):
        assert main(["index", command, str(tmp_path / "a.jsonl"), str(tmp_path / "a.jsonl")]) == 2
        assert "a.jsonl is a file, and an index is a folder: name the index first" in capsys.readouterr().err


def test_blank_lines_are_no_ids(tmp_path: Path) -> None:
    index, ids = str(tmp_path / "my.index"), tmp_path / "ids.txt"
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "Some words."}\n')
    assert main(["index", "add", index, str(tmp_path / "a.jsonl")]) == 0
    ids.write_text("\na\n \n")
    assert main(["index", "remove", index, "--ids", str(ids)]) == 0


def test_documents_with_one_id_leave_no_new_index_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "Some words."}\n' * 2)
    add = ["index", "add", str(tmp_path / "my.index"), str(tmp_path / "a.jsonl")]
    assert main([*add, "--unit", "document"]) == 2
    assert "id 1 is used twice: by" in (told := capsys.readouterr().err) and "a.jsonl, line 2" in told
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
    assert main([*add, "--unit", "sentence", "--id", "none"]) == 0
