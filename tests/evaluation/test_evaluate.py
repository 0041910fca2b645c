"""What is put in is what it is said to be, and what is found of it is counted rightly."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from dedupe.errors import InputError
from dedupe.evaluation.edits import Draw, change_words, reformat, script_of, shuffle_words, split_tokens
from dedupe.evaluation.evaluate import evaluate
from dedupe.evaluation.near_duplicates import DECOYS, FORMAT, LEVELS, level_name
from dedupe.intervals import Proportion, Stratum, stratified, wilson
from dedupe.text.fold import fold_tokens, folded_text
from tests.conftest import make_text


def make_corpus(words: random.Random, documents: int) -> list[str]:
    return [
        " ".join(f"{make_text(words, words.randint(9, 14)).capitalize()}." for _ in range(12))
        for _ in range(documents)
    ]


@given(st.integers(0, 200), st.integers(1, 200))
def test_intervals_are_those_of_scipy(hits: int, trials: int) -> None:
    hits = min(hits, trials)
    expected = binomtest(hits, trials).proportion_ci(method="wilson")
    assert Proportion.of(hits, trials)[1:3] == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0.0, 0) == (0.0, 1.0)
    assert Proportion.of(0, 0)[:3] == (0.0, 0.0, 1.0)
    assert stratified([Stratum(50, 0, 0)]).trials == 0


def test_a_stratum_counts_by_its_size_and_not_by_its_sample() -> None:
    share = stratified([Stratum(9_000, 10, 10), Stratum(1_000, 0, 90)])
    assert share.share == pytest.approx(0.9)
    # As sure as the ten that stand for nine tenths, and no surer than all hundred in one.
    assert wilson(0.9, 100)[0] > share.low > wilson(0.9, 10)[0]
    even = stratified([Stratum(10**9, 45, 50), Stratum(10**9, 45, 50)])
    assert (even.low, even.high) == pytest.approx(wilson(0.9, 100))


def test_where_all_was_judged_nothing_is_left_to_chance() -> None:
    assert stratified([Stratum(2, 2, 2), Stratum(1, 1, 1)])[:3] == (1.0, 1.0, 1.0)
    assert stratified([Stratum(4, 3, 4)])[:3] == (0.75, 0.75, 0.75)
    half, all_but_one = (stratified([Stratum(100, count, count)]).low for count in (50, 99))
    assert wilson(1.0, 50)[0] < half < all_but_one < 1


@given(st.text(max_size=200), st.sampled_from([0.0, 0.01, 0.2, 1.0]), st.integers(0, 5))
def test_words_and_what_lies_between_them_are_the_text_and_edits_are_repeated(
    text: str, share: float, seed: int
) -> None:
    parts = split_tokens(text)
    assert "".join(parts) == text
    changed = change_words(parts, share, ["mill", "river"], Draw(seed))
    assert changed == change_words(parts, share, ["mill", "river"], Draw(seed))
    if not share:
        assert changed == text


def test_as_many_words_change_as_are_asked_for(words: random.Random) -> None:
    text = " ".join(f"w{number}" for number in range(1_000))
    after = change_words(split_tokens(text), 0.05, ["0000"], Draw(1)).split(" ")
    # Two in three are other words or have one behind them, two in three of these and of the others are gone.
    assert 20 <= after.count("0000") <= 45
    assert 20 <= len(set(text.split(" ")) - set(after)) <= 45
    assert folded_text(reformat(text)) == folded_text(text)


def test_shuffled_words_are_the_same_words(words: random.Random) -> None:
    text = make_text(words, 100)
    other = shuffle_words(split_tokens(text), Draw(3))
    assert other != text
    assert sorted(token.text for token in fold_tokens(other)) == sorted(token.text for token in fold_tokens(text))


def test_scripts_are_told_apart() -> None:
    texts = ["straße", "ελληνικά", "日本語の文", "中文句子", "한국어", "हिन्दी", "", "12 ☃"]
    assert [script_of(text) for text in texts] == [
        "Latin",
        "Greek",
        "Japanese",
        "Han",
        "Hangul",
        "Devanagari",
        "none",
        "none",
    ]


def test_recall_is_what_was_promised_and_no_decoy_is_found(words: random.Random) -> None:
    found = evaluate(make_corpus(words, 60), sample=50, threshold=0.7)
    assert found.recall.low <= found.promised <= found.recall.high
    assert found.recall.share > 0.98
    assert (found.precision.share, found.passage_precision.share > 0.95) == (1.0, True)
    assert [level.name for level in found.levels] == [FORMAT, *map(level_name, LEVELS)]
    assert [(level.name, level.found.hits) for level in found.decoys] == [(name, 0) for name in DECOYS]
    exact = {level.name: level for level in found.levels}
    assert exact["nothing"].similarity == exact[FORMAT].similarity == (1.0, 1.0, 1.0)
    assert exact["nothing"].found.share == 1.0
    assert exact["30 % of words"].found.hits == 0
    middles = [level.similarity[1] for level in found.levels[1:]]
    assert middles == sorted(middles, reverse=True)
    passages = dict(found.passage_levels)
    assert passages["nothing"].share == 1.0
    assert found.passage_decoys.hits == 0
    assert {name for name, _ in found.passage_places} == {"within", "across"}


def test_a_search_that_misses_is_seen(words: random.Random) -> None:
    sure, careless = (
        evaluate(make_corpus(random.Random(5), 40), threshold=0.7, recall=recall, permutations=limit)
        for recall, limit in ((0.99, None), (0.05, 8))
    )
    assert careless.recall.high < sure.recall.low
    assert careless.recall.low <= careless.promised <= careless.recall.high


def test_wrong_pairs_are_seen(words: random.Random) -> None:
    # Where half of what they share is enough, two halves and shuffled words are copies, and that is wrong.
    found = evaluate(make_corpus(words, 30), threshold=0.2)
    assert found.precision.share < 0.9
    assert max(level.found.hits for level in found.decoys) > 10


def test_near_duplicates_that_are_there_are_not_held_against_it(words: random.Random) -> None:
    corpus = make_corpus(words, 20)
    copies = [text.replace(".", ";", 1)[:-8] for text in corpus]
    found = evaluate([*corpus, *copies], threshold=0.6)
    assert found.precision.share == 1.0
    assert all(level.found.hits == 0 for level in found.decoys)


def test_the_same_seed_gives_the_same_answer_whatever_the_threads(words: random.Random) -> None:
    corpus = make_corpus(words, 12)
    assert evaluate(corpus, threads=1) == evaluate(corpus, threads=3)
    assert evaluate(corpus, seed=1).injections != evaluate(corpus).injections


def test_units_below_documents(words: random.Random) -> None:
    corpus = [text.replace(". ", ".\n\n") for text in make_corpus(words, 8)]
    found = evaluate(corpus, unit="paragraph", sample=30)
    assert found.settings.unit == "paragraph"
    assert {one.source for one in found.injections} == set(range(30))
    assert found.recall.share > 0.9


def test_both_seeds_can_be_evaluated(seeds: Path) -> None:
    found = evaluate([path.read_text("utf-8") for path in sorted(seeds.glob("0*.txt"))])
    assert (found.documents, found.recall.share) == (2, 1.0)


@pytest.mark.parametrize("texts", [[], [""], ["too short"], ["\ud800 \0"]])
def test_a_corpus_without_words_is_refused(texts: list[str]) -> None:
    with pytest.raises(InputError, match="nothing to copy"):
        evaluate(texts)


def test_lone_documents_have_no_halves(words: random.Random) -> None:
    found = evaluate(make_corpus(words, 1))
    assert [level.name for level in found.decoys] == [DECOYS[1]]


def test_copies_that_differ_in_a_fact_are_no_misses(words: random.Random) -> None:
    corpus = [f"{text} In {1900 + i} there were {i} houses." for i, text in enumerate(make_corpus(words, 30))]
    ignored, apart = (evaluate(corpus, threshold=0.7, facts=facts) for facts in ("ignore", "apart"))
    assert ignored.apart == 0 < apart.apart
    assert apart.recall.trials + apart.apart == ignored.recall.trials
    assert apart.recall.share > 0.98
    assert all(not one.found for one in apart.injections if one.apart)


def test_texts_that_begin_without_words(words: random.Random) -> None:
    found = evaluate(["-" * 5000 + " " + make_text(words, 60), "☃" * 3000 + make_text(words, 60)])
    assert found.recall.share > 0.9


def test_very_long_documents_are_fewer(words: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedupe.evaluation.evaluate.MOST", 20_000)
    found = evaluate([make_text(words, 1_000) for _ in range(12)])
    assert 2 <= found.documents <= 4
