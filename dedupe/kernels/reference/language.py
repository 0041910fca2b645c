"""Language scores: what the n-grams of a text weigh in each language. The reference of the native kernel."""

from __future__ import annotations

import re

import numpy as np

from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.hashing import U32, U64

# Characters of an n-gram, at most.
LONGEST = 3
# Characters that take no part, and the one that stands for all that separates words.
SKIP, SPACE = 0, 0x20
# What langdetect makes of all Hangul syllables, and of all Hiragana and Katakana.
HANGUL, HIRAGANA, KATAKANA = 0xAC00, 0x3042, 0x30A2
# Code points of a text that are looked at.
FARTHEST = 10_000
# Addresses of pages and of mail say nothing about the language.
_ADDRESS_SIGNS = ("://", "@")
_RUN = re.compile("[!-~]+")
# Bits of what stands in a text.
HAS_HANGUL, HAS_KANA = 1, 2


def language_scores(
    buffer: Bytes,
    starts: Offsets,
    ends: Offsets,
    characters: U32,
    upper: Bytes,
    slots: U32,
    keys: U64,
    offsets: U32,
    language: Bytes,
    weight: U32,
    languages: int,
) -> tuple[Offsets, Offsets, Bytes]:
    """The sums of the weights of all n-grams of texts, by language.

    Parameters
    ----------
    buffer, starts, ends
        A batch of texts.
    characters, upper, slots, keys, offsets, language, weight
        The columns of `Profiles`.
    languages : int
        How many there are.

    Returns
    -------
    (int64 array, int64 array, uint8 array)
        Sums, shape (texts, languages); how many n-grams were found; bits of what stands in the text.
    """
    batch = TextBatch(buffer, starts, ends)
    number = {key: i for i, key in enumerate(keys.tolist())}
    sums = np.zeros((len(batch), languages), np.int64)
    counts, signs = np.zeros(len(batch), np.int64), np.zeros(len(batch), np.uint8)
    for i in range(len(batch)):
        for key in _grams(batch.text(i)[:FARTHEST], characters, upper):
            found = number.get(key)
            if found is not None:
                rows = slice(offsets[found], offsets[found + 1])
                sums[i, language[rows]] += weight[rows]
                counts[i] += 1
                signs[i] |= HAS_HANGUL if key == HANGUL else HAS_KANA if key in {HIRAGANA, KATAKANA} else 0
    return sums, counts, signs


def _grams(text: str, characters: U32, upper: Bytes) -> list[int]:
    """The n-grams of a text as numbers, none of a word behind two capitals side by side."""
    text = _RUN.sub(lambda run: " " if any(sign in run[0] for sign in _ADDRESS_SIGNS) else run[0], text)
    latin = sum("A" <= char <= "z" for char in text)
    others = sum(char >= "\u0300" and not "\u1e00" <= char <= "\u1eff" for char in text)
    foreign = 2 * latin < others
    out = []
    before: list[int] = [SPACE]
    capitals = False
    for char in text:
        # Latin words in a text of another script are names and terms.
        if foreign and "A" <= char <= "z":
            continue
        own = int(characters[min(ord(char), 0xFFFF)])
        if own == SKIP:
            continue
        last = before[-1]
        if last == SPACE:
            before, capitals = [SPACE], False
            if own == SPACE:
                continue
        capitals = bool(upper[own]) and (capitals or bool(upper[last]))
        before = [*before, own][-LONGEST:]
        if capitals:
            continue
        for length in range(1, len(before) + 1):
            if length > 1 or own != SPACE:
                key = 0
                for one in before[-length:]:
                    key = key << 16 | one
                out.append(key)
    return out
