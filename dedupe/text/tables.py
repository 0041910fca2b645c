"""The pinned Unicode tables: one text file, read here for the reference and embedded in the native core.

A line is a kind and hexadecimal code points:

- `W first last` word characters;
- `U first last` characters of scripts without spaces (a token each);
- `I first last` ignored characters;
- `M first last ccc` kept marks with their canonical combining class (decimal);
- `> point folded…` the fold of a character (0020 means a separator);
- `+ point folded…` its fold since `fold-v2`, if `fold-v1` has another one or none;
- `C base mark composed` pairs that are composed;
- `J first last` lower-case letters, before which a hyphen at a line's end is removed;
- `E name point` named HTML entities.

A code point without a line is a separator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

# What compares texts uses the newest fold. What was trained or measured on an older one keeps it until it is
# trained anew: the features of the boilerplate models, their recurrence keys, and the counts behind quality.
FOLD_V1, FOLD_V2 = 1, 2
FOLD_SCHEME = "fold-v2"
"""the newest fold; stored in every artefact that holds hashes of folded text"""
TABLE_NAME = "unicode-v2.txt"

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
def load_tables(version: int = FOLD_V2) -> Tables:
    """Read the table file of the package, with the fold of a version.

    Raises
    ------
    ValueError
        There is no such version.
    """
    if version not in (FOLD_V1, FOLD_V2):
        raise ValueError(f"unknown version of the fold {version}")
    tables, since_v2 = _read_file()
    return tables if version == FOLD_V1 else replace(tables, fold=tables.fold | since_v2)


@cache
def _read_file() -> tuple[Tables, dict[int, tuple[int, ...]]]:
    """Return the tables of `fold-v1`, and the folds that `fold-v2` adds."""
    kind = bytearray(0x110000)
    fold: dict[int, tuple[int, ...]] = {}
    since_v2: dict[int, tuple[int, ...]] = {}
    combining: dict[int, int] = {}
    compose: dict[tuple[int, int], int] = {}
    joins: set[int] = set()
    entities: dict[str, int] = {}
    text = files("dedupe.text").joinpath(TABLE_NAME).read_text("ascii")
    for line in text.splitlines():
        tag, *fields = line.split(" ")
        if tag in _KINDS:
            first, last = int(fields[0], 16), int(fields[1], 16)
            kind[first : last + 1] = bytes([_KINDS[tag]]) * (last + 1 - first)
            if tag == "M" and fields[2] != "0":
                combining.update(dict.fromkeys(range(first, last + 1), int(fields[2])))
        elif tag in (">", "+"):
            point, *folded = (int(field, 16) for field in fields)
            (fold if tag == ">" else since_v2)[point] = tuple(folded)
        elif tag == "C":
            base, mark, composed = (int(field, 16) for field in fields)
            compose[base, mark] = composed
        elif tag == "J":
            joins.update(range(int(fields[0], 16), int(fields[1], 16) + 1))
        elif tag == "E":
            entities[fields[0]] = int(fields[1], 16)
    return Tables(bytes(kind), fold, combining, compose, frozenset(joins), entities), since_v2
