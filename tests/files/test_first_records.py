"""A wrong field is one mistake with one answer: nothing is written, and the fields that there are are named."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from dedupe.cli.main import main
from dedupe.errors import InputError
from dedupe.job import CleanOptions
from dedupe.write.clean_files import clean_files

TEXT = "The mill by the river has stood empty for forty years now."


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


COMMANDS = {
    "clean": ["clean", "{corpus}", "--output", "{folder}/out", "--audit", "{folder}/audit.jsonl"],
    "clean past memory": [
        *("clean", "{corpus}", "--output", "{folder}/out", "--audit", "{folder}/audit.jsonl"),
        *("--max-memory", "1GB", "--workdir", "{folder}"),
    ],
    "duplicates": ["duplicates", "{corpus}", "--kept", "{folder}/kept.jsonl"],
    "duplicates past memory": ["duplicates", "{corpus}", "--kept", "{folder}/kept.jsonl", "--max-memory", "1GB"],
    "passages": ["passages", "{corpus}", "--output", "{folder}/passages.jsonl"],
    "score": ["score", "{corpus}", "--output", "{folder}/scores.jsonl"],
    "index add": ["index", "add", "{folder}/my.index", "{corpus}"],
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("rows", "more", "said"),
    [
        ([{"id": 1, "content": TEXT}] * 3, [], ["no field 'text'", "'id', 'content'", "--text content?"]),
        ([{"id": 1, "a": "x", "b": TEXT}], [], ["no field 'text'", "--text b?"]),
        ([{"txet": TEXT, "body": TEXT}], [], ["--text txet?"]),
        ([{"text": [TEXT]}] * 2, [], ["field 'text' is a list in the first 2 records", "name the right one"]),
        ([{"text": TEXT, "url": "u"}], ["--id", "uri"], ["no field 'uri'", "--id url?"]),
        ([{"text": TEXT, "key": [1]}], ["--id", "key"], ["field 'key' is a list", "not an id"]),
        ([{}], [], ["There are no fields at all"]),
    ],
)
@pytest.mark.parametrize("kind", ["jsonl", "parquet", "gz"])
def test_a_wrong_field_stops_the_run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    rows: list[dict[str, Any]],
    more: list[str],
    said: list[str],
    kind: str,
) -> None:
    if kind != "jsonl" and name not in ("clean", "score"):
        pytest.skip("all read files alike")
    corpus = write(tmp_path / "corpus.jsonl", rows)
    if kind == "parquet":
        if rows in ([{}], [{"id": 1, "a": "x", "b": TEXT}]):
            pytest.skip("a table without columns has no rows, and of other columns only types are read")
        corpus = tmp_path / "corpus.parquet"
        pq.write_table(pa.Table.from_pylist(rows), corpus)
    elif kind == "gz":
        corpus = tmp_path / "corpus.jsonl.gz"
        corpus.write_bytes(gzip.compress((tmp_path / "corpus.jsonl").read_bytes()))
    folder = tmp_path / "folder"
    folder.mkdir()
    places = {"corpus": corpus, "folder": folder}
    assert main([*(part.format(**places) for part in COMMANDS[name]), *more, "--quiet"]) == 2
    error = capsys.readouterr().err
    assert all(part in error for part in said), error
    assert not list(folder.iterdir())


def test_one_good_record_of_a_thousand_is_enough(tmp_path: Path) -> None:
    rows = [{"body": TEXT}] * 999 + [{"text": TEXT}]
    assert main(["score", str(write(tmp_path / "a.jsonl", rows)), "--output", str(tmp_path / "s.jsonl")]) == 1
    rows = [{"body": TEXT}] * 1000 + [{"text": TEXT}]
    assert main(["score", str(write(tmp_path / "b.jsonl", rows)), "--output", str(tmp_path / "t.jsonl")]) == 2


def test_files_without_records_are_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_text("\n\n")
    (folder / "b.jsonl").write_text("no JSON\n[1]\n")
    (folder / "c.txt").write_text(TEXT)
    write(folder / "d.jsonl", [{"body": TEXT}])
    assert main(["score", str(folder), "--output", str(tmp_path / "scores.jsonl")]) == 2
    assert "d.jsonl: the first record has no field 'text'" in capsys.readouterr().err
    (folder / "d.jsonl").unlink()
    assert main(["score", str(folder), "--output", str(tmp_path / "scores.jsonl")]) == 1


@pytest.mark.parametrize("more", [[], ["--max-memory", "1GB"]])
def test_a_file_of_which_no_record_can_be_used_stops_a_run_of_several(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "a.jsonl", [{"text": f"{TEXT} {i}"} for i in range(60)])
    write(folder / "b.jsonl", [{"body": TEXT} for _ in range(30)])
    command = ["clean", str(folder), "--output", str(tmp_path / "out"), "--audit", str(tmp_path / "audit.jsonl")]
    assert main([*command, "--quiet", *more]) == 2
    said = capsys.readouterr().err
    assert "30 of 30 records of" in said and "b.jsonl cannot be used (no field 'text' among 'body'" in said
    assert "more than --max-source-removal 0.95" in said and not (tmp_path / "out").exists()
    assert main([*command, "--quiet", "--force", *more]) == 1


@pytest.mark.parametrize("more", [[], ["--max-memory", "1GB"]])
def test_quarantined_records_count_for_the_brakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    rows = [{"id": 0, "text": TEXT}] + [{"id": i, "body": TEXT} for i in range(1, 100)]
    corpus = write(tmp_path / "corpus.jsonl", rows)
    out, audit = tmp_path / "out.jsonl", tmp_path / "audit.jsonl"
    command = ["clean", str(corpus), "--output", str(out), "--audit", str(audit), "--quiet", *more]
    assert main(command) == 2
    assert "99 of 100 records go as a whole (99 of them cannot be used)" in capsys.readouterr().err
    assert not out.exists() and not audit.exists()
    assert main([*command, "--force"]) == 1
    assert main(["restore", str(out), "--audit", str(audit), "--output", str(tmp_path / "back")]) == 0
    assert (tmp_path / "back" / "corpus.jsonl").read_bytes() == corpus.read_bytes()


def test_the_field_of_a_rule_may_have_any_name(tmp_path: Path) -> None:
    """`source` is what the commands call the file of a document, too."""
    text = "A text that is long enough to be told from others of its kind, whatever it says."
    rows = [{"id": i, "text": text, "source": i, "page_source": 3 - i, "document_order": i % 2} for i in range(4)]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for keep, kept in (("source", 3), ("page_source", 0), ("document_order", 1)):
        audits = []
        for name, limit in (("memory", None), ("files", "400MB")):
            out, audit = tmp_path / f"{keep}-{name}.jsonl", tmp_path / f"{keep}-{name}-audit.jsonl"
            options = CleanOptions(keep=keep, max_removal=1.0)
            clean_files([path], out, audit, options=options, max_memory=limit)
            assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [kept]
            audits.append(audit.read_bytes())
        assert audits[0].replace(b"-memory", b"") == audits[1].replace(b"-files", b"")


@pytest.mark.parametrize("bad", ['{"text": null}', '{"text": 5}', '{"body": "a"}', '{"text": null}\n' * 9])
def test_a_few_bad_records_do_not_stop_good_files(tmp_path: Path, bad: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(bad)
    arguments = ["clean", str(tmp_path / "in"), "--output", str(tmp_path / "out")]
    arguments += ["--audit", str(tmp_path / "audit.jsonl"), "--quiet"]
    assert main(arguments) == 2
    (tmp_path / "in" / "b.jsonl").write_text('{"text": "Good text is here and stays."}\n')
    assert main(arguments) == 1
    assert (tmp_path / "out" / "b.jsonl").read_text() == '{"text": "Good text is here and stays."}\n'


def test_many_records_without_the_field_stop_whatever_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "a.jsonl").write_text('{"body": "a"}\n' * 10)
    (tmp_path / "b.jsonl").write_text('{"text": "Good text is here and stays."}\n')
    assert main(["clean", str(tmp_path), "--dry-run"]) == 2
    assert "a.jsonl: the first 10 records have no field 'text'" in capsys.readouterr().err


@pytest.mark.parametrize("name", [one for one in COMMANDS if one != "index add"])
@pytest.mark.parametrize("kind", [".txt", ".md"])
def test_text_files_have_no_fields_to_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"a{kind}").write_text(TEXT)
    command = [part.format(corpus=tmp_path / "in", folder=tmp_path) for part in COMMANDS[name]]
    more = ["--keep", "bset"] if "clean" in name or "duplicates" in name else ["--id", "url"]
    for flag, value in (("--text", "body"), tuple(more)):
        assert main([*command, flag, value]) == 2
        said = capsys.readouterr().err
        assert f"{flag} {value} names a field" in said and "leave it out" in said
        assert ("did you mean 'best'?" in said) == (value == "bset")
    # Beside files with fields it is for those.
    write(tmp_path / "in" / "b.jsonl", [{"body": TEXT}])
    assert main([*command, "--text", "body"]) == 0


def test_sources_that_are_no_input_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    clean_files(tmp_path / "in", None, None, options=CleanOptions(keep=["in", f"{tmp_path}/in"]), dry_run=True)
    ((_, _, told),) = caplog.record_tuples
    assert told.startswith("No input is in 'in', which is to be kept first. Inputs are named as in")
    with pytest.raises(InputError, match="No input is in 'in' or 'no', which are to be kept first"):
        clean_files(tmp_path / "in", None, None, options=CleanOptions(keep=["in", "no"]), dry_run=True)


def test_a_line_that_names_the_delimiter_is_no_header(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("sep=;\nid;text\n1;Some words.\n")
    assert main(["clean", str(tmp_path / "a.csv"), "--dry-run"]) == 2
    assert "its first line, 'sep=', is no header: remove the line" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_column_with_the_longest_texts_is_the_likeliest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    table = pa.table({"nr": ["1", "2"], "virsraksts": ["Ziņa", None], "teksts": [TEXT, TEXT[:9]], "n": [1, 2]})
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        pa_csv.write_csv(table, path)
    else:
        pq.write_table(table, path)
    assert main(["clean", str(path), "--dry-run"]) == 2
    assert "is it --text teksts?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ([datetime(2020, 1, 1)], "is a date with a time"),
        ([date(2020, 1, 1)], "is a date"),
        ([b"\xff"], "is binary"),
        ([True], "is true or false"),
        ([[TEXT]], "is a list"),
        ([{"a": TEXT}], "is an object"),
        ([1.5], "is a number"),
    ],
)
def test_a_column_of_another_type_is_called_what_it_is(
    tmp_path: Path, column: list[Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"text": column, "body": [TEXT]}), path)
    # Of a column that is read, and of one that is only named.
    for more in ([], ["--text", "title"]):
        assert main(["score", str(path), *more]) == 2
        err = capsys.readouterr().err
        assert (f"field 'text' {said} in the first record" in err) is not more, err
        assert "--text body?" in err


def test_columns_that_were_not_parted_and_records_below_a_field_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.tsv"
    rows.write_text(f"id;text\n1;{TEXT}\n")
    assert main(["score", str(rows)]) == 2
    assert "'id;text', is one name, and perhaps several that ';' parts" in capsys.readouterr().err
    assert main(["score", str(rows.rename(tmp_path / "rows.csv"))]) == 0
    below = tmp_path / "below.json"
    below.write_text(json.dumps({"total": 1, "data": [{"text": TEXT}]}))
    capsys.readouterr()
    assert main(["score", str(below)]) == 2
    assert "its records are a list in field 'data'" in capsys.readouterr().err


def test_a_wrong_field_stops_a_query(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = write(tmp_path / "corpus.jsonl", [{"content": TEXT}] * 3)
    assert main(["index", "add", str(tmp_path / "my.index"), str(corpus), "--text", "content", "--quiet"]) == 0
    for command in (["-o", str(tmp_path / "matches.jsonl")], []):
        assert main(["index", "query", str(tmp_path / "my.index"), str(corpus), *command]) == 2
        assert "--text content?" in capsys.readouterr().err
    assert not (tmp_path / "matches.jsonl").exists()
