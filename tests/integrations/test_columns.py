"""Verbs on columns of pandas, polars, Arrow, DuckDB and datasets, each the real package."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedupe
from dedupe.errors import InputError
from dedupe.integrations.columns import boilerplate, duplicated, language, quality, without_boilerplate

TEXTS = [
    "The old mill by the river has stood empty for forty years, and nobody in the village knows why.",
    "Subscribe now for unlimited access!",
    "Le vieux moulin au bord de la rivière est vide depuis quarante ans, et personne ne sait pourquoi.",
    "the OLD mill by the river has stood empty for forty years and nobody in the village knows why",
    "The council met on Monday.\n\nSubscribe now for unlimited access!",
]
GONE = [False, False, False, True, False]
LEFT = [TEXTS[0], "", TEXTS[2], TEXTS[3], "The council met on Monday."]
CODES = ["en", "en", "fr", "en", "en"]

pytestmark = pytest.mark.filterwarnings("default")


def test_lists() -> None:
    assert duplicated(TEXTS) == GONE
    assert without_boilerplate(TEXTS) == LEFT
    assert language(TEXTS) == CODES
    assert [p > 0.8 for p in boilerplate(TEXTS)] == [False, True, False, False, True]
    assert all(0 <= score <= 1 for score in quality(TEXTS))
    assert duplicated([]) == without_boilerplate([]) == boilerplate([]) == []


def test_pandas_series_keep_index_and_name() -> None:
    pd = pytest.importorskip("pandas")
    for dtype in ("object", "string"):
        rows = [f"row{i}" for i in range(len(TEXTS))]
        frame = pd.DataFrame({"body": pd.Series(TEXTS, dtype=dtype, index=rows)})
        gone = duplicated(frame["body"])
        assert isinstance(gone, pd.Series)
        assert (gone.index.tolist(), gone.name, gone.dtype) == (frame.index.tolist(), "body", bool)
        assert frame[~gone].index.tolist() == ["row0", "row1", "row2", "row4"]
        frame["text"], frame["p"] = without_boilerplate(frame["body"]), boilerplate(frame["body"])
        frame["language"], frame["quality"] = language(frame["body"]), quality(frame["body"])
        assert frame["text"].tolist() == LEFT
        assert frame.loc["row1", "p"] > 0.8 and frame["language"].tolist() == CODES
    assert duplicated(pd.Series(["a b c", "a b c"], index=[7, 7])).tolist() == [False, True]
    with pytest.raises(InputError, match=r"text 1 .* not str: drop or fill missing"):
        duplicated(pd.Series(["a", None]))
    with pytest.raises(InputError, match="DataFrame, not a column"):
        duplicated(pd.DataFrame({"text": TEXTS}))


def test_polars_series_and_expressions() -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"body": TEXTS})
    gone = duplicated(frame["body"])
    assert isinstance(gone, pl.Series) and gone.dtype == pl.Boolean
    assert frame.filter(~gone)["body"].to_list() == [t for t, g in zip(TEXTS, GONE, strict=True) if not g]
    out = frame.lazy().with_columns(
        pl.col("body").map_batches(boilerplate, return_dtype=pl.Float64).alias("p"),
        pl.col("body").map_batches(without_boilerplate, return_dtype=pl.String).alias("text"),
    )
    assert out.collect()["text"].to_list() == LEFT
    assert out.filter(pl.col("p") > 0.95).collect()["body"].to_list() == [TEXTS[1]]
    with pytest.raises(InputError, match="not str"):
        boilerplate(pl.Series("body", ["a", None]))
    assert dedupe.find_duplicates(frame.with_row_index("id").rename({"body": "text"})).kept == (0, 1, 2, 4)


def test_arrow_arrays() -> None:
    for column in (pa.array(TEXTS), pa.chunked_array([TEXTS[:2], TEXTS[2:]]), pa.array(TEXTS, pa.large_string())):
        gone = duplicated(column)
        assert isinstance(gone, pa.Array | pa.ChunkedArray) and gone.to_pylist() == GONE
        assert without_boilerplate(column).to_pylist() == LEFT


def test_duckdb_speaks_arrow_both_ways() -> None:
    duckdb = pytest.importorskip("duckdb")
    pages = pa.table({"id": [f"p{i}" for i in range(len(TEXTS))], "text": TEXTS})
    with duckdb.connect() as database:
        database.register("pages", pages)
        relation = database.sql("select id, text from pages where length(text) > 40 order by id")
        result = dedupe.find_duplicates(relation)
        assert result.kept == ("p0", "p2", "p4")
        database.register("pairs", result.pairs.to_arrow())
        rows = database.sql("select p.text, pairs.b from pairs join pages p on p.id = pairs.a").fetchall()
        assert rows == [(TEXTS[0], "p3")]
        cleaned = dedupe.clean(database.sql("select * from pages"))
        database.register("cleaned", cleaned.to_arrow())
        assert database.sql("select id from cleaned order by id").fetchall() == [(id,) for id in cleaned.texts]


def test_batched_map_and_filter_of_datasets() -> None:
    datasets = pytest.importorskip("datasets")
    dataset = datasets.Dataset.from_dict({"text": TEXTS * 3})

    def columns(batch: dict[str, list[str]]) -> dict[str, list[Any]]:
        return {"p": boilerplate(batch["text"]), "language": language(batch["text"])}

    scored = dataset.map(columns, batched=True, batch_size=4)
    assert scored["language"][:5] == CODES
    assert scored["p"][:] == boilerplate(TEXTS * 3)
    few = scored.filter(lambda batch: [p < 0.95 for p in batch["p"]], batched=True)
    assert len(few) == 12
    kept = dataset.select([i for i, gone in enumerate(duplicated(dataset["text"])) if not gone])
    assert kept["text"][:] == [TEXTS[i] for i in (0, 1, 2, 4)]


@given(st.lists(st.sampled_from([*TEXTS, "", "\ud800", "a\n\nb", "東京の記事はこちら"]), max_size=6))
def test_each_value_depends_on_its_own_text(texts: list[str]) -> None:
    for verb in (without_boilerplate, boilerplate, quality, language):
        assert verb(texts) == [verb([text])[0] for text in texts]


@pytest.mark.parametrize("texts", ["one string", {"a": "b"}, 3, None])
def test_what_is_no_column_is_refused(texts: object) -> None:
    with pytest.raises(InputError):
        without_boilerplate(texts)


def test_options_are_those_of_find_duplicates() -> None:
    texts = ["The mill burnt in 1841, and nobody knows why.", "The mill burnt in 1914, and nobody knows why."]
    assert duplicated(texts, threshold=0.6) == [False, True]
    assert duplicated(texts, threshold=0.6, facts="apart") == [False, False]
    assert duplicated(texts, threshold=0.6, keep="last") == [True, False]
    with pytest.raises(InputError, match="compares whole texts"):
        duplicated(texts, unit="paragraph")


def test_ids_of_a_column_are_positions_whatever_else_it_knows() -> None:
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_dict({"text": TEXTS, "id": [4, 3, 2, 1, 0]})
    assert duplicated(rows) == GONE
    assert without_boilerplate(rows) == LEFT
    documents = [dedupe.Document(f"d{i}", text) for i, text in enumerate(TEXTS)]
    assert without_boilerplate(documents) == LEFT


def test_one_of_its_kind_goes_out_empty_ones_too() -> None:
    pl, pd = pytest.importorskip("polars"), pytest.importorskip("pandas")
    empty = pl.Series("body", [], dtype=pl.String)
    assert (without_boilerplate(empty).dtype, language(empty).dtype) == (pl.String, pl.String)
    assert (duplicated(empty).dtype, boilerplate(empty).dtype) == (pl.Boolean, pl.Float64)
    assert without_boilerplate(pa.array([], pa.string())).type == pa.string()
    assert isinstance(duplicated(pa.chunked_array([TEXTS])), pa.ChunkedArray)
    assert boilerplate(pd.Series([], dtype="string")).dtype == "float64"
    for values in (pd.Series(TEXTS).to_numpy(), pd.Index(TEXTS), pd.Series(TEXTS, dtype="string").array):
        assert list(duplicated(values)) == GONE
        assert list(without_boilerplate(values)) == LEFT
