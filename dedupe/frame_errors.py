"""Frames that cannot be read: why not, and what to do."""

from __future__ import annotations

from typing import Any

from dedupe.errors import InputError


def unreadable_frame(given: Any, error: Exception) -> InputError:
    """Return the error that says that an object is no Arrow."""
    detail = "; ".join(map(str, error.args))
    return InputError(
        f"{type(given).__name__} cannot be read as Arrow ({detail}): give its columns one type each, or "
        "give the texts as a list of strings"
    )


def failed_query(given: Any, error: Exception) -> InputError:
    """Return the error that says that a query that is given fails."""
    reason = str(error).strip().partition("\n")[0]
    return InputError(f"the query of the {type(given).__name__} fails: {reason}")


def unread_column(column: Any, error: Exception) -> str:
    """Return why a column of pandas cannot be read as Arrow, and what to do."""
    if isinstance(error, UnicodeEncodeError):
        row = next((row for row, value in enumerate(column.tolist()) if value == error.object), 0)
        return f"with a lone surrogate, {error.object[error.start]!a} in row {row}: UTF-8 has none, replace it"
    types = _types(column)
    if types:
        return f"of several types ({types}): give its values one type each"
    return f"that Arrow cannot hold ({'; '.join(map(str, error.args))}): give its values one type each"


def _types(column: Any) -> str:
    """Return the first row of a column of pandas that holds another type than those before it, and both types."""
    first = ""
    for row, (value, missing) in enumerate(zip(column.tolist(), column.isna().tolist(), strict=True)):
        kind = "" if missing else type(value).__name__
        if kind and first not in ("", kind):
            return f"row {row} holds {kind}, and those before it {first}"
        first = first or kind
    return ""
