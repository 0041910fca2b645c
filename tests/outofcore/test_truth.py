"""One truth: within a limit of memory the answer is that of the path in memory, row by row."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import worksize
from dedupe.duplicates.find import compare_signed
from dedupe.duplicates.settings import resolve
from dedupe.errors import DuplicateIdError, InputError, RecordError
from dedupe.files.fields import Fields
from dedupe.files.scan import sign_files
from dedupe.files.sources import find_sources
from dedupe.outofcore import grouping, large, run
from dedupe.outofcore.duplicates import find_in_files
from dedupe.sizes import parse_size
from dedupe.store import budget as budgets
from dedupe.store.bits import Bits
from dedupe.store.budget import Budget, make_budget
from tests.conftest import make_text
from tests.files.builders import write_folder

WORDS = ("river", "rose", "Rose", "night", "water", "town", "3", "4", "Öl", "水")
LINE = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
TEXT = st.lists(LINE, max_size=5).map("\n".join)


@pytest.fixture(autouse=True)
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for so little that everything is cut into pieces."""
    allowed = [0]

    def budget(memory: int | str) -> Budget:
        made = Budget(budgets._BASE + int(memory), 2)
        allowed[0] = made.block
        return made

    made = large.as_table

    def watched(batches: Any) -> Any:
        table = made(batches)
        sizes = table.end
        # A unit and one that it is compared with have to fit; more are not looked at together if they do not.
        assert int(np.sort(sizes)[:-2].sum()) <= allowed[0]
        return table

    monkeypatch.setattr(run, "make_budget", budget)
    for module in (grouping, large):
        monkeypatch.setattr(module, "as_table", watched)
    monkeypatch.setattr(worksize, "SIZES", worksize.WorkSizes(units=6, buckets=3, files=2, blocks=2, look=2))


def both(
    folder: Path,
    inputs: list[str],
    memory: int,
    unit: str,
    keep: Any,
    against: list[str],
    order: str | None = None,
    **more: Any,
) -> None:
    settings = resolve(unit, **more)  # type: ignore[arg-type]
    fields = Fields(value="rank" if keep == "rank" else None, order=order)
    sources, old = find_sources(inputs), find_sources(against) if against else []
    found, units, prints, first = sign_files(sources, fields, settings, against=old)
    expected = compare_signed(units, prints, settings, keep=keep, old=first)
    with find_in_files(sources, fields, settings, max_memory=memory, workdir=folder, keep=keep, against=old) as (
        answer,
        contents,
    ):
        assert tuple(answer.kept()) == expected.kept
        assert list(answer.kept_pairs()) == list(expected.kept_pairs)
        assert tuple(answer.groups()) == expected.groups
        assert answer.counts == (len(expected.kept), len(expected.removed), len(expected.groups))
        assert answer.largest_bucket == expected.largest_bucket
        assert _lines(answer) == _lines(expected)
        assert [p for _, p in contents.problems()] == [p for _, p in found.problems()]
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def _lines(result: Any) -> bytes:
    return b"".join(bytes(lines) for _, lines in result.kept_lines())


def write(path: Path, texts: list[str]) -> str:
    rows = [
        json.dumps({"text": text, "rank": (7 * i) % 5, "at": [3, None, 1][i % 3]}) for i, text in enumerate(texts)
    ]
    path.write_text("\n".join(rows) + "\n")
    return str(path)


