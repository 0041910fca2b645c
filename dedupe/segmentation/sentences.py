"""Sentences, in any script, by punctuation and a few rules; no language needs to be named.

- `。！？` and their kin in other scripts end a sentence wherever they stand; `. ! ? …` only before white
  space, and not before a lower-case letter.
- Closing quotes and brackets stay with the sentence, also behind the space of French `» `.
- A full stop behind an initial, a common abbreviation, or the number of a list item ends nothing.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from dedupe.segmentation.space import SPACE, skip_space, trim
from dedupe.text.tables import load_tables

STRONG = "。！？｡．؟۔।॥։።፧፨။។៕᠃᠉꓿"
CLOSING = "\"'”’»›)\\]}」』）】〉》"
_BOUNDARY = re.compile(
    f"[{STRONG}]+[.!?…{STRONG}]*[{CLOSING}]*|[.!?…‥]+[{CLOSING}]*(?:[ \xa0\u202f]»)?(?=[{SPACE}])"
)
# Latin and Cyrillic only, and spelled out: what `\w` matches changes with Python.
_LETTER = "[A-Za-zÀ-ÖØ-öø-ɏА-яЁёЀ-ӿ]"
_WORD_BEFORE = re.compile(f"{_LETTER}+(?:[.-]{_LETTER}+)*\\Z")
_INITIALS = re.compile(f"{_LETTER}(?:[.-]{_LETTER})*")
_LIST_NUMBER = re.compile(r"[(\[]?[0-9]{1,3}")
_LOOK_BACK = 24


@cache
def _abbreviations() -> frozenset[str]:
    """What stands before a name, a number or a word, in lower case, without its last full stop."""
    return frozenset(files("dedupe.segmentation").joinpath("abbreviations.txt").read_text("utf-8").split())


def split_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the sentences of `text[start:end]`."""
    lower = load_tables().joins
    out: list[tuple[int, int]] = []
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        following = skip_space(text, match.end(), end)
        if following >= end:
            break
        if match[0][0] not in STRONG:
            if ord(text[following]) in lower:
                continue
            if match[0] == "." and is_abbreviation(text, begin, match.start()):
                continue
        elif following == match.end() and text[following] in ".!?…":
            continue
        out.append(trim(text, begin, match.end()))
        begin = following
    last = trim(text, begin, end)
    if last[0] < last[1]:
        out.append(last)
    return out


def is_abbreviation(text: str, begin: int, stop: int) -> bool:
    """Whether the full stop at `stop`, in a sentence from `begin`, ends a word and no sentence."""
    before = text[max(begin, stop - _LOOK_BACK) : stop]
    if _LIST_NUMBER.fullmatch(text, begin, stop):
        return True
    word = _WORD_BEFORE.search(before)
    if not word:
        return False
    return bool(_INITIALS.fullmatch(word[0])) or word[0].lower() in _abbreviations()
