"""Alignment: which tokens of a copy face which tokens of its kept copy, and what that says of each sentence."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from dedupe.kernels.alignment import align
from dedupe.kernels.records import MATCHED, SYMBOLS
from dedupe.text.encode import Offsets, TextBatch, byte_positions
from dedupe.text.fold import fold_tokens


def align_units(
    texts: TextBatch,
    other: TextBatch,
    offsets: Offsets,
    first: Offsets,
    last: Offsets,
    letters: bool,
) -> Offsets:
    """Align pairs of texts, and say for each unit of the left text where it stands in the right one.

    The reference of the native kernel of this name.

    Parameters
    ----------
    texts, other : TextBatch
        The left texts, and the right ones, as many.
    offsets : int64 array, shape (texts + 1,)
        The units of left text `i` are `offsets[i]:offsets[i + 1]`.
    first, last : int64 array, shape (units,)
        Bytes of each unit in its text: units of a text are in order and apart.
    letters : bool
        Whether letters are aligned instead of tokens.

    Returns
    -------
    int64 array, shape (units, 10)
        For each unit: its symbols; those that match; first byte and end of the matched ones; symbols before the
        first match and behind the last; first byte and end of what they face in the right text, the number of its
        first symbol there, and how many symbols it has.
        Bytes count from the beginning of each text. All but the first column is 0 where nothing matches.
    """
    out = np.zeros((len(first), 10), np.int64)
    for i in range(len(texts)):
        a, b = _symbols(texts.text(i), letters), _symbols(other.text(i), letters)
        facing = align([name for name, _, _ in a], [name for name, _, _ in b], letters)
        for unit in range(int(offsets[i]), int(offsets[i + 1])):
            low = bisect_left(a, int(first[unit]), key=lambda symbol: symbol[1])
            high = bisect_left(a, int(last[unit]), key=lambda symbol: symbol[1])
            out[unit, SYMBOLS] = high - low
            matched = [place for place in range(low, high) if facing[place] >= 0]
            if matched:
                one, end = facing[matched[0]], facing[matched[-1]]
                out[unit, MATCHED:] = (
                    len(matched),
                    a[matched[0]][1],
                    a[matched[-1]][2],
                    matched[0] - low,
                    high - 1 - matched[-1],
                    b[one][1],
                    b[end][2],
                    one,
                    end - one + 1,
                )
    return out


def _symbols(text: str, letters: bool) -> list[tuple[str, int, int]]:
    """The tokens of a text, or their letters, each with first byte and end of the token."""
    at = byte_positions(text)
    out = []
    for token in fold_tokens(text):
        place = int(at[token.start]), int(at[token.end])
        if letters:
            units = np.frombuffer(token.text.encode("utf-16-le"), "<u2").tolist()
            out += [(chr(unit), *place) for unit in units]
        else:
            out.append((token.text, *place))
    return out
