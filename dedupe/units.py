"""The units of a corpus: documents, paragraphs or sentences, as arrays of places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dedupe import kernels
from dedupe.columns import runs
from dedupe.documents import Corpus, Unit
from dedupe.job import ParagraphMode, UnitName
from dedupe.kernels.records import PARAGRAPH_CODES, SENTENCES, WHOLE, CutTexts
from dedupe.text.encode import Offsets, TextBatch


@dataclass(frozen=True)
class UnitTable:
    """Unit `i` is `texts[document[i]][start[i]:end[i]]`, in code points."""

    corpus: Corpus
    unit: UnitName
    document: Offsets
    start: Offsets
    end: Offsets

    def __len__(self) -> int:
        return len(self.document)

    def text(self, i: int) -> str:
        """The text of unit `i`."""
        text = self.corpus.texts[int(self.document[i])]
        return text if self.unit == "document" else text[self.start[i] : self.end[i]]

    def batch(self, numbers: Offsets) -> TextBatch:
        """The texts of some units, which ascend."""
        document = self.document[numbers]
        begins = np.diff(document, prepend=-1) != 0
        texts = self.corpus.texts.read(document[begins])
        if self.unit == "document":
            return texts
        place = np.cumsum(begins) - 1
        places = kernels.byte_places(texts, place, self.start[numbers], self.end[numbers])
        return TextBatch(texts.buffer, *places)

    def pairs(self, a: Offsets, b: Offsets) -> tuple[TextBatch, TextBatch]:
        """The texts of pairs of units, as two batches over one buffer."""
        numbers, places = np.unique(np.concatenate((a, b)), return_inverse=True)
        batch = self.batch(numbers)
        left, right = np.split(places, 2)
        return batch.select(left), batch.select(right)

    def batches(self) -> Iterator[TextBatch]:
        """The texts of all units."""
        for start, end in runs(self.end - self.start):
            yield self.batch(np.arange(start, end))

    def select(self, chosen: Offsets | np.ndarray) -> UnitTable:
        """Some of the units, by number or mask."""
        return replace(self, document=self.document[chosen], start=self.start[chosen], end=self.end[chosen])

    def reference(self, i: int) -> Unit:
        """The unit as results name it."""
        return Unit(self.corpus.ids[self.document[i]], int(self.start[i]), int(self.end[i]))

    def references(self, units: Offsets | None = None) -> list[Unit]:
        """Some units, or all, as results name them."""
        ids = self.corpus.ids
        chosen = slice(None) if units is None else units
        columns = (column[chosen].tolist() for column in (self.document, self.start, self.end))
        return [Unit(ids[document], start, end) for document, start, end in zip(*columns, strict=True)]


def cut_batch(batch: TextBatch, unit: UnitName, paragraphs: ParagraphMode = "auto") -> CutTexts:
    """Cut the texts of a batch into units; a document as a unit is the whole text."""
    mode = WHOLE if unit == "document" else PARAGRAPH_CODES[paragraphs] | (SENTENCES if unit == "sentence" else 0)
    return CutTexts(*kernels.cut(batch, mode))


def whole_documents(corpus: Corpus) -> UnitTable:
    """Every document as a unit, without a look at the texts: where they end is not exact, but about as far."""
    count = len(corpus)
    return UnitTable(corpus, "document", np.arange(count), np.zeros(count, np.int64), corpus.texts.sizes())


def cut_units(corpus: Corpus, unit: UnitName, paragraphs: ParagraphMode = "auto") -> UnitTable:
    """Cut every document into its units."""
    document, start, end = ([np.zeros(0, np.int64)] for _ in range(3))
    for first, last in runs(corpus.texts.sizes()):
        places = cut_batch(corpus.texts.read(np.arange(first, last)), unit, paragraphs)
        document.append(places.texts + first)
        start.append(places.starts)
        end.append(places.ends)
    return UnitTable(corpus, unit, *map(np.concatenate, (document, start, end)))
