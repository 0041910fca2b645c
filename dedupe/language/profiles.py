"""Profiles: how often letter n-grams occur in each language, as integer weights.

Two sources are mixed. The profiles of the installed langdetect have one to three letters. This package has one to
four, in profiles of more languages (README.md lists the texts). Characters are mapped as langdetect does (all
Hangul syllables are one character, and so on), and to small letters. A weight is a difference of logarithms,
computed in integers, so that every machine has the same weights.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.arrays import Folder, load_arrays
from dedupe.kernels.records import I32, LONGEST_GRAM, OTHER, SKIP, SPACE, ProfileColumns
from dedupe.language.scripts import CASED, are_of_scripts, fold_case, script_of_letter
from dedupe.records import join_records
from dedupe.sorting import distinct, distinct_sorted, repeats
from dedupe.text.encode import Bytes, Offsets
from dedupe.text.hashing import U32, U64

SCHEME = "language-v1"
# Where an n-gram is not in a language's profile, one in so many is taken to be it. One in 10,000 is worse.
RARE = 100_000
# Shares of n-grams are counted in these.
WHOLE = 1 << 30
# Weights are binary logarithms in units of 1 / 256.
SCALE_BITS = 8
# The first multiplier of the hash of an n-gram.
HASH = 0x9E3779B97F4A7C15
_SLOT_BITS = 19
_COMBINING = range(0x300, 0x370)
_GREEK = range(0x370, 0x400), range(0x1F00, 0x2000)
# Code points that langdetect changes, besides Hangul and groups of Chinese letters.
_CHANGED = (
    *range(0x250),
    *range(0x600, 0x700),
    *range(0x1E00, 0x1F00),
    *range(0x2000, 0x2070),
    *range(0x3000, 0x3200),
)
# The least number of an n-gram of four letters.
_FOUR = np.uint64(1 << 48)
_HANGUL = slice(0xAC00, 0xD7B0)
# Signs of words, not letters of an alphabet: none of them counts against a language.
_NO_ALPHABETS = frozenset(("han", "kana", "hangul", "bopomofo", ""))
# A letter of which a language has less counts against it, by so much; another language has twice as much at least.
UNUSED = WHOLE // 100_000
PENALTY = 8 << SCALE_BITS
_ROW = np.dtype([("key", np.uint64), ("language", np.uint8), ("share", np.int64)])


class Profiles(NamedTuple):
    """Weights of n-grams by language, as arrays for the kernel."""

    languages: tuple[str, ...]
    """codes, in order; `zh-cn`, `zh-tw` and the like are variants of one language"""
    scheme: str
    """name and digest: another version of langdetect may be another scheme"""
    prior: I32
    """what each language has before the first n-gram: less where few texts are in it"""
    typical: Offsets
    """what the n-grams of a text in the language weigh on average"""
    characters: U32
    """the class of each code point below 0x10000: `SKIP`, `SPACE`, `OTHER` (a letter of a script without profile),
    or a character. Code points beyond have the class of the last one."""
    slots: U32
    """hash table: number of an n-gram plus one, 0 for none; linear probing"""
    keys: U64
    """the characters of each n-gram, 16 bits each"""
    offsets: U32
    """weights of n-gram `i` are rows `offsets[i]:offsets[i + 1]` of the next two"""
    language: Bytes
    weight: I32
    """how much likelier the n-gram is in the language than where it is rare; negative for a letter that it lacks"""

    def tables(self) -> ProfileColumns:
        """Return what the kernel wants."""
        columns = (self.characters, self.slots, self.keys, self.offsets, self.language, self.weight)
        return (*columns, len(self.languages))


@cache
def load_profiles() -> Profiles:
    """Read the profiles of the installed langdetect and of this package."""
    return read_profiles(files("dedupe.language"))


def read_profiles(folder: Folder | Path) -> Profiles:
    """Read the profiles of the installed langdetect and of a folder."""
    fields, arrays = load_arrays(folder, "profiles", SCHEME)
    languages = tuple(fields["languages"])
    scripts = [frozenset(names) for names in fields["scripts"]]
    characters = _characters(frozenset.union(*scripts))
    shares = [_rows_of_langdetect(languages, scripts, characters), _rows_of_package(fields, arrays)]
    rows = _added_up([*shares, _rows_of_letters(shares, scripts)])
    weight = _log2(WHOLE + RARE * rows["share"]) - _log2(np.array([WHOLE]))
    weight[_is_unused(rows)] = -PENALTY
    first = np.flatnonzero(~repeats(rows["key"])[0])
    keys = rows["key"][first]
    prior = np.array(fields["prior"], np.int32) << SCALE_BITS
    tables = (
        prior,
        np.array(fields["typical"], np.int64),
        characters,
        _slots(keys),
        keys,
        np.append(first, len(rows)).astype(np.uint32),
        rows["language"].copy(),
        weight.astype(np.int32),
    )
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(table).tobytes() for table in tables)).hexdigest()
    return Profiles(languages, f"{SCHEME}-{digest[:12]}", *tables)


def _characters(scripts: frozenset[str]) -> U32:
    """The character that each code point is counted as."""
    from langdetect.utils.ngram import NGram

    out = np.arange(0x10000, dtype=np.uint32)
    for point in sorted({*CASED, *_CHANGED}):
        char = ord(NGram.normalize(chr(fold_case(point))))
        # Accents are often left out over capitals.
        is_greek = any(char in block for block in _GREEK)
        out[point] = ord(unicodedata.normalize("NFD", chr(char))[0]) if is_greek else char
    out[[ord(char) for char in NGram.CJK_MAP]] = [ord(char) for char in NGram.CJK_MAP.values()]
    out[_HANGUL] = _HANGUL.start
    out[_COMBINING.start : _COMBINING.stop] = SKIP
    out[0xD800:0xE000] = SPACE
    out[~are_of_scripts(scripts)] = OTHER
    return out


def _rows_of_langdetect(
    languages: tuple[str, ...], scripts: list[frozenset[str]], characters: U32
) -> npt.NDArray[np.void]:
    """The shares of n-grams in langdetect's profiles, half of what counts for a language."""
    folder, parts = files("langdetect") / "profiles", []
    known = {entry.name for entry in folder.iterdir()}
    for number, name in enumerate(languages):
        if name not in known:
            continue
        read = json.loads((folder / name).read_text("utf-8"))
        # Longer n-grams are cut off, and are too long still.
        points = np.array(list(read["freq"]), "U4").view(np.uint32).reshape(-1, 4)
        counts = np.fromiter(read["freq"].values(), np.int64, len(points))
        lengths = (points > 0).sum(axis=1)
        wanted = (lengths < 4) & (points < 0x10000).all(axis=1)
        allowed = are_of_scripts(scripts[number])
        wanted[wanted] = allowed[points[wanted]].all(axis=1)
        points, counts, lengths = characters[points[wanted]], counts[wanted], lengths[wanted]
        rows = np.zeros(len(points), _ROW)
        for place in range(3):
            is_there = lengths > place
            rows["key"][is_there] = rows["key"][is_there] << np.uint64(16) | points[is_there, place]
        rows["language"] = number
        rows["share"] = counts * (WHOLE // 2) // np.array(read["n_words"], np.int64)[lengths - 1]
        parts.append(rows)
    return join_records(parts)


def _rows_of_package(fields: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> npt.NDArray[np.void]:
    """The shares of n-grams in the profiles of this package.

    N-grams are a tree: `children` has how many longer by one each has, `last` the characters that those end in.
    """
    last, children = arrays["last"].astype(np.uint64), arrays["children"].astype(np.int64)
    parts, parents, first = [], np.zeros(1, np.uint64), 0
    counts = np.array([fields["roots"]], np.int64)
    for _ in range(LONGEST_GRAM):
        keys = np.repeat(parents, counts) << np.uint64(16) | last[first : first + counts.sum()]
        # The longest ones have none.
        parents, counts = keys, children[first : first + len(keys)]
        first += len(keys)
        parts.append(keys)
    keys = np.concatenate(parts)
    out = np.zeros(len(arrays["language"]), _ROW)
    out["key"] = np.repeat(keys, arrays["rows"])
    out["language"] = arrays["language"]
    share = np.array(fields["shares"], np.int64)[arrays["share"]]
    known = np.array([name in fields["langdetect"] for name in fields["languages"]])
    # Half of what counts for a language that langdetect has too, as far as it has n-grams of that length.
    halved = known[out["language"]] & (out["key"] < _FOUR)
    out["share"] = np.where(halved, share // 2, share)
    return out


def _added_up(shares: Sequence[npt.NDArray[np.void]]) -> npt.NDArray[np.void]:
    """Rows by key and language, one for each; those of four letters ascend and have one source."""
    is_short = [rows["key"] < _FOUR for rows in shares]
    short = join_records([rows.take(np.flatnonzero(own)) for rows, own in zip(shares, is_short, strict=True)])
    order = short["key"] << np.uint64(8) | short["language"]
    place = np.argsort(order, kind="stable")
    order = order[place]
    first = np.flatnonzero(~repeats(order)[0])
    out = short.take(place[first])
    out["share"] = np.add.reduceat(short["share"][place], first)
    return join_records(
        [out, *(rows.take(np.flatnonzero(~own)) for rows, own in zip(shares, is_short, strict=True))]
    )


def _rows_of_letters(shares: list[npt.NDArray[np.void]], scripts: list[frozenset[str]]) -> npt.NDArray[np.void]:
    """A row without share for each letter of an alphabet and each language that is written in it."""
    points = distinct(np.concatenate([rows["key"][rows["key"] < 0x10000] for rows in shares])).tolist()
    letters = [(point, script) for point in points if (script := script_of_letter(point)) not in _NO_ALPHABETS]
    pairs = [(point, number) for point, script in letters for number, one in enumerate(scripts) if script in one]
    out = np.zeros(len(pairs), _ROW)
    out["key"], out["language"] = np.array(pairs, np.int64).T
    return out


def _is_unused(rows: npt.NDArray[np.void]) -> npt.NDArray[np.bool_]:
    """A mask of the rows of letters that the language does not use, and another one does."""
    first = np.flatnonzero(~repeats(rows["key"])[0])
    highest = np.maximum.reduceat(rows["share"], first)
    used = np.repeat(highest >= 2 * UNUSED, np.diff(np.append(first, len(rows))))
    alphabet = np.zeros(0x10000, bool)
    letters = distinct_sorted(rows["key"][rows["key"] < 0x10000]).tolist()
    alphabet[[point for point in letters if script_of_letter(point) not in _NO_ALPHABETS]] = True
    out: npt.NDArray[np.bool_] = used & (rows["share"] < UNUSED)
    out[out] = rows["key"][out] < 0x10000
    out[out] = alphabet[rows["key"][out].astype(np.int64)]
    return out


def _slots(keys: U64) -> U32:
    slots = np.zeros(1 << _SLOT_BITS, np.uint32)
    waiting = np.arange(len(keys))
    place = ((keys * np.uint64(HASH)) >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
    while len(waiting):
        # The first of those that want a free slot has it, the others go on to the next one.
        free = slots[place] == 0
        slots[place[free][::-1]] = waiting[free][::-1] + 1
        left = slots[place] != waiting + 1
        waiting, place = waiting[left], (place[left] + 1) % len(slots)
    return slots


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
