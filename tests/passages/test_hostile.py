"""Texts that repeat without end, or not at all, cost work in proportion to their length."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dedupe import find_passages
from dedupe.kernels.records import Sampling
from dedupe.kernels.reference.passages import search
from dedupe.kernels.reference.passages.anchors import anchors, link
from dedupe.kernels.reference.passages.letters import Letters, letters
from dedupe.kernels.reference.passages.matches import maximal_matches, without_overlap
from dedupe.text.encode import encode_batch
from tests.conftest import make_text


def de_bruijn(length: int) -> str:
    """Letters of which no eight that follow each other come twice, up to 65,536."""
    order, count = 8, 4
    digits = [0] * (count * order)
    out: list[int] = []

    def extend(t: int, p: int) -> None:
        if t > order:
            if order % p == 0:
                out.extend(digits[1 : p + 1])
            return
        digits[t] = digits[t - p]
        extend(t + 1, p)
        for digit in range(digits[t - p] + 1, count):
            digits[t] = digit
            extend(t + 1, t)

    extend(1, 1)
    return "".join("acgt"[digit] for digit in out[:length])


HOSTILE = {
    "one token": lambda n: "word " * (n // 5),
    "two letters": lambda n: "ab" * (n // 2),
    "one ideograph": lambda n: "日" * n,
    "a line": lambda n: ("a line of some words that comes back for ever and ever " * (n // 50))[:n],
    "sequence": de_bruijn,
    "noughts": lambda n: "0x00000000 " * (n // 11),
    "growing periods": lambda n: "".join(f"{'ab' * (i % 37)}c{'d' * (i % 11)} " for i in range(n // 45)),
}


def count_work(texts: list[str]) -> tuple[int, int, int]:
    """Pairs of anchors, letters in matches, and regions, of a search inside documents and across."""
    units, offsets = letters(encode_batch(texts))
    documents = np.arange(len(texts))
    found, places = anchors((units, offsets), Sampling(10, 6))
    owners = np.repeat(documents, np.diff(offsets))[places]
    own = Letters(units, offsets, documents)
    pairs = 0
    matches = []
    for within in (True, False):
        linked = link(found, places, owners, within=within, across=not within)
        pairs += len(linked[0])
        matches += maximal_matches(own, zip(*(column.tolist() for column in linked), strict=True))
    left, tiles = without_overlap(own, matches, 60)
    return pairs, sum(match.length for match in matches), len(left) + len(tiles)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_costs_linear_work(kind: str) -> None:
    small, large = (count_work([HOSTILE[kind](size)]) for size in (10_000, 40_000))
    for one, other in zip(small, large, strict=True):
        assert other <= 5 * one + 100
    assert large[0] <= 3 * 40_000 and large[1] <= 8 * 40_000


def test_many_copies_of_a_page_cost_linear_work(words: random.Random) -> None:
    page = make_text(words, 60)
    small, large = (count_work([page] * count) for count in (50, 200))
    for one, other in zip(small, large, strict=True):
        assert other <= 4.5 * one
    passages = find_passages([page] * 200)
    assert len(passages) == 199
    (group,) = passages.groups
    assert group.count == 200 and set(group.similarities) == {1.0}


def test_filler_is_no_passage_and_a_line_that_comes_back_is() -> None:
    assert (
        not find_passages("=-" * 5000) and not find_passages("0 0 0 0 " * 2000) and not find_passages("ha " * 3000)
    )
    line = "this line of some words comes back for ever and ever. "
    passages = find_passages(line * 100)
    assert 10 < len(passages) < 100
    removed = sum(p.a_end - p.a_start for p in passages)
    assert removed > 0.9 * 99 * len(line) - 4 * len(line)


def test_a_long_exact_match_is_found_in_a_document_that_repeats_itself_everywhere(words: random.Random) -> None:
    formula = [make_text(words, 12) for _ in range(6)]
    for seed in range(20):
        source = random.Random(seed)
        noise = " ".join(source.choice(formula) + " " + make_text(source, 1) for _ in range(60))
        block = make_text(source, 60)
        text = f"{noise} {block} {noise[::-1]} {block} {noise}"
        found = [p for p in find_passages(text) if block in text[p.a_start : p.a_end]]
        assert found, seed


def _letters(words: random.Random, count: int) -> str:
    """Words that have so many letters together, or a few more."""
    out: list[str] = []
    while sum(map(len, out)) < count:
        out.append(make_text(words, 1))
    return " ".join(out)


@pytest.mark.parametrize("within", [True, False])
def test_a_long_exact_match_survives_what_it_is_joined_with(*, within: bool) -> None:
    """A chain that takes in a weaker match over a gap is refused where much is asked; its longer match is not."""
    for seed in range(20):
        words = random.Random(seed)
        block, tail = _letters(words, 122), _letters(words, 55)
        parts = [[_letters(words, 900), block, _letters(words, 92), tail, _letters(words, 900)] for _ in "ab"]
        halves = list(map(" ".join, parts))
        texts = [" ".join(halves)] if within else halves
        found = find_passages(texts, preset="template", snap=False)
        assert any(block in texts[p.a][p.a_start : p.a_end] for p in found), seed


def test_equal_letters_alone_are_found_by_the_exact_preset(words: random.Random) -> None:
    block = make_text(words, 40).split()
    edited = [*block[:20], "other", *block[21:]]
    text = f"{' '.join(block)} {make_text(words, 30)} {' '.join(edited)}"
    found = find_passages(text, preset="exact", min_length=30, snap=False)
    spans = sorted((p.a_start, p.a_end) for p in found)
    assert len(found) == 2 and all(p.similarity == 1.0 for p in found)
    assert text[slice(*spans[0])].endswith(block[19]) and text[slice(*spans[1])].startswith(block[21])
    assert search.EXACT == 2
