"""Paragraphs: line breaks, blank lines, and a guess at which line breaks only wrap a line."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from dedupe.segmentation.space import BREAK, trim

ParagraphMode: TypeAlias = Literal["auto", "lines", "blank"]
Place: TypeAlias = tuple[int, int]

# A margin narrower than this is a list or a poem, a wider one is no margin.
_NARROWEST, _WIDEST = 36, 160
# A wrapped line reaches at least this share of the block's widest line.
_FULL_LINE = 0.6
_WIDE_CHARACTER = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]")
_ENDS_SENTENCE = re.compile(r"[.!?:;…。！？：；؟۔।॥։።။។][\"'”’»)\]]*$")
_LIST_ITEM = re.compile(r"(?:[-*+•·–—‣▪●○■□►>#|]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)])[ \t\xa0]")


def split_paragraphs(text: str, mode: ParagraphMode) -> list[Place]:
    """The spans of the paragraphs of a text."""
    lines = _lines(text)
    if mode == "lines":
        return [line for line in lines if line is not None]
    out: list[Place] = []
    block: list[Place] = []
    for line in [*lines, None]:
        if line is not None:
            block.append(line)
        elif block:
            if len(block) > 1 and (mode == "blank" or _is_wrapped(text, block)):
                out.append((block[0][0], block[-1][1]))
            else:
                out.extend(block)
            block = []
    return out


def _lines(text: str) -> list[Place | None]:
    """The trimmed lines; None for blank ones."""
    lines: list[Place | None] = []
    start = 0
    for match in BREAK.finditer(text):
        lines.append(_line(text, start, match.start()))
        start = match.end()
    lines.append(_line(text, start, len(text)))
    return lines


def _line(text: str, start: int, end: int) -> Place | None:
    start, end = trim(text, start, end)
    return (start, end) if start < end else None


def _is_wrapped(text: str, block: list[Place]) -> bool:
    """Whether most line breaks of a block only wrap: a full line, mid-sentence, not before a list item."""
    widths = [_width(text[start:end]) for start, end in block]
    widest = max(widths)
    if not _NARROWEST <= widest <= _WIDEST:
        return False
    soft = 0
    for width, (start, end), (following, after) in zip(widths, block, block[1:], strict=False):
        soft += (
            width >= _FULL_LINE * widest
            and not _ENDS_SENTENCE.search(text[start:end][-4:])
            and not _LIST_ITEM.match(text, following, after)
        )
    return soft > (len(block) - 1) / 2


def _width(line: str) -> int:
    """Columns that a line takes: two for East Asian wide characters."""
    return len(line) if line.isascii() else len(line) + len(_WIDE_CHARACTER.findall(line))
