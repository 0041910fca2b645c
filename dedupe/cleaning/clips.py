"""Clips: parts of sentences, cut where a mark ends part of one, or where a text has no marks."""

from __future__ import annotations

from dedupe.cleaning.edges import Edges
from dedupe.cleaning.policy import ALTERED, OPENING, UNMARKED, Row
from dedupe.cleaning.regions import Aligned, Inside
from dedupe.documents import Corpus
from dedupe.job import Facts
from dedupe.text.space import is_space

# Marks that end a part of a sentence: before white space, and anywhere.
_STOPS, _WIDE_STOPS = frozenset(".!?…|•।؟"), frozenset("。！？")
# All marks that set words apart.
_MARKS = frozenset('.!?…,:;—–"“”„«»()[]{}<>|•/。！？：；、，「」『』（）।؟،')


class Clipper:
    """Cuts sentences to what their kept copies hold of them.

    Parameters
    ----------
    corpus : Corpus
        All documents.
    edges : Edges
        The edges of their sentences.
    least : int
        Letters of the shortest passage.
    facts : {"apart", "ignore"}
        Whether what may be a fact must agree.
    """

    def __init__(self, corpus: Corpus, edges: Edges, least: int, facts: Facts) -> None:
        self._corpus, self._edges, self._least, self._facts = corpus, edges, least, facts

    def clip(self, one: Aligned, part: Inside) -> Row | None:
        """Return a part of a sentence from its first symbol that matches to its last; None if it must stay whole.

        Where facts count, it is cut where a mark ends part of it, as before a word in small letters; or anywhere,
        if it is long and has no marks at all, as in transcripts. If it differs from that of its kept copy in a few
        words at an end that no mark sets apart, it is that sentence, altered.
        """
        row = part.row
        left, symbols = part.before + row.leading, row.symbols - row.leading - row.trailing
        right = part.behind + row.trailing
        if not row.matched or 2 * row.matched < symbols:
            return None
        if self._facts == "apart" and (left or right) and not self._may_cut(one, row, left, right):
            return None
        return row._replace(
            start=row.first if left else row.start,
            end=row.last if right else row.end,
            weight=row.weight * symbols // row.symbols,
            symbols=symbols,
            leading=0,
            trailing=0,
            sentence=~row.sentence if left or right else row.sentence,
        )

    def _may_cut(self, one: Aligned, row: Row, left: int, right: int) -> bool:
        """Return whether a sentence may be cut where its first and its last symbol match."""
        begin, end = int(self._edges.sentences.start[row.sentence]), int(self._edges.sentences.end[row.sentence])
        first = not left or _stops(self._corpus.texts.part(one.copy, begin, row.first)[::-1])
        last = not right or _stops(self._corpus.texts.part(one.copy, row.last, end))
        if first and last:
            return self._stands_alone(one, row)
        if self._edges.sentences.weight[row.sentence] < UNMARKED * self._least:
            return False
        if _has_marks(self._corpus.texts.part(one.copy, begin, end)):
            return False
        low, high = self._edges.find_one(one.kept, row.kept_start, row.kept_end)
        if low >= high or low == row.sentence:
            return True
        missing = (
            row.kept_start - self._edges.sentences.start[low],
            self._edges.sentences.end[high - 1] - row.kept_end,
        )
        altered = (not first and left <= OPENING and missing[0] <= ALTERED) or (
            not last and right <= OPENING and missing[1] <= ALTERED
        )
        return not altered

    def _stands_alone(self, one: Aligned, row: Row) -> bool:
        """Return whether what a part faces begins and ends as a part of a sentence, too."""
        low, high = self._edges.find_one(one.kept, row.kept_start, row.kept_end)
        if low >= high:
            return True
        begin, end = int(self._edges.sentences.start[low]), int(self._edges.sentences.end[high - 1])
        before = self._corpus.texts.part(one.kept, min(begin, row.kept_start), row.kept_start)[::-1]
        behind = self._corpus.texts.part(one.kept, row.kept_end, max(end, row.kept_end))
        return all(_stops(side) or not any(map(str.isalnum, side)) for side in (before, behind))


def _has_marks(text: str) -> bool:
    """Return whether a mark that sets words apart stands between the first letter of a text and its last."""
    letters = [i for i, char in enumerate(text) if char.isalnum()]
    return bool(letters) and not _MARKS.isdisjoint(text[letters[0] : letters[-1]])


def _stops(text: str) -> bool:
    """Return whether a mark that ends a part of a sentence stands before the first word of a text.

    A number alone is no part of a sentence.
    """
    end = next((i for i, char in enumerate(text) if char.isalnum()), len(text))
    gap = text[:end]
    if not any(char.isalpha() for char in text):
        return False
    spaced = any(map(is_space, gap))
    return not _WIDE_STOPS.isdisjoint(gap) or (spaced and not _STOPS.isdisjoint(gap))
