import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels
from dedupe.errors import InputError, RecordError
from dedupe.files.fields import Fields
from dedupe.files.formats import format_of, sniff
from dedupe.files.lines import DEEPEST, literal_bytes, parse_block, parse_line, text_literal
from dedupe.files.sources import check_names, find_sources
from dedupe.kernels.reference.jsonl import read_lines

FIELDS = Fields()

# Lone surrogates are left out: written raw they are no UTF-8.
texts = st.text(st.characters(exclude_categories=("Cs",)))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts, lambda v: st.lists(v) | st.dictionaries(texts, v)
)


@given(st.dictionaries(texts, values), texts, st.booleans(), st.sampled_from([None, 1]))
def test_a_line_is_read_as_json_reads_it(row: dict[str, object], text: str, ascii_only: bool, indent: None) -> None:
    row = {**{k: v for k, v in row.items() if k != "id"}, "text": text}
    raw = json.dumps(row, ensure_ascii=ascii_only).encode()
    record = parse_line(raw, 3, "f", FIELDS)
    assert record is not None
    assert (record.id, record.text, record.number) == ("f:3", text, 3)


# Lines as files have them: good ones, broken ones, unusual ones.
_RAW_LINES = st.one_of(
    st.dictionaries(texts, values).map(lambda row: json.dumps(row).encode()),
    st.tuples(
        st.dictionaries(texts, values), texts, values | st.integers(-(2**70), 2**70) | texts, st.booleans()
    ).map(lambda t: json.dumps({**t[0], "text": t[1], "id": t[2]}, ensure_ascii=t[3]).encode()),
    st.sampled_from(
        [
            b"",
            b" \t\r",
            b"{",
            b"[]",
            b'\xef\xbb\xbf{"text": "mark"}',
            b'{"text": "\\ud800"}',
            b'{"text": "a", "x": NaN}',
            b'{"text": "a", "text": "b"}',
            b'{"te\\u0078t": "\\u00e9"}',
            b'{"text": "\xff"}',
            b'{"text": "a"} x',
            b'{"text": "a"}\r',
            b'{"text": "a", "id": -0}',
            b'{"text": "a", "id": 1e3}',
            b'{"text": "a", "id": "\\ud83d\\ude00"}',
            b'{"text": "\x01"}',
            b'{"text": "a", "x": "\x01"}',
            b'{"text": "a", "x": "\\q"}',
            b'{"text":"a","x":01}',
            b'{"text":"a","x":' + b"[" * 200 + b"]" * 200 + b"}",
            b'{"text": 5, "text": "b"}',
            b'{"id": 5, "id": "b", "text": ""}',
            b'\x0c{"text": "a"}',
            b'{"text": "a", "x": -}',
        ]
    ),
)


@given(st.lists(_RAW_LINES, max_size=6), st.booleans(), st.booleans(), st.sampled_from(["id", "text"]))
def test_a_block_of_lines_is_read_as_its_lines_are(
    lines: list[bytes], ended: bool, id_required: bool, id_field: str
) -> None:
    fields = Fields(id=id_field if id_required else "auto")
    raw = b"\n".join(lines) + (b"\n" if ended else b"")
    found = parse_block(np.frombuffer(raw, np.uint8), fields, first=True)
    records, problems = [], []
    for number, line in enumerate(_split(raw), 1):
        try:
            record = parse_line(line, number, "f", fields)
        except RecordError as error:
            problems.append((number - 1, str(error)))
            continue
        if record:
            records.append(record)
    assert list(found.problems) == problems
    assert found.numbers.tolist() == [record.number - 1 for record in records]
    assert [found.texts.text(i) for i in range(len(records))] == [record.text for record in records]
    names = [f"f:{n + 1}" if i is None else i for i, n in zip(found.ids, found.numbers.tolist(), strict=True)]
    assert names == [record.id for record in records] and list(map(type, names)) == [type(r.id) for r in records]
    assert [raw[a:b] for a, b in pairwise(found.offsets.tolist())] == _split(raw)


def _split(raw: bytes) -> list[bytes]:
    parts = raw.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


@given(texts, st.booleans())
def test_places_in_a_literal_are_those_of_the_text(text: str, ascii_only: bool) -> None:
    raw = json.dumps({"a": "é", "text": text}, ensure_ascii=ascii_only).encode()
    literal, start = text_literal(raw, "text")
    _, places, _ = literal_bytes([literal, literal, b""], [[], list(range(len(text) + 1)), [0]])
    for i, (begin, end) in enumerate(pairwise(places)):
        assert json.loads(b'"' + raw[start + begin : start + end] + b'"') == text[i]


@pytest.mark.parametrize(
    "line",
    ["{", '{"a"', '{"a":1,}', '{"a":1} x', "[]", "nul", '{"a" 1}', '{"text": "\x01"}', '{"text": 1}', '{"x": "y"}',
     '{"text": ["a"]}', '{"text": null}', "[" * 100_000, '{"a":' * 100_000],
)  # fmt: skip
def test_unusable_lines_are_told_why(line: str) -> None:
    with pytest.raises(RecordError):
        parse_line(line.encode(), 1, "f", FIELDS)


