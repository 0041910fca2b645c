"""Lines as the rule for wrapped text sees them: how they are marked, how wide they are, how they begin and end."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from dedupe.text.space import BREAK, SPACE, is_space, trim
from dedupe.text.tables import SEPARATOR, load_tables

Place: TypeAlias = tuple[int, int]

# How the text of a line begins: with a letter of which case, or with something else.
LOWER, CAPITAL, CASELESS, OTHER = range(4)

_TAB = 8
_WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60"
_WIDE_CHARACTER = re.compile(f"[{_WIDE}]")
# Scripts whose lines end between any two characters; Hangul is wide, but keeps its words whole.
_ANYWHERE = "\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\uff00-\uff60"
_BREAKS_ANYWHERE = re.compile(f"[{_ANYWHERE}]")
_NEVER_FIRST = "、。，．！？：；・」』）】〉》］｝ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
# What a line that is filled by columns takes in at once: a word, or a character and what never begins a line.
_UNIT = re.compile(f"[「『（【〈《]*(?:[{_ANYWHERE}][{_NEVER_FIRST}]*|[^{SPACE}{_ANYWHERE}]*)")
_WORD = re.compile(f"[^{SPACE}]*")
_MARK = re.compile(r">[>\t ]*|(?:\||#+|//[/!]?|/?\*+)(?=[\t ])")
_BLANKS = re.compile("[\t \xa0]*")
_BULLET = re.compile(r"[*+•·‣▪●○■□►][\t \xa0]+")
# Numbers and dashes begin lines of running text as well, if seldom.
_NUMBER = re.compile(r"(?:[-–—]|[(\[]?[0-9]{1,3}[.)\]]|\(?[a-zA-Z][.)]|\([ivx]{2,4}\))[\t \xa0]+")
_ENDS = re.compile(r"[.!?:;…。！？：；؟۔।॥։።။។][\"'”’»)\]」』）】〉》]*$")
_GAP = re.compile("[ \xa0]+")
_CELLS = re.compile("\t|\\|.*\\||\\.{4}|(?: \\.){3}|[\u2500-\u257f]")
_TOKEN = re.compile(f"[^{SPACE}{_WIDE}]+")
_NUMERAL = re.compile("[0-9.,:;()%+-]*")
_LETTERS = re.compile("[A-Za-z'\u0080-\U0010ffff-]+")
# Signs at the start of a line behind which its first letter is looked for.
_SIGNS = 4


class Line(NamedTuple):
    """A line that is not blank, without the white space around it."""

    place: Place
    mark: str
    """what quotes the line or makes it a comment, without white space: `>>`, `|`, `//`"""
    indent: int
    """columns before the text, without those of the mark"""
    text: str
    """what stands behind the mark"""
    item: int
    """columns of the bullet, dash or number of a list item, with the white space behind it; else 0"""
    bullet: bool
    """whether that is a sign with which no line of running text begins"""

    @property
    def width(self) -> int:
        """Columns up to the end of the line, without those of the mark."""
        return self.indent + line_columns(self.text, self.indent)

    @property
    def points(self) -> int:
        """Return the same in characters, as programs count that know no wide ones."""
        return self.indent + len(self.text)


def split_text_lines(text: str) -> list[Place | None]:
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


def read_text_lines(text: str, places: list[Place]) -> list[Line]:
    """Return what the rule for wrapped text has to know about the lines of a block."""
    lines = []
    in_comment = False
    for start, end in places:
        body = text[start:end]
        in_comment = body.startswith("/*") or (in_comment and body.startswith("*"))
        mark, indent = "", _indent(text, start)
        match = _MARK.match(body)
        if match and (in_comment or "*" not in match[0]):
            mark = "*" if in_comment else match[0].replace(" ", "").replace("\t", "")
            begin = _end(_BLANKS, body, match.end())
            indent += line_columns(body[:begin], indent) - len(mark)
            body = body[begin:]
        bullet = _end(_BULLET, body)
        item = bullet or _end(_NUMBER, body)
        lines.append(Line((start, end), mark, indent, body, line_columns(body[:item], indent), bullet > 0))
    return lines


def _end(pattern: re.Pattern[str], text: str, start: int = 0) -> int:
    """Return where a match from `start` on ends, or 0."""
    match = pattern.match(text, start)
    return match.end() if match else 0


def _indent(text: str, start: int) -> int:
    """Columns of the white space with which a line begins."""
    begin = start
    while begin and is_space(text[begin - 1]) and not BREAK.match(text[begin - 1]):
        begin -= 1
    return line_columns(text[begin:start])


def line_columns(text: str, at: int = 0) -> int:
    """Columns that a text takes from a column on: two for wide characters, up to the next stop for a tab."""
    column = at
    for i, part in enumerate(text.split("\t")):
        if i:
            column += _TAB - column % _TAB
        column += len(part) if part.isascii() else len(part) + len(_WIDE_CHARACTER.findall(part))
    return column - at


def first_unit(text: str) -> str:
    """Return what a line takes in at once: a word, or a character and what never begins a line behind it."""
    return _UNIT.match(text)[0]  # type: ignore[index]


def first_word(text: str) -> str:
    """Return what stands before the first white space."""
    return _WORD.match(text)[0]  # type: ignore[index]


def breaks_anywhere(text: str) -> bool:
    """Return whether a text holds characters between which lines end without a space."""
    return bool(_BREAKS_ANYWHERE.search(text))


def opening(text: str) -> int:
    """LOWER, CAPITAL, CASELESS or OTHER: the first letter or digit, behind a few signs."""
    for char in text[:_SIGNS]:
        if is_word(char):
            return OTHER if "0" <= char <= "9" else case(char)
        if is_space(char):
            break
    return OTHER


def is_word(char: str) -> bool:
    """Return whether a character is part of a word: a letter, a mark or a digit."""
    tables = load_tables()
    folded = tables.fold.get(ord(char))
    return tables.kind[ord(char)] != SEPARATOR if folded is None else folded[0] != 0x20


def case(char: str) -> int:
    """LOWER, CAPITAL or CASELESS."""
    tables = load_tables()
    if ord(char) in tables.joins:
        return LOWER
    folded = tables.fold.get(ord(char))
    return CAPITAL if folded and folded[0] in tables.joins else CASELESS


def has_lower(text: str) -> bool:
    """Return whether a text holds a lower-case letter."""
    return any(ord(char) in load_tables().joins for char in text)


def may_end_sentence(text: str) -> bool:
    """Return whether a text ends with a sentence or a clause; closing quotes may follow."""
    return bool(_ENDS.search(text[-4:]))


def is_rule(text: str) -> bool:
    """Return whether a text holds neither letters nor digits."""
    return not any(map(is_word, text))


def is_one_word(text: str) -> bool:
    """Return whether a text is one word, of a script whose lines end between words."""
    return len(first_word(text)) == len(text) and not breaks_anywhere(text)


def is_row(line: Line) -> bool:
    """Return whether a line is a row of a table: cells, leaders, or a gap that no justified line has."""
    text = line.text[_end(_BULLET, line.text) or _end(_NUMBER, line.text) :]
    if _CELLS.search(text) or (line.mark == "|" and "|" in text):
        return True
    gaps = [len(gap) for gap in _GAP.findall(text)]
    return max(gaps, default=0) > 2 and not (max(gaps) == 3 and min(gaps) == 2 and len(gaps) > 3)


def hangs_at(line: Line, column: int) -> bool:
    """Return whether a part of a line begins at a column: behind its bullet or number, or behind a gap."""
    if line.item and column == line.indent + line.item:
        return True
    gaps = (gap.end() for gap in _GAP.finditer(line.text) if len(gap[0]) > 1)
    return any(column == line.indent + line_columns(line.text[:end], line.indent) for end in gaps)


def count_words(text: str) -> tuple[int, int]:
    """Count the words of a text but for numbers, and those that are names of code, paths or addresses."""
    words, odd = len(_WIDE_CHARACTER.findall(text)), 0
    for token in _TOKEN.findall(text):
        core = token.lstrip("\"'([*`").rstrip(",.;:!?)]\"'*`-")
        if not _NUMERAL.fullmatch(core):
            words += 1
            odd += not _LETTERS.fullmatch(core)
    return words, odd
