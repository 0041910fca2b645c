"""Documents of which only crumbs are left: which go, which stay, and what is said of them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean, restore
from dedupe.cleaning.clean import Cleaned
from dedupe.errors import InputError
from tests.cleaning.test_passages import make_corpus, make_sentence
from tests.conftest import make_text

randoms = st.integers(0, 1 << 32).map(Random)
LONG = (
    "The committee met on the first floor of the old town hall and spoke for hours of the plan for a new bridge. "
)


def letters(text: str) -> int:
    """Letters and digits of texts that are ASCII."""
    return sum(char.isalnum() for char in text)


def with_small_rests(random: Random) -> dict[str, str]:
    """Documents of copies, some of which hold a few words besides."""
    texts = make_corpus(random)
    for number in range(random.randint(1, 4)):
        copied = random.choice(list(texts.values()))
        words = make_text(random, random.randint(0, 8))
        texts[f"e{number}"] = random.choice([f"{copied}\n{words}", f"{words}\n{copied}"])
    return texts


def expected_crumbs(texts: dict[str, str], before: Cleaned, min_left: int) -> set[str]:
    """Documents that lose something, keep few letters, and none of a kept copy."""
    out = set()
    for identity, left in before.texts.items():
        gone = {at for start, piece in before.removed.get(identity, ()) for at in range(start, start + len(piece))}
        held = {
            at
            for decision in before.decisions
            if decision.kept is not None and decision.kept.id == identity
            for at in range(decision.kept.start, decision.kept.end)
            if texts[identity][at].isalnum()
        }
        if gone and letters(left) < min_left and held <= gone:
            out.add(identity)
    return out


@given(randoms, st.sampled_from([1, 15, 40, 300]), st.sampled_from(["first", "last", "longest"]))
def test_what_goes_is_what_letters_and_decisions_say(random: Random, min_left: int, keep: str) -> None:
    texts = with_small_rests(random)
    before, after = (clean(texts, keep=keep, facts="ignore", min_left=n, threads=1) for n in (0, min_left))
    crumbs = expected_crumbs(texts, before, min_left)
    assert set(before.texts) - set(after.texts) == crumbs
    rows = [one for one in after.decisions if one.stage == "crumbs"]
    assert {one.id for one in rows} == crumbs
    assert [one for one in after.decisions if one.stage != "crumbs"] == list(before.decisions)
    for one in rows:
        assert (one.start, one.end, one.kept, one.reason) == (0, len(texts[one.id]), None, "crumbs")
        assert one.score == len(before.texts[one.id]) / len(texts[one.id])
    assert after.summary()["crumbs"] == len(crumbs)
    assert restore(after) == texts


@given(randoms, st.sampled_from([15, 300]))
def test_with_facts_no_more_goes(random: Random, min_left: int) -> None:
    texts = with_small_rests(random)
    before, after = (clean(texts, min_left=n, threads=1) for n in (0, min_left))
    assert set(before.texts) - set(after.texts) <= expected_crumbs(texts, before, min_left)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{}The price is 5 euros.", "{}The price is 6 euros."),
        ("Dated 4711.\n{}", "Dated 4712.\n{}"),
        ("{}\nIt was said by Anna Weber.", "{}\nIt was said by Jane Porter."),
        ("{}Nobody may enter here.", "{}Anybody may enter here."),
        ("{}Never touch the wire.", "{}Touch the wire."),
        ("{}Not paid.", "{}Paid."),
        ("{}The price is 5 euros.", "{}It rained all day in the whole of the town. The price is 6 euros."),
    ],
)
@pytest.mark.parametrize("stages", [["paragraphs"], ["passages"], ["duplicates", "paragraphs", "passages"]])
def test_what_facts_keep_apart_is_no_crumb(one: str, other: str, stages: list[str]) -> None:
    block = LONG + " ".join(make_sentence(Random(7)) for _ in range(4)) + " "
    texts = [one.format(block), other.format(block)]
    apart = clean(texts, remove=stages, min_left=60)  # type: ignore[arg-type]
    assert len(apart.texts) == 2
    ignored = clean(texts, remove=stages, min_left=60, facts="ignore")  # type: ignore[arg-type]
    assert all(letters(text) > 60 for text in ignored.texts.values())


def test_words_beside_a_copy_are_crumbs() -> None:
    cleaned = clean([f"{LONG}\nIt rained all day.", f"{LONG}\nGo on.", f"Yes.\n{LONG}"])
    assert set(cleaned.texts) == {0}
    assert [(one.id, one.stage) for one in cleaned.decisions if one.stage == "crumbs"] == [
        (1, "crumbs"),
        (2, "crumbs"),
    ]


def test_documents_of_which_nothing_goes_are_no_crumbs() -> None:
    assert clean(["", "Yes.", " "], min_left=1000).texts == {0: "", 1: "Yes.", 2: " "}


def test_a_document_of_boilerplate_alone_goes() -> None:
    prompt = "Subscribe to our newsletter and never miss a story again!"
    assert clean({"a": prompt}).texts == {}
    assert clean({"a": prompt}, min_left=0).texts == {"a": ""}
    assert restore(clean({"a": prompt})) == {"a": prompt}


def test_wide_letters_count_twice() -> None:
    copied = "委员会在旧市政厅一楼开会，并就新桥的计划讨论了好几个小时，然后才进行投票。" * 3
    texts = [copied, f"{copied}\n今天下雨。"]
    assert len(clean(texts, min_left=8).texts) == 2
    assert len(clean(texts, min_left=9).texts) == 1


def test_a_limit_below_zero_is_refused() -> None:
    with pytest.raises(InputError, match="min_left=-1 must be at least 0"):
        clean(["a"], min_left=-1)
