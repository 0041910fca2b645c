"""Pairs: the similarity of a copy to its kept copy."""

from __future__ import annotations

from dedupe.cleaning.pairs import similarities
from dedupe.text.encode import encode_batch


def test_signs_alone_are_equal() -> None:
    rule = "| | |\n|----|----|\n"
    left, right = encode_batch([rule, "a b"]), encode_batch([rule, "a c"])
    assert similarities(left, right).tolist() == [1, 0.5]