@pytest.mark.parametrize("given", ["null", "1.5", "true", "[]", "{}"])
def test_what_is_no_id_is_none_unless_one_is_asked_for(given: str) -> None:
    line = f'{{"text": "a", "id": {given}}}'.encode()
    record = parse_line(line, 4, "f", FIELDS)
    assert record is not None and record.id == "f:4"
    with pytest.raises(RecordError, match="no field 'id'" if given == "null" else "field 'id' is .*, not a string"):
        parse_line(line, 4, "f", Fields(id="id"))


def test_blank_lines_are_no_records() -> None:
    assert parse_line(b" \t\r\n", 1, "f", FIELDS) is None


def test_formats_are_known_by_name_and_standard_input_by_its_first_bytes(tmp_path: Path) -> None:
    names = ["a.txt", "a.jsonl.gz", "a.txt.zst", "a.parquet", "a.parquet.gz", "a.MD", "a.ndjson.xz", "a.rst", "txt"]
    assert [format_of(n) for n in names] == ["txt", "jsonl", "txt", "parquet", None, "txt", "jsonl", None, None]
    for content, kind in ((b"\xef\xbb\xbf \n{}", "jsonl"), (b"text", "txt"), (b"", "txt"), (b"PAR1", "parquet")):
        (tmp_path / "in").write_bytes(content)
        assert sniff(tmp_path / "in") == kind
    for lines, kind in (
        ("id,text\n", "csv"),
        ('\ufeff"id"\t"body"\n1\tSome words.\n2\tWords\n', "csv"),
        ("id;body\n1;Some words.\n2;Words\n3;Words\n", "csv"),
        (',body\n0,"two\nlines"\n1,x\n2,"open\n3,x\n', "csv"),
        ('nr,title,body,"price, EUR"\n1,a,"two\nlines","1,50"\n2,b,"more\n\nlines","2,50"\n', "csv"),
        ('damaged\n{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ('A line such as\n{"text": "a"}\nis JSON, and\n{"text": "b"}\nis too.\n', "txt"),
        ("text\nwords\n", "txt"),
        ("id,body\n", "txt"),
        ("Words, text\nand words, more\n", "txt"),
        ("Roses are red,\nviolets are blue,\n", "txt"),
        ("Home | News\nSport | Weather\n", "txt"),
        ("One\ttwo\nthree\nfour\n", "txt"),
        ("Smith,John\nDoe,Jane\n", "txt"),
        ("1,2\n3,4\n5,6\n", "txt"),
        ("Roses are red;violets are blue\nSugar is sweet;and so are you\n", "txt"),
        ("10115 Berlin,Germany\n75001 Paris,France\n", "txt"),
        ("hyper,text\nThis is prose, really, with commas, and more.\nAnother.\n", "txt"),
    ):
        (tmp_path / "in").write_text(lines, "utf-8")
        assert sniff(tmp_path / "in") == kind, lines
    (tmp_path / "in").write_text('"body"\nSome words.\n')
    assert (sniff(tmp_path / "in", "body"), sniff(tmp_path / "in")) == ("csv", "txt")


def test_folders_are_read_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a.txt", "Z.txt", "é.txt", ".hidden.txt", "note.rst", "a/x.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    sources = find_sources([f"{tmp_path}/"])
    assert [s.relative for s in sources] == ["Z.txt", "a.txt", "a/x.jsonl", "a/z.txt", "b.txt", "é.txt"]
    assert sources[0].name == f"{tmp_path}/Z.txt"
    several = find_sources([str(tmp_path / "a"), str(tmp_path / "b.txt")])
    assert [s.relative for s in several] == ["a/x.jsonl", "a/z.txt", "b.txt"]


def test_what_is_no_regular_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.txt")
    assert [s.relative for s in find_sources([str(tmp_path)])] == ["a.txt"]


def test_inputs_that_cannot_be_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    cases = [
        ([str(tmp_path / "none.txt")], "no such file"),
        ([str(tmp_path / "empty")], "no .txt"),
        ([str(tmp_path / "a.txt"), str(tmp_path / "sub" / "a.txt")], "both be written as a.txt"),
        ([], "no input"),
    ]
    for arguments, message in cases:
        with pytest.raises(InputError, match=message):
            check_names(find_sources(arguments))


@pytest.mark.parametrize(
    ("begin", "end", "levels"), [("[", "]", 1), ('{"a":', "}", 1), ('[{"a":', "}]", 2), ('["[[", ', "]", 1)]
)
def test_both_kernels_read_nested_records_to_the_same_depth(begin: str, end: str, levels: int) -> None:
    for depth in (1, 2, 199, 200, 249, 250, 398, 399, 400, 401, 498, 499, 500, 501, 990, 1000, 5000, 100_000):
        nested = begin * depth + "1" + end * depth
        raw = np.frombuffer(b'{"id": 1, "x": %b, "text": "a [[[[ text"}\n' % nested.encode(), np.uint8)
        found = parse_block(raw, FIELDS, first=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernels, "read_lines", read_lines)
            again = parse_block(raw, FIELDS, first=True)
        assert found.ids == again.ids and list(found.problems) == list(again.problems)
        assert bool(found.ids) == (1 + levels * depth <= DEEPEST), depth
