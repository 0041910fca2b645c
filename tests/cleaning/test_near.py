"""Sentences: which a place overlaps, where their edges are, and where they may be cut."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean
from dedupe.cleaning.near import NearCopies, similarities
from dedupe.cleaning.policy import ALTERED
from dedupe.cleaning.sentences import Sentences
from dedupe.documents import Corpus
from dedupe.passages.result import Places
from dedupe.text.columns import StringColumn
from dedupe.text.encode import encode_batch
from tests.conftest import make_text


@given(st.integers(0, 1 << 32).map(Random))
def test_a_place_has_the_sentences_and_edges_of_its_own_document(random: Random) -> None:
    count = random.randint(1, 4)
    position = random.sample(range(count), count)
    rows: list[tuple[int, int, int]] = []
    for document in sorted(range(count), key=position.__getitem__):
        marks = sorted(random.sample(range(60 + 200 * random.randrange(2)), 2 * random.randint(0, 4)))
        rows += [(document, start, end) for start, end in zip(marks[::2], marks[1::2], strict=True)]
    rows = rows or [(0, 0, 1)]
    document, start, end = np.array(rows, np.int64).T.copy()
    nothing = np.zeros(len(rows), np.int64)
    sentences = Sentences(document, start, end, nothing, nothing, nothing.astype(np.uint64))
    near = NearCopies(
        Corpus(range(count), StringColumn([""] * count)), sentences, np.array(position), 1, 1.0, "apart"
    )
    # What is left of a document may reach further than the last of its sentences, and those of all others.
    places = [(random.randrange(count), low, low + random.randint(1, 60)) for low in random.sample(range(400), 20)]
    columns = Places(*np.array(places, np.int64).T.copy())
    low, high = near.find(columns)
    everywhere = np.ones(len(places), bool)
    edges = near._to_edges(columns, everywhere, everywhere)
    for i, place in enumerate(places):
        held = [n for n, (owner, a, b) in enumerate(rows) if owner == place[0] and a < place[2] and place[1] < b]
        assert list(range(low[i], high[i])) == held
        assert tuple(range(*near.find_one(*place))) == tuple(held)
        first, last = place[1:]
        if held:
            first = rows[held[0]][1] if 0 <= first - rows[held[0]][1] <= ALTERED else first
            last = rows[held[-1]][2] if 0 <= rows[held[-1]][2] - last <= ALTERED else last
        assert (edges.start[i], edges.end[i]) == (first, last)


def test_a_sentence_with_marks_is_cut_nowhere() -> None:
    shared = "subject to the terms of this agreement the holder grants a perpetual, worldwide and irrevocable right"
    tails = ["(except as stated here) to use the work of others.", "to copy, to change and to show the work."]
    texts = [f"The first grant. {shared.capitalize()} {tails[0]}", f"The other. {shared.capitalize()} {tails[1]}"]
    for stages in (["passages"], ["duplicates", "paragraphs", "passages"]):
        assert not clean(texts, remove=stages, min_passage=60).decisions  # type: ignore[arg-type]


def test_a_text_without_marks_is_cut_at_words_that_match() -> None:
    random = Random(3)
    block, *own = (make_text(random, count) for count in (40, 30, 25, 35, 20))
    texts = [f"{own[0]} {block} {own[1]}", f"{own[2]} {block} {own[3]}"]
    (decision,) = clean(texts, remove=["passages"]).decisions
    assert texts[1][decision.start : decision.end] == block


def test_a_number_goes_and_stays_with_its_heading() -> None:
    shared = "\n".join(
        f"12.{i}. Of the {word} that stands in both of them" for i, word in enumerate(["one", "other"] * 3)
    )
    texts = [f"{shared}\n12.6. A title of its own", f"{shared}\n12.6. Something else, and longer"]
    cleaned = clean(texts, remove=["passages"])
    assert cleaned.texts[1] == "12.6. Something else, and longer"


def test_signs_alone_are_equal() -> None:
    rule = "| | |\n|----|----|\n"
    left, right = encode_batch([rule, "a b"]), encode_batch([rule, "a c"])
    assert similarities(left, right).tolist() == [1, 0.5]
