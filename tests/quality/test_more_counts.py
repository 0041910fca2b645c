"""Entropy, phrases, contacts, capitals, digits of lines, and how n-grams scale: laws and counts by hand."""

import math
import zlib
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels, score_quality
from dedupe.kernels.counts import COLUMNS, FIXED
from dedupe.kernels.reference.quality.characters import DIGIT, kind_of
from dedupe.kernels.reference.quality.contacts import count_emails, count_phones, count_urls
from dedupe.kernels.reference.quality.entropy import log2, word_bits
from dedupe.kernels.reference.quality.phrases import count_phrases
from dedupe.kernels.reference.quality.words import characters_of_a_word, is_symbol, split_words
from dedupe.quality.stopwords import load_stop_words
from dedupe.text.encode import encode_batch
from tests.conftest import make_text

words = st.lists(st.sampled_from("the The NATO I x1 12 # ... 東 क้ B2B don't É".split()), max_size=40)


def count(text: str) -> dict[str, int]:
    stop = load_stop_words()
    row = kernels.quality_counts(encode_batch([text]), stop.words, stop.masks, stop.bits(["und"]))[0]
    return dict(zip(COLUMNS, row.tolist(), strict=True))


@given(st.integers(1, (1 << 32) - 1))
def test_logarithms_are_rounded_down(n: int) -> None:
    assert 0 <= math.log2(n) * FIXED - log2(n) < 2


@given(st.lists(st.integers(1, 1000), max_size=50))
def test_entropy_is_that_of_floats(frequency: list[int]) -> None:
    total = sum(frequency)
    entropy = -sum(n / total * math.log2(n / total) for n in frequency)
    assert word_bits(frequency) == pytest.approx(entropy * total * FIXED, abs=2 * total + 1)
    assert word_bits(frequency) >= 0


@given(words)
def test_distinct_words_and_capitals_are_those_of_counters(drawn: list[str]) -> None:
    text = " ".join(drawn)
    plain = [word for word in split_words(text) if not is_symbol(word)]
    seen = count(text)
    assert seen["distinct_words"] == len(set(plain))
    assert seen["word_bits"] == word_bits(Counter(plain).values())
    assert seen["capital_words"] == sum(word in ("NATO", "I", "B2B", "É") for word in plain)


@given(st.lists(st.text("a1٣ ", max_size=9), max_size=6))
def test_digits_of_lines_are_those_of_each_line(lines: list[str]) -> None:
    trimmed = [line.strip() for line in lines if line.strip()]
    shares = [sum(kind_of(char) == DIGIT for char in line) * FIXED // len(line) for line in trimmed]
    assert count("\n".join(lines))["line_digits"] == sum(shares)


def brute_phrases(raw: bytes) -> int:
    """Phrases as the definition says, looked for among all that came before."""
    begins: list[int] = []
    phrases = at = 0
    while at < len(raw):
        same = [i for i in begins if raw[i : i + 4] == raw[at : at + 4] and at + 4 <= len(raw)]
        length = 0
        if same:
            while at + length < len(raw) and raw[same[-1] + length] == raw[at + length]:
                length += 1
        begins.append(at)
        at += max(length, 1)
        phrases += 1
    return phrases


@given(st.text("ab", max_size=80))
def test_phrases_are_those_of_the_definition(text: str) -> None:
    assert count_phrases(text.encode()) == count(text)["phrases"] == brute_phrases(text.encode())


def test_the_compression_ratio_orders_texts_as_zlib_does() -> None:
    random = Random(5)
    texts = []
    for share in range(12):
        new = make_text(random, 300 - 24 * share)
        texts.append(" ".join([new] + [make_text(Random(1), 24)] * share))
    raw = [text.encode() for text in texts]
    ours = score_quality(texts, language=None, passages=False, boilerplate=False).signals["compression_ratio"]
    theirs = [len(one) / len(zlib.compress(one)) for one in raw]
    assert sorted(range(12), key=lambda i: ours[i]) == sorted(range(12), key=lambda i: theirs[i])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("http://a.org https://b.org/x?y=http://c.org FTP://d.org", 3),
        ("(www.a.org), WWW.b.org; <a href='https://c.org'>https://c.org</a>", 4),
        ("https://пример.рф/путь http://[::1]/", 2),
        ("http:// www. xhttp://a.org awww.b.org https:/c.org", 0),
        ("詳しくはhttps://a.jp、またはhttps://b.jp/。", 2),
    ],
)
def test_urls(text: str, number: int) -> None:
    assert count_urls(text) == count(text)["urls"] == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a@b.org, c.d+e@f-g.co.uk <mailto:x_1@y.z.info>", 3),
        ("a@b @c.org a@b..org a@.org a @b.org a@b.1 https://x.com/@name.surname", 0),
        ("Write to müller@firma.de.", 1),
    ],
)
def test_email_addresses(text: str, number: int) -> None:
    assert count_emails(text) == count(text)["email_addresses"] == number


