"""Arguments of `find_duplicates` as types, for its overloads."""

from __future__ import annotations

from dedupe.documents import Texts
from dedupe.duplicates.fingerprints import Progress
from dedupe.job import By, Linkage, Pairs, UnitName
from dedupe.lsh import Shingle
from dedupe.typed import TableArguments


class DuplicateArguments(TableArguments, total=False):
    """Arguments of `find_duplicates`."""

    unit: UnitName
    by: By
    shingle: str | Shingle | None
    permutations: int | None
    pairs: Pairs
    linkage: Linkage
    against: Texts | None
    progress: Progress | None
