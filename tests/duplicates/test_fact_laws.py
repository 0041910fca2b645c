"""Laws of facts: what never agrees, what always does, and what it costs."""

from __future__ import annotations

import random
import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean, explain_match, find_duplicates
from dedupe.duplicates.facts import differing_facts, facts_agree
from dedupe.kernels.reference import groups as reference
from dedupe.text.encode import encode_batch
from tests.kernels.test_twins import native

FREQUENT = ("the", "of", "and", "to", "in", "that", "was")
# Pairs that say something else, in a text that is the same otherwise.
FACTS = [
    ("the gauge showed -7 in the morning", "the gauge showed 7 in the morning"),
    ("the tool was written in F#", "the tool was written in F"),
    ("the tool was written in Z++", "the tool was written in Z#"),
    ("then erase ./cache at once", "then erase /cache at once"),
    ("the plot of 6² paces", "the plot of 62 paces"),
    ("brakes ✓ lamps ✗", "brakes ✗ lamps ✓"),
    ("if !open then wait", "if open then wait"),
    ("a load < 30 is safe", "a load > 30 is safe"),
    ("it fell by 3 %", "it fell by 3 ‰"),
    ("it cost €40 at most", "it cost £40 at most"),
    ("rated ★★★☆☆ by all", "rated ★★☆☆☆ by all"),
    ("the feedback was 👍 from both", "the feedback was 👎 from both"),
    ("a depth of 2.5 feet", "a depth of 25 feet"),
    ("he is not able to swim", "he is notable to swim"),
    ("she could not swim", "she could swim"),
    ("she could never swim", "she could ever swim"),
    ("it lasted eleven days", "it lasted twelve days"),
    ("rooms 4 17 and", "rooms 41 7 and"),
    ("we met Ruth there", "we met Jane there"),
    ("we met in march there", "we met in june there"),
    ("a salt of K⁺ there", "a salt of K⁻ there"),
    ("if a && b then wait", "if a || b then wait"),
    ("it stops at x = 3 there", "it stops at x == 3 there"),
    ("the sum of u + v there", "the sum of u - v there"),
    ("rated ●●●○ by all", "rated ●●○○ by all"),
    ("shares ▲ 3 today", "shares ▼ 3 today"),
]
# Pairs of words that are spelled nearly alike, and no spellings of one.
WORDS = [
    ("the bread was cold there", "the bread was sold there"),
    ("it is the same there", "it is the came there"),
    ("he saw the shoe there", "he saw the she there"),
    ("the later one was there", "the latter one was there"),
    ("in the morning there", "in the mourning there"),
    ("we feel the mill there", "we fell the mill there"),
    ("he came of the mill", "he came off the mill"),
    ("they lose the mill there", "they loose the mill there"),
    ("the needles of it", "the needless of it"),
]
# Pairs that say the same.
HARMLESS = [
    ("it was -7 then", "it was −7 then"),
    ("it fell by 3 %", "it fell by 3 percent"),
    ("it fell by 3%", "it fell by three per cent"),
    ("she wasn't there", "she was not there"),
    ("she can't swim", "she cannot swim"),
    ("she can’t swim", "she can not swim"),
    ("the colour of it", "the color of it"),
    ("its behaviours there", "its behaviors there"),
    ("they travelled there", "they traveled there"),
    ("a skillful man there", "a skilful man there"),
    ("in the theatre there", "in the theater there"),
    ("the encyclopaedia there", "the encyclopedia there"),
    ("they organise the analyses", "they organize the analyzes"),
    ("the defence of a licence", "the defense of a license"),
    ("a list box there", "a listbox there"),
    ("there were 1,500 of them", "there were 1500 of them"),
    ("there were ٤٢ of them", "there were 42 of them"),
    ("the Straße was long", "the Strasse was long"),
    ("the word Mühle there", "the word Muehle there"),
    ("it rose to 10^3 then", "it rose to 10³ then"),
    ("the well-known (and old) mill", "the well known and old mill"),
    ("the mill – an old one – fell", "the mill, an old one, fell"),
    ("the **old** mill fell", "the old mill fell"),
    ("“the mill fell”", "'the mill fell'"),
    ("* the mill fell", "- the mill fell"),
    ("| the mill | fell |", "the mill fell"),
    ("● the mill fell ● it sank", "• the mill fell • it sank"),
    ("the mill fell &amp; sank", "the mill fell & sank"),
]  # fmt: skip


