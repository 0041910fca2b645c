"""Sentences, in any script, by punctuation and a few rules; no language needs to be named.

- `。！？` and their kin in other scripts end a sentence wherever they stand; `. ! ? …` only before white
  space, and not before a lower-case letter.
- Closing quotes and brackets stay with the sentence, also behind the space of French `» `.
- `full_stops.py` knows the full stops that end nothing: behind initials, abbreviations and ordinal numbers.
"""

from __future__ import annotations

import re

from dedupe.kernels.reference.full_stops import ends_nothing, goes_on
from dedupe.text.space import SPACE, skip_space, trim

STRONG = "。！？｡．؟۔।॥։።፧፨။។៕᠃᠉꓿"
CLOSING = "\"'”’»›)\\]}」』）】〉》"
_BOUNDARY = re.compile(
    f"[{STRONG}]+[.!?…{STRONG}]*[{CLOSING}]*|[.!?…‥]+[{CLOSING}]*(?:[ \xa0\u202f]»)?(?=[{SPACE}])"
)


def split_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the sentences of `text[start:end]`."""
    out: list[tuple[int, int]] = []
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        following = skip_space(text, match.end(), end)
        if following >= end:
            break
        if match[0][0] not in STRONG:
            if goes_on(text[following]):
                continue
            if match[0] == "." and ends_nothing(text, begin, match.start(), following, end):
                continue
        elif following == match.end() and text[following] in ".!?…":
            continue
        out.append(trim(text, begin, match.end()))
        begin = following
    last = trim(text, begin, end)
    if last[0] < last[1]:
        out.append(last)
    return out
