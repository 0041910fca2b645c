"""All texts as one run of token hashes, with barriers between the texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dedupe import backend
from dedupe.fingerprint.hashing import U64
from dedupe.text.encode import Bytes, Offsets, byte_to_point, encode_batches, encode_text


class Stretch(NamedTuple):
    """A part of a document that is searched: `text` begins at code point `start` of document number `document`."""

    document: int
    start: int
    text: str


@dataclass(frozen=True)
class TokenRun:
    """The tokens of all stretches in one row; those of stretch `i` are `bounds[i]:bounds[i + 1]`."""

    stretches: Sequence[Stretch]
    hashes: U64
    starts: Offsets
    ends: Offsets
    unspaced: Bytes
    bounds: Offsets
    stretch: Offsets
    """the stretch of each token"""
    document: Offsets
    """the document of each token"""

    def places(self, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The code points in their documents of spans of tokens."""
        out = [(0, 0)] * len(spans)
        by_stretch: dict[int, list[int]] = {}
        for i, (start, _) in enumerate(spans):
            by_stretch.setdefault(int(self.stretch[start]), []).append(i)
        for number, members in by_stretch.items():
            first = np.array([self.starts[spans[i][0]] for i in members], np.int64)
            last = np.array([self.ends[spans[i][1] - 1] for i in members], np.int64)
            stretch = self.stretches[number]
            points = byte_to_point(encode_text(stretch.text), np.concatenate((first, last))) + stretch.start
            starts, ends = np.split(points, 2)
            for i, start, end in zip(members, starts.tolist(), ends.tolist(), strict=True):
                out[i] = (start, end)
        return out


def read_tokens(stretches: Sequence[Stretch]) -> TokenRun:
    """Tokenise all stretches."""
    empty = np.zeros(0, np.int64)
    hashes, starts, ends = [empty.astype(np.uint64)], [empty], [empty]
    unspaced, bounds, total = [empty.astype(np.uint8)], [np.zeros(1, np.int64)], 0
    for batch in encode_batches(stretch.text for stretch in stretches):
        part = backend.tokenize(*batch)
        hashes.append(part[0])
        starts.append(part[1])
        ends.append(part[2])
        unspaced.append(part[3])
        bounds.append(part[4][1:] + total)
        total += len(part[0])
    bound = np.concatenate(bounds)
    stretch = np.repeat(np.arange(len(stretches)), np.diff(bound))
    document = np.array([s.document for s in stretches], np.int64)[stretch] if len(stretches) else empty
    return TokenRun(
        stretches,
        np.concatenate(hashes),
        np.concatenate(starts),
        np.concatenate(ends),
        np.concatenate(unspaced),
        bound,
        stretch,
        document,
    )
