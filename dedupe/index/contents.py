"""All that an index holds, as `find_duplicates` answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedupe.documents import Corpus
from dedupe.duplicates.groups import Assignment
from dedupe.duplicates.keep import keep_rank
from dedupe.duplicates.result import Duplicates
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.verify import FoundPairs
from dedupe.index.snapshot import Snapshot, SnapshotTexts
from dedupe.job import KeepRule
from dedupe.units import UnitTable


def duplicates_of(snapshot: Snapshot, settings: Settings, keep: KeepRule) -> Duplicates[Any]:
    """The groups of everything that is there."""
    documents, units = snapshot.documents(), snapshot.units()
    corpus = Corpus(snapshot.ids(documents), SnapshotTexts(snapshot, documents))
    places = np.searchsorted(documents, snapshot.values(units, "unit_document"))
    start, end = (snapshot.values(units, name) for name in ("unit_start", "unit_end"))
    table = UnitTable(corpus, settings.unit, places, start, end)
    owners, own = snapshot.owners(units), np.arange(len(units))
    representative, kept = (np.searchsorted(units, numbers) for numbers in (owners.copy_of, owners.kept))
    stands = representative == own
    assignment = Assignment(np.where(stands, kept, own), np.where(stands, owners.similarity, 1.0))
    members = np.flatnonzero(assignment.kept != own)
    return Duplicates(
        settings=settings,
        listed="kept",
        linkage="leader",
        compared=0,
        largest_bucket=0,
        _units=table,
        _old=0,
        _representative=representative,
        _rank=keep_rank(table, keep),
        _pinned=np.zeros(len(units), bool),
        _found=FoundPairs(assignment.kept[members], members, assignment.similarity[members], 0),
        _assignment=assignment,
    )