@pytest.mark.parametrize("keep", ["first", "last", "longest", "best", "rank"])
@given(data=st.data())
def test_files_and_memory_give_the_same(tmp_path_factory: Any, keep: str, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("run")
    texts = data.draw(st.lists(TEXT, max_size=14))
    old = data.draw(st.lists(TEXT, max_size=4))
    memory = data.draw(st.sampled_from([1 << 11, 1 << 14, 1 << 20]))
    unit = data.draw(st.sampled_from(["document", "paragraph", "sentence"]))
    facts = data.draw(st.sampled_from(["ignore", "apart"]))
    work = folder / "work"
    work.mkdir()
    inputs, against = [write(folder / "a.jsonl", texts)], [write(folder / "old.jsonl", old)] if old else []
    order = data.draw(st.sampled_from([None, "at"]))
    both(work, inputs, memory, unit, keep, against, order, threshold=0.6, recall=0.9, shingle="word:1", facts=facts)


@pytest.mark.parametrize("keep", ["first", pytest.param("longest", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "memory", [1 << 12, *(pytest.param(size, marks=pytest.mark.slow) for size in (1 << 14, 1 << 16))]
)
def test_a_component_larger_than_memory_is_grouped_run_by_run(
    tmp_path: Path, words: random.Random, memory: int, keep: str
) -> None:
    base = make_text(words, 60).split()
    texts = []
    for i in range(120):
        own = list(base)
        for place in range(i % 40):
            own[place] = f"other{i // 40}{place}"
        texts.append(" ".join(own))
    work = tmp_path / "work"
    work.mkdir()
    both(work, [write(tmp_path / "a.jsonl", texts)], memory, "document", keep, [], threshold=0.7)


@pytest.mark.parametrize("unit", ["document", "paragraph"])
def test_all_formats_go_through(tmp_path: Path, unit: str) -> None:
    write_folder(tmp_path / "in", random.Random(4))
    work = tmp_path / "work"
    work.mkdir()
    both(work, [str(tmp_path / "in")], 1 << 16, unit, "first", [])


def test_constructed_collisions_cost_time_and_no_text(tmp_path: Path) -> None:
    pairs = json.loads((Path(__file__).parents[1] / "hostile" / "collisions.json").read_text())
    texts = [text for pair in pairs["texts"] for text in pair] if "texts" in pairs else _strings(pairs)
    work = tmp_path / "work"
    work.mkdir()
    both(work, [write(tmp_path / "a.jsonl", [*texts, *texts])], 1 << 16, "document", "first", [])


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [text for part in (value.values() if isinstance(value, dict) else value) for text in _strings(part)]


def test_ids_are_used_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"id": i, "text": "x"} for i in range(40)] + [{"id": 33, "text": "y"}, {"id": 7, "text": "y"}]
    path.write_text("\n".join(map(json.dumps, rows)))
    with (
        pytest.raises(DuplicateIdError, match=r"id 33 is used twice: by .*a.jsonl, line 34 and by .*line 41"),
        find_in_files(
            find_sources([str(path)]), Fields(id="id"), resolve("document"), max_memory=1 << 20, workdir=tmp_path
        ),
    ):
        pass
    # Of what is compared against an id may come again.
    both(
        tmp_path,
        [write(tmp_path / "b.jsonl", ["a", "b"])],
        1 << 16,
        "document",
        "first",
        [str(tmp_path / "b.jsonl")],
    )


def test_strict_stops_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "x"}\nnot json\n')
    work = tmp_path / "work"
    work.mkdir()
    with (
        pytest.raises(RecordError, match="line 2"),
        find_in_files(
            find_sources([str(path)]), Fields(), resolve("document"), max_memory=1 << 20, workdir=work, strict=True
        ),
    ):
        pass
    assert not list(work.iterdir())


def test_sizes_are_read() -> None:
    assert [parse_size(text) for text in ("800MB", "1.5 GB", "2G", "4096", "1kib")] == [
        800 << 20,
        3 << 29,
        2 << 30,
        4096,
        1024,
    ]
    for wrong in ("much", "GB", "-1GB", "1e9"):
        with pytest.raises(InputError, match="is no size"):
            parse_size(wrong)
    with pytest.raises(InputError, match="too little"):
        make_budget("10MB")
    assert make_budget("1GB").memory == 1 << 30


@given(st.lists(st.integers(0, 99)))
def test_bits_are_a_set(numbers: list[int]) -> None:
    bits = Bits(100)
    bits.add(np.array(numbers, np.int64))
    assert bits.numbers().tolist() == sorted(set(numbers))
    assert bits.run(17, 60).tolist() == [n for n in sorted(set(numbers)) if 17 <= n < 60]
    assert bits.has(np.arange(100)).tolist() == [n in numbers for n in range(100)]
