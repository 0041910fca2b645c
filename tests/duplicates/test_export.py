"""Sketches for datasketch, against datasketch itself."""

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import Document
from dedupe.errors import InputError
from dedupe.integrations.datasketch import to_datasketch
from dedupe.kernels.reference.datasketch import shingle_texts
from dedupe.lsh import Shingle
from tests.conftest import make_text

pytest.importorskip("datasketch", reason="datasketch is not installed: pip install 'dedupe-text[datasketch]'")
from datasketch import MinHash, MinHashLSH

SCHEMES = ["affine32", "legacy"]


def theirs(text: str, shingle: str, permutations: int, seed: int, scheme: str) -> MinHash:
    kind = Shingle.parse(shingle)
    sketch = MinHash(permutations, seed=seed, scheme=scheme)
    sketch.update_batch(shingle_texts(text, kind.code, kind.n))
    return sketch


def near_copies(source: random.Random, count: int) -> list[str]:
    texts = []
    for _ in range(count):
        words = make_text(source, 40).split()
        texts.append(" ".join(words))
        for _ in range(source.randint(0, 3)):
            words[source.randrange(40)] = make_text(source, 1)
            texts.append(" ".join(words))
    return texts


def test_shingles_are_folded_tokens_or_characters() -> None:
    assert shingle_texts("L’été, 東京", 0, 2) == ["ete 東".encode(), b"l ete", "東 京".encode()]
    assert shingle_texts("A b!", 1, 2) == [b" b", b"a "]
    assert shingle_texts("Only two", 0, 5) == [b"only two"]
    assert shingle_texts("...", 0, 5) == []


@given(
    st.lists(st.text(), max_size=5),
    st.sampled_from(["word:1", "word:3", "char:4"]),
    st.integers(1, 40),
    st.integers(0, 9),
    st.sampled_from(SCHEMES),
)
def test_values_are_those_of_datasketch(
    texts: list[str], shingle: str, permutations: int, seed: int, scheme: str
) -> None:
    found = to_datasketch(texts, shingle=shingle, permutations=permutations, seed=seed, scheme=scheme)
    for text, sketch in zip(texts, found.values(), strict=True):
        expected = theirs(text, shingle, permutations, seed, scheme)
        assert sketch.hashvalues.dtype == expected.hashvalues.dtype
        assert np.array_equal(sketch.hashvalues, expected.hashvalues)
        assert (sketch.seed, sketch.scheme) == (expected.seed, expected.scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_index_filled_by_either_gives_the_same_candidates(scheme: str, words: random.Random) -> None:
    texts = near_copies(words, 30)
    ours = to_datasketch(texts, shingle="word:2", scheme=scheme)
    stored = MinHashLSH(params=(16, 8), num_perm=128)
    for i, text in enumerate(texts):
        stored.insert(i, theirs(text, "word:2", 128, 1, scheme))
    found = {(i, j) for i, sketch in ours.items() for j in stored.query(sketch) if i < j}
    # The same bands and rows on our own matrix of values.
    values = np.stack([sketch.hashvalues for sketch in ours.values()]).reshape(len(texts), 16, 8)
    expected = {(i, j) for i, j in combinations(range(len(texts)), 2) if (values[i] == values[j]).all(axis=1).any()}
    assert found == expected
    assert len(found) > 20


def test_units_below_documents_have_their_places() -> None:
    found = to_datasketch([Document("a", "One line here.\n\nAnother line.")], unit="paragraph", permutations=4)
    assert [(unit.id, unit.start, unit.end) for unit in found] == [("a", 0, 14), ("a", 16, 29)]


@pytest.mark.parametrize(
    "options", [{"scheme": "affine64"}, {"permutations": 0}, {"shingle": "word"}, {"threads": 0}]
)
def test_wrong_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(InputError, match=next(iter(options))):
        to_datasketch(["a"], **options)
