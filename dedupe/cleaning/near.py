"""Near copies: regions that two places share become runs of whole sentences that may be removed.

Each region is aligned once, sentence by sentence. What is taken of it begins and ends with text that faces its kept
copy one to one, at the edges of sentences where the copy has any, and states the same facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dedupe.cleaning.clips import Clipper
from dedupe.cleaning.edges import Edges
from dedupe.cleaning.openings import open_run
from dedupe.cleaning.pairs import AT_A_TIME, CopyPair, Mask, pair_similarity, to_places
from dedupe.cleaning.policy import OPENED, Row, Run, adjoining, sequences
from dedupe.cleaning.regions import Aligned, Regions, align_regions
from dedupe.columns import compact_slices, runs
from dedupe.documents import Corpus
from dedupe.duplicates.facts import facts_agree
from dedupe.job import Facts
from dedupe.passages.similarity import LEAST_LETTERS, Measure


class NearCopies:
    """Turns regions into runs of sentences.

    Parameters
    ----------
    corpus : Corpus
        All documents.
    edges : Edges
        The edges of the sentences that are left of them.
    least : int
        Letters of the shortest passage.
    similarity : float
        Least similarity of what is cut to its kept copy.
    facts : {"apart", "ignore"}
        Whether what may be a fact must agree.
    """

    def __init__(self, corpus: Corpus, edges: Edges, least: int, similarity: float, facts: Facts) -> None:
        self._corpus, self._edges = corpus, edges
        self._least, self._similarity, self._facts = least, similarity, facts
        self._clipper = Clipper(corpus, edges, least, facts)

    def runs(self, regions: Regions) -> Iterator[Run]:
        """Return the runs of regions, in order; a region gives none, one or several."""
        size = regions.copy.end - regions.copy.start + regions.kept.end - regions.kept.start
        for first, last in runs(size, AT_A_TIME):
            own = regions.select(np.arange(first, last))
            aligned = align_regions(self._corpus, self._edges, own, letters=False)
            found = self._judge(aligned, "tokens")
            # Spaces that were lost or added hide no copy.
            short = [i for i, answer in enumerate(found) if not answer and aligned[i].falls_short]
            spaced = align_regions(self._corpus, self._edges, own.select(np.array(short, np.int64)), letters=True)
            again = self._judge(spaced, "letters")
            for i, answer in zip(short, again, strict=True):
                found[i] = answer
            for answer in found:
                yield from answer

    def _judge(self, aligned: Sequence[Aligned], measure: Measure) -> list[list[Run]]:
        """Return the runs of each region."""
        out: list[list[Run]] = [[] for _ in aligned]
        # At first what is as long as can be; of what is refused only what agrees sentence by sentence.
        whole = [
            (i, Run(one.copy, one.kept, tuple(one.rows[first:end]), False, measure))
            for i, one in enumerate(aligned)
            for first, end in sequences(one.rows, opening=one.copy == one.kept)
        ]
        whole = [(i, run) for i, run in whole if self._is_long(run.rows)]
        closed = [run if not run.rows[0].leading else None for _, run in whole]
        agree = self._agree_where(closed)
        # Of those that do not agree, in one document, the first words may differ.
        opened = [
            open_run(self._corpus, self._edges, run)
            if not agrees and run.copy == run.kept and self._is_long(run.rows, OPENED)
            else None
            for (_, run), agrees in zip(whole, agree, strict=True)
        ]
        parts: list[tuple[int, Run]] = []
        for (i, run), agrees, other, opens in zip(whole, agree, opened, self._agree_where(opened), strict=True):
            if agrees or (opens and other):
                out[i].append(other if opens and other else run)
            else:
                parts += [(i, run._replace(rows=(row,))) for row in run.rows if not row.leading]
        alone = self._agree([run for _, run in parts], one_by_one=True)
        self._take_parts(aligned, measure, parts, alone, out)
        self._take_clips(aligned, measure, out)
        return out

    def _agree_where(self, found: Sequence[Run | None]) -> list[bool]:
        """Return which of some runs agree with their kept copies; False for None."""
        out = [False] * len(found)
        there = [i for i, run in enumerate(found) if run is not None]
        for i, agrees in zip(there, self._agree([run for run in found if run is not None]), strict=True):
            out[i] = agrees
        return out

    def _take_parts(
        self,
        aligned: Sequence[Aligned],
        measure: Measure,
        parts: list[tuple[int, Run]],
        agree: list[bool],
        out: list[list[Run]],
    ) -> None:
        """Take the runs of sentences that agree one by one."""
        chosen: dict[int, set[int]] = {}
        for (i, run), agrees in zip(parts, agree, strict=True):
            if agrees:
                chosen.setdefault(i, set()).add(run.rows[0].sentence)
        found = []
        for i, sentences in chosen.items():
            one = aligned[i]
            for first, end in adjoining([row if row.sentence in sentences else None for row in one.rows]):
                rows = tuple(one.rows[first:end])
                if self._is_long(rows):
                    found.append((i, Run(one.copy, one.kept, rows, False, measure)))
        for (i, run), enough in zip(found, self._alike([run for _, run in found]), strict=True):
            if enough:
                out[i].append(run)

    def _take_clips(self, aligned: Sequence[Aligned], measure: Measure, out: list[list[Run]]) -> None:
        """Take parts of sentences, where no run of whole ones is long enough."""
        found = []
        for i, one in enumerate(aligned):
            if not out[i]:
                rows = [self._clipper.clip(one, part) for part in one.inside]
                for first, end in adjoining(rows):
                    own = tuple(row for row in rows[first:end] if row is not None)
                    if self._is_long(own):
                        found.append((i, Run(one.copy, one.kept, own, False, measure)))
        agree = self._agree([run for _, run in found])
        for (i, run), agrees in zip(found, agree, strict=True):
            if agrees:
                out[i].append(run)

    def _is_long(self, rows: Sequence[Row], times: int = 1) -> bool:
        """Return whether what matches of some sentences is as long as so many shortest passages."""
        weight = sum(row.weight * (row.symbols - row.leading) // row.symbols for row in rows)
        return weight >= times * self._least

    def _agree(self, found: Sequence[Run], *, one_by_one: bool = False) -> list[bool]:
        """Return which runs state the facts of their kept copies and, unless one by one, are alike enough."""
        if not found:
            return []
        alike = np.ones(len(found), bool) if one_by_one else self._alike(found)
        asked = np.flatnonzero(alike)
        if self._facts == "ignore":
            if one_by_one:
                return [run.rows[0].is_equal for run in found]
            return alike.tolist()
        own = [found[i] for i in asked.tolist()]
        copy = to_places(
            (run.copy, run.rows[0].first if run.opens else run.rows[0].start, run.rows[-1].end) for run in own
        )
        kept = to_places((run.kept, run.rows[0].kept_start, run.rows[-1].kept_end) for run in own)
        opens = np.array([run.opens or run.rows[0].sentence < 0 for run in own], bool)
        closed = np.array([run.rows[-1].sentence < 0 for run in own], bool)
        kept = self._edges.to_edges(kept, ~opens, ~closed)
        alike[asked] = facts_agree(
            compact_slices(self._corpus.texts, *copy), compact_slices(self._corpus.texts, *kept)
        )
        return alike.tolist()

    def _alike(self, found: Sequence[Run]) -> Mask:
        """Return which runs are as similar to their kept copies as is asked."""
        least = [
            max(self._similarity, LEAST_LETTERS) if run.measure == "letters" else self._similarity for run in found
        ]
        places = []
        for run in found:
            first, last = run.rows[0].start, run.rows[-1].end
            kept = self._edges.kept_place(run)
            places.append(CopyPair(run.copy, first, last, run.kept, *kept, run.measure))
        alike: Mask = pair_similarity(self._corpus, places) >= np.array(least)
        return alike
