import math
from itertools import pairwise

import numpy as np
import pytest

from dedupe.errors import InputError
from dedupe.job import UNITS
from dedupe.kernels.reference import fingerprints as reference
from dedupe.lsh import Bands, Shingle, choose_bands, lsh_curve
from dedupe.text.hashing import permutations


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("kind", ["word", "char"])
@pytest.mark.parametrize("recall", [0.5, 0.9, 0.99, 0.999])
def test_recall_at_the_threshold_is_kept(unit: str, kind: str, recall: float) -> None:
    for threshold in np.arange(0.5, 0.96, 0.05):
        bands = choose_bands(float(threshold), recall, unit=unit, shingle=Shingle(kind, 5))
        assert 1 - (1 - threshold**bands.rows) ** bands.bands >= recall


def test_few_permutations_buy_the_recall_they_can() -> None:
    bands = choose_bands(0.5, 0.999, permutations=8)
    assert bands.permutations <= 8
    assert bands.recall(0.5) == max(Bands(8 // r, r).recall(0.5) for r in range(1, 9))


def test_the_curve_rises_from_nothing_to_certainty() -> None:
    curve = lsh_curve(Bands(20, 5))
    assert curve[0] == (0.0, 0.0)
    assert math.isclose(curve[-1][1], 1.0)
    assert all(a[1] <= b[1] for a, b in pairwise(curve))


@pytest.mark.parametrize("threshold", [0, -1, 1.01, float("nan")])
def test_thresholds_out_of_range_are_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="threshold"):
        choose_bands(threshold)


@pytest.mark.parametrize("recall", [0, 1, 2])
def test_recalls_out_of_range_are_refused(recall: float) -> None:
    with pytest.raises(InputError, match="recall"):
        choose_bands(0.8, recall)


@pytest.mark.parametrize("text", ["word", "word:0", "char:33", "bpe:5", "word:x", ""])
def test_shingles_that_are_not_understood_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="shingle"):
        Shingle.parse(text)


def test_pairs_at_the_threshold_become_candidates_as_often_as_promised() -> None:
    """200 seeds of pairs with Jaccard exactly 0.8; fails only when the 99.9 % bound is below the promise."""
    threshold, recall, size = 0.8, 0.9, 90
    bands = choose_bands(threshold, recall)
    factors, offsets = permutations(bands.permutations)
    random = np.random.default_rng(7)
    shared = round(size * 2 * threshold / (1 + threshold))
    hits = []
    for _ in range(200):
        values = random.integers(0, 1 << 32, 2 * size, np.uint32)
        first = values[:size]
        second = np.concatenate((values[:shared], values[size : 2 * size - shared]))
        signatures = np.array([(s[:, None] * factors + offsets).min(axis=0) for s in (first, second)])
        keys = reference.band_keys(signatures, bands.bands, bands.rows)
        hits.append(bool((keys[0] == keys[1]).any()))
    mean = float(np.mean(hits))
    assert mean + 3.29 * math.sqrt(recall * (1 - recall) / len(hits)) >= recall
