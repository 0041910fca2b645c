"""Openings: the first words of a passage, which may differ from those of its kept copy inside one document.

Generated text repeats a passage behind other first words. These go with it, though its kept copy lacks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from dedupe.cleaning.edges import Edges
from dedupe.cleaning.policy import OPENING, Runs
from dedupe.documents import Corpus
from dedupe.duplicates.facts import differ_in_words
from dedupe.kernels.alignment import align
from dedupe.text.encode import Offsets
from dedupe.text.fold import fold_tokens

_DIGITS = frozenset("0123456789")


class Opening(NamedTuple):
    """The first row of a run that opens with words of its own: what is different from before."""

    first: int
    leading: int
    kept_start: int
    place: int
    facing: int


def open_row(corpus: Corpus, row: Mapping[str, int], begin: int) -> Opening | None:
    """Return how a row opens with words of its own, up to the last that differs; None if these are too many.

    They hold no digit, in either copy, and differ in no name and no negation.

    Parameters
    ----------
    corpus : Corpus
        All documents.
    row : mapping of str to int
        A row of `Rows`, and `document`, which has both copies.
    begin : int
        Where the sentence of the kept copy begins.
    """
    document = row["document"]
    own = fold_tokens(corpus.texts.part(document, row["start"], row["end"]))
    other = fold_tokens(corpus.texts.part(document, begin, row["kept_end"]))
    facing = align([token.text for token in own], [token.text for token in other])
    # Tokens behind the last one that does not adjoin, in both copies, the one before it.
    start = next(
        (i for i in range(min(OPENING, len(own) - 1), 0, -1) if facing[i] < 0 or facing[i] != facing[i - 1] + 1),
        0,
    )
    if not start > 0 or not 0 < facing[start] <= OPENING:
        return None
    texts = [token.text for token in (*own[:start], *other[: facing[start]])]
    if any(not _DIGITS.isdisjoint(text) for text in texts):
        return None
    opens = corpus.texts.part(document, row["start"], row["start"] + own[start].start)
    if not differ_in_words(opens, corpus.texts.part(document, begin, begin + other[facing[start]].start)):
        return None
    skipped = sum(token.start < row["kept_start"] - begin for token in other[: facing[start]])
    return Opening(
        first=row["start"] + own[start].start,
        leading=start,
        kept_start=begin + other[facing[start]].start,
        place=row["place"] + facing[start] - skipped,
        facing=row["facing"] - facing[start] + skipped,
    )


def open_runs(corpus: Corpus, edges: Edges, runs: Runs) -> tuple[Runs, Offsets]:
    """Return those of some runs inside one document whose first words may be their own, and their numbers.

    Parameters
    ----------
    corpus : Corpus
        All documents.
    edges : Edges
        The edges of their sentences.
    runs : Runs
        Sentences of a copy and what they face, in one document each.
    """
    firsts = runs.rows.select(runs.first)
    begins = edges.openings(runs.kept, firsts.kept_start).tolist()
    columns = {"document": runs.copy, **firsts._asdict()}
    rows = (
        dict(zip(columns, row, strict=True))
        for row in zip(*(column.tolist() for column in columns.values()), strict=True)
    )
    found = [open_row(corpus, row, begin) for row, begin in zip(rows, begins, strict=True)]
    numbers = np.array([i for i, one in enumerate(found) if one], np.int64)
    opened = runs.select(numbers)
    for name, column in zip(Opening._fields, zip(*filter(None, found), strict=True), strict=False):
        getattr(opened.rows, name)[opened.first] = column
    return opened._replace(opens=np.ones(len(numbers), bool)), numbers
