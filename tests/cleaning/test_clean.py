import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import Document, clean, find_duplicates, restore
from dedupe.cleaning.cuts import apply_cuts, make_cuts, uncuttable, undo_cuts, would_glue
from dedupe.documents import Unit
from dedupe.errors import InputError
from dedupe.spans import Spans
from dedupe.text.fold import fold_tokens
from tests.conftest import make_text

PROMPT = "Subscribe now for unlimited access to all our stories!"


def is_subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(c in rest for c in part)


# --- spans -----------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8))), st.integers(0, 30), st.integers(1, 8))
def test_spans_are_sets_of_positions(spans: list[tuple[int, int]], start: int, length: int) -> None:
    held, positions = Spans(), set()
    for begin, size in spans:
        held.add(begin, begin + size)
        positions |= set(range(begin, begin + size))
    assert {p for s, e in held for p in range(s, e)} == positions
    listed = list(held)
    assert all(a[1] < b[0] for a, b in pairwise(listed))
    assert held.overlaps(start, start + length) == bool(positions & set(range(start, start + length)))
    assert {p for s, e in held.gaps(40) for p in range(s, e)} == set(range(40)) - positions


# --- cuts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "remove", "left"),
    [
        ("one two three", ["two"], "one three"),
        ("one two three", ["three"], "one two"),
        ("one two three", ["one"], "two three"),
        ("A\n\nB\n\nC", ["B"], "A\n\nC"),
        ("A\nB\n\nC", ["B"], "A\n\nC"),
        ("A\n\nB\nC", ["B"], "A\n\nC"),
        ("A\n\nB\n\nC\n", ["B", "C"], "A\n"),
        ("A\r\nB\r\nC\r\n", ["B"], "A\r\nC\r\n"),
        ("\ufeffA\nB", ["A"], "\ufeffB"),
        ("今日は。明日も。昨日は。", ["明日も。"], "今日は。昨日は。"),
        ("only", ["only"], ""),
        (" A ", ["A"], " "),
    ],
)
def test_a_cut_takes_the_white_space_of_one_side(text: str, remove: list[str], left: str) -> None:
    spans = sorted((text.index(piece), text.index(piece) + len(piece)) for piece in remove)
    assert apply_cuts(text, make_cuts(text, spans)) == left


@pytest.mark.parametrize(
    ("text", "piece", "glues"),
    [
        ("abc年月def", "年月", True),
        ("abc 年月def", "年月", False),
        ("one, two, three", "two", False),
        ("\ud83dx\ude00", "x", True),
        ("end", "end", False),
        ("年月日", "月", False),
        ("ABCxDEF", "x", True),
        ("étéxété", "x", True),
        ("ÉTÉ x,ÉTÉ", "x", False),
    ],
)
def test_words_are_not_glued(text: str, piece: str, glues: bool) -> None:
    start = text.index(piece)
    assert would_glue(text, start, start + len(piece)) == glues


@given(st.text("ab \n\r."), st.data())
def test_cuts_are_undone(text: str, data: st.DataObject) -> None:
    marks = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = Spans()
    for start, end in zip(marks[::2], marks[1::2], strict=False):
        spans.add(start, end)
    cuts = make_cuts(text, spans)
    cleaned = apply_cuts(text, cuts)
    assert is_subsequence(cleaned, text)
    assert undo_cuts(cleaned, [(s, text[s:e]) for s, e in cuts]) == text
    left = uncuttable(text, spans)
    for start, end in spans:
        assert any(c.start <= start and end <= c.end for c in cuts) != any(s <= start and end <= e for s, e in left)
    for start, end in cuts:
        assert not would_glue(text, start, end)


def test_a_passage_between_signs_glues_nothing(words: random.Random) -> None:
    block, other = make_text(words, 40), make_text(words, 40)
    for before, after in (("\u2014", " "), ("(", ")"), ("\u2014", "\u2014"), (" (", ") "), ("(", f")({other})")):
        texts = {
            "kept": f"{make_text(words, 9)}{before}{block}{after} {make_text(words, 9)} ({other})",
            "cut": f"one{before}{block}{after}two {make_text(words, 9)}",
        }
        cleaned = clean(texts, remove=["passages"])
        assert {t.text for t in fold_tokens(cleaned.texts["cut"])} <= {t.text for t in fold_tokens(texts["cut"])}
        assert restore(cleaned) == texts


