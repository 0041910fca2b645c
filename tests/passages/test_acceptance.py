"""What is asked of a passage grows with the formulas of its documents, and of two documents with those of both."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import find_passages
from dedupe.kernels.records import EXACT, PROSE, TEMPLATE
from dedupe.kernels.reference.passages.acceptance import Acceptance
from dedupe.kernels.reference.passages.letters import Letters, letters
from dedupe.kernels.reference.passages.merge import alone
from dedupe.kernels.reference.passages.regions import Region
from dedupe.text.encode import encode_batch
from tests.conftest import make_text

SIZES = st.lists(st.integers(100, 900), min_size=2, max_size=2)
PLACE = st.tuples(st.floats(0, 0.9), st.integers(20, 400))


@given(SIZES, PLACE, PLACE, st.integers(0, 400), st.integers(0, 400), st.randoms(use_true_random=False))
def test_regions_are_accepted_as_letters_counted_one_by_one_say(
    sizes: list[int], one: tuple[float, int], other: tuple[float, int], lost: int, longest: int, random: Random
) -> None:
    units, offsets = letters(encode_batch(["ab" * (size // 2) + "日" * (size % 7) for size in sizes]))
    documents = np.array([0, random.randint(0, 1)])
    own = Letters(units, offsets, documents)
    places = []
    for number, (start, length) in enumerate((one, other)):
        low, high = offsets[number : number + 2].tolist()
        first = low + int(start * (high - low))
        places.append((first, min(high, first + length)))
    weights = [own.weight(*place) for place in places]
    matched = max(0, min(weights) - lost)
    region = Region(places[0], places[1], matched, min(longest, matched))
    covered = [(at, at + 15) for at in range(random.randint(0, 30), len(units) - 15, random.randint(16, 90))]
    for preset in (PROSE, TEMPLATE, EXACT):
        for least in (30, 60, 100):
            wanted = expected(own, region, covered, least, preset)
            assert Acceptance(own, covered, least, preset).accepts(alone(region)) == wanted


def expected(own: Letters, region: Region, covered: list[tuple[int, int]], least: int, preset: int) -> bool:
    """Whether a region is a passage, in fractions."""
    weights = [own.weight(*place) for place in (region.a, region.b)]
    if min(weights) < least or 2 * region.matched < max(weights):
        return False
    if preset == EXACT:
        return True
    inside = {own.documents[own.text[start]] for start, _ in (region.a, region.b)}
    is_exact = region.longest == max(weights) >= Fraction(25, 24) * least
    if preset == PROSE and is_exact and len(inside) == 1:
        return True
    beside = [
        at
        for at in range(len(own.units))
        if own.documents[own.text[at]] in inside
        and not any(start <= at < end for start, end in (region.a, region.b))
    ]
    formula = {at for start, end in covered for at in range(start, end)}
    of = max(sum(own.weight(at, at + 1) for at in beside), 400)
    repeats = sum(own.weight(at, at + 1) for at in beside if at in formula)
    share = Fraction(max(0, repeats - of // 100), of) if preset == PROSE else Fraction(1)
    score = region.matched - Fraction(3, 4) * (max(weights) - region.matched)
    if score < min(least + (50 if len(inside) == 1 else 150) * share, 2 * least):
        return False
    if score >= Fraction(5, 2) * least and score >= Fraction(9, 10) * max(weights):
        return True
    ramps = ((550, 13), (400, 16)) if len(inside) == 1 else ((450, 18),)
    return region.longest >= max(min(slope * share, Fraction(ceiling * least, 12)) for slope, ceiling in ramps)


class Genre:
    """Texts of other words between phrases that come again and again."""

    def __init__(self, words: Random) -> None:
        self._words = words
        self._phrases = [make_text(words, 9) for _ in range(4)]

    def text(self, parts: int = 12) -> str:
        words = self._words
        return " ".join(
            f"{make_text(words, 6)} {words.choice(self._phrases)} {make_text(words, 6)}" for _ in range(parts)
        )


def sized(words: Random, letters: int) -> str:
    """Words that have so many letters together, or one more."""
    made = ""
    while len(made.replace(" ", "")) < letters:
        made += f"{make_text(words, 1)} "
    return made.strip()


@pytest.mark.parametrize("seed", range(5))
def test_formulas_of_one_document_hide_nothing_that_prose_shares_with_it(seed: int) -> None:
    words = Random(seed)
    genre, block, prose = Genre(words), sized(words, 84), [make_text(words, 300) for _ in range(2)]
    texts = [f"{genre.text(6)} {block} {genre.text(6)}", f"{prose[0]} {block} {prose[1]}"]
    (group,) = [group for group in find_passages(texts).groups if {copy.id for copy in group.copies} == {0, 1}]
    assert all(block in texts[copy.id][copy.start : copy.end] for copy in group.copies)


@pytest.mark.parametrize("seed", range(5))
def test_a_phrase_of_a_genre_is_no_passage_across_documents(seed: int) -> None:
    words = Random(seed)
    genre, phrase = Genre(words), sized(words, 70)
    texts = [f"{genre.text()} {phrase} {genre.text()}" for _ in range(2)]
    assert not any(phrase in texts[p.a][p.a_start : p.a_end] for p in find_passages(texts) if p.a != p.b)


@pytest.mark.parametrize("seed", range(5))
def test_a_sentence_that_comes_twice_is_found_among_formulas(seed: int) -> None:
    words = Random(seed)
    genre, block = Genre(words), sized(words, 82)
    text = f"{genre.text()} {block} {genre.text()} {block} {genre.text()}"
    assert any(
        block in text[p.a_start : p.a_end] and block in text[p.b_start : p.b_end] for p in find_passages(text)
    )
