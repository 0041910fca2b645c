"""The documents of a frame: checked, numbered in their order, and their texts held where they are joined to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dedupe.errors import DuplicateIdError, InputError, OptionError
from dedupe.spark.session import SparkRun, number

START_BITS = 30
"""the lower bits of a unit hold where it begins: no text is longer"""
MOST_DOCUMENTS = 1 << (63 - START_BITS)


@dataclass(frozen=True)
class DocumentFrames:
    """Documents, with numbers in their order."""

    run: SparkRun
    names: DataFrame
    """`document` (its number) and `id`"""
    texts: DataFrame
    """`id`, `document`, `text` and what else was asked for; held by `id`"""
    count: int

    def with_texts(self, rows: DataFrame, *, how: str = "inner") -> DataFrame:
        """Texts beside rows that there is at most one of for each document; `how` joins texts to rows."""
        return self.texts.join(self.named(rows).drop("document"), "id", how)

    def named(self, rows: DataFrame) -> DataFrame:
        """Rows with the id of their document."""
        return rows.join(self.names, "document")


def read_documents(
    run: SparkRun,
    frame: DataFrame,
    id_col: str,
    text_col: str,
    order_col: str | None,
    columns: Sequence[Column] = (),
) -> DocumentFrames:
    """Number the documents of a frame by a column, and by their ids where that is equal or there is none.

    Raises
    ------
    InputError
        A column is missing or of a wrong type, or an id or a text is missing or no text.
    DuplicateIdError
        Two documents have the same id.
    """
    check_columns(frame, id_col, text_col, order_col)
    order = [F.col("id")] if order_col is None else [F.col("_order"), F.col("id")]
    light = frame.select(
        F.col(f"`{id_col}`").alias("id"), *([] if order_col is None else [F.col(f"`{order_col}`").alias("_order")])
    )
    names = run.settle(number(run, light, order, "document", "numbers").select("document", "id"), "documents")
    count = _check_ids(names, id_col)
    whole = frame.select(F.col(f"`{id_col}`").alias("id"), F.col(f"`{text_col}`").alias("text"), *columns)
    # Held before it is joined: Spark would else choose partitions of its own for the join.
    held = run.keep(run.spread(whole, "id"), "id", "texts")
    texts = run.keep(held.join(names, "id"), "id", "texts with numbers")
    run.release(held)
    _check_texts(texts, text_col)
    return DocumentFrames(run, names, texts, count)


def check_columns(frame: DataFrame, id_col: str, text_col: str, order_col: str | None) -> None:
    """Refuse a frame that has not the columns that are named.

    Raises
    ------
    InputError
        One is missing, or that of the texts holds none.
    """
    types = dict(frame.dtypes)
    for argument, name in (("id", id_col), ("text", text_col), ("order", order_col)):
        if name is not None and name not in types:
            raise OptionError(f"{argument}={name!r} is no column of the frame, which has {', '.join(types)}")
    if types[text_col] != "string":
        raise InputError(
            f"column {text_col!r} is {types[text_col]}, not string: cast it, or name another one: `text=`"
        )


def _check_ids(names: DataFrame, id_col: str) -> int:
    """Refuse ids that are missing or there twice; answers with how many there are."""
    missing, count = next(iter(names.agg(F.count_if(F.col("id").isNull()), F.count("*")).collect()))
    if missing:
        raise InputError(f"{missing:,} rows have no id in column {id_col!r}: fill it, or drop them")
    if count >= MOST_DOCUMENTS:
        raise InputError(f"there are more than {MOST_DOCUMENTS:,} documents: work on a part of them at a time")
    twice = names.groupBy("id").agg(F.count("*").alias("rows")).filter("rows > 1").orderBy("id").limit(1).first()
    if twice is not None:
        raise DuplicateIdError(
            f"id {twice['id']!r} is used by {twice['rows']:,} rows: make the ids in column {id_col!r} unique, "
            "or name another column: `id=`"
        )
    return int(count)


def _check_texts(texts: DataFrame, text_col: str) -> None:
    bad = texts.filter(F.col("text").isNull() | ~F.is_valid_utf8("text"))
    row = bad.orderBy("document").select("id", F.col("text").isNull().alias("missing")).limit(1).first()
    if row is None:
        return
    advice = "drop or fill missing values first" if row["missing"] else "repair it with make_valid_utf8 first"
    what = "missing" if row["missing"] else "no valid UTF-8"
    raise InputError(f"the text of document {row['id']!r} in column {text_col!r} is {what}: {advice}")


def document_of(unit: str = "unit") -> Column:
    """The document of a unit."""
    return F.shiftright(F.col(unit), START_BITS)


def start_of(unit: str = "unit") -> Column:
    """Return where a unit begins in its document."""
    return F.col(unit).bitwiseAND(F.lit((1 << START_BITS) - 1))
