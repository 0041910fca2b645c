"""Whether two near copies differ in what may be a fact: the readable twin of the native kernel.

Similarity cannot tell a copy with another misprint from a manual page of another function. What can: where two
texts differ, and how.

Two texts of fewer than 200 words state the same facts if they are equal but for spelling (`color`, `colour`;
`list box`, `listbox`; `organise`, `organize`). Of longer ones a word is *covered* where some three consecutive
words around it stand in the other text too. What is not covered comes in runs; runs that face each other in equal
number and differ in spelling only count as covered. The texts state the same facts if

- no long run (more than 7 words) is there, or only one of the two has any and the shorter text has 400 words: a
  stretch more in a long text, where a clause more in a short one may be another licence;
- no short run stands among the first 20 words, where titles are, and none holds a digit;
- the words in short runs, the places where common stretches change their order, and the covered words that one
  text has more often, are together at most one in 200 words of the shorter text.

What passes is a copy with other spelling or other marks, or a long text with a stretch more or a stray change; a
changed number, name, version or *not* in a short text does not.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dedupe.fingerprint.hashing import U64, hash_tokens, shingle_hashes
from dedupe.text.encode import Bytes, Offsets, TextBatch

WINDOW = 3
SHORT_RUN = 7
HEAD = 20
STRAY = 200
LONG_TEXT = 400
# Spellings of one sound, of English above all; doubled letters are one as well.
SPELLINGS = (
    ("https", "http"),
    ("our", "or"),
    ("ogue", "og"),
    ("tre", "ter"),
    ("ae", "e"),
    ("oe", "e"),
    ("z", "s"),
    ("c", "s"),
)
# The zeros of scripts with decimal digits of their own.
_ZEROS = (0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0,
          0xF20, 0x1040, 0x17E0, 0x1810)  # fmt: skip

Run = tuple[int, int]


def same_facts(folded: Bytes, offsets: Offsets, a: Offsets, b: Offsets) -> Bytes:
    """1 for each pair of folded texts that state the same facts, else 0."""
    raw = folded.tobytes()
    texts = [raw[start:end] for start, end in pairwise(offsets.tolist())]
    pairs = zip(a.tolist(), b.tolist(), strict=True)
    return np.array([_agree(texts[x].split(b" "), texts[y].split(b" ")) for x, y in pairs], np.uint8)


def facts_agree(left: TextBatch, right: TextBatch) -> npt.NDArray[np.bool_]:
    """Return which pairs of texts state the same facts."""
    from dedupe import backend

    (folded, offsets), (other, other_offsets) = backend.fold_bytes(*left), backend.fold_bytes(*right)
    numbers = np.arange(len(left))
    both = np.concatenate((folded, other))
    bounds = np.concatenate((offsets, other_offsets[1:] + len(folded)))
    agree: npt.NDArray[np.bool_] = backend.same_facts(both, bounds, numbers, numbers + len(left)) != 0
    return agree


def fact_key(folded: bytes) -> str | None:
    """What a short folded text must share with another short one to state the same facts; None for a long one."""
    words = folded.split(b" ")
    return _spelling(words) if len(words) < STRAY else None


def _agree(a: list[bytes], b: list[bytes]) -> bool:
    if max(len(a), len(b)) < STRAY:
        return fact_key(b" ".join(a)) == fact_key(b" ".join(b))
    first, second = (shingle_hashes(hash_tokens(words), WINDOW) for words in (a, b))
    runs_a, runs_b = _runs(len(a), np.isin(first, second)), _runs(len(b), np.isin(second, first))
    changed = _unequal_repeats(a, runs_a, b, runs_b) + _moves(first, second)
    if len(runs_a) == len(runs_b):
        facing = [(x, y) for x, y in zip(runs_a, runs_b, strict=True) if not _same_spelling(a, x, b, y)]
        runs_a, runs_b = [x for x, _ in facing], [y for _, y in facing]
    shorter = min(len(a), len(b))
    long = [any(end - start > SHORT_RUN for start, end in runs) for runs in (runs_a, runs_b)]
    if all(long) or (any(long) and shorter < LONG_TEXT):
        return False
    for words, runs in ((a, runs_a), (b, runs_b)):
        for start, end in runs:
            if end - start > SHORT_RUN:
                continue
            if start < HEAD or _has_digit(b"".join(words[start:end]).decode()):
                return False
            changed += end - start
    return changed * STRAY <= shorter


def _unequal_repeats(a: list[bytes], runs_a: list[Run], b: list[bytes], runs_b: list[Run]) -> int:
    """How many covered words stand in one text more often than in the other."""
    counts = []
    for words, runs in ((a, runs_a), (b, runs_b)):
        counts.append(Counter(words))
        for start, end in runs:
            counts[-1].subtract(words[start:end])
    counts[0].subtract(counts[1])
    return sum(map(abs, counts[0].values()))


def _moves(first: U64, second: U64) -> int:
    """How often windows that stand once in both texts follow each other in another order."""
    once: list[dict[int, int]] = []
    for windows in (first.tolist(), second.tolist()):
        counts = Counter(windows)
        once.append({window: place for place, window in enumerate(windows) if counts[window] == 1})
    places = [once[1][window] for window in once[0] if window in once[1]]
    return sum(after < before for before, after in pairwise(places))


def _runs(count: int, known: np.ndarray) -> list[Run]:
    """The runs of words that no known window covers."""
    covered = np.zeros(count + 2, bool)
    covered[[0, -1]] = True
    for offset in range(WINDOW):
        covered[1 + offset : 1 + offset + len(known)] |= known
    edges = np.diff(covered.astype(np.int8))
    return list(zip(np.flatnonzero(edges < 0).tolist(), np.flatnonzero(edges > 0).tolist(), strict=True))


def _same_spelling(a: list[bytes], x: Run, b: list[bytes], y: Run) -> bool:
    one, other = a[x[0] : x[1]], b[y[0] : y[1]]
    if max(len(one), len(other)) > SHORT_RUN:
        return False
    # Around a change a word or two are not covered though they are the same.
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return not _has_digit(b"".join(one + other).decode()) and _spelling(one) == _spelling(other)


def _spelling(words: list[bytes]) -> str:
    """The words closed up, in one spelling."""
    return "".join(_word_spelling(word.decode()) for word in words)


def _word_spelling(word: str) -> str:
    for variant, common in SPELLINGS:
        word = word.replace(variant, common)
    # A doubled letter at the beginning is an abbreviation, a doubled digit another number.
    doubled = (place > 1 and char == word[place - 1] and not _has_digit(char) for place, char in enumerate(word))
    return "".join(char for char, double in zip(word, doubled, strict=True) if not double)


def _has_digit(text: str) -> bool:
    return any(zero <= ord(char) < zero + 10 for char in text for zero in _ZEROS)
