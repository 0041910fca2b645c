"""Verdicts against datatrove's filters. What we count otherwise on purpose is undone here, item by item.

`docs/quality.md` lists the differences: they are the patches of `theirs` and what `plain` takes out.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dedupe import score_quality
from dedupe.kernels.reference.quality.lines import QUOTES, terminals
from dedupe.kernels.reference.quality.words import split_words
from dedupe.quality.rules import RULES, RuleSet
from dedupe.segmentation import segment

filters = pytest.importorskip("datatrove.pipeline.filters", reason="needs datatrove")
data = pytest.importorskip("datatrove.data", reason="needs datatrove")

pytestmark = pytest.mark.slow


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> Callable[[RuleSet, str], str]:
    """The verdict of datatrove, given our words and sentences: its own are models or packages for each language."""

    def words(text: str, language: str | None = None) -> list[str]:
        return split_words(text)

    def small_words(text: str, language: str | None = None) -> list[str]:
        return [word.lower() for word in split_words(text)]

    def sentences(text: str, language: str | None = None) -> list[Any]:
        return segment(text, "sentence")

    patches = {
        # Stop words count at the beginning of a sentence, too.
        "gopher_quality_filter.split_into_words": small_words,
        "gopher_repetition_filter.split_into_words": words,
        "fineweb_quality_filter.split_into_words": words,
        "c4_filters.split_into_sentences": sentences,
        # Sentences end in all scripts, and in typographic quotes.
        "c4_filters.END_PUNCTUATION": (*terminals(), *QUOTES),
    }
    for name, value in patches.items():
        monkeypatch.setattr(f"datatrove.pipeline.filters.{name}", value)
    chosen: dict[RuleSet, list[Any]] = {
        "gopher": [filters.GopherQualityFilter(), filters.GopherRepetitionFilter()],
        "c4": [filters.C4QualityFilter()],
        "fineweb": [filters.FineWebQualityFilter()],
    }

    def verdict(rules: RuleSet, text: str) -> str:
        for one in chosen[rules]:
            # Blank lines are not counted among the lines of which so many begin or end in a way.
            seen = re.sub("\n+", "\n", text) if isinstance(one, filters.GopherQualityFilter) else text
            answer = one.filter(data.Document(text=seen, id="0"))
            if answer is not True:
                return str(answer[1])
        return ""

    return verdict


def plain(text: str) -> str:
    """A text without white space around lines, also in blank lines, and without quotes at their ends."""
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line.rstrip(QUOTES + " ") for line in lines).strip("\n")


def pages(folder: Path) -> Iterator[str]:
    with (folder / "boilerplate" / "pages.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            # Scripts with spaces between words: the others are judged otherwise.
            if page["lang"] in ("en", "fr", "de", "ru", "pl", "el"):
                yield "\n".join(block["text"] for block in page["blocks"])
                yield "\n\n".join(block["text"] for block in page["blocks"] if block["label"] == 0)


def test_verdicts_are_those_of_datatrove(development_data: Path, theirs: Callable[[RuleSet, str], str]) -> None:
    names = {rule.name for rules in RULES.values() for rule in rules}
    seen: set[str] = set()
    texts = [text for text in map(plain, pages(development_data)) if split_words(text)]
    quality = score_quality(texts, language="en", passages=False, boilerplate=False)
    rule_sets: tuple[RuleSet, ...] = ("gopher", "c4", "fineweb")
    for rules in rule_sets:
        for text, failed in zip(texts, quality.failed(rules), strict=True):
            verdict = theirs(rules, text)
            assert (failed[0] if failed else "") == verdict, (rules, text[:200])
            seen.add(verdict)
    assert len(texts) > 1500
    assert len(seen) > 15
    assert seen - {""} <= names
