"""Language scores: what the n-grams of a text weigh in each language. The reference of the native kernel."""

from __future__ import annotations

import re

import numpy as np

from dedupe.kernels.records import HAS_HANGUL, HAS_KANA, I32, LONGEST_GRAM, OTHER, SKIP, SPACE, ProfileColumns
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.hashing import U32

# What langdetect makes of all Hangul syllables, and of all Hiragana and Katakana.
HANGUL, HIRAGANA, KATAKANA = 0xAC00, 0x3042, 0x30A2
# Code points of a text that are looked at.
FARTHEST = 10_000
# Letters of China, Japan and Korea: each weighs as much as so many Latin ones. A Chinese word has one or two.
EAST_ASIAN = (0x1100, 0x11FF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)
LETTERS = 7
# Beyond the scripts: signs of music and mathematics, emoji, rare Chinese letters.
SYMBOLS = 0x1D000
# Addresses of pages and of mail say nothing about the language.
_ADDRESS_SIGNS = ("://", "@")
_RUN = re.compile("[!-~]+")


def language_scores(texts: TextBatch, profiles: ProfileColumns) -> tuple[I32, Offsets, Bytes]:
    """The sums of the weights of all n-grams of texts, by language.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    profiles : tuple
        The columns of `Profiles`, and how many languages there are.

    Returns
    -------
    (int32 array, int64 array, uint8 array)
        Sums, shape (texts, languages); how many n-grams were found; bits of what stands in the text.
    """
    characters, _, keys, offsets, language, weight, languages = profiles
    number = {key: i for i, key in enumerate(keys.tolist())}
    sums = np.zeros((len(texts), languages), np.int32)
    counts, signs = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.uint8)
    for i in range(len(texts)):
        for key in _grams(texts.text(i)[:FARTHEST], characters):
            found = number.get(key)
            if found is not None:
                rows = slice(offsets[found], offsets[found + 1])
                sums[i, language[rows]] += weight[rows]
                counts[i] += 1
                signs[i] |= HAS_HANGUL if key == HANGUL else HAS_KANA if key in {HIRAGANA, KATAKANA} else 0
    return sums, counts, signs


def _grams(text: str, characters: U32) -> list[int]:
    """The n-grams of a text as numbers; none of a text in a script without profile."""
    text = _RUN.sub(lambda run: " " if any(sign in run[0] for sign in _ADDRESS_SIGNS) else run[0], text)
    counted = [int(characters[min(ord(char), OTHER)]) for char in text]
    letters = [own for own, char in zip(counted, text, strict=True) if ord(char) < SYMBOLS]
    latin = sum(map(_is_latin, letters))
    others = sum(own >= 0x300 and not _is_latin(own) for own in letters)
    east_asian = sum(any(first <= own <= last for first, last in EAST_ASIAN) for own in letters)
    unknown = letters.count(OTHER)
    if unknown > max(latin, others - unknown):
        return []
    foreign = 2 * latin < others or latin < LETTERS * east_asian
    out = []
    before: list[int] = [SPACE]
    for own in counted:
        # Latin words in a text of another script are names and terms.
        if own == SKIP or (foreign and _is_latin(own)):
            continue
        if before[-1] == SPACE:
            before = [SPACE]
            if own == SPACE:
                continue
        before = [*before, own][-LONGEST_GRAM:]
        for length in range(1, len(before) + 1):
            if length > 1 or own != SPACE:
                key = 0
                for one in before[-length:]:
                    key = key << 16 | one
                out.append(key)
    return out


def _is_latin(own: int) -> bool:
    return 0x61 <= own <= 0x7A or 0xC0 <= own <= 0x2AF or 0x1E00 <= own <= 0x1EFF
