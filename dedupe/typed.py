"""Arguments of verbs as types, so that overloads say what comes out and editors complete what goes in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypedDict

from dedupe.job import Facts, Keep, Nulls, ParagraphMode, Point, RuleSet, Stage


class ArrowStream(Protocol):
    """A table or column that speaks Arrow: of pyarrow, pandas, polars, DuckDB."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the rows."""


class ArrowArray(Protocol):
    """An array or a batch that speaks Arrow."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> object:
        """Return the rows."""


class LazyTable(Protocol):
    """A lazy frame of polars."""

    def lazy(self) -> Any:
        """Return the frame as a lazy one."""


class FeatureTable(Protocol):
    """A Dataset of Hugging Face."""

    @property
    def features(self) -> Any:
        """Return the types of the columns."""

    @property
    def num_rows(self) -> int:
        """Return how many rows there are."""


class TableArguments(TypedDict, total=False):
    """Arguments of all verbs on texts in memory."""

    threshold: float | None
    recall: float
    keep: Keep
    facts: Facts
    paragraphs: ParagraphMode
    text: str | Sequence[str]
    id: str | None
    source: str | None
    order: str | None
    nulls: Nulls | None
    threads: int | None


class TaughtModel(Protocol):
    """A fitted `BoilerplateClassifier`."""

    @property
    def model_(self) -> Any:
        """Return its model."""


class CleanArguments(TableArguments, total=False):
    """Arguments of `clean`."""

    remove: Sequence[Stage]
    boilerplate: float | Point
    context: bool
    model: TaughtModel | str | Path | None
    quality: RuleSet | None
    min_paragraph: int
    min_passage: int
    passage_similarity: float
    min_left: int
