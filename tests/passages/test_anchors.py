"""Places with one anchor are linked with earlier ones alone, so that a later document takes nothing away."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels
from dedupe.kernels.records import CROWD, PROSE, Sampling, Wanted
from dedupe.kernels.reference.passages.anchors import link
from dedupe.text.encode import Offsets, encode_batch
from tests.conftest import make_text

ENTRIES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=60)


def linked(documents: Offsets, hashes: list[int]) -> set[tuple[int, int]]:
    places = np.arange(len(documents), dtype=np.uint32)
    pairs = link(np.array(hashes, np.uint32), places, documents, within=False, across=True)
    return set(zip(*(side.tolist() for side in pairs), strict=True))


@given(ENTRIES)
def test_a_document_behind_all_others_takes_away_no_pair(entries: list[tuple[int, int]]) -> None:
    entries.sort(key=lambda entry: entry[0])
    documents, hashes = np.array([own for own, _ in entries], np.int64), [value for _, value in entries]
    every = linked(documents, hashes)
    assert len(every) <= CROWD * len(entries)
    for last in range(10):
        count = int(np.searchsorted(documents, last, side="right"))
        before = linked(documents[:count], hashes[:count])
        assert before == {(i, j) for i, j in every if documents[j] <= last}


@given(st.integers(0, 1 << 32), st.integers(2, 8))
def test_a_document_behind_all_others_takes_away_no_region(seed: int, count: int) -> None:
    random = Random(seed)
    blocks = [make_text(random, random.randint(10, 40)) for _ in range(3)]
    texts = [
        " ".join(part for _ in range(3) for part in (random.choice(blocks), make_text(random, 4)))
        for _ in range(count)
    ]
    every, fewer = regions_across(texts), regions_across(texts[:-1])
    assert fewer == {one for one in every if one[-1] < count - 1}


def regions_across(texts: list[str]) -> set[tuple[int, ...]]:
    """Sections of regions that documents share, and the later document of each."""
    letters = kernels.letters(encode_batch(texts))
    documents, sampling, wanted = np.arange(len(texts)), Sampling(10, 6), Wanted(60, PROSE)
    covered = kernels.passages_within(letters, documents, sampling, wanted, False)[2:]
    hashes, places = kernels.anchors(letters, sampling)
    sections, _ = kernels.passages_across(letters, documents, (hashes.astype(np.uint32), places), covered, wanted)
    later = np.searchsorted(letters[1], sections[:, 2], side="right") - 1
    return {(*row, text) for row, text in zip(sections.tolist(), later.tolist(), strict=True)}


@given(
    st.integers(4, 14),
    st.integers(1, 12),
    st.lists(st.text(st.sampled_from("ab日本語の"), max_size=30), min_size=4, max_size=4),
    st.randoms(use_true_random=False),
)
def test_equal_stretches_share_an_anchor_wide_ones_half_as_long(
    k: int, window: int, around: list[str], random: Random
) -> None:
    for alphabet, length in (("ab", k + window - 1), ("日本語国境", k // 2 + max(1, window // 2) - 1)):
        stretch = "".join(random.choices(alphabet, k=length))
        texts = [around[0] + stretch + around[1], around[2] + stretch + around[3]]
        _, offsets = letters = kernels.letters(encode_batch(texts))
        hashes, places = kernels.anchors(letters, Sampling(k, window))
        found = dict(zip(places.tolist(), hashes.tolist(), strict=True))
        first = [offsets[0] + len(around[0]), offsets[1] + len(around[2])]
        assert any(found.get(first[0] + i, -1) == found.get(first[1] + i, -2) for i in range(length))
