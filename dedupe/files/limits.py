"""Limits of an input: what is longer is quarantined before it fills the memory."""

from __future__ import annotations

from dataclasses import dataclass

from dedupe.errors import InputError


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
