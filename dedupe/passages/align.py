"""Alignment: blocks of equal tokens are chained, and their ends extended while enough tokens match."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from dedupe.passages.anchors import Block

# Unmatched tokens between two blocks of one passage, on either side.
CHAIN_GAP = 15
# Chains that may be under way at once for one pair of texts.
_OPEN = 16
# Tokens that one step of an extension looks ahead.
_WINDOW = 12


class Alignment(NamedTuple):
    """Tokens `a_start:a_end` face tokens `b_start:b_end`; `matched` of them are equal in order."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    matched: int

    @property
    def similarity(self) -> float:
        """2 · matched / (tokens of a + tokens of b)."""
        return 2 * self.matched / (self.a_end - self.a_start + self.b_end - self.b_start)


class Limits(NamedTuple):
    """How far an alignment may reach: the bounds of the two texts."""

    a_first: int
    a_last: int
    b_first: int
    b_last: int


def chain(blocks: list[Block]) -> list[list[Block]]:
    """Join blocks that follow each other closely on both sides."""
    done: list[list[Block]] = []
    under_way: list[list[Block]] = []
    for block in blocks:
        for links in reversed(under_way):
            joined = _follows(links[-1], block)
            if joined:
                links.append(joined)
                break
        else:
            under_way.append([block])
            if len(under_way) > _OPEN:
                done.append(under_way.pop(0))
    return done + under_way


def _follows(last: Block, block: Block) -> Block | None:
    """`block`, shortened by what overlaps `last`, if it may follow it in one passage."""
    overlap = max(last.a + last.length - block.a, last.b + last.length - block.b, 0)
    if overlap >= block.length:
        return None
    a_gap = block.a + overlap - last.a - last.length
    b_gap = block.b + overlap - last.b - last.length
    if a_gap > CHAIN_GAP or b_gap > CHAIN_GAP:
        return None
    return Block(block.a + overlap, block.b + overlap, block.length - overlap)


def align(tokens: Sequence[int], links: list[Block], limits: Limits) -> Alignment:
    """Align a chain of blocks: count what matches in and between them, and extend both ends."""
    matched = sum(_equal(tokens, block) for block in links)
    for before, after in pairwise(links):
        matched += _common(tokens[before.a + before.length : after.a], tokens[before.b + before.length : after.b])
    first, last = links[0], links[-1]
    # Inside one text the two sides may grow towards each other, but not meet.
    same = limits.a_first == limits.b_first
    back = limits._replace(a_first=last.b + last.length) if same else limits
    a_start, b_start, gained = _extend(tokens, first.a - 1, first.b - 1, -1, back)
    matched += gained
    on = limits._replace(b_last=a_start + 1) if same else limits
    a_end, b_end, gained = _extend(tokens, last.a + last.length, last.b + last.length, 1, on)
    return Alignment(a_start + 1, a_end, b_start + 1, b_end, matched + gained)


def _equal(tokens: Sequence[int], block: Block) -> int:
    a, b = tokens[block.a : block.a + block.length], tokens[block.b : block.b + block.length]
    return sum(x == y for x, y in zip(a, b, strict=True))


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b, 1):
            above = row[j]
            row[j] = diagonal + 1 if x == y else max(above, row[j - 1])
            diagonal = above
    return row[-1]


def _extend(tokens: Sequence[int], a: int, b: int, step: int, limits: Limits) -> tuple[int, int, int]:
    """Go on from the unaligned tokens `a`, `b` in direction `step` as long as it pays.

    Answers with the first tokens on both sides that are left out, and the matches gained.
    """
    matched = 0
    while True:
        a_room = limits.a_last - a if step > 0 else a - limits.a_first + 1
        b_room = limits.b_last - b if step > 0 else b - limits.b_first + 1
        ahead_a = [tokens[a + step * i] for i in range(min(_WINDOW, max(a_room, 0)))]
        ahead_b = [tokens[b + step * i] for i in range(min(_WINDOW, max(b_room, 0)))]
        a_gain, b_gain, gained = _best_prefix(ahead_a, ahead_b)
        if not gained:
            return a, b, matched
        a, b, matched = a + step * a_gain, b + step * b_gain, matched + gained


def _best_prefix(a: list[int], b: list[int]) -> tuple[int, int, int]:
    """The prefixes of two token lists that align best: their lengths and the matches; (0, 0, 0) if none pays.

    One for a match, minus one for a substitution, an insertion or a deletion; the longest of the best.
    """
    plain = 0
    while plain < min(len(a), len(b)) and a[plain] == b[plain]:
        plain += 1
    if plain == len(a) or plain == len(b):
        return plain, plain, plain
    best = (0, 0, 0, 0, 0)
    above = [(-j, 0) for j in range(len(b) + 1)]
    for i, x in enumerate(a, 1):
        row = [(-i, 0)]
        for j, y in enumerate(b, 1):
            equal = x == y
            score, matches = above[j - 1]
            cell = (score + 1, matches + 1) if equal else (score - 1, matches)
            cell = max(cell, (above[j][0] - 1, above[j][1]), (row[j - 1][0] - 1, row[j - 1][1]))
            row.append(cell)
            # Only a match may end an alignment.
            if equal and cell[0] >= 0:
                best = max(best, (cell[0], i + j, i, j, cell[1]))
        above = row
    return best[2:]
