"""Statements of a text, ready for comparison: the atoms of its fact text and the readings of it.

An *atom* is a word, a number, a sign, or a listed word (a negation, a number word, a month). Numbers are in one
notation, contractions are written out, spelling variants are one. A *reading* is all of them closed up: the text as
it is, or with words taken for misprints of others that it has. Two short texts agree if they have a reading in
common.

A text with marks is seen in three ways: with them, without them, and with umlauts transcribed. Marks count; but a
text that has none is compared with what another one with several marked words is without them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, groupby, pairwise
from typing import NamedTuple

from dedupe.kernels.reference.fact_notation import (
    differ_by_one,
    figures,
    han_value,
    is_han_number,
    letters_of,
    plain_digit,
    spelled,
)
from dedupe.kernels.reference.fact_text import FIRST_MARK, LAST_MARK, is_digit
from dedupe.kernels.reference.fact_words import (
    LISTED,
    LONGEST_PHRASE,
    NUMBER,
    PERCENT,
    SAME,
    Phrases,
    forms,
    load_fact_words,
)
from dedupe.text.tables import UNSPACED, load_tables

# One word in so many is a frequent one of its language, or the language is not known.
FREQUENT = 25
# Words of a text in which one in so many may be a stray.
STRAY = 200
# Letters of a word that may be misprinted, and words of a text in which misprints are looked for.
MISPRINTED = 5
LONGEST_CORRECTED = 2000
MOST_FIXES = 64
MOST_PAIRED = 16
# How often the right form of a misprint occurs in its text, at least.
EVIDENCE = 2
# Latin, Greek, Cyrillic and Armenian are before it, and the rest of Latin and Greek from U+1E00 on.
FIRST_CASELESS = "\u0590"
# Marked words of a text from which on one without any may be a copy that lost them.
MANY_MARKED = 3

WORD, FIGURE, SIGN, FACT = "w", "n", "x", "f"


class FactToken(NamedTuple):
    """A piece of the fact text: of letters, of digits, a sign, or what joins numbers."""

    kind: str
    text: str
    flag: str
    frequent: int
    """a bit for each language in which it is frequent"""


class Atom(NamedTuple):
    """A fact text, ready for comparison."""

    kind: str
    text: str
    flag: str
    """`C` or `S` for a word with a capital letter, inside a sentence or at its beginning"""
    own: str = ""
    """the word in its own spelling, where `text` is in the common one"""
    plain: str = ""
    """the same without marks"""
    frequent: bool = False

    @property
    def key(self) -> str:
        """Kind and text: what two atoms have in common that are the same."""
        return self.kind + self.text

    @property
    def is_caseless(self) -> bool:
        """Return whether a word is of a script without capital letters, where nothing tells a name."""
        return not (self.text[0] < FIRST_CASELESS or "\u1e00" <= self.text[0] < "\u2000")


class Fix(NamedTuple):
    """A word that may be a misprint: its atom, and that of the right form."""

    wrong: int
    right: int


@dataclass
class View:
    """One way to see a text."""

    atoms: list[Atom]
    language: int
    """number of the language, -1 where it is not known"""

    @cached_property
    def words(self) -> list[str]:
        """The atoms as they are compared."""
        return [atom.key for atom in self.atoms]

    @cached_property
    def counts(self) -> Counter[str]:
        """Return how often each atom occurs."""
        return Counter(self.words)

    @cached_property
    def strict(self) -> tuple[str, ...]:
        """Return what counts in texts of any length, in order of value."""
        return tuple(sorted(atom.key for atom in self.atoms if atom.kind != WORD))

    @cached_property
    def strays(self) -> bool:
        """Return whether a stray word may change: the language is known, and its words are more than characters."""
        kind = load_tables().kind
        words = [atom.text for atom in self.atoms if atom.kind == WORD]
        return self.language >= 0 and 2 * sum(kind[ord(word[0])] == UNSPACED for word in words) <= len(words)

    @cached_property
    def is_cased(self) -> bool:
        """Return whether capital letters say something: in titles and texts of capitals they do not."""
        words = [atom for atom in self.atoms if atom.kind in (WORD, FACT)]
        return 2 * sum(bool(atom.flag) for atom in words) <= len(words)

    @cached_property
    def small(self) -> set[str]:
        """Words that occur without a capital letter."""
        return {atom.text for atom in self.atoms if atom.kind == WORD and not atom.flag}

    @cached_property
    def names(self) -> dict[str, set[int]]:
        """By name how many letters are doubled in its spellings, if capital letters say something."""
        out: dict[str, set[int]] = {}
        for atom in self.atoms if self.is_cased else ():
            if atom.kind == WORD and atom.flag == "C":
                out.setdefault(atom.text, set()).add(sum(a == b for a, b in pairwise(atom.own)))
        return out

    def spells_names_like(self, other: View) -> bool:
        """Return whether two texts double letters alike in names that both have: `Michele` is not `Michelle`."""
        return all(self.names[name] == other.names[name] for name in self.names.keys() & other.names.keys())

    @cached_property
    def opposites(self) -> dict[str, list[tuple[str, str]]]:
        """By word its prefix of negation, and the rest as it is compared."""
        lists = load_fact_words()
        spells = lists.names[self.language] == "en"
        out: dict[str, list[tuple[str, str]]] = {}
        for atom in self.atoms:
            if atom.kind == WORD and (cuts := lists.languages[self.language].parts.opposites(atom.own)):
                out.setdefault(atom.text, [(prefix, spelled(rest) if spells else rest) for prefix, rest in cuts])
        return out

    @cached_property
    def readings(self) -> dict[str, list[tuple[str, ...]]]:
        """By each reading of the text its misprints, in each way that leads to the reading."""
        fixes = self._fixes()
        chosen: list[tuple[Fix, ...]] = [(), *((fix,) for fix in fixes)]
        every: dict[int, Fix] = {}
        for fix in fixes:
            every.setdefault(fix.wrong, fix)
        chosen.append(tuple(every.values()))
        if len(fixes) <= MOST_PAIRED:
            chosen += [(one, other) for one, other in combinations(fixes, 2) if one.wrong != other.wrong]
        out: dict[str, list[tuple[str, ...]]] = {}
        for some in chosen:
            out.setdefault(self._read(some), []).append(
                tuple(self._closed_up(self.atoms[fix.wrong]) for fix in some)
            )
        return out

    def shares_reading(self, other: View) -> bool:
        """Return whether two texts have a reading in common, and neither has a misprint of the other."""
        text, other_text = self._read(()), other._read(())
        return any(
            not any(wrong in other_text for wrong in own) and not any(wrong in text for wrong in others)
            for reading in self.readings.keys() & other.readings.keys()
            for own in self.readings[reading]
            for others in other.readings[reading]
        )

    def _read(self, fixes: tuple[Fix, ...]) -> str:
        right = {fix.wrong: fix.right for fix in fixes}
        return "".join(self._closed_up(self.atoms[right.get(place, place)]) for place in range(len(self.atoms)))

    def _closed_up(self, atom: Atom) -> str:
        """An atom without what parts it from the next one, but for prefixes: `in valid` is not `invalid`."""
        if atom.kind != WORD:
            return f"\x01{atom.kind}{atom.text}\x02"
        lists = load_fact_words()
        language = self.language if self.language >= 0 else lists.names.index("en")
        return atom.text + "\x03" * (atom.text in lists.languages[language].parts.prefixes)

    def _fixes(self) -> list[Fix]:
        """Words that occur once and differ by a letter from one that the text has more often, in order of place."""
        if len(self.atoms) >= LONGEST_CORRECTED:
            return []
        count: Counter[str] = Counter()
        first: dict[str, int] = {}
        for place, atom in enumerate(self.atoms):
            if atom.kind == WORD and not atom.frequent:
                count[atom.text] += 1
                if atom.flag != "C":
                    first.setdefault(atom.text, place)
        fixes = []
        for place in first.values():
            wrong = self.atoms[place]
            if wrong.flag or count[wrong.text] > 1:
                continue
            for right, at in first.items():
                if count[right] >= EVIDENCE and is_misprint(wrong, self.atoms[at]):
                    fixes.append(Fix(place, at))
        return fixes[:MOST_FIXES]


@dataclass
class Profile:
    """A text as it is compared with others."""

    marked: View
    plain: View
    """without marks; the same as `marked` where there are none"""
    transcribed: View
    """the same as `plain` where there are no umlauts"""
    marked_words: int


def profile_of(fact_text: str) -> Profile:
    """Make a fact text ready for comparison."""
    words = [word for word in fact_text.split(" ") if word]
    tokens: tuple[list[FactToken], list[FactToken], list[FactToken]] = ([], [], [])
    marked_words, has_umlauts = 0, False
    for word in words:
        if word[0] in "XJ" or word == "x×":
            token = FactToken(WORD, "x", "", 0) if word == "x×" else FactToken(word[0], word[1:], "", 0)
            for row in tokens:
                row.append(token)
            continue
        flag = word[0] if word[0] in "CS" else ""
        written = forms(word[len(flag) :])
        marked_words += written.has_marks
        has_umlauts |= written.transcribed != written.plain
        frequent = load_fact_words().frequent.get(written.plain, 0)
        for row, text in zip(tokens, written, strict=True):
            row.extend(_pieces(text, flag, frequent))
    language = _language(tokens[1])
    lists = load_fact_words().languages[language] if language >= 0 else None
    plain = _view(tokens[1], lists.plain if lists else {}, language)
    marked = _view(tokens[0], lists.marked if lists else {}, language) if marked_words else plain
    transcribed = _view(tokens[2], lists.plain if lists else {}, language) if has_umlauts else plain
    return Profile(marked, plain, transcribed, marked_words)


def _pieces(text: str, flag: str, frequent: int) -> list[FactToken]:
    """The letters and digits of a word, apart."""
    pieces = []
    for digits, group in groupby(text, is_digit):
        chars = list(group)
        if digits:
            pieces.append(FactToken("d", "".join(map(plain_digit, chars)), "", frequent))
        else:
            pieces.append(FactToken(WORD, "".join(chars), flag, frequent))
    if len(pieces) > 1:
        pieces = [piece._replace(frequent=0) for piece in pieces]
    return pieces


def _language(tokens: list[FactToken]) -> int:
    """The language whose frequent words a text has most of; -1 where there are few.

    It is -1 too if the language has no other lists, in a text so long that, written out, it may have stray words.
    """
    found: Counter[int] = Counter()
    words = 0
    for token in tokens:
        words += token.kind == WORD
        bits = token.frequent
        while bits:
            lowest = bits & -bits
            found[lowest.bit_length() - 1] += 1
            bits ^= lowest
    languages = load_fact_words().languages
    is_long = 2 * len(tokens) >= STRAY
    asked = [language for language in found if is_long or languages[language].is_listed]
    best = min(asked, key=lambda language: (-found[language], language), default=-1)
    is_known = found[best] * FREQUENT >= words and languages[best].is_listed
    return best if is_known else -1


def _view(tokens: list[FactToken], phrases: Phrases, language: int) -> View:
    tokens = _written_out(tokens, phrases)
    # Spellings of one sound are those of English; a language that is not known may be it.
    spells = language < 0 or load_fact_words().names[language] == "en"
    comma_groups = language >= 0 and load_fact_words().languages[language].comma_groups
    bit = 1 << language if language >= 0 else 0
    atoms: list[Atom] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.kind == "d":
            end = place + 1
            while end + 1 < len(tokens) and tokens[end].kind == "J" and tokens[end + 1].kind == "d":
                end += 2
            point = "0." if atoms and atoms[-1].key == "x." else ""
            if point:
                atoms.pop()
            for figure in figures([item.text for item in tokens[place:end]], comma_groups=comma_groups):
                atoms.append(Atom(FIGURE, point + figure, ""))
                point = ""
            place = end
        elif token.kind == "X":
            atoms.append(Atom(SIGN, token.text, ""))
            place += 1
        elif token.kind == "J":
            place += 1
        elif token.kind == WORD and is_han_number(token.text):
            end = place + 1
            while end < len(tokens) and tokens[end].kind == WORD and is_han_number(tokens[end].text):
                end += 1
            atoms.append(Atom(FIGURE, han_value("".join(item.text for item in tokens[place:end])), ""))
            place = end
        else:
            width, (kind, value) = _listed(tokens, place, phrases)
            if not width:
                text = spelled(token.text) if spells else token.text
                plain = "".join(char for char in token.text if not FIRST_MARK <= char <= LAST_MARK)
                atoms.append(Atom(WORD, text, token.flag, token.text, plain, bool(token.frequent & bit)))
                width = 1
            elif kind == PERCENT:
                atoms.append(Atom(SIGN, "%", ""))
            elif kind == NUMBER:
                atoms.append(Atom(FIGURE, value, ""))
            else:
                text = " ".join(item.text for item in tokens[place : place + width])
                atoms.append(Atom(FACT, text, token.flag))
            place += width
    return View(atoms, language)


def _written_out(tokens: list[FactToken], phrases: Phrases) -> list[FactToken]:
    """Contractions replaced by what they stand for."""
    out: list[FactToken] = []
    place = 0
    while place < len(tokens):
        width, (kind, value) = _listed(tokens, place, phrases)
        if width and kind == SAME:
            flag = tokens[place].flag
            for number, word in enumerate(value.split(" ")):
                out.append(FactToken(WORD, word, "" if number else flag, load_fact_words().frequent.get(word, 0)))
            place += width
        else:
            out.append(tokens[place])
            place += 1
    return out


def _listed(tokens: list[FactToken], place: int, phrases: Phrases) -> tuple[int, tuple[int, str]]:
    """Return how many words from a place on are a listed phrase, the longest there is, and what it is."""
    found = (0, (LISTED, ""))
    text = ""
    for width in range(1, LONGEST_PHRASE + 1):
        if place + width > len(tokens) or tokens[place + width - 1].kind != WORD:
            break
        text = f"{text} {tokens[place + width - 1].text}" if text else tokens[place].text
        if text in phrases:
            found = (width, phrases[text])
    return found


def is_misprint(wrong: Atom, right: Atom) -> bool:
    """Return whether a word may be another one misprinted; what differs in marks or spelling alone is none."""
    if wrong.text == right.text or wrong.plain == right.plain:
        return False
    if letters_of(right.plain) < MISPRINTED or letters_of(wrong.plain) < MISPRINTED - 1:
        return False
    return differ_by_one(wrong.own, right.own)
