"""The units of a corpus: documents, paragraphs or sentences, as arrays of places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dedupe.documents import Corpus, Unit
from dedupe.lsh import Unit as UnitName
from dedupe.segmentation import ParagraphMode, segment
from dedupe.text.encode import Offsets


@dataclass(frozen=True)
class UnitTable:
    """Unit `i` is `texts[document[i]][start[i]:end[i]]`."""

    corpus: Corpus
    unit: UnitName
    document: Offsets
    start: Offsets
    end: Offsets

    def __len__(self) -> int:
        return len(self.document)

    def text(self, i: int) -> str:
        """The text of unit `i`."""
        text: str = self.corpus.texts[self.document[i]]
        return text if self.unit == "document" else text[self.start[i] : self.end[i]]

    def texts(self, units: Offsets | None = None) -> Iterator[str]:
        """The texts of some units, or of all."""
        documents, starts, ends = self._columns(units)
        texts = self.corpus.texts
        if self.unit == "document":
            return (texts[document] for document in documents)
        return (texts[d][start:end] for d, start, end in zip(documents, starts, ends, strict=True))

    def reference(self, i: int) -> Unit:
        """The unit as results name it."""
        return Unit(self.corpus.ids[self.document[i]], int(self.start[i]), int(self.end[i]))

    def references(self, units: Offsets | None = None) -> list[Unit]:
        """Some units, or all, as results name them."""
        ids = self.corpus.ids
        return [Unit(ids[d], start, end) for d, start, end in zip(*self._columns(units), strict=True)]

    def _columns(self, units: Offsets | None) -> tuple[list[int], list[int], list[int]]:
        chosen = slice(None) if units is None else units
        return self.document[chosen].tolist(), self.start[chosen].tolist(), self.end[chosen].tolist()


def cut_units(corpus: Corpus, unit: UnitName, paragraphs: ParagraphMode = "auto") -> UnitTable:
    """Cut every document into its units; a document as a unit is the whole text."""
    if unit == "document":
        count = len(corpus)
        lengths = np.fromiter(map(len, corpus.texts), np.int64, count)
        return UnitTable(corpus, unit, np.arange(count), np.zeros(count, np.int64), lengths)
    documents: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    for number, text in enumerate(corpus.texts):
        for start, end in segment(text, unit, paragraphs=paragraphs):
            documents.append(number)
            starts.append(start)
            ends.append(end)
    columns = (np.array(values, np.int64) for values in (documents, starts, ends))
    return UnitTable(corpus, unit, *columns)
