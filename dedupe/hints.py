"""Hints of errors and warnings: what a caller probably meant."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from math import isnan
from pathlib import Path
from typing import Any

# Names that a path ends with; a text seldom does.
_ENDINGS = frozenset(
    ".txt .md .html .htm .xml .pdf .docx .csv .tsv .json .jsonl .ndjson .parquet .arrow "
    ".gz .zst .bz2 .xz .zip".split()
)
_LONGEST_PATH = 1024
WORDING: ContextVar[Callable[[str], str]] = ContextVar("wording", default=str)
"""how a message that is written to a file names arguments; on the command line they are flags"""


def did_you_mean(value: Any, choices: Iterable[str]) -> str:
    """Return the choice that a word is nearly, as the end of a message; nothing where there is none."""
    if not isinstance(value, str):
        return ""
    from difflib import get_close_matches

    known = {choice.casefold(): choice for choice in choices}
    near = get_close_matches(value.strip().casefold(), known, 1, 0.6)
    return f": did you mean {known[near[0]]!r}?" if near else ""


def without_quotes(value: Any) -> str:
    """Return what to write where a number stands in quotes, as the end of a message."""
    try:
        return f": write {float(value):.12g}, without quotes" if isinstance(value, str) else ""
    except ValueError:
        return ""


def instead_of(item: Any, identity: Any, *, in_mapping: bool) -> str:
    """Return what to do where a text is something else."""
    if isinstance(item, bytes | bytearray):
        return "decode bytes, as in item.decode('utf-8')"
    if isinstance(item, Path):
        return "read the file, or clean files with clean_files"
    if in_mapping and hasattr(item, "column_names"):
        return f"give one split, as in data[{identity!r}], or each in turn"
    if in_mapping and (isinstance(item, list | tuple) or _is_column(item)):
        return "a mapping is id -> text; of columns make a table: pyarrow.table(data)"
    if hasattr(item, "columns"):
        return "make one table of them, as in pandas.concat(tables)"
    if _is_column(item):
        return "give the texts themselves, in one list or column"
    if isinstance(item, dict):
        return (
            "of rows make a table, as in pyarrow.Table.from_pylist(rows), or give their texts, as in "
            "[row['text'] for row in rows]"
        )
    if isinstance(item, list | tuple):
        return "give strings, a mapping id -> text, or dedupe.Document(id, text)"
    if item is None or type(item).__name__ in ("NAType", "NaTType") or (isinstance(item, float) and isnan(item)):
        return "drop or fill missing values first"
    return "give strings"


def _is_column(item: Any) -> bool:
    """Return whether something holds values as a column does: an array, a series."""
    return hasattr(item, "__array__") and hasattr(item, "__len__") and not hasattr(item, "columns")


def warn_of_paths(texts: Sequence[str]) -> None:
    """Warn where all texts are names of files: they are compared as texts, and no file is read."""
    if texts and all(map(_is_path, texts)):
        _warn(
            f"{texts[0]!r} looks like a path and is taken for a text: read the file first; for files there are "
            "clean_files and the command line"
        )


def warn_of_kept_sources(names: Sequence[str]) -> None:
    """Warn that none of the documents is from a source that is kept by priority."""
    _warn(f"keep={list(names)!r} are sources, and no document is from one of them")


def warn_of_labels(content: str, boilerplate: str) -> None:
    """Warn which of two labels is taken for boilerplate."""
    _warn(
        f"{boilerplate} is taken for boilerplate and {content} for content: give 1 and 0, or 'boilerplate' and "
        "'content', to say so yourself"
    )


def warn_of_ids(name: str, fault: str) -> None:
    """Warn that a column of ids that nobody named is passed over."""
    _warn(
        f"values of column {name!r} {fault}: rows are named by their numbers. Name another column with id=, or say "
        "id=None"
    )


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=_caller())


def _is_path(text: str) -> bool:
    if len(text) > _LONGEST_PATH or "\n" in text or "\0" in text:
        return False
    path = Path(text)
    try:
        if path.suffix.casefold() not in _ENDINGS:
            return "/" in text and any(map(str.isalnum, text)) and path.is_dir()
        return not any(map(str.isspace, text)) or path.is_file()
    except (OSError, ValueError):
        return False


def _caller() -> int:
    """Return how far the call into the package is from here, as `warnings.warn` counts."""
    frame, level = sys._getframe(1), 1
    package = __name__.split(".")[0]
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == package:
        frame, level = frame.f_back, level + 1
    return level
