"""Groups: the copies of a passage, the first of them kept, each other one compared with it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from dedupe import backend
from dedupe.duplicates.units import UnitTable
from dedupe.passages.place import Placed, Span
from dedupe.text.encode import encode_batch

# Two spans of one text that share six tenths of what they take together are one copy.
_SAME = (6, 10)
# Kept copies that one is compared with.
_KEPT = 8
# Bytes of two copies, multiplied, from which on their alignment has to do for a comparison.
_LONGEST = 1 << 40


class Copy(NamedTuple):
    """A copy of a passage and the one that is kept of it."""

    span: Span
    kept: Span
    similarity: float


class _Aligned(NamedTuple):
    """The similarity of two copies that were aligned, and whether of these very spans or of about the same ones."""

    similarity: float
    exact: bool


def group_copies(
    units: UnitTable,
    placed: Sequence[Placed],
    similarity: float,
    *,
    within: bool,
    rank: Sequence[int] | None = None,
) -> list[list[Copy]]:
    """The copies of each passage, by kept copy.

    What is aligned directly or through others is of one passage. Its first span is kept, by the rank of its
    document if there is one; each other one is compared with it and, if the two are less than `similarity` alike,
    with the next ones that were kept so.
    """
    spans = _Spans()
    joined = _Joined()
    aligned: dict[tuple[Span, Span], _Aligned] = {}
    order = sorted(range(len(placed)), key=lambda i: -(placed[i].a.end - placed[i].a.start))
    for i in order:
        a, b, matched, tokens = placed[i]
        one, other = spans.find(a), spans.find(b)
        joined.join(one, other)
        pair, exact = (min(one, other), max(one, other)), (one, other) == (a, b)
        if exact or pair not in aligned:
            aligned[pair] = _Aligned(2 * matched / tokens, exact)
    out = []
    for group in joined.groups():
        group.sort(key=lambda span: (rank[int(units.document[span.text])] if rank is not None else 0, span))
        out += _by_kept_copy(units, group, aligned, similarity, within=within)
    return sorted(out)


def _by_kept_copy(
    units: UnitTable,
    group: list[Span],
    aligned: dict[tuple[Span, Span], _Aligned],
    similarity: float,
    *,
    within: bool,
) -> list[list[Copy]]:
    kept: dict[Span, list[Copy]] = {}
    for span in group:
        for other in islice(kept, _KEPT):
            if other.text == span.text and max(other.start, span.start) < min(other.end, span.end):
                continue
            if not within and units.document[other.text] == units.document[span.text]:
                continue
            alike = _similarity(units, other, span, aligned.get((min(other, span), max(other, span))))
            if alike >= similarity:
                kept[other].append(Copy(span, other, alike))
                break
        else:
            kept[span] = []
    return [copies for copies in kept.values() if copies]


def _similarity(units: UnitTable, a: Span, b: Span, known: _Aligned | None) -> float:
    if known and known.exact:
        return known.similarity
    texts = [units.text(span.text)[span.start : span.end] for span in (a, b)]
    if texts[0] == texts[1]:
        return 1.0
    one, other = (encode_batch([text]) for text in texts)
    if len(one.buffer) * len(other.buffer) > _LONGEST:
        return known.similarity if known else 0.0
    matched, tokens, other_tokens = backend.common_tokens(*one, *other)
    total = int(tokens[0] + other_tokens[0])
    return 2 * int(matched[0]) / total if total else 0.0


class _Spans:
    """Spans of texts, of which those that are mostly the same are one: the one that came first."""

    def __init__(self) -> None:
        self._starts: dict[int, list[int]] = {}
        self._spans: dict[int, list[Span]] = {}

    def find(self, span: Span) -> Span:
        """The span that this one is, itself if it is new."""
        starts = self._starts.setdefault(span.text, [])
        spans = self._spans.setdefault(span.text, [])
        part, whole = _SAME
        # Of two spans that share so much neither begins further from the other than this.
        reach = (span.end - span.start) * (whole - part) // part + 1
        for i in range(bisect_left(starts, span.start - reach), bisect_right(starts, span.start + reach)):
            other = spans[i]
            shared = min(span.end, other.end) - max(span.start, other.start)
            if whole * shared >= part * (max(span.end, other.end) - min(span.start, other.start)):
                return other
        at = bisect_left(starts, span.start)
        starts.insert(at, span.start)
        spans.insert(at, span)
        return span


class _Joined:
    """Sets of spans, joined pair by pair."""

    def __init__(self) -> None:
        self._parent: dict[Span, Span] = {}

    def join(self, a: Span, b: Span) -> None:
        """Make the sets of two spans one."""
        one, other = self._find(a), self._find(b)
        if one != other:
            self._parent[max(one, other)] = min(one, other)

    def groups(self) -> Iterable[list[Span]]:
        """The sets."""
        out: dict[Span, list[Span]] = {}
        for span in self._parent:
            out.setdefault(self._find(span), []).append(span)
        return out.values()

    def _find(self, span: Span) -> Span:
        parent = self._parent.setdefault(span, span)
        while parent != span:
            self._parent[span] = self._parent[parent]
            span, parent = parent, self._parent[parent]
        return span
