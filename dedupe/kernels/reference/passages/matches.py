"""Matches: stretches of equal letters, as long as they go, from the anchors in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dedupe.kernels.reference.passages.letters import Letters

# A stretch that comes back at once, as rulers and rows of noughts do, is filler if its period weighs less than
# this.
_FILLER = 10


class LetterMatch(NamedTuple):
    """Letters `a:a + length` equal letters `b:b + length`; `a` is before `b`, and they do not overlap."""

    a: int
    b: int
    length: int


def maximal_matches(letters: Letters, pairs: Iterable[tuple[int, int]]) -> list[LetterMatch]:
    """Matches from pairs of places, in order of (text of a, text of b, b - a, a).

    Here alone a match may overlap itself: a text of period p matches itself at a distance of p.
    """
    text, units, bounds = letters.text, letters.units, letters.bounds
    out: list[LetterMatch] = []
    diagonal, end = (-1, -1, -1), -1
    for one, other, distance, a in sorted((text[a], text[b], b - a, a) for a, b in pairs):
        if (one, other, distance) == diagonal and a < end:
            continue
        b = a + distance
        back = 0
        while a - back > bounds[one] and b - back > bounds[other] and units[a - back - 1] == units[b - back - 1]:
            back += 1
        on = 0
        while a + on < bounds[one + 1] and b + on < bounds[other + 1] and units[a + on] == units[b + on]:
            on += 1
        diagonal, end = (one, other, distance), a + max(on, 1)
        # Nothing but equal hashes: no match.
        if on:
            out.append(LetterMatch(a - back, b - back, back + on))
    return out


def without_overlap(
    letters: Letters, matches: Iterable[LetterMatch], min_length: int
) -> tuple[list[LetterMatch], list[LetterMatch]]:
    """Matches that do not overlap themselves, and those that do cut into a first tile with each of its copies.

    A tile is as many periods as weigh `min_length` twice, or one that weighs `min_length` by itself; of a shorter
    text, half. Matches of a multiple of a known period say nothing new and are left out, and so is filler.
    """
    out: list[LetterMatch] = []
    tiles: list[LetterMatch] = []
    periods: dict[int, int] = {}
    # The match with the shortest period that each letter is in, among those seen.
    owner: dict[int, int] = {}
    for number, match in enumerate(matches):
        a, b, length = match
        period, end = b - a, b + length
        if period >= length or letters.text[a] != letters.text[b]:
            out.append(match)
            continue
        known = owner.get(a)
        if known is not None and period % periods[known] == 0 and all(owner.get(i) == known for i in range(a, end)):
            continue
        periods[number] = period
        for i in range(a, end):
            owner.setdefault(i, number)
        weight = letters.weight(a, b)
        if weight < _FILLER:
            continue
        times = 1 if weight >= min_length else -(-2 * min_length // weight)
        tile = period * min(times, (end - a) // period // 2)
        tiles += [LetterMatch(a, start, tile) for start in range(a + tile, end - tile + 1, tile)]
    return out, tiles
