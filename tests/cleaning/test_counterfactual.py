"""`clean` removes no edited word of near copies that people made to say the opposite.

Removed words that the kept copy lacks are allowed by kind alone: another spacing, another spelling, a misprint.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dedupe import clean
from dedupe.kernels.alignment import align
from dedupe.kernels.reference.fact_notation import differ_by_one, spelled
from dedupe.kernels.reference.fact_views import MISPRINTED
from dedupe.text.fold import fold_tokens

REMOVED = {"spacing": 4}
"""Stretches of unequal words in what is removed, by kind."""
DECISIONS = 463

Stretches = Iterator[tuple[list[str], list[str]]]


def test_no_edited_word_of_a_review_is_removed(development_data: Path) -> None:
    with gzip.open(development_data / "reuse" / "counterfactual.jsonl.gz", "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    decisions, kinds, edits = 0, dict.fromkeys(REMOVED, 0), []
    for pair in pairs:
        texts = {"a": pair["a"], "b": pair["b"]}
        for decision in clean(
            texts, remove=["duplicates", "paragraphs", "passages"], min_left=0, threads=1
        ).decisions:
            decisions += 1
            kept = decision.kept
            assert kept is not None
            removed = _words(texts[decision.id][decision.start : decision.end])
            facing = _words(texts[kept.id][kept.start : kept.end])
            if removed == facing:
                continue
            context = _words(texts["a"]) + _words(texts["b"])
            for words, other in unequal(removed, facing):
                kind = kind_of(words, other, context)
                kinds[kind] = kinds.get(kind, 0) + 1
                if kind == "edit":
                    edits.append((words, other))
    assert not edits
    assert (decisions, kinds) == (DECISIONS, REMOVED)


def _words(text: str) -> list[str]:
    return [token.text for token in fold_tokens(text)]


def unequal(words: list[str], other: list[str]) -> Stretches:
    """Stretches of words that do not match, between those that do, one for one and in order."""
    before = (-1, -1)
    facing = [(i, j) for i, j in enumerate(align(words, other)) if j >= 0]
    for i, j in [*facing, (len(words), len(other))]:
        if i > before[0] + 1 or j > before[1] + 1:
            yield words[before[0] + 1 : i], other[before[1] + 1 : j]
        before = (i, j)


def kind_of(words: list[str], other: list[str], context: list[str]) -> str:
    """What makes two stretches of words one, or `edit`."""
    if "".join(words) == "".join(other):
        return "spacing"
    if len(words) != len(other):
        return "edit"
    changed = [(one, another) for one, another in zip(words, other, strict=True) if one != another]
    if all(spelled(one) == spelled(another) for one, another in changed):
        return "spelling"
    return "misprint" if all(is_misprint(*pair, context) for pair in changed) else "edit"


def is_misprint(one: str, other: str, context: list[str]) -> bool:
    """Whether a word is the other one with a misprint, and the right form occurs a second time in the two texts."""
    right, wrong = sorted((one, other), key=context.count, reverse=True)
    long_enough = len(right) >= MISPRINTED and right.isalpha() and wrong.isalpha()
    return long_enough and context.count(right) > 1 and differ_by_one(wrong, right)


@pytest.mark.parametrize(
    ("words", "other", "kind"),
    [
        ("the story line of it", "the storyline of it", "spacing"),
        ("the 60s of it", "the 60 s of it", "spacing"),
        ("the colour of it", "the color of it", "spelling"),
        ("the seperate of separate", "the separate of separate", "misprint"),
        ("they lose it", "they loose it", "edit"),
        ("a good film", "a bad film", "edit"),
        ("a good film", "a film", "edit"),
        ("room 12345", "room 12346", "edit"),
    ],
)
def test_kinds_of_unequal_words_are_told_apart(words: str, other: str, kind: str) -> None:
    ((first, second),) = unequal(words.split(), other.split())
    assert kind_of(first, second, [*words.split(), *other.split()]) == kind
