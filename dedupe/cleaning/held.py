"""A corpus in memory as the home of what is cleaned."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dedupe.cleaning.answers import StageRemovals
from dedupe.cleaning.decided import Decided
from dedupe.cleaning.documents import HeldDocuments
from dedupe.cleaning.engine import Home, decide
from dedupe.cleaning.removals import RemovalWriter
from dedupe.documents import Corpus
from dedupe.duplicates.find import compare_units
from dedupe.duplicates.keep import keep_rank
from dedupe.duplicates.settings import resolve
from dedupe.job import CleanOptions
from dedupe.order import document_order
from dedupe.store.bits import Bits
from dedupe.store.budget import Budget
from dedupe.store.columns import HeldColumn, HeldFolder
from dedupe.store.stages import HeldStages
from dedupe.text.encode import Offsets
from dedupe.units import UnitTable, cut_units

# What a step may take besides texts, in bytes; and the text that makes a partition worth while, each of which is
# sorted by itself, as two to the power of.
_ROOM, _PART, _MOST_BITS = 5 << 27, 22, 6


class HeldHome(Home):
    """Documents in memory."""

    def __init__(self, corpus: Corpus, options: CleanOptions) -> None:
        # An order that cannot be read is told before anything is decided.
        document_order(corpus)
        self._corpus, self._options = corpus, options
        self.documents, self.stages = HeldDocuments(corpus), HeldStages()
        bits = (int(corpus.texts.sizes().sum()) >> _PART).bit_length()
        self.budget = Budget(_ROOM, bits=min(bits, _MOST_BITS))
        self._units = cut_units(corpus, "document")
        self.lengths = HeldColumn([self._units.end])
        # So is a rule that cannot be kept by, whether any passage needs it or not.
        self._rank = keep_rank(self._units, options.keep) if "passages" in options.stages else None

    def rank(self, documents: Offsets) -> Offsets:
        """Return the place in keep order of some documents, whose numbers ascend, among themselves."""
        assert self._rank is not None, "only passages are kept by documents"
        rank = np.empty(len(documents), np.int64)
        rank[np.argsort(self._rank[documents])] = np.arange(len(documents))
        return rank

    def find_documents(self) -> StageRemovals:
        """Return the documents that are near-duplicates of others."""
        return self._compare(self._units)

    def find_paragraphs(self, gone: Bits) -> StageRemovals:
        """Return the paragraphs that are near-duplicates of others, in documents that are not gone."""
        units = cut_units(self._corpus, "paragraph", self._options.paragraphs)
        long_enough = units.end - units.start >= self._options.min_paragraph
        return self._compare(units.select(long_enough & ~gone.has(units.document)))

    def _compare(self, units: UnitTable) -> StageRemovals:
        options, gone, writer = self._options, Bits(len(self._corpus)), RemovalWriter(HeldFolder(), "removed")
        settings = resolve(units.unit, options.threshold, options.recall, facts=options.facts)
        result = compare_units(units, settings, keep=options.keep, threads=options.threads)
        members = np.flatnonzero(result.kept_unit != np.arange(len(units)))
        kept = result.kept_unit[members]
        writer.add(
            document=units.document[members],
            start=units.start[members],
            end=units.end[members],
            kept=units.document[kept],
            kept_start=units.start[kept],
            kept_end=units.end[kept],
            score=result.similarity_to_kept[members],
        )
        if units.unit == "document":
            gone.add(units.document[members])
        return StageRemovals(writer.close(), gone)


def decide_in_memory(corpus: Corpus, options: CleanOptions, say: Callable[[str], object] | None = None) -> Decided:
    """Decide what is removed of documents in memory; `say` is called with the name of each stage as it begins."""
    return decide(HeldHome(corpus, options), options, say)
