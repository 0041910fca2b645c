"""Words that are spelled nearly alike and say something else are facts, on both kernels and in many languages."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean
from dedupe.kernels.reference.fact_notation import differ_by_one, spelled
from tests.duplicates.test_fact_parts import _agree, _around

# Two words of one text that differ by a letter or by two that changed places.
RIVALS = {
    "en": [
        "employer employee",
        "payer payee",
        "trainer trainee",
        "licensee licenser",
        "nitrate nitrite",
        "propane propene",
        "abduction adduction",
        "country county",
        "trail trial",
        "client clients",
        "baker banker",
        "brother bother",
        "perineal peroneal",
    ],
    "de": ["dessen diesen", "anfahren umfahren", "leihen leiden"],
    "fr": ["dessus dessous", "poison poisson", "cousin cousine"],
    "es": ["alumno alumna", "maestro maestra"],
    "it": ["maestro maestra", "cugino cugina"],
    "ru": ["учитель учителя", "продавец продавца"],
    "fi": ["varastossa varastosta", "talossa talosta"],
    "tr": ["depoda depoya", "fabrikada fabrikaya"],
    "ar": ["المقاتل المقابل", "المدرسة المدرسين"],
}
PAIRS = [(language, *pair.split(" ")) for language, pairs in RIVALS.items() for pair in pairs]
# Words of which one stands for the other in long texts: units, opposites, and names in scripts without capitals.
CHANGED = {
    "en": ["daily weekly", "before after", "guilty innocent", "increased decreased", "left right", "alive dead"],
    "de": ["täglich wöchentlich", "schuldig unschuldig", "vor nach", "links rechts"],
    "fr": ["avant après", "coupable innocent"],
    "ru": ["до после", "левый правый"],
    "tr": ["eski yeni"],
    "ar": ["أحمد محمود", "قبل بعد"],
    "he": ["דוד משה", "לפני אחרי"],
    "hi": ["राम श्याम", "दिल्ली मुंबई"],
    "ko": ["서울 부산", "철수 영희"],
}
UNITS = ["mg ml", "cm km", "mg µg", "m ft", "мг мл", "hours days", "kg lb", "мг г"]


@pytest.mark.parametrize(("language", "one", "other"), PAIRS)
@pytest.mark.parametrize("long", [False, True])
def test_words_of_one_text_that_change_places_are_facts(language: str, one: str, other: str, long: bool) -> None:
    a, b = f"{one} xqy {other}", f"{other} xqy {one}"
    around = [_around(language, "|").split(" | ")[i] for i in range(2)]
    left, right = (" ".join(part.split(" ")[: 400 if long else 25]) for part in around)
    assert not _agree(f"{left} {a} {right}", f"{left} {b} {right}")
    # Nor is one of them a misprint because it is the other elsewhere.
    assert not _agree(f"{left} {one} xqy {other} {right}", f"{left} {one} xqy {one} {right}")


@given(st.text("abdeilnorst", min_size=5, max_size=9), st.data())
def test_two_words_that_a_text_has_are_no_misprints_of_each_other(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 1))
    letter = data.draw(st.sampled_from("abdeilnorst"))
    other = word[:at] + letter + word[at + data.draw(st.integers(0, 1)) :]
    more = " ".join([word] * data.draw(st.integers(0, 3)))
    text = "the {} of the mill was told that the {} is to go and that it was of the {} in the end " + more
    if spelled(other) != spelled(word):
        assert not _agree(text.format(word, other, "mill"), text.format(other, word, "mill"))
        assert not _agree(text.format(word, other, other), text.format(other, word, other))


@pytest.mark.parametrize("ending", ["er ee", "ate ite", "a as", "ссa сta", "o a", "ane ene", "us ous", "y ies"])
def test_words_that_end_unlike_are_no_misprints(ending: str) -> None:
    one, other = (f"harbor{end}" for end in ending.split(" "))
    assert not differ_by_one(one, other)
    text = f"the {one} and the {one} of the old mill by the river saw the {{}} go to it in the end"
    assert not _agree(text.format(one), text.format(other))


@pytest.mark.parametrize("wrong", ["sepaxrate", "seperate", "sepraate", "seprate"])
def test_a_misprint_is_one_that_the_other_text_lacks(wrong: str) -> None:
    text = "the separate mill and the separate barn were of the {} kind that was {} to the old man"
    assert _agree(text.format("separate", "known"), text.format(wrong, "known"))
    assert not _agree(text.format("separate", wrong), text.format(wrong, wrong))
    # One right form beside it may be another word.
    once = "the separate mill and the old barn were of the {} kind that was known to the old man"
    assert not _agree(once.format("separate"), once.format(wrong))


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [(language, *pair.split(" ")) for language in CHANGED for pair in CHANGED[language]],
)
def test_another_word_in_a_long_text_is_a_fact(language: str, one: str, other: str) -> None:
    assert not _agree(_around(language, one), _around(language, other))


@pytest.mark.parametrize("language", ["en", "de", "fr", "ru", "fi", "ar", "he", "hi", "ko", "tr"])
@pytest.mark.parametrize("unit", UNITS)
def test_a_word_beside_a_number_is_a_fact(language: str, unit: str) -> None:
    one, other = unit.split(" ")
    assert not _agree(_around(language, f"5 {one}"), _around(language, f"5 {other}"))
    assert not _agree(_around(language, f"5{one}"), _around(language, f"5{other}"))
    assert not _agree(_around(language, f"{one} 5"), _around(language, f"{other} 5"))
    assert not _agree(_around(language, f"5 {one}"), _around(language, "5"))


def test_long_texts_may_differ_in_a_word_more_a_space_and_a_misprint() -> None:
    text = _around("en", "separate")
    words = text.split(" ")
    assert _agree(text, " ".join([*words[:300], "otherwise", *words[300:]]))
    assert _agree(text, " ".join([*words[:300], words[300] + words[301], *words[302:]]))
    words[100] = words[120] = "separate"
    right = " ".join(words)
    assert _agree(right, right[::-1].replace("separate"[::-1], "seperate"[::-1], 1)[::-1])
    # A misprint that the other text has is a word.
    words[60] = "seperate"
    both = " ".join(words)
    assert not _agree(both, both[::-1].replace("separate"[::-1], "seperate"[::-1], 1)[::-1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Die Firma wurde heute verkauft, sagt der Chef.", "Die Firma würde heute verkauft, sagt der Chef."),
        ("La niña pasó aquí dos anos.", "La niña pasó aquí dos años."),
        ("El publico paga la entrada de la casa.", "El publicó paga la entrada de la casa."),
        ("La pesca e vietata nel lago.", "La pesca è vietata nel lago."),
        ("To jest sad rady w tej gminie.", "To jest sąd rady w tej gminie."),
        ("Han har ett hus i staden.", "Han här ett hus i staden."),
        ("O avo ligou para a casa dela.", "O avô ligou para a casa dela."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("times", [1, 40])
def test_a_text_with_one_or_two_marks_has_not_lost_them_all(one: str, other: str, times: int) -> None:
    rest = (
        "oben im Dorf und in dem Haus von der Frau" if one.startswith("Die") else "la casa de la madre en el pueblo"
    )
    assert not _agree(f"{one} " + " ".join([rest] * times), f"{other} " + " ".join([rest] * times))


@given(st.integers(3, 30), st.integers(0, 9))
def test_a_text_with_several_marked_words_is_a_copy_of_what_lost_them(marked: int, seed: int) -> None:
    words = random.Random(seed).choices(["mühle", "façade", "niño", "città", "kočka"], k=marked)
    bare = [word.translate(str.maketrans("üçñàč", "ucnac")) for word in words]
    assert _agree(" the ".join(words), " the ".join(bare))
    # Those that lost one of them alone did not.
    assert not _agree(" the ".join(words), " the ".join([*words[:-1], bare[-1]]))


def test_clean_keeps_parties_that_changed_places() -> None:
    contract = (
        "The employer shall give the employee a written notice of one month before the end of the contract, and "
        "return all of the papers on the last day of work."
    )
    turned = contract.replace("employer", "?").replace("employee", "employer").replace("?", "employee")
    assert clean({"a": contract, "b": turned}).texts == {"a": contract, "b": turned}


@pytest.mark.parametrize("pair", ["employer employee", "Anna Bruno", "5 6", "daily weekly", "Anna_Berg Bruno_Tal"])
@pytest.mark.parametrize("beside", [1, 2, 3, 6])
def test_words_that_change_places_between_the_same_words_are_facts(pair: str, beside: int) -> None:
    words = _around("en", "|").split(" ")
    words.remove("|")
    before, after = ("mill barn hill gate pond yard"[: 5 * beside], "lake road wood rock tree bank"[: 5 * beside])

    def text(one: str, other: str) -> str:
        here, there = (f"{before}{word.replace('_', ' ')} {after}".strip() for word in (one, other))
        return " ".join([*words[:100], here, *words[100:300], there, *words[300:]])

    one, other = (f" {word}" if beside == 6 else word for word in pair.split(" "))
    assert not _agree(text(one, other), text(other, one))


def test_long_texts_may_have_a_paragraph_at_another_place() -> None:
    words = _around("en", "mill").split(" ")
    assert _agree(" ".join(words), " ".join([*words[:100], *words[130:200], *words[100:130], *words[200:]]))
    assert not _agree(" ".join(words), " ".join([*words[:100], *words[105:200], *words[100:105], *words[200:]]))
