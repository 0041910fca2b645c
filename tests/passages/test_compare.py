import random
import re

import pytest

from dedupe import find_passages
from dedupe.errors import InputError
from dedupe.passages.compare import compare_texts
from dedupe.text.display import columns
from tests.conftest import make_text

A = "The old mill by the river burnt down in the spring of 1841, and nobody knows why it did."
B = "The OLD mill by the river burned down in the spring of 1914, and nobody knows why it did!"


def test_differing_words_are_marked() -> None:
    comparison = compare_texts(A, B)
    assert "".join(part.text for part in comparison.a) == A
    assert "".join(part.text for part in comparison.b) == B
    assert [part.text for part in comparison.a if part.differs] == ["burnt", "1841"]
    assert [part.text for part in comparison.b if part.differs] == ["burned", "1914"]


def test_two_columns_fit_the_terminal() -> None:
    text = compare_texts(A, "国境の長いトンネルを抜けると雪国であった。" * 3).text(60)
    assert all(columns(line) <= 60 for line in text.splitlines())
    left = " ".join(line.split("│")[0].strip() for line in text.splitlines()).strip()
    assert left == f"[{A[:-1]}]."


def test_nothing_hostile_reaches_a_terminal_or_a_page() -> None:
    comparison = compare_texts("a \x1b[31m<b>bold</b> \u202e& more", "a <i> & less")
    assert "\x1b" not in comparison.text(80) and "\u202e" not in comparison.text(80)
    html = comparison.html()
    assert set(re.findall("</?([a-z]+)", html)) == {"table", "tr", "td", "mark"}
    assert "\x1b" not in html and "\u202e" not in html and "&lt;" in html and "&amp;" in html


def test_a_found_passage_is_shown_and_counted(words: random.Random) -> None:
    block = make_text(words, 40)
    texts = {"a": f"{block}. {make_text(words, 60)}.", "b": f"{make_text(words, 60)}. {block}.", "c": "short"}
    found = find_passages(texts)
    (passage,) = found
    assert not any(part.differs for part in found.compare(passage).a)
    coverage = found.coverage("a")
    assert coverage.total == coverage.across == pytest.approx(len(f"{block}.") / len(texts["a"]), abs=0.05)
    assert coverage.within == 0
    assert found.coverage("c") == (0, 0, 0)
    with pytest.raises(InputError, match="no document 'd'"):
        found.coverage("d")


def test_coverage_tells_inside_from_across(words: random.Random) -> None:
    block, other = make_text(words, 60), make_text(words, 60)
    found = find_passages([f"{block}. {make_text(words, 30)}. {block}. {other}.", f"{other}."])
    first = found.coverage(0)
    assert first.within == pytest.approx(2 * first.across, rel=0.2)
    assert first.total == pytest.approx(first.within + first.across)
    assert found.coverage(1).across > 0.95 and found.coverage(1).within == 0
