"""Which copy stays, and what chains would do."""

import json
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedupe
from dedupe import Document, clean, find_duplicates
from dedupe.cli.main import main
from dedupe.columns import StringColumn
from dedupe.documents import Corpus
from dedupe.errors import InputError
from dedupe.tables import DOCUMENT_ORDER

TEXTS = ["one two three four five", "One, two, three, four, five!", "one two three four five."]


def test_a_column_of_a_table_chooses_the_copy() -> None:
    table = pa.table({"id": ["a", "b", "c"], "text": TEXTS, "quality": [1, 3, 2]})
    assert find_duplicates(table, keep="quality").kept == ("b",)
    missing = pa.table({"id": ["a", "b", "c"], "text": TEXTS, "quality": [None, float("nan"), -5.0]})
    assert find_duplicates(missing, keep="quality").kept == ("c",)
    with pytest.raises(InputError, match="'quality' is 'x' for document 'a'"):
        find_duplicates(pa.table({"id": ["a"], "text": ["t"], "quality": ["x"]}), keep="quality")
    with pytest.raises(InputError, match="known: 'id', 'text', 'quality'"):
        find_duplicates(table, keep="score")


@pytest.mark.parametrize("values", [[1, 3, 2], np.array([0.1, 0.3, 0.2]), pa.array([1, 3, 2]).to_pylist()])
def test_a_number_for_each_document_chooses_the_copy(values: object) -> None:
    assert find_duplicates(TEXTS, keep=values).kept == (1,)
    assert find_duplicates(TEXTS, keep=[2, 2, 2]).kept == (0,)
    with pytest.raises(InputError, match="2 values for 3 documents"):
        find_duplicates(TEXTS, keep=[1, 2])


def test_numbers_of_documents_hold_for_their_paragraphs() -> None:
    block = "A paragraph that is long enough to be told from others of its kind."
    result = find_duplicates([f"First.\n{block}", f"Other.\n{block}"], unit="paragraph", keep=[1, 2])
    assert [unit.id for unit in result.removed] == [0]


def test_sources_come_in_order_of_priority() -> None:
    names = ["web/a.jsonl", "books", "web/b.jsonl"]
    documents = [Document(i, text, name) for i, (text, name) in enumerate(zip(TEXTS, names, strict=True))]
    assert find_duplicates(documents, keep=["books", "web"]).kept == (1,)
    assert find_duplicates(documents, keep=["web", "books"]).kept == (0,)
    assert find_duplicates(documents, keep=["web/b.jsonl"]).kept == (2,)
    table = pa.table({"text": TEXTS, "source": names})
    assert find_duplicates(table, keep=["books"]).kept == (1,)
    with pytest.raises(InputError, match="no column 'source'"):
        find_duplicates(TEXTS, keep=["books"])


def test_clean_keeps_by_the_same_rules() -> None:
    block = "This sentence stands in three documents of one corpus, and one of them is to keep it in the end."
    assert set(clean([block] * 3, keep=[1, 2, 3]).texts) == {2}


