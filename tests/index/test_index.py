import random

import pytest

from dedupe import Index, find_duplicates
from dedupe.errors import DuplicateIdError, InputError
from tests.conftest import make_text


def test_an_index_finds_what_the_batch_finds(words: random.Random) -> None:
    base = [make_text(words, 40) for _ in range(20)]
    edited = [text.replace(text.split()[3], "changed", 1) for text in base]
    index = Index(threshold=0.6, unit="document", recall=0.999)
    index.add([f"b{i}" for i in range(10)], base[:10])
    index.add([f"b{i}" for i in range(10, 20)], base[10:])
    matches = index.query({f"e{i}": text for i, text in enumerate(edited)})
    batch = find_duplicates([*base, *edited], threshold=0.6, recall=0.999)
    assert len(index) == 20
    assert {(m.query, m.id): m.similarity for m in matches} == {
        (f"e{p.b - 20}", f"b{p.a}"): p.similarity for p in batch.pairs
    }


def test_paragraphs_are_found_with_their_places() -> None:
    index = Index(unit="paragraph")
    index.add(["a"], ["A heading\nA paragraph about nothing in particular, but of some length."])
    text = "Before.\nA paragraph about nothing in particular, but of some length!"
    (match,) = index.query(text)
    assert (match.query, match.id, match.similarity) == (0, "a", 1.0)
    assert text[match.query_start :].startswith("A paragraph")
    assert match.start == 10


def test_ids_are_used_once_and_a_refused_call_adds_nothing() -> None:
    index = Index(unit="document")
    index.add(["a"], ["some text"])
    with pytest.raises(DuplicateIdError, match="the index"):
        index.add(["b", "a"], ["other text", "more text"])
    with pytest.raises(DuplicateIdError, match="this call"):
        index.add(["c", "c"], ["other text", "more text"])
    with pytest.raises(InputError, match="2 ids for 1 texts"):
        index.add(["d", "e"], ["other text"])
    assert len(index) == 1
    assert "a" in index and "b" not in index


def test_ids_that_results_show_alike_are_one() -> None:
    index = Index(unit="document")
    index.add([7, "-3", "a"], ["some text", "other text", "more text"])
    with pytest.raises(DuplicateIdError, match="id '7' is in the index already as 7"):
        index.add(["7"], ["new text"])
    with pytest.raises(DuplicateIdError, match="id -3 is in the index already as '-3'"):
        index.add([-3], ["new text"])
    with pytest.raises(DuplicateIdError, match="id '8' comes twice in this call"):
        index.add([8, "8"], ["new text", "newer text"])
    other = Index(unit="document")
    other.add(["7"], ["new text"])
    with pytest.raises(DuplicateIdError, match="as 7"):
        index.merge(other)
    index.add(["07", "+7", "7.0", "", "-0", "²"], ["of another form"] * 6)
    assert len(index) == 9


def test_texts_without_words_match_nothing() -> None:
    index = Index(unit="document")
    index.add(["a", "b"], ["", "..."])
    assert len(index) == 2
    assert index.query(["", "..."]) == []
