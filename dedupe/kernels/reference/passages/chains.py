"""Chains: matches that follow each other closely in both places, by dynamic programming over integers."""

from __future__ import annotations

from collections.abc import Sequence

from dedupe.kernels.records import CHAIN_GAP, CHAIN_LEAST
from dedupe.kernels.reference.passages.letters import Letters
from dedupe.kernels.reference.passages.matches import LetterMatch

# Matches that each one looks back at.
_LOOK_BACK = 64
# What a letter counts, and what a gap costs: for itself, for each unit of its longer side beyond the shorter, and
# for each of the shorter side.
_SCALE, _OPEN, _UNEVEN, _EVEN = 5, 10, 2, 2


def chains(letters: Letters, matches: Sequence[LetterMatch], min_length: int) -> list[list[LetterMatch]]:
    """Chains of the matches of two texts, or of one with itself, which are sorted; the best one first.

    A match is in one chain at most. The two sides of a chain in one text do not overlap.
    """
    score, previous = _best_chains(letters, matches)
    used = [False] * len(matches)
    out: list[list[LetterMatch]] = []
    least = _SCALE * min(CHAIN_LEAST, 2 * min_length // 3)
    for last in sorted(range(len(matches)), key=lambda i: (-score[i], i)):
        links: list[LetterMatch] = []
        at = last
        while at >= 0 and not used[at]:
            used[at] = True
            links.append(matches[at])
            at = previous[at]
        if links and score[last] - (score[at] if at >= 0 else 0) >= least:
            out.append(links[::-1])
    return out


def _best_chains(letters: Letters, matches: Sequence[LetterMatch]) -> tuple[list[int], list[int]]:
    """For each match the worth of the best chain that it ends, and the match before it there, -1 for none."""
    weight = letters.weight
    score, previous = [0] * len(matches), [-1] * len(matches)
    begin_b = [match.b for match in matches]
    for i, (a, b, length) in enumerate(matches):
        same = letters.text[a] == letters.text[b]
        score[i] = _SCALE * weight(a, a + length)
        for j in range(i - 1, max(-1, i - 1 - _LOOK_BACK), -1):
            other = matches[j]
            if a <= other.a or b <= other.b:
                continue
            end_a, end_b = other.a + other.length, other.b + other.length
            overlap = max(0, end_a - a, end_b - b)
            if overlap >= length or (same and a + length > begin_b[j]):
                continue
            gap_a, gap_b = weight(end_a, a + overlap), weight(end_b, b + overlap)
            if max(gap_a, gap_b) > CHAIN_GAP:
                continue
            cost = _OPEN + _UNEVEN * abs(gap_a - gap_b) + _EVEN * min(gap_a, gap_b)
            joined = score[j] - cost + _SCALE * weight(a + overlap, a + length)
            if joined > score[i]:
                score[i], previous[i], begin_b[i] = joined, j, begin_b[j]
    return score, previous
