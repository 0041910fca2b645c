"""The similarity of a passage: each token matches at most once."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import find_passages
from dedupe.text.fold import fold_tokens
from tests.conftest import make_text


def bound(a: str, b: str) -> float:
    """The most that any matching of tokens can reach."""
    one, other = (Counter(token.text for token in fold_tokens(text)) for text in (a, b))
    return 2 * (one & other).total() / (one.total() + other.total())


@pytest.mark.parametrize("order", range(6))
@given(st.randoms(use_true_random=False))
def test_similarity_is_at_most_that_of_the_bags_of_tokens(order: int, random: Random) -> None:
    words = make_text(random, random.randint(40, 90)).split()
    low, high = sorted(random.sample(range(len(words) + 1), 2))
    part, rest = words[low:high], words[:low] + words[high:]
    edited = ["other" if random.random() < 0.15 else word for word in words]
    one = [part + words, words + part, part + edited, edited + part, part + rest + part, rest + words][order]
    texts = {"a": " ".join(one), "b": " ".join(words)}
    for passage in find_passages(texts, threads=1):
        a, b = texts[passage.a][passage.a_start : passage.a_end], texts[passage.b][passage.b_start : passage.b_end]
        assert 0 < passage.similarity <= bound(a, b) + 1e-12 <= 1 + 1e-12
