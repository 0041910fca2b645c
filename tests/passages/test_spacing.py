"""Spaces that were lost or added hide no copy: letters decide where tokens fall short."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import find_passages
from dedupe.passages.common import common_subsequence
from dedupe.text.fold import fold_tokens
from tests.conftest import make_text

Source = random.Random
KOREAN = (Path(__file__).parents[1] / "data" / "korean.txt").read_text("utf-8").splitlines()


def lose(source: Source, text: str) -> str:
    """Some spaces are lost."""
    return "".join(char for char in text if char != " " or source.random() < 0.5)


def hyphenate(source: Source, text: str) -> str:
    """Hyphens of a narrow column stay in the line."""
    return " ".join(
        f"{word[:2]}- {word[2:]}" if len(word) > 3 and source.random() < 0.7 else word for word in text.split()
    )


SPACINGS: dict[str, Callable[[Source, str], str]] = {
    "lost": lose,
    "all lost": lambda _, text: text.replace(" ", ""),
    "letter-spaced": lambda _, text: " ".join(text.replace(" ", "")),
    "hyphens": hyphenate,
    "tight": lambda _, text: "".join(char for char in text if char.isalnum()),
}


def letters(text: str) -> str:
    return "".join(token.text for token in fold_tokens(text))


def by_letters(a: str, b: str) -> float:
    """The similarity of letters, by the longest common subsequence."""
    one, other = letters(a), letters(b)
    return 2 * common_subsequence(one, other) / (len(one) + len(other))


@pytest.mark.parametrize("spacing", SPACINGS)
@given(source=st.builds(random.Random, st.integers(0, 1 << 32)), least=st.sampled_from([0.5, 0.9]))
def test_copies_are_found_however_they_are_spaced(spacing: str, source: Source, least: float) -> None:
    block = f"{make_text(source, 50).capitalize()}. {make_text(source, 12).capitalize()}."
    whole = letters(block)
    texts = {
        "a": f"{make_text(source, 20).capitalize()}. {block} {make_text(source, 20).capitalize()}.",
        "b": SPACINGS[spacing](source, f"{make_text(source, 12)} {block} {make_text(source, 12)}"),
    }
    (passage,) = find_passages(texts, similarity=least, within=False, threads=1)
    a, b = texts["b"][passage.a_start : passage.a_end], texts["a"][passage.b_start : passage.b_end]
    for found in (letters(a), letters(b)):
        # Some letters beside the copy may be the same by chance, and words of up to 40 letters are not cut; where
        # one is left out, a short word behind it that comes again may be taken for the first.
        assert common_subsequence(whole, found) > len(whole) - 60
        assert len(found) < len(whole) + 40
    if passage.measure == "letters":
        assert passage.similarity > 0.9
        assert passage.similarity == pytest.approx(by_letters(a, b), abs=0.02)
    else:
        assert passage.similarity >= least


@pytest.mark.parametrize("number", range(len(KOREAN)))
@pytest.mark.parametrize("spacing", ["lost", "all lost", "letter-spaced"])
def test_korean_copies_are_found_however_they_are_spaced(spacing: str, number: int) -> None:
    block, rest = KOREAN[number], KOREAN[:number] + KOREAN[number + 1 :]
    source = random.Random(number)
    spaced = SPACINGS[spacing](source, block)
    texts = [f"{rest[0]}\n{block}\n{rest[1]}", f"{rest[2]}\n{spaced}\n{rest[3]}"]
    (passage,) = find_passages(texts)
    assert passage.measure == ("letters" if spacing != "lost" else passage.measure)
    assert texts[0][passage.b_start : passage.b_end] == block
    assert texts[1][passage.a_start : passage.a_end] == spaced


@given(source=st.builds(random.Random, st.integers(0, 1 << 32)), share=st.sampled_from([0.2, 0.4, 0.6]))
def test_replaced_words_are_no_matter_of_spacing(source: Source, share: float) -> None:
    words = make_text(source, 80).split()
    edited = [make_text(source, 1) if source.random() < share else word for word in words]
    for least in (0.5, 0.9):
        for passage in find_passages([" ".join(words), " ".join(edited)], similarity=least, threads=1):
            assert passage.measure == "tokens"


def test_results_say_what_was_counted(words: random.Random) -> None:
    block = make_text(words, 50)
    found = find_passages([block, block.replace(" ", ""), f"{make_text(words, 30)}\n{block}"])
    assert [passage.measure for passage in found] == found.measures == ["letters", "tokens"]
    assert [group.measures for group in found.groups] == [("letters", "tokens")]
    assert found.to_arrow()["measure"].to_pylist() == ["letters", "tokens"]
    assert found[0]._fields[-1] == "measure" and found[0].similarity == 1.0
