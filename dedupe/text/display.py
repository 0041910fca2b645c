"""Texts as people see them: nothing in a text may steer a terminal or a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# What joins and parts letters in Persian and in the scripts of India is written between these, and is no control.
_JOINERS, _FIRST_JOINED = "\u200c\u200d", "\u0590"


def printable(text: str) -> str:
    """One line of a text, with control, format and bidirectional characters shown as escapes."""
    return _escaped(" ".join(text.split()), "")


def visible(text: str) -> str:
    """A text with control, format and bidirectional characters shown as escapes; line breaks and spaces stay."""
    return _escaped(text, "\n\t ")


def _escaped(text: str, plain: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in plain or (c in _JOINERS and before >= _FIRST_JOINED) else f"\\u{ord(c):04x}"
        for before, c in zip(" " + text, text, strict=False)
    )


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: "1 document", "1,204 documents"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def as_percent(similarity: float) -> str:
    """Return a similarity in per cent; 100 stands for what is equal alone."""
    return "99%" if 0.99 < similarity < 1 else f"{similarity:.0%}"


def excerpt_tokens(tokens: Sequence[str], width: int) -> str:
    """The first of some tokens, as many as fit into so many columns."""
    taken, out = 0, list[str]()
    for token in tokens:
        shown = printable(token)
        taken += columns(shown) + 1
        if taken > max(width, 20):
            return " ".join([*out, "…"])
        out.append(shown)
    return " ".join(out)


def columns(text: str) -> int:
    """Return how many columns of a terminal a printable text takes."""
    return sum(_columns(char) for char in text)


def shorten(text: str, width: int) -> str:
    """The beginning of a printable text, as much as fits into so many columns."""
    if columns(text) <= width:
        return text
    taken = _fitting(text, width - 1)
    return text[:taken].rstrip() + "…"


def shorten_left(text: str, width: int) -> str:
    """The end of a printable text, as much as fits: of ids it is the end that tells them apart."""
    if columns(text) <= width:
        return text
    taken = _fitting(text[::-1], width - 1)
    return "…" + text[len(text) - taken :]


def _fitting(text: str, width: int) -> int:
    """Return how many characters fit into so many columns."""
    taken = 0
    for count, char in enumerate(text):
        taken += _columns(char)
        if taken > width:
            return count
    return len(text)


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most so many columns, broken at spaces where there are any."""
    lines, line, taken = [], "", 0
    for word in text.split(" "):
        size = columns(word)
        if line and taken + 1 + size > width:
            lines.append(line)
            line, taken = "", 0
        if size <= width:
            line, taken = (f"{line} {word}", taken + 1 + size) if line else (word, size)
            continue
        for char in f" {word}" if line else word:
            if taken + _columns(char) > width:
                lines.append(line)
                line, taken = "", 0
            line, taken = line + char, taken + _columns(char)
    return [*lines, line] if line else lines


def pad(text: str, width: int) -> str:
    """A text with spaces behind it, up to so many columns."""
    return text + " " * (width - columns(text))


def _columns(char: str) -> int:
    if unicodedata.combining(char) or char in _JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
