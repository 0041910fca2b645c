"""Memory of each step, from how much all of them may take."""

from __future__ import annotations

from typing import NamedTuple

from dedupe.errors import OptionError
from dedupe.sizes import parse_size

# What the interpreter, the libraries and the tables take before any text is read.
_BASE = 200 << 20
_LEAST = 384 << 20
# Memory for an entry that is read, sorted and joined; for a sentence that may be part of a copy; for a byte of text
# whose shingles are compared; for a byte that is searched for passages.
_ENTRY = 64
_SENTENCE = 200
_COMPARED = 24
_LETTERS = 8


class Budget(NamedTuple):
    """Limits in bytes and entries."""

    memory: int
    bits: int = 6
    """there are `2**bits` partitions of each kind, a file each; three kinds are open at a time"""
    units: int = 1 << 26
    """how many units there are, about"""

    @property
    def free(self) -> int:
        """Return what is left for the work."""
        return self.memory - _BASE

    @property
    def entries(self) -> int:
        """Entries of a partition."""
        return self.free // 3 // _ENTRY

    @property
    def text(self) -> int:
        """Text that is compared at a time."""
        return self.free // 4 // _COMPARED

    @property
    def letters(self) -> int:
        """Text that is searched for passages at a time."""
        return self.free // 2 // _LETTERS

    @property
    def sentences(self) -> int:
        """Sentences of which it is decided together which of them are removed."""
        return max(self.free // 3 // _SENTENCE, 1)

    @property
    def recent_text(self) -> int:
        """Texts of documents that are held because they may be asked for again."""
        return self.free // 16

    @property
    def held_text(self) -> int:
        """Texts of all documents that are held in memory instead of being unpacked again and again."""
        return self.free // 4

    @property
    def block(self) -> int:
        """Text of one large chunk that is compared at a time; what was kept before is read again for each."""
        return 2 * self.text

    @property
    def recent(self) -> int:
        """Hashes of texts that are remembered while a corpus is read, as a power of two."""
        # More of them than there are units would be filled with nothing.
        return min(max((self.free // 6 // 8).bit_length() - 1, 10), max(self.units.bit_length() + 1, 10), 26)


def make_budget(memory: int | str) -> Budget:
    """The budget of a run.

    Raises
    ------
    InputError
        It is no size, or too small to work in.
    """
    size = parse_size(memory)
    if size < _LEAST:
        raise OptionError(f"max_memory={memory} is too little: give {_LEAST >> 20} MB or more")
    return Budget(size)
