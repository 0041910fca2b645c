import unicodedata
from html.entities import name2codepoint
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.text.fold import ESCAPES, fold_tokens, folded_text
from dedupe.text.tables import FOLD_V1, FOLD_V2, load_tables


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L’ÉTÉ", "l'ete"),
        ("２０２５", "2025"),
        ("e\u0301te\u0301", "été"),
        ("exam-\nple", "example"),
        ("exam-\r\n   ple", "example"),
        ("co\u00adoperate", "cooperate"),
        ("zero\u200bwidth", "zerowidth"),
        ("caf&eacute; &amp; th&#233;", "café thé"),
        ("＆ａｍｐ；", "&amp;"),
        ("“smart”", '"smart"'),
        ("STRASSE", "straße"),
        ("ﬁne œuvre", "fine oeuvre"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        ("ДОМ", "дом"),
        ("كِتَاب", "كتاب"),
        ("كتاب", "کتاب"),
        ("في", "فی"),
        ("إلى", "الی"),
        ("علي", "على"),
        ("ﻓﻲ ﻫﺬﻯ", "فی هذی"),
        ("٢٠٢٥ ۲۰۲۵ २०२५ ২০২৫ ๒๐๒๕", "2025 2025 2025 2025 2025"),
        ("caf&amp;eacute; &amp;amp; th&amp;#233;&amp;nbsp;!", "café & thé !"),
        ("caf&amp;amp;#xE9; AT&amp;amp;amp;T", "café AT&T"),
        ("＆ａｍｐ；eacute;", "é"),
    ],
)
def test_what_a_reader_does_not_see_is_folded_away(one: str, other: str) -> None:
    assert folded_text(one) == folded_text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("कु", "के"),
        ("มา", "ม้า"),
        ("か", "が"),
        ("мой", "мои"),
        ("12", "13"),
        ("well-known", "wellknown"),
        ("a b", "ab"),
        ("ಕಿ", "ಕೀ"),
        ("کے", "کی"),
        ("ڪ", "ک"),
        ("۲", "۳"),
        ("三", "3"),
        ("&amp;bogus;", "&amp;"),
    ],
)
def test_what_changes_the_meaning_is_kept(one: str, other: str) -> None:
    assert folded_text(one) != folded_text(other)


def test_scripts_without_spaces_give_a_token_a_grapheme() -> None:
    assert [t.text for t in fold_tokens("東京2025年 กำลัง")][:4] == ["東", "京", "2025", "年"]
    assert len(fold_tokens("ភាសាខ្មែរ")) > 3
    assert [t.text for t in fold_tokens("서울 도시")] == ["서울", "도시"]


def test_places_are_code_points_of_the_untouched_text() -> None:
    text = "  Ä&nbsp;b-\nc 𝐃é"
    assert [text[t.start : t.end] for t in fold_tokens(text)] == ["Ä", "b-\nc", "𝐃é"]


@given(st.text())
def test_tokens_lie_in_order_inside_the_text(text: str) -> None:
    tokens = fold_tokens(text)
    places = [position for token in tokens for position in (token.start, token.end)]
    assert all(0 <= place <= len(text) for place in places)
    assert all(a.start <= b.start for a, b in pairwise(tokens))
    assert all(token.start < token.end and token.text for token in tokens)


# Characters that this Python's Unicode tables know: theirs are only an oracle.
assigned = st.characters(exclude_categories=("Cn", "Cs", "Co"), max_codepoint=0x2FFFF)


@given(st.text(assigned))
def test_composed_and_decomposed_spelling_are_one(text: str) -> None:
    # An ampersand may come out of a decomposition and then open an entity.
    text = text.replace("&", " ").replace("＆", " ").replace("﹠", " ")
    assert folded_text(unicodedata.normalize("NFC", text)) == folded_text(unicodedata.normalize("NFD", text))


@given(st.text(st.characters(max_codepoint=0x24F, exclude_categories=("Cs",))))
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    folded = folded_text(text)
    assert folded_text(folded) == folded


@given(st.text("abc ABC-.,&;\n\r\t0189", max_size=60))
def test_the_short_way_for_ascii_equals_the_long_one(text: str) -> None:
    # A character behind it that joins no wrapped word sends the same text the long way.
    longer = fold_tokens(text + " 東")
    assert longer[:-1] == fold_tokens(text)


# How a program writes a letter that is not plain ASCII.
_NAMES = {point: name for name, point in name2codepoint.items()}
letters = st.one_of(st.sampled_from("abcéàœñ日本한جيی٣"), st.characters(categories=("Lu", "Ll", "Nd")))
forms = st.sampled_from(["plain", "decimal", "hexadecimal", "name"])
written = st.tuples(letters, forms, st.integers(0, ESCAPES - 1))


def write(letter: str, form: str, escapes: int) -> str:
    """A letter as an entity that was escaped some more times."""
    if form == "plain":
        return letter
    names = {"decimal": f"#{ord(letter)}", "hexadecimal": f"#x{ord(letter):X}"}
    name = names.get(form) or _NAMES.get(ord(letter)) or names["decimal"]
    return f"&{'amp;' * escapes}{name};"


@given(st.lists(written))
def test_letters_written_as_entities_are_those_letters_in_their_places(parts: list[tuple[str, str, int]]) -> None:
    pieces = [write(*part) for part in parts]
    starts = [0, *accumulate(map(len, pieces))]
    plain = fold_tokens("".join(letter for letter, _, _ in parts))
    found = fold_tokens("".join(pieces))
    assert [token.text for token in found] == [token.text for token in plain]
    # A token covers all of its entities, and nothing of others.
    assert [(token.start, token.end) for token in found] == [(starts[t.start], starts[t.end]) for t in plain]


@given(st.text("ab;&#x3٣é 9ampeacutenbsp\n-"), st.integers(1, ESCAPES - 1))
def test_escaping_a_text_changes_nothing(text: str, times: int) -> None:
    bare = text.replace("&amp;", "& ")
    assert folded_text(bare.replace("&", "&" + "amp;" * times)) == folded_text(bare)


def test_how_often_an_entity_may_be_escaped_is_bounded() -> None:
    assert folded_text(f"&{'amp;' * (ESCAPES - 1)}eacute;") == "e"
    assert folded_text(f"&{'amp;' * ESCAPES}eacute;") == "eacute"
    # Each step takes what it has read: no text takes more than linear time.
    assert folded_text("&" + "amp;" * 100_000).count("amp") == 100_000 - ESCAPES


@given(st.text(st.characters(categories=("Nd",)), min_size=1))
def test_digits_of_every_script_are_the_digits_that_they_stand_for(text: str) -> None:
    assert folded_text(text) == "".join(str(unicodedata.decimal(char)) for char in text)


def test_the_first_version_knows_none_of_this() -> None:
    texts = ["&amp;eacute;", "٣", "علی", "کتاب", "&eacute;"]
    assert [" ".join(token.text for token in fold_tokens(text, FOLD_V1)) for text in texts] == [
        "eacute", "٣", "علی", "کتاب", "e"
    ]  # fmt: skip
    first, second = load_tables(FOLD_V1), load_tables(FOLD_V2)
    assert first.kind == second.kind
    assert first.fold.keys() < second.fold.keys()
    with pytest.raises(ValueError, match="version of the fold 3"):
        load_tables(3)
