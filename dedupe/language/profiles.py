"""Profiles: how often letter n-grams are in each language, as integer weights.

The profiles are those of the installed langdetect, and so is what is done to characters before they are counted
(all Hangul syllables are one character, and so on); they are read, not copied. A weight is a difference of
logarithms that is computed in integers, so that every machine has the same.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from dedupe.text.encode import Bytes, Offsets
from dedupe.text.hashing import U32, U64

# Characters of an n-gram, at most.
LONGEST = 3
# Where an n-gram is not in a language's profile, one in so many is taken to be it: more smoothing than langdetect's
# own (20,000) is better on short texts and on long ones.
RARE = 10_000
# Weights are binary logarithms in units of 1 / 256.
SCALE_BITS = 8
# Characters that take no part, and the one that stands for all that separates words.
SKIP, SPACE = 0, 0x20
# What langdetect makes of all Hangul syllables, and of all Hiragana and Katakana.
HANGUL, HIRAGANA, KATAKANA = 0xAC00, 0x3042, 0x30A2
_COMBINING = range(0x300, 0x370)
# The first multiplier of the hash of an n-gram.
HASH = 0x9E3779B97F4A7C15
_SLOT_BITS = 18


class Profiles(NamedTuple):
    """Weights of n-grams by language, as arrays for the kernel."""

    languages: tuple[str, ...]
    """codes of langdetect, in order"""
    scheme: str
    """name and digest: another version of the package may be another scheme"""
    characters: U32
    """for each code point below 0x10000 what it is counted as: `SKIP`, `SPACE` or a character; those beyond are
    counted as the last one"""
    upper: Bytes
    """which of these characters are upper case"""
    slots: U32
    """hash table: number of an n-gram plus one, 0 for none; linear probing"""
    keys: U64
    """the characters of each n-gram, 16 bits each"""
    offsets: U32
    """weights of n-gram `i` are rows `offsets[i]:offsets[i + 1]` of the next two"""
    language: Bytes
    weight: U32
    """how much likelier the n-gram is in the language than where it is rare"""

    def tables(self) -> tuple[U32, Bytes, U32, U64, U32, Bytes, U32, int]:
        """What the kernel wants."""
        columns = (self.characters, self.upper, self.slots, self.keys, self.offsets, self.language, self.weight)
        return (*columns, len(self.languages))


@cache
def load_profiles() -> Profiles:
    """Read the profiles of the installed langdetect."""
    from langdetect.utils.ngram import NGram

    folder = files("langdetect") / "profiles"
    languages = tuple(sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith((".", "_"))))
    grams: dict[str, list[tuple[int, int, int]]] = {}
    for number, language in enumerate(languages):
        profile = json.loads((folder / language).read_text("utf-8"))
        for gram, count in profile["freq"].items():
            if len(gram) <= LONGEST:
                total = profile["n_words"][len(gram) - 1]
                grams.setdefault(gram, []).append((number, total + RARE * count, total))
    found = {key_of(gram): rows for gram, rows in grams.items() if all(ord(char) < 0x10000 for char in gram)}
    keys = np.array(sorted(found), np.uint64)
    rows = [row for key in keys.tolist() for row in found[key]]
    weight = _log2([row[1] for row in rows]) - _log2([row[2] for row in rows])
    offsets = np.cumsum([0, *(len(found[key]) for key in keys.tolist())])
    characters = np.fromiter((_counted_as(NGram.normalize, point) for point in range(0x10000)), np.uint32, 0x10000)
    upper = np.fromiter((_is_upper(point) for point in range(0x10000)), np.uint8, 0x10000)
    tables = (
        characters,
        upper,
        _slots(keys),
        keys,
        offsets.astype(np.uint32),
        np.array([row[0] for row in rows], np.uint8),
        weight.astype(np.uint32),
    )
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(table).tobytes() for table in tables)).hexdigest()
    return Profiles(languages, f"langdetect-{digest[:12]}", *tables)


def key_of(gram: str) -> int:
    """The characters of an n-gram in one number."""
    key = 0
    for char in gram:
        key = key << 16 | ord(char)
    return key


def _counted_as(normalize: object, point: int) -> int:
    if point in _COMBINING:
        return SKIP
    if 0xD800 <= point < 0xE000:
        return SPACE
    return ord(normalize(chr(point)))  # type: ignore[operator]


def _is_upper(point: int) -> bool:
    # Scripts with two cases whose characters have long been settled.
    return (point < 0x590 or 0x1E00 <= point < 0x2000) and chr(point).isupper()


def _slots(keys: U64) -> U32:
    slots = [0] * (1 << _SLOT_BITS)
    for number, slot in enumerate(((keys * np.uint64(HASH)) >> np.uint64(64 - _SLOT_BITS)).tolist()):
        at = slot
        while slots[at]:
            at = (at + 1) % len(slots)
        slots[at] = number + 1
    return np.array(slots, np.uint32)


def _log2(values: list[int]) -> Offsets:
    """Binary logarithms in units of 1 / 256, rounded to the nearest, by repeated squaring of integers."""
    numbers = np.array(values, np.uint64)
    # Exact: the numbers are less than 2 ** 53.
    out = np.frexp(numbers.astype(np.float64))[1].astype(np.int64) - 1
    mantissas = np.where(
        out < 31,
        numbers << (31 - np.minimum(out, 31)).astype(np.uint64),
        numbers >> (np.maximum(out, 31) - 31).astype(np.uint64),
    )
    for _ in range(SCALE_BITS + 1):
        mantissas = (mantissas * mantissas) >> np.uint64(31)
        carry = mantissas >> np.uint64(32)
        mantissas >>= carry
        out = 2 * out + carry.astype(np.int64)
    return (out + 1) >> 1
