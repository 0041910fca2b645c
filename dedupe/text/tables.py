"""The pinned Unicode tables: one text file, read here for the reference and embedded in the native core.

A line is a kind and hexadecimal code points:

- `W first last` word characters, `U first last` characters of scripts without spaces (a token each),
  `I first last` ignored, `M first last ccc` kept marks with their canonical combining class (decimal);
  a code point that no line names is a separator;
- `> point folded…` the fold of a character, 0020 standing for a separator;
- `C base mark composed` pairs that are composed;
- `J first last` lower-case letters, before which a hyphen at a line's end is taken out;
- `E name point` named HTML entities.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FOLD_SCHEME = "fold-v1"

SEPARATOR, WORD, UNSPACED, MARK, IGNORED = range(5)
_KINDS = {"W": WORD, "U": UNSPACED, "M": MARK, "I": IGNORED}


@dataclass(frozen=True)
class Tables:
    """The tables as Python containers."""

    kind: bytes
    """kind of each code point, `kind[ord(char)]`"""
    fold: dict[int, tuple[int, ...]]
    """code points that fold to others"""
    combining: dict[int, int]
    """canonical combining class of kept marks, where it is not 0"""
    compose: dict[tuple[int, int], int]
    """(base, mark) pairs that are composed"""
    joins: frozenset[int]
    """lower-case letters"""
    entities: dict[str, int]
    """named HTML entities, without `&` and `;`"""


@cache
def load_tables() -> Tables:
    """Read the table file of the package."""
    kind = bytearray(0x110000)
    fold: dict[int, tuple[int, ...]] = {}
    combining: dict[int, int] = {}
    compose: dict[tuple[int, int], int] = {}
    joins: set[int] = set()
    entities: dict[str, int] = {}
    text = files("dedupe.text").joinpath("unicode-v1.txt").read_text("ascii")
    for line in text.splitlines():
        tag, *fields = line.split(" ")
        if tag in _KINDS:
            first, last = int(fields[0], 16), int(fields[1], 16)
            kind[first : last + 1] = bytes([_KINDS[tag]]) * (last + 1 - first)
            if tag == "M" and fields[2] != "0":
                combining.update(dict.fromkeys(range(first, last + 1), int(fields[2])))
        elif tag == ">":
            fold[int(fields[0], 16)] = tuple(int(field, 16) for field in fields[1:])
        elif tag == "C":
            base, mark, composed = (int(field, 16) for field in fields)
            compose[base, mark] = composed
        elif tag == "J":
            joins.update(range(int(fields[0], 16), int(fields[1], 16) + 1))
        elif tag == "E":
            entities[fields[0]] = int(fields[1], 16)
    return Tables(bytes(kind), fold, combining, compose, frozenset(joins), entities)
