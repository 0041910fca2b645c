"""Near copies: regions that two places share become runs of whole sentences that may be removed.

Each region is aligned once, sentence by sentence. A removed run states the same facts as its kept copy. It begins
and ends with text that matches the kept copy one to one, at edges of sentences if the copy has any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dedupe.cleaning.clips import Clipper
from dedupe.cleaning.edges import Edges
from dedupe.cleaning.openings import open_runs
from dedupe.cleaning.pairs import AT_A_TIME, CopyPairs, pair_similarity
from dedupe.cleaning.policy import OPENED, OPENED_TIMES, Runs, adjoining, join_runs, sequences
from dedupe.cleaning.regions import Aligned, Inside, Regions, align_regions
from dedupe.columns import compact_slices, runs
from dedupe.documents import Corpus
from dedupe.duplicates.facts import facts_agree
from dedupe.job import Facts
from dedupe.passages.result import Places
from dedupe.passages.similarity import LEAST_LETTERS
from dedupe.sorting import Mask, spread
from dedupe.text.encode import Offsets


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
        With "apart", possible facts must agree.
    """

    def __init__(self, corpus: Corpus, edges: Edges, least: int, similarity: float, facts: Facts) -> None:
        self._corpus, self._edges = corpus, edges
        self._least, self._similarity, self._facts = least, similarity, facts
        self._clipper = Clipper(corpus, edges, least, facts)

    def runs(self, regions: Regions) -> Iterator[Runs]:
        """Return the runs of regions, in order and some at a time; a region gives none, one or several."""
        # They are aligned to the edges of their sentences, which may be far away.
        wide = (self._edges.widen(side, *self._edges.find(side)) for side in regions)
        size = sum((end - start for start, end in wide), np.zeros(len(regions.copy.document), np.int64))
        for first, last in runs(size, AT_A_TIME):
            own = regions.select(np.arange(first, last))
            aligned = align_regions(self._corpus, self._edges, own, letters=False)
            found = [self._judge(aligned)]
            # Spaces that were lost or added hide no copy.
            short = aligned.falls_short
            short[found[0].region] = False
            if short.any():
                numbers = np.flatnonzero(short)
                again = self._judge(align_regions(self._corpus, self._edges, own.select(numbers), letters=True))
                found.append(again._replace(region=numbers[again.region]))
            yield _by_region(found)

    def _judge(self, one: Aligned) -> Runs:
        """Return the runs of each region."""
        within = (one.copy == one.kept)[one.region]
        # At first what is as long as can be; of what is refused only what agrees sentence by sentence.
        begins, ends = sequences(one.rows, one.region, within)
        whole = one.runs(one.rows, one.region, begins, ends)
        long = whole.matching >= self._least
        whole, begins, ends = whole.select(long), begins[long], ends[long]
        agree = np.zeros(len(begins), bool)
        closed = np.flatnonzero(whole.rows.leading[whole.first] == 0)
        agree[closed] = self._agree(whole.select(closed))
        # Of those that do not agree, in one document, the first words may differ.
        least = max(OPENED, OPENED_TIMES * self._least)
        asked = np.flatnonzero(~agree & (whole.copy == whole.kept) & (whole.matching >= least))
        opened, numbers = open_runs(self._corpus, self._edges, whole.select(asked))
        opens = self._agree(opened)
        taken = [np.flatnonzero(agree), asked[numbers[opens]]]
        found = [join_runs([whole.select(taken[0]), opened.select(opens)])]
        found[0] = found[0].select(np.argsort(np.concatenate(taken)))
        agree[taken[1]] = True
        found.append(self._parts(one, spread(begins[~agree], ends[~agree])))
        answered = np.zeros(len(one.copy), bool)
        for own in found:
            answered[own.region] = True
        found.append(self._clips(one, one.inside.select(~answered[one.inside.region])))
        return _by_region(found)

    def _parts(self, one: Aligned, numbers: Offsets) -> Runs:
        """Return the runs of those of some sentences that agree one by one."""
        numbers = numbers[one.rows.leading[numbers] == 0]
        alone = self._agree(one.runs(one.rows, one.region, numbers, numbers + 1), one_by_one=True)
        chosen = np.zeros(len(one.region), bool)
        chosen[numbers[alone]] = True
        found = one.runs(one.rows, one.region, *adjoining(one.rows, one.region, chosen))
        found = found.select(found.matching >= self._least)
        return found.select(self._alike(found))

    def _clips(self, one: Aligned, parts: Inside) -> Runs:
        """Return runs of parts of sentences, where no run of whole ones is long enough."""
        rows, may = self._clipper.clip(one, parts)
        found = one.runs(rows, parts.region, *adjoining(rows, parts.region, may))
        found = found.select(found.matching >= self._least)
        return found.select(self._agree(found))

    def _agree(self, found: Runs, *, one_by_one: bool = False) -> Mask:
        """Return which runs state the facts of their kept copies and, unless one by one, are alike enough."""
        if not len(found.region):
            return np.zeros(0, bool)
        alike = np.ones(len(found.region), bool) if one_by_one else self._alike(found)
        if self._facts == "ignore":
            return found.rows.is_equal[found.first] if one_by_one else alike
        own = found.select(alike)
        first, last = own.rows.select(own.first), own.rows.select(own.last)
        copy = Places(own.copy, np.where(own.opens, first.first, first.start), last.end)
        kept = Places(own.kept, first.kept_start, last.kept_end)
        kept = self._edges.to_edges(kept, ~own.opens & (first.sentence >= 0), last.sentence >= 0)
        alike[alike] = facts_agree(
            compact_slices(self._corpus.texts, *copy), compact_slices(self._corpus.texts, *kept)
        )
        return alike

    def _alike(self, found: Runs) -> Mask:
        """Return which runs are as similar to their kept copies as is asked."""
        copy = Places(found.copy, found.rows.start[found.first], found.rows.end[found.last])
        kept = Places(found.kept, self._edges.kept_starts(found), found.rows.kept_end[found.last])
        least = np.where(found.letters, max(self._similarity, LEAST_LETTERS), self._similarity)
        alike: Mask = pair_similarity(self._corpus, CopyPairs(copy, kept, found.letters)) >= least
        return alike


def _by_region(parts: Sequence[Runs]) -> Runs:
    """Return the runs of all parts, region by region."""
    found = join_runs(parts)
    return found.select(np.argsort(found.region, kind="stable"))