def _agree(a: str, b: str) -> bool:
    there, back = (bool(facts_agree(*map(encode_batch, pair))[0]) for pair in (([a], [b]), ([b], [a])))
    assert there == back
    assert bool(differing_facts(a, b)) >= (not there)
    return there


def _words(count: int, seed: int) -> list[str]:
    """Words without facts, of which half are frequent in English."""
    draw = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
    rare = ["".join(draw.choices(syllables, k=3)) for _ in range(max(count // 4, 3))]
    return [draw.choice(FREQUENT) if draw.random() < 0.5 else draw.choice(rare) for _ in range(count)]


def _around(middle: str, count: int, seed: int, place: float) -> str:
    words = _words(count, seed)
    at = int(place * count)
    return " ".join([*words[:at], middle, *words[at:]])


_PLACES = (st.sampled_from([10, 60, 190, 250, 450, 2000]), st.integers(0, 9), st.floats(0, 1))


@given(st.sampled_from(FACTS), *_PLACES)
def test_a_changed_fact_never_agrees_in_texts_of_any_length(
    pair: tuple[str, str], count: int, seed: int, place: float
) -> None:
    a, b = (_around(middle, count, seed, place) for middle in pair)
    assert not _agree(a, b)


@given(st.sampled_from(HARMLESS), *_PLACES)
def test_a_harmless_difference_always_agrees(pair: tuple[str, str], count: int, seed: int, place: float) -> None:
    a, b = (_around(middle, count, seed, place) for middle in pair)
    assert _agree(a, b)
    assert _agree(a, b.upper() if "ß" not in b else b)


@given(*_PLACES, st.data())
def test_quotes_brackets_dashes_emphasis_wraps_and_case_never_count(
    count: int, seed: int, place: float, data: st.DataObject
) -> None:
    text = _around("We met Ruth there on 5 May.", count, seed, place)
    words = text.split(" ")
    shapes = st.sampled_from(["“{}”", "({})", "*{}*", "– {}", "{}\n", "«{}»", "{} —", "\n- {}", "**{}**", "{}"])
    some = data.draw(st.sets(st.integers(0, len(words) - 1), max_size=5))
    changed = [data.draw(shapes).format(word) if i in some else word for i, word in enumerate(words)]
    assert _agree(text, text)
    assert _agree(text, " ".join(changed))
    assert _agree(text, text.upper())
    assert _agree(text, text.lower())
    assert _agree(text.title(), text)


@pytest.mark.parametrize("count", [20, 300])
def test_a_misprint_of_a_word_that_occurs_in_its_right_form_is_no_fact(count: int) -> None:
    words = _words(count, 4)
    words[5] = words[-3] = words[-5] = "harbour"
    for wrong in ("habrour", "hrbour", "haurbour", "hxrbour"):
        words[5] = wrong
        assert _agree(" ".join(words), " ".join(words).replace(wrong, "harbour"))
    # With a capital letter it may be a name; without a second form nothing says which one is right.
    for once in ("Harpour", "harpour"):
        words[5] = once
        right = once.replace("p", "b")
        words[-3] = "harbour" if once[0] == "H" else "anchor"
        assert not _agree(" ".join(words), " ".join([*words[:5], right, *words[6:]]))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Das war schön, sagte sie über die alte Mühle.", "Das war schon, sagte sie über die alte Mühle."),
        ("Tenía veinte años y más amigos que nadie.", "Tenía veinte anos y más amigos que nadie."),
        ("Bà ấy mua một con bò ở chợ.", "Bà ấy mua một con bó ở chợ."),
    ],
)
def test_marks_count_where_both_texts_use_them(text: str, other: str) -> None:
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    assert not _agree(text, other)
    assert _agree(text, bare)
    assert _agree(text, unicodedata.normalize("NFD", text))


@given(st.sampled_from(WORDS), st.integers(0, 90), *_PLACES[1:])
def test_another_word_is_no_spelling(pair: tuple[str, str], count: int, seed: int, place: float) -> None:
    a, b = (_around(middle, count, seed, place) for middle in pair)
    assert not _agree(a, b)


@pytest.mark.parametrize(("fact", "other"), FACTS)
def test_explain_and_clean_give_one_verdict_on_texts_that_fold_alike(fact: str, other: str) -> None:
    a, b = (_around(middle, 40, 2, 0.5) for middle in (fact, other))
    why = explain_match(a, b, threshold=0.5, facts="apart")
    left = clean({"a": a, "b": b}, threshold=0.5, remove=["duplicates"]).texts
    assert why.match == ("b" not in left)
    assert not why.match
    assert why.differing
    assert "fact" in why.reasons[-1] or not why.found


def test_what_differs_is_said() -> None:
    assert differing_facts("It was -5 °C in Graz.", "it was 5 °C in “Linz”") == (("-", ""), ("graz", "linz"))
    assert not explain_match("a b c d", "A b c d.").differing


def test_copies_with_other_signs_are_units_of_their_own() -> None:
    texts = [
        _around(middle, 30, 1, 0.5) for middle in ("C# is it", "C++ is it", "(C#) is it", "c# is it", "C is it")
    ]
    assert find_duplicates(texts).kept == (0,)
    assert find_duplicates(texts, facts="apart").kept == (0, 1, 4)
    assert find_duplicates(texts, facts="apart", pairs="all").kept == (0, 1, 4)


@pytest.mark.parametrize("slot", ["digit", "name", "word"])
@pytest.mark.parametrize("words", [190, 250, 450])
def test_pages_of_one_template_are_compared_in_linear_number(slot: str, words: int) -> None:
    native()
    draw = random.Random(3)
    body = _words(words, 5)

    def page(copy: int) -> str:
        made = list(body)
        for place in range(6):
            word = "".join(draw.choices("bdfgklmnprst", k=1) + draw.choices("aeiou", k=1)) * 2 + str(copy % 7) * 0
            rare = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=7))
            made[(place + 1) * words // 7] = {
                "digit": str(draw.randrange(10**6)),
                "name": rare.capitalize(),
                "word": rare + word,
            }[slot]
        return " ".join(made)

    pages = [page(copy) for copy in range(800)]
    counts = []
    for count in (200, 400, 800):
        # A copy of each with other marks is one that is compared, once.
        texts = [*pages[:count], *(text.replace(" the ", " (the) ", 1) + " ☐" for text in pages[:count])]
        texts = [*texts, *(text.replace(" ☐", " ☐ –").replace(" to ", " t-o ", 1) for text in texts[count:])]
        counts.append(find_duplicates(texts, threshold=0.8, facts="apart").compared)
    assert counts[0] > 0
    assert all(after <= 2.3 * before for before, after in pairwise(counts))


