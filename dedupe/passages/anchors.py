"""Anchors: equal runs of tokens in two places.

Every n-gram of tokens is hashed; each occurrence is linked with the first occurrence of all and with the first
in its own document. That is linear in the number of occurrences, however frequent a passage is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe.fingerprint.hashing import SHORT, U64, shingle_hashes
from dedupe.passages.tokens import TokenRun
from dedupe.text.encode import Offsets

# Tokens of an anchor, where it begins in a script with and without spaces.
WORDS, GRAPHEMES = 6, 12
# Substituted tokens over which two anchors of one diagonal are one block.
GAP = 6


class Block(NamedTuple):
    """Tokens `a:a + length` face tokens `b:b + length`; not all of them need be equal."""

    a: int
    b: int
    length: int


def find_blocks(run: TokenRun, *, within: bool, across: bool) -> list[list[Block]]:
    """Blocks by pair of stretches, `b` before `a`, each list in the order of `a`."""
    later, earlier, length = _links(run, within=within, across=across)
    if not len(later):
        return []
    sides = (run.stretch[later], run.stretch[earlier])
    order = np.lexsort((later, later - earlier, sides[1], sides[0]))
    later, earlier, length = later[order], earlier[order], length[order]
    left, right = sides[0][order], sides[1][order]
    diagonal = later - earlier
    ends = later + length
    same = (left[1:] == left[:-1]) & (right[1:] == right[:-1]) & (diagonal[1:] == diagonal[:-1])
    # Anchors of one diagonal overlap or follow closely; their ends ascend within a diagonal and script.
    opens = np.flatnonzero(np.concatenate(([True], ~(same & (later[1:] - ends[:-1] <= GAP)))))
    closes = np.append(opens[1:], len(later)) - 1
    blocks: list[list[Block]] = []
    previous = (-1, -1)
    for first, last in zip(opens.tolist(), closes.tolist(), strict=True):
        pair = (int(left[first]), int(right[first]))
        if pair != previous:
            blocks.append([])
            previous = pair
        start, end = int(later[first]), int(ends[first : last + 1].max())
        blocks[-1].append(Block(start, int(earlier[first]), end - start))
    for group in blocks:
        group.sort()
    return blocks


def _links(run: TokenRun, *, within: bool, across: bool) -> tuple[Offsets, Offsets, Offsets]:
    """Positions with equal n-grams: the later one, the earlier one, and how many tokens they share."""
    keys, lengths = _ngrams(run)
    positions = np.flatnonzero(lengths)
    order = positions[np.argsort(keys[positions], kind="stable")]
    values = keys[order]
    begins = np.concatenate(([True], values[1:] != values[:-1]))
    first = order[np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))] if len(order) else order
    document = run.document[order]
    begins_document = begins | np.concatenate(([True], document[1:] != document[:-1]))
    own = order[np.maximum.accumulate(np.where(begins_document, np.arange(len(order)), 0))] if len(order) else order
    later, earlier = [], []
    if within:
        chosen = own != order
        later.append(order[chosen])
        earlier.append(own[chosen])
    if across:
        chosen = run.document[first] != document
        later.append(order[chosen])
        earlier.append(first[chosen])
    a = np.concatenate(later) if later else np.zeros(0, np.int64)
    b = np.concatenate(earlier) if earlier else np.zeros(0, np.int64)
    return a, b, lengths[a]


def _ngrams(run: TokenRun) -> tuple[U64, Offsets]:
    """The hash of the n-gram at each token, and its length; 0 where none fits into the stretch."""
    count = len(run.hashes)
    keys = np.zeros(count, np.uint64)
    lengths = np.zeros(count, np.int64)
    room = run.bounds[run.stretch + 1] - np.arange(count)
    for n, unspaced, mark in ((WORDS, 0, 0), (GRAPHEMES, 1, int(SHORT))):
        if count < n:
            continue
        chosen = np.flatnonzero((run.unspaced == unspaced) & (room >= n))
        keys[chosen] = shingle_hashes(run.hashes, n)[chosen] ^ np.uint64(mark)
        lengths[chosen] = n
    return keys, _without_tandem(run, keys, lengths)


def _without_tandem(run: TokenRun, keys: U64, lengths: Offsets) -> Offsets:
    """Lengths with 0 for n-grams that overlap an equal one before them: a word said over and over is no anchor."""
    out = lengths.copy()
    for shift in range(1, GRAPHEMES):
        same = (keys[shift:] == keys[:-shift]) & (lengths[shift:] > shift) & (lengths[:-shift] > shift)
        same &= run.stretch[shift:] == run.stretch[:-shift]
        out[shift:][same] = 0
    return out