def test_a_block_said_many_times_keeps_its_copies_apart() -> None:
    text = "Buy now at our shop in the centre of the town, today only. " * 7 + "End."
    cleaned = clean({"a": text}, remove=["duplicates", "paragraphs", "passages"])
    assert cleaned.decisions
    for decision in cleaned.decisions:
        assert decision.kept is not None and decision.kept.end <= decision.start


def test_how_much_must_repeat_is_an_option(words: random.Random) -> None:
    block = make_text(words, 40).split()
    edited = ["other" if i % 6 == 3 else word for i, word in enumerate(block)]
    text = f"{make_text(words, 20)}. {' '.join(block)}. {make_text(words, 20)}. {' '.join(edited)}."
    stage = {"remove": ["passages"], "facts": "ignore"}
    assert not clean(text, **stage).decisions
    (decision,) = clean(text, passage_similarity=0.7, **stage).decisions
    assert decision.stage == "passages" and 0.7 <= decision.score < 0.9
    assert not clean(text, passage_similarity=0.7, min_passage=1000, **stage).decisions
    assert not clean(text, passage_similarity=0.7, remove=["passages"]).decisions


def test_the_copy_in_the_preferred_document_stays(words: random.Random) -> None:
    block = make_text(words, 60)
    texts = {"short": f"{block}. {make_text(words, 5)}", "long": f"{make_text(words, 200)}. {block}."}
    for keep, gone in (("first", "long"), ("last", "short"), ("longest", "short")):
        (decision,) = clean(texts, remove=["passages"], keep=keep).decisions
        assert decision.id == gone and decision.kept is not None and decision.kept.id != gone


# --- the whole -------------------------------------------------------------------------------------------------


def test_a_removal_names_where_each_part_of_its_kept_copy_stays(words: random.Random) -> None:
    block = make_text(words, 60)
    page = f"{make_text(words, 90)} {block} {make_text(words, 90)}"
    texts = {"quote": f"{make_text(words, 40)} {block}", "page": page, "again": page}
    found = clean(texts, remove=["duplicates", "passages"])
    first = page.index(block)
    last, quoted = first + len(block), texts["quote"].index(block)
    stays = Unit("quote", quoted, quoted + len(block))
    assert [(*d[:4], d.kept) for d in found.decisions] == [
        ("again", 0, first - 1, "duplicates", Unit("page", 0, first - 1)),
        ("again", first, last, "duplicates", stays),
        ("again", last + 1, len(page), "duplicates", Unit("page", last + 1, len(page))),
        ("page", first, last, "passages", stays),
    ]
    assert found.summary()["duplicates"] == 1
    assert found.removed["again"] == ((0, page),)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_removal_names_nothing_that_its_copy_lacks_and_that_goes(words: random.Random, place: int) -> None:
    quoted, *parts = (make_text(words, count) for count in (25, 300, 300))
    kept = [*parts[:place], quoted, *parts[place:]]
    texts = {"quote": f"Of its own.\n{quoted}", "page": "\n".join(kept), "less": "\n".join(parts)}
    cleaned = clean(texts, remove=["duplicates", "paragraphs"], facts="ignore")
    low = texts["page"].index(quoted)
    rows = [one for one in cleaned.decisions if one.id == "less"]
    assert rows and all(one.stage == "duplicates" for one in rows)
    assert [one for one in cleaned.decisions if one.id == "page"]
    for one in rows:
        assert one.kept is not None and one.kept.id == "page"
        assert one.kept.end <= low or one.kept.start >= low + len(quoted)
        assert texts["less"][one.start : one.end] == texts["page"][one.kept.start : one.kept.end]
    assert sum(one.end - one.start for one in rows) >= len(texts["less"]) - 1


