"""Language scores: what the n-grams of a text weigh in each language. The reference of the native kernel."""

from __future__ import annotations

import re

import numpy as np

from dedupe.kernels.records import HAS_HANGUL, HAS_KANA, LONGEST_GRAM, SKIP, SPACE, ProfileColumns
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.hashing import U32

# What langdetect makes of all Hangul syllables, and of all Hiragana and Katakana.
HANGUL, HIRAGANA, KATAKANA = 0xAC00, 0x3042, 0x30A2
# Code points of a text that are looked at.
FARTHEST = 10_000
# Addresses of pages and of mail say nothing about the language.
_ADDRESS_SIGNS = ("://", "@")
_RUN = re.compile("[!-~]+")


def language_scores(texts: TextBatch, profiles: ProfileColumns) -> tuple[Offsets, Offsets, Bytes]:
    """The sums of the weights of all n-grams of texts, by language.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    profiles : tuple
        The columns of `Profiles`, and how many languages there are.

    Returns
    -------
    (int64 array, int64 array, uint8 array)
        Sums, shape (texts, languages); how many n-grams were found; bits of what stands in the text.
    """
    characters, upper, _, keys, offsets, language, weight, languages = profiles
    number = {key: i for i, key in enumerate(keys.tolist())}
    sums = np.zeros((len(texts), languages), np.int64)
    counts, signs = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.uint8)
    for i in range(len(texts)):
        for key in _grams(texts.text(i)[:FARTHEST], characters, upper):
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
        before = [*before, own][-LONGEST_GRAM:]
        if capitals:
            continue
        for length in range(1, len(before) + 1):
            if length > 1 or own != SPACE:
                key = 0
                for one in before[-length:]:
                    key = key << 16 | one
                out.append(key)
    return out
