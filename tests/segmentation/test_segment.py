import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import segment
from dedupe.errors import InputError
from dedupe.text import space

_PIECES = [*"aB. !?…。！？؟।\"'»«)\n\r\t \xa0\u3000\ufeff1éд中", "\r\n", "M. ", "3.14", "\u2028"]
texts = st.one_of(st.text(), st.lists(st.sampled_from(_PIECES)).map("".join))


@given(texts, st.sampled_from(["document", "paragraph", "sentence"]), st.sampled_from(["auto", "lines", "blank"]))
def test_spans_and_white_space_tile_the_text(text: str, unit: str, mode: str) -> None:
    position = 0
    for start, end in segment(text, unit, paragraphs=mode):
        between = text[position:start]
        assert not between.removeprefix("\ufeff" if position == 0 else "").strip()
        assert start < end
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].removeprefix("\ufeff" if position == 0 else "").strip()


def test_white_space_is_what_python_says() -> None:
    assert [c for c in map(chr, range(0x110000)) if c.isspace() != space.is_space(c)] == []


@pytest.mark.parametrize(
    "sentences",
    [
        ["It costs 3.50 euros.", "Really?", "Yes!"],
        ["Dr. Smith met J. R. Brown at 5 p.m. yesterday.", "They talked."],
        ["« Venez ! » dit-il.", "Elle partit."],
        ["Il demande : « Pourquoi ? »", "Personne ne sait."],
        ["M. Dupont habite av. Foch.", "Il y est né."],
        ["He said “Stop.”", "She did."],
        ["Wait… what?", "Nothing."],
        ["Das ist z.B. Herr Dr. Meier.", "Er kommt bzw. geht."],
        ["هل أنت بخير؟", "نعم."],
        ["यह पहला है।", "यह दूसरा है।"],
        ["1. Introduction", "2. Methods"],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences: list[str]) -> None:
    separator = "\n" if sentences[0].startswith("1.") else " "
    text = separator.join(sentences)
    assert [text[s:e] for s, e in segment(text, "sentence")] == sentences


def test_scripts_without_spaces_need_none_between_sentences() -> None:
    text = "今日は晴れ。元気？「はい。」"
    assert [text[s:e] for s, e in segment(text, "sentence")] == ["今日は晴れ。", "元気？", "「はい。」"]


def test_wrapped_lines_are_one_paragraph_and_others_a_paragraph_each() -> None:
    wrapped = (
        "This paragraph was wrapped by a program at some\n"
        "margin, so that its lines end where no sentence does and\n"
        "must be read as one piece."
    )
    listed = "- the first item of a list of things to do today\n- the second item of the same list of things"
    text = f"{wrapped}\n\n{listed}\n\nTitle\nAnother title"
    pieces = [text[s:e] for s, e in segment(text)]
    assert pieces == [wrapped, *listed.split("\n"), "Title", "Another title"]


def test_modes_force_lines_or_blank_lines() -> None:
    text = "one\ntwo\n \nthree"
    assert len(segment(text, paragraphs="lines")) == 3
    assert len(segment(text, paragraphs="blank")) == 2


def test_unknown_words_are_refused() -> None:
    with pytest.raises(InputError, match="unit"):
        segment("a", "page")
    with pytest.raises(InputError, match="paragraphs"):
        segment("a", paragraphs="none")
