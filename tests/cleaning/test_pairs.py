"""Pairs: the similarity of a copy to its kept copy."""

from __future__ import annotations

from dedupe.cleaning.pairs import same_letters, similarities
from dedupe.text.encode import encode_batch


def test_signs_alone_are_equal() -> None:
    rule = "| | |\n|----|----|\n"
    left, right = encode_batch([rule, "a b"]), encode_batch([rule, "a c"])
    assert similarities(left, right).tolist() == [1, 0.5]


def test_letters_are_compared_pair_by_pair() -> None:
    pairs = [
        ("a b", "A, b!"),
        ("abc", "abd"),
        ("", "-"),
        ("abc", "ab"),
        ("x1", "x 1"),
        ("a", ""),
        ("bc", "bd"),
        ("", ""),
    ]
    left, right = (encode_batch([pair[side] for pair in pairs]) for side in (0, 1))
    assert same_letters(left, right).tolist() == [True, False, True, False, True, False, False, True]
