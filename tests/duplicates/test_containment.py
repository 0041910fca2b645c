import random

import pytest

from dedupe import find_duplicates
from dedupe.errors import InputError
from dedupe.kernels.reference.fingerprints import shingle_sets
from dedupe.text.encode import encode_batch
from tests.conftest import make_text


def containment(held: str, holder: str) -> float:
    """By definition, on sets."""
    one, other = (set(shingle_sets(encode_batch([text]), 1, 5)[0].tolist()) for text in (held, holder))
    return len(one & other) / len(one)


@pytest.fixture
def library(words: random.Random) -> dict[str, str]:
    book = [make_text(words, 60) for _ in range(12)]
    changed = book[7].split()
    changed[::12] = ["other"] * len(changed[::12])
    return {
        "part": book[3],
        "book": ". ".join(book),
        "edited": " ".join(changed),
        "stranger": make_text(words, 200),
        "more": ". ".join([*book, make_text(words, 30)]),
    }


def test_short_texts_go_for_the_longer_ones_that_hold_them(library: dict[str, str]) -> None:
    result = find_duplicates(library, by="containment")
    assert result.kept == ("stranger", "more")
    assert {(p.a, p.b) for p in result.pairs} == {("more", "part"), ("more", "book"), ("more", "edited")}
    for pair in result.pairs:
        assert pair.similarity == containment(library[pair.b], library[pair.a])
    assert not find_duplicates(library, threshold=0.8).pairs[:0]
    assert len(find_duplicates({k: library[k] for k in ("part", "book")}).pairs) == 0


def test_pairs_are_directed(library: dict[str, str]) -> None:
    result = find_duplicates(library, by="containment", pairs="all")
    pairs = {(p.a, p.b) for p in result.pairs}
    assert ("book", "part") in pairs and ("part", "book") not in pairs
    # Each of the two holds nearly all of the other.
    assert {("book", "more"), ("more", "book")} <= pairs
    assert result.at(0.95).kept == ("edited", "stranger", "more")


def test_what_is_there_already_is_never_removed_and_does_not_remove_what_holds_it(library: dict[str, str]) -> None:
    old = {"old part": library["part"]}
    new = {"book": library["book"], "copy": library["part"]}
    result = find_duplicates(new, against=old, by="containment")
    assert result.kept == ("book",)
    (pair,) = result.pairs
    assert (pair.a, pair.b, pair.against) == ("old part", "copy", True)


def test_many_holders_cost_a_bounded_number_of_comparisons(words: random.Random) -> None:
    block = make_text(words, 50)
    texts = [f"{make_text(words, 40)}. {block}. {make_text(words, 40)}" for _ in range(300)]
    result = find_duplicates([*texts, block], by="containment")
    assert result.compared <= 17 * 301
    assert 300 not in result.kept and len(result.kept) == 300


def test_texts_without_letters_are_contained_in_nothing() -> None:
    assert find_duplicates(["", "?!", "a long enough text, with letters"], by="containment").kept == (
        0,
        1,
        2,
    )


@pytest.mark.parametrize("wrong", [{"by": "cosine"}, {"facts": "apart"}, {"linkage": "components"}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        find_duplicates(["a"], **{"by": "containment", **wrong})  # type: ignore[arg-type]
