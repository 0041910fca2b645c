"""Verbs on columns: a Series of polars or pandas, an Arrow array, or a list comes in, one of its kind goes out.

They go where a function on a column goes: `df["p"] = boilerplate(df["text"])`, `map_batches` of polars, `map` and
`filter` of datasets with `batched=True`. Each value depends on its own text alone, but for `duplicated`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np

from dedupe.cleaning.clean import clean
from dedupe.documents import Corpus, read_texts
from dedupe.duplicates.find import find_duplicates
from dedupe.errors import InputError
from dedupe.job import CleanOptions, Point
from dedupe.language.detect import detect_language
from dedupe.quality.score import score_quality

Column = TypeVar("Column")
Kind: TypeAlias = Literal["bool", "float64", "string"]


def duplicated(texts: Column, **options: Any) -> Column:
    """Return which texts are near-duplicates of one that stays, as `Series.duplicated` of pandas says it of values.

    Parameters
    ----------
    texts : Series, Arrow array, or sequence of str
        The texts, all of them: a batch knows nothing of what another batch holds.
    **options
        As for `find_duplicates` with documents: `threshold`, `recall`, `keep`, `facts`, `against`, …

    Returns
    -------
    of the kind of `texts`
        True where a text goes.

    Raises
    ------
    InputError
        A text is missing or no string, or an option is wrong.

    Examples
    --------
    >>> duplicated(["The cat sat on the mat.", "Dogs bark.", "the cat sat on the mat"])
    [False, False, True]
    """
    if "unit" in options:
        raise InputError("duplicated compares whole texts: use find_duplicates for units below them")
    corpus = _alone(texts)
    gone = np.ones(len(corpus), bool)
    gone[list(find_duplicates(corpus, **options).kept)] = False
    return _like(texts, gone, "bool")


def boilerplate(texts: Column) -> Column:
    """Return how likely each text, taken as one paragraph, is boilerplate; see `score_boilerplate`.

    Examples
    --------
    >>> [round(p, 2) for p in boilerplate(["Subscribe now for unlimited access!", "The river rose overnight."])]
    [0.97, 0.11]
    """
    from dedupe.boilerplate.score import score_boilerplate

    return _like(texts, score_boilerplate(_alone(texts)).probability, "float64")


def without_boilerplate(texts: Column, *, threshold: float | Point = CleanOptions.boilerplate) -> Column:
    """Each text without the paragraphs that are boilerplate; empty where nothing else is in it.

    Parameters
    ----------
    texts : Series, Arrow array, or sequence of str
        The texts; each is cleaned by itself.
    threshold : {"careful", "normal", "thorough"} or float, default "normal"
        The operating point, or the least probability, of removed paragraphs; see `clean`.

    Examples
    --------
    >>> without_boilerplate(["The river rose overnight.\\nSubscribe now for unlimited access!"])
    ['The river rose overnight.']
    """
    corpus = _alone(texts)
    # A column has a row for each text, whatever is left of it.
    cleaned = clean(corpus, remove=["boilerplate"], boilerplate=threshold, context=False, min_left=0).texts
    return _like(texts, [cleaned[i] for i in range(len(corpus))], "string")


def quality(texts: Column) -> Column:
    """The score of each text's quality, from 0 to 1; see `score_quality`."""
    return _like(texts, [one.score for one in score_quality(_alone(texts))], "float64")


def language(texts: Column) -> Column:
    """The code of each text's language, `und` where none is likely enough; see `detect_language`."""
    return _like(texts, [one.code for one in detect_language(_alone(texts))], "string")


def _alone(texts: Any) -> Corpus:
    """The texts of a column, whose ids are positions, whatever else it knows of them."""
    if hasattr(texts, "columns") and hasattr(texts, "__getitem__"):
        raise InputError(f"texts is a {type(texts).__name__}, not a column: choose the one with the text")
    if isinstance(texts, str | Mapping) or not hasattr(texts, "__len__"):
        raise InputError(f"texts is {type(texts).__name__}: give a column, or a list of strings")
    # Of pandas and numpy the values: what is missing is met by its type, whatever the storage.
    corpus = read_texts(texts.tolist() if _package(texts) in ("pandas", "numpy") else texts)
    return replace(corpus, ids=range(len(corpus)))


def _like(texts: Column, values: Iterable[Any], kind: Kind) -> Column:
    """Values of a kind as a column of the kind of `texts`."""
    out: Column = _column(texts, list(values), kind)
    return out


def _column(texts: Any, values: list[Any], kind: Kind) -> Any:
    package = _package(texts)
    if package == "pandas" and hasattr(texts, "index"):
        import pandas as pd

        return pd.Series(values, index=texts.index, name=texts.name, dtype="str" if kind == "string" else kind)
    if package == "polars":
        import polars as pl

        return pl.Series(texts.name, values, {"bool": pl.Boolean, "float64": pl.Float64, "string": pl.String}[kind])
    if package == "pyarrow":
        import pyarrow as pa

        array = pa.array(values, {"bool": pa.bool_(), "float64": pa.float64(), "string": pa.string()}[kind])
        return pa.chunked_array([array]) if isinstance(texts, pa.ChunkedArray) else array
    if package in ("pandas", "numpy"):
        return np.array(values, object if kind == "string" else kind)
    return [value.item() if isinstance(value, np.generic) else value for value in values]


def _package(texts: Any) -> str:
    return type(texts).__module__.split(".")[0]
