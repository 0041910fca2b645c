"""Put edited copies of some units among the others, and see which are found with what they were made of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.columns import runs
from dedupe.documents import read_texts
from dedupe.duplicates.find import compare_signed
from dedupe.duplicates.fingerprints import sign_units, unit_sets
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.verify import jaccard
from dedupe.evaluation.edits import Draw, change_words, reformat, script_of, shuffle_words, split_tokens
from dedupe.text.encode import encode_batch
from dedupe.units import whole_documents

# Shares of words that are changed.
LEVELS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
FORMAT, HALVES, ORDER = "case and spaces", "halves of two texts", "words in another order"
DECOYS = (HALVES, ORDER)
# Halves are joined of texts that are less similar than this, if one is found in so many draws.
_UNLIKE, _DRAWS = 0.2, 5
# Code points of texts whose shingles are held at a time.
_TOGETHER = 1 << 20


class Injection(NamedTuple):
    """A text that was put in."""

    source: int
    """the number of the unit of which it was made"""
    level: str
    """how it was made: `5 % of words`, one of the `DECOYS`, …"""
    script: str
    text: str
    similarity: float
    """its exact similarity to what it was made of"""
    promised: float
    """with what probability a pair so similar is compared at all; not a number for containment"""
    found: bool
    """whether the two came out as near-duplicates; of a decoy, whether it came out with anything"""
    apart: bool
    """whether the two are kept apart, since they differ in what may be a fact (with `facts="apart"`)"""


def level_name(share: float) -> str:
    """Return what a share of changed words is called."""
    return f"{100 * share:g} % of words" if share else "nothing"


def inject(sources: Sequence[str], settings: Settings, seed: int, threads: int) -> tuple[list[Injection], int, int]:
    """Copies of all sources at all levels, and decoys: each with whether it was found.

    Returns
    -------
    (list of Injection, int, int)
        And how many of the pairs that were found with any of them are right, and wrong.
    """
    made = list(_copies(sources, settings, seed))
    texts = [*sources, *(text for _, _, text in made)]
    units = whole_documents(read_texts(texts))
    prints = sign_units(units, settings, threads)
    found = compare_signed(units, prints, settings, pairs="all", threads=threads).pairs.to_arrow()
    # Who is contained in whom says who stays: the numbers of a pair ascend here.
    pairs = {(min(pair), max(pair)) for pair in zip(found["a"].to_pylist(), found["b"].to_pylist(), strict=True)}
    joined = {number for pair in pairs for number in pair}
    numbers = range(len(sources), len(texts))
    own = [source for source, _, _ in made]
    similarity = _similarities(texts, own, numbers, settings)
    apart = _apart(texts, own, numbers, settings)
    scripts = [script_of(text) for text in sources]
    out = [
        Injection(
            source,
            level,
            scripts[source],
            text,
            alike,
            settings.bands.recall(alike) if settings.by == "jaccard" else math.nan,
            number in joined if level in DECOYS else (source, number) in pairs,
            differs,
        )
        for (source, level, text), alike, differs, number in zip(made, similarity, apart, numbers, strict=True)
    ]
    return out, *_judged(pairs, [*range(len(sources)), *(_family(*copy) for copy in made)], len(sources))


def _copies(sources: Sequence[str], settings: Settings, seed: int) -> Iterator[tuple[int, str, str]]:
    """Source, level and text of what is put in."""
    others = _unlike(sources, settings, seed)
    for number, text in enumerate(sources):
        parts = split_tokens(text)
        yield number, FORMAT, reformat(text)
        for share in LEVELS:
            draw = Draw(seed, number, share)
            yield number, level_name(share), change_words(parts, share, parts[1::2], draw)
        if number in others:
            yield number, HALVES, _halves(text, sources[others[number]])
        yield number, ORDER, shuffle_words(parts, Draw(seed, number, ORDER))


def _unlike(sources: Sequence[str], settings: Settings, seed: int) -> dict[int, int]:
    """For each source another one that has little in common with it, where one is drawn."""
    count, out = len(sources), dict[int, int]()
    for attempt in range(_DRAWS if count > 1 else 0):
        open_ = [number for number in range(count) if number not in out]
        drawn = [(n + 1 + Draw(seed, n, HALVES, attempt).below(count - 1)) % count for n in open_]
        similarity = _similarities(sources, open_, drawn, settings)
        out |= {n: other for n, other, alike in zip(open_, drawn, similarity, strict=True) if alike < _UNLIKE}
    return out


def _halves(text: str, other: str) -> str:
    """The first half of a text, and as much of the end of another one."""
    half = len(text) // 2
    return f"{text[:half]} {other[max(len(other) - half, 0) :]}"


def _similarities(texts: Sequence[str], a: Sequence[int], b: Sequence[int], settings: Settings) -> list[float]:
    """The exact similarity of pairs of texts, some pairs at a time."""
    out: list[float] = []
    for low, high in runs(np.array([len(texts[i]) + len(texts[j]) for i, j in zip(a, b, strict=True)]), _TOGETHER):
        pairs = [text for i, j in zip(a[low:high], b[low:high], strict=True) for text in (texts[i], texts[j])]
        sets = unit_sets([encode_batch(pairs)], settings)
        left = np.arange(0, len(pairs), 2)
        if settings.by == "jaccard":
            out += jaccard(sets, left, left + 1).tolist()
        else:
            sizes = np.diff(sets[1])
            shared = kernels.overlaps(sets, left, left + 1)
            out += (shared / np.maximum(np.minimum(sizes[left], sizes[left + 1]), 1)).tolist()
    return out


def _apart(texts: Sequence[str], stays: Sequence[int], goes: Sequence[int], settings: Settings) -> list[bool]:
    """Return which pairs of texts differ in what may be a fact, if that is asked."""
    if settings.facts == "ignore":
        return [False] * len(stays)
    facts = kernels.fact_texts(encode_batch(texts))
    same = kernels.same_facts(facts, np.array(goes, np.int64), np.array(stays, np.int64))
    return [not own for own in same.tolist()]


def _family(source: int, level: str, _text: str) -> int:
    """Return what a text is a copy of; of a decoy nothing."""
    return -1 if level in DECOYS else source


def _judged(pairs: set[tuple[int, int]], family: Sequence[int], sources: int) -> tuple[int, int]:
    """Pairs with an injected text that are right, as both are of one source or of two like ones; and others."""
    injected = [(family[a], family[b]) for a, b in pairs if max(a, b) >= sources]
    right = sum(min(a, b) >= 0 and (a == b or (a, b) in pairs or (b, a) in pairs) for a, b in injected)
    return right, len(injected) - right
