"""What is counted in texts, against counts by hand and reference against native."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels
from dedupe.kernels.reference.quality import counts, lines, repetition
from dedupe.kernels.reference.quality.characters import count_mojibake
from dedupe.kernels.reference.quality.words import split_words
from dedupe.quality.stopwords import load_stop_words
from dedupe.text.encode import encode_batch

_PIECES = [
    *"aBéÉ .!?…»”'’-•#{}東。ไ1٣½\n\r\t\x00\x85\u0301\u00ad\u200d\ufeff\u2028\ud800",
    *("NATO ", "I ", "A1b", "กข", "東京", "ღ", "\ua9e1", "0", "12 ", "3" * 9),
    *("https://", "WWW.", "ftp://a", "www.é", "a@b.", "@c-d.org", "+49 30", "(212) 555-0123", "01 23 45 67 89"),
    *(" ./()-@+_<>[" + '"'),
    *("Ã", "©", "â", "€", "œ", "Ð", "¿", "ï¿½", "...", "\n\n", "\r\n", "[1]", "[edit]", "[citation needed]"),
    *(
        "lorem ipsum",
        "JavaScript",
        "use cookies",
        "terms of use",
        "The",
        "the",
        "Mr",
        "x" * 1001,
        "foo bar. ",
        "(3. ",
    ),
]
texts = st.one_of(st.text(), st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))


def count(text: str, language: str = "und") -> dict[str, int]:
    stop = load_stop_words()
    row = kernels.quality_counts(encode_batch([text]), stop.words, stop.masks, stop.bits([language]))[0]
    return dict(zip(counts.COLUMNS, row.tolist(), strict=True))


@pytest.mark.skipif(not kernels.native, reason="needs the native core")
@given(st.lists(texts, max_size=4), st.integers(0, 3))
def test_reference_and_native_agree(batch: list[str], language: int) -> None:
    words = encode_batch(["the", "foo", "b", "東"])
    masks = np.array([1, 3, 2, 1], np.uint64)
    arguments = (encode_batch(batch), words, masks, np.full(len(batch), language, np.uint64))
    assert np.array_equal(kernels.quality_counts(*arguments), counts.quality_counts(*arguments))


@pytest.mark.skipif(not kernels.native, reason="needs the native core")
def test_arrays_of_other_lengths_are_refused() -> None:
    none = np.zeros(0, np.int64)
    with pytest.raises(ValueError, match="language"):
        kernels.quality_counts(
            encode_batch(["a"]), encode_batch([]), np.zeros(0, np.uint64), none.astype(np.uint64)
        )
    with pytest.raises(ValueError, match="stop word"):
        kernels.quality_counts(
            encode_batch(["a"]), encode_batch(["a"]), np.zeros(0, np.uint64), np.zeros(1, np.uint64)
        )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don't l’été 3,5", ["don't", "l’été", "3", ",", "5"]),
        ("東京 foo--bar...", ["東", "京", "foo", "--", "bar", "..."]),
        ("the dogs' #1", ["the", "dogs", "'", "#", "1"]),
        ("e\u0301te\u0301 co\u00adop", ["e\u0301te\u0301", "co\u00adop"]),
        (" \n ", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ã©tÃ©", 2),
        ("donâ€™t", 1),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", 6),
        ("ï¿½", 1),
        ("été, CAFÉ» à… ESPAÑA", 0),
        ("« É… »", 0),
    ],
)
def test_mojibake(text: str, number: int) -> None:
    assert count_mojibake(text) == number


@given(
    st.text(st.characters(min_codepoint=0xA1, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cn"]), min_size=2)
)
def test_text_read_with_the_wrong_table_is_seen(text: str) -> None:
    broken = text.encode().decode("latin-1")
    assert count_mojibake(broken) >= 1


def test_repetition() -> None:
    words = "a b c d e a b c d e a b c d e".split()
    assert repetition.repeated_ngrams(words, 5) == 10
    assert repetition.top_ngram(words, 2) == 9
    assert repetition.top_ngram(words[:5], 2) == 0
    assert repetition.count_repeated(["x", "yy", "x", "x"]) == (2, 2)


def test_lines_and_paragraphs() -> None:
    seen = count("• one\n\n\n• two…\n “Three.”  \n\n• one\n")
    assert (seen["lines"], seen["bullet_lines"], seen["ellipsis_lines"], seen["terminal_lines"]) == (4, 3, 1, 1)
    assert (seen["paragraphs"], seen["repeated_paragraphs"], seen["repeated_lines"]) == (3, 1, 1)
    assert (seen["repeated_paragraph_characters"], seen["breaks"]) == (5, 7)


def test_c4_keeps_lines_that_end_and_hold_words() -> None:
    assert lines.count_c4(["One two three.", "One two.", "No end to this line", "See [1] the note.[edit]"]) == (
        2,
        2,
        0,
        0,
    )
    assert lines.count_c4(["今日は晴れ。元気？"]) == (1, 2, 0, 0)
    assert lines.count_c4(["Enable JavaScript to read on.", "We use cookies on this site."]) == (0, 0, 0, 0)
    assert lines.count_c4(["Lorem Ipsum dolor sit.", "One two three."]) == (0, 0, 1, 0)
    assert lines.count_c4(["One two three.", "if (a) { b(); } is code."]) == (1, 1, 0, 1)


def test_stop_words_are_those_of_the_language() -> None:
    assert count("Der Hund und die Katze, und der Fluss", "de")["stop_words"] == 3
    assert count("Der Hund und die Katze", "en")["stop_words"] == 0
    assert count("我的书是新的", "zh")["stop_words"] == 3
