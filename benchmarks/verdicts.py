"""Verdicts of Gopher, C4 and FineWeb beside those of datatrove as it is: its own words, sentences and stop words.

    python benchmarks/verdicts.py PAGES.jsonl [--texts 200]

PAGES has `{"lang", "blocks": [{"text", "label"}]}` a line. Each page is judged whole, and without its boilerplate
(label 1). `pip install datatrove spacy nltk jieba sudachipy sudachidict-core` for the words of eight languages.
`tests/quality/test_against.py` compares the same rules where both are given the same words.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dedupe import score_quality
from dedupe.job import RuleSet

# The codes of datatrove.
LANGUAGES = {
    "en": "eng",
    "de": "deu",
    "fr": "fra",
    "ru": "rus",
    "pl": "pol",
    "el": "ell",
    "zh": "cmn",
    "ja": "jpn",
}
STOP_WORDS = "gopher_enough_stop_words"
FAMILIES: dict[str, tuple[RuleSet, Callable[[str], bool]]] = {
    "Gopher, quality": ("gopher", lambda rule: rule.startswith("gopher_")),
    "the same without stop words": ("gopher", lambda rule: rule.startswith("gopher_") and rule != STOP_WORDS),
    "Gopher, repetition": ("gopher", lambda rule: not rule.startswith("gopher_")),
    "C4": ("c4", lambda _: True),
    "FineWeb": ("fineweb", lambda _: True),
}


def texts_of(pages: Path, language: str, most: int) -> list[str]:
    """Pages of a language, whole and without boilerplate."""
    return [text for _, text in zip(range(most), _texts(pages, language), strict=False)]


def _texts(pages: Path, language: str) -> Iterator[str]:
    with pages.open(encoding="utf-8") as lines:
        for page in map(json.loads, lines):
            if page["lang"] == language:
                for labels in ((0, 1), (0,)):
                    text = "\n".join(block["text"] for block in page["blocks"] if block["label"] in labels)
                    if text.strip():
                        yield text


def peers(language: str) -> dict[str, Any]:
    """The filters of datatrove for a language, by family."""
    from datatrove.pipeline import filters

    code = LANGUAGES[language]
    return {
        "Gopher, quality": filters.GopherQualityFilter(language=code),
        "the same without stop words": filters.GopherQualityFilter(language=code, min_stop_words=None),
        "Gopher, repetition": filters.GopherRepetitionFilter(language=code),
        "C4": filters.C4QualityFilter(language=code),
        "FineWeb": filters.FineWebQualityFilter(language=code),
    }


def compare(texts: Sequence[str], language: str) -> Iterator[tuple[str, Counter[str], Counter[str]]]:
    """For each family, on how many texts the two agree or one alone fails them, and the rules of ours that do."""
    from datatrove.data import Document

    quality = score_quality(texts, language=language, passages=False, boilerplate=False, threads=1)
    for family, peer in peers(language).items():
        rules, belongs = FAMILIES[family]
        counts, alone = Counter[str](), Counter[str]()
        for text, failed in zip(texts, quality.failed(rules), strict=True):
            ours = [rule for rule in failed if belongs(rule)]
            theirs = peer.filter(Document(text=text, id="0")) is not True
            counts["agree" if bool(ours) == theirs else "we fail" if ours else "datatrove fails"] += 1
            if ours and not theirs:
                alone[ours[0]] += 1
        yield family, counts, alone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--texts", type=int, default=200, help="texts of each language, at most")
    options = parser.parse_args()
    for language in LANGUAGES:
        texts = texts_of(options.pages, language, options.texts)
        for family, counts, alone in compare(texts, language):
            rules = ", ".join(f"{rule} {count}" for rule, count in alone.most_common(2))
            share, theirs, ours = counts["agree"] / len(texts), counts["datatrove fails"], counts["we fail"]
            print(
                f"{language} {len(texts):4} {family:28} agree {share:.3f}, only datatrove fails {theirs},", end=" "
            )
            print(f"only we fail {ours} {rules}", flush=True)


if __name__ == "__main__":
    main()
