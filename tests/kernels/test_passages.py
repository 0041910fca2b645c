"""The native kernels of the search for passages against their readable twins."""

from __future__ import annotations

import importlib
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels
from dedupe.kernels.records import EXACT, PROSE, TEMPLATE, Sampling, Stretches, Wanted
from dedupe.kernels.reference.passages import anchors, common, ends, letters, search
from dedupe.kernels.reference.passages.stretches import same_stretches
from dedupe.text.encode import encode_batch
from tests.conftest import make_text

pytestmark = pytest.mark.skipif(not kernels.native, reason="the native core is not in use")

SCRIPTS = "ab é&;-\nか゚日本語한국어กำ\u200b𠀀ß١हि."


def native() -> Any:
    return importlib.import_module("dedupe._kernels")


def assert_equal(one: Any, other: Any) -> None:
    for left, right in zip(one, other, strict=True):
        assert left.dtype == right.dtype
        assert np.array_equal(left, right)


def edited(random: Random, text: str, share: float) -> str:
    out = []
    for word in text.split():
        chance = random.random()
        if chance < share / 3:
            continue
        out.append(make_text(random, 1) if chance < share else word)
    return " ".join(out)


def make_documents(random: Random) -> list[str]:
    """Documents that repeat each other and themselves, exactly, edited, in another order and without end."""
    blocks = [make_text(random, random.randint(8, 60)) for _ in range(3)]
    blocks.append("国境の長いトンネルを抜けると雪国であった夜の底が白くなった" * random.randint(1, 2))
    blocks.append(f"{make_text(random, random.randint(1, 4))} " * random.randint(2, 30))
    documents = []
    for _ in range(random.randint(1, 4)):
        parts = []
        for _ in range(random.randint(1, 6)):
            block = random.choice(blocks)
            kind = random.randint(0, 3)
            if kind == 0:
                block = edited(random, block, 0.2)
            elif kind == 1:
                half = block.split()
                block = " ".join(half[len(half) // 2 :] + half[: len(half) // 2])
            parts += [block, make_text(random, random.randint(0, 20))]
        documents.append(random.choice([" ", ". "]).join(parts))
    return documents


@given(st.lists(st.text(st.sampled_from(SCRIPTS), max_size=40), max_size=4), st.randoms(use_true_random=False))
def test_letters_and_places_agree(texts: list[str], random: Random) -> None:
    flat = encode_batch(texts)
    units, offsets = letters.letters(flat)
    assert_equal(native().letters(flat), (units, offsets))
    places = [
        (i, *sorted(random.choices(range(offsets[i + 1] - offsets[i] + 2), k=2)))
        for i in range(len(texts))
        for _ in range(3)
    ]
    random.shuffle(places)
    columns = np.array(places, np.int64).reshape(-1, 3).T.copy()
    assert_equal(native().letter_places(flat, *columns), letters.letter_places(flat, *columns))


@given(st.text(st.sampled_from("abcé한글\u0301-\n"), min_size=50, max_size=200), st.randoms(use_true_random=False))
def test_places_inside_long_tokens_agree(text: str, random: Random) -> None:
    flat = encode_batch([f"ab {text} cd"])
    count = len(letters.letters(flat)[0])
    places = [(0, *sorted(random.choices(range(count + 2), k=2))) for _ in range(9)]
    columns = np.array(places, np.int64).T.copy()
    assert_equal(native().letter_places(flat, *columns), letters.letter_places(flat, *columns))


def test_places_beyond_a_text_agree() -> None:
    flat, far = encode_batch(["one two"]), (1 << 63) - 1
    columns = np.array([(0, -far, 3), (0, 3, far), (0, 3, far // 2)], np.int64).T.copy()
    assert_equal(native().letter_places(flat, *columns), letters.letter_places(flat, *columns))


@pytest.mark.parametrize("min_length", [1, 60])
def test_anchors_that_are_equal_by_chance_make_no_passage(min_length: int) -> None:
    own, none = letters.letters(encode_batch(["abc", "xyz"])), np.zeros(0, np.int64)
    pair = np.array([7, 7], np.uint32), np.array([0, 3], np.uint32)
    arguments = (own, np.arange(2), pair, (none, none), Wanted(min_length, PROSE))
    assert_equal(native().passages_across(*arguments), search.passages_across(*arguments))


@given(st.integers(0, 1 << 32), st.booleans(), st.integers(-2, 60))
def test_ends_at_sentences_agree(seed: int, same: bool, slack: int) -> None:
    random = Random(seed)

    def prose(count: int) -> str:
        made = (f"{make_text(random, random.randint(1, 9))}{random.choice(MARKS)}" for _ in range(count))
        return "".join(one.capitalize() if random.random() < 0.7 else one for one in made)

    block = prose(random.randint(3, 12))
    copies = [block, edited(random, block, 0.1) if random.random() < 0.7 else block.replace(" ", "")]
    # A copy may stand behind its own first word, and before its own last one.
    words = [copy.split() or [""] for copy in copies]
    before, behind = ([random.choice(["", f"{own[place]} "]) for own in words] for place in (0, -1))
    texts = [f"{prose(2)}{before[i]}{copy}{behind[i]}{prose(2)}" for i, copy in enumerate(copies)]
    first = [text.index(copy) for text, copy in zip(texts, copies, strict=True)]
    if same:
        texts, first = ["".join(texts)], [first[0], len(texts[0]) + first[1]]
    rows = []
    for side, copy in enumerate(copies):
        text = texts[0 if same else side]
        start = min(max(0, first[side] + random.randint(-9, 9)), len(text))
        end = min(max(start, first[side] + len(copy) + random.randint(-9, 9)), len(text))
        rows.append((0 if same else side, *(len(text[:place].encode()) for place in (start, end)), start, end))
    if same and rows[0][4] > rows[1][3]:
        return
    a, b = (np.array([row], np.int64) for row in rows)
    arguments = (encode_batch(texts), a, b, np.array([slack]), True)
    assert_equal(native().fit_ends(*arguments), ends.fit_ends(*arguments))


MARKS = (". ", ". ", "! ", "? ", ", ", ": ", "\n", "。", ".” ", " “", ". – ", " Mr. ", " ")


@given(st.lists(st.text(st.sampled_from("ab日本"), max_size=60), max_size=3), st.integers(2, 12), st.integers(1, 9))
def test_anchors_agree(texts: list[str], k: int, window: int) -> None:
    own, sampling = letters.letters(encode_batch(texts)), Sampling(k, window)
    assert_equal(native().anchors(own, sampling), anchors.anchors(own, sampling))


def test_anchors_of_a_long_text_agree(words: Random) -> None:
    text = make_text(words, 9000) + "国境の長いトンネルを抜けると雪国であった" * 3 + make_text(words, 4000)
    own = letters.letters(encode_batch([text, "short"]))
    assert len(own[0]) > 3 << 14
    for sampling in ((10, 6), (14, 12), (5, 1)):
        assert_equal(native().anchors(own, Sampling(*sampling)), anchors.anchors(own, Sampling(*sampling)))


@pytest.mark.parametrize("preset", [PROSE, TEMPLATE, EXACT])
@given(seed=st.integers(0, 1 << 32), min_length=st.sampled_from([12, 30, 60]))
def test_searches_agree(preset: int, seed: int, min_length: int) -> None:
    random = Random(seed)
    own, wanted = letters.letters(encode_batch(make_documents(random))), Wanted(min_length, preset)
    # Some texts are parts of one document.
    documents = np.sort(np.array([random.randint(0, 2) for _ in range(len(own[1]) - 1)], np.int64))
    sampling = Sampling(random.choice([4, 10]), random.choice([1, 6]))
    inside = search.passages_within(own, documents, sampling, wanted, True)
    assert_equal(native().passages_within(own, documents, sampling, wanted, True), inside)
    repeats = native().passages_within(own, documents, sampling, wanted, False)
    assert not len(repeats[0])
    assert_equal(repeats[2:], inside[2:])
    hashes, places = anchors.anchors(own, sampling)
    arguments = (own, documents, (hashes.astype(np.uint32), places), inside[2:], wanted)
    assert_equal(native().passages_across(*arguments), search.passages_across(*arguments))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), max_size=200))
def test_shared_anchors_agree(pairs: list[tuple[int, int]]) -> None:
    hashes = np.array([value for value, _ in pairs], np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    owners = np.array([owner for _, owner in pairs], np.uint32)
    assert_equal(native().shared_anchors(hashes, owners), anchors.shared_anchors(hashes, owners))


@given(st.lists(st.tuples(*(st.text("ab c.", max_size=80),) * 2), min_size=1, max_size=3))
def test_common_tokens_agree(pairs: list[tuple[str, str]]) -> None:
    left, right = (encode_batch(list(side)) for side in zip(*pairs, strict=True))
    assert_equal(native().common_tokens(left, right), common.common_tokens(left, right))


SIGNS = "ab. c!»\n“(-。…)  é日\ufeff"


@given(
    st.lists(st.text(st.sampled_from(SIGNS), max_size=120), min_size=1, max_size=3),
    st.integers(1, 30),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_ends_of_passages_agree(texts: list[str], length: int, snap: bool, random: Random) -> None:
    # One block between the signs of two places, changed a little in one of them.
    block = "".join(random.choices("abc ", k=8 * length))
    texts += [f"{random.choice(texts)}{block}{random.choice(texts)}" for _ in range(2)]
    rows = []
    for _ in range(4):
        row = []
        for text in random.choices(range(len(texts)), k=2):
            start, end = sorted(random.choices(range(len(texts[text]) + 1), k=2))
            if block in texts[text] and random.random() < 0.8:
                start = texts[text].index(block)
                end = start + len(block)
            first, last = (len(texts[text][:place].encode()) for place in (start, end))
            row.append((text, first, last, start, end))
        rows.append(sorted(row))
    a, b = (np.array([row[side] for row in rows], np.int64) for side in (0, 1))
    batch, slack = encode_batch(texts), np.array([random.randint(-2, 60) for _ in rows], np.int64)
    assert_equal(native().fit_ends(batch, a, b, slack, snap), ends.fit_ends(batch, a, b, slack, snap))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 30)), max_size=60))
