"""A table of any library comes in; one of that library comes out, without what is removed, and can be restored."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedupe
from dedupe.errors import InputError

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pl = pytest.importorskip("polars", reason="polars is not installed")
duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
datasets = pytest.importorskip("datasets", reason="datasets is not installed")

PROMPT = "Subscribe now for unlimited access!"
TEXTS = [
    f"The old mill by the river has stood empty for forty years.\n{PROMPT}",
    None,
    "the OLD mill by the river has stood empty for forty years. Subscribe now for unlimited access",
    "Dogs bark at night, and nobody in the village sleeps.",
    PROMPT,
    "Le fleuve est sorti de son lit.",
]
# What clean leaves of them.
LEFT = [TEXTS[0].split("\n")[0], None, TEXTS[3], TEXTS[5]]  # type: ignore[union-attr]
STAY = [0, 1, 3, 5]
UNIQUE = [0, 1, 3, 4, 5]

pytestmark = pytest.mark.filterwarnings("default")


def pandas_frame(texts: list[str | None], dtype: Any = "str") -> Any:
    count = len(texts)
    frame = pd.DataFrame(
        {
            "n": range(count),
            "body": pd.Series(texts, dtype=dtype),
            "kind": pd.Categorical(["a", "b"][i % 2] for i in range(count)),
            "when": pd.date_range("2030-01-31", periods=count, tz="Europe/Paris"),
            "mixed": [i if i % 2 else f"x{i}" for i in range(count)],
        },
    )
    # Labels occur twice.
    frame.index = pd.Index([f"row {i // 2}" for i in range(count)], name="place")
    frame.attrs = {"from": "a test"}
    return frame


def arrow_table(texts: list[str | None], kind: Any = None) -> Any:
    body = pa.chunked_array([pa.array(texts[:2], pa.string()), pa.array(texts[2:], pa.string())]).cast(
        kind or pa.string()
    )
    schema = pa.schema(
        [
            pa.field("n", pa.int16(), nullable=False),
            pa.field("body", body.type, metadata={"language": "many"}),
            pa.field("nested", pa.list_(pa.struct([("x", pa.int8())]))),
            pa.field("view", pa.string_view()),
        ],
        metadata={"made by": "a test"},
    )
    nested = [[{"x": i}] * i for i in range(len(texts))]
    columns = [range(len(texts)), body, nested, pa.array([f"{i}" for i in range(len(texts))], pa.string_view())]
    return pa.table(
        [
            own if isinstance(own, pa.ChunkedArray | pa.Array) else pa.array(list(own), field.type)
            for own, field in zip(columns, schema, strict=True)
        ],
        schema=schema,
    )


def polars_frame(texts: list[str | None], dtype: Any = pl.String) -> Any:
    return pl.DataFrame(
        {
            "n": pl.Series(range(len(texts)), dtype=pl.Int8),
            "body": pl.Series(texts, dtype=pl.String).cast(dtype),
            "any": pl.Series([{1, i} for i in range(len(texts))], dtype=pl.Object),
            "kind": pl.Series(["a" if i % 2 else "b" for i in range(len(texts))], dtype=pl.Enum(["a", "b"])),
            "list": [[i] * i for i in range(len(texts))],
        }
    )


def relation(texts: list[str | None]) -> Any:
    db = duckdb.connect()
    db.execute(
        "create table pages (n tinyint, body varchar, key uuid, wide hugeint, kind enum('a', 'b'), flags bit, "
        'tags varchar[], "od""d name" struct(x int), took interval)'
    )
    for i, text in enumerate(texts):
        db.execute(
            "insert into pages values (?, ?, uuid(), ?, 'b', '0101'::bit, ['x', 'y'], {'x': ?}, interval 3 days)",
            [i, text, i << 70, i],
        )
    return db.sql("select * from pages order by n")


def dataset(texts: list[str | None]) -> Any:
    features = datasets.Features(
        {
            "n": datasets.Value("int8"),
            "body": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["good", "bad"]),
        }
    )
    rows = {"n": list(range(len(texts))), "body": texts, "label": [i % 2 for i in range(len(texts))]}
    info = datasets.DatasetInfo(description="a test", features=features)
    # Chosen rows of a larger one.
    more = {name: [*values, *values[:1]] for name, values in rows.items()}
    whole = datasets.Dataset.from_dict(more, features=features, info=info, split="train")
    return whole.select(range(len(texts)))


def same_pandas(a: Any, b: Any) -> None:
    (pd.testing.assert_series_equal if isinstance(a, pd.Series) else pd.testing.assert_frame_equal)(a, b)
    assert a.attrs == b.attrs


def same_arrow(a: Any, b: Any) -> None:
    assert type(a) is type(b)
    if isinstance(a, pa.Table | pa.RecordBatch):
        assert a.schema.equals(b.schema, check_metadata=True)
        assert a.to_pylist() == b.to_pylist()
    else:
        assert a.type == b.type and a.to_pylist() == b.to_pylist()


def same_polars(a: Any, b: Any) -> None:
    assert type(a) is type(b)
    if isinstance(a, pl.Series):
        assert (a.name, a.dtype, a.to_list()) == (b.name, b.dtype, b.to_list())
        return
    a, b = a.lazy().collect(), b.lazy().collect()
    assert a.schema == b.schema
    assert a.rows() == b.rows()


def same_relation(a: Any, b: Any) -> None:
    assert (a.columns, a.types) == (b.columns, b.types)
    assert a.fetchall() == b.fetchall()


def same_dataset(a: Any, b: Any) -> None:
    assert a.features == b.features and a.format == b.format and a.split == b.split
    assert a.info.description == b.info.description
    assert a.with_format(None).to_list() == b.with_format(None).to_list()


class Kind(NamedTuple):
    """How a frame is made, chosen from by rows, given another text, and compared."""

    make: Callable[[list[str | None]], Any]
    rows: Callable[[Any, list[int], list[str | None] | None], Any]
    same: Callable[[Any, Any], None]


def rows_pandas(frame: Any, rows: list[int], texts: list[str | None] | None) -> Any:
    frame = frame.iloc[rows].copy()
    if texts is not None:
        dtype = (frame if frame.ndim == 1 else frame["body"]).dtype
        kind = "category" if isinstance(dtype, pd.CategoricalDtype) else dtype
        new = pd.Series(texts, index=frame.index, dtype=kind)
        if frame.ndim == 1:
            return new.rename(frame.name)
        frame.isetitem(1, new)
    return frame


def rows_arrow(frame: Any, rows: list[int], texts: list[str | None] | None) -> Any:
    if isinstance(frame, pa.Array | pa.ChunkedArray):
        values = [frame[row].as_py() for row in rows] if texts is None else texts
        array = pa.array(values, pa.string()).cast(frame.type)
        return array if isinstance(frame, pa.Array) else pa.chunked_array([array])
    table = frame if isinstance(frame, pa.Table) else pa.Table.from_batches([frame])
    table = pa.concat_tables([table.slice(0, 0), *(table.slice(row, 1) for row in rows)])
    if texts is not None:
        field = table.schema.field(1)
        column = pa.array(texts, pa.string())
        if pa.types.is_dictionary(field.type):
            column = column.dictionary_encode()
        table = table.set_column(1, field, column.cast(field.type))
    if isinstance(frame, pa.Table):
        return table
    return table.combine_chunks().to_batches()[0] if rows else frame.slice(0, 0)


def rows_polars(frame: Any, rows: list[int], texts: list[str | None] | None) -> Any:
    lazy = isinstance(frame, pl.LazyFrame)
    frame = frame.collect() if lazy else frame
    picked = frame[rows]
    if texts is not None:
        column = picked if isinstance(picked, pl.Series) else picked["body"]
        kind = pl.String if isinstance(column.dtype, pl.Enum) else column.dtype
        new = pl.Series(column.name, texts, dtype=pl.String).cast(kind)
        picked = new if isinstance(picked, pl.Series) else picked.with_columns(new)
    return picked.lazy() if lazy else picked


def rows_relation(frame: Any, rows: list[int], texts: list[str | None] | None) -> Any:
    chosen = frame.filter(f"n in ({', '.join(map(str, [-1, *rows]))})").order("n")
    if texts is None:
        return chosen
    words = " ".join(
        f"when {row} then {'null' if text is None else duckdb.ConstantExpression(text)}"
        for row, text in zip(rows, texts, strict=True)
    )
    return chosen.project(f"* replace (case n {words} end as body)") if rows else chosen


def rows_dataset(frame: Any, rows: list[int], texts: list[str | None] | None) -> Any:
    picked = frame.select(rows)
    if texts is None:
        return picked
    table = picked.with_format("arrow")[:]
    table = table.set_column(1, table.schema.field(1), pa.array(texts, pa.string()))
    out = datasets.Dataset(table, info=picked.info, split=picked.split)
    shown = frame.format
    out.set_format(shown["type"], shown["columns"], shown["output_all_columns"])
    return out


def kinds() -> dict[str, Kind]:
    return {
        "pandas": Kind(pandas_frame, rows_pandas, same_pandas),
        "pandas object": Kind(lambda texts: pandas_frame(texts, object), rows_pandas, same_pandas),
        "pandas string": Kind(lambda texts: pandas_frame(texts, "string"), rows_pandas, same_pandas),
        "pandas Arrow": Kind(
            lambda texts: pandas_frame(texts, pd.ArrowDtype(pa.large_string())), rows_pandas, same_pandas
        ),
        "pandas category": Kind(lambda texts: pandas_frame(texts, "category"), rows_pandas, same_pandas),
        "pandas columns": Kind(lambda texts: pandas_frame(texts)["body"], rows_pandas, same_pandas),
        "polars": Kind(polars_frame, rows_polars, same_polars),
        "polars category": Kind(lambda texts: polars_frame(texts, pl.Categorical), rows_polars, same_polars),
        "polars enum": Kind(
            lambda texts: polars_frame(texts, pl.Enum(sorted({*texts} - {None}))),  # type: ignore[type-var]
            rows_polars,
            same_polars,
        ),
        "polars lazy": Kind(lambda texts: polars_frame(texts).lazy(), rows_polars, same_polars),
        "polars column": Kind(lambda texts: pl.Series("body", texts, pl.String), rows_polars, same_polars),
        "Arrow": Kind(arrow_table, rows_arrow, same_arrow),
        "Arrow view": Kind(lambda texts: arrow_table(texts, pa.string_view()), rows_arrow, same_arrow),
        "Arrow category": Kind(
            lambda texts: arrow_table(texts, pa.dictionary(pa.int16(), pa.string())), rows_arrow, same_arrow
        ),
        "Arrow batch": Kind(
            lambda texts: pa.record_batch({"n": range(len(texts)), "body": pa.array(texts, pa.large_string())}),
            rows_arrow,
            same_arrow,
        ),
        "Arrow chunks": Kind(lambda texts: pa.chunked_array([texts], pa.string()), rows_arrow, same_arrow),
        "Arrow array": Kind(lambda texts: pa.array(texts, pa.string()), rows_arrow, same_arrow),
        "DuckDB": Kind(relation, rows_relation, same_relation),
        "datasets": Kind(dataset, rows_dataset, same_dataset),
        "datasets numpy": Kind(
            lambda texts: dataset(texts).with_format("numpy", columns=["n"], output_all_columns=True),
            rows_dataset,
            same_dataset,
        ),
    }


def named(frame: Any) -> dict[str, Any]:
    """The name of the column of the texts, where a frame has columns."""
    return {} if isinstance(frame, pa.Array | pa.ChunkedArray | pl.Series | pd.Series) else {"text": "body"}


@pytest.mark.parametrize("name", kinds())
def test_a_frame_comes_back_in_its_own_type_without_what_is_removed(name: str) -> None:
    kind = kinds()[name]
    frame = kind.make(TEXTS)
    cleaned = dedupe.clean(frame, **named(frame))
    kind.same(cleaned.data, kind.rows(frame, STAY, LEFT))
    assert type(cleaned.data) is type(frame)
    assert list(cleaned.texts) == [0, 3, 5]
    kind.same(dedupe.restore(cleaned), frame)
    result = dedupe.find_duplicates(frame, threshold=0.8, **named(frame))
    kind.same(result.data, kind.rows(frame, UNIQUE, None))
    assert result.kept == (0, 3, 4, 5)
    # What was given is as it was.
    kind.same(frame, kind.make(TEXTS) if name != "DuckDB" else frame)


@pytest.mark.parametrize("name", kinds())
@given(texts=st.lists(st.sampled_from(TEXTS), max_size=8))
def test_any_frame_is_cleaned_as_the_list_of_its_texts_and_restored(name: str, texts: list[str | None]) -> None:
    kind = kinds()[name]
    frame = kind.make(texts)
    cleaned = dedupe.clean(frame, **named(frame))
    there = [i for i, text in enumerate(texts) if text is not None]
    plain = dedupe.clean(documents_of(texts, there))
    assert dict(cleaned.texts) == dict(plain.texts)
    stay = [i for i, text in enumerate(texts) if text is None or i in plain.texts]
    changed = any(i in plain.removed for i in plain.texts)
    kind.same(cleaned.data, kind.rows(frame, stay, [plain.texts.get(i) for i in stay] if changed else None))
    kind.same(dedupe.restore(cleaned), frame)


def documents_of(texts: list[str | None], there: list[int]) -> list[dedupe.Document]:
    return [dedupe.Document(i, str(texts[i])) for i in there]


def test_later_changes_of_the_frame_are_not_in_what_is_restored() -> None:
    frame = pandas_frame(TEXTS)
    before, cleaned = frame.copy(), dedupe.clean(frame, text="body")
    frame.iloc[0, 1] = "changed"
    frame["more"] = 1
    restored = dedupe.restore(cleaned)
    restored.iloc[0, 1] = "changed"
    same_pandas(dedupe.restore(cleaned), before)
    table = polars_frame(TEXTS)
    rows, result = table.rows(), dedupe.clean(table, text="body")
    table[0, "body"] = "changed"
    assert dedupe.restore(result).rows() == rows


def test_a_lazy_plan_and_a_query_run_once() -> None:
    runs: list[int] = []

    def count(frame: Any) -> Any:
        runs.append(1)
        return frame

    plan = pl.LazyFrame({"body": TEXTS}).map_batches(count)
    cleaned = dedupe.clean(plan, text="body")
    cleaned.data.collect()
    dedupe.restore(cleaned).collect()
    assert len(runs) == 1
    unsteady = duckdb.sql("select 'The river rose on day ' || (random() * 1e9)::int || '.' as body from range(9)")
    answer = dedupe.clean(unsteady, remove=["duplicates"])
    assert answer.data.fetchall() == dedupe.restore(answer).fetchall()


def test_a_relation_that_comes_back_is_of_the_same_connection() -> None:
    db = duckdb.connect()
    db.execute("create table stars (n int, stars int)")
    db.execute("insert into stars values (0, 5)")
    pages = db.sql("select * from (values (0, 'The river rose.'), (1, 'the RIVER rose')) as pages(n, body)")
    data = dedupe.clean(pages, text="body").data
    assert data.join(db.table("stars"), "n").fetchall() == [(0, "The river rose.", 5)]
    assert db.sql("select count(*) from data").fetchall() == [(1,)]


def test_columns_are_named_and_numbers_are_of_rows() -> None:
    frame = pandas_frame(TEXTS).assign(stars=[1, 9, 7, 1, 1, 1], key=list("abcdef"))
    result = dedupe.find_duplicates(frame, text="body", id="key", keep="stars", threshold=0.8)
    assert result.kept == ("c", "d", "e", "f")
    assert result.data["n"].tolist() == [1, 2, 3, 4, 5]
    for numbers in ([1, 9, 7, 1, 1, 1], [1, 7, 1, 1, 1]):
        assert dedupe.find_duplicates(frame, text="body", keep=numbers, threshold=0.8).data["n"].tolist() == [
            1,
            2,
            3,
            4,
            5,
        ]
    ordered = dedupe.find_duplicates(frame, text="body", keep="last", order="n", threshold=0.8)
    assert ordered.data["n"].tolist() == [1, 2, 3, 4, 5]
    against = dedupe.find_duplicates(frame, text="body", against=frame.iloc[3:5], threshold=0.8)
    assert against.data["n"].tolist() == [0, 1, 5]
    with pytest.raises(InputError, match="9 values for 5 documents"):
        dedupe.find_duplicates(frame, text="body", keep=[1] * 9)


def test_a_frame_of_nulls_or_of_nothing_is_no_mistake() -> None:
    for texts in ([], [None, None], [None, float("nan")]):
        frame = pd.DataFrame({"n": range(len(texts)), "text": texts})
        same_pandas(dedupe.clean(frame).data, frame)
        same_pandas(dedupe.find_duplicates(frame).data, frame)
    table = pa.table({"text": pa.nulls(3)})
    same_arrow(dedupe.clean(table).data, table)


def test_nulls_are_refused_where_that_is_asked_for() -> None:
    for verb in (dedupe.clean, dedupe.find_duplicates):
        for data in (pandas_frame(TEXTS), pl.DataFrame({"body": TEXTS})):
            with pytest.raises(InputError, match=r"text 1 .* is NoneType, not str"):
                verb(data, text="body", nulls="refuse")
        with pytest.raises(InputError, match=r"text 1 .* is NoneType, not str"):
            verb(TEXTS)
        with pytest.raises(InputError, match="nulls='keep' needs a table, but texts is list"):
            verb(TEXTS, nulls="keep")
        with pytest.raises(InputError, match="nulls='drop' is not one of keep, refuse"):
            verb(TEXTS, nulls="drop")


def test_other_texts_come_back_as_a_list_or_a_dict() -> None:
    texts = ["The river rose.", "the RIVER rose", f"Dogs bark at night in the village.\n{PROMPT}"]
    assert dedupe.clean(texts).data == ["The river rose.", "Dogs bark at night in the village."]
    assert dedupe.clean(iter(texts)).data == ["The river rose.", "Dogs bark at night in the village."]
    assert dedupe.find_duplicates(texts).data == [texts[0], texts[2]]
    assert dedupe.clean(dict(zip("abc", texts, strict=True))).data == {
        "a": texts[0],
        "c": "Dogs bark at night in the village.",
    }
    assert dedupe.find_duplicates(dict(zip("abc", texts, strict=True)), against=texts[:1]).data == {"c": texts[2]}
    documents = [dedupe.Document(i, text, "a.org") for i, text in enumerate(texts)]
    assert dedupe.find_duplicates(documents).data == [documents[0], documents[2]]
    assert dedupe.clean(documents).data == [
        documents[0],
        documents[2]._replace(text="Dogs bark at night in the village."),
    ]
    result = dedupe.find_duplicates(texts, pairs="all", threshold=0.5).at(0.9)
    assert result.data == [texts[0], texts[2]]
    with pytest.raises(InputError, match="paragraphs were compared"):
        _ = dedupe.find_duplicates(texts, unit="paragraph").data
    index = dedupe.Index(unit="document")
    index.add(["a"], ["The river rose."])
    with pytest.raises(InputError, match="results of find_duplicates"):
        _ = index.duplicates().data


def test_a_column_that_arrow_cannot_hold_is_in_the_way_only_where_it_is_named() -> None:
    frame = pandas_frame(TEXTS)
    for arguments in ({"text": "mixed"}, {"text": "body", "id": "mixed"}, {"text": "body", "order": "mixed"}):
        with pytest.raises(InputError, match="'mixed' is a column of several types"):
            dedupe.clean(frame, **arguments)  # type: ignore[arg-type]
    twice = pd.concat([frame, frame], axis=1)
    with pytest.raises(InputError, match="two columns 'n'"):
        dedupe.clean(twice, text="body")
    numbered = frame.rename(columns={"body": 7})
    assert dedupe.clean(numbered, text="7").data[7].tolist()[0] == LEFT[0]


def test_names_that_are_no_strings_raise_no_warning_of_arrow() -> None:
    frame = pd.DataFrame({"text": ["one two three four five"] * 2, 3: [1, 2]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(dedupe.clean(frame, text="text").data.columns) == ["text", 3]


def test_more_categories_than_their_numbers_can_count() -> None:
    texts = [f"The river rose on day {i} of the year.\n{PROMPT}" for i in range(127)]
    kept = [f"Dogs bark at night in the village of number {i}." for i in range(200)]
    table = pa.table(
        {"text": pa.array([*texts, *kept[:1]]).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string()))}
    )
    data = dedupe.clean(table).data
    assert data["text"].to_pylist()[0] == texts[0].split("\n")[0]
    assert pa.types.is_dictionary(data.schema.field("text").type)


@pytest.mark.parametrize("name", ["pandas", "polars", "polars lazy", "Arrow", "DuckDB", "datasets"])
def test_several_columns_are_one_text(name: str) -> None:
    rows = {
        "n": [0, 1, 2, 3, 4, 5, 6],
        "question": [
            "Who sat on the mat?",
            "who sat on the mat",
            "Who sat on the mat?",
            None,
            None,
            "The cat",
            "the CAT",
        ],
        "answer": ["The cat.", "the CAT", "The dog.", "The cat.", None, None, None],
    }
    frame = {
        "pandas": pd.DataFrame,
        "polars": pl.DataFrame,
        "polars lazy": pl.LazyFrame,
        "Arrow": pa.table,
        "DuckDB": lambda columns: duckdb.connect().from_arrow(pa.table(columns)),
        "datasets": datasets.Dataset.from_dict,
    }[name](rows)

    def numbers(data: Any) -> list[int]:
        if name == "DuckDB":
            return [row[0] for row in data.fetchall()]
        data = data.collect() if name == "polars lazy" else data
        return [int(n) for n in data["n"]]

    both = ["question", "answer"]
    # An answer alone and a question alone that are the same text are copies; the row without both stays.
    assert numbers(dedupe.find_duplicates(frame, text=both).data) == [0, 2, 3, 4]
    cleaned = dedupe.clean(frame, text=both, remove=["duplicates"])
    assert type(cleaned.data) is type(frame) and numbers(cleaned.data) == [0, 2, 3, 4]
    assert cleaned.texts[0] == "Who sat on the mat?\nThe cat." and cleaned.texts[3] == "The cat."
    assert numbers(dedupe.restore(cleaned)) == rows["n"]
    assert dedupe.find_duplicates(frame, text=tuple(both), against=frame).kept == ()


def test_several_columns_can_be_compared_and_not_cut() -> None:
    table = pa.table({"question": ["a"], "answer": ["b"], "n": [1]})
    both = ["question", "answer"]
    for arguments in ({}, {"remove": ["duplicates", "passages"]}, {"remove": ["duplicates"], "quality": "c4"}):
        with pytest.raises(
            InputError, match=r"several columns, from which nothing can be cut: ask for remove=\['dup"
        ):
            dedupe.clean(table, text=both, **arguments)  # type: ignore[arg-type]
    for unit in ("paragraph", "sentence"):
        with pytest.raises(
            InputError, match=f"several columns, in which {unit}s have no place: leave unit at 'doc"
        ):
            dedupe.find_duplicates(table, text=both, unit=unit)  # type: ignore[arg-type]
    for wrong, said in (
        (["question", "anwser"], r"text='anwser' is no column .*did you mean 'answer'"),
        (["question", "n"], "column 'n' of .* is int64, not string: cast it"),
        (["question", "question"], "names a column twice"),
        ([], "no name of a column, and no list of names"),
        (["question", 5], "no name of a column, and no list of names"),
    ):
        with pytest.raises(InputError, match=said):
            dedupe.find_duplicates(table, text=wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="names a column, but texts is list"):
        dedupe.find_duplicates(["a"], text=both)
    with pytest.raises(InputError, match="is no string"):
        dedupe.score_quality(table, text=both)  # type: ignore[arg-type]
    # One name in a list is one column.
    assert dedupe.clean(table, text=["question"]).data.to_pylist() == table.to_pylist()


def test_a_module_of_the_callers_may_have_the_name_of_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pandas", "polars", "duckdb", "datasets"):
        mine = ModuleType(name)
        mine.DataFrame = mine.Dataset = mine.DuckDBPyRelation = lambda: None  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, mine)
    assert dedupe.clean(["The river rose."]).data == ["The river rose."]
    assert dedupe.clean(pa.table({"text": ["The river rose."]})).data.num_rows == 1


IDS = st.lists(st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["1", "a", "b"])), min_size=1, max_size=5)


@given(IDS, st.data())
def test_an_id_column_that_nobody_named_is_used_only_where_it_names_every_row(
    ids: list[Any], data: st.DataObject
) -> None:
    kinds = {type(value) for value in ids if value is not None}
    if len(kinds) > 1:
        ids = [None if value is None else str(value) for value in ids]
    has_text = data.draw(st.lists(st.booleans(), min_size=len(ids), max_size=len(ids)))
    texts = [f"number {i} of these texts" if there else None for i, there in enumerate(has_text)]
    table = pa.table({"id": ids, "text": pa.array(texts, pa.string())})
    rows = [row for row, there in enumerate(has_text) if there]
    wanted = [ids[row] for row in rows]
    names_all = None not in wanted and len(set(wanted)) == len(wanted)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = dedupe.find_duplicates(table)
    assert list(result.kept) == (wanted if names_all else rows)
    assert [str(one.message).split(":")[0] for one in caught] == (
        [] if names_all else ["values of column 'id' " + ("are missing in places" if None in wanted else "repeat")]
    )
    assert all(one.filename == __file__ for one in caught)
    if names_all:
        assert list(dedupe.find_duplicates(table, id="id").kept) == wanted
    else:
        with pytest.raises(InputError, match=r"has no id: column 'id' is null there|is used twice"):
            dedupe.find_duplicates(table, id="id")


def test_passages_and_evaluations_leave_out_rows_without_a_text() -> None:
    line = (
        "The old mill by the river has stood empty for forty years, and nobody in the village knows why it is so."
    )
    frame = pd.DataFrame({"text": [f"{line} Dogs bark.", None, f"A council met. {line}"]})
    (passage,) = dedupe.find_passages(frame)
    assert {passage.a, passage.b} == {0, 2}
    assert dedupe.evaluate(frame).recall.share == 1


def test_texts_in_the_index_are_refused_by_clean() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"text": ["The cat sat on the mat.", "the cat sat on the mat"], "n": [1, 2]})
    with pytest.raises(InputError, match=r"the texts are the index of the frame.* give frame.reset_index\(\)"):
        dedupe.clean(frame.set_index("text"))
    assert dedupe.find_duplicates(frame.set_index("text")).data["n"].tolist() == [1]


def test_a_query_that_fails_is_told() -> None:
    con, closed = duckdb.connect(), duckdb.connect()
    late = closed.sql("select 'a' as text")
    closed.close()
    for frame, said in (
        (pl.LazyFrame({"text": TEXTS}).with_columns(pl.col("nope") + 1), "query of the LazyFrame fails: .*nope"),
        (pl.scan_csv("nowhere.csv"), "query of the LazyFrame fails: .*nowhere.csv"),
        (con.sql("select cast('a' || range as int) as text from range(2)"), "query of the DuckDBPyRelation fails"),
        (late, "query of the DuckDBPyRelation fails: .*closed"),
    ):
        with pytest.raises(InputError, match=said):
            dedupe.clean(frame)


def test_a_column_that_is_no_arrow_is_named() -> None:
    if not hasattr(pl, "Int128"):
        pytest.skip("this polars has no such type")
    frame = pl.DataFrame({"text": TEXTS, "n": pl.Series([1] * len(TEXTS), dtype=pl.Int128)})
    with suppress(ValueError, TypeError):
        pa.table(frame)
        pytest.skip("this pyarrow reads the type")
    with pytest.raises(InputError, match="column 'n', Int128: DataFrame cannot be read as Arrow"):
        dedupe.clean(frame)


def test_a_lone_surrogate_in_a_column_is_told() -> None:
    frame = pd.DataFrame({"text": pd.Series(["a mill", "a \ud800 b"], dtype=object), "n": [1, 2]})
    with pytest.raises(InputError, match=r"with a lone surrogate, '\\ud800' in row 1: UTF-8 has none") as caught:
        dedupe.clean(frame)
    assert str(caught.value).isascii()
