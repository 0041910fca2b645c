"""Crowded buckets: what is left out of the comparison, and that it is never a pair at the threshold."""

from __future__ import annotations

import importlib
import itertools
import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import find_duplicates, kernels
from dedupe.kernels.reference import groups as reference
from dedupe.kernels.reference.near import least_shared

THRESHOLDS = [0.3, 0.5, 2 / 3, 0.8, 0.85, 0.9, 1.0]


def flat(items: list[list[int]], kind: Any) -> tuple[Any, Any]:
    return np.array([value for item in items for value in item], kind), np.cumsum([0, *map(len, items)])


def draw_sets(draw: random.Random, count: int) -> list[list[int]]:
    """Sets around a few bases, with values that many, few and no others have."""
    bases = [draw.sample(range(1000), draw.randint(1, 40)) for _ in range(draw.randint(1, 3))]
    sets = []
    for number in range(count):
        own = set(draw.choice(bases))
        for value in draw.sample(sorted(own), draw.randint(0, len(own) // 2)):
            own.discard(value)
        own |= set(draw.sample(range(40), draw.choice([0, 2, 10])))
        own |= {10_000 + 10 * number + i for i in range(draw.choice([0, 1, 6]))}
        sets.append(sorted(own if draw.random() > 0.03 else set()))
    return sets


def draw_buckets(draw: random.Random, count: int) -> list[list[int]]:
    sizes = [draw.choice([2, 3, 10, count // 2, count]) for _ in range(draw.randint(1, 6))]
    return [sorted(draw.sample(range(count), min(max(size, 2), count))) for size in sizes]


def similarity(a: list[int], b: list[int]) -> float:
    shared, union = len(set(a) & set(b)), len(set(a) | set(b))
    return shared / union if union else 0.0


def twins() -> list[Any]:
    return [reference, *([importlib.import_module("dedupe._kernels")] if kernels.native else [])]


@given(st.integers(0, 1 << 32), st.sampled_from(THRESHOLDS))
def test_pairs_are_those_that_share_a_bucket_and_reach_the_threshold(seed: int, threshold: float) -> None:
    draw = random.Random(seed)
    count = draw.randint(2, 60)
    sets, buckets = draw_sets(draw, count), draw_buckets(draw, count)
    pinned = [draw.random() < 0.1 for _ in range(count)]
    together = {pair for bucket in buckets for pair in itertools.combinations(bucket, 2)}
    wanted = [
        (a, b, similarity(sets[a], sets[b]))
        for b, a in sorted((b, a) for a, b in together)
        if similarity(sets[a], sets[b]) >= threshold and not (pinned[a] and pinned[b])
    ]
    arguments = (flat(buckets, np.int64), flat(sets, np.uint64), np.array(pinned, np.uint8), threshold, None)
    compared = set()
    for kernel in twins():
        a, b, found, count_ = kernel.near_pairs(*arguments)
        assert list(zip(a.tolist(), b.tolist(), found.tolist(), strict=True)) == wanted
        assert len(wanted) <= count_ <= len(together)
        compared.add(count_)
    assert len(compared) == 1


@given(st.integers(0, 1 << 32), st.sampled_from(THRESHOLDS))
def test_groups_are_those_of_the_contract(seed: int, threshold: float) -> None:
    draw = random.Random(seed)
    count = draw.randint(2, 60)
    sets, buckets = draw_sets(draw, count), draw_buckets(draw, count)
    pinned = [draw.random() < 0.1 for _ in range(count)]
    rank = draw.sample(range(count), count)
    rejected = [tuple(draw.sample(range(count), 2)) for _ in range(draw.choice([0, 5]))]
    together = {pair for bucket in buckets for pair in itertools.permutations(bucket, 2)}
    kept, wanted = [], list(range(count))
    for unit in sorted(range(count), key=rank.__getitem__):
        near = [o for o in kept if (o, unit) in together and (o, unit) not in rejected and not pinned[unit]]
        best = max(near, key=lambda o: (similarity(sets[o], sets[unit]), -rank[o]), default=None)
        if best is not None and similarity(sets[best], sets[unit]) >= threshold:
            wanted[unit] = best
        else:
            kept.append(unit)
    arguments = (
        *(flat(buckets, np.int64), flat(sets, np.uint64), np.array(rank), np.array(pinned, np.uint8), rejected),
        *(threshold, None),
    )
    answers = [kernel.group(*arguments) for kernel in twins()]
    for answer in answers:
        assert answer[0].tolist() == wanted
    assert len({answer[2] for answer in answers}) == 1


@given(st.integers(1, 3000), st.floats(1e-9, 1.0))
def test_the_least_overlap_is_the_first_that_reaches_the_threshold(size: int, threshold: float) -> None:
    least = least_shared(size, threshold)
    assert least / size >= threshold
    assert least == 0 or (least - 1) / size < threshold


def test_a_threshold_that_all_reach_is_refused() -> None:
    for kernel in twins():
        with pytest.raises(ValueError, match="not above 0"):
            kernel.near_pairs(flat([], np.int64), flat([], np.uint64), np.zeros(0, np.uint8), 0.0, None)


def _words(draw: random.Random, count: int) -> list[str]:
    return ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(3, 9))) for _ in range(count)]


def _pages(draw: random.Random, count: int, words: int, free: list[int], vocabulary: int) -> list[str]:
    """Pages that are alike but for the words in some places."""
    known = _words(draw, vocabulary)
    base = draw.choices(known, k=words)
    pages = []
    for _ in range(count):
        own = list(base)
        for place in free:
            own[place] = draw.choice(known)
        pages.append(" ".join(own))
    return pages


@pytest.mark.parametrize("pairs", ["kept", "all"])
@pytest.mark.parametrize("vocabulary", [500, 5000])
@pytest.mark.parametrize("scattered", [True, False])
def test_pages_that_share_three_quarters_cost_little_more_than_twice_as_much_twice(
    scattered: bool, vocabulary: int, pairs: Any
) -> None:
    draw = random.Random(5)
    count = 400 if kernels.native else 100
    free = sorted(draw.sample(range(100), 25)) if scattered else list(range(75, 100))
    pages = _pages(draw, 4 * count, 100, free, vocabulary)
    counts = [find_duplicates(pages[:n], pairs=pairs).compared for n in (count, 2 * count, 4 * count)]
    assert all(after <= 2.3 * max(before, count) for before, after in pairwise(counts)), counts


def test_texts_that_are_made_to_share_all_band_keys_are_not_all_compared() -> None:
    draw = random.Random(6)
    count = 200 if kernels.native else 60
    # Words whose shingles have the least hash for many permutations: all texts hold them.
    least = _magnets(draw, 400)
    texts = [f"{least} {' '.join(_words(draw, 300))}" for _ in range(4 * count)]
    results = [find_duplicates(texts[:n], threshold=0.85) for n in (count, 2 * count, 4 * count)]
    # Of fewer words those are less magnetic.
    assert results[-1].largest_bucket > (3 if kernels.native else 2) * count
    counts = [result.compared for result in results]
    assert all(after <= 2.3 * max(before, count) for before, after in pairwise(counts)), counts


def _magnets(draw: random.Random, count: int) -> str:
    """Words that hold, of very many, those with the least hash for each permutation."""
    from dedupe.text.encode import encode_batch

    words = _words(draw, 40_000 if kernels.native else 6_000)
    signatures, _ = kernels.sign(encode_batch(words), 1, 5, count)
    return " ".join(words[i] for i in sorted(set(np.argmin(signatures.reshape(len(words), -1), axis=0).tolist())))


@pytest.mark.parametrize("pairs", ["kept", "all"])
def test_very_many_comparisons_are_told_with_what_they_were_spent_on(
    pairs: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedupe.duplicates.verify._MANY", 30)
    monkeypatch.setattr("dedupe.duplicates.verify._MANY_EACH", 1)
    draw = random.Random(7)
    pages = _pages(draw, 40, 60, [40, 50], 500)
    result = find_duplicates(pages, threshold=0.99, recall=0.9, pairs=pairs, permutations=16)
    assert result.compared > 30
    assert f"{result.compared} comparisons among " in caplog.text
    assert repr(pages[0][:60]) in caplog.text
    caplog.clear()
    find_duplicates(pages[:5], threshold=0.99, recall=0.9, pairs=pairs, permutations=16)
    assert not caplog.text or "comparisons among" not in caplog.text
