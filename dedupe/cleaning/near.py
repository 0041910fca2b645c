"""Near copies: regions that two places share become runs of whole sentences that may be removed.

Each region is aligned once, sentence by sentence. What is taken of it begins and ends with text that faces its kept
copy one to one, at the edges of sentences where the copy has any, and states the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import backend
from dedupe.cleaning.policy import ALTERED, OPENED, OPENING, UNMARKED, Row, Run, adjoining, join_pieces, sequences
from dedupe.cleaning.sentences import Sentences
from dedupe.documents import Corpus
from dedupe.duplicates.facts import facts_agree
from dedupe.duplicates.settings import Facts
from dedupe.passages.align import FIRST, LAST, LEADING, MATCHED, OTHER_FIRST, OTHER_LAST, SYMBOLS, align
from dedupe.passages.result import Places
from dedupe.passages.similarity import Measure, common_letters, share
from dedupe.segmentation.space import is_space
from dedupe.text.columns import runs
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.fold import fold_tokens

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Code points of copies and kept copies that are aligned at a time.
_AT_A_TIME = 2 << 20
# Least share of letters that match where tokens fall short: unequal texts share half of theirs by chance.
_LETTERS = 0.8
_DIGITS = frozenset("0123456789")
# Marks that end a part of a sentence: before white space, and anywhere.
_STOPS, _WIDE_STOPS = frozenset(".!?…|•।؟"), frozenset("。！？")
# All marks that set words apart.
_MARKS = frozenset('.!?…,:;—–"“”„«»()[]{}<>|•/。！？：；、，「」『』（）।؟،')


class Regions(NamedTuple):
    """Pairs of places that share much: the copy, and the one that comes before it in keep order."""

    copy: Places
    kept: Places

    def select(self, chosen: Offsets | Mask) -> Regions:
        """Some of the pairs, by number or mask."""
        return Regions(*(Places(*(column[chosen] for column in side)) for side in self))


class Inside(NamedTuple):
    """The part of a sentence that lies in a region, and how many of its symbols lie before and behind that."""

    row: Row
    before: int
    behind: int


class _Aligned(NamedTuple):
    """A region, sentence by sentence."""

    copy: int
    kept: int
    rows: list[Row]
    inside: list[Inside]
    """the same, without what lies outside the region of the first and the last sentence"""


class Pair(NamedTuple):
    """A copy and its kept copy, each a document, first code point and end; and what is counted of them."""

    copy: int
    start: int
    end: int
    kept: int
    kept_start: int
    kept_end: int
    measure: Measure


class NearCopies:
    """Turns regions into runs of sentences.

    Parameters
    ----------
    corpus : Corpus
        All documents.
    sentences : Sentences
        What is left of them, in keep order.
    position : int64 array
        The place of each document in keep order.
    least : int
        Letters of the shortest passage.
    similarity : float
        Least similarity of what is cut to its kept copy.
    facts : {"apart", "ignore"}
        Whether what may be a fact must agree.
    """

    def __init__(
        self, corpus: Corpus, sentences: Sentences, position: Offsets, least: int, similarity: float, facts: Facts
    ) -> None:
        self._corpus, self._sentences, self._position = corpus, sentences, position
        self._least, self._similarity, self._facts = least, similarity, facts
        self._far = int(sentences.end.max(initial=0)) + 1
        place = position[sentences.document] * self._far
        self._starts, self._ends = place + sentences.start, place + sentences.end

    def find(self, places: Places) -> tuple[Offsets, Offsets]:
        """Return the sentences that places overlap: the number of the first, and of the one behind the last."""
        place = self._position[places.document] * self._far
        # What is left of a document may reach further than any sentence.
        start, end = (np.minimum(side, self._far - 1) for side in (places.start, places.end))
        return (
            np.searchsorted(self._ends, place + start, side="right"),
            np.searchsorted(self._starts, place + end, side="left"),
        )

    def find_one(self, document: int, start: int, end: int) -> tuple[int, int]:
        """Return the sentences that one place overlaps."""
        place = int(self._position[document]) * self._far
        low = int(self._ends.searchsorted(place + min(start, self._far - 1), side="right"))
        return low, int(self._starts.searchsorted(place + min(end, self._far - 1), side="left"))

    def runs(self, regions: Regions) -> Iterator[Run]:
        """Return the runs of regions, in order; a region gives none, one or several."""
        size = regions.copy.end - regions.copy.start + regions.kept.end - regions.kept.start
        for first, last in runs(size, _AT_A_TIME):
            own = regions.select(np.arange(first, last))
            aligned = self._align(own, letters=False)
            found = self._judge(aligned, "tokens")
            # Spaces that were lost or added hide no copy.
            short = [i for i, answer in enumerate(found) if not answer and _falls_short(aligned[i])]
            again = self._judge(self._align(own.select(np.array(short, np.int64)), letters=True), "letters")
            for i, answer in zip(short, again, strict=True):
                found[i] = answer
            for answer in found:
                yield from answer

    def _align(self, regions: Regions, *, letters: bool) -> list[_Aligned]:
        """Align regions, each extended to the edges of the sentences that it begins and ends in."""
        count = len(regions.copy.document)
        if not count:
            return []
        bounds, offsets, pieces = self._extend(regions)
        sentence, start, end = pieces
        owner = np.repeat(np.arange(count), np.diff(offsets))
        left = _slices(self._corpus, regions.copy.document, bounds[0], bounds[1])
        right = _slices(self._corpus, regions.kept.document, bounds[2], bounds[3])
        base = bounds[0][owner]
        first, last = backend.byte_places(*left, owner, start - base, end - base)
        begin = left.starts[owner]
        weight, _ = backend.weigh(left.buffer, first, last)
        table = backend.align_units(*left, *right, offsets, first - begin, last - begin, letters)
        for batch, low, columns in (
            (left, bounds[0], (FIRST, LAST)),
            (right, bounds[2], (OTHER_FIRST, OTHER_LAST)),
        ):
            points = np.zeros(len(batch.buffer) + 1, np.int64)
            np.cumsum((batch.buffer & 0xC0) != 0x80, out=points[1:])
            origin = batch.starts[owner]
            for column in columns:
                table[:, column] = points[origin + table[:, column]] - points[origin] + low[owner]
        unmatched = table[:, MATCHED] == 0
        table[unmatched, LEADING] = table[unmatched, SYMBOLS]
        rows = [Row(*row) for row in np.column_stack((sentence, start, end, weight, table)).tolist()]
        is_inner = ((start >= regions.copy.start[owner]) & (end <= regions.copy.end[owner])).tolist()
        sides = zip(regions.copy.document.tolist(), regions.kept.document.tolist(), strict=True)
        out = [_Aligned(copy, kept, [], []) for copy, kept in sides]
        firsts = np.flatnonzero((np.diff(sentence, prepend=-1) != 0) | (np.diff(owner, prepend=-1) != 0))
        lasts = np.append(firsts, len(rows))[1:]
        for i, low, high in zip(owner[firsts].tolist(), firsts.tolist(), lasts.tolist(), strict=True):
            whole = rows[low] if high == low + 1 else join_pieces(rows[low:high])
            # Signs and rules have no symbols; what surrounds them decides.
            if not whole.symbols:
                continue
            out[i].rows.append(whole)
            before = 0
            for number in range(low, high):
                row = rows[number]
                if is_inner[number] and row.symbols:
                    out[i].inside.append(Inside(row, before, whole.symbols - before - row.symbols))
                before += row.symbols
        return out

    def _extend(self, regions: Regions) -> tuple[Offsets, Offsets, Offsets]:
        """Return bounds of both sides of each region, and the pieces of the copy: sentence, start and end.

        A sentence is cut in pieces where the region begins or ends in it; those of region `i` are
        `offsets[i]:offsets[i + 1]`.
        """
        (copy, start, end), (kept, kept_start, kept_end) = regions
        low, high = self.find(regions.copy)
        begin, stop = self._widen(regions.copy, low, high)
        kept_begin, kept_stop = self._widen(regions.kept, *self.find(regions.kept))
        # In one document neither side may reach into the other.
        before, behind = (copy == kept) & (kept_start < start), (copy == kept) & (kept_start >= start)
        begin = np.where(before, np.maximum(begin, kept_end), begin)
        kept_stop = np.where(before, np.minimum(kept_stop, begin), kept_stop)
        stop = np.where(behind, np.minimum(stop, kept_start), stop)
        kept_begin = np.where(behind, np.maximum(kept_begin, stop), kept_begin)
        sizes = np.maximum(high - low, 0)
        owner = np.repeat(np.arange(len(copy)), sizes)
        number = np.arange(len(owner)) + np.repeat(low - np.cumsum(sizes) + sizes, sizes)
        first = np.maximum(begin[owner], self._sentences.start[number])
        last = np.minimum(stop[owner], self._sentences.end[number])
        inner = (np.clip(side[owner], first, last) for side in (start, end))
        marks = np.stack((first, *inner, last), axis=1)
        there = marks[:, :-1] < marks[:, 1:]
        offsets = np.zeros(len(copy) + 1, np.int64)
        np.cumsum(np.bincount(owner, there.sum(axis=1), len(copy)), out=offsets[1:])
        pieces = np.stack((np.repeat(number, 3), marks[:, :-1].ravel(), marks[:, 1:].ravel()))
        return np.stack((begin, stop, kept_begin, kept_stop)), offsets, pieces[:, there.ravel()]

    def _widen(self, places: Places, low: Offsets, high: Offsets) -> tuple[Offsets, Offsets]:
        """Return where the sentences `low:high` begin and end that places overlap, or the places themselves."""
        first = self._sentences.start[np.minimum(low, len(self._sentences.document) - 1)]
        last = self._sentences.end[np.maximum(high - 1, 0)]
        return (
            np.where(low < high, np.minimum(first, places.start), places.start),
            np.where(low < high, np.maximum(last, places.end), places.end),
        )

    def _judge(self, aligned: Sequence[_Aligned], measure: Measure) -> list[list[Run]]:
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
            self._open(run) if not agrees and run.copy == run.kept and self._is_long(run.rows, OPENED) else None
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

    def _open(self, run: Run) -> Run | None:
        """Return a run whose first words are its own: up to the last that differs; None if these are too many.

        They hold no digit, in either copy.
        """
        row = run.rows[0]
        begin = self._opening(run.kept, row.kept_start)
        own, other = (
            fold_tokens(self._corpus.texts.part(document, start, end))
            for document, start, end in ((run.copy, row.start, row.end), (run.kept, begin, row.kept_end))
        )
        facing = align([token.text for token in own], [token.text for token in other])
        # Tokens behind the last one that does not adjoin, in both copies, the one before it.
        start = next(
            (
                i
                for i in range(min(OPENING, len(own) - 1), 0, -1)
                if facing[i] < 0 or facing[i] != facing[i - 1] + 1
            ),
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

    def _take_parts(
        self,
        aligned: Sequence[_Aligned],
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

    def _take_clips(self, aligned: Sequence[_Aligned], measure: Measure, out: list[list[Run]]) -> None:
        """Take what begins or ends inside a sentence without marks, where no run of whole ones is long enough."""
        found = []
        for i, one in enumerate(aligned):
            if not out[i]:
                rows = [self._clip(one, part) for part in one.inside]
                for first, end in adjoining(rows):
                    own = tuple(row for row in rows[first:end] if row is not None)
                    if self._is_long(own):
                        found.append((i, Run(one.copy, one.kept, own, False, measure)))
        agree = self._agree([run for _, run in found])
        for (i, run), agrees in zip(found, agree, strict=True):
            if agrees:
                out[i].append(run)

    def _clip(self, one: _Aligned, part: Inside) -> Row | None:
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

    def _may_cut(self, one: _Aligned, row: Row, left: int, right: int) -> bool:
        """Return whether a sentence may be cut where its first and its last symbol match."""
        begin, end = int(self._sentences.start[row.sentence]), int(self._sentences.end[row.sentence])
        before, behind = (
            self._corpus.texts.part(one.copy, begin, row.first),
            self._corpus.texts.part(one.copy, row.last, end),
        )
        first, last = not left or _stops(before[::-1]), not right or _stops(behind)
        if first and last:
            return True
        if self._sentences.weight[row.sentence] < UNMARKED * self._least:
            return False
        if _has_marks(self._corpus.texts.part(one.copy, begin, end)):
            return False
        low, high = self.find_one(one.kept, row.kept_start, row.kept_end)
        if low >= high or low == row.sentence:
            return True
        missing = row.kept_start - self._sentences.start[low], self._sentences.end[high - 1] - row.kept_end
        altered = (not first and left <= OPENING and missing[0] <= ALTERED) or (
            not last and right <= OPENING and missing[1] <= ALTERED
        )
        return not altered

    def _is_long(self, rows: Sequence[Row], times: int = 1) -> bool:
        """Return whether what matches of some sentences is as long as so many shortest passages."""
        weight = sum(row.weight * (row.symbols - row.leading) // row.symbols for row in rows)
        return weight >= times * self._least

    def _opening(self, document: int, start: int) -> int:
        """Return where the sentence begins that holds a place, if that is near."""
        number, _ = self.find_one(document, start, start + 1)
        if number < len(self._sentences.document) and self._sentences.document[number] == document:
            begin = int(self._sentences.start[number])
            if begin <= start <= begin + ALTERED:
                return begin
        return start

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
        copy = Places(
            *_columns(
                (run.copy, run.rows[0].first if run.opens else run.rows[0].start, run.rows[-1].end) for run in own
            )
        )
        kept = Places(*_columns((run.kept, run.rows[0].kept_start, run.rows[-1].kept_end) for run in own))
        opens = np.array([run.opens or run.rows[0].sentence < 0 for run in own], bool)
        closed = np.array([run.rows[-1].sentence < 0 for run in own], bool)
        kept = self._to_edges(kept, ~opens, ~closed)
        alike[asked] = facts_agree(_slices(self._corpus, *copy), _slices(self._corpus, *kept))
        return alike.tolist()

    def _to_edges(self, places: Places, back: Mask, on: Mask) -> Places:
        """Extend places to the edges of their sentences where these are near: what is missing there is altered."""
        low, high = self.find(places)
        # What no sentence overlaps has no edges: the ones before and behind may be those of another document.
        back, on = back & (low < high), on & (low < high)
        first = self._sentences.start[np.minimum(low, len(self._sentences.document) - 1)]
        last = self._sentences.end[np.maximum(high - 1, 0)]
        start = np.where(back & (first < places.start) & (places.start - first <= ALTERED), first, places.start)
        end = np.where(on & (last > places.end) & (last - places.end <= ALTERED), last, places.end)
        return Places(places.document, start, end)

    def _alike(self, found: Sequence[Run]) -> Mask:
        """Return which runs are as similar to their kept copies as is asked."""
        least = [max(self._similarity, _LETTERS) if run.measure == "letters" else self._similarity for run in found]
        places = [
            Pair(run.copy, run.rows[0].start, run.rows[-1].end, run.kept, *self.kept_place(run), run.measure)
            for run in found
        ]
        alike: Mask = self.similarity(places) >= np.array(least)
        return alike

    def similarity(self, pairs: Sequence[Pair]) -> Floats:
        """Return the similarity of copies, as they are cut, to their kept copies."""
        out = np.ones(len(pairs))
        for letters in (False, True):
            chosen = [i for i, pair in enumerate(pairs) if (pair.measure == "letters") == letters]
            size = np.array([pairs[i].end - pairs[i].start for i in chosen], np.int64)
            for first, last in runs(size, _AT_A_TIME):
                own = chosen[first:last]
                left = _slices(self._corpus, *_columns(pairs[i][:3] for i in own))
                right = _slices(self._corpus, *_columns(pairs[i][3:6] for i in own))
                out[own] = similarities(left, right, letters=letters)
        return out

    def measured(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Return pairs of equal letters with what is counted of them: letters where their tokens differ."""
        out: list[Pair] = []
        size = np.array([pair.end - pair.start for pair in pairs], np.int64)
        for first, last in runs(size, _AT_A_TIME):
            own = pairs[first:last]
            left, right = (_slices(self._corpus, *_columns(pair[at : at + 3] for pair in own)) for at in (0, 3))
            same = backend.same_fold(*left, *right, False)
            out += [
                pair if equal else pair._replace(measure="letters") for pair, equal in zip(own, same, strict=True)
            ]
        return out

    def with_marks(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Return pairs whose kept copies take in the marks around them, up to the edges of their sentences."""
        if not pairs:
            return []
        kept = Places(*_columns(pair[3:6] for pair in pairs))
        everywhere = np.ones(len(pairs), bool)
        wide = self._to_edges(kept, everywhere, everywhere)
        free = []
        for start, end in ((wide.start, kept.start), (kept.end, wide.end)):
            gaps = _slices(self._corpus, kept.document, start, end)
            free.append(np.diff(backend.letters(*gaps)[1]) == 0)
        starts = np.where(free[0], wide.start, kept.start).tolist()
        ends = np.where(free[1], wide.end, kept.end).tolist()
        return [
            pair._replace(kept_start=start, kept_end=end)
            for pair, start, end in zip(pairs, starts, ends, strict=True)
        ]

    def kept_place(self, run: Run) -> tuple[int, int]:
        """Return first code point and end of the kept copy of a run."""
        start = run.rows[0].kept_start
        return (self._opening(run.kept, start) if run.opens else start), run.rows[-1].kept_end


def same_letters(left: TextBatch, right: TextBatch) -> Mask:
    """Return which pairs of texts have the same letters and digits."""
    (one, starts), (other, other_starts) = backend.letters(*left), backend.letters(*right)
    sizes = np.diff(starts)
    same: Mask = sizes == np.diff(other_starts)
    owner = np.repeat(np.flatnonzero(same), sizes[same])
    step = np.arange(len(owner)) - np.repeat(np.cumsum(sizes[same]) - sizes[same], sizes[same])
    unequal = one[starts[owner] + step] != other[other_starts[owner] + step]
    same[owner[unequal]] = False
    return same


def similarities(left: TextBatch, right: TextBatch, *, letters: bool = False) -> Floats:
    """Return 2 · matched / (tokens of one + tokens of the other) for pairs of texts, or the same of letters.

    Texts without any, as rules and brackets, are equal.
    """
    counts = common_letters(left, right) if letters else backend.common_tokens(*left, *right)
    out = share(*counts)
    out[counts[1] + counts[2] == 0] = 1
    return out


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


def _falls_short(one: _Aligned) -> bool:
    """Return whether a good part of the tokens inside a region match none."""
    symbols = sum(part.row.symbols for part in one.inside)
    matched = sum(part.row.matched for part in one.inside)
    return 10 * matched < 9 * symbols


def _columns(rows: Iterable[Sequence[Any]]) -> Offsets:
    return np.array(list(rows), np.int64).reshape(-1, 3).T.copy()


def _slices(corpus: Corpus, document: Offsets, start: Offsets, end: Offsets) -> TextBatch:
    """Stretches of documents, in a buffer that holds little else."""
    batch = corpus.texts.slices(document, start, end)
    sizes = batch.ends - batch.starts
    if len(batch.buffer) <= 2 * int(sizes.sum()):
        return batch
    ends = np.cumsum(sizes)
    return TextBatch(backend.join(*batch), ends - sizes, ends)
