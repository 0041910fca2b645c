"""Whether two near copies differ in what may be a fact: the readable twin of the native kernel.

Similarity cannot tell a copy with another misprint from a manual page of another function. What can: where two
texts differ, and how. A word is *covered* where some three consecutive words around it stand in the other text too.
What is not covered comes in runs. The texts are taken to state the same facts if

- not both have long runs (more than 7 words): then one has a stretch that the other replaces;
- no short run stands among the first 20 words, where titles are, and none holds a digit;
- the words in short runs are at most one in 200 of the shorter text.

Runs that face each other in equal number and differ in spelling only (`color`, `colour`; `list box`, `listbox`)
count as covered. So what passes is a copy with whole stretches more or less, with other spelling, or a long text
with a stray change; a changed number, name, version or *not* in a short text does not pass.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dedupe.fingerprint.hashing import hash_tokens, shingle_hashes
from dedupe.text.encode import Bytes, Offsets

WINDOW = 3
SHORT_RUN = 7
HEAD = 20
STRAY = 200
LEAST_VARIANT = 4
MOST_EDITS = 2
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


def _agree(a: list[bytes], b: list[bytes]) -> bool:
    if min(len(a), len(b)) < WINDOW:
        return False
    first, second = (shingle_hashes(hash_tokens(words), WINDOW) for words in (a, b))
    runs_a, runs_b = _runs(len(a), np.isin(first, second)), _runs(len(b), np.isin(second, first))
    if len(runs_a) == len(runs_b):
        facing = [(x, y) for x, y in zip(runs_a, runs_b, strict=True) if not _same_spelling(a, x, b, y)]
        runs_a, runs_b = [x for x, _ in facing], [y for _, y in facing]
    if all(any(end - start > SHORT_RUN for start, end in runs) for runs in (runs_a, runs_b)):
        return False
    changed = 0
    for words, runs in ((a, runs_a), (b, runs_b)):
        for start, end in runs:
            if end - start > SHORT_RUN:
                continue
            if start < HEAD or _has_digit(b"".join(words[start:end]).decode()):
                return False
            changed += end - start
    return changed * STRAY <= min(len(a), len(b))


def _runs(count: int, known: np.ndarray) -> list[Run]:
    """The runs of words that no known window covers."""
    covered = np.zeros(count + 2, bool)
    covered[[0, -1]] = True
    for offset in range(WINDOW):
        covered[1 + offset : 1 + offset + len(known)] |= known
    edges = np.diff(covered.astype(np.int8))
    return list(zip(np.flatnonzero(edges < 0).tolist(), np.flatnonzero(edges > 0).tolist(), strict=True))


def _same_spelling(a: list[bytes], x: Run, b: list[bytes], y: Run) -> bool:
    if max(x[1] - x[0], y[1] - y[0]) > SHORT_RUN:
        return False
    one, other = (b"".join(words[start:end]).decode() for words, (start, end) in ((a, x), (b, y)))
    if _has_digit(one) or _has_digit(other):
        return False
    if one == other:
        return True
    return min(len(one), len(other)) >= LEAST_VARIANT and one[:2] == other[:2] and _edits(one, other) <= MOST_EDITS


def _has_digit(text: str) -> bool:
    return any(zero <= ord(char) < zero + 10 for char in text for zero in _ZEROS)


def _edits(a: str, b: str) -> int:
    """Levenshtein distance, or something above the limit where the lengths alone exceed it."""
    if abs(len(a) - len(b)) > MOST_EDITS:
        return MOST_EDITS + 1
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (char != other))
    return row[-1]
