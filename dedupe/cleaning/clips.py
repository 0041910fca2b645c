"""Clips: parts of sentences, cut where a mark ends part of one, or where a text has no marks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe.cleaning.edges import FURTHEST, Edges
from dedupe.cleaning.policy import ALTERED, OPENING, UNMARKED, Rows
from dedupe.cleaning.regions import Aligned, Inside
from dedupe.documents import Corpus
from dedupe.job import Facts
from dedupe.sorting import Mask
from dedupe.text.space import is_space

# Marks that end a part of a sentence: before white space, and anywhere.
_STOPS, _WIDE_STOPS = frozenset(".!?…|•।؟"), frozenset("。！？")
# All marks that set words apart.
_MARKS = frozenset('.!?…,:;—–"“”„«»()[]{}<>|•/。！？：；、，「」『』（）।؟،')


class _Clip(NamedTuple):
    """A part of a sentence that would be cut at its first and its last symbol that match."""

    copy: int
    kept: int
    sentence: int
    first: int
    last: int
    kept_start: int
    kept_end: int
    left: int
    """symbols of the sentence before the part"""
    right: int
    """symbols behind it"""


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
        With "apart", possible facts must agree.
    """

    def __init__(self, corpus: Corpus, edges: Edges, least: int, facts: Facts) -> None:
        self._corpus, self._edges, self._least, self._facts = corpus, edges, least, facts
        # Of long sentences, of which many parts may be asked.
        self._has_marks: dict[int, bool] = {}

    def clip(self, one: Aligned, parts: Inside) -> tuple[Rows, Mask]:
        """Return parts of sentences from the first matching symbol to the last, and which may be cut so.

        If facts count, a sentence is cut where a mark ends part of it, as before a word in small letters. A long
        sentence without any marks, as in transcripts, is cut anywhere. A sentence is an altered copy, and is not
        cut, if a few words differ at an end that no mark sets apart.
        """
        rows = parts.rows
        left, right = parts.before + rows.leading, parts.behind + rows.trailing
        symbols = rows.symbols - rows.leading - rows.trailing
        may = (rows.matched > 0) & (2 * rows.matched >= symbols)
        cut = (left > 0) | (right > 0)
        if self._facts == "apart":
            asked = np.flatnonzero(may & cut)
            columns = (
                one.copy[parts.region],
                one.kept[parts.region],
                *(rows.sentence, rows.first, rows.last, rows.kept_start, rows.kept_end),
                *(left, right),
            )
            places = map(_Clip._make, zip(*(column[asked].tolist() for column in columns), strict=True))
            may[asked] = np.array([self._may_cut(place) for place in places], bool)
        clipped = rows._replace(
            start=np.where(left > 0, rows.first, rows.start),
            end=np.where(right > 0, rows.last, rows.end),
            weight=rows.weight * symbols // rows.symbols,
            symbols=symbols,
            leading=np.zeros_like(symbols),
            trailing=np.zeros_like(symbols),
            sentence=np.where(cut, ~rows.sentence, rows.sentence),
        )
        return clipped, may

    def _may_cut(self, one: _Clip) -> bool:
        """Return whether a sentence may be cut where its first and its last symbol match."""
        sentences = self._edges.sentences
        begin, end = int(sentences.start[one.sentence]), int(sentences.end[one.sentence])
        low, high = max(begin, one.first - FURTHEST), min(end, one.last + FURTHEST)
        first = not one.left or _stops(self._corpus.texts.part(one.copy, low, one.first)[::-1])
        last = not one.right or _stops(self._corpus.texts.part(one.copy, one.last, high))
        if first and last:
            return self._stands_alone(one)
        if sentences.weight[one.sentence] < UNMARKED * self._least:
            return False
        if one.sentence not in self._has_marks:
            self._has_marks[one.sentence] = _has_marks(self._corpus.texts.part(one.copy, begin, end))
        if self._has_marks[one.sentence]:
            return False
        low, high = self._edges.find_one(one.kept, one.kept_start, one.kept_end)
        if low >= high or low == one.sentence:
            return True
        missing = one.kept_start - sentences.start[low], sentences.end[high - 1] - one.kept_end
        altered = (not first and one.left <= OPENING and missing[0] <= ALTERED) or (
            not last and one.right <= OPENING and missing[1] <= ALTERED
        )
        return not altered

    def _stands_alone(self, one: _Clip) -> bool:
        """Return whether what a part faces begins and ends as a part of a sentence, too."""
        low, high = self._edges.find_one(one.kept, one.kept_start, one.kept_end)
        if low >= high:
            return True
        begin, end = int(self._edges.sentences.start[low]), int(self._edges.sentences.end[high - 1])
        begin, end = max(begin, one.kept_start - FURTHEST), min(end, one.kept_end + FURTHEST)
        before = self._corpus.texts.part(one.kept, min(begin, one.kept_start), one.kept_start)[::-1]
        behind = self._corpus.texts.part(one.kept, one.kept_end, max(end, one.kept_end))
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
