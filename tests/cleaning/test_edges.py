"""Edges: which sentences a place overlaps, and where these begin and end."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.cleaning.edges import FURTHEST, Edges
from dedupe.cleaning.policy import ALTERED
from dedupe.cleaning.sentences import Sentences
from dedupe.passages.result import Places


@given(st.integers(0, 1 << 32).map(Random))
def test_a_place_has_the_sentences_and_edges_of_its_own_document(random: Random) -> None:
    count = random.randint(1, 4)
    position = random.sample(range(count), count)
    rows: list[tuple[int, int, int]] = []
    for document in sorted(range(count), key=position.__getitem__):
        marks = sorted(random.sample(range(60 + 200 * random.randrange(2)), 2 * random.randint(0, 4)))
        marks[-1:] = [mark + 2 * FURTHEST * random.randrange(2) for mark in marks[-1:]]
        rows += [(document, start, end) for start, end in zip(marks[::2], marks[1::2], strict=True)]
    rows = rows or [(0, 0, 1)]
    document, start, end = np.array(rows, np.int64).T.copy()
    nothing = np.zeros(len(rows), np.int64)
    sentences = Sentences(document, start, end, nothing, nothing, nothing.astype(np.uint64))
    edges = Edges(sentences, np.array(position))
    # What is left of a document may reach further than the last of its sentences, and those of all others.
    places = [(random.randrange(count), low, low + random.randint(1, 60)) for low in random.sample(range(400), 20)]
    places += [(one, low + 2 * FURTHEST, end + 2 * FURTHEST) for one, low, end in places]
    columns = Places(*np.array(places, np.int64).T.copy())
    low, high = edges.find(columns)
    everywhere = np.ones(len(places), bool)
    near = edges.to_edges(columns, everywhere, everywhere)
    wide = edges.widen(columns, low, high)
    for i, place in enumerate(places):
        held = [n for n, (owner, a, b) in enumerate(rows) if owner == place[0] and a < place[2] and place[1] < b]
        assert list(range(low[i], high[i])) == held
        assert tuple(range(*edges.find_one(*place))) == tuple(held)
        first, last = place[1:]
        if held:
            first = rows[held[0]][1] if 0 <= first - rows[held[0]][1] <= ALTERED else first
            last = rows[held[-1]][2] if 0 <= rows[held[-1]][2] - last <= ALTERED else last
        assert (near.start[i], near.end[i]) == (first, last)
        first, last = place[1:]
        if held:
            first = max(min(first, rows[held[0]][1]), first - FURTHEST)
            last = min(max(last, rows[held[-1]][2]), last + FURTHEST)
        assert (wide[0][i], wide[1][i]) == (first, last)
