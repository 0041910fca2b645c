"""A block for pipelines of datatrove that drops documents by quality and boilerplate.

Near-duplicates are a matter of a whole corpus: find them before or behind the pipeline, with `dedupe duplicates` or
on Spark, not within its shards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from datatrove.pipeline.filters.base_filter import BaseFilter

from dedupe.boilerplate.score import score_boilerplate
from dedupe.job import RuleSet
from dedupe.lsh import check_probability
from dedupe.quality.score import score_quality

BATCH = 128


class DedupeFilter(BaseFilter):  # type: ignore[misc]
    """Drop documents that fail rules of quality, or that are mostly boilerplate.

    Parameters
    ----------
    rules : {"default", "gopher", "c4", "fineweb"}, optional
        The rules that a document must pass; None asks none.
    max_boilerplate : float, default 0.8
        Largest share of a document's text that may be paragraphs of boilerplate.
    exclusion_writer : DiskWriter, optional
        Where dropped documents go, with the rule that they failed as `filter_reason`.
    batch_size : int, default 128
        Documents that are judged together; it changes no verdict.

    Raises
    ------
    InputError
        `max_boilerplate` is no probability.

    Examples
    --------
    >>> from datatrove.data import Document
    >>> dropped = DedupeFilter(rules=None).filter(Document("Subscribe now for unlimited access!", "a"))
    >>> dropped
    (False, 'boilerplate')
    """

    name = "🧹 dedupe: quality and boilerplate"

    def __init__(
        self,
        rules: RuleSet | None = "default",
        max_boilerplate: float = 0.8,
        exclusion_writer: Any = None,
        batch_size: int = BATCH,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        check_probability("max_boilerplate", max_boilerplate, high_open=False)
        self.rules, self.max_boilerplate = rules, max_boilerplate

    def filter(self, doc: Any) -> bool | tuple[bool, str]:
        """Return whether a document stays, or why it does not."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Any]) -> list[bool | tuple[bool, str]]:
        """Return the same of several documents."""
        texts = [doc.text for doc in batch]
        shares = boilerplate_shares(texts)
        failed = score_quality(texts).failed(self.rules) if self.rules else [()] * len(texts)
        return [
            (False, rules[0]) if rules else (False, "boilerplate") if share > self.max_boilerplate else True
            for rules, share in zip(failed, shares, strict=True)
        ]


def boilerplate_shares(texts: Sequence[str]) -> list[float]:
    """Return which share of the code points of each text's paragraphs is boilerplate; of no paragraph, none.

    Examples
    --------
    >>> boilerplate_shares(["The river rose overnight.", ""])
    [0.0, 0.0]
    """
    scores = score_boilerplate(list(texts), unit="paragraph")
    size, gone = np.zeros(len(texts)), np.zeros(len(texts))
    for one, verdict in zip(scores, scores.verdicts(), strict=True):
        size[one.id] += one.end - one.start
        gone[one.id] += (one.end - one.start) * (verdict == "boilerplate")
    shares: list[float] = (gone / np.maximum(size, 1)).tolist()
    return shares
