"""How much of an input is read at most: what is longer is quarantined before it fills the memory."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dedupe.errors import InputError

_UNITS = {"": 1, "K": 10, "M": 20, "G": 30, "T": 40}


@dataclass(frozen=True)
class Limits:
    """Limits of what is read, in bytes."""

    line: int = 512 << 20
    """a line of JSONL, its end included"""
    document: int = 512 << 20
    """the text of a document, in UTF-8"""
    unpacked: int = 256 << 30
    """what a compressed file unpacks to"""

    def __post_init__(self) -> None:
        for name in ("line", "document", "unpacked"):
            if getattr(self, name) < 1:
                raise InputError(f"max_{name}={getattr(self, name)} is no limit: give a size such as 100MB")


def parse_size(size: int | str) -> int:
    """Read `500MB`, `1.5GB`, `2G`, or a number, as bytes.

    Raises
    ------
    InputError
        It is no size.
    """
    if isinstance(size, int):
        return size
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?\s*", size, re.IGNORECASE)
    if not match:
        raise InputError(f"{size!r} is no size: write for example 800MB or 2GB")
    unit = _UNITS[match[2].upper()]
    return int(float(match[1]) * (1 << unit if unit > 1 else 1))


def size_in_words(size: int) -> str:
    """A size as `parse_size` reads it."""
    for unit in "TGMK":
        if size >= 1 << _UNITS[unit]:
            return f"{size / (1 << _UNITS[unit]):.4g} {unit}B"
    return f"{size} B"
