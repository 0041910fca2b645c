"""The fact text: the folded words of a text, with what folding lost and a reader would not miss.

Signs beside numbers and letters (`-5`, `C++`, `< 5`, `./x`), superscripts, ticks, stars and emoji are words of
their own; letters keep their marks; a word keeps whether it has a capital, and whether it begins a sentence.
Quotes, brackets, sentence marks, list bullets, dashes between spaces and emphasis leave no trace. `signs.txt` lists
the signs, `marks-v1.txt` the marks.

Words are parted by a space. Folded words have no capital letter of ASCII, so that these say what follows:

- `C` and `S` before a word: it has a capital letter, inside a sentence or at its beginning;
- `M` behind it: its marks, each behind the number of the letter that has it;
- `X` before a sign, `J` before what joins the numbers on both sides (`3.5`, `10:30`; `J_` is a space).

The reference of the native kernels `fact_texts`, `sign_texts` and `sign_hashes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedupe.kernels.records import FactTexts
from dedupe.text.encode import TextBatch, encode_text
from dedupe.text.fold import fold_tokens
from dedupe.text.hashing import U64, hash_tokens
from dedupe.text.signs import load_signs
from dedupe.text.tables import IGNORED, SEPARATOR, UNSPACED, load_tables

# The zeros of scripts with decimal digits of their own.
ZEROS = (0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0,
         0xF20, 0x1040, 0x17E0, 0x1810)  # fmt: skip
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"  # noqa: E501
FIRST_MARK, LAST_MARK = "\u0300", "\u036f"
# Units whose letters are others in capitals: `mW` is no `MW`, `Mb` no `MB`.
_CASED_UNITS = {
    **dict.fromkeys(("mW", "mV", "mJ", "mA"), "milli"),
    **dict.fromkeys(("kb", "Kb", "Mb", "Gb", "Tb"), "bit"),
}
# Letters of a grade or an ion before its sign (`BBB-`, `Cl-`, `NO3-`), and how many a unit has before a slash.
_CHARGED = re.compile("[A-Z](?:[a-z]?|[A-Z]{2})|[A-Z]{2}")
_UNIT = 2
_ENTITY = re.compile("&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[0-9A-Za-z]{1,8});")
# How often an ampersand may stand for one that opens another entity.
_ESCAPES = 8


def fact_texts(texts: TextBatch) -> FactTexts:
    """The fact text of each text, one behind the other, and where each begins."""
    return _adjacent([encode_text(fact_text(texts.text(i))) for i in range(len(texts))])


def sign_hashes(texts: TextBatch) -> U64:
    """A hash of what the fact text of each text has beside folded words; 0 where there is nothing."""
    signs = [sign_text(texts.text(i)).encode() for i in range(len(texts))]
    return np.array([int(hash_tokens([text])[0]) if text else 0 for text in signs], np.uint64)


def sign_texts(texts: TextBatch) -> FactTexts:
    """Return what the fact text of each text has beside folded words, likewise."""
    return _adjacent([sign_text(texts.text(i)).encode() for i in range(len(texts))])


def _adjacent(parts: list[bytes]) -> FactTexts:
    """Bytes one behind the other."""
    out = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=out[1:])
    return np.frombuffer(b"".join(parts), np.uint8), out


def fact_text(text: str) -> str:
    """The fact text of a text.

    Examples
    --------
    >>> fact_text("It was -5 °C in Graz: « C++ » costs 3,50 €.")
    'Sit was X- 5 Cc in Cgraz Cc X++ costs 3 J, 50 X€'
    """
    return " ".join(word for _, word in _words(text))


def sign_text(text: str) -> str:
    """Return signs and marks of the fact text, each behind the number of the folded word."""
    found = []
    for number, word in _words(text):
        if (word[0] in "XJ" and word != "J_") or word == "x×":
            found.append(f"{number}{word}")
        elif "M" in word:
            found.append(f"{number}{word[word.index('M') :]}")
    return " ".join(found)


def is_digit(char: str) -> bool:
    """Return whether a character is a decimal digit of any script."""
    return any(zero <= ord(char) < zero + 10 for zero in ZEROS)


def _words(text: str) -> Iterator[tuple[int, str]]:
    """The words of the fact text, each with the number of the folded word that it is of or before."""
    before, end, number = "", 0, -1
    earlier, previous = "", NO_WORD
    for number, token in enumerate(fold_tokens(text)):
        gap = _decoded(text[end : token.start]) if token.start > end else ""
        for sign in _signs(gap, before, token.text[0], _is_open(before, earlier), previous):
            yield number, sign
        counted = text[end : token.start] in ("", " ") and before != "" and is_digit(before)
        begins = not before or _ends_sentence(gap)
        # A character may stand for several tokens: what it has belongs to the first.
        inside = _decoded(text[max(token.start, end) : token.end])
        for word in _inside(token.text, inside, "S" if begins else "C"):
            yield number, word
        if unit := _cased_unit(text[max(token.start, end) : token.end], counted):
            yield number, f"X{unit}"
        previous = _word_before(token.text, text[max(token.start, end) : token.end], counted)
        earlier, before, end = before, token.text[-1], max(token.end, end)
    for sign in _signs(_decoded(text[end:]), before, "", False, previous):
        yield number + 1, sign


class WordBefore(NamedTuple):
    """A word, as the signs behind it see it."""

    exponent: bool
    """whether it ends like `1e`, before an exponent"""
    charged: bool
    """whether it may be a grade or an ion"""
    unit: bool
    """whether it may be a unit"""


NO_WORD = WordBefore(False, False, False)


def _word_before(folded: str, text: str, counted: bool) -> WordBefore:
    """Return what the signs behind a word see of it; `counted` says whether a number is before it."""
    digits = 0
    while digits < len(folded) and is_digit(folded[digits]):
        digits += 1
    exponent = len(folded) > 1 and folded[-1] == "e" and is_digit(folded[-2])
    charged = _CHARGED.fullmatch(re.sub("[0-9]", "", text)) is not None
    return WordBefore(exponent, charged, 0 < len(folded) - digits <= _UNIT and (counted or digits > 0))


def _cased_unit(text: str, counted: bool) -> str:
    """Return what the case of a unit behind a number says, or nothing."""
    unit = text.lstrip("0123456789")
    return _CASED_UNITS.get(unit, "") if counted or len(unit) < len(text) else ""


def _is_open(before: str, earlier: str) -> bool:
    """Return whether a sign counts behind a character: in scripts without spaces, but for counts (`5月-6月`)."""
    return before != "" and load_tables().kind[ord(before)] == UNSPACED and not (earlier and is_digit(earlier))


def _decoded(text: str) -> str:
    """The text with entities replaced by what they stand for."""
    if "&" not in text:
        return text
    out, place = [], 0
    while place < len(text):
        char, after = _entity(text, place)
        out.append(char)
        place = after
    return "".join(out)


def _entity(text: str, place: int) -> tuple[str, int]:
    """The character at a place, that of an entity there, and where the next one begins."""
    char, after = text[place], place + 1
    for _ in range(_ESCAPES):
        match = _ENTITY.match("&" + text[after : after + 10]) if char == "&" else None
        point = _named(match[1]) if match else 0
        if not match or not point:
            break
        char, after = chr(point), after + match.end() - 1
    return char, after


def _named(name: str) -> int:
    if name[0] != "#":
        return load_tables().entities.get(name, 0)
    point = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    return 0 if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF else point


def _ends_sentence(gap: str) -> bool:
    """Return whether a sentence ends in what lies between two words."""
    role = load_signs().role
    stops = [place for place, char in enumerate(gap) if f"stop{char}" in role]
    return gap.count("\n") > 1 or any(char in SPACES for place in stops[:1] for char in gap[place:])


def _inside(folded: str, text: str, capital: str) -> Iterator[str]:
    """A folded word with its marks and whether it has a capital letter; superscripts are words of their own."""
    signs, tables = load_signs(), load_tables()
    letters = length = 0
    marks, flag = "", ""
    cuts: list[int] = []
    more: list[str] = []
    raised = False
    last = 0
    for char in text:
        point = ord(char)
        if FIRST_MARK <= char <= LAST_MARK and (last, point) in tables.compose:
            # A letter that keeps its mark, such as й, keeps it in the fold.
            last = tables.compose[last, point]
            continue
        if (char in SUPERSCRIPTS) != raised:
            raised = not raised
            cuts.append(min(length, len(folded)))
        if signs.role.get(char) == "anywhere":
            more.append(f"X{char}")
        is_mark = FIRST_MARK <= char <= LAST_MARK
        own = signs.marks.get(char, char if is_mark else "")
        if own and not is_mark:
            letters += 1
        marks += "".join(f"{letters}{mark}" for mark in own)
        fold = tables.fold.get(point, (point,))
        parts = [part for part in fold if tables.kind[part] not in (IGNORED, SEPARATOR)]
        kept, last = len(parts), (parts or [last])[-1]
        if not own and kept:
            letters += 1
        length += kept
        if fold != (point,) and point not in tables.joins and fold and fold[0] in tables.joins:
            flag = capital
    places = [0, *cuts, len(folded)]
    pieces = [folded[first:last] for first, last in pairwise(places)]
    for place, piece in enumerate(pieces):
        if place % 2:
            yield "X^"
        if piece:
            yield flag + piece + (f"M{marks}" if marks else "")
            flag = marks = ""
    yield from more


def _signs(gap: str, before: str, after: str, is_open: bool, previous: WordBefore) -> Iterator[str]:
    """The signs that count between two words, of which `before` ends the one and `after` begins the other."""
    if gap in ("", " "):
        if gap and before and after and is_digit(before) and is_digit(after):
            yield "J_"
        return
    yield from _Gap(gap, before, after, is_open, previous).read()


class _Gap:
    """The gap between two words, as signs and their neighbours."""

    def __init__(self, gap: str, before: str, after: str, is_open: bool, previous: WordBefore) -> None:
        signs = load_signs()
        self.role = signs.role
        self.signs = [signs.same.get(char, char) for char in gap]
        # The words on both sides, as a digit, a letter or an edge of the text.
        self.line = [_kind(before), *(" " if char in SPACES else "o" for char in gap), _kind(after)]
        self.gap, self.is_open, self.previous = gap, is_open, previous

    def read(self) -> Iterator[str]:
        signs, line = self.signs, self.line
        if len(signs) == 1 and line[0] == line[2] == "d" and (f"joiner{signs[0]}" in self.role or line[1] == " "):
            yield "J_" if line[1] == " " else f"J{signs[0]}"
            return
        place = 0
        while place < len(signs):
            sign = signs[place]
            role = self.role.get(sign)
            found, width = self.sign(role, sign, place) if role else ("", 1)
            if found:
                yield found
            place += width

    def sign(self, role: str, sign: str, place: int) -> tuple[str, int]:
        """Return what the sign at a place counts as, if it does, and how many signs it takes."""
        left, right = self.line[place], self.line[place + 2]
        following = self.signs[place + 1] if place + 1 < len(self.signs) else ""
        counts, width = False, 1
        if role in ("anywhere", "prime"):
            counts = role == "anywhere" or left == "d"
        elif role == "inside":
            counts = not self.begins_line(place)
        elif role == "minus":
            counts = self.subtracts(place) or self.is_bracketed(place)
        elif role == "power":
            sign, counts = "-" if sign == "⁻" else "+", right == "d" or left in "dw"
        elif role == "compare":
            if following == "=":
                return ("X≤" if sign == "<" else "X≥"), 2
            counts = self.compares(place)
        elif role == "tilde":
            if following == "/" and self.opens(place):
                return "X~/", 2
            counts = self.opens(place) and right == "d"
        elif role == "percent":
            counts = self.near(place, -1) == "d"
        elif role == "dollar":
            counts = "d" in (self.near(place, -1), self.near(place, 1))
        elif role == "slash":
            counts = (place == 0 and self.previous.unit and right == "w") or (self.opens(place) and right in "dw")
        elif role == "dot":
            dots = 2 if following == "." else 1
            if "".join(self.signs[place + dots : place + dots + 1]) == "/" and self.opens(place):
                return f"X{'.' * dots}/", dots + 1
            counts = self.opens(place) and right == "d"
        elif role == "bang":
            if following == "=":
                return "X≠", 2
            counts = self.opens(place) and right == "w"
        elif role == "plus":
            width = self.run(place)
            counts = left in "dw" or (width == 1 and (self.adds(place) or self.is_bracketed(place)))
            sign *= min(width, 2)
        elif role == "hash":
            counts = left == "w" and right not in "dw"
        elif role == "caret":
            counts = left in "dw" and right in "dw"
        elif role == "equals":
            width = self.run(place)
            sign, counts = sign * width, width <= 2 and self.equates(place + width)
        elif role == "twice":
            width = self.run(place)
            sign, counts = sign * 2, width == 2
        elif role == "row":
            counts = "row" in map(self.role.get, (*self.signs[max(place - 1, 0) : place], following))
        elif role == "times":
            counts = self.between_digits(place)
            return ("x×" if counts else ""), 1
        return (f"X{sign}" if counts else ""), width

    def opens(self, place: int) -> bool:
        """Return whether nothing but an edge, white space or an opening sign is before a place."""
        if place == 0:
            return self.is_open or self.line[0] == "e"
        return self.line[place] == " " or f"opening{self.gap[place - 1]}" in self.role

    def subtracts(self, place: int) -> bool:
        """Return whether a minus is a sign of a number, an exponent, a grade or an ion."""
        right = self.line[place + 2]
        if place == 0 and self.previous.exponent and right == "d":
            return True
        if place == 0 and self.previous.charged and right not in "dw":
            return "".join(self.gap[1:2]) != "\n" and "".join(self.signs[1:2]) not in ("-", ">")
        if place and right == "d" and self.role.get(self.signs[place - 1]) in ("anywhere", "dollar"):
            return True
        return self.opens(place) and self.is_before_digit(place)

    def is_bracketed(self, place: int) -> bool:
        """Return whether a sign alone is in brackets: `(-)-menthol`."""
        return place > 0 and self.gap[place - 1] == "(" and self.gap[place + 1 : place + 2] == ")"

    def is_before_digit(self, place: int) -> bool:
        """Return whether a digit follows at once, or behind a currency or a decimal point."""
        if self.line[place + 2] == "d":
            return True
        money = place + 1 < len(self.signs) and self.role.get(self.signs[place + 1]) in (
            "anywhere",
            "dollar",
            "dot",
        )
        return money and self.line[place + 3] == "d"

    def compares(self, place: int) -> bool:
        """Return whether `<` or `>` compares: no bracket, arrow, or quotation at the beginning of a line."""
        left, right = self.line[place], self.line[place + 2]
        if self.begins_line(place) or (place and self.signs[place - 1] in "-="):
            return False
        if left in "dw" and right in "dw":
            return True
        step = place + 1
        while step < len(self.signs) and self.line[step + 1] == " ":
            step += 1
        number = self.line[step + 1] == "d" or (step < len(self.signs) and self.is_before_digit(step))
        return number or (left == " " and right == " ")

    def adds(self, place: int) -> bool:
        """Return whether a plus is between numbers, or between spaces and no list bullet."""
        apart = self.line[place] == self.line[place + 2] == " "
        return self.between_digits(place) or (apart and not self.begins_line(place))

    def equates(self, end: int) -> bool:
        """Return whether signs up to a place are between words of one line, and no other sign follows."""
        return "e" not in (self.line[0], self.line[-1]) and "\n" not in self.gap and self.line[end + 1] != "o"

    def begins_line(self, place: int) -> bool:
        """Return whether nothing but white space and quotation marks of mail is before a place in its line."""
        for step in range(place - 1, -1, -1):
            if self.gap[step] == "\n":
                return True
            if self.line[step + 1] != " " and self.signs[step] != ">":
                return False
        return self.line[0] == "e"

    def near(self, place: int, step: int) -> str:
        """Return what is nearest to a place on one side, white space left out."""
        place += step
        while 0 <= place < len(self.signs) and self.line[place + 1] == " ":
            place += step
        return self.line[place + 1]

    def between_digits(self, place: int) -> bool:
        return self.near(place, -1) == self.near(place, 1) == "d"

    def run(self, place: int) -> int:
        """Return how many signs of one kind follow each other from a place on."""
        end = place
        while end < len(self.signs) and self.signs[end] == self.signs[place]:
            end += 1
        return end - place


def _kind(char: str) -> str:
    """An edge of the text, a digit, or a letter."""
    if not char:
        return "e"
    return "d" if is_digit(char) else "w"
