"""From aligned tokens to spans of the documents: edges take in equal punctuation and snap to sentences."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from dedupe.documents import Corpus, Id
from dedupe.passages.align import Alignment
from dedupe.passages.tokens import Stretch, TokenRun
from dedupe.segmentation import segment
from dedupe.segmentation.space import is_space
from dedupe.text.fold import fold_tokens
from dedupe.text.tables import SEPARATOR, load_tables

# How far an end may move to the edge of its sentence: in code points, and as a share of the passage.
_SNAP, _SNAP_SHARE = 40, 4
# Punctuation that belongs to what follows it.
_OPENING = frozenset("\"'“‘„«‹([{¿¡「『（【〈《-–—•*#")


class Passage(NamedTuple):
    """A stretch of one text that stands, perhaps edited, in another place too; `b` is the earlier, kept copy."""

    a: Id
    a_start: int
    a_end: int
    b: Id
    b_start: int
    b_end: int
    similarity: float
    """2 · matched tokens / (tokens of a + tokens of b)"""


class Placed(NamedTuple):
    """A passage and the alignment of tokens behind it."""

    passage: Passage
    alignment: Alignment


class _Side(NamedTuple):
    """One side of a passage, in code points of its stretch's text."""

    stretch: Stretch
    start: int
    end: int


def place(corpus: Corpus, run: TokenRun, alignments: Sequence[Alignment]) -> list[Placed]:
    """The passages that alignments stand for."""
    a_places = run.places([(a.a_start, a.a_end) for a in alignments])
    b_places = run.places([(a.b_start, a.b_end) for a in alignments])
    edges = lru_cache(maxsize=4096)(lambda number: _edges(run.stretches[number].text))
    out = []
    for found, a_place, b_place in zip(alignments, a_places, b_places, strict=True):
        numbers = (int(run.stretch[found.a_start]), int(run.stretch[found.b_start]))
        stretches = [run.stretches[number] for number in numbers]
        a, b = (
            _Side(stretch, start - stretch.start, end - stretch.start)
            for stretch, (start, end) in zip(stretches, (a_place, b_place), strict=True)
        )
        a, b = _with_equal_edges(a, b)
        before = (a, b)
        a, b = _snapped(a, b, edges(numbers[0]), edges(numbers[1]))
        tokens = (found.a_end - found.a_start) + (found.b_end - found.b_start) + _added(before, (a, b))
        similarity = 2 * found.matched / tokens
        a_id, b_id = (corpus.ids[side.stretch.document] for side in (a, b))
        a_start, a_end = a.start + a.stretch.start, a.end + a.stretch.start
        b_start, b_end = b.start + b.stretch.start, b.end + b.stretch.start
        if a_start < a_end and b_start < b_end and (a.stretch.document, a_start) != (b.stretch.document, b_start):
            out.append(Placed(Passage(a_id, a_start, a_end, b_id, b_start, b_end, similarity), found))
    return out


def _with_equal_edges(a: _Side, b: _Side) -> tuple[_Side, _Side]:
    """Take in closing punctuation that follows, and opening one that goes before, on both sides alike."""
    kind = load_tables().kind
    a_text, b_text = a.stretch.text, b.stretch.text

    def alike(i: int, j: int, opening: bool) -> bool:
        if not (0 <= i < len(a_text) and 0 <= j < len(b_text)) or a_text[i] != b_text[j]:
            return False
        sign = kind[ord(a_text[i])] == SEPARATOR and not is_space(a_text[i])
        return sign and (a_text[i] in _OPENING) == opening

    while alike(a.end, b.end, False) and not _meet(a, b, 1):
        a, b = a._replace(end=a.end + 1), b._replace(end=b.end + 1)
    while alike(a.start - 1, b.start - 1, True) and not _meet(a, b, 1):
        a, b = a._replace(start=a.start - 1), b._replace(start=b.start - 1)
    return a, b


def _meet(a: _Side, b: _Side, margin: int) -> bool:
    """Whether the two sides would overlap if both grew by `margin`."""
    return a.stretch == b.stretch and b.end + margin > a.start - margin


def _snapped(
    a: _Side, b: _Side, a_edges: tuple[list[int], list[int]], b_edges: tuple[list[int], list[int]]
) -> tuple[_Side, _Side]:
    """Move both starts, and both ends, out to the edges of their sentences where these are near."""
    reach = min(_SNAP, (a.end - a.start) // _SNAP_SHARE, (b.end - b.start) // _SNAP_SHARE)
    starts = (_before(a_edges[0], a.start), _before(b_edges[0], b.start))
    if a.start - starts[0] <= reach and b.start - starts[1] <= reach:
        moved = a._replace(start=starts[0]), b._replace(start=starts[1])
        if not _meet(*moved, 0):
            a, b = moved
    ends = (_after(a_edges[1], a.end), _after(b_edges[1], b.end))
    if ends[0] - a.end <= reach and ends[1] - b.end <= reach:
        moved = a._replace(end=ends[0]), b._replace(end=ends[1])
        if not _meet(*moved, 0):
            a, b = moved
    return a, b


def _edges(text: str) -> tuple[list[int], list[int]]:
    """The starts and the ends of the sentences of a text."""
    spans = segment(text, "sentence")
    return [start for start, _ in spans], [end for _, end in spans]


def _before(edges: list[int], position: int) -> int:
    """The last edge up to `position`; `position` itself if there is none."""
    place = bisect_right(edges, position)
    return edges[place - 1] if place else position


def _after(edges: list[int], position: int) -> int:
    """The first edge from `position` on; `position` itself if there is none."""
    place = bisect_left(edges, position)
    return edges[place] if place < len(edges) else position


def _added(before: tuple[_Side, _Side], after: tuple[_Side, _Side]) -> int:
    """How many tokens the sides have gained."""
    total = 0
    for old, new in zip(before, after, strict=True):
        text = old.stretch.text
        if new.start < old.start:
            total += len(fold_tokens(text[new.start : old.start]))
        if new.end > old.end:
            total += len(fold_tokens(text[old.end : new.end]))
    return total
