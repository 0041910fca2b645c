from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from dedupe.duplicates.settings import resolve
from dedupe.errors import OutputError
from dedupe.files.fields import Fields
from dedupe.files.sources import find_sources
from dedupe.job import CleanOptions
from dedupe.outofcore.estimate import Estimate, check_room, estimate, estimate_clean
from dedupe.store.budget import make_budget
from tests.conftest import make_text
from tests.files.builders import write_folder


def guess(path: Path, unit: str = "paragraph") -> Estimate:
    return estimate(find_sources([str(path)]), Fields(), resolve(unit), make_budget("1GB"))  # type: ignore[arg-type]


def test_what_a_corpus_holds_is_told_within_a_fifth(tmp_path: Path, words: random.Random) -> None:
    some = [make_text(words, 20) for _ in range(500)]
    rows = [json.dumps({"text": "\n\n".join(words.sample(some, i % 9 + 1))}) for i in range(4000)]
    data = ("\n".join(rows) + "\n").encode()
    (tmp_path / "a.jsonl").write_bytes(data)
    with gzip.open(tmp_path / "b.jsonl.gz", "wb") as file:
        file.write(data)
    units = sum(i % 9 + 1 for i in range(4000))
    found = guess(tmp_path / "a.jsonl")
    assert found.units == pytest.approx(units, rel=0.2)
    assert found.text == pytest.approx(len(data), rel=0.2)
    assert found.memory == 1 << 30
    assert 0 < found.disk < 10 * len(data)
    # How much a file packs is not known before: about as much as text does.
    assert units / 2 < guess(tmp_path / "b.jsonl.gz").units < units * 2
    assert guess(tmp_path / "a.jsonl", "document").units == pytest.approx(4000, rel=0.2)
    assert "GB of work files" in str(found)


def test_sentences_are_counted_where_passages_are_removed(tmp_path: Path, words: random.Random) -> None:
    rows = [json.dumps({"text": make_text(words, 100)}) for _ in range(500)]
    (tmp_path / "a.jsonl").write_text("\n".join(rows) + "\n")
    run = (find_sources([str(tmp_path / "a.jsonl")]), Fields())
    whole, less = (
        estimate_clean(*run, CleanOptions(remove=remove), make_budget("1GB"))
        for remove in (("duplicates", "passages"), ("duplicates",))
    )
    assert whole.disk - less.disk == pytest.approx(0.6 * whole.text, rel=0.01)


def test_whatever_lies_in_a_folder_is_no_reason_to_stop(tmp_path: Path) -> None:
    write_folder(tmp_path / "in", random.Random(1))
    (tmp_path / "in" / "empty.jsonl").write_text("")
    (tmp_path / "in" / "broken.parquet").write_text("no")
    (tmp_path / "in" / "long.jsonl").write_text(json.dumps({"text": "x " * 800_000}))
    assert guess(tmp_path / "in").units > 0
    assert guess(tmp_path / "in" / "empty.jsonl").units == 0


def test_too_little_room_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="name another folder with `workdir=`"):
        check_room(Estimate(1, 1, 1, 1 << 60, 1.0), tmp_path)
    check_room(Estimate(1, 1, 1, 1, 1.0), tmp_path)
