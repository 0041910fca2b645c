"""The native kernels against their readable twins, bit for bit."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import backend
from dedupe.boilerplate import features
from dedupe.fingerprint import reference
from dedupe.text.encode import encode_batch

pytestmark = pytest.mark.skipif(not backend.native, reason="the native core is not in use")

# Characters that exercise every rule of the fold, more often than chance would.
_TRICKY = (
    "ab1 &;#x-\n\r\t'é\u0301и\u0306й가\u1112\u1161\u11ab年か\u3099กำ\u200b\u00ad＆；ａ½ﷺ😀हिन्दी\ud800©•|»ÀÉǅ…。．²"
)
texts = st.lists(
    st.one_of(
        st.text(st.characters()),
        st.text(st.sampled_from(_TRICKY), max_size=60),
        st.sampled_from(["&eacute;", "&#233;", "a-\nb", "a&amp;b", "&bogus;", "x" * 40, "word " * 30]),
    ),
    max_size=6,
)


def native() -> Any:
    return importlib.import_module("dedupe._kernels")


def assert_equal(one: Any, other: Any) -> None:
    one, other = (value if isinstance(value, tuple) else (value,) for value in (one, other))
    for left, right in zip(one, other, strict=True):
        assert left.dtype == right.dtype
        assert np.array_equal(left, right)


@given(texts)
def test_tokens_agree(batch: list[str]) -> None:
    flat = encode_batch(batch)
    assert_equal(native().tokenize(*flat), tuple(reference.tokenize(*flat)))
    assert_equal(native().fold_bytes(*flat), reference.fold_bytes(*flat))


@given(texts, st.sampled_from([0, 1]), st.integers(1, 8))
def test_shingle_sets_agree(batch: list[str], kind: int, n: int) -> None:
    flat = encode_batch(batch)
    assert_equal(native().shingle_sets(*flat, kind, n), reference.shingle_sets(*flat, kind, n))


@given(texts, st.sampled_from([0, 1]), st.integers(1, 6), st.integers(1, 70), st.sampled_from([1, 2, 8]))
def test_signatures_agree(batch: list[str], kind: int, n: int, count: int, threads: int) -> None:
    flat = encode_batch(batch)
    assert_equal(native().sign(*flat, kind, n, count, threads), reference.sign(*flat, kind, n, count, 1))


@given(texts, st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]))
def test_band_keys_agree(batch: list[str], bands: int, rows: int, threads: int) -> None:
    flat = encode_batch(batch)
    expected = reference.keys(*flat, 0, 3, bands, rows, 1)
    assert_equal(native().keys(*flat, 0, 3, bands, rows, threads), expected)
    signatures, _ = reference.sign(*flat, 0, 3, bands * rows, 1)
    assert_equal(native().band_keys(signatures, bands, rows), expected[0])


@given(st.lists(st.lists(st.integers(0, 30), unique=True), min_size=1, max_size=5))
def test_overlaps_agree(sets: list[list[int]]) -> None:
    values = np.array([v for s in sets for v in sorted(s)], np.uint64)
    offsets = np.cumsum([0, *map(len, sets)]).astype(np.int64)
    a, b = (part.ravel().astype(np.int64) for part in np.meshgrid(range(len(sets)), range(len(sets))))
    assert_equal(native().overlaps(values, offsets, a, b), reference.overlaps(values, offsets, a, b))


@given(texts.filter(bool), st.sampled_from([0, 1]), st.integers(1, 5))
def test_confirmations_agree(batch: list[str], kind: int, n: int) -> None:
    flat = encode_batch(batch)
    a = np.arange(len(batch), dtype=np.int64)
    b = a[::-1].copy()
    assert_equal(native().confirm(*flat, kind, n, a, b), reference.confirm(*flat, kind, n, a, b))


@given(texts)
def test_boilerplate_features_and_scores_agree(batch: list[str]) -> None:
    flat = encode_batch(batch)
    assert_equal(native().boilerplate_features(*flat), tuple(features.boilerplate_features(*flat)))
    random = np.random.default_rng(5)
    weights = [random.integers(-127, 128, features.BUCKETS).astype(np.int8) for _ in range(2)]
    shapes = random.integers(-(1 << 20), 1 << 20, features.SHAPES * features.SHAPE_VALUES).astype(np.int32)
    model = (*weights, shapes, 98_765, 4_321)
    assert_equal(native().boilerplate_scores(*flat, *model), features.boilerplate_scores(*flat, *model))


@pytest.mark.parametrize(
    ("offsets", "message"),
    [([0, 99], "offsets"), ([2, 1], "offsets"), ([], "offsets"), ([-1, 2], "offsets")],
)
def test_bad_offsets_are_refused(offsets: list[int], message: str) -> None:
    buffer = np.zeros(4, np.uint8)
    with pytest.raises(ValueError, match=message):
        native().tokenize(buffer, np.array(offsets, np.int64))


def test_bad_numbers_are_refused() -> None:
    flat = encode_batch(["a b c"])
    far = np.array([7], np.int64)
    with pytest.raises(ValueError, match="no item 7"):
        native().confirm(*flat, 0, 1, far, far)
    with pytest.raises(ValueError, match="shingle length"):
        native().shingle_sets(*flat, 0, 0)
    with pytest.raises(ValueError, match="do not fit"):
        native().band_keys(np.zeros((1, 4), np.uint32), 3, 2)
