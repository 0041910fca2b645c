"""Full stops that end no sentence: behind abbreviations, initials, list numbers and ordinal numbers.

What stands before a full stop and behind it decides, and the language around it where a word is an abbreviation in
some languages only. `abbreviations.txt` and `sentence-words.txt` are the lists.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from dedupe.kernels.reference.sentence_words import LETTER, guess_languages, load_sentence_words, lower
from dedupe.text.tables import load_tables

_BLANK = "[ \xa0\u202f]"
_WORD_BEFORE = re.compile(f"{LETTER}+(?:[.-]{LETTER}+)*\\Z")
_PAIR_BEFORE = re.compile(f"(?<!{LETTER})({LETTER})\\.{_BLANK}({LETTER})\\Z")
_LAST_WORD = re.compile(f"({LETTER}+){_BLANK}+\\Z")
_NEXT_WORD = re.compile(f"[\"'“‘„‚«‹(]*({LETTER}+)(\\.?)")
_INITIALS = re.compile(f"{LETTER}(?:[.-]{LETTER})*")
_LIST_NUMBER = re.compile(r"[(\[]?(?:[0-9]{1,3}|[IVX]{2,7})")
_NUMBER_BEFORE = re.compile(r"[0-9]+\Z")
_NUMBER_AND_BLANK = re.compile(f"[0-9]{_BLANK}\\Z")
_ROMAN = re.compile("[IVX]{2,7}")
_DIGIT = "[0-9०-९০-৯੦-੯૦-૯୦-୯௦-௯౦-౯೦-೯]"
_NUMBER_BEHIND = re.compile(f"\\(?(?:{LETTER}{{1,4}}-?)?{_DIGIT}|[IVXLCDM]+(?!{LETTER})|[A-Z](?!{LETTER})")
_APART = re.compile(f"[-–—(]{{1,2}}{_BLANK}?({LETTER})")
# The rest of a date behind its day, and a day and a month before a year.
_DATE_BEHIND = re.compile("(?:[-–—] ?)?[0-9]{1,2}\\.")
_DATE_BEFORE = re.compile(f"(?<![0-9])[0-9]{{1,2}}\\.{_BLANK}?[0-9]{{1,2}}\\Z")
_YEAR = re.compile("(?:[0-9]{4}|[0-9]{2})(?![0-9])")
# How far a word or number reaches back, and how far the language is looked for.
_LOOK_BACK, _REACH = 24, 120


class _Entry(NamedTuple):
    languages: int
    kind: str
    capital: bool
    """whether the word has a capital in texts"""


@cache
def _abbreviations() -> dict[str, list[_Entry]]:
    """Return what may stand before a full stop inside a sentence, in lower case."""
    names = load_sentence_words().names
    table: dict[str, list[_Entry]] = {}
    for line in files("dedupe.text").joinpath("abbreviations.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        codes, kind, *words = line.split()
        languages = 0 if codes == "*" else sum(names[code] for code in codes.split(","))
        for word in words:
            table.setdefault(lower(word), []).append(_Entry(languages, kind, word != word.lower()))
    return table


class _Stop(NamedTuple):
    """A full stop, with what is looked at."""

    text: str
    begin: int
    """where its sentence begins"""
    word: int
    """where what stands before it begins"""
    place: int
    following: int
    """what follows white space behind it"""
    end: int

    def languages(self) -> int:
        """The languages around it, but for the word before it."""
        before = self.text[max(self.begin, self.word - _REACH) : self.word]
        return guess_languages(before, self.text[self.following : min(self.end, self.following + _REACH)])

    def next_word(self) -> str:
        """The word behind it, in lower case; none if that is an initial."""
        match = self.behind()
        return lower(match[1]) if match and not (match[2] and len(match[1]) == 1) else ""

    def behind(self) -> re.Match[str] | None:
        """The word behind it, and the full stop of that."""
        return _NEXT_WORD.match(self.text, self.following, min(self.end, self.following + _LOOK_BACK))

    def last_word(self) -> str:
        """The word before what stands before it."""
        match = _LAST_WORD.search(self.text[max(self.begin, self.word - _LOOK_BACK) : self.word])
        return match[1] if match else ""


def goes_on(char: str) -> bool:
    """Return whether a letter begins no sentence: it is a small one. Georgian is written without capitals."""
    return ord(char) in load_tables().joins and not "\u10d0" <= char <= "\u10ff"


def ends_nothing(text: str, begin: int, place: int, following: int, end: int) -> bool:
    """Return whether the full stop at `place`, in a sentence from `begin`, ends no sentence.

    `following` is what stands behind white space behind it, and no lower-case letter; the text is read up to `end`.
    """
    if _LIST_NUMBER.fullmatch(text, begin, place):
        return True
    before = text[max(begin, place - _LOOK_BACK) : place]
    if number := _NUMBER_BEFORE.search(before):
        return _is_ordinal(_Stop(text, begin, place - len(number[0]), place, following, end), len(number[0]))
    match = _WORD_BEFORE.search(before)
    if not match:
        return False
    word = match[0]
    stop = _Stop(text, begin, place - len(word), place, following, end)
    if len(word) == 1 and (pair := _PAIR_BEFORE.search(before)):
        decided = _decide(stop._replace(word=stop.word - 3), f"{pair[1]}.{pair[2]}")
    else:
        decided = None
    if decided is None:
        decided = _decide(stop, word)
    if decided is not None:
        return decided
    if _ROMAN.fullmatch(word):
        return _is_ordinal(stop, 0)
    if not _INITIALS.fullmatch(word):
        return False
    ends = (
        len(word) == 1 and (_is_king(stop, word) or _is_unit(stop, word)) and _is_frequent(stop, stop.next_word())
    )
    return not ends


def _decide(stop: _Stop, word: str) -> bool | None:
    """Return whether a word is an abbreviation that ends nothing here; None if it is none here."""
    entries = _abbreviations().get(lower(word), ())
    has_capital = ord(word[0]) not in load_tables().joins
    languages, found = None, None
    for entry in entries:
        if entry.capital and not has_capital:
            continue
        if entry.languages:
            languages = stop.languages() if languages is None else languages
            if not entry.languages & languages:
                continue
        if _joins(stop, entry.kind):
            return True
        found = False
    return found


def _joins(stop: _Stop, kind: str) -> bool:
    """Return whether a word of a kind ends nothing before what follows."""
    if kind == "any":
        return True
    if kind == "number":
        return bool(_NUMBER_BEHIND.match(stop.text, stop.following, stop.end))
    if kind == "name":
        return not _is_frequent(stop, stop.next_word())
    if kind == "initial":
        behind = stop.behind()
        return bool(behind and behind[2]) or stop.text[stop.begin : stop.word].endswith((".", ". "))
    # `last`: only what a bracket or a dash sets apart goes on.
    apart = _APART.match(stop.text, stop.following, stop.end)
    return bool(apart and goes_on(apart[1]))


def _is_frequent(stop: _Stop, word: str) -> bool:
    """Return whether a word is frequent in the language around a full stop: its capital begins a sentence."""
    languages = load_sentence_words().common.get(word, 0)
    return bool(languages and languages & stop.languages())


def _is_king(stop: _Stop, letter: str) -> bool:
    """Return whether a letter is a number behind a name."""
    name = stop.last_word()
    return letter in "IVX" and len(name) > 1 and lower(name[0]) != name[0]


def _is_unit(stop: _Stop, letter: str) -> bool:
    """Return whether a letter is a unit behind a number: `5 m.`."""
    before = stop.text[max(stop.begin, stop.word - 2) : stop.word]
    return ord(letter) in load_tables().joins and bool(_NUMBER_AND_BLANK.search(before))


def _is_ordinal(stop: _Stop, digits: int) -> bool:
    """Return whether the number before a full stop, of so many digits, is an ordinal number; 0 if it is Roman."""
    tables = load_sentence_words()
    if digits > 4:
        return False
    before = stop.text[max(stop.begin, stop.place - _LOOK_BACK) : stop.place]
    if _is_date(stop, before, digits):
        return bool(tables.ordinals & stop.languages())
    if stop.word > stop.begin and _is_part(stop.text[stop.word - 1]):
        return False
    word = stop.next_word()
    allowed = tables.behind.get(word, 0) & (tables.years if digits == 4 else -1)
    if digits < 4:
        allowed |= tables.before.get(lower(stop.last_word()), 0) & ~tables.common.get(word, 0) if word else 0
    return bool(allowed and allowed & stop.languages())


def _is_date(stop: _Stop, before: str, digits: int) -> bool:
    if not 1 <= digits <= 2:
        return False
    if _DATE_BEHIND.match(stop.text, stop.following, stop.end):
        return True
    return bool(_DATE_BEFORE.search(before) and _YEAR.match(stop.text, stop.following, stop.end))


def _is_part(char: str) -> bool:
    """Return whether a sign before a number belongs to it."""
    return char in ".,:" or bool(re.fullmatch(LETTER, char))
