import json
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.errors import InputError, RecordError
from dedupe.files.records import Fields, literal_bytes, parse_line, text_literal
from dedupe.files.sources import check_names, find_sources, format_of, sniff

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


@given(texts, st.booleans())
def test_places_in_a_literal_are_those_of_the_text(text: str, ascii_only: bool) -> None:
    raw = json.dumps({"a": "é", "text": text}, ensure_ascii=ascii_only).encode()
    literal, start = text_literal(raw, 2, "text")
    places = literal_bytes(literal, list(range(len(text) + 1)))
    for i, (begin, end) in enumerate(pairwise(places)):
        assert json.loads(b'"' + raw[start + begin : start + end] + b'"') == text[i]


@pytest.mark.parametrize(
    "line",
    ["{", '{"a"', '{"a":1,}', '{"a":1} x', "[]", "nul", '{"a" 1}', '{"text": "\x01"}', '{"text": 1}', '{"x": "y"}',
     '{"text": ["a"]}', '{"text": null}', '{"text": "a", "id": 1.5}',
     '{"text": "a", "id": true}', "[" * 100_000, '{"a":' * 100_000],
)  # fmt: skip
def test_unusable_lines_are_told_why(line: str) -> None:
    with pytest.raises(RecordError):
        parse_line(line.encode(), 1, "f", FIELDS)


def test_a_null_id_is_none_unless_one_is_asked_for() -> None:
    line = b'{"text": "a", "id": null}'
    record = parse_line(line, 4, "f", FIELDS)
    assert record is not None and record.id == "f:4"
    with pytest.raises(RecordError, match="no field 'id'"):
        parse_line(line, 4, "f", Fields(id_required=True))


def test_blank_lines_are_no_records() -> None:
    assert parse_line(b" \t\r\n", 1, "f", FIELDS) is None


def test_formats_are_known_by_name_and_standard_input_by_its_first_bytes(tmp_path: Path) -> None:
    names = ["a.txt", "a.jsonl.gz", "a.txt.zst", "a.parquet", "a.parquet.gz", "a.md", "txt"]
    assert [format_of(n) for n in names] == ["txt", "jsonl", "txt", "parquet", None, None, None]
    for content, kind in ((b"\xef\xbb\xbf \n{}", "jsonl"), (b"text", "txt"), (b"", "txt"), (b"PAR1", "parquet")):
        (tmp_path / "in").write_bytes(content)
        assert sniff(tmp_path / "in") == kind


def test_folders_are_read_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a.txt", "Z.txt", "é.txt", ".hidden.txt", "note.md", "a/x.jsonl"):
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