def test_same_stretches_agree(stretches: list[tuple[int, int, int]]) -> None:
    texts, starts, lengths = np.array(stretches, np.int64).reshape(-1, 3).T.copy()
    own = Stretches(texts, starts, starts + lengths)
    assert_equal([native().same_stretches(own)], [same_stretches(own)])


def test_what_makes_no_sense_is_refused() -> None:
    own = units, offsets = letters.letters(encode_batch(["one text", "another"]))
    documents = np.array([0, 1], np.int64)
    none = np.zeros(0, np.int64)
    for bad in (offsets[:2], offsets[::-1].copy(), offsets + 1):
        with pytest.raises(ValueError, match="follow each other"):
            native().passages_within((units, bad), documents, (10, 6), (60, 0), True)
    with pytest.raises(ValueError, match="order of their documents"):
        native().passages_within(own, documents[::-1].copy(), (10, 6), (60, 0), True)
    with pytest.raises(ValueError, match="anchors of 1 letters"):
        native().anchors(own, (1, 6))
    with pytest.raises(ValueError, match="unknown preset 3"):
        native().passages_within(own, documents, (10, 6), (60, 3), True)
    with pytest.raises(ValueError, match="too short"):
        native().passages_within(own, documents, (10, 6), (0, 0), True)
    far = np.array([99], np.int64)
    with pytest.raises(ValueError, match="among the letters"):
        native().passages_across(own, documents, (far.astype(np.uint32),) * 2, (none, none), (60, 0))
    with pytest.raises(ValueError, match="what repeats cover"):
        native().passages_across(own, documents, (none.astype(np.uint32),) * 2, (far, far), (60, 0))
    with pytest.raises(ValueError, match="what repeats cover"):
        native().passages_across(
            own,
            documents,
            (none.astype(np.uint32),) * 2,
            (far[[0, 0]] * 0, far[[0, 0]] - [100, 99]),
            (60, 0),
        )
    with pytest.raises(ValueError, match="no item 7"):
        native().letter_places(encode_batch(["a"]), far - 92, far - 99, far - 98)
    with pytest.raises(ValueError, match="differ in shape"):
        native().fit_ends(encode_batch(["a"]), np.zeros((1, 5), np.int64), np.zeros((0, 5), np.int64), none, True)
    with pytest.raises(ValueError, match=r"bytes 0 to 7.*no stretch of text 0"):
        row = np.array([[0, 0, 7, 0, 1]], np.int64)
        native().fit_ends(encode_batch(["a"]), row, row, np.ones(1, np.int64), True)
    with pytest.raises(ValueError, match="99 to 98 is no stretch"):
        native().same_stretches((far - 99, far, far - 1))
    with pytest.raises(ValueError, match="differ in length"):
        native().common_tokens(encode_batch(["a"]), encode_batch(["a", "b"]))
