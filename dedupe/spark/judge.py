"""Judgement of each document by itself: boilerplate, cuts, quality, and the text that is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dedupe.boilerplate.model import BoilerplateModel
from dedupe.cleaning.crumbs import Remains, find_crumbs, remains_of
from dedupe.cleaning.cuts import apply_cuts, make_cuts
from dedupe.cleaning.stages import (
    Ledger,
    remove_boilerplate,
    remove_by_quality,
    withdraw_uncuttable,
)
from dedupe.columns import BatchColumn
from dedupe.documents import Corpus
from dedupe.job import CleanOptions
from dedupe.spans import Spans
from dedupe.spark.arrow import Batch, Batches, longs, make_batch, removed_spans, text_runs
from dedupe.spark.recurrence import recurrence_of
from dedupe.text.encode import TextBatch
from dedupe.units import cut_units

# What a row of the answer is: a decision, a place that is left in after all, a piece that was cut out, a text, or
# that little is left of one.
DECISION, WITHDRAWN, PIECE, TEXT, LITTLE = range(5)


@dataclass(frozen=True)
class JudgeTexts:
    """Judges documents of which a part is removed already, cuts them, and gives what is left."""

    options: CleanOptions
    taught: BoilerplateModel | None = None
    schema: ClassVar[str] = (
        "kind int, document long, start long, end long, stage string, score double, why string, text string"
    )

    def __call__(self, batches: Batches) -> Batches:
        """Rows of all kinds."""
        for batch in batches:
            numbers = longs(batch, "document")
            for whole, rows in text_runs(batch):
                yield from self._judge(batch, rows, numbers[rows].tolist(), whole)

    def _judge(self, batch: Batch, rows: slice, numbers: list[int], whole: TextBatch) -> Iterator[Batch]:
        stages, options = self.options.stages, self.options
        ledger = Ledger(Corpus(numbers, BatchColumn([whole])), taught=self.taught)
        ledger.removed.update(removed_spans(batch, rows))
        if "boilerplate" in stages:
            if options.context:
                units = cut_units(ledger.corpus, "paragraph", options.paragraphs)
                ledger.recurrence = recurrence_of(batch, rows, units)
            remove_boilerplate(ledger, options)
        answer = _Answer()
        for place, start, end in withdraw_uncuttable(ledger):
            answer.add(WITHDRAWN, numbers[place], start, end)
        if "quality" in stages:
            remove_by_quality(ledger, options)
        for decision in ledger.decisions:
            answer.add(
                DECISION, decision.id, decision.start, decision.end, decision.stage, decision.score, decision.why
            )
        cut: list[Remains] = []
        for place, text in enumerate(ledger.corpus.texts):
            if place in ledger.removed_documents:
                answer.add(PIECE, numbers[place], 0, len(text), text=text)
                continue
            cuts = make_cuts(text, ledger.removed.get(place, Spans()))
            for start, end in cuts:
                answer.add(PIECE, numbers[place], start, end, text=text[start:end])
            answer.add(TEXT, numbers[place], 0, len(text), text=apply_cuts(text, cuts))
            if cuts:
                cut.append(remains_of(numbers[place], text, cuts))
        if "crumbs" in stages:
            for one in find_crumbs(cut, options.min_left):
                answer.add(LITTLE, one.document, 0, len(one.text), score=one.share)
        yield answer.batch()


class _Answer:
    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []

    def add(
        self,
        kind: int,
        document: int,
        start: int,
        end: int,
        stage: str | None = None,
        score: float | None = None,
        why: str | None = None,
        text: str | None = None,
    ) -> None:
        self._rows.append((kind, document, start, end, stage, score, why, text))

    def batch(self) -> Batch:
        import pyarrow as pa

        kind, document, start, end, stage, score, why, text = zip(*self._rows, strict=True)
        return make_batch(
            kind=np.array(kind, np.int32),
            document=np.array(document, np.int64),
            start=np.array(start, np.int64),
            end=np.array(end, np.int64),
            stage=pa.array(stage, pa.string()),
            score=pa.array(score, pa.float64()),
            why=pa.array(why, pa.string()),
            text=pa.array(text, pa.string()),
        )
