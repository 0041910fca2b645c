"""Fold and tokenise: text in, folded tokens with their places in the text out (the readable reference).

A token is a maximal run of letters, marks and digits; in scripts without spaces, one grapheme. Differences
that a reader would not see are folded away: case, width and other compatibility forms, composed or decomposed
spelling, Latin diacritics, zero-width characters. HTML entities are decoded, and the hyphen of a word wrapped at
a line's end is removed. `tools/make_fold_table.py` makes the fold of each character.

An entity may be escaped several times (`&amp;eacute;`, `&amp;amp;eacute;`): each pass through a careless program
adds `amp;` behind the ampersand. Up to `ESCAPES` such steps are undone. `fold-v1`, which trained models still
read, undoes one.

The native core does the same on UTF-8 bytes; `tests/text` holds the two equal.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dedupe.text.tables import FOLD_V1, FOLD_V2, IGNORED, MARK, SEPARATOR, UNSPACED, Tables, load_tables

_ASCII_TOKEN = re.compile("[0-9A-Za-z]+")
_ENTITY_NAME_LIMIT = 8
ESCAPES = 8
"""how often an escaped entity is read anew, its own reading included; a bound on the time of one step"""
# How far a mark may move to its canonical place: as in Unicode's Stream-Safe Text Format (UAX 15), no text that
# anybody writes has more marks on a letter.
_FARTHEST_MARK = 30
_WRAP = re.compile(r"[ \t]*(?:\r\n|\n|\r)[ \t]*")
_HYPHENS = frozenset({0x2D, 0xAD, 0x2010})
_AMPERSANDS = frozenset({0x26, 0xFF06})


class Token(NamedTuple):
    """A folded token and the code points `text[start:end]` that it stands for."""

    text: str
    start: int
    end: int


def fold_tokens(text: str, version: int = FOLD_V2) -> list[Token]:
    """Split a text into folded tokens.

    Parameters
    ----------
    text : str
        Any text; lone surrogates and control characters are separators.
    version : {FOLD_V1, FOLD_V2}, default FOLD_V2
        The fold: what compares texts uses the newest one.

    Returns
    -------
    list of Token
        In the order of the text; `start` and `end` are code points, `end` exclusive.

    Examples
    --------
    >>> [token.text for token in fold_tokens("L’ÉTÉ&nbsp;２０２５, exam-\\nple 東京")]
    ['l', 'ete', '2025', 'example', '東', '京']
    """
    if text.isascii() and "&" not in text and not _may_wrap(text):
        return [Token(m[0].lower(), *m.span()) for m in _ASCII_TOKEN.finditer(text)]
    return _Folder(text, version).run()


def folded_text(text: str) -> str:
    """The folded tokens of a text, joined by one space: what two equal texts share."""
    return " ".join(token.text for token in fold_tokens(text))


def _may_wrap(text: str) -> bool:
    return "-" in text and ("\n" in text or "\r" in text)


class _Folder:
    """The state of one pass over a text."""

    def __init__(self, text: str, version: int) -> None:
        self.text = text
        self.tables: Tables = load_tables(version)
        self.escapes = 1 if version == FOLD_V1 else ESCAPES
        self.tokens: list[Token] = []
        self.open: list[int] = []  # folded code points of the token under way
        self.unspaced = False  # whether that token is a grapheme of an unspaced script
        self.start = self.end = 0

    def run(self) -> list[Token]:
        text, position = self.text, 0
        while position < len(text):
            point = ord(text[position])
            if point in _AMPERSANDS:
                decoded, after = self.entity(position)
                if after:
                    self.character(decoded, position, after)
                    position = after
                    continue
            elif point in _HYPHENS and self.open and not self.unspaced:
                after = self.wrapped(position + 1)
                if after:
                    position = after
                    continue
            self.character(point, position, position + 1)
            position += 1
        self.close()
        return self.tokens

    def character(self, point: int, start: int, end: int) -> None:
        """Fold one character of the text, or one that an entity stood for."""
        for folded in self.tables.fold.get(point, (point,)):
            self.emit(folded, start, end)

    def emit(self, point: int, start: int, end: int) -> None:
        """Take one folded code point into the tokens."""
        kind = self.tables.kind[point]
        if kind == SEPARATOR:
            self.close()
        elif self.open and (composed := self.composed(self.open[-1], point)):
            self.open[-1] = composed
            self.end = end
        elif kind == IGNORED:
            if self.open:
                self.end = end
        elif kind == MARK and self.open:
            self.insert_mark(point)
            self.end = end
        else:
            if kind == UNSPACED or self.unspaced:
                self.close()
            if not self.open:
                self.start = start
                self.unspaced = kind == UNSPACED
            self.open.append(point)
            self.end = end

    def insert_mark(self, point: int) -> None:
        """Append a mark in canonical order: behind the marks of the same or a lower class, among the last few."""
        combining = self.tables.combining
        order = combining.get(point, 0)
        place = len(self.open)
        last = max(place - _FARTHEST_MARK, 0)
        while order and place > last and combining.get(self.open[place - 1], 0) > order:
            place -= 1
        self.open.insert(place, point)

    def composed(self, base: int, mark: int) -> int:
        """The composed code point, or 0."""
        if 0x1161 <= mark <= 0x1175 and 0x1100 <= base <= 0x1112:
            return 0xAC00 + ((base - 0x1100) * 21 + (mark - 0x1161)) * 28
        if 0x11A8 <= mark <= 0x11C2 and 0xAC00 <= base <= 0xD7A3 and (base - 0xAC00) % 28 == 0:
            return base + mark - 0x11A7
        return self.tables.compose.get((base, mark), 0)

    def close(self) -> None:
        if self.open:
            self.tokens.append(Token("".join(map(chr, self.open)), self.start, self.end))
            self.open = []
        self.unspaced = False

    def entity(self, position: int) -> tuple[int, int]:
        """The character that an HTML entity at `position` stands for and where it ends, or (0, 0).

        An entity that stands for an ampersand may open another one.
        """
        decoded, end = 0, position + 1
        for _ in range(self.escapes):
            inner, after = self.read_entity(end)
            if not after:
                break
            decoded, end = inner, after
            if decoded not in _AMPERSANDS:
                break
        return (decoded, end) if decoded else (0, 0)

    def read_entity(self, position: int) -> tuple[int, int]:
        """The character that the name of an entity at `position` stands for and where it ends, or (0, 0)."""
        name = ""
        after = position
        while after < len(self.text) and len(name) <= _ENTITY_NAME_LIMIT:
            point = ord(self.text[after])
            after += 1
            if 0xFF01 <= point <= 0xFF5E:
                point -= 0xFEE0
            if point == 0x3B:
                decoded = self.decode_entity(name)
                return (decoded, after) if decoded else (0, 0)
            name += chr(point)
        return 0, 0

    def decode_entity(self, name: str) -> int:
        """The code point of an entity's name (`eacute`, `#233`, `#xE9`), or 0."""
        if re.fullmatch("#[0-9]{1,7}", name):
            point = int(name[1:])
        elif re.fullmatch("#[xX][0-9a-fA-F]{1,6}", name):
            point = int(name[2:], 16)
        else:
            return self.tables.entities.get(name, 0)
        return 0 if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF else point

    def wrapped(self, position: int) -> int:
        """Return where the second half of a word wrapped before `position` begins, or 0."""
        match = _WRAP.match(self.text, position)
        if match and match.end() < len(self.text) and ord(self.text[match.end()]) in self.tables.joins:
            return match.end()
        return 0