def test_facts_agree_row_by_row() -> None:
    left = encode_batch(["it was 5", "it was 5", "été très drôle"])
    right = encode_batch(["It was 5!", "it was -5", "ete tres drole"])
    assert facts_agree(left, right).tolist() == [True, False, True]
    assert not len(facts_agree(left.select(np.zeros(0, np.int64)), right.select(np.zeros(0, np.int64))))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("count", [30, 210, 430])
def test_both_kernels_compare_and_group_units_of_crowded_buckets_alike(seed: int, count: int) -> None:
    draw = random.Random(seed)
    base = _words(count, seed)
    texts = []
    for number in range(40):
        words = list(base)
        for place in range(draw.randrange(3)):
            at = draw.randrange(25, len(words))
            shape = draw.choice(["digit", "word", "name", "none", "mark", "stretch", "misprint"])
            if shape == "stretch":
                words[at:at] = draw.choices(base, k=12)
            elif shape == "misprint":
                words[at] = words[at][:-1]
            elif shape != "none":
                changed = {"digit": str(number % 5), "word": base[place], "name": "Ruth", "mark": "döra"}
                words[at] = changed[shape]
        texts.append(" ".join(words))
    batch = encode_batch(texts)
    sets = native().shingle_sets(batch, 0, 2)
    written = native().fact_texts(batch)
    members = np.array([*range(40), *range(0, 40, 3)], np.int64)
    rank = np.array(draw.sample(range(40), 40))
    rest = (sets, rank, np.zeros(40, np.uint8), [], 0.5, written)
    arguments = ((members, np.array([0, 25, 40, len(members)])), *rest)
    one, other = native().group(*arguments), reference.group(*arguments)
    assert [part.tolist() for part in one[:2]] == [part.tolist() for part in other[:2]]
    assert one[2] == other[2]