def test_each_stage_removes_what_it_is_for(words: random.Random) -> None:
    article, paragraph, block = (make_text(words, 40) for _ in range(3))
    texts = {
        "a": f"{article}\n{paragraph}",
        "copy": f"{article.upper()}\n{paragraph}!",
        "b": f"{make_text(words, 30)}\n{paragraph}",
        "c": f"{make_text(words, 10)} {block} {make_text(words, 10)} {block} {make_text(words, 10)}",
        "d": f"{make_text(words, 30)}.\n{PROMPT}",
    }
    cleaned = clean(texts)
    stages = {(d.id, d.stage) for d in cleaned.decisions}
    assert stages == {("copy", "duplicates"), ("b", "paragraphs"), ("c", "passages"), ("d", "boilerplate")}
    assert list(cleaned.texts) == ["a", "b", "c", "d"]
    assert cleaned.texts["a"] == texts["a"]
    assert paragraph not in cleaned.texts["b"]
    assert cleaned.texts["c"].count(block) == 1
    assert PROMPT not in cleaned.texts["d"]
    assert restore(cleaned) == texts
    assert cleaned.summary()["documents_kept"] == 4
    only = clean(texts, remove=["boilerplate"])
    assert {d.stage for d in only.decisions} == {"boilerplate"}


def test_a_kept_copy_that_boilerplate_removes_is_named_as_lost(words: random.Random) -> None:
    prompt = "Subscribe to our newsletter and follow us on Facebook for more stories like this one!"
    texts = {name: f"{make_text(words, 30)}.\n{prompt}" for name in "ab"}
    cleaned = clean(texts)
    duplicate = next(d for d in cleaned.decisions if d.stage == "paragraphs")
    assert duplicate.kept_removed_by == "boilerplate"
    assert all(prompt not in text for text in cleaned.texts.values())


def test_what_is_left_of_a_paragraph_is_scored_for_boilerplate(words: random.Random) -> None:
    block = make_text(words, 50)
    cleaned = clean({"a": f"{block}.", "b": f"{block}. {PROMPT}"})
    assert [(d.id, d.stage) for d in cleaned.decisions] == [
        ("b", "passages"),
        ("b", "boilerplate"),
        ("b", "crumbs"),
    ]
    assert set(cleaned.texts) == {"a"}


def test_short_repeated_paragraphs_stay(words: random.Random) -> None:
    texts = [f"Introduction\n{make_text(words, 30)}" for _ in range(4)]
    assert clean(texts).decisions == ()


def test_unknown_stages_are_refused() -> None:
    with pytest.raises(InputError, match="headlines"):
        clean(["a"], remove=["headlines"])  # type: ignore[list-item]
    with pytest.raises(InputError, match="name one"):
        clean(["a"], remove=[])


_BLOCKS = [
    "The river rose overnight and the lower town was flooded by the early morning hours.",
    "THE RIVER ROSE overnight, and the lower town was flooded by the early morning hours!",
    "Subscribe now for unlimited access to all our stories!",
    "We use cookies to improve your experience. Accept all cookies.",
    "国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。信号所に汽車が止まった。駅長が窓を開けた。",
    "A second paragraph that has nothing to do with the first one, and which is of some length as well.",
    "x", "", "©", "abc年",
]  # fmt: skip
documents = st.lists(
    st.lists(st.tuples(st.sampled_from(_BLOCKS), st.sampled_from(["\n", "\n\n", " ", "\r\n", "", "\u3000"]))).map(
        lambda pieces: "".join(block + separator for block, separator in pieces)
    ),
    max_size=6,
)


@given(documents)
def test_laws_of_cleaning(texts: list[str]) -> None:
    cleaned = clean(texts, threads=1)
    assert restore(cleaned) == dict(enumerate(texts))
    duplicate_removals = [d for d in cleaned.decisions if d.kept is not None]
    removed: dict[int, Spans] = {}
    for decision in duplicate_removals:
        removed.setdefault(decision.id, Spans()).add(decision.start, max(decision.end, decision.start + 1))
    for decision in cleaned.decisions:
        assert 0 <= decision.start <= decision.end <= len(texts[decision.id])
        if decision.kept is not None:
            # The copy that a duplicate was removed for is never removed as a duplicate itself.
            kept = decision.kept
            assert not removed.get(kept.id, Spans()).overlaps(kept.start, kept.end)
            assert (kept.id, kept.start) != (decision.id, decision.start)
    for i, text in cleaned.texts.items():
        assert is_subsequence(text, texts[i])
        # No words are glued: every token of the cleaned text is a token of the original.
        assert {t.text for t in fold_tokens(text)} <= {t.text for t in fold_tokens(texts[i])}


