"""Near copies: where sentences may be cut, and what goes with them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from dedupe import clean, kernels
from dedupe.text.encode import TextBatch
from tests.conftest import make_text


def test_a_sentence_with_marks_is_cut_nowhere() -> None:
    shared = "subject to the terms of this agreement the holder grants a perpetual, worldwide and irrevocable right"
    tails = ["(except as stated here) to use the work of others.", "to copy, to change and to show the work."]
    texts = [f"The first grant. {shared.capitalize()} {tails[0]}", f"The other. {shared.capitalize()} {tails[1]}"]
    for stages in (["passages"], ["duplicates", "paragraphs", "passages"]):
        assert not clean(texts, remove=stages, min_passage=60).decisions  # type: ignore[arg-type]


def test_a_text_without_marks_is_cut_at_words_that_match() -> None:
    random = Random(3)
    block, *own = (make_text(random, count) for count in (40, 30, 25, 35, 20))
    texts = [f"{own[0]} {block} {own[1]}", f"{own[2]} {block} {own[3]}"]
    (decision,) = clean(texts, remove=["passages"]).decisions
    assert texts[1][decision.start : decision.end] == block


def test_a_number_goes_and_stays_with_its_heading() -> None:
    shared = "\n".join(
        f"12.{i}. Of the {word} that stands in both of them" for i, word in enumerate(["one", "other"] * 3)
    )
    texts = [f"{shared}\n12.6. A title of its own", f"{shared}\n12.6. Something else, and longer"]
    cleaned = clean(texts, remove=["passages"])
    assert cleaned.texts[1] == "12.6. Something else, and longer"


def test_a_part_that_stands_alone_here_and_not_there_stays() -> None:
    rule = (
        "touch the copper wire of the machine while the main switch is turned on and the lamp above the door is red"
    )
    texts = [f"Some old words stand here. Rule 1. Do not {rule}.", f"Rule 2. {rule}."]
    assert not clean(texts, remove=["passages"], min_passage=60).decisions


def test_no_removal_overlaps_its_own_kept_copy() -> None:
    river = "The river rose overnight and the lower town was flooded by the early morning hours."
    text = f"{river} {river}\nx {river}\n{river}\nx\n"
    for decision in clean(text, remove=["passages"], min_passage=60).decisions:
        assert decision.kept is not None
        assert decision.end <= decision.kept.start or decision.kept.end <= decision.start


def test_the_work_grows_with_a_text_without_full_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    aligned: list[int] = []
    align = kernels.align_units

    def watch(left: TextBatch, right: TextBatch, *rest: Any) -> Any:
        aligned.append(int(sum((batch.ends - batch.starts).sum() for batch in (left, right))))
        return align(left, right, *rest)

    monkeypatch.setattr(kernels, "align_units", watch)
    random = Random(1)
    words = ["".join(random.choices("abcdefghijklmnop", k=random.randint(3, 9))) for _ in range(5000)]
    repeated = [" ".join(random.choices(words, k=20)) for _ in range(50)]
    work = []
    for size in (1000, 4000):
        text = " ".join(" ".join((*random.choices(words, k=9), random.choice(repeated))) for _ in range(size))
        aligned.clear()
        assert clean([text], remove=["passages"]).decisions
        work.append(sum(aligned))
    # Before edges were bounded, it was 16 times as much.
    assert work[1] < 8 * work[0]
