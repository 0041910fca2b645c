"""Compressibility of a text: the phrases of a greedy parse of Ziv and Lempel (1977).

No compressor is asked, since the length of what zlib writes depends on how it was built.
"""

from __future__ import annotations

_LEAST = 4
_BITS = 12
_FACTOR = 0x9E3779B1


def count_phrases(raw: bytes) -> int:
    """Return of how many phrases a text consists, read from the left: copies as long as may be, else single bytes.

    A copy has four bytes or more and begins like the last phrase that begins with bytes of the same hash.
    """
    place = [-1] * (1 << _BITS)
    count = at = 0
    while at < len(raw):
        count += 1
        if at + _LEAST > len(raw):
            at += 1
            continue
        slot = (int.from_bytes(raw[at : at + _LEAST], "little") * _FACTOR & 0xFFFFFFFF) >> (32 - _BITS)
        before, place[slot] = place[slot], at
        length = _common(raw, before, at) if before >= 0 else 0
        at += length if length >= _LEAST else 1
    return count


def _common(raw: bytes, first: int, second: int) -> int:
    """Return how many bytes from two places on are equal."""
    length = 0
    while second + length < len(raw) and raw[first + length] == raw[second + length]:
        length += 1
    return length
