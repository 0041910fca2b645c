"""Sizes in bytes, as people write them."""

from __future__ import annotations

import re

from dedupe.errors import InputError

_UNITS = {"": 1, "K": 10, "M": 20, "G": 30, "T": 40}
# More than any file has, and a number that files can be read by.
_MOST = 1 << 62


def parse_size(size: int | str) -> int:
    """Read `500MB`, `1.5GB`, `2G`, or a number, as bytes.

    Raises
    ------
    InputError
        It is no size.
    """
    if isinstance(size, int):
        return min(size, _MOST)
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?\s*", size, re.IGNORECASE)
    if not match:
        raise InputError(f"{size!r} is no size: write for example 800MB or 2GB")
    unit = _UNITS[match[2].upper()]
    return min(int(float(match[1]) * (1 << unit if unit > 1 else 1)), _MOST)


def size_in_words(size: int) -> str:
    """A size as `parse_size` reads it."""
    for unit in "TGMK":
        if size >= 1 << _UNITS[unit]:
            return f"{size / (1 << _UNITS[unit]):.4g} {unit}B"
    return f"{size} B"
