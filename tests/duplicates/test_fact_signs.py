"""Signs that change a value are facts, wherever they occur, on both kernels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean
from dedupe.kernels.reference import fact_text as reference
from dedupe.text.encode import encode_batch
from tests.duplicates.test_fact_parts import _agree
from tests.kernels.test_twins import assert_equal, native

TEMPLATES = [
    "the report of the board says that it was {} as everybody in the old mill could see and that is all",
    "der Bericht der Firma sagt dazu, dass es {} war, wie es in der alten Stadt alle sehen konnten, und nicht mehr",
    "в отчёте было сказано, что это {} как всем в зале было понятно с самого начала и до конца этого текста",
]
APART = [
    ("{n}e{m}", "{n}e-{m}"),
    ("{n}.5E{m}", "{n}.5E-{m}"),
    ("Cl- in water", "Cl in water"),
    ("NO3- in water", "NO3 in water"),
    ("HCO3- in water", "HCO3+ in water"),
    ("rated BBB- again", "rated BBB again"),
    ("rated A- again", "rated A+ again"),
    ("blood of type A-, as ever", "blood of type A, as ever"),
    ("the (-)-isomer of it", "the (+)-isomer of it"),
    ("the (−)-isomer of it", "the isomer of it"),
    ("€-{n} for it", "€{n} for it"),
    ("$-{n} for it", "${n} for it"),
    ("{n} m/s at most", "{n} ms at most"),
    ("{n}m/s at most", "{n}ms at most"),
    ("{n} м/с на море", "{n} мс на море"),
    ("{n} mg/l of it", "{n} mgl of it"),
    ("{n} mW of power", "{n} MW of power"),
    ("{n}mV of it", "{n}MV of it"),
    ("{n} Mb a second", "{n} MB a second"),
    ("{n} kb of it", "{n} kB of it"),
    ("{n}′ of the arc", "{n}″ of the arc"),
    ("{n}° {m}′ of it", "{n}° {m}″ of it"),
]
HARMLESS = [
    ("Cl- in water", "Cl⁻ in water"),
    ("{n} MW of power", "{n} mw of power"),
    ("{n} MB of it", "{n} mb of it"),
    ("Pre- and post-war mills", "Pre and post war mills"),
    ("{n} and/or {m} of it", "{n} and, or {m} of it"),
    ("a well- known mill", "a well known mill"),
    ("the mill - an old one", "the mill – an old one"),
    ("the mill/barn there", "the mill barn there"),
    ("the A-level of it", "the A level of it"),
    ("the X-\nray of it", "the X ray of it"),
    ("pages {n}-{m} of it", "pages {n}–{m} of it"),
    ("it costs 5 (five) coins", "it costs 5, five, coins"),
]


@pytest.mark.parametrize(("one", "other"), APART)
@given(st.sampled_from(TEMPLATES), st.integers(1, 999), st.integers(1, 99))
def test_a_sign_that_changes_a_value_is_a_fact(one: str, other: str, template: str, n: int, m: int) -> None:
    a, b = (template.format(text.format(n=n, m=m)) for text in (one, other))
    assert not _agree(a, b)
    assert clean({"a": a, "b": b}).texts == {"a": a, "b": b}


@pytest.mark.parametrize(("one", "other"), HARMLESS)
@given(st.sampled_from(TEMPLATES), st.integers(1, 999), st.integers(1, 99))
def test_a_sign_between_words_and_a_dash_are_none(one: str, other: str, template: str, n: int, m: int) -> None:
    a, b = (template.format(text.format(n=n, m=m)) for text in (one, other))
    assert _agree(a, b)


PIECES = [
    *"AaeEbMmWkV15 -−+/()$€.\n>&′″",
    "Cl",
    "mW",
    "Mb",
    "kb",
    "1e",
    "²",
    "é",
    "я",
    "&#65;",
    "&#32;",
    "年",
    "٣",
    "ﬁ",
]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), max_size=4))
def test_both_kernels_read_the_same_signs(texts: list[str]) -> None:
    batch = encode_batch(texts)
    for name in ("fact_texts", "sign_texts"):
        one, other = getattr(native(), name)(batch), getattr(reference, name)(batch)
        assert_equal(one, other)
    hashes: np.ndarray = native().sign_hashes(batch)
    assert hashes.tolist() == reference.sign_hashes(batch).tolist()
