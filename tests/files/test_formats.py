"""Formats beside text, JSON lines and Parquet in their plain forms: what is read, cleaned, and given back."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from dedupe import clean_files, restore_files
from dedupe.cli import main
from tests.files.builders import PROMPT, SHARED, all_files

ROWS = [
    {"id": "a", "text": f"First words of the first.\n{SHARED}"},
    {"id": "b", "text": f"First words, of the first\n{SHARED}!"},
    {"id": "c", "text": f"Something else stands here today.\n{SHARED}\n{PROMPT}"},
]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
PACKERS: dict[str, Callable[[bytes], bytes]] = {"bz2": bz2.compress, "xz": lzma.compress}
UNPACKERS: dict[str, Callable[[bytes], bytes]] = {"bz2": bz2.decompress, "xz": lzma.decompress}


@pytest.mark.parametrize("packing", PACKERS)
def test_packed_lines_are_cleaned_and_come_back(packing: str, tmp_path: Path) -> None:
    pack, unpack = PACKERS[packing], UNPACKERS[packing]
    name = f"a.ndjson.{packing}"
    (tmp_path / "in").mkdir()
    # Two streams one behind the other are one.
    (tmp_path / "in" / name).write_bytes(pack(LINES[:50]) + pack(LINES[50:]))
    audit = tmp_path / f"audit.jsonl.{packing}"
    report = clean_files([tmp_path / "in"], tmp_path / "out", audit)
    assert report.counts.stages == {"duplicates": 1, "paragraphs": 1, "boilerplate": 1}
    cleaned = unpack((tmp_path / "out" / name).read_bytes())
    assert [json.loads(line)["id"] for line in cleaned.splitlines()] == ["a", "c"]
    restore_files(tmp_path / "out", audit, tmp_path / "back")
    assert unpack((tmp_path / "back" / name).read_bytes()) == LINES
    again = clean_files([tmp_path / "in"], tmp_path / "again", tmp_path / f"again.jsonl.{packing}")
    assert again.outputs[0].read_bytes() == (tmp_path / "out" / name).read_bytes()


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("harm", ["cut", "changed", "no stream"])
def test_a_damaged_stream_is_quarantined_and_comes_back(packing: str, harm: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    packed = PACKERS[packing](LINES * 200)
    harmed = {
        "cut": packed[:-20],
        "changed": packed[:60] + bytes(byte ^ 255 for byte in packed[60:90]) + packed[90:],
        "no stream": b"no stream at all",
    }[harm]
    (tmp_path / "in" / f"a.jsonl.{packing}").write_bytes(harmed)
    report = clean_files([tmp_path / "in"], tmp_path / "out", tmp_path / "audit.jsonl")
    ((_, problem),) = report.found.problems()
    assert "damaged or cut off" in problem.reason
    restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    assert (tmp_path / "back" / f"a.jsonl.{packing}").read_bytes() == harmed


@pytest.mark.parametrize("packing", PACKERS)
def test_a_stream_that_unpacks_to_too_much_is_not_read(packing: str, tmp_path: Path) -> None:
    (tmp_path / f"a.txt.{packing}").write_bytes(PACKERS[packing](b"x" * 100_000))
    report = clean_files(
        [tmp_path / f"a.txt.{packing}"], tmp_path / "out", tmp_path / "audit.jsonl", max_unpacked=50_000
    )
    assert [problem.reason for _, problem in report.found.problems()] == [
        "it unpacks to more than 48.83 KB, the limit of `max_unpacked=`"
    ]


def test_markdown_is_text_but_for_what_describes_the_folder(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    page = f"# A page\n\nWords of its own stand on this page, and they say something.\n\n{PROMPT}\n".encode()
    (tmp_path / "in" / "page.md").write_bytes(page)
    (tmp_path / "in" / "sub" / "README.MD.GZ").write_bytes(gzip.compress(b"More words stand here, and they stay."))
    (tmp_path / "in" / "README.md").write_bytes(b"Two pages.")
    clean_files([tmp_path / "in"], tmp_path / "out", tmp_path / "audit.jsonl")
    assert all_files(tmp_path / "out") == ["page.md", "sub/README.MD.GZ"]
    assert PROMPT.encode() not in (tmp_path / "out" / "page.md").read_bytes()
    restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    assert (tmp_path / "back" / "page.md").read_bytes() == page
    named = clean_files([tmp_path / "in" / "README.md"], tmp_path / "named", tmp_path / "named.jsonl")
    assert [path.name for path in named.outputs] == ["README.md"]


def test_results_have_these_names_too(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(LINES)
    for name in ("s.ndjson", "s.jsonl.bz2", "s.ndjson.xz"):
        assert main(["score", str(tmp_path / "a.ndjson"), "-o", str(tmp_path / name), "-q"]) == 0
    expected = (tmp_path / "s.ndjson").read_bytes()
    assert bz2.decompress((tmp_path / "s.jsonl.bz2").read_bytes()) == expected
    assert lzma.decompress((tmp_path / "s.ndjson.xz").read_bytes()) == expected
    assert main(["duplicates", str(tmp_path / "a.ndjson"), "--kept", str(tmp_path / "k.ndjson"), "-q"]) == 0
    assert (tmp_path / "k.ndjson").read_bytes() == b'{"id":"a"}\n{"id":"c"}\n'
