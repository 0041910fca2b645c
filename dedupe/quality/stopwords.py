"""Stop words by language, as the native kernel takes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from dedupe.kernels.counts import fold_word
from dedupe.text.encode import TextBatch, encode_batch
from dedupe.text.hashing import U64


class StopWords(NamedTuple):
    """Folded words, and in which languages each is a stop word."""

    languages: tuple[str, ...]
    words: TextBatch
    masks: U64
    """a bit for each language"""

    def bits(self, codes: Sequence[str]) -> U64:
        """The bit of each language, none for a language without a list."""
        known = {code: 1 << i for i, code in enumerate(self.languages)}
        return np.array([known.get(code, 0) for code in codes], np.uint64)


@cache
def load_stop_words() -> StopWords:
    """Read the lists of the package."""
    masks: dict[str, int] = {}
    languages: list[str] = []
    for line in files("dedupe.quality").joinpath("stopwords.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, *words = line.split()
        for word in map(fold_word, words):
            masks[word] = masks.get(word, 0) | 1 << len(languages)
        languages.append(code)
    return StopWords(tuple(languages), encode_batch(list(masks)), np.array(list(masks.values()), np.uint64))
