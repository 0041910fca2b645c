"""Crumbs: so little is left of a document that the document is removed entirely.

Only documents with removed text are checked. A document stays, however little is left, if it holds a kept copy. It
also stays if it holds facts that keep it apart from the document in which its copies stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.cleaning.documents import Documents, document_runs
from dedupe.cleaning.pairs import AT_A_TIME
from dedupe.cleaning.removals import NOWHERE, SPAN, ByDocument
from dedupe.columns import TextColumn, runs
from dedupe.duplicates.facts import facts_agree, states_more
from dedupe.job import CleanOptions
from dedupe.kernels.records import MATCHED, OTHER_FIRST, OTHER_LAST, SYMBOLS
from dedupe.passages.similarity import share
from dedupe.records import join_records
from dedupe.sorting import Mask, distinct_sorted
from dedupe.spans import Spans
from dedupe.store.bits import Bits
from dedupe.store.columns import MOST_NUMBERED, Array, Column
from dedupe.text.encode import Offsets, TextBatch, encode_batch
from dedupe.units import cut_batch

Span = tuple[int, int]

_COPY = ("document", "kept", "kept_start", "kept_end")
# Documents whose letters are counted at a time.
_DOCUMENTS = 1 << 10
# Bytes of a document in which enough letters are looked for first, besides eight for each, and at most.
_LOOKED_AT, _MOST_LOOKED_AT = 1 << 7, 1 << 11


class Remains(NamedTuple):
    """A document of which something is removed."""

    document: int
    text: str
    left: tuple[Span, ...]
    """the stretches that are left, in order"""

    @property
    def left_text(self) -> str:
        """Return what is left, one stretch behind the other."""
        return "".join(self.text[start:end] for start, end in self.left)

    @property
    def share(self) -> float:
        """The share of its characters that is left."""
        return len(self.left_text) / max(len(self.text), 1)


def remains_of(document: int, text: str, cuts: Sequence[Span]) -> Remains:
    """Return what cuts leave of a document; cuts are in order and apart."""
    edges = [0, *(edge for cut in cuts for edge in cut), len(text)]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return Remains(document, text, tuple(pair for pair in pairs if pair[0] < pair[1]))


def find_crumbs(documents: Iterable[Remains], min_left: int) -> Iterator[Remains]:
    """Yield the documents of which fewer than `min_left` letters are left.

    Letters are counted as for the shortest passage: digits are among them, and one of Chinese, Japanese or Korean
    counts as two.
    """
    rest = iter(documents)
    while own := list(islice(rest, _DOCUMENTS)):
        weight, _ = kernels.weigh(encode_batch([one.left_text for one in own]))
        yield from (one for one, letters in zip(own, weight.tolist(), strict=True) if letters < min_left)


def holds_copy(crumbs: Remains, kept: Span) -> bool:
    """Return whether any letter of a kept copy is left in a document."""
    places = ((max(start, kept[0]), min(end, kept[1])) for start, end in crumbs.left)
    return any(char.isalnum() for start, end in places for char in crumbs.text[start:end])


def choose_crumbs(
    crumbs: Iterable[Remains],
    kept: Iterable[tuple[int, int, int]],
    copies: Iterable[tuple[int, int, int, int]],
    texts: TextColumn,
    similarity: float | None,
) -> list[Remains]:
    """Return the documents of which only crumbs are left and that may go.

    Parameters
    ----------
    crumbs : iterable of Remains
        Documents of which little is left, by number.
    kept : iterable of (int, int, int)
        Kept copies in any of them: document, first code point and end.
    copies : iterable of (int, int, int, int)
        Copies that are removed from them: document, and the document, first code point and end of what stays.
    texts : TextColumn
        The texts of all documents.
    similarity : float, optional
        Least share of equal tokens of near copies; None where facts keep nothing apart.
    """
    left = {one.document: one for one in crumbs}
    for document, start, end in kept:
        if document in left and holds_copy(left[document], (start, end)):
            del left[document]
    if similarity is not None:
        stays: dict[tuple[int, int], list[Span]] = {}
        for document, other, start, end in copies:
            if document in left and document != other:
                stays.setdefault((document, other), []).append((start, end))
        windows = np.array(
            [
                (*pair, *window)
                for pair, places in sorted(stays.items())
                for window in windows_of(len(left[pair[0]].text), places)
            ],
            np.int64,
        ).reshape(-1, 4)
        asked = dict(left)
        sizes = np.array([len(asked[document].text) for document in windows[:, 0].tolist()], np.int64)
        for first, last in runs(sizes + windows[:, 3] - windows[:, 2], AT_A_TIME):
            own = windows[first:last]
            documents = own[:, 0].tolist()
            around = texts.slices(*own[:, 1:].T.copy())
            known = [asked[document] for document in documents]
            for document, holds in zip(documents, hold_facts(known, around, similarity), strict=True):
                if holds:
                    left.pop(document, None)
    return list(left.values())


def windows_of(size: int, kept: Iterable[Span]) -> Spans:
    """Return where to look for what a document of some size is a near copy of, around the copies that stay."""
    out, margin = Spans(), 2 * size
    for start, end in kept:
        out.add(max(0, start - margin), end + margin)
    return out


def hold_facts(crumbs: Sequence[Remains], around: TextBatch, similarity: float) -> list[bool]:
    """Return which documents hold facts that differ from the text around their kept copy.

    Such a document has a sentence that is a near copy of one there but states other facts. If the whole texts are
    near copies, a number, a negation or a name that the other text lacks is enough.
    """
    texts = encode_batch([one.text for one in crumbs])
    stretch = np.repeat(np.arange(len(crumbs)), [len(one.left) for one in crumbs])
    bounds = np.array([span for one in crumbs for span in one.left], np.int64).reshape(-1, 2).T.copy()
    cut = cut_batch(TextBatch(texts.buffer, *kernels.byte_places(texts, stretch, *bounds)), "sentence")
    owner, start, end = stretch[cut.texts], cut.first, cut.last
    offsets = np.zeros(len(crumbs) + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=len(crumbs)), out=offsets[1:])
    begin = texts.starts[owner]
    table = kernels.align_units(texts, around, offsets, start - begin, end - begin, False)
    matched, symbols = table[:, MATCHED], table[:, SYMBOLS]
    near = np.flatnonzero((matched > 0) & (2 * matched >= symbols))
    own = TextBatch(texts.buffer, start[near], end[near])
    base = around.starts[owner[near]]
    low, high = base + table[near, OTHER_FIRST], base + table[near, OTHER_LAST]
    agree = facts_agree(own, _to_edges(own, around, owner[near], low, high))
    holds = np.zeros(len(crumbs), bool)
    holds[owner[near[~agree]]] = True
    unmatched = np.bincount(owner[matched < symbols], minlength=len(crumbs)) > 0
    alike = share(*kernels.common_tokens(texts, around)) >= similarity
    for i in np.flatnonzero(unmatched & alike & ~holds).tolist():
        holds[i] = states_more(crumbs[i].text, around.text(i))
    answers: list[bool] = holds.tolist()
    return answers


def _to_edges(own: TextBatch, around: TextBatch, text: Offsets, low: Offsets, high: Offsets) -> TextBatch:
    """Return what sentences face in some texts, up to the edges of the sentences there if half of these matches."""
    cut = cut_batch(around, "sentence")
    begin, stop = low.copy(), high.copy()
    for i, number in enumerate(text.tolist()):
        first, last = np.searchsorted(cut.texts, (number, number + 1))
        inside = first + np.flatnonzero((cut.first[first:last] < high[i]) & (cut.last[first:last] > low[i]))
        if len(inside):
            begin[i], stop[i] = min(low[i], cut.first[inside[0]]), max(high[i], cut.last[inside[-1]])
    common, _, tokens = kernels.common_tokens(own, TextBatch(around.buffer, begin, stop))
    is_near = 2 * common >= tokens
    return TextBatch(around.buffer, np.where(is_near, begin, low), np.where(is_near, stop, high))


def find_crumbs_in(
    documents: Documents,
    rows: Iterable[Array],
    cuts: Column,
    gone: Callable[[Offsets], Mask],
    options: CleanOptions,
) -> Iterator[Remains]:
    """Yield the documents that go because only crumbs of them are left, in order.

    Parameters
    ----------
    documents : Documents
        All documents.
    rows : iterable of array
        The decisions (`ROW`) that stand, of all stages.
    cuts : Column
        The cut spans (`SPAN`), by document.
    gone : function
        Returns which documents, by number, are removed entirely.
    options : CleanOptions
        How little is crumbs, and what keeps documents apart.
    """
    crumbs = Bits(documents.count)
    parts = [np.zeros(0, SPAN)]
    given = ByDocument(cuts)
    for _, last in document_runs(documents):
        spans = given.until(last)
        spans = spans.take(np.flatnonzero(~gone(spans["document"].astype(np.int64))))
        few = _with_few(documents, spans, options.min_left)
        crumbs.add(few)
        parts.append(spans.take(np.flatnonzero(np.isin(spans["document"], few))))
    spans = join_records(parts)
    held, lost = _copies(rows, crumbs)
    numbers = distinct_sorted(spans["document"].astype(np.int64))
    for first, last in runs(documents.size.take(numbers).astype(np.int64)):
        low, high = int(numbers[first]), int(numbers[last - 1]) + 1
        cut = slice(*np.searchsorted(spans["document"], (low, high)))
        yield from choose_crumbs(
            _remains(documents, spans[cut]),
            _rows_of(held, low, high),
            _rows_of(lost, low, high),
            documents.texts,
            options.passage_similarity if options.facts == "apart" else None,
        )


def _with_few(documents: Documents, spans: Array, min_left: int) -> Offsets:
    """Return the documents of which cuts, by document, leave fewer letters, as `find_crumbs` counts them."""
    numbers = distinct_sorted(spans["document"].astype(np.int64))
    few = [np.zeros(0, np.int64)]
    for first, last in runs(documents.size.take(numbers).astype(np.int64)):
        own = numbers[first:last]
        cuts = spans[slice(*np.searchsorted(spans["document"], (own[0], own[-1] + 1)))]
        batch, places = documents.texts.read(own), np.searchsorted(own, cuts["document"])
        # A stretch before each cut, and one behind the last of a document.
        ends = np.append(np.flatnonzero(np.diff(places)) + 1, len(cuts))
        owner = np.insert(places, ends, np.arange(len(own)))
        start = np.insert(cuts["end"].astype(np.int64), np.append(0, ends[:-1]), 0)
        end = np.insert(cuts["start"].astype(np.int64), ends, MOST_NUMBERED)
        left = TextBatch(batch.buffer, *kernels.byte_places(batch, owner, start, end))
        doubtful = ~_has_many(left, owner, len(own), min_left)
        own, chosen = own[doubtful], np.flatnonzero(doubtful[owner])
        left, owner = left.select(chosen), (np.cumsum(doubtful) - 1)[owner[chosen]]
        if not len(own):
            continue
        offsets = np.append(0, np.cumsum(np.bincount(owner, left.ends - left.starts).astype(np.int64)))
        weight, _ = kernels.weigh(TextBatch.adjacent(kernels.join(left), offsets))
        few.append(own[weight < min_left])
    return np.concatenate(few)


def _has_many(left: TextBatch, owner: Offsets, count: int, least: int) -> Mask:
    """Return of which documents the whole words at the beginning of a long stretch that is left are enough."""
    many = np.zeros(count, bool)
    width = _LOOKED_AT + 8 * least
    if width > _MOST_LOOKED_AT:
        return many
    long = np.flatnonzero(left.ends - left.starts >= width)
    long = long[np.diff(owner[long], prepend=-1) != 0]
    is_space = left.buffer[left.starts[long, None] + np.arange(width)] == ord(" ")
    # Spaces end words, which are folded one by one.
    first, last = is_space.argmax(axis=1), width - 1 - is_space[:, ::-1].argmax(axis=1)
    begin = left.starts[long]
    words = TextBatch(left.buffer, begin + first, begin + np.where(is_space.any(axis=1), last, first))
    many[owner[long]] = kernels.weigh(words)[0] >= least
    return many


def _remains(documents: Documents, spans: Array) -> Iterator[Remains]:
    """Yield what cuts, by document, leave of their documents."""
    numbers = distinct_sorted(spans["document"].astype(np.int64))
    bounds = np.searchsorted(spans["document"], np.append(numbers, MOST_NUMBERED)).tolist()
    for first, last in runs(documents.size.take(numbers).astype(np.int64)):
        batch = documents.texts.read(numbers[first:last])
        for i, number in enumerate(numbers[first:last].tolist(), first):
            cuts = [(start, end) for _, start, end in spans[bounds[i] : bounds[i + 1]].tolist()]
            yield remains_of(number, batch.text(i - first), cuts)


def _copies(rows: Iterable[Array], crumbs: Bits) -> tuple[Offsets, Offsets]:
    """The kept copies that documents hold, and the copies that they lose, by document."""
    held, lost = [np.zeros((0, 3), np.int64)], [np.zeros((0, 4), np.int64)]
    for some in rows:
        own = np.column_stack([some[name].astype(np.int64) for name in _COPY])
        own = own[own[:, 1] != NOWHERE]
        held.append(own[crumbs.has(own[:, 1]), 1:])
        lost.append(own[crumbs.has(own[:, 0])])
    by_document = [np.concatenate(parts) for parts in (held, lost)]
    one, other = (rows[np.argsort(rows[:, 0], kind="stable")] for rows in by_document)
    return one, other


def _rows_of(rows: Offsets, low: int, high: int) -> list[Any]:
    """The rows of documents from one number to another."""
    found: list[Any] = rows[slice(*np.searchsorted(rows[:, 0], (low, high)))].tolist()
    return found
