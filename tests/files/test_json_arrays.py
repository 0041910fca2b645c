"""JSON arrays: read item by item, cut in their raw bytes, and given back."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean_files, restore_files
from dedupe.cli import main
from dedupe.errors import InputError
from dedupe.files import json_arrays
from dedupe.files.formats import sniff
from dedupe.files.json_arrays import array_items
from dedupe.files.sources import find_sources
from dedupe.files.streams import UnusableFileError
from tests.files.builders import PROMPT, SHARED
from tests.files.test_formats import LINES, ROWS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=6), st.sampled_from([None, 0, 2]), st.integers(3, 40), st.booleans())
def test_items_are_those_of_the_array_and_no_byte_is_lost(
    items: list[Any], indent: int | None, block: int, ascii_only: bool
) -> None:
    raw = b"\xef\xbb\xbf \n" + json.dumps(items, indent=indent, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_arrays, "BLOCK", block)
        found = list(array_items(io.BytesIO(raw + b"\n "), 1 << 20))
    assert [json.loads(item.raw.decode("utf-8", "surrogatepass")) for item in found if item.raw] == items
    assert b"".join(item.lead + (item.raw or b"") for item in found) == raw + b"\n "


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "not a JSON array"),
        (b'{"text": "x"}', "not a JSON array"),
        (b"[", "ends inside item 1"),
        (b'[{"text": "x"}', "ends inside item 1"),
        (b'[{"text": "x"},', "ends inside item 2"),
        (b'[{"text": "x], ', "ends inside item 1"),
        (b"[1,]", "nothing where item 2 should be"),
        (b"[,1]", "nothing where item 1 should be"),
        (b"[1}]", "item 1 closes what it has not opened"),
        (b"[1] [2]", "more comes behind it"),
        (b'["' + b"x" * 500 + b'"', "item 1 is of more than 100 B"),
    ],
)
def test_what_is_no_array_is_told(raw: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_arrays, "BLOCK", 16)
    with pytest.raises(UnusableFileError, match=said):
        list(array_items(io.BytesIO(raw), 100))


@pytest.mark.parametrize("memory", [None, "400MB"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (0, 2, 1)])
@pytest.mark.parametrize("packed", [False, True])
def test_an_array_stays_an_array_and_comes_back(
    memory: str | None, indent: int | None, order: tuple[int, ...], packed: bool, tmp_path: Path
) -> None:
    name = "a.json.gz" if packed else "a.json"
    raw = b"\xef\xbb\xbf" + json.dumps([ROWS[i] for i in order] + [7], indent=indent).encode() + b"\r\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(gzip.compress(raw) if packed else raw)
    report = clean_files([tmp_path / "in"], tmp_path / "out", tmp_path / "audit.jsonl", max_memory=memory)
    assert report.counts.stages == {"duplicates": 1, "paragraphs": 1, "boilerplate": 1}
    ((_, problem),) = report.found.problems()
    assert (problem.number, problem.reason) == (4, "a number, not an object")
    assert json.loads((tmp_path / "audit.quarantine.jsonl").read_bytes())["item"] == 4
    written = (tmp_path / "out" / name).read_bytes()
    left = json.loads((gzip.decompress(written) if packed else written).decode("utf-8-sig"))
    assert len(left) == 2 and sum(SHARED in row["text"] for row in left) == 1
    assert not any(PROMPT in row["text"] for row in left)
    restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    back = (tmp_path / "back" / name).read_bytes()
    assert (gzip.decompress(back) if packed else back) == raw


def test_an_array_of_which_nothing_stays_is_empty(tmp_path: Path) -> None:
    raw = f'[ {{"text": "{PROMPT}"}} , {{"text": "{PROMPT}"}}\n]'.encode()
    (tmp_path / "a.json").write_bytes(raw)
    clean_files([tmp_path / "a.json"], tmp_path / "b.json", tmp_path / "audit.jsonl", force=True)
    assert json.loads((tmp_path / "b.json").read_bytes()) == []
    restore_files(tmp_path / "b.json", tmp_path / "audit.jsonl", tmp_path / "back")
    assert (tmp_path / "back" / "a.json").read_bytes() == raw


def test_a_damaged_array_is_quarantined_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    raw = json.dumps(ROWS).encode()[:-9]
    (tmp_path / "in" / "a.json").write_bytes(raw)
    (tmp_path / "in" / "b.jsonl").write_bytes(LINES)
    for memory in (None, "400MB"):
        report = clean_files(
            [tmp_path / "in"], tmp_path / "out", tmp_path / "audit.jsonl", max_memory=memory, force=True
        )
        ((_, problem),) = report.found.problems()
        assert problem.reason == "not a whole JSON array: it ends inside item 3"
        restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back", force=True)
        assert (tmp_path / "back" / "a.json").read_bytes() == raw


def test_every_command_reads_the_same_of_an_array_as_of_lines(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(ROWS, indent=1))
    (tmp_path / "a.jsonl").write_bytes(LINES)
    for command in (["score"], ["score", "--what", "language"], ["passages", "--min-length", "20"]):
        for memory in ([], ["--max-memory", "400MB"]):
            for kind in ("json", "jsonl"):
                output = str(tmp_path / f"out.{kind}.jsonl")
                words = [*command, str(tmp_path / f"a.{kind}"), "-o", output, "-q", "--force", *memory]
                assert main(words) == 0
            assert (tmp_path / "out.json.jsonl").read_bytes() == (tmp_path / "out.jsonl.jsonl").read_bytes()


def test_a_json_file_holds_an_array_or_lines_or_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    contents = {
        "array.json": b' [\n {"text": "x"}]',
        "empty.json": b"[]",
        "lines.json": LINES,
        "long.json": json.dumps({"text": "x" * 100_000}).encode(),
        "page.json": json.dumps({"name": "x"}, indent=1).encode(),
        "numbers.json": b"[1, 2]",
    }
    for name, raw in contents.items():
        (folder / name).write_bytes(raw)
    kinds = {source.relative: source.format for source in find_sources([str(folder)])}
    assert kinds == {"array.json": "json", "empty.json": "json", "lines.json": "jsonl", "long.json": "jsonl"}
    with pytest.raises(InputError, match="neither a JSON array of objects nor JSON lines"):
        find_sources([str(folder / "page.json")])
    assert sniff(folder / "array.json") == "json" and sniff(folder / "numbers.json") == "txt"
    clean_files([folder / "lines.json"], tmp_path / "out.json", tmp_path / "audit.jsonl")
    with pytest.raises(InputError, match=r"not of the input's format, json"):
        clean_files([folder / "array.json"], tmp_path / "out.jsonl", tmp_path / "more.jsonl")
