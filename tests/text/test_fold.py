import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.text.fold import fold_tokens, folded_text


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
