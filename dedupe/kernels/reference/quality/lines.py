"""Lines and paragraphs as quality rules count them: without blank lines and the white space around lines."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from dedupe.kernels.counts import FIXED
from dedupe.kernels.reference.quality.characters import DIGIT, UNSPACED_LETTER, kind_of
from dedupe.kernels.reference.sentences import split_sentences
from dedupe.text.space import BREAK, trim

SHORT_LINE = 30
# C4: a line needs so many words, and none longer than this.
LEAST_WORDS, LONGEST_WORD = 3, 1000

QUOTES = "\"'”’»›」』)]"
_CITATION = re.compile(r"\[[0-9]*\]|\[edit\]|\[citation needed\]")
_POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@cache
def terminals() -> frozenset[str]:
    """The marks that end sentences: Sentence_Terminal of Unicode 17."""
    out: set[str] = set()
    for part in files("dedupe.text").joinpath("terminals.txt").read_text("ascii").split():
        first, _, last = part.partition("-")
        out.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(out)


class C4Counts(NamedTuple):
    """Counts of a text by the rules of C4."""

    lines: int
    """lines that it keeps"""
    sentences: int
    """sentences in them"""
    lorem_ipsum: int
    """1 where a line of text holds `lorem ipsum`: no text"""
    curly_bracket: int
    """1 where a line of text holds `{`: code"""


def split_lines(text: str) -> list[list[str]]:
    """The lines of a text that are not blank, paragraph by paragraph: between blank lines."""
    paragraphs: list[list[str]] = [[]]
    start = 0
    for end, after in [*((match.start(), match.end()) for match in BREAK.finditer(text)), (len(text), 0)]:
        first, last = trim(text, start, end)
        if first < last:
            paragraphs[-1].append(text[first:last])
        elif paragraphs[-1]:
            paragraphs.append([])
        start = after
    return [lines for lines in paragraphs if lines]


def is_bullet(line: str) -> bool:
    """Return whether a line starts with a bullet."""
    return line[0] in "•-"


def ends_in_ellipsis(line: str) -> bool:
    """Return whether a line breaks off."""
    return line.endswith(("...", "…"))


def ends_sentence(line: str) -> bool:
    """Return whether a line ends in a mark that ends sentences, closing quotes and brackets aside."""
    return line.rstrip(QUOTES)[-1:] in terminals() if line else False


def digit_share(line: str) -> int:
    """Return the share of digits in the characters of a line, in units of 1 / `FIXED`, rounded down."""
    return sum(kind_of(char) == DIGIT for char in line) * FIXED // len(line)


def count_c4(lines: list[str]) -> C4Counts:
    """Return what C4 keeps of lines."""
    kept = sentences = 0
    for raw in lines:
        words = raw.split()
        if any(len(word) > LONGEST_WORD for word in words):
            continue
        cited = _CITATION.sub("", raw)
        line = cited[slice(*trim(cited, 0, len(cited)))]
        if not line or ends_in_ellipsis(line) or not (ends_sentence(line) or line[-1] in QUOTES):
            continue
        unspaced = sum(kind_of(char) == UNSPACED_LETTER for char in line)
        if len(words) + unspaced < LEAST_WORDS:
            continue
        lower = line.translate(_LOWER)
        if "lorem ipsum" in lower:
            return C4Counts(kept, sentences, 1, 0)
        if "javascript" in lower:
            continue
        if "{" in line:
            return C4Counts(kept, sentences, 0, 1)
        if any(policy in lower for policy in _POLICIES):
            continue
        kept += 1
        sentences += len(split_sentences(line, 0, len(line)))
    return C4Counts(kept, sentences, 0, 0)