def test_cleaning_does_not_depend_on_threads(words: random.Random) -> None:
    block = make_text(words, 50)
    texts = [f"{make_text(words, 20)}\n{block}\n{PROMPT}" for _ in range(6)]
    assert clean(texts, threads=1) == clean(texts, threads=4)


def test_quality_removes_documents_that_fail_its_rules_by_what_is_left(words: random.Random) -> None:
    prose = "The council met on Monday. " + make_text(words, 60) + "."
    texts = {"good": prose, "bad": "la " * 120, "prompt": f"{PROMPT}\n{make_text(words, 20)}."}
    cleaned = clean(texts, quality="gopher", remove=["boilerplate"])
    decisions = {(d.id, d.stage): d for d in cleaned.decisions}
    assert set(decisions) == {("prompt", "boilerplate"), ("bad", "quality"), ("prompt", "quality")}
    assert "top_2_gram" in decisions["bad", "quality"].reason
    assert "gopher_short_doc" in decisions["prompt", "quality"].why
    assert list(cleaned.texts) == ["good"]
    assert restore(cleaned) == texts
    assert cleaned.summary()["quality"] == 2
    assert clean(texts, remove=["boilerplate"]).summary()["quality"] == 0
    with pytest.raises(InputError, match="quality='nice'"):
        clean(texts, quality="nice")  # type: ignore[arg-type]


def test_a_kept_copy_that_quality_removes_is_named_as_lost() -> None:
    text = "la li lu le " * 60
    cleaned = clean({"a": text, "b": text}, quality="default")
    assert [(d.stage, d.kept_removed_by) for d in cleaned.decisions] == [
        ("duplicates", "quality"),
        ("quality", None),
    ]
    assert cleaned.texts == {}


def test_what_comes_back_on_a_source_needs_fewer_words_that_say_so(words: random.Random) -> None:
    box = "The view from the old tower"
    pages = [Document(str(n), f"{make_text(words, 60)}.\n{box}\n{make_text(words, 60)}.", "site") for n in range(6)]
    options = {"remove": ["boilerplate"], "boilerplate": 0.75}
    cleaned = clean(pages, **options)
    assert {d.id for d in cleaned.decisions} == {str(n) for n in range(6)}
    assert "also on 5 other pages" in cleaned.decisions[0].reason
    assert clean([page._replace(source=None) for page in pages], **options).decisions == ()
    assert clean(pages, **options, context=False).decisions == ()


def test_the_best_copy_is_kept(words: random.Random) -> None:
    text = ". ".join(make_text(words, 12).capitalize() for _ in range(12)) + "."
    broken = text.replace("a", "Ã¡", 6)
    cut = text[: -len(text) // 12]
    texts = {"broken": broken, "cut": cut, "whole": text, "again": text}
    kept = find_duplicates(texts, threshold=0.7, keep="best").kept
    assert kept == ("whole",)
    cleaned = clean(texts, threshold=0.7, keep="best", facts="ignore", remove=["duplicates"])
    assert list(cleaned.texts) == ["whole"]


@pytest.mark.parametrize(
    "texts", [[], [""], ["One short text."], ["One text of its own.", "And another one beside it."]]
)
def test_what_cannot_be_kept_by_is_told_whether_anything_is_removed_or_not(texts: list[str]) -> None:
    for stage in ("duplicates", "paragraphs", "passages"):
        for keep in ("zz", [1.0] * 9, ["a source"]):
            with pytest.raises(InputError, match=r"keep|source"):
                clean(texts, keep=keep, remove=[stage])
    if texts:
        with pytest.raises(InputError, match=r"keep gave 'much' for Unit\(id=0"):
            clean(texts, keep=lambda text: "much", remove=["passages"])
    with pytest.raises(InputError, match=r"boilerplate=0 must be above 0"):
        clean(texts, boilerplate=0)
