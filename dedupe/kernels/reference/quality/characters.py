"""Classes of characters: letters, digits, signs, what no reader can see, and text decoded with the wrong table."""

from __future__ import annotations

from functools import cache

from dedupe.kernels.counts import COUNT_FOLD
from dedupe.text.space import is_space
from dedupe.text.tables import IGNORED, MARK, SEPARATOR, UNSPACED, load_tables

SPACE, LETTER, DIGIT, UNSPACED_LETTER, JOINER, SIGN = range(6)

# What the bytes 0x80 to 0x9F stand for in Windows-1252, where they stand for anything.
_WINDOWS = {ord(bytes([byte]).decode("cp1252", "replace")): byte for byte in range(0x80, 0xA0)}
_WINDOWS.pop(0xFFFD)


@cache
def kind_of(char: str) -> int:
    """Return the class of a character: space, letter, digit, a letter that stands for itself, what neither
    begins nor ends a word, or a sign."""
    tables = load_tables(COUNT_FOLD)
    point = ord(char)
    if is_space(char):
        return SPACE
    kind = tables.kind[point]
    if kind == UNSPACED:
        return UNSPACED_LETTER
    if kind in (IGNORED, MARK):
        return JOINER
    folded = tables.fold.get(point, (point,))
    if kind == SEPARATOR and all(tables.kind[f] == SEPARATOR for f in folded):
        return SIGN
    return DIGIT if 0x30 <= folded[0] <= 0x39 else LETTER


def is_upper(char: str) -> bool:
    """Return whether a letter is an upper-case one."""
    lower = load_tables(COUNT_FOLD).joins
    folded = load_tables(COUNT_FOLD).fold.get(ord(char), (ord(char),))
    return folded[0] != ord(char) and folded[0] in lower and ord(char) not in lower


def is_unreadable(char: str) -> bool:
    """Return whether a character shows nothing: a replacement, a control, a surrogate, private use."""
    point = ord(char)
    control = point < 0x20 or 0x7F <= point < 0xA0
    private = 0xE000 <= point <= 0xF8FF or point >= 0xF0000
    return (control and not is_space(char)) or 0xD800 <= point < 0xE000 or private or 0xFFFD <= point <= 0xFFFF


def count_mojibake(text: str) -> int:
    """Characters that were written as UTF-8 and read as Windows-1252 or Latin-1, such as `Ã©` for é.

    One that stands alone is only counted where it starts with Â, Ã, â€ or is `ï¿½`: the others also stand
    in texts that are right, as É» does.
    """
    count = i = 0
    while i < len(text):
        run = strong = 0
        while size := _sequence(text, i):
            strong += _is_strong(text, i)
            run += 1
            i += size
        count += run if run > 1 else strong
        i += not run
    return count


def _sequence(text: str, i: int) -> int:
    """Return how many characters from `i` on are the bytes of one, 0 where they are not."""
    lead = ord(text[i]) if i < len(text) else 0
    size = 2 if 0xC2 <= lead <= 0xDF else 3 if 0xE0 <= lead <= 0xEF else 4 if 0xF0 <= lead <= 0xF4 else 0
    rest = text[i + 1 : i + size]
    return size if size and len(rest) == size - 1 and all(_continues(ord(char)) for char in rest) else 0


def _continues(point: int) -> bool:
    return 0x80 <= _WINDOWS.get(point, point) <= 0xBF


def _is_strong(text: str, i: int) -> bool:
    return text[i] in "ÂÃ" or text[i : i + 2] in ("â€", "â\x80") or text[i : i + 3] == "ï¿½"
