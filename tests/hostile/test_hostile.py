"""Texts that are made to break things."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from dedupe import find_duplicates, kernels
from dedupe.cli.main import main
from dedupe.text.encode import encode_batch

COLLISIONS = json.loads((Path(__file__).with_name("collisions.json")).read_text("ascii"))
# In the long tier the line is as long as the longest that anybody has reported; else a tenth of it.
LINE = 200_000_000 if os.environ.get("DEDUPE_LONG") == "1" else 20_000_000


@pytest.mark.parametrize("pairs", ["kept", "all"])
@pytest.mark.parametrize("linkage", ["leader", "components"])
def test_a_constructed_collision_of_shingles_removes_nothing(pairs: str, linkage: str) -> None:
    one, other = map(" ".join, COLLISIONS["shingle"])
    sets, _ = kernels.shingle_sets(encode_batch([one, other]), 0, 2)
    assert sets[0] == sets[1]
    texts = [one, other, f"{one}!", f"{other}?"]
    result = find_duplicates(texts, shingle="word:2", threshold=0.5, pairs=pairs, linkage=linkage)
    assert result.kept == (0, 1)
    assert [group.cluster for group in result.groups] == [(0, 2), (1, 3)]


def test_what_collides_with_its_kept_copy_may_join_another() -> None:
    one, other = map(" ".join, COLLISIONS["shingle"])
    tail = "and then some more words that both of these texts have in common with each other"
    texts = [f"{one} {tail}", f"{other} {tail}", f"{tail} {other}"]
    result = find_duplicates(texts, shingle="word:2", threshold=0.5)
    assert result.kept == (0, 1)
    assert result.groups[0].cluster == (1, 2)


@pytest.mark.parametrize("length", [0, 40, 4000])
def test_a_constructed_collision_of_whole_texts_makes_no_copies(length: int) -> None:
    tail = " and the same words behind" * length
    one, other = (" ".join(words) + tail for words in COLLISIONS["text"])
    _, fingerprints = kernels.sign(encode_batch([one, other]), 0, 1, 1)
    assert fingerprints[0] == fingerprints[1]
    texts = [one, other, one.upper(), f"{other}.", f"{one}\u200b"]
    result = find_duplicates(texts, threshold=1.0)
    assert result.kept == (0, 1)
    assert {group.cluster for group in result.groups} == {(0, 2, 4), (1, 3)}
    assert find_duplicates(texts, threshold=1.0, keep="last").kept == (3, 4)


@pytest.mark.parametrize("token", ["word", "東", "é", "ﷺ", "a\u0301\u0327"])
def test_one_token_a_million_times_is_one_shingle(token: str) -> None:
    many = f"{token} " * (1_000_000 if kernels.native else 2_000)
    result = find_duplicates([many, many.upper() + "!", "something else"], threshold=0.5, shingle="word:3")
    assert result.kept == (0, 2)
    assert find_duplicates([many, f"{many} x"], shingle="word:3", threshold=0.9).kept == (0, 1)


def test_a_token_of_a_million_letters_is_read_once() -> None:
    long = "a" * (1_000_000 if kernels.native else 10_000)
    assert find_duplicates([long, long.upper(), long[:-1], f"{long}\u0301"], shingle="word:1").kept == (0, 2)


def test_marks_without_end_are_put_in_order_in_linear_time() -> None:
    # A tone and a vowel below it of Thai: in canonical order the second goes before the first.
    marks = "ก" + "\u0e48\u0e38" * (500_000 if kernels.native else 2_000)
    assert find_duplicates([marks, f"{marks} "], shingle="word:1").kept == (0,)
    assert find_duplicates(["ก\u0e48\u0e38", "ก\u0e38\u0e48"], shingle="word:1").kept == (0,)


def test_shingles_that_all_begin_alike_are_sorted_all_the_same() -> None:
    # Few distinct shingles, many times each, in an order that no bucket likes.
    text = " ".join(f"{i % 7} {i % 11} {i % 13}" for i in range(20_000))
    sets, _ = kernels.shingle_sets(encode_batch([text]), 0, 2)
    assert np.array_equal(sets, np.unique(sets))
    assert find_duplicates([text, text[1:]], threshold=0.9, shingle="word:2").kept == (0,)


def test_one_very_long_line_is_read_and_compared(tmp_path: Path) -> None:
    if not kernels.native:
        pytest.skip("takes minutes without the native core")
    sentence = "This is sentence number {} of a very long line without any break in it. "
    text = "".join(sentence.format(i) for i in range(LINE // 75))
    file, kept = tmp_path / "long.jsonl", tmp_path / "kept.txt"
    with file.open("w") as out:
        for identity, body in (("a", text), ("b", text.upper()), ("c", "short")):
            out.write(json.dumps({"id": identity, "text": body}) + "\n")
    assert main(["duplicates", str(file), "--quiet", "--kept", str(kept)]) == 0
    assert kept.read_text() == "a\nc\n"
    assert main(["duplicates", str(file), "--quiet", "--unit", "paragraph", "--force", "--kept", str(kept)]) == 0
    assert [line.split("\t")[0] for line in kept.read_text().splitlines()] == ["a", "c"]
