"""Notations that say something else, and those that do not, on both kernels."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dedupe.kernels.reference.fact_notation import figures, han_value
from tests.duplicates.test_fact_parts import _agree, _around

ENGLISH = "the report of the board says that {} as it was in the old mill and that is all"
GERMAN = (
    "der Bericht der Firma sagt dazu, dass {} wie es in der alten Mühle war und das ist alles für heute über uns"
)
CHINESE = "村民们一直在谈论桥边的老学校，镇政府的报告说{}，大家都听得很清楚，然后才慢慢地走回家去吃晚饭。"


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from([ENGLISH, GERMAN]))
def test_one_group_behind_a_point_or_a_comma_is_equal_to_the_same_notation_alone(
    head: int, tail: int, text: str
) -> None:
    number = f"{head}.{tail:03}"
    closed = number.replace(".", "")
    assert _agree(text.format(number), text.format(number))
    assert not _agree(text.format(number), text.format(closed))
    assert not _agree(text.format(number), text.format(number.replace(".", ",")))
    assert _agree(text.format(number.replace(".", ",")), text.format(closed)) == (text == ENGLISH)
    # Unambiguous are two groups, and a group before a decimal sign.
    for more, clear in (
        (f"{number}.000", f"{closed}000"),
        (f"{number},5", f"{closed}.5"),
        (f"{closed},5", f"{closed}.5"),
    ):
        assert _agree(text.format(more), text.format(clear))
        assert _agree(text.format(more.translate({44: 46, 46: 44})), text.format(clear))


@given(st.lists(st.integers(0, 99).map(str), min_size=3, max_size=5))
def test_a_list_of_numbers_is_no_version(numbers: list[str]) -> None:
    assert not _agree(ENGLISH.format(",".join(numbers)), ENGLISH.format(".".join(numbers)))
    assert not _agree(ENGLISH.format(",".join(numbers)), ENGLISH.format("".join(numbers)))


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from("百千万億"))
def test_a_last_digit_behind_a_hundred_is_not_taken_for_ones(first: int, last: int, unit: str) -> None:
    digits = "零一二三四五六七八九"
    short = digits[first] + unit + digits[last]
    full = digits[first] + unit + "零" + digits[last]
    assert (
        han_value(short)
        != han_value(full)
        == str(first * {"百": 100, "千": 1000, "万": 10**4, "億": 10**8}[unit] + last)
    )
    assert not _agree(CHINESE.format(f"共有{short}人"), CHINESE.format(f"共有{full}人"))
    assert _agree(CHINESE.format(f"共有{full}人"), CHINESE.format(f"共有{han_value(full)}人"))


@pytest.mark.parametrize("prefix", ["un", "in", "im", "non", "dis", "a", "an", "re"])
@pytest.mark.parametrize("word", ["valid", "theist", "visible", "ionized", "sign", "cover"])
@pytest.mark.parametrize("gap", [" ", "-", "\n"])
def test_a_prefix_is_not_closed_up(prefix: str, word: str, gap: str) -> None:
    assert not _agree(ENGLISH.format(f"he is {prefix}{gap}{word}"), ENGLISH.format(f"he is {prefix}{word}"))
    assert _agree(ENGLISH.format(f"he is {prefix} {word}"), ENGLISH.format(f"he is {prefix}-{word}"))
    assert _agree(ENGLISH.format(f"he is over{gap}{word}"), ENGLISH.format(f"he is over{word}"))


@given(
    st.lists(st.tuples(st.integers(0, 9999).map(str), st.sampled_from("_.,':/")), min_size=1, max_size=6),
    st.booleans(),
)
def test_no_digit_of_a_number_is_lost(parts: list[tuple[str, str]], comma_groups: bool) -> None:
    row = [item for part in parts for item in part][:-1]
    assume(row)
    made = figures(row, comma_groups=comma_groups)
    assert "".join(filter(str.isdigit, "".join(made))) == "".join(part[0] for part in parts)


@pytest.mark.parametrize(
    ("apart", "closed"), [("in valid", "invalid"), ("un-ionized", "unionized"), ("re-sign", "resign")]
)
def test_a_prefix_is_not_closed_up_in_long_texts(apart: str, closed: str) -> None:
    around = _around("en", "|").split(" | ")
    text = " ".join([around[0], "{}", around[1], *around])
    more = " ".join([around[0], "{}", around[1], *["often"] * 9, *around])
    assert not _agree(text.format(apart), text.format(closed))
    assert not _agree(text.format(apart), more.format(closed))
    assert _agree(text.format("list box"), more.format("listbox"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("michele", "michelle"), ("gabriele", "gabrielle"), ("daniele", "danielle"), ("scarlett", "scarlet")],
)
@pytest.mark.parametrize("copies", [1, 30])
def test_letters_are_not_doubled_in_another_spelling_of_a_name(one: str, other: str, copies: int) -> None:
    text = " ".join([ENGLISH] * copies)
    here = text.replace("{}", "{{}}").replace("{{}}", "we met {} there", 1).replace("{{}}", "it fell")
    assert not _agree(here.format(one.title()), here.format(other.title()))
    assert not _agree(
        here.format(f"{one.title()} and {other.title()}"), here.format(f"{one.title()} and {one.title()}")
    )
    assert _agree(here.format("GNU License"), here.format("GNU Licence"))
    # Without a capital letter it is a word, and in titles and texts of capitals nothing tells.
    assert _agree(here.format(one), here.format(other))
    assert _agree(here.format(one.title()), here.format(one.title()).upper())
    assert _agree(here.format(other.title()), here.format(other.title()).title())


@given(st.lists(st.sampled_from(["și", "Țară", "toți", "dimineața", "județul", "orașul"]), min_size=1, max_size=4))
def test_letters_with_a_comma_below_are_those_with_a_cedilla(words: list[str]) -> None:
    text = f"primăria din centru a anunțat că {' '.join(words)} va fi deschis pentru toată lumea și mâine"
    old = text.translate(str.maketrans("șțȘȚ", "şţŞŢ"))
    for form in ("NFC", "NFD"):
        assert _agree(text, unicodedata.normalize(form, old))  # type: ignore[arg-type]
        assert not _agree(text, unicodedata.normalize(form, old.replace("mâine", "maine")))  # type: ignore[arg-type]
