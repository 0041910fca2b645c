"""Alignment: the laws of both twins, and that they are equal."""

from __future__ import annotations

import importlib
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels
from dedupe.kernels.alignment import align
from dedupe.kernels.records import AUTO, SENTENCES
from dedupe.kernels.reference.passages import align as reference
from dedupe.kernels.reference.segment import cut
from dedupe.text.encode import encode_batch
from tests.conftest import make_text
from tests.kernels.test_passages import edited, make_documents

pairs = st.tuples(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))


def longest(a: list[str], b: list[str]) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b):
            diagonal, row[j + 1] = row[j + 1], diagonal + 1 if x == y else max(row[j + 1], row[j])
    return row[-1]


@given(pairs)
def test_short_texts_are_aligned_as_well_as_can_be(both: tuple[list[str], list[str]]) -> None:
    a, b = both
    facing = align(a, b)
    matched = [(i, j) for i, j in enumerate(facing) if j >= 0]
    assert all(a[i] == b[j] for i, j in matched)
    assert all(one[1] < other[1] for one, other in pairwise(matched))
    assert len(matched) == longest(a, b)


def test_long_texts_are_anchored_by_what_occurs_once() -> None:
    words = [str(i) for i in range(900)]
    other = words[:300] + ["x"] * 700 + words[300:600] + ["y"] + words[601:]
    facing = align(words, other)
    assert facing[:300] == list(range(300))
    assert facing[300:600] == list(range(1000, 1300))
    assert facing[600] == -1
    assert facing[601:] == list(range(1301, 1600))


def test_what_adjoins_faces_what_adjoins() -> None:
    a, b = (
        "x y the old mill stood here. but that".split(),
        "z the old mill stood here. and there it is".split(),
    )
    assert align(a[:-2], b[:-4]) == [-1, -1, 1, 2, 3, 4, 5]
    assert align("p q end more end".split(), "p q end".split())[:3] == [0, 1, 2]


def test_a_unit_says_where_it_stands() -> None:
    left, right = (
        encode_batch(["Zwei Äpfel fielen. Ein Baum!"]),
        encode_batch(["Da: drei Äpfel fielen; ein alter Baum."]),
    )
    rows = reference.align_units(left, right, np.array([0, 2]), np.array([0, 20]), np.array([19, 29]), False)
    assert rows.tolist() == [[3, 2, 5, 18, 1, 0, 9, 22, 2, 2], [2, 2, 20, 28, 0, 0, 24, 38, 4, 3]]


@pytest.mark.skipif(not kernels.native, reason="the native core is not in use")
@given(st.randoms(use_true_random=False), st.booleans())
def test_the_twins_agree(random: Random, by_letters: bool) -> None:
    left = encode_batch(make_documents(random))
    texts = [edited(random, left.text(i), 0.1) for i in range(len(left))]
    right = encode_batch([f"{make_text(random, random.randint(0, 30))} {text}" for text in texts])
    units = cut(left, AUTO | SENTENCES)
    offsets = np.searchsorted(units.texts, np.arange(len(left) + 1))
    first, last = (places - left.starts[units.texts] for places in (units.first, units.last))
    given = (left, right, offsets, first, last, by_letters)
    native = importlib.import_module("dedupe._kernels").align_units(*given)
    twin = reference.align_units(*given)
    assert native.dtype == twin.dtype
    assert np.array_equal(native, twin)
