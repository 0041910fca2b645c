"""Words that count as facts, by language: `facts-words.txt`, read for the reference and embedded in the core."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from dedupe.kernels.reference.fact_text import FIRST_MARK, LAST_MARK, fact_text

UMLAUT = "\u0308"
# Letters with a stroke: what they are without it, and as they are transcribed.
STROKES = {"đ": ("d", "d"), "ł": ("l", "l"), "ø": ("o", "oe"), "ħ": ("h", "h"), "ŧ": ("t", "t")}
# What a listed word is: a contraction, a percent sign, a number, or another word that counts.
SAME, PERCENT, NUMBER, LISTED = range(4)
LONGEST_PHRASE = 6
# Letters of a word without the prefix that turns it into its opposite.
LEAST_LEFT = 2

Phrases = dict[str, tuple[int, str]]


class Forms(NamedTuple):
    """The ways to write a word of the fact text."""

    marked: str
    """with its marks; an umlaut is an `e` behind its letter"""
    plain: str
    """without marks"""
    transcribed: str
    """without marks, but for the `e` of an umlaut"""

    @property
    def has_marks(self) -> bool:
        """Return whether the word has any."""
        return any(char in STROKES for char in self.marked) or self.marked != self.plain


@dataclass
class Parts:
    """Parts of words by which inflected and compound words are known, without marks."""

    stems: set[str] = field(default_factory=set)
    """what a word that counts begins with"""
    endings: set[str] = field(default_factory=set)
    """what a word that counts ends with"""
    prefixes: set[str] = field(default_factory=set)
    """what turns a word into its opposite"""

    def has(self, word: str) -> bool:
        """Return whether a word, given with its marks, begins or ends with a listed part."""
        plain = unmarked(word)
        sizes = range(1, len(plain) + 1)
        return any(plain[:size] in self.stems or plain[-size:] in self.endings for size in sizes)

    def opposites(self, word: str) -> list[tuple[str, str]]:
        """A word cut behind each prefix that it has, if two letters are left."""
        cuts = range(1, len(word) - LEAST_LEFT + 1)
        return [(word[:cut], word[cut:]) for cut in cuts if word[:cut] in self.prefixes]


@dataclass
class WordRules:
    """The lists of a language; phrases are words parted by a space."""

    marked: Phrases = field(default_factory=dict)
    plain: Phrases = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)
    comma_groups: bool = False
    """whether commas part thousands"""
    is_listed: bool = False
    """whether it has more than frequent words"""


@dataclass(frozen=True)
class FactWords:
    """The lists of all languages."""

    names: tuple[str, ...]
    frequent: dict[str, int]
    """by a frequent word without marks a bit for each language"""
    languages: tuple[WordRules, ...]


def forms(word: str) -> Forms:
    """The ways to write a word of the fact text, given without its flag."""
    body, _, marks = word.partition("M")
    if not marks and not any(char in STROKES for char in body):
        return Forms(body, body, body)
    behind: dict[int, str] = {}
    number = ""
    for char in marks:
        if FIRST_MARK <= char <= LAST_MARK:
            place = min(int(number), len(body)) if number else len(body)
            behind[place] = behind.get(place, "") + char
            number = ""
        else:
            number += char
            # A number with no mark behind it belongs to none.
    marked, plain, transcribed = "", "", ""
    for place, char in enumerate(body, 1):
        own = "".join(sorted(behind.get(place, "")))
        if char in STROKES:
            bare, common = STROKES[char]
            marked, plain, transcribed = marked + char + own, plain + bare, transcribed + common
        elif UMLAUT in own and char in "aou":
            marked += f"{char}e" + own.replace(UMLAUT, "")
            plain, transcribed = plain + char, transcribed + f"{char}e"
        else:
            marked, plain, transcribed = marked + char + own, plain + char, transcribed + char
    return Forms(marked, plain, transcribed)


def unmarked(word: str) -> str:
    """A word without its marks."""
    return "".join(char for char in word if not FIRST_MARK <= char <= LAST_MARK)


@cache
def load_fact_words() -> FactWords:
    """Read the lists of the package."""
    names: list[str] = []
    frequent: dict[str, int] = {}
    languages: list[WordRules] = []
    kinds = {"same": SAME, "percent": PERCENT, "numbers": NUMBER, "dates": LISTED, "not": LISTED}
    for line in files("dedupe.text").joinpath("facts-words.txt").read_text("utf-8").splitlines():
        key, *entries = line.split(" ")
        if key.startswith("["):
            names.append(key[1:-1])
            languages.append(WordRules())
        elif key == "thousands":
            languages[-1].comma_groups = entries == ["comma"]
        elif key in ("stems", "endings"):
            for entry in entries:
                getattr(languages[-1].parts, key).update(map(unmarked, _phrase(entry)))
        elif key == "prefixes":
            for entry in entries:
                languages[-1].parts.prefixes.update(_phrase(entry))
        elif key == "words":
            for entry in entries:
                word = _phrase(entry)[1]
                frequent[word] = frequent.get(word, 0) | 1 << (len(languages) - 1)
        elif key in kinds:
            languages[-1].is_listed = True
            for entry in entries:
                phrase, _, value = entry.partition("=")
                kind = kinds[key]
                if kind == LISTED and value:
                    kind = SAME
                if kind == NUMBER and not value:
                    kind = LISTED
                marked, plain, transcribed = _phrase(phrase)
                languages[-1].marked.setdefault(marked, (kind, value.replace("_", " ")))
                for written in (plain, transcribed):
                    languages[-1].plain.setdefault(written, (kind, value.replace("_", " ")))
    return FactWords(tuple(names), frequent, tuple(languages))


def _phrase(entry: str) -> Forms:
    words = [forms(word) for word in fact_text(entry.replace("_", " ")).split(" ")]
    return Forms(*(" ".join(written) for written in zip(*words, strict=True)))
