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
import numpy.typing as npt

from dedupe.kernels.records import LONGEST_GRAM, SKIP, SPACE, ProfileColumns
from dedupe.sorting import distinct_sorted
from dedupe.text.encode import Bytes, Offsets
from dedupe.text.hashing import U32, U64

# Where an n-gram is not in a language's profile, one in so many is taken to be it: more smoothing than langdetect's
# own (20,000) is better on short texts and on long ones.
RARE = 10_000
# Weights are binary logarithms in units of 1 / 256.
SCALE_BITS = 8
_COMBINING = range(0x300, 0x370)
# The first multiplier of the hash of an n-gram.
HASH = 0x9E3779B97F4A7C15
_SLOT_BITS = 18
# Scripts with two cases whose characters have long been settled.
_TWO_CASES = range(0x590), range(0x1E00, 0x2000)
_ROW = np.dtype([("key", np.uint64), ("language", np.uint8), ("common", np.int64), ("rare", np.int64)])


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

    def tables(self) -> ProfileColumns:
        """Return what the kernel wants."""
        columns = (self.characters, self.upper, self.slots, self.keys, self.offsets, self.language, self.weight)
        return (*columns, len(self.languages))


@cache
def load_profiles() -> Profiles:
    """Read the profiles of the installed langdetect."""
    from langdetect.utils.ngram import NGram

    folder = files("langdetect") / "profiles"
    languages = tuple(sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith((".", "_"))))
    rows = np.concatenate(
        [_rows(number, (folder / name).read_text("utf-8")) for number, name in enumerate(languages)]
    )
    # By key, those of one key by language.
    rows = rows[np.argsort(rows["key"], kind="stable")]
    keys = distinct_sorted(rows["key"])
    offsets = np.searchsorted(rows["key"], np.append(keys, np.uint64(1 << 63)))
    weight = _log2(rows["common"]) - _log2(rows["rare"])
    characters = np.fromiter((_counted_as(NGram.normalize, point) for point in range(0x10000)), np.uint32, 0x10000)
    upper = np.zeros(0x10000, np.uint8)
    upper[[point for block in _TWO_CASES for point in block if chr(point).isupper()]] = 1
    tables = (
        characters,
        upper,
        _slots(keys),
        keys,
        offsets.astype(np.uint32),
        rows["language"].copy(),
        weight.astype(np.uint32),
    )
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(table).tobytes() for table in tables)).hexdigest()
    return Profiles(languages, f"langdetect-{digest[:12]}", *tables)


def _rows(number: int, profile: str) -> npt.NDArray[np.void]:
    """The n-grams of one language: how often they are there, and how often if they were rare."""
    read = json.loads(profile)
    # Longer ones are cut off, and are too long still.
    points = np.array(list(read["freq"]), f"U{LONGEST_GRAM + 1}").view(np.uint32).reshape(-1, LONGEST_GRAM + 1)
    counts = np.fromiter(read["freq"].values(), np.int64, len(points))
    lengths = (points > 0).sum(axis=1)
    wanted = (lengths <= LONGEST_GRAM) & (points < 0x10000).all(axis=1)
    points, counts, lengths = points[wanted].astype(np.uint64), counts[wanted], lengths[wanted]
    out = np.zeros(len(points), _ROW)
    for place in range(LONGEST_GRAM):
        is_there = lengths > place
        out["key"][is_there] = out["key"][is_there] << np.uint64(16) | points[is_there, place]
    out["language"], out["rare"] = number, np.array(read["n_words"], np.int64)[lengths - 1]
    out["common"] = out["rare"] + RARE * counts
    return out


def _counted_as(normalize: object, point: int) -> int:
    if point in _COMBINING:
        return SKIP
    if 0xD800 <= point < 0xE000:
        return SPACE
    return ord(normalize(chr(point)))  # type: ignore[operator]


def _slots(keys: U64) -> U32:
    slots = [0] * (1 << _SLOT_BITS)
    for number, slot in enumerate(((keys * np.uint64(HASH)) >> np.uint64(64 - _SLOT_BITS)).tolist()):
        at = slot
        while slots[at]:
            at = (at + 1) % len(slots)
        slots[at] = number + 1
    return np.array(slots, np.uint32)


def _log2(values: Offsets) -> Offsets:
    """Binary logarithms in units of 1 / 256, rounded to the nearest, by repeated squaring of integers."""
    numbers = values.astype(np.uint64)
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
