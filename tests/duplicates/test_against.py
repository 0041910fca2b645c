"""Comparing with documents that are there already."""

import json
import random
from pathlib import Path

import pytest

from dedupe import find_duplicates
from dedupe.cli.main import main
from dedupe.duplicates.result import Pair
from tests.conftest import make_text

OLD = {
    "x": "A question of the test set, word for word.",
    "y": "Something else that was there.",
    "z": "Something else, that WAS there!",
}
NEW = {"x": "a question of the test set: word for word", "n": "A text of its own.", "m": "a text of its own"}


def test_what_resembles_the_old_goes_and_the_match_is_named() -> None:
    result = find_duplicates(NEW, against=OLD)
    assert result.kept == ("n",)
    assert result.removed == ("x", "m")
    assert [unit.id for unit in result.units] == ["x", "n", "m"]
    assert list(result.pairs) == [
        Pair("x", "x", 1.0, 0, 42, 0, 41, against=True),
        Pair("n", "m", 1.0, 0, 18, 0, 17, against=False),
    ]
    assert [(group.kept, group.cluster, group.against) for group in result.groups] == [
        ("x", ("x", "x"), True),
        ("n", ("n", "m"), False),
    ]
    table = result.to_arrow()
    assert table["kept"].to_pylist() == [False, True, False]
    assert table["against"].to_pylist() == [True, False, False]
    assert repr(result).startswith("<Duplicates: 3 documents, 1 kept")


@pytest.mark.parametrize("keep", ["first", "last", "longest", "shortest", len, [3, 2, 1]])
def test_the_old_is_never_removed_whatever_is_kept(keep: object) -> None:
    result = find_duplicates(NEW, against=OLD, keep=keep)
    assert "x" in result.removed and len(result.removed) == 2


@pytest.mark.parametrize("linkage", ["leader", "components"])
def test_all_pairs_leave_out_those_of_the_old_among_themselves(linkage: str) -> None:
    result = find_duplicates(NEW, against=OLD, pairs="all", threshold=0.5, linkage=linkage)
    assert {(pair.a, pair.b, pair.against) for pair in result.pairs} == {("x", "x", True), ("n", "m", False)}
    assert result.at(0.9).kept == result.kept == ("n",)


def test_the_result_is_that_of_both_together_with_the_old_first(words: random.Random) -> None:
    blocks = [f"{make_text(words, 40)}." for _ in range(9)]
    old = ["\n".join(blocks[:6])]
    new = ["\n".join(block.upper() for block in blocks[3:]), f"{blocks[8]}\n{blocks[0]} More."]
    apart = find_duplicates(new, against=old, unit="paragraph")
    together = find_duplicates([*old, *new], unit="paragraph")
    assert [(unit.id + 1, unit.start) for unit in apart.removed] == [(u.id, u.start) for u in together.removed]
    assert len(apart.removed) == 5


def test_nothing_old_and_nothing_new() -> None:
    assert find_duplicates(NEW, against=[]).kept == find_duplicates(NEW).kept
    assert find_duplicates([], against=OLD).kept == ()


def test_the_command_line_compares_with_old_files(tmp_path: Path) -> None:
    for name, texts in (("old", OLD), ("new", NEW)):
        rows = ({"id": key, "text": text} for key, text in texts.items())
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    old, new = str(tmp_path / "old.jsonl"), str(tmp_path / "new.jsonl")
    kept, pairs, groups = (str(tmp_path / name) for name in ("kept.txt", "pairs.jsonl", "groups.jsonl"))
    results = ["--kept", kept, "--pairs", pairs, "--groups", groups]
    assert main(["duplicates", new, "--against", old, "--quiet", *results]) == 0
    assert Path(kept).read_text() == "n\n"
    found = [json.loads(line) for line in Path(pairs).read_text().splitlines()]
    assert found == [
        {"a": "x", "b": "x", "similarity": 1.0, "against": True},
        {"a": "n", "b": "m", "similarity": 1.0, "against": False},
    ]
    assert [json.loads(line)["against"] for line in Path(groups).read_text().splitlines()] == [True, False]
    # The same file on both sides: everything is there already.
    assert main(["duplicates", new, "--against", new, "--quiet", "--force", "--kept", kept]) == 0
    assert Path(kept).read_text() == ""
