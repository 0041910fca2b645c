"""Openings: the first words of a passage, which may differ from those of its kept copy inside one document.

Generated text repeats a passage behind other first words. These go with it, though its kept copy lacks them.
"""

from __future__ import annotations

from dedupe.cleaning.edges import Edges
from dedupe.cleaning.policy import OPENING, Run
from dedupe.documents import Corpus
from dedupe.kernels.alignment import align
from dedupe.text.fold import fold_tokens

_DIGITS = frozenset("0123456789")


def open_run(corpus: Corpus, edges: Edges, run: Run) -> Run | None:
    """Return a run whose first words are its own: up to the last that differs; None if these are too many.

    They hold no digit, in either copy.

    Parameters
    ----------
    corpus : Corpus
        All documents.
    edges : Edges
        The edges of their sentences.
    run : Run
        Sentences of a copy and what they face, in one document.
    """
    row = run.rows[0]
    begin = edges.opening(run.kept, row.kept_start)
    own, other = (
        fold_tokens(corpus.texts.part(document, start, end))
        for document, start, end in ((run.copy, row.start, row.end), (run.kept, begin, row.kept_end))
    )
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
    skipped = sum(token.start < row.kept_start - begin for token in other[: facing[start]])
    opened = row._replace(
        first=row.start + own[start].start,
        leading=start,
        kept_start=begin + other[facing[start]].start,
        place=row.place + facing[start] - skipped,
        facing=row.facing - facing[start] + skipped,
    )
    return run._replace(rows=(opened, *run.rows[1:]), opens=True)
