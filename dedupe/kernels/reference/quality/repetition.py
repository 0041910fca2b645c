"""Repetition in a text: lines, paragraphs, and runs of words, as Gopher counts them.

In scripts without spaces several characters make a word; a run of n words has so many times n characters there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

TOP_NGRAMS = (2, 3, 4)
REPEATED_NGRAMS = (5, 6, 7, 8, 9, 10)


def count_repeated(items: Sequence[str]) -> tuple[int, int]:
    """Return how many items have come before, and their characters."""
    seen: set[str] = set()
    count = characters = 0
    for item in items:
        if item in seen:
            count += 1
            characters += len(item)
        seen.add(item)
    return count, characters


def top_ngram(words: Sequence[str], n: int, size: int = 1) -> int:
    """Characters of the most frequent n-gram, the earliest of several, in all places; 0 where none comes twice.

    `size` is how many of `words` make a word: 1 where there are spaces, which count too.
    """
    spaces = n - 1 if size == 1 else 0
    n *= size
    ngrams = Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    ngram, count = max(ngrams.items(), key=lambda item: item[1], default=((), 0))
    return (sum(map(len, ngram)) + spaces) * count if count > 1 else 0


def repeated_ngrams(words: Sequence[str], n: int) -> int:
    """Characters of n-grams that have come before, read from the left without overlaps."""
    seen: set[tuple[str, ...]] = set()
    characters = i = 0
    while i + n <= len(words):
        ngram = tuple(words[i : i + n])
        if ngram in seen:
            characters += sum(map(len, ngram))
            i += n
        else:
            seen.add(ngram)
            i += 1
    return characters
