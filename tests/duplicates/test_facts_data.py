"""The texts with edits that do and do not change what is said are well-formed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dedupe.text.fold import fold_tokens

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "facts.jsonl").read_text("utf-8").splitlines()
]
KINDS = ("fact", "harmless")
Row = dict[str, Any]


def named(row: Row) -> str:
    return f"{row['lang']} {row['base'][:20]}"


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def one_letter_apart(a: str, b: str) -> bool:
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return max(len(a), len(b)) == 1 or (len(a) == len(b) == 2 and a == b[::-1])


def test_there_are_three_texts_in_each_of_ten_languages() -> None:
    languages = [row["lang"] for row in ROWS]
    assert len(set(languages)) == 10
    assert all(languages.count(language) == 3 for language in languages)
    assert len({row["base"] for row in ROWS}) == 30


def test_half_of_the_texts_have_more_than_200_tokens() -> None:
    lengths = sorted(len(fold_tokens(row["base"])) for row in ROWS)
    assert lengths[0] >= 40
    assert lengths[14] < 200 < lengths[15]


def test_there_are_enough_edits_of_enough_kinds() -> None:
    assert sum(len(row["fact"]) for row in ROWS) >= 300
    assert sum(len(row["harmless"]) for row in ROWS) >= 150
    assert len({kind for row in ROWS for sort in KINDS for kind in row[f"{sort}_kinds"]}) >= 15


@pytest.mark.parametrize("row", ROWS, ids=named)
@pytest.mark.parametrize("sort", KINDS)
def test_each_edit_has_a_kind_and_changes_one_place(row: Row, sort: str) -> None:
    assert set(row) == {"base", "lang", "fact", "fact_kinds", "harmless", "harmless_kinds"}
    assert len(row[sort]) == len(row[f"{sort}_kinds"])
    assert all(row[f"{sort}_kinds"])
    edited = {row["base"].replace(old, new, 1) for old, new in row[sort]}
    assert len(edited) == len(row[sort])
    for old, new in row[sort]:
        assert row["base"].count(old) == 1, old
        assert new not in row["base"], new


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_facts_change_at_the_beginning_and_at_the_end(row: Row) -> None:
    places = [row["base"].index(old) / len(row["base"]) for old, _ in row["fact"]]
    assert min(places) < 0.15
    assert max(places) > 0.9
    # What is kept for a fact is looked for in one line.
    assert not any("\n" in text for edit in row["fact"] for text in edit)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_the_right_form_of_a_misprint_occurs_a_second_time(row: Row) -> None:
    in_text = [word.lower() for word in words(row["base"])]
    for (old, new), kind in zip(row["harmless"], row["harmless_kinds"], strict=True):
        if kind != "misprint":
            continue
        changed = [(x, y) for x, y in zip(words(old), words(new), strict=True) if x != y]
        assert len(changed) == 1, (old, new)
        right, wrong = changed[0]
        assert len(right) >= 5
        assert right == right.lower()
        assert in_text.count(right) >= 2, right
        assert wrong not in in_text
        assert one_letter_apart(right, wrong), changed