def test_the_command_line_keeps_by_field_and_by_source(tmp_path: Path) -> None:
    for folder in ("web", "books"):
        (tmp_path / folder).mkdir()
        rows = [{"id": f"{folder}{i}", "text": text, "score": i} for i, text in enumerate(TEXTS)]
        (tmp_path / folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    kept = tmp_path / "kept.txt"
    inputs = [str(tmp_path / "web"), str(tmp_path / "books")]
    common = ["duplicates", *inputs, "--quiet", "--force", "--kept", str(kept)]
    for option, expected in (
        ([], "web0"),
        (["--keep", "score"], "web2"),
        (["--keep-sources", f"{inputs[1]},{inputs[0]}"], "books0"),
    ):
        assert main([*common, *option]) == 0
        assert kept.read_text() == f"{expected}\n"
    cleaned = [
        "clean",
        *inputs,
        "--quiet",
        "--output",
        str(tmp_path / "out"),
        "--audit",
        str(tmp_path / "audit.jsonl"),
    ]
    assert main([*cleaned, "--remove", "duplicates", "--keep", "score"]) == 0
    assert [json.loads(line)["id"] for line in (tmp_path / "out/web/a.jsonl").read_text().splitlines()] == ["web2"]


def chain() -> list[str]:
    """Texts each of which shares most with its neighbours, and nothing with those far off."""
    words = [f"w{i}" for i in range(80)]
    return [" ".join(words[i * 6 : i * 6 + 28]) for i in range(8)]


def test_components_join_chains_and_leaders_do_not() -> None:
    options = {"threshold": 0.5, "shingle": "word:1", "recall": 0.999}
    leaders = find_duplicates(chain(), **options)
    joined = find_duplicates(chain(), linkage="components", **options)
    assert len(leaders.kept) > 1
    assert joined.kept == (0,)
    # What it risks: the last has nothing in common with the one that is kept for it.
    assert joined.groups[0].similarities[-1] == 0.0
    assert joined.groups[0].similarities[1] == leaders.groups[0].similarities[1] > 0.5
    assert find_duplicates(chain(), linkage="components", keep="last", **options).kept == (7,)
    strict = find_duplicates(chain(), linkage="components", pairs="all", **options).at(0.9)
    assert len(strict.kept) == 8
    with pytest.raises(InputError, match="linkage"):
        find_duplicates(chain(), linkage="single")


NUMBERS = [None, 3, 1, 2.5, -1, "7", Decimal("0.5")]
DATES = [None, "2024-05-01", "2023-01-31T10:00:00+02:00", date(1970, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)]
ORDERS = st.one_of(*(st.lists(st.sampled_from(kind), min_size=1, max_size=12) for kind in (NUMBERS, DATES)))


@given(
    orders=ORDERS,
    keep=st.sampled_from(["first", "last", "longest", "score"]),
    data=st.data(),
)
def test_the_column_of_an_order_tells_which_copy_is_first(
    orders: list[Any], keep: str, data: st.DataObject
) -> None:
    """Brute force: sort all copies as a person would."""
    count = len(orders)
    texts = [TEXTS[data.draw(st.integers(0, 2))] for _ in range(count)]
    scores = data.draw(st.lists(st.integers(0, 1), min_size=count, max_size=count))

    def when(i: int) -> float:
        value = orders[i]
        if value is None:
            return math.inf
        if isinstance(value, date) or "-" in str(value)[1:]:
            moment = datetime.fromisoformat(str(value))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        return float(value)

    earliest = sorted(range(count), key=lambda i: (when(i), i))
    known = [i for i in earliest if orders[i] is not None]
    wanted = {
        "first": earliest[0],
        "last": max(known, key=lambda i: (when(i), i)) if known else count - 1,
        "longest": min(range(count), key=lambda i: (-len(texts[i]), when(i), i)),
        "score": min(range(count), key=lambda i: (-scores[i], when(i), i)),
    }[keep]
    corpus = Corpus(range(count), StringColumn(texts), {DOCUMENT_ORDER: orders, "score": scores})
    assert find_duplicates(corpus, keep=keep).kept == (wanted,)


def test_columns_of_a_table_are_named() -> None:
    table = pa.table(
        {
            "url": ["a", "b", "c"],
            "body": TEXTS,
            "site": ["x", "y", "x"],
            "at": [date(2024, 1, d) for d in (3, 1, 2)],
        }
    )
    names = {"text": "body", "id": "url", "order": "at"}
    assert find_duplicates(table, **names).kept == ("b",)
    assert find_duplicates(table, **names, keep="last").kept == ("a",)
    assert find_duplicates(table, **names, source="site", keep=["x", "y"]).kept == ("c",)
    assert find_duplicates(table, text="body", id=None).kept == (0,)
    assert list(clean(table, **names).texts) == ["b"]
    passages = dedupe.find_passages(
        pa.table({"url": ["late", "early"], "body": [LONG, LONG], "at": [2, 1]}), text="body", id="url", order="at"
    )
    assert [(one.a, one.b) for one in passages] == [("late", "early")]
    with pytest.raises(InputError, match="text='words' is no column of the table, which has"):
        find_duplicates(table, text="words")
    with pytest.raises(InputError, match="order='when' is no column"):
        find_duplicates(table, text="body", order="when")
    with pytest.raises(InputError, match="the order of document 'a' is 'soon'"):
        find_duplicates(pa.table({"id": ["a"], "text": ["t"], "at": ["soon"]}), order="at")
    for wrong in (10**400, math.inf, "1e999", [1], date):
        corpus = Corpus(["a"], StringColumn(["t"]), {DOCUMENT_ORDER: [wrong]})
        with pytest.raises(InputError, match="the order of document 'a' is"):
            find_duplicates(corpus)
    with pytest.raises(InputError, match="source='site' names a column, but texts is list"):
        find_duplicates(TEXTS, source="site")


LONG = "The old mill by the river has stood empty for forty years, and nobody in the village knows the reason why."


def test_an_order_is_of_one_kind() -> None:
    for mixed in (["2030", "2029-12-31"], [5, date(2030, 1, 1)], [None, "2029-12-31", "7"]):
        corpus = Corpus(range(len(mixed)), StringColumn(["t"] * len(mixed)), {DOCUMENT_ORDER: mixed})
        with pytest.raises(
            InputError, match=r"the order of document . is a number, that of . a date: give one kind"
        ):
            find_duplicates(corpus)


def test_no_column_is_taken_for_what_nobody_named() -> None:
    table = pa.table({"text": [TEXTS[0]] * 2, "document_order": [2, 1], "keep_value": [1, 2]})
    assert find_duplicates(table).kept == (0,)
    assert find_duplicates(table, order="document_order").kept == (1,)


@pytest.mark.parametrize("texts", [TEXTS, pa.array(TEXTS), pa.chunked_array([TEXTS]), dict(enumerate(TEXTS))])
@pytest.mark.parametrize("name", ["text", "id", "source", "order"])
def test_a_name_of_a_column_needs_a_table(texts: Any, name: str) -> None:
    with pytest.raises(InputError, match=f"{name}='nope' names a column, but texts is"):
        find_duplicates(texts, **{name: "nope"})
    assert find_duplicates(texts, id=None).kept == (0,)


def test_columns_that_cannot_be_read_are_named() -> None:
    twice = pa.table([pa.array(TEXTS), pa.array([1, 2, 3]), pa.array([1, 2, 3])], names=["text", "id", "id"])
    with pytest.raises(InputError, match="2 columns 'id'"):
        find_duplicates(twice)
    with pytest.raises(InputError, match="2 columns 'o'"):
        find_duplicates(twice.rename_columns(["text", "o", "o"]), keep="o")
    for far in (pa.array([1 << 40] * 3, pa.timestamp("s")), pa.array([1 << 30] * 3, pa.date32())):
        with pytest.raises(InputError, match="column 'o' holds a value that Python cannot"):
            find_duplicates(pa.table({"text": TEXTS, "o": far}), order="o")
    with pytest.raises(InputError, match="of document 0 is an integer beyond all floats"):
        find_duplicates(TEXTS, keep=[10**400, 1, 1])
    numbered = pa.table({"text": TEXTS, "source": [3, 2, 1]})
    assert find_duplicates(numbered, keep=["2"]).kept == (1,)
