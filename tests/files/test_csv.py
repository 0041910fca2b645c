"""CSV and TSV: every column is a string, nulls and empty strings differ, and the values come back."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean_files, restore_files
from dedupe.cli import main
from dedupe.errors import InputError
from dedupe.files import tables
from dedupe.files.tables import CsvForm, read_csv
from dedupe.job import CleanOptions
from tests.files.builders import PROMPT, SHARED, all_files

TEXTS = [f"First words of the first.\n{SHARED}", f"First words, of the first\n{SHARED}!"]
TEXTS += [f'Something "else", stands here; today.\n{SHARED}\n{PROMPT}', "Words that nobody repeats,\tever."]


def to_csv(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogateescape")


def corpus(delimiter: str = ",", end: str = "\n") -> bytes:
    rows = [["id", "text", "n"], *([str(i), text, ["007", "", "x", "1e3"][i]] for i, text in enumerate(TEXTS))]
    return to_csv(rows, delimiter, end)


@pytest.mark.parametrize(
    ("name", "delimiter", "end"),
    [
        ("a.csv", ",", "\n"),
        ("a.csv", ";", "\r\n"),
        ("a.csv", "|", "\n"),
        ("a.tsv", "\t", "\n"),
        ("a.CSV.gz", ",", "\n"),
    ],
)
@pytest.mark.parametrize("memory", [None, "400MB"])
def test_rows_are_cleaned_and_their_values_come_back(
    name: str, delimiter: str, end: str, memory: str | None, tmp_path: Path
) -> None:
    raw = b"\xef\xbb\xbf" + corpus(delimiter, end)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
    report = clean_files([tmp_path / "in"], tmp_path / "out", tmp_path / "audit.jsonl", max_memory=memory)
    assert report.counts.stages == {"duplicates": 1, "paragraphs": 1, "boilerplate": 1}
    assert not report.found.quarantined
    before, after = read_csv(tmp_path / "in" / name), read_csv(tmp_path / "out" / name)
    assert before[1] == after[1] == CsvForm(delimiter, True)
    rows = after[0].to_pylist()
    assert [(row["id"], row["n"]) for row in rows] == [("0", "007"), ("2", "x"), ("3", "1e3")]
    assert rows[0]["text"] == TEXTS[0] and rows[1]["text"] == 'Something "else", stands here; today.'
    restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    back = read_csv(tmp_path / "back" / name)
    assert back[0].equals(before[0]) and back[1] == before[1]
    # What was cleaned is found again when the folder is an input.
    again = clean_files([tmp_path], None, None, dry_run=True)
    assert {own.source.relative for own in again.found.contents} == {f"in/{name}", f"back/{name}"}


def test_nulls_and_empty_strings_stay_different(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'text,a,b\n"Some text.",,""\n"Other words.","","NULL"\n"Other words.",NA,\n')
    clean_files([tmp_path / "a.csv"], tmp_path / "b.csv", tmp_path / "audit.jsonl")
    expected = [{"a": None, "b": ""}, {"a": "", "b": "NULL"}]
    rows = read_csv(tmp_path / "b.csv")[0].to_pylist()
    assert [{name: row[name] for name in "ab"} for row in rows] == expected
    assert (tmp_path / "b.csv").read_bytes() == (b'"text","a","b"\n"Some text.",,""\n"Other words.","","NULL"\n')
    restore_files(tmp_path / "b.csv", tmp_path / "audit.jsonl", tmp_path / "back")
    back = read_csv(tmp_path / "back" / "a.csv")[0].to_pylist()
    assert back == [*({"text": row["text"], **one} for row, one in zip(rows, expected, strict=True)),
                    {"text": "Other words.", "a": "NA", "b": None}]  # fmt: skip


def test_a_null_text_is_quarantined_and_comes_back(tmp_path: Path) -> None:
    # In a file of one column a line without anything is a null.
    (tmp_path / "a.csv").write_bytes(b'text\n"Some text."\n\n""\nOther words\n')
    report = clean_files([tmp_path / "a.csv"], tmp_path / "b.csv", tmp_path / "audit.jsonl")
    ((_, problem),) = report.found.problems()
    assert (problem.number, problem.reason) == (2, "column 'text' is null")
    assert json.loads((tmp_path / "audit.quarantine.jsonl").read_bytes())["row"] == 2
    restore_files(tmp_path / "b.csv", tmp_path / "audit.jsonl", tmp_path / "back")
    back = read_csv(tmp_path / "back" / "a.csv")[0].column("text").to_pylist()
    assert back == ["Some text.", None, "", "Other words"]


CELLS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5), st.sampled_from(",;\t|"), st.booleans(), st.integers(1, 2))
def test_what_is_written_is_read_again(rows: list[tuple[Any, Any]], delimiter: str, mark: bool, width: int) -> None:
    names = ["text", 'odd "name", ; |'][:width]
    table = pa.table([pa.array([row[i] for row in rows], pa.string()) for i in range(width)], names=names)
    form = CsvForm(delimiter if width > 1 else ",", mark)
    with pytest.MonkeyPatch.context() as patch:
        raw = b"".join([form.begin(table.schema), *form.rows(table)])
        patch.setattr(tables, "open_read", lambda *_: io.BytesIO(raw))
        read, own = read_csv(Path("x.csv"))
    assert read.to_pylist() == table.to_pylist() and own == form


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "CSV that cannot be read (Empty CSV file)"),
        (
            b"id,text\n1,a\n2\n3,c,d\n",
            "2 of 3 rows have another number of values than the header (2): put values with ','",
        ),
        (
            b"id,text\n1," + b"x" * 200 + b"\n" + b"2\n" * 9 + b"3,a\n" * 9,
            "each row needs as many values as the header",
        ),
        (b"id,text\n1,\xff\n2,a\n3,\xe9\n", "2 of 3 rows are not UTF-8: convert the file to UTF-8"),
        (b"id,text\n" + b"1,\xff\n" * 9 + b"3,a\n" * 9, "more than 8 rows are not UTF-8: convert the file"),
        (b"\xe9,text\n1,a\n", "the header is not UTF-8: convert the file to UTF-8"),
        (b"id,text,text\n1,a,b\n", "2 columns are named 'text'"),
        (b"id,text\n1," + b"x" * 5000 + b"\n", "a row of more than 1 KB, the most in CSV"),
    ],
)
def test_a_damaged_file_is_quarantined_and_comes_back(
    raw: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_CSV_BLOCK", 1 << 10)
    monkeypatch.setattr(tables, "_MOST_RAGGED", 8)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_bytes(b"text\nSome words.\n")
    (tmp_path / "in" / "b.csv").write_bytes(raw)
    report = clean_files([tmp_path / "in"], tmp_path / "out", tmp_path / "audit.jsonl")
    ((_, problem),) = report.found.problems()
    assert said in problem.reason
    assert all_files(tmp_path / "out") == ["a.csv"]
    restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    assert (tmp_path / "back" / "b.csv").read_bytes() == raw
    # It is quarantined where it is alone, too.
    report = clean_files([tmp_path / "in" / "b.csv"], tmp_path / "b.csv", tmp_path / "b.jsonl")
    assert [problem.reason for _, problem in report.found.problems()] == [problem.reason]


def test_rows_in_several_blocks_are_those_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["id", "text"], *([str(i), f"Text {i}, of its own.\n{'word ' * (i % 40)}"] for i in range(400))]
    (tmp_path / "a.csv").write_bytes(to_csv([*rows, ["400", rows[7][1]]]))
    for name in ("one", "several"):
        clean_files([tmp_path / "a.csv"], tmp_path / f"{name}.csv", tmp_path / f"{name}.jsonl")
        restore_files(tmp_path / f"{name}.csv", tmp_path / f"{name}.jsonl", tmp_path / name)
        monkeypatch.setattr(tables, "_CSV_BLOCK", 1 << 10)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "several.csv").read_bytes()
    assert (tmp_path / "one" / "a.csv").read_bytes() == (tmp_path / "several" / "a.csv").read_bytes()


def test_columns_are_named_and_numbers_order(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        b"key,body,score,day\nx,The river rose.,9.5,2030-01-31\ny,The river rose!,10,2029-01-31\n"
    )
    fields: dict[str, Any] = {"text": "body", "id": "key", "force": True}
    for more, left in (
        ({"options": CleanOptions(keep="score")}, "y"),
        ({"order": "score"}, "x"),
        ({"order": "day"}, "y"),
    ):
        clean_files([tmp_path / "a.csv"], tmp_path / "b.csv", tmp_path / "audit.jsonl", **fields, **more)
        assert read_csv(tmp_path / "b.csv")[0].column("key").to_pylist() == [left]
    with pytest.raises(InputError, match=r"has no field 'text'|have no field 'text'.*is it `text=body`"):
        clean_files([tmp_path / "a.csv"], tmp_path / "c.csv", tmp_path / "more.jsonl")


def test_commands_read_the_same_of_rows_as_of_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(corpus())
    lines = [json.dumps({"id": str(i), "text": text}) + "\n" for i, text in enumerate(TEXTS)]
    (tmp_path / "a.jsonl").write_text("".join(lines))
    for command in (["score"], ["passages", "--min-length", "20"]):
        for memory in ([], ["--max-memory", "400MB"]):
            for kind in ("csv", "jsonl"):
                words = [
                    *command,
                    str(tmp_path / f"a.{kind}"),
                    "-o",
                    str(tmp_path / f"{kind}.jsonl"),
                    "-q",
                    "--force",
                ]
                assert main([*words, *memory]) == 0
            assert (tmp_path / "csv.jsonl").read_bytes() == (tmp_path / "jsonl.jsonl").read_bytes()


CELL = st.sampled_from(["a", "one, two", 'said "so"', "two\nlines", f"{SHARED} here", ""])
# A byte that is not UTF-8 is a lone surrogate here; the other is the last code point.
ODD = st.sampled_from(["r\udce9gi", "\udcc3", "\U0010ffff\xe9", "\U0010ffff"])
ROWS = st.lists(st.lists(CELL | ODD, min_size=1, max_size=4), min_size=1, max_size=12)


# The end of a file: a quote that nobody closes, or what stands behind a row with lines in its last value.
OPEN = st.sampled_from(
    ["left open\n", "left open\r\nb,c\r\n", "r\udce9gi\n", "b\n\nc,d\n\n", "b\nc", 'b\n3,y""\n', "b\rc\r"]
)
CLOSED = st.sampled_from(["", "(7 rows)\n", "5,6,7\n", "\x1a", "a,b\n", "r\udce9gi,b\n"])
ENDS = st.just("") | OPEN.map('a,"{}'.format) | CLOSED.map('a,"two\nlines"\n{}'.format)


@given(ROWS, ENDS, st.sampled_from([64, 1 << 20]), st.booleans())
def test_a_row_that_cannot_be_used_is_quarantined_alone_and_comes_back_in_its_place(
    rows: list[list[str]], end: str, block: int, limited: bool
) -> None:
    # A line without anything is no row.
    rows = [["The first of all.", "x"], *(row for row in rows if row != [""])]
    raw = to_csv([["text", "other"], *rows]) + end.encode("utf-8", "surrogateescape")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8", "surrogateescape"), newline="")))[1:]
    ragged = [number for number, row in enumerate(rows, 1) if len(row) != 2 or _is_invalid(row)]
    if end.count('"') % 2 and len(rows) not in ragged:
        ragged.append(len(rows))
    if 2 * len(ragged) > len(rows):
        return
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        here = Path(folder)
        patch.setattr(tables, "_CSV_BLOCK", max(block, 16 * len(SHARED)))
        (here / "a.csv").write_bytes(raw)
        report = clean_files(
            [here / "a.csv"],
            here / "b.csv",
            here / "audit.jsonl",
            options=CleanOptions(max_removal=1, max_source_removal=1),
            max_memory="400MB" if limited else None,
        )
        reasons = [(problem.number, problem.reason) for _, problem in report.found.problems()]
        assert [number for number, reason in reasons if re.search("header has|UTF-8|left open", reason)] == ragged
        kept = list(csv.reader(io.StringIO((here / "b.csv").read_text("utf-8"), newline="")))[1:]
        left = iter(row for row in rows if len(row) == 2 and not _is_invalid(row))
        assert all(len(row) == 2 and any(row[1] == one[1] for one in left) for row in kept)
        restore_files(here / "b.csv", here / "audit.jsonl", here / "back")
        back = (here / "back" / "a.csv").read_bytes().decode("utf-8", "surrogateescape")
        assert list(csv.reader(io.StringIO(back, newline=""))) == [["text", "other"], *rows]


def _is_invalid(row: list[str]) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in "".join(row))


def test_one_byte_that_is_not_utf8_costs_its_row_alone(tmp_path: Path) -> None:
    raw = corpus() + b'4,"Another ""r\xe9gi"", of them",\n5,Words of the last one here.,\n'
    (tmp_path / "a.csv").write_bytes(raw)
    report = clean_files([tmp_path / "a.csv"], tmp_path / "b.csv", tmp_path / "audit.jsonl")
    ((_, problem),) = report.found.problems()
    said = "column 'text' is not UTF-8: convert the file to UTF-8 to have it cleaned"
    assert (problem.number, problem.reason) == (5, said)
    restore_files(tmp_path / "b.csv", tmp_path / "audit.jsonl", tmp_path / "back")
    rows = [
        list(csv.reader(io.StringIO(one.decode("latin-1"), newline="")))
        for one in (raw, (tmp_path / "back" / "a.csv").read_bytes())
    ]
    assert rows[0] == rows[1]
    # A row is the same row to every command, whatever columns it reads.
    (tmp_path / "c.csv").write_bytes(b"text,other\nSome words.,\xe9\nOther words.,b\n")
    assert main(["score", str(tmp_path / "c.csv"), "-o", str(tmp_path / "c.jsonl"), "-q"]) == 1
    assert json.loads((tmp_path / "c.jsonl").read_bytes())["id"] == f"{tmp_path}/c.csv:2"


@pytest.mark.parametrize(
    ("raw", "delimiter"),
    [
        (b'"a, b";text, all\n"a, b";1\n', ";"),
        (b'name, first;text, all;n\nAnn;Some words here;1\n"B; b";Others, and, more;2\n', ";"),
        (b"name; first,text; all,n\nAnn,Some words here,1\n", ","),
        (b"text|a\tb\nx y|c\n", "|"),
        (b"text,a;b\n", ","),
        (b"text\na;b\n", ","),
    ],
)
def test_rows_tell_the_delimiter_where_the_header_has_two_equally_often(
    raw: bytes, delimiter: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(raw)
    assert CsvForm.of(tmp_path / "a.csv").delimiter == delimiter
