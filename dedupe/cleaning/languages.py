"""Removal counts by language, of a sample of the documents that is the same in every run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe.columns import StringColumn
from dedupe.language.detect import LEAST_PROBABILITY, UNKNOWN, languages_of
from dedupe.text.encode import Offsets

# Documents that are looked at, and how much of each.
SAMPLED, LOOKED_AT = 500, 2_000


class LanguageRemoval(NamedTuple):
    """Removal counts of the documents in a language."""

    language: str
    documents: int
    documents_removed: int
    characters: int
    characters_removed: int


def sampled(count: int, most: int = SAMPLED) -> Offsets:
    """The numbers of the documents that are looked at, of so many: as far from each other as can be."""
    return (
        np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64)) if count else np.zeros(0, np.int64)
    )


def count_languages(
    texts: Sequence[str], characters: Sequence[int], removed: Sequence[int], whole: Sequence[bool]
) -> tuple[LanguageRemoval, ...]:
    """Return what goes of each language, the one of the most text first.

    Parameters
    ----------
    texts : sequence of str
        The documents that are looked at.
    characters, removed, whole : sequences
        How long each is, how much of it goes, and whether all of it does.
    """
    codes, probability = languages_of(StringColumn([text[:LOOKED_AT] for text in texts]), 1)
    sums: dict[str, list[int]] = {}
    for code, sure, size, gone, all_of_it in zip(
        codes, probability.tolist(), characters, removed, whole, strict=True
    ):
        own = sums.setdefault(code if sure >= LEAST_PROBABILITY else UNKNOWN, [0, 0, 0, 0])
        for place, value in enumerate((1, int(all_of_it), size, gone)):
            own[place] += value
    rows = (LanguageRemoval(code, *own) for code, own in sums.items())
    return tuple(sorted(rows, key=lambda row: (-row.characters, row.language)))
