"""Inflected and compound numbers, dates and negations count in long texts, on both kernels."""

from __future__ import annotations

import random
import unicodedata
from importlib.resources import files

import numpy as np
import pytest

from dedupe.kernels.reference import fact_text
from dedupe.kernels.reference import facts as fact_rule
from dedupe.kernels.reference.fact_words import load_fact_words
from dedupe.text.encode import encode_batch
from tests.kernels.test_twins import assert_equal, native

APART = {
    "en": [
        "certain uncertain",
        "possible impossible",
        "smoking non-smoking",
        "harmful harmless",
        "fifteenth sixteenth",
    ],
    "de": ["sicher unsicher", "einundsechzig einundsiebzig", "vierhundert fünfhundert", "montags freitags"],
    "fr": ["régulier irrégulier", "trentième vingtième", "douzaine quinzaine", "mardis jeudis"],
    "es": ["seguro inseguro", "veinticuatro veintisiete", "seiscientos setecientos"],
    "it": ["fedele infedele", "ventisei ventisette", "quattromila cinquemila"],
    "pl": ["wolno niewolno", "trzydziestu czterdziestu", "piątego szóstego", "soboty niedzieli"],
    "cs": ["smějí nesmějí", "osmého devátého", "lednu únoru"],
    "ru": ["верно неверно", "семисот восьмисот", "четвёртую пятую", "вторника пятницы"],
    "lv": ["drīkst nedrīkst", "ceturtajā piektajā"],
    "fi": ["suolainen suolaton", "viidessä kuudessa", "tammikuuta helmikuuta"],
    "hu": ["veszélyes veszélytelen", "huszonegy huszonkettő", "hatodik hetedik"],
    "tr": ["geldi gelmedi", "yazılmalı yazılmamalı", "altıncı yedinci"],
    "el": ["εικοσιδύο εικοσιτρία", "τρίτου τέταρτου"],
    "ar": ["السادس السابع", "بثلاثة بأربعة"],
    "he": ["בשלושה בארבעה", "שביעית שמינית"],
    "hi": ["संभव असंभव", "पच्चीस छब्बीस"],
    "ko": ["있습니다 없습니다", "가능하다 불가능하다"],
}
PAIRS = [(language, pair) for language, pairs in APART.items() for pair in pairs]


def _around(language: str, middle: str) -> str:
    """A long text of frequent words and made-up ones with a word in its midst."""
    names = load_fact_words().names
    lines = files("dedupe.text").joinpath("facts-words.txt").read_text("utf-8").splitlines()
    frequent = [line.split(" ")[1:] for line in lines if line.startswith("words ")][names.index(language)]
    letters = sorted({char for word in frequent for char in word if char.isalpha()})
    draw = random.Random(language)
    words = [word for _ in range(230) for word in (draw.choice(frequent), "".join(draw.choices(letters, k=6)))]
    return " ".join([*words[:200], middle, *words[200:]])


UNLISTED = [
    name
    for name, rules in zip(load_fact_words().names, load_fact_words().languages, strict=True)
    if not rules.is_listed
]


def _agree(a: str, b: str) -> bool:
    """Whether two texts state the same facts, by both kernels."""
    written = native().fact_texts(encode_batch([a, b]))
    assert_equal(written, fact_text.fact_texts(encode_batch([a, b])))
    numbers = (np.array([0, 1], np.int64), np.array([1, 0], np.int64))
    one, other = native().same_facts(written, *numbers), fact_rule.same_facts(written, *numbers)
    assert_equal(one, other)
    assert one[0] == one[1]
    return bool(one[0])


def test_a_word_has_a_bit_for_every_language() -> None:
    assert len(load_fact_words().names) <= 64


@pytest.mark.parametrize("language", UNLISTED)
def test_every_word_counts_in_languages_without_lists(language: str) -> None:
    text = _around(language, "")
    assert _agree(text, text.upper())
    for stray in ("hindi", "sio", "na", "bakuro"):
        assert not _agree(text, _around(language, stray))


@pytest.mark.parametrize(("language", "pair"), PAIRS)
def test_inflected_numbers_dates_and_negations_count_in_long_texts(language: str, pair: str) -> None:
    a, b = pair.split(" ")
    assert not _agree(_around(language, a), _around(language, b))


@pytest.mark.parametrize(
    ("language", "pair"),
    [
        ("en", "mill/mill often"),
        ("en", "ofthe/of the"),
        ("de", "alte/alte hohe"),
        ("ru", "старый/мой старый"),
        ("tr", "eski/eski yeni"),
    ],
)
def test_a_word_more_or_closed_up_is_a_stray_in_long_texts(language: str, pair: str) -> None:
    a, b = pair.split("/")
    assert _agree(_around(language, a), _around(language, b))


@pytest.mark.parametrize(
    "text", ["Ещё раз пришёл мой новый сосед, и край опустел.", "Її край, ґанок і ёлка ў лесе."]
)
def test_letters_that_keep_their_marks_have_none_when_decomposed(text: str) -> None:
    assert fact_text.fact_text(unicodedata.normalize("NFD", text)) == fact_text.fact_text(text)
    assert _agree(text, unicodedata.normalize("NFD", text))


def test_languages_without_lists_take_no_short_text_from_others() -> None:
    text = "zlib writes other lengths where it is built otherwise, so none is asked."
    assert _agree(text, "zlib writes other lengths wher e it is built otherwise, so none i s asked.")
