"""One truth: whatever the increments, an index forms the groups that `find_duplicates` forms of all at once."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import Index, find_duplicates
from dedupe.job import KeepRule

WORDS = ("river", "rose", "Rose", "night", "water", "town", "3", "4", "Öl", "水")
LINE = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join)
TEXT = st.lists(LINE, max_size=4).map("\n".join)
STEP = st.one_of(
    st.lists(TEXT, max_size=5).map(lambda texts: ("add", texts)),
    st.lists(st.integers(0, 20), min_size=1, max_size=3).map(lambda places: ("remove", places)),
    st.just(("compact", None)),
)
KEEPS = get_args(KeepRule)


def check(index: Index, texts: dict[int, str], **options: object) -> None:
    expected = find_duplicates(texts, **options)  # type: ignore[arg-type]
    found = index.duplicates()
    assert found.kept == expected.kept
    assert found.groups == expected.groups
    assert list(found.kept_pairs) == list(expected.kept_pairs)
    index.verify()


@pytest.mark.parametrize("keep", KEEPS)
@given(steps=st.lists(STEP, max_size=6), unit=st.sampled_from(["paragraph", "document"]))
def test_increments_and_removals_give_the_groups_of_all_at_once(keep: KeepRule, steps: list, unit: str) -> None:
    options = {"unit": unit, "threshold": 0.6, "recall": 0.9, "keep": keep, "shingle": "word:1"}
    index = Index(**options)  # type: ignore[arg-type]
    texts: dict[int, str] = {}
    fresh = 0
    for kind, value in steps:
        before = set(index.duplicates().kept)
        if kind == "add":
            ids = list(range(fresh, fresh + len(value)))
            fresh += len(value)
            change = index.add(ids, value)
            texts |= dict(zip(ids, value, strict=True))
        elif kind == "remove":
            ids = sorted({list(texts)[place % len(texts)] for place in value}) if texts else []
            change = index.remove(ids)
            for identity in ids:
                del texts[identity]
        else:
            index.compact()
            continue
        check(index, texts, **options)
        after = index.duplicates()
        if unit == "paragraph":
            # What changed sides is told.
            gone = {match[:3] for match in change.superseded}
            assert gone == {u for u in before - set(after.kept) if u.id in texts}
            new = {unit for unit in after.kept if unit not in before}
            assert new == {*change.kept, *change.promoted}
        assert not change.superseded or keep != "first" or kind == "remove"


@given(texts=st.lists(TEXT, max_size=12), facts=st.sampled_from(["ignore", "apart"]))
def test_one_by_one_is_all_at_once(texts: list[str], facts: str) -> None:
    index = Index(0.7, facts=facts)  # type: ignore[arg-type]
    for i, text in enumerate(texts):
        index.add([i], [text])
    check(index, dict(enumerate(texts)), unit="paragraph", threshold=0.7, facts=facts)


@given(texts=st.lists(TEXT, max_size=10), asked=st.lists(TEXT, max_size=4))
def test_a_query_finds_what_the_batch_finds(texts: list[str], asked: list[str]) -> None:
    index = Index(0.6)
    index.add(list(range(len(texts))), texts)
    batch = find_duplicates([*texts, *asked], unit="paragraph", threshold=0.6, pairs="all")
    expected = {
        (pair.b - len(texts), pair.b_start, pair.a, pair.a_start, pair.similarity)
        for pair in batch.pairs
        if pair.a < len(texts) <= pair.b
    }
    found = index.query(asked)
    assert {(m.query, m.query_start, m.id, m.start, m.similarity) for m in found} == expected
    assert len(found) == len(expected)


def test_a_folder_gives_the_same_as_memory(tmp_path: Path) -> None:
    texts = {i: f"number {i % 7} of the line that comes back again and again\nand one {i}" for i in range(40)}
    for start in range(0, 40, 4):
        with Index.open(tmp_path / "index", threshold=0.6) as index:
            index.add(list(range(start, start + 4)), [texts[i] for i in range(start, start + 4)])
    with Index.open(tmp_path / "index", read_only=True) as index:
        check(index, texts, unit="paragraph", threshold=0.6)
        assert index.texts([3, 1]) == [texts[3], texts[1]]
