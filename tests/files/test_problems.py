"""Quarantined records: what is held in memory, and what in a file."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean_files, restore_files
from dedupe.errors import RecordError
from dedupe.files import problems as module
from dedupe.files.fields import Fields
from dedupe.files.lines import parse_block, parse_line
from dedupe.files.problems import Problem, Problems


@given(st.lists(st.text(st.characters(exclude_categories=())), max_size=40), st.integers(0, 40))
def test_problems_come_back_in_order_wherever_they_are_held(reasons: list[str], held: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_HELD", held)
        patch.setattr(module, "_BLOCK", 7)
        wanted = [Problem(number, reason) for number, reason in enumerate(reasons, 1)]
        found = Problems(wanted[:10])
        # Two look at them while there are more to come.
        first = iter(found)
        begun = [next(first)] if wanted[:10] else []
        found.extend(wanted[10:])
        assert list(found) == wanted and len(found) == len(wanted)
        assert begun == wanted[:1]
        assert found == Problems(wanted)
        assert bool(found) == bool(wanted)
        found.replace(Problem(0, "all of it"))
        assert list(found) == [(0, "all of it")] and found != Problems(wanted)


@pytest.mark.parametrize("limit", [None, "400MB"])
def test_a_small_file_of_very_many_bad_records_is_listed_and_comes_back(
    limit: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HELD", 100)
    good = json.dumps({"id": 1, "text": "A sentence that is read, and that stays where it is."})
    bad = "0\n" * 3000
    raw = f"{good}\n{bad}{good.replace('1', '2')}\n".encode()
    file = tmp_path / "bad.jsonl.gz"
    file.write_bytes(gzip.compress(raw))
    report = clean_files(
        [file], tmp_path / "out", tmp_path / "a.jsonl", max_memory=limit, workdir=tmp_path, force=True
    )
    assert report.found.quarantined == 3000
    rows = [json.loads(line) for line in Path(str(report.quarantine)).read_text().splitlines()]
    assert [row["line"] for row in rows] == list(range(2, 3002))
    restore_files(tmp_path / "out", tmp_path / "a.jsonl", tmp_path / "back")
    assert gzip.decompress((tmp_path / "back" / "bad.jsonl.gz").read_bytes()) == raw


def test_restore_holds_no_more_than_a_piece_at_a_time(tmp_path: Path) -> None:
    lines = [json.dumps({"id": i, "text": f"A sentence that is the same {i % 2} " * 20}) for i in range(6000)]
    file = tmp_path / "copies.jsonl"
    file.write_text("\n".join(lines))
    clean_files([file], tmp_path / "out", tmp_path / "a.jsonl", force=True)
    assert (tmp_path / "a.jsonl").stat().st_size > file.stat().st_size > 3_000_000
    tracemalloc.start()
    try:
        restore_files(tmp_path / "out", tmp_path / "a.jsonl", tmp_path / "back")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "back" / "copies.jsonl").read_bytes() == file.read_bytes()
    assert peak < 3_000_000


def test_the_problems_of_a_block_take_a_few_bytes_a_line() -> None:
    lines = b"x\n" * 60_000
    tracemalloc.start()
    found = parse_block(np.frombuffer(lines, np.uint8), Fields(), first=True).problems
    before, peak = tracemalloc.get_traced_memory()
    assert sum(line for line, _ in found) == sum(range(60_000)) and len({reason for _, reason in found}) == 1
    tracemalloc.stop()
    assert before < 20 * len(lines) and peak < 40 * len(lines)


@given(
    st.lists(st.sampled_from([b"x", b"\xef\xbb\xbfx", b"{}", b"", b'{"text": "a"}', b'{"text": 1}']), max_size=12)
)
def test_lines_that_are_bad_alike_have_the_reasons_of_their_own(lines: list[bytes]) -> None:
    raw = b"".join(line + b"\n" for line in lines)
    found = parse_block(np.frombuffer(raw, np.uint8), Fields(), first=True).problems
    wanted = []
    for number, line in enumerate(lines):
        try:
            parse_line(line + b"\n", number + 1, "a", Fields())
        except RecordError as error:
            wanted.append((number, str(error)))
    assert list(found) == wanted
