"""Verbs on Spark, with the results of the local ones: kernels read the texts, frame operators do the rest.

Frames in, frames out. A task is a small object with settings. Spark sends it to its Python workers, where it reads
Arrow batches. Tables between tasks hold numbers; a text is shuffled only where it is compared.

- `session.py`, `documents.py`, `arrow.py`: what every verb needs: settled frames, documents with numbers, batches;
- `units.py` signs, `candidates.py` finds pairs, `compare.py` verifies them, `groups.py` decides in rounds, and
  `duplicates.py` is the verb;
- `search.py` and `passages.py` find passages, `recurrence.py` counts what comes back, `scoring.py` and `judge.py`
  work on each document by itself, and `cleaning.py` is all of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedupe.spark.cleaning import clean
    from dedupe.spark.duplicates import find_duplicates
    from dedupe.spark.passages import find_passages
    from dedupe.spark.restoring import restore
    from dedupe.spark.scoring import score

_HOMES = {
    "clean": "cleaning",
    "find_duplicates": "duplicates",
    "find_passages": "passages",
    "restore": "restoring",
    "score": "scoring",
}

__all__ = ["clean", "find_duplicates", "find_passages", "restore", "score"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name != "pyspark":
            raise
        raise ImportError("dedupe.spark needs PySpark: install it with pip install 'dedupe-text[spark]'") from error
