"""Words of lists in texts: the readable twin of the native kernel `listed_words`."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.counts import fold_word
from dedupe.kernels.records import I64
from dedupe.kernels.reference.quality.words import split_words
from dedupe.text.encode import Offsets, TextBatch


def listed_words(texts: TextBatch, entries: TextBatch, lists: Offsets, count: int) -> I64:
    """Count in texts what lists hold.

    A text is read from the left: where entries of a list begin, the one of most words is counted, and none of that
    list begins within it. Capitals and diacritics make no difference. Entries without a word are in no text.

    Parameters
    ----------
    texts, entries : TextBatch
        The texts, and words or several words in a row.
    lists : int64 array, shape (entries,)
        The list that each entry is in, from 0.
    count : int
        How many lists there are.

    Returns
    -------
    int64 array, shape (texts, count)
        How many entries of each list a text holds.
    """
    known: dict[tuple[str, ...], set[int]] = {}
    for i, number in enumerate(lists.tolist()):
        if words := _folded(entries.text(i)):
            known.setdefault(words, set()).add(number)
    longest = max(map(len, known), default=0)
    out = np.zeros((len(texts), count), np.int64)
    for i in range(len(texts)):
        words = _folded(texts.text(i))
        free = [0] * count
        for place in range(len(words)):
            for end in range(min(place + longest, len(words)), place, -1):
                for number in known.get(words[place:end], ()):
                    if free[number] <= place:
                        out[i, number] += 1
                        free[number] = end
    return out


def _folded(text: str) -> tuple[str, ...]:
    return tuple(map(fold_word, split_words(text)))
