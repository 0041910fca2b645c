"""Sentences that are chosen decide of passages as all sentences do."""

from __future__ import annotations

import random
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.cleaning.choice import Removed
from dedupe.cleaning.passages import remove_passages
from dedupe.cleaning.regions import Regions
from dedupe.cleaning.removals import SPAN, find_overlapped
from dedupe.cleaning.repeated import SentenceWriter, to_sentences
from dedupe.cleaning.sentences import Sentences, cut_sentences
from dedupe.columns import StringColumn
from dedupe.documents import Corpus
from dedupe.passages.find import Search
from dedupe.passages.result import Places
from dedupe.spans import Spans
from dedupe.store.columns import FileFolder
from dedupe.units import UnitTable
from tests.conftest import make_text

LEAST = 40


def make_documents(seed: int) -> list[str]:
    """Texts of shared and own sentences, with rules and signs between some of them."""
    source = random.Random(seed)
    shared = [f"{make_text(source, source.randint(3, 9)).capitalize()}." for _ in range(8)]

    def sentence() -> str:
        kind = source.random()
        if kind < 0.5:
            return source.choice(shared)
        if kind < 0.6:
            return "\n* * *\n"
        if kind < 0.7:
            return " ".join(source.choice(shared).split()[1:])
        return f"{make_text(source, source.randint(3, 9)).capitalize()}."

    return [" ".join(sentence() for _ in range(source.randint(0, 20))) for _ in range(source.randint(1, 8))]


def cut_out(texts: list[str], seed: int) -> dict[int, Spans]:
    """What an earlier stage has removed: some whole lines."""
    source, removed = random.Random(seed), dict[int, Spans]()
    for number, text in enumerate(texts):
        lines = text.splitlines(keepends=True)
        for line, end in zip(lines, accumulate(map(len, lines)), strict=True):
            if source.random() < 0.2:
                removed.setdefault(number, Spans()).add(end - len(line), end)
    return removed


def decide(corpus: Corpus, sentences: Sentences, regions: Regions) -> list[Removed]:
    position = np.arange(len(corpus))
    return remove_passages(corpus, sentences, regions, position, least=LEAST, similarity=0.7, facts="ignore")


@given(st.integers(0, 1 << 30), st.integers(1, 9))
def test_chosen_sentences_decide_as_all_do(tmp_path_factory: Any, seed: int, step: int) -> None:
    texts = make_documents(seed)
    corpus, removed = Corpus(range(len(texts)), StringColumn(texts)), cut_out(texts, seed)
    parts = [
        (number, *gap) for number, text in enumerate(texts) for gap in removed.get(number, Spans()).gaps(len(text))
    ]
    units = UnitTable(corpus, "paragraph", *np.array(parts, np.int64).reshape(-1, 3).T.copy())
    found = Search(LEAST, 0.7).located().run(units, 1)
    regions = Regions(
        *(
            Places(
                units.document[side.text], units.start[side.text] + side.start, units.start[side.text] + side.end
            )
            for side in (found.a, found.b)
        )
    )
    numbers = np.arange(len(texts))
    whole = cut_sentences(corpus, numbers, removed, "auto", signs=True)
    folder = FileFolder(Path(tmp_path_factory.mktemp("work")))
    writer = SentenceWriter(folder, 2, LEAST)
    for first in range(0, len(texts), step):
        own = (whole.document >= first) & (whole.document < first + step)
        writer.add(whole.select(np.flatnonzero(own)))
    places = np.array([row for side in regions for row in zip(*(own.tolist() for own in side), strict=True)], SPAN)
    files = writer.close()
    chosen = files.choose(files.repeated(folder, 1 << 10), places, LEAST, folder)
    rows = chosen.rows.read(0, len(chosen.rows))
    assert decide(corpus, to_sentences(rows, numbers), regions) == decide(corpus, whole, regions)
    assert chosen.size.tolist() == np.diff(np.append(np.flatnonzero(rows["breaks"]), len(rows))).tolist()


def test_signs_between_chosen_sentences_are_chosen(tmp_path: Path) -> None:
    # Two sentences of one run that repeat, two rules between them, and a rule of the next run.
    weight = np.array([0, 50, 0, 0, 50, 0, 0, 50])
    run = np.array([1, 1, 1, 1, 1, 1, 2, 2])
    key = np.array([1, 7, 1, 1, 7, 1, 1, 8], np.uint64)
    start = np.arange(8)
    writer = SentenceWriter(FileFolder(tmp_path), 1, LEAST)
    writer.add(Sentences(np.zeros(8, np.int64), start, start + 1, run, weight, key))
    files = writer.close()
    chosen = files.choose(files.repeated(FileFolder(tmp_path), 100), np.zeros(0, SPAN), LEAST, FileFolder(tmp_path))
    assert chosen.rows.read(0, 8)["start"].tolist() == [0, 1, 2, 3, 4, 5]
    assert (chosen.first.tolist(), chosen.size.tolist()) == ([0], [6])


PLACES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(1, 5)), max_size=12)


@given(PLACES, PLACES)
def test_spans_that_places_overlap_are_found(spans: list[Any], places: list[Any]) -> None:
    apart: list[tuple[int, int, int]] = []
    for document, start, size in sorted(spans):
        if not apart or apart[-1][0] != document or apart[-1][2] <= start:
            apart.append((document, start, start + size))
    asked = [(document, start, start + size) for document, start, size in places]
    first, last = find_overlapped(np.array(apart, SPAN), np.array(asked, SPAN))
    for place, low, high in zip(asked, first.tolist(), last.tolist(), strict=True):
        expected = [
            i for i, own in enumerate(apart) if own[0] == place[0] and own[1] < place[2] and place[1] < own[2]
        ]
        assert list(range(low, high)) == expected
