"""Entropy of words in integers: the same on every machine."""

from __future__ import annotations

from collections.abc import Collection

_STEPS = 16


def log2(n: int) -> int:
    """Return the binary logarithm of a number from 1 to 2**32 - 1, in units of 1 / `FIXED`, rounded down.

    Digit by digit: the square of a number between 1 and 2 has twice its logarithm.
    """
    whole = n.bit_length() - 1
    power, out = n << (31 - whole), whole
    for _ in range(_STEPS):
        power = power * power >> 31
        digit = power >> 32
        power >>= digit
        out = 2 * out + digit
    return out


def word_bits(frequency: Collection[int]) -> int:
    """Return the bits that tell all words by their frequency, in units of 1 / `FIXED`: entropy times words."""
    total = sum(frequency)
    return sum(count * (log2(total) - log2(count)) for count in frequency)
