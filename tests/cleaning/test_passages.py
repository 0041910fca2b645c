"""The laws of the passage stage, with brute-force oracles on random texts."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean, find_duplicates, kernels, restore, segment
from dedupe.cleaning.clean import Cleaned
from dedupe.job import STAGES, Facts, Stage
from dedupe.kernels.alignment import align
from dedupe.text.fold import fold_tokens
from tests.conftest import make_text

COPIES: tuple[Stage, ...] = ("duplicates", "paragraphs", "passages")
LEAST = 100
subsets = st.lists(st.sampled_from(COPIES), min_size=1, unique=True)
randoms = st.integers(0, 1 << 32).map(Random)


def make_sentence(random: Random, least: int = 6, most: int = 14) -> str:
    # Of its own words none is an abbreviation, behind which no sentence ends.
    return f"{make_text(random, random.randint(least, most)).capitalize()} indeed."


def make_corpus(random: Random) -> dict[str, str]:
    """Documents of sentences and runs of sentences that nest, overlap, come back, and come back edited."""
    pool = [make_sentence(random) for _ in range(8)]
    texts = {}
    for number in range(random.randint(2, 6)):
        parts: list[str] = []
        for _ in range(random.randint(1, 4)):
            low = random.randrange(len(pool))
            run = pool[low : low + random.randint(1, 5)]
            if random.random() < 0.25:
                words = run[0].split()
                words[random.randrange(len(words))] = "another"
                run = [" ".join(words), *run[1:]]
            parts += run
            parts += [make_sentence(random) for _ in range(random.randint(0, 2))]
            if random.random() < 0.3:
                # Lines without letters: braces of code, rules.
                parts = [text for part in parts for text in (part, random.choice(["\n} \\\n", "\n***\n"]))]
        texts[f"d{number}"] = random.choice([" ", " ", "\n"]).join(parts)
    return texts


def tokens(text: str) -> list[str]:
    return [token.text for token in fold_tokens(text)]


def removed_places(cleaned: Cleaned, texts: Mapping[str, str]) -> dict[str, set[int]]:
    """The letters of each document that are removed."""
    return {
        identity: {
            at
            for start, piece in cleaned.removed.get(identity, ())
            for at in range(start, start + len(piece))
            if text[at].isalnum()
        }
        for identity, text in texts.items()
    }


@given(randoms, subsets)
def test_a_removed_passage_begins_and_ends_with_what_its_kept_copy_has(random: Random, stages: list[Stage]) -> None:
    texts = make_corpus(random)
    cleaned = clean(texts, remove=stages, threads=1)
    assert restore(cleaned) == texts
    gone = removed_places(cleaned, texts)
    places = sorted((one.id, one.start, one.end) for one in cleaned.decisions if one.stage != "crumbs")
    assert all(one[0] != other[0] or one[2] <= other[1] for one, other in pairwise(places))
    for decision in cleaned.decisions:
        kept = decision.kept
        if decision.stage == "crumbs":
            continue
        assert kept is not None
        # No duplicate decision removes the kept copy.
        assert not gone[kept.id] & set(range(kept.start, kept.end))
        if decision.stage != "passages":
            continue
        own = tokens(texts[decision.id][decision.start : decision.end])
        other = tokens(texts[kept.id][kept.start : kept.end])
        if not own:
            # Rules and brackets alone.
            assert not other
            continue
        facing = align(own, other)
        if decision.id != kept.id:
            assert facing[0] == 0
        else:
            assert facing.index(0) <= 12 or facing[0] == 0
        assert facing[-1] == len(other) - 1
        assert 0 < decision.score <= 1


@given(randoms, subsets, st.integers(2, 40))
def test_no_letter_of_a_unique_neighbour_is_removed(random: Random, stages: list[Stage], count: int) -> None:
    passage = " ".join(make_sentence(random, 9) for _ in range(3))
    sides = [(make_sentence(random), make_sentence(random)) for _ in range(count)]
    if random.random() < 0.5:
        # Neighbours that begin and end alike.
        sides = [(f"{a[:-1]} of it all.", f"The {b[0].lower()}{b[1:]}") for a, b in sides]
    texts = {str(i): f"{a} {passage} {b}" for i, (a, b) in enumerate(sides)}
    cleaned = clean(texts, remove=stages, threads=1)
    for i, (a, b) in enumerate(sides):
        assert a in cleaned.texts[str(i)] and b in cleaned.texts[str(i)]
    if "passages" in stages:
        assert sum(passage in text for text in cleaned.texts.values()) == 1


def runs_of_sentences(texts: Mapping[str, str]) -> list[tuple[str, int, int]]:
    """All runs of whole sentences that are as long as the shortest passage."""
    out = []
    for identity, text in texts.items():
        places = segment(text, "sentence")
        for low, high in combinations(range(len(places) + 1), 2):
            start, end = places[low].start, places[high - 1].end
            if sum(char.isalnum() for char in text[start:end]) >= LEAST:
                out.append((identity, start, end))
    return out


@given(randoms)
def test_of_equal_runs_of_sentences_at_most_one_place_stays(random: Random) -> None:
    texts = make_corpus(random)
    cleaned = clean(texts, remove=["passages"], threads=1)
    gone = removed_places(cleaned, texts)
    stays: dict[str, list[tuple[str, int, int]]] = {}
    for identity, start, end in runs_of_sentences(texts):
        if not gone[identity] & set(range(start, end)):
            stays.setdefault(" ".join(texts[identity][start:end].split()), []).append((identity, start, end))
    for places in stays.values():
        # Places that overlap each other are one.
        assert all(
            one[0] == other[0] and one[1] < other[2] and other[1] < one[2] for one, other in combinations(places, 2)
        )


@given(randoms, st.sampled_from(["* * *", "---", "***", "}", "=====", "."]), st.booleans())
def test_rules_between_sentences_hide_no_copy(random: Random, rule: str, before: bool) -> None:
    phrases = [make_text(random, 9) for _ in range(4)]

    def make_formulas() -> list[str]:
        # Documents that repeat themselves ask more of near copies.
        return [
            f"{make_sentence(random, 3, 3)[:-1]} {' '.join(random.choices(phrases, k=2))} {make_text(random, 3)}."
            for _ in range(10)
        ]

    # Two sentences together are as long as the shortest passage, and neither is by itself.
    pool = [make_sentence(random, 14, 18) for _ in range(20)]
    run = [text for text in pool if LEAST / 2 <= sum(map(str.isalnum, text)) < LEAST][:2]
    ruled = [run[0], rule, run[1]]
    one, other = (ruled, run) if before else (run, ruled)
    places = {"a": one, "b": other}
    texts = {name: "\n".join([*make_formulas(), *own, *make_formulas()]) for name, own in places.items()}
    cleaned = clean(texts, remove=["passages"], threads=1)
    assert all(sentence in cleaned.texts["a"] for sentence in run)
    assert not any(sentence in cleaned.texts["b"] for sentence in run)
    assert restore(cleaned) == texts


@pytest.mark.parametrize("count", [1000 if kernels.native else 30])
def test_a_passage_with_many_copies_stays_once(words: Random, count: int) -> None:
    inner = [make_sentence(words, 18, 24) for _ in range(3)]
    texts = {}
    for i in range(count):
        part = inner[: 2 + i % 2] if i % 3 else inner[1:]
        texts[i] = " ".join([make_sentence(words), *part, make_sentence(words)])
    cleaned = clean(texts, remove=["passages"], threads=1)
    for sentence in inner:
        assert sum(sentence in text for text in cleaned.texts.values()) == 1


def test_periodic_text_keeps_a_period(words: Random) -> None:
    sentence = make_sentence(words, 12)
    text = " ".join([sentence] * 40)
    left = clean(text, remove=["passages"], threads=1).texts[0]
    assert 1 <= left.count(sentence) <= 4
    assert len(left) >= LEAST


@given(randoms, subsets)
def test_a_document_behind_all_others_brings_nothing_back(random: Random, stages: list[Stage]) -> None:
    texts = make_corpus(random)
    last = texts.pop(max(texts))
    if random.random() < 0.3:
        last = random.choice(list(texts.values()))
    before = removed_places(clean(texts, remove=stages, threads=1), texts)
    after = removed_places(clean({**texts, "last": last}, remove=stages, threads=1), texts)
    for identity, places in before.items():
        assert places <= after[identity]


@given(randoms)
def test_what_documents_keep_apart_no_later_stage_removes(random: Random) -> None:
    base = [make_sentence(random, 8) for _ in range(random.randint(1, 6))]
    place = random.randrange(len(base))
    words = base[place].split()
    words[random.randrange(1, len(words))] = random.choice(["not", "12", "Leeds"])
    edited = [*base[:place], " ".join(words), *base[place + 1 :]]
    texts = {"a": " ".join(base), "b": " ".join(edited)}
    cleaned = clean(texts, remove=STAGES[:3], threads=1)
    if not len(find_duplicates(texts, facts="apart", threads=1).groups) and base[place] != edited[place]:
        # The sentence with the fact stays whole.
        assert edited[place] in cleaned.texts["b"]
    assert cleaned.texts["a"] == texts["a"]


def test_the_first_words_of_a_passage_may_differ_in_one_document(words: Random) -> None:
    tail = [make_sentence(words, 14) for _ in range(7)]
    opened = [
        f"{head} {tail[0][0].lower()}{tail[0][1:]}" for head in ("Many people say that", "But others know how")
    ]
    text = " ".join([opened[0], *tail[1:], make_sentence(words), opened[1], *tail[1:]])
    cleaned = clean(text, remove=["passages"], threads=1)
    (decision,) = cleaned.decisions
    assert text[decision.start :].startswith("But others")
    assert decision.end == len(text)
    # With a digit among them, they are a fact.
    dated = text.replace("But others", "In 1998 others")
    assert "In 1998" in clean(dated, remove=["passages"], threads=1).texts[0]
    # Nor are two sentences that run parallel a block that comes back.
    short = " ".join([*opened[:1], tail[1], make_sentence(words), *opened[1:], tail[1]])
    assert not clean(short, remove=["passages"], threads=1).decisions
    # Two documents have no such exception.
    both = {"a": " ".join([opened[0], *tail[1:]]), "b": " ".join([opened[1], *tail[1:]])}
    assert opened[1] in clean(both, remove=["passages"], threads=1).texts["b"]


def test_text_at_an_end_that_the_kept_copy_lacks_stays(words: Random) -> None:
    passage = " ".join(make_sentence(words, 9) for _ in range(3))
    for other in (f"Invoice 48213 for Mrs Miller: {passage}", f"{passage[:-1]} order 48213, paid."):
        cleaned = clean({"a": passage, "b": other}, remove=["passages"], threads=1)
        assert "48213" in cleaned.texts["b"]
        assert "Miller" in cleaned.texts["b"] or "paid" in cleaned.texts["b"]


def test_spaces_that_were_lost_hide_no_copy(words: Random) -> None:
    passage = " ".join(make_sentence(words, 9) for _ in range(3))
    source = Random(3)
    lost = "".join(char for char in passage if char != " " or source.random() > 0.3)
    texts = {"a": f"{make_sentence(words)} {passage}", "b": f"{lost}"}
    cleaned = clean(texts, remove=["passages"], threads=1)
    assert sum(len(piece) for _, piece in cleaned.removed.get("b", ())) > 0.6 * len(lost)


def common(one: list[str], other: list[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for symbol in one:
        above, row = row, [0]
        for place, facing in enumerate(other):
            row.append(above[place] + 1 if symbol == facing else max(row[-1], above[place + 1]))
    return row[-1]


@given(randoms, st.sampled_from([0.8, 0.9, 1.0]), st.sampled_from(["apart", "ignore"]))
def test_every_removed_piece_is_as_similar_to_what_stays_as_is_asked(
    random: Random, similarity: float, facts: Facts
) -> None:
    names = "adidas altra asics brooks hoka mizuno nike puma keen shoes boots sandals view list more see".split()

    def line() -> str:
        return " ".join(random.choice(names) for _ in range(random.randint(1, 4))).capitalize()

    menu = [line() for _ in range(30)]
    lines: list[str] = []
    for _ in range(6):
        low = random.randrange(20)
        lines += [own if random.random() < 0.9 else line() for own in menu[low : low + random.randint(5, 12)]]
    count = random.randint(1, 3)
    ends = [number * len(lines) // count for number in range(count + 1)]
    texts = ["\n".join(lines[low:high]) for low, high in pairwise(ends)]
    options: dict[str, Any] = {"min_passage": 60, "passage_similarity": similarity, "facts": facts, "min_left": 0}
    for removed in clean(texts, remove=["passages"], threads=1, **options).decisions:
        assert removed.kept is not None
        pieces = texts[removed.id][removed.start : removed.end], texts[removed.kept.id][slice(*removed.kept[1:])]
        one, other = map(tokens, pieces)
        if removed.measure == "letters":
            one, other = [*"".join(one)], [*"".join(other)]
        assert removed.score == pytest.approx(2 * common(one, other) / max(len(one) + len(other), 1))
        assert removed.score >= similarity
