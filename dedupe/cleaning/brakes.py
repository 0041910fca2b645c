"""Brakes: what would be removed is counted before anything is written, and too much of it stops the run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dedupe.documents import Id
from dedupe.errors import RemovalError
from dedupe.job import CleanOptions
from dedupe.policy import exceeds
from dedupe.tables import PAGE_SOURCE
from dedupe.text.encode import Offsets

_log = logging.getLogger(__name__)

# A group of so many units, and of such a share of all documents, is named.
_GIANT, _GIANT_SHARE = 100, 0.05
_SHOWN = 3
# Groups that are listed.
_LISTED = 10


class SourceRemoval(NamedTuple):
    """Removal counts of a source: a file, a folder of text files, or a site."""

    source: str
    documents: int
    documents_removed: int
    characters: int
    characters_removed: int

    @property
    def share(self) -> float:
        """The share of its characters that goes."""
        return self.characters_removed / self.characters if self.characters else 0.0


class FileRecords(NamedTuple):
    """Counts of the records of a file, of those that cannot be used, and why the first of these cannot."""

    file: str
    records: int
    quarantined: int
    reason: str


@dataclass(frozen=True)
class Removal:
    """Removal counts of a run."""

    total: SourceRemoval
    sources: tuple[SourceRemoval, ...]
    """in the order in which they begin"""
    groups: tuple[tuple[Id, int], ...]
    """the documents whose copies are the most, and how many removals name each"""
    quarantined: int = 0
    """records that cannot be used, and go too"""
    files: tuple[FileRecords, ...] = ()
    """all inputs, where documents are records of files"""

    def check(self, options: CleanOptions, *, preview: bool = False) -> None:
        """Stop a run that removes more than its limits, and warn of a giant group; a preview warns of both.

        Raises
        ------
        RemovalError
            The message has the evidence.
        """
        for identity, count in self.groups[:1]:
            if count >= max(_GIANT, _GIANT_SHARE * self.total.documents):
                _log.warning(
                    "%d removals name document %r as their kept copy: read some before you rely on the output",
                    count,
                    identity,
                )
        over = self.exceeded(options)
        if not over:
            return
        groups = ", ".join(f"{identity!r} ({count:,})" for identity, count in self.groups[:_SHOWN])
        reason = (
            f"{'; '.join(over)}. {f'Most copies are of {groups}. ' if groups else ''}"
            "If that is right, run again with `force=True` or a higher limit; if not, raise `threshold=`, or take "
            "the source out"
        )
        if not preview:
            raise RemovalError(f"nothing was written, for too much would go: {reason}")
        _log.warning("A run would stop before it writes, for too much would go: %s", reason)

    def exceeded(self, options: CleanOptions) -> list[str]:
        """Return which limits a run exceeds, in words."""
        over = []
        total = self.total
        if exceeds(total.documents, total.characters, total.characters_removed, options.max_removal):
            over.append(f"{_in_words(self.total, 'all text')}, more than `max_removal={options.max_removal:g}`")
        records, gone = self.total.documents + self.quarantined, self.total.documents_removed + self.quarantined
        if self.quarantined and exceeds(records, records, gone, options.max_removal):
            over.append(
                f"{gone:,} of {records:,} records go as a whole ({self.quarantined:,} of them cannot be used), "
                f"more than `max_removal={options.max_removal:g}`"
            )
        useless = [
            file
            for file in self.files
            if exceeds(file.records, file.records, file.quarantined, options.max_source_removal)
        ]
        for name, records, quarantined, reason in useless[:_SHOWN] if len(self.files) > 1 else []:
            over.append(
                f"{quarantined:,} of {records:,} records of {name} cannot be used ({reason}), "
                f"more than `max_source_removal={options.max_source_removal:g}`"
            )
        wiped = [
            source
            for source in self.sources
            if exceeds(source.documents, source.characters, source.characters_removed, options.max_source_removal)
        ]
        wiped.sort(key=lambda source: -source.characters_removed)
        for source in wiped[:_SHOWN] if len(self.sources) > 1 else []:
            limit = f"more than `max_source_removal={options.max_source_removal:g}`"
            over.append(f"{_in_words(source, f'the text of {source.source}')}, {limit}")
        if len(wiped) > _SHOWN:
            over.append(f"{len(wiped) - _SHOWN:,} more sources")
        return over


class RemovalCounter:
    """Counts what goes, some documents at a time."""

    def __init__(self) -> None:
        self._sources: dict[str, list[int]] = {}

    def add(
        self, sources: Sequence[str], characters: Sequence[int], removed: Sequence[int], whole: Sequence[bool]
    ) -> None:
        """Count some documents.

        Parameters
        ----------
        sources, characters : sequences
            The source and length of each document.
        removed : sequence of int
            How many of the characters go.
        whole : sequence of bool
            True where the document is removed entirely.
        """
        for source, size, gone, all_of_it in zip(sources, characters, removed, whole, strict=True):
            counts = self._sources.setdefault(source, [0, 0, 0, 0])
            for place, value in enumerate((1, int(all_of_it), size, gone)):
                counts[place] += value

    def finish(self, groups: Sequence[tuple[Id, int]]) -> Removal:
        """All that was counted; `groups` are the documents that most removals name as having the kept copy."""
        total = [sum(counts[place] for counts in self._sources.values()) for place in range(4)]
        return Removal(
            SourceRemoval("", *total),
            tuple(SourceRemoval(source, *counts) for source, counts in self._sources.items()),
            tuple(groups),
        )


def largest_groups(named: Offsets) -> list[tuple[int, int]]:
    """Return the documents that are named most often as the one with the kept copy, and how often."""
    most = np.lexsort((np.arange(len(named)), -named))[:_LISTED]
    return [(number, times) for number in most.tolist() if (times := int(named[number]))]


def sources_of(columns: Any, ids: Sequence[Id]) -> list[str]:
    """The source of each document: its site where that is known, else its file, of a text file its folder."""
    sites = columns.get(PAGE_SOURCE) or [None] * len(ids)
    files = columns.get("source") or [None] * len(ids)
    out = []
    for identity, site, file in zip(ids, sites, files, strict=True):
        # A text file is a document of its own.
        place = (file.rpartition("/")[0] or ".") if file is not None and file == identity else file
        out.append(str(place if site is None else site))
    return out


def _in_words(source: SourceRemoval, what: str) -> str:
    return (
        f"{source.share:.1%} of {what} ({source.documents_removed:,} of {source.documents:,} documents as a whole)"
    )
