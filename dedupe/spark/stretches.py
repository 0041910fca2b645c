"""The texts of stretches, where their documents are not at hand."""

from __future__ import annotations

import numpy as np

from dedupe.columns import TextColumn
from dedupe.text.encode import Offsets, TextBatch

Place = tuple[int, int, int]
"""Document, first code point and end."""


class StretchTexts(TextColumn):
    """The texts of stretches, which are all that is asked for of their documents."""

    def __init__(self, places: dict[Place, int], batch: TextBatch) -> None:
        self._places, self._batch = places, batch

    def __len__(self) -> int:
        return len(self._batch)

    def slices(self, numbers: Offsets, starts: Offsets, ends: Offsets) -> TextBatch:
        """Stretches, by document, start and end."""
        rows = zip(numbers.tolist(), starts.tolist(), ends.tolist(), strict=True)
        return self._batch.select(np.array([self._places[row] for row in rows], np.int64))

    def read(self, numbers: Offsets) -> TextBatch:
        """Refuse: whole documents are not here."""
        raise NotImplementedError("whole documents are not here")

    def sizes(self) -> Offsets:
        """Refuse: whole documents are not here."""
        raise NotImplementedError("whole documents are not here")
