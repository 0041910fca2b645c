"""Verbs on columns: a Series of polars or pandas, an Arrow array, or a list comes in, one of its kind goes out.

They go where a function on a column goes: `df["p"] = boilerplate(df["text"])`, `map_batches` of polars, `map` and
`filter` of datasets with `batched=True`. Each value depends on its own text alone, but for `duplicated`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from dedupe.cleaning.clean import clean
from dedupe.cleaning.options import REMOVE_BOILERPLATE
from dedupe.documents import read_texts
from dedupe.duplicates.find import find_duplicates
from dedupe.errors import InputError
from dedupe.language.detect import detect_language
from dedupe.quality.score import score_quality

Column = TypeVar("Column")


def duplicated(texts: Column, **options: Any) -> Column:
    """Which texts are near-duplicates of one that stays, as `Series.duplicated` of pandas says it of values.

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
    result = find_duplicates(_alone(texts), **options)
    gone = np.ones(len(result.kept) + len(result.removed), bool)
    gone[list(result.kept)] = False
    return _like(texts, gone)


def boilerplate(texts: Column) -> Column:
    """How likely each text, taken as one paragraph, is boilerplate; see `score_boilerplate`.

    Examples
    --------
    >>> [round(p, 2) for p in boilerplate(["Subscribe now for unlimited access!", "The river rose overnight."])]
    [0.96, 0.17]
    """
    from dedupe.boilerplate.score import score_boilerplate

    return _like(texts, score_boilerplate(_alone(texts)).probability)


def without_boilerplate(texts: Column, *, threshold: float = REMOVE_BOILERPLATE) -> Column:
    """Each text without the paragraphs and sentences that are boilerplate; empty where nothing else is in it.

    Parameters
    ----------
    texts : Series, Arrow array, or sequence of str
        The texts; each is cleaned by itself.
    threshold : float, default 0.8
        Least probability of boilerplate that is removed.

    Examples
    --------
    >>> without_boilerplate(["The river rose overnight.\\nSubscribe now for unlimited access!"])
    ['The river rose overnight.']
    """
    corpus = read_texts(_alone(texts))
    cleaned = clean(corpus, remove=["boilerplate"], boilerplate=threshold, context=False).texts
    return _like(texts, [cleaned.get(i, "") for i in range(len(corpus))])


def quality(texts: Column) -> Column:
    """The score of each text's quality, from 0 to 1; see `score_quality`."""
    return _like(texts, np.array([one.score for one in score_quality(_alone(texts))], np.float64))


def language(texts: Column) -> Column:
    """The code of each text's language, `und` where none is likely enough; see `detect_language`."""
    return _like(texts, [one.code for one in detect_language(_alone(texts))])


def _alone(texts: Any) -> Any:
    """The texts of a column without an index: ids are positions."""
    if hasattr(texts, "columns") and hasattr(texts, "__getitem__"):
        raise InputError(f"texts is a {type(texts).__name__}, not a column: choose the one with the text")
    if isinstance(texts, str | Mapping) or not hasattr(texts, "__len__"):
        raise InputError(f"texts is {type(texts).__name__}: give a column, or a list of strings")
    if type(texts).__module__.split(".")[0] == "pandas":
        # As its values: what is missing is met by its type, whatever the storage.
        return texts.tolist()
    return texts


def _like(texts: Column, values: np.ndarray | Sequence[Any]) -> Column:
    """Values as a column of the kind of `texts`."""
    out: Column = _column(texts, values)
    return out


def _column(texts: Any, values: np.ndarray | Sequence[Any]) -> Any:
    package = type(texts).__module__.split(".")[0]
    if package == "pandas":
        return type(texts)(values, index=texts.index, name=texts.name)
    if package == "polars":
        return type(texts)(texts.name, values)
    if package == "pyarrow":
        import pyarrow as pa

        return pa.array(values)
    return values.tolist() if isinstance(values, np.ndarray) else values