@pytest.mark.parametrize(
    "text",
    [
        *("+43 664 1234567", "+44 (0)20 7946 0958", "+1-800-555-0199", "0049 30 123456", "+(49) 30 123456"),
        *("01 23 45 67 89", "030/1234-5678", "020 7946 0958", "03-1234-5678", "(030) 1234567", "0664/123 45 67"),
        *("(212) 555-0123", "212-555-0123", "212.555.0123", "1 800 555 0199"),
    ],
)
def test_telephone_numbers(text: str) -> None:
    for around in ("{}", "Tel.: {}, fax", "({})", "電話{}。", "٣{}"):
        whole = around.format(text)
        assert count_phones(whole) == count(whole)["phone_numbers"] == 1, whole


@pytest.mark.parametrize(
    "text",
    [
        *("2024-01-15", "01.02.2024", "01.02.2024 10:00", "2024-01-15 10:30:00", "1990-2005", "05-06-2024 10:30"),
        *("0.0001 0.0002 0.0003", "0 0 0 0 0 0 0 0 0 0", "1,234,567.89", "3.14159265", "12 345 678", "000 000 000"),
        *(
            "978-3-16-148410-0",
            "0301234567",
            "+12",
            "0123-456-789abc",
            "x0123 456 789",
            "1 2 3 4 5 6 7 8 9 10 11 12",
        ),
        "1 " * 40,
    ],
)
def test_other_numbers(text: str) -> None:
    assert count_phones(text) == count(text)["phone_numbers"] == 0


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("The river rose overnight.", 1),
        ("川が増水した。", 2),
        ("我喜欢 machine learning", 2),
        ("I like 东京 in spring", 1),
        ("แม่น้ำสูงขึ้น", 4),
        ("ແມ່ນ້ຳ ភ្នំពេញ မြန်မာ ꩫꩫ", 4),
        ("", 1),
    ],
)
def test_characters_make_words_by_script(text: str, size: int) -> None:
    assert characters_of_a_word(split_words(text)) == size


@given(st.sampled_from(["กขคง", "日本語文", "abcd"]), st.lists(st.integers(0, 3), max_size=60), st.integers(2, 10))
def test_ngrams_have_as_many_words_in_every_script(alphabet: str, drawn: list[int], n: int) -> None:
    size = {"ก": 4, "日": 2, "a": 1}[alphabet[0]]
    words = [alphabet[i] for i in drawn]
    length, spaces = n * size, n - 1 if size == 1 else 0
    grams = ["".join(words[i : i + length]) for i in range(len(words) - length + 1)]
    seen = count(" ".join(words))
    if n <= 4:
        most = max(Counter(grams).values(), default=0)
        assert seen[f"top_{n}_gram"] == ((length + spaces) * most if most > 1 else 0)
    else:
        known: set[str] = set()
        repeated = i = 0
        while i < len(grams):
            again = grams[i] in known
            known.add(grams[i])
            repeated += length * again
            i += length if again else 1
        assert seen[f"repeated_{n}_grams"] == repeated


def test_ordinary_text_without_spaces_repeats_no_words() -> None:
    thai = (
        "สภาเมืองประชุมกันเมื่อวันจันทร์เพื่อพูดคุยเรื่องโรงสีเก่าริม"
        "แม่น้ำซึ่งว่างเปล่ามาสี่สิบปีแล้ว ไม่มีใครบอกได้ว่าเป็นของใค"
        "ร สมาชิกคนหนึ่งเสนอให้เมืองซื้อและทำเป็นโรงเรียน อีกคนถามว่า"
        "จะเอาเงินมาจากไหน ในที่สุดพวกเขาตกลงที่จะเขียนจดหมายถึงทายาท"
        "และรอคำตอบ"
    )
    quality = score_quality(thai, language=None)
    assert quality.signals["repeated_5_grams"][0] == 0
    assert not any("gram" in rule for rule in quality.failed("gopher")[0])


def test_signals_are_shares_of_counts() -> None:
    text = "NATO met in Paris 2024.\nCall +43 664 1234567 or write to a@b.org, see www.b.org.\n1234567890"
    signals = {name: values[0] for name, values in score_quality(text, language=None).signals.items()}
    plain = [word for word in split_words(text) if not is_symbol(word)]
    entropy = -sum(n / len(plain) * math.log(n / len(plain)) for n in Counter(plain).values())
    assert signals["distinct_words"] == len(set(plain)) / len(plain)
    assert signals["entropy"] == pytest.approx(entropy, abs=1e-4)
    assert signals["capital_words"] == 1 / len(plain)
    assert [signals[name] for name in ("urls", "email_addresses", "phone_numbers")] == [1, 1, 1]
    assert signals["line_digits"] == pytest.approx((4 / 23 + 12 / 56 + 1) / 3, abs=1e-4)
    assert signals["compression_ratio"] == len(text) / count_phrases(text.encode())
