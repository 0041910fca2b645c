import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import find_passages
from dedupe.errors import InputError
from tests.conftest import make_text


def test_a_block_is_found_inside_one_line(words: random.Random) -> None:
    block = make_text(words, 40)
    text = f"{make_text(words, 30)} {block} {make_text(words, 30)} {block} {make_text(words, 20)}"
    (passage,) = find_passages(text)
    assert text[passage.a_start : passage.a_end] == text[passage.b_start : passage.b_end] == block
    assert passage.b_end <= passage.a_start
    assert passage.similarity == 1.0


def test_a_block_is_found_across_documents_with_edits(words: random.Random) -> None:
    block = make_text(words, 60).split()
    edited = list(block)
    for place in (12, 31, 48):
        edited[place] = "other"
    del edited[22]
    texts = {"a": f"{make_text(words, 20)} {' '.join(block)}", "b": f"{' '.join(edited)} {make_text(words, 20)}"}
    (passage,) = find_passages(texts, within=False)
    assert (passage.a, passage.b) == ("b", "a")
    assert texts["b"][passage.a_start : passage.a_end] == " ".join(edited)
    assert texts["a"][passage.b_start : passage.b_end] == " ".join(block)
    assert passage.similarity == pytest.approx(2 * 56 / (60 + 59))


def test_changed_first_words_and_the_full_stop_belong_to_the_passage(words: random.Random) -> None:
    block = make_text(words, 30)
    text = f"{make_text(words, 12)}. As said {block}. {make_text(words, 12)}. However {block}."
    (passage,) = find_passages(text)
    assert text[passage.a_start : passage.a_end] == f"However {block}."
    assert text[passage.b_start : passage.b_end] == f"As said {block}."


def test_frequent_passages_are_groups_linear_in_their_copies(words: random.Random) -> None:
    block = make_text(words, 30)
    texts = [f"{make_text(words, 10)} {block} {make_text(words, 10)}" for _ in range(50)]
    passages = find_passages(texts)
    assert len(passages) == 49
    (group,) = passages.groups
    assert group.count == 50
    for copy in group.copies:
        # A word before or behind may happen to be the same in two texts.
        found = texts[copy.id][copy.start : copy.end]
        assert block in found and len(found) < len(block) + 20


def test_scripts_without_spaces_need_no_flag() -> None:
    block = "国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。信号所に汽車が止まった。"
    text = f"昔々ある所に。{block}それから長い年月が過ぎて。{block}おしまい。"
    (passage,) = find_passages(text)
    assert text[passage.a_start : passage.a_end] == block == text[passage.b_start : passage.b_end]


def test_within_and_across_can_be_chosen(words: random.Random) -> None:
    block = make_text(words, 30)
    texts = [f"{block} {make_text(words, 20)} {block}", f"{make_text(words, 9)} {block}"]
    assert {(p.a, p.b) for p in find_passages(texts, across=False)} == {(0, 0)}
    assert {(p.a, p.b) for p in find_passages(texts, within=False)} == {(1, 0)}
    assert {(p.a, p.b) for p in find_passages(texts)} == {(0, 0), (1, 0)}


def test_different_texts_share_nothing(words: random.Random) -> None:
    assert len(find_passages([make_text(words, 300) for _ in range(20)])) == 0
    assert len(find_passages([])) == 0
    assert find_passages("").to_arrow().num_rows == 0


def test_wrong_options_are_refused() -> None:
    for length in (0, 1, 15):
        with pytest.raises(InputError, match=f"min_length={length} is not between 16"):
            find_passages("a", min_length=length)
    with pytest.raises(InputError, match="similarity"):
        find_passages("a", similarity=0)


@given(st.lists(st.text("ab .", max_size=80), max_size=4))
def test_passages_are_places_of_the_texts(texts: list[str]) -> None:
    for p in find_passages(texts, min_length=16, similarity=0.5):
        assert 0 <= p.a_start < p.a_end <= len(texts[p.a])
        assert 0 <= p.b_start < p.b_end <= len(texts[p.b])
        assert 0.5 <= p.similarity <= 1
        assert (p.a, p.a_start) > (p.b, p.b_start)
        if p.a == p.b:
            assert p.b_end <= p.a_start


def test_a_passage_that_a_document_repeats_makes_it_no_formulary(words: random.Random) -> None:
    block = make_text(words, 60)
    edited = [word for i, word in enumerate(block.split()) if i % 13 != 7]
    texts = [
        f"{make_text(words, 20)} {block} {make_text(words, 30)} {block} {make_text(words, 20)}",
        f"{make_text(words, 20)} {' '.join(edited)} {make_text(words, 20)}",
    ]
    (group,) = find_passages(texts).groups
    assert [copy.id for copy in group.copies] == [0, 0, 1]


def test_letters_lost_here_and_there_hide_no_passage_among_repeated_phrases(words: random.Random) -> None:
    phrases = [make_text(words, 9) for _ in range(3)]

    def filler() -> str:
        return " ".join(f"{make_text(words, 12)} {words.choice(phrases)} {make_text(words, 12)}" for _ in range(9))

    block = make_text(words, 90)
    letters = [i for i, letter in enumerate(block) if letter != " "]
    lost = set(letters[7::40])
    noisy = "".join(letter for i, letter in enumerate(block) if i not in lost)
    text = f"{filler()} {block} {filler()} {noisy} {filler()}"
    found = [p for p in find_passages(text, preset="template") if p.a_end - p.a_start > 0.8 * len(noisy)]
    assert [text.index(block) - p.b_start < 40 for p in found] == [True]


KOREAN = (Path(__file__).parents[1] / "data" / "korean.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("number", range(len(KOREAN)))
def test_korean_passages_are_found_through_edits(number: int) -> None:
    """A paragraph stands in another document of its language too, a tenth of its words changed."""
    block, rest = KOREAN[number], KOREAN[:number] + KOREAN[number + 1 :]
    others = iter(" ".join(rest).split())
    words = block.split()
    edited = " ".join([*(next(others) if i % 10 == 5 else word for i, word in enumerate(words[:-1])), words[-1]])
    texts = [" ".join((rest[0], block, rest[1])), " ".join((rest[2], edited, rest[3]))]
    (passage,) = find_passages(texts)
    for text, start, end, wanted in (
        (texts[0], passage.b_start, passage.b_end, block),
        (texts[1], passage.a_start, passage.a_end, edited),
    ):
        first = text.index(wanted)
        shared = min(end, first + len(wanted)) - max(start, first)
        assert shared >= 0.95 * max(end - start, len(wanted))
    assert passage.similarity > 0.85
