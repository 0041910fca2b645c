"""The documents that are cleaned, by number, wherever their texts lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from dedupe import worksize
from dedupe.boilerplate.context import number_sources
from dedupe.cleaning.brakes import sources_of
from dedupe.columns import SelectedColumn, TextColumn, runs
from dedupe.documents import Corpus, Id
from dedupe.store.columns import Column, HeldColumn
from dedupe.tables import PAGE_SOURCE
from dedupe.text.encode import Offsets


class Documents(Protocol):
    """Documents in their order."""

    @property
    def count(self) -> int:
        """Return how many there are."""

    @property
    def texts(self) -> TextColumn:
        """Their texts."""

    @property
    def size(self) -> Column:
        """The bytes of each, about."""

    @property
    def site(self) -> Column:
        """The number of the site of each, from 1; 0 where none is known."""

    @property
    def site_count(self) -> int:
        """Return how many sites there are."""

    def names(self, documents: Offsets) -> list[Id]:
        """Return the ids of documents, whose numbers ascend."""

    def find(self, ids: Sequence[Id]) -> Offsets:
        """Return the numbers of documents by their ids."""

    def chosen(self, documents: Offsets, room: int) -> TextColumn:
        """Return the texts of some documents; so many bytes may be held of those that are read."""

    def sources(self, first: int, last: int) -> list[str]:
        """Return the source of each document from one number to another, as `sources_of` tells it."""


def document_runs(documents: Documents) -> Iterator[tuple[int, int]]:
    """Return runs of documents of as much text as is worked on at a time."""
    for first, sizes in documents.size.runs(worksize.SIZES.documents):
        for start, end in runs(sizes.astype(np.int64)):
            yield first + start, first + end


class HeldDocuments:
    """The documents of a corpus in memory."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus, self.texts, self.count = corpus, corpus.texts, len(corpus)
        self.size: Column = HeldColumn([corpus.texts.sizes()])

    @cached_property
    def _numbered(self) -> Offsets:
        columns = self.corpus.columns
        sources = columns.get(PAGE_SOURCE, columns.get("source"))
        return np.zeros(self.count, np.int64) if sources is None else number_sources(sources)

    @property
    def site(self) -> Column:
        """The number of the site of each, from 1; 0 where none is known."""
        return HeldColumn([self._numbered])

    @property
    def site_count(self) -> int:
        """Return how many sites there are."""
        return int(self._numbered.max(initial=0))

    @cached_property
    def _number(self) -> dict[Id, int]:
        return {identity: number for number, identity in enumerate(self.corpus.ids)}

    def names(self, documents: Offsets) -> list[Id]:
        """Return the ids of documents."""
        ids = self.corpus.ids
        return [ids[number] for number in documents.tolist()]

    def find(self, ids: Sequence[Id]) -> Offsets:
        """Return the numbers of documents by their ids."""
        return np.array([self._number[identity] for identity in ids], np.int64)

    def chosen(self, documents: Offsets, room: int) -> TextColumn:
        """Return the texts of some documents, which are in memory anyway."""
        return SelectedColumn(self.texts, documents)

    def sources(self, first: int, last: int) -> list[str]:
        """Return the source of each document from one number to another."""
        return self._sources[first:last]

    @cached_property
    def _sources(self) -> list[str]:
        return sources_of(self.corpus.columns, self.corpus.ids)
