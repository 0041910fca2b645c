"""White space, pinned: what `str.isspace` answers today, and the line breaks among it."""

from __future__ import annotations

import re

SPACE = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_LEADING = re.compile(f"[{SPACE}]*")
_IS_SPACE = frozenset(
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    + "".join(map(chr, range(0x2000, 0x200B)))
)
BYTE_ORDER_MARK = "\ufeff"


def is_space(char: str) -> bool:
    """Return whether one character is white space."""
    return char in _IS_SPACE


def skip_space(text: str, start: int, end: int) -> int:
    """The first position from `start` on, up to `end`, that is not white space."""
    match = _LEADING.match(text, start, end)
    return match.end() if match else start


def skip_space_back(text: str, start: int, end: int) -> int:
    """The last position from `end` back, down to `start`, before which no white space stands."""
    while end > start and text[end - 1] in _IS_SPACE:
        end -= 1
    return end


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Shrink a span by the white space at both ends; `(start, start)` where there is nothing else."""
    if start == 0 and text.startswith(BYTE_ORDER_MARK):
        start = 1
    start = skip_space(text, start, end)
    return start, skip_space_back(text, start, end)
