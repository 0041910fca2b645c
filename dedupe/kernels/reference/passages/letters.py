"""Letters: what passages are made of. The folded tokens of a text without what separates them.

A letter is a UTF-16 unit of the folded text. One of Chinese, Japanese or Korean says about as much as two others,
so it weighs two: lengths here are weights, not counts.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from dedupe.kernels.records import LetterRuns
from dedupe.text.encode import Offsets, TextBatch, byte_positions
from dedupe.text.fold import Token, fold_tokens
from dedupe.text.hashing import U64, B, hash_runs
from dedupe.text.wide import Units, is_wide

# Letters of the longest token that is never cut.
_LONGEST_WORD = 40


class Letters:
    """The letters of texts, one text behind the other; texts of one document follow each other.

    Parameters
    ----------
    units : uint16 array
        All letters.
    offsets : int64 array
        Those of text `i` are `units[offsets[i]:offsets[i + 1]]`.
    documents : int64 array
        The document that each text is of, or is a part of; ascending.
    """

    def __init__(self, units: Units, offsets: Offsets, documents: Offsets) -> None:
        self.units: list[int] = units.tolist()
        self.bounds: list[int] = offsets.tolist()
        self.documents: list[int] = documents.tolist()
        self.wide = is_wide(units)
        self.text: list[int] = np.repeat(np.arange(len(documents)), np.diff(offsets)).tolist()
        self._offsets, self._documents = offsets, documents

    @cached_property
    def before(self) -> list[int]:
        """Return what all letters before each one weigh together, and what all of them do."""
        out = np.zeros(len(self.units) + 1, np.int64)
        np.cumsum(1 + self.wide.astype(np.int64), out=out[1:])
        return out.tolist()

    def weight(self, start: int, end: int) -> int:
        """Return what letters weigh; none if `end` is not behind `start`."""
        return self.before[end] - self.before[start] if end > start else 0

    def document_bounds(self, document: int) -> tuple[int, int]:
        """The letters of a document, with all its texts."""
        first, last = np.searchsorted(self._documents, [document, document + 1]).tolist()
        return self.bounds[first], self.bounds[last]


def letters(texts: TextBatch) -> LetterRuns:
    """The letters of texts, and where those of each begin; the reference of the native kernel of this name."""
    parts = [b"".join(map(_encode, _tokens(texts.text(i)))) for i in range(len(texts))]
    offsets = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) // 2 for part in parts], out=offsets[1:])
    return np.frombuffer(b"".join(parts), "<u2").astype(np.uint16), offsets


def weigh(texts: TextBatch) -> tuple[Offsets, U64]:
    """Return what the letters of texts weigh, and a hash of these letters.

    The reference of the native kernel of this name.
    """
    units, offsets = letters(texts)
    before = np.zeros(len(units) + 1, np.int64)
    np.cumsum(1 + is_wide(units).astype(np.int64), out=before[1:])
    values = (units.astype(np.uint64) + np.uint64(1)) * B
    values ^= values >> np.uint64(32)
    return before[offsets[1:]] - before[offsets[:-1]], hash_runs(values, offsets[:-1], offsets[1:])


def letter_places(
    texts: TextBatch, owner: Offsets, first: Offsets, last: Offsets
) -> tuple[Offsets, Offsets, Offsets, Offsets]:
    """Return where letters `first[i]:last[i]` of text `owner[i]` stand in it, cut at the edges of tokens.

    A token of which less than half the letters are meant is left out, at either end; but one that is too long to be
    a word is cut where the letters are. The answer is first byte and end, first code point and end; all are 0 where
    no token is left. The reference of the native kernel of this name.
    """
    out = np.zeros((4, len(owner)), np.int64)
    for number in np.unique(owner).tolist():
        text = texts.text(number)
        tokens = fold_tokens(text)
        # Where the letters of each token begin, twice, so that the middle of a token is a number too.
        bounds = np.zeros(len(tokens) + 1, np.int64)
        np.cumsum([len(_encode(token.text)) // 2 for token in tokens], out=bounds[1:])
        middles = bounds[:-1] + bounds[1:]
        positions = byte_positions(text)
        for i in np.flatnonzero(owner == number).tolist():
            edges = int(first[i]), max(int(first[i]), int(last[i]))
            low, high = np.searchsorted(middles, [2 * edge for edge in edges]).tolist()
            start = tokens[low].start if low < len(tokens) else len(text)
            end = tokens[high - 1].end if high else 0
            inner = [_inside(text, tokens, bounds, edge) for edge in edges]
            start = start if inner[0] is None else inner[0]
            end = end if inner[1] is None else inner[1]
            if low < high if inner == [None, None] else start < end:
                out[:, i] = positions[start], positions[end], start, end
    return out[0], out[1], out[2], out[3]


def _inside(text: str, tokens: list[Token], bounds: Offsets, edge: int) -> int | None:
    """Return the code point of a letter inside a long token; None elsewhere."""
    number = int(np.searchsorted(bounds, edge, side="right")) - 1
    if number >= len(tokens) or bounds[number] == edge or bounds[number + 1] - bounds[number] <= _LONGEST_WORD:
        return None
    _, start, end = tokens[number]
    before = np.zeros(end - start + 1, np.int64)
    np.cumsum(
        [sum(len(_encode(token)) // 2 for token in _tokens(char)) for char in text[start:end]], out=before[1:]
    )
    # Where each letter stands is known only if the token has those of its code points.
    if before[-1] != bounds[number + 1] - bounds[number]:
        return None
    return start + int(np.searchsorted(before[:-1], edge - bounds[number], side="right")) - 1


def _tokens(text: str) -> list[str]:
    return [token.text for token in fold_tokens(text)]


def _encode(token: str) -> bytes:
    return token.encode("utf-16-le")
