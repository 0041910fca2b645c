"""What the stages of `clean` answer with, and how that is put down, so that a stopped run goes on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedupe.outofcore.bits import Bits
from dedupe.outofcore.columns import Array, Column
from dedupe.outofcore.duplicated import Duplicated
from dedupe.outofcore.duplicates import KINDS
from dedupe.outofcore.partitions import Partitions
from dedupe.outofcore.passages import Anchored
from dedupe.outofcore.recurrence import Recurrence
from dedupe.outofcore.removals import Removals
from dedupe.outofcore.sentences import SentenceFiles
from dedupe.outofcore.stages import Kinds


@dataclass(frozen=True)
class Followed:
    """Removals whose kept copies stay."""

    rows: list[Column]
    """of `ROW`, of each stage of duplicates but the last"""


@dataclass(frozen=True)
class Scored:
    """What boilerplate removes."""

    removals: Removals
    judged: Array
    """of how many paragraphs it is how likely"""


@dataclass(frozen=True)
class Judged:
    """Documents that a stage removes as a whole, judging what is left of them."""

    removals: Removals
    documents: Bits


@dataclass(frozen=True)
class Cut:
    """What is cut in the end; both by document."""

    cuts: Column
    """of `SPAN`"""
    withdrawn: Column
    """of `SPAN`: what cannot be cut without gluing two words together"""


CLEAN_KINDS: Kinds = {
    **KINDS,
    Removals: dict.fromkeys(("rows", "spans", "why", "why_offsets"), Column),
    Duplicated: {"removals": Removals, "gone": Bits},
    Followed: {"rows": [Column]},
    Scored: {"removals": Removals, "judged": np.ndarray},
    Judged: {"removals": Removals, "documents": Bits},
    Cut: {"cuts": Column, "withdrawn": Column},
    Anchored: {
        **dict.fromkeys(("parts", "part_offsets", "regions", "covered", "covered_offsets"), Column),
        "anchors": Partitions,
        "sentences": SentenceFiles,
    },
    SentenceFiles: {"rows": Column, "windows": Partitions},
    Recurrence: {"counts": Column, "sizes": Column},
}
