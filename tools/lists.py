"""Lists as documents, made of the names and words of `lists/names.txt`: content whose lines read like menus.

Casts, rosters, indexes, tables of contents, news in brief, results, time tables, ingredients and
properties. Every fold draws from other names and headlines, so that a model that has not seen a fold has not seen
its names. All draws are seeded.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

# Languages whose names begin with that of the family, and of these the ones that write both as one word.
_FAMILY_FIRST, _JOINED = ("hu", "vi", "ja", "zh", "ko"), ("ja", "zh", "ko")
_UNSPACED = ("ja", "zh", "th")
_LISTS, _FEWEST, _MOST = 20, 4, 14
_SHORT = 45
_PERSONS = 5
# Shares of ingredients that are named alone, and of those that are counted by the piece.
_BARE, _UNCOUNTED = 0.3, 0.3


class Vocabulary(NamedTuple):
    """Names and words of a language."""

    first: list[str]
    last: list[str]
    roles: list[str]
    places: list[str]
    foods: list[str]
    units: list[str]
    specs: list[str]


def read_vocabularies(path: Path) -> dict[str, Vocabulary]:
    """Read the names and words of all languages."""
    out: dict[str, dict[str, list[str]]] = {}
    language = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
            out[language] = {}
        else:
            field, _, names = line.partition(": ")
            out[language][field] = names.split(", ")
    return {language: Vocabulary(**fields) for language, fields in out.items()}


def read_persons(path: Path) -> list[str]:
    """Return the names of some persons of every language."""
    return [
        _full_name(language, own.first[place], own.last[place])
        for place in range(_PERSONS)
        for language, own in sorted(read_vocabularies(path).items())
    ]


def _full_name(language: str, first: str, last: str) -> str:
    if language in _JOINED:
        return last + first
    return f"{last} {first}" if language in _FAMILY_FIRST else f"{first} {last}"


def make_lists(path: Path, headlines: dict[str, list[str]], folds: int) -> list[dict[str, Any]]:
    """Return rows of content, list by list: `list` is the number of a row's list."""
    vocabularies = read_vocabularies(path)
    out: list[dict[str, Any]] = []
    number = 0
    for language in sorted(vocabularies):
        for fold in range(folds):
            writer = _Writer(language, vocabularies[language], headlines.get(language, []), fold, folds)
            for _ in range(_LISTS):
                for text in dict.fromkeys(writer.write()):
                    row = {"text": text, "label": 0, "lang": language, "category": "content", "fold": fold}
                    out.append({**row, "site": "lists", "source": "lists", "cut": "list", "list": number})
                number += 1
    return out


class _Writer:
    """Writes the lists of a language and a fold."""

    def __init__(self, language: str, own: Vocabulary, headlines: list[str], fold: int, folds: int) -> None:
        def of_fold(names: list[str]) -> list[str]:
            return [name for i, name in enumerate(names) if i % folds == fold]

        self._random = random.Random(zlib.crc32(f"{language} {fold}".encode()))
        self._language = language
        self._first, self._last = of_fold(own.first), of_fold(own.last)
        self._roles, self._places = own.roles, own.places
        self._foods, self._units, self._specs = of_fold(own.foods), own.units, own.specs
        short = [line for line in headlines if len(line) <= _SHORT]
        self._headlines = [line for line in short if zlib.crc32(line.encode()) % folds == fold]
        self._forms: list[Callable[[], Callable[[int], str]]] = [
            *[self._plain] * 3,
            *[self._people] * 2,
            *[self._crew] * 3,
            *[self._recipe] * 2,
            *(self._cast, self._results, self._index, self._properties),
        ]
        if self._headlines:
            self._forms += [self._contents, self._books, *[self._news] * 3]

    def write(self) -> list[str]:
        """Return the lines of a list, all in one form."""
        line = self._random.choice(self._forms)()
        return [line(number) for number in range(1, self._random.randint(_FEWEST, _MOST) + 1)]

    def _name(self) -> str:
        return _full_name(self._language, self._random.choice(self._first), self._random.choice(self._last))

    def _form(self, *forms: str) -> Callable[[int], str]:
        form, draw = self._random.choice(forms), self._random
        start, year = draw.randint(1, 60), draw.randint(1700, 2015)

        def line(number: int) -> str:
            page = start + number * 3 + draw.randint(0, 2)
            place, place2 = draw.sample(self._places, 2)
            return form.format(
                number=number,
                page=page,
                page2=page + draw.randint(2, 9),
                shirt=draw.randint(1, 40),
                goals=draw.randint(0, 5),
                goals2=draw.randint(0, 4),
                minute=draw.randint(1, 90),
                year=year + number,
                year2=year + number + draw.randint(20, 80),
                name=self._name(),
                name2=self._name(),
                first=draw.choice(self._first),
                last=draw.choice(self._last),
                upper=draw.choice(self._last).upper(),
                role=self._roles[(start + number) % len(self._roles)],
                place=place,
                place2=place2,
                head=draw.choice(self._headlines) if self._headlines else "",
                initial=draw.choice(self._first)[0],
                hour=f"{(start + number) % 24:02}:{draw.randint(0, 59):02}",
                hour2=f"{(start + number + 1) % 24:02}:{draw.randint(0, 59):02}",
            )

        return line

    def _plain(self) -> Callable[[int], str]:
        return self._form("{name}", "{name}", "{name}", "{last}, {first}", "{upper} {first}", "{name}, {name2}")

    def _people(self) -> Callable[[int], str]:
        forms = ("{number}. {name}", "{shirt} {name}", "{name} ({year}–{year2})", "{name}, {place}", "- {name}")
        return self._form(
            *forms, "{name} ({place})", "{place}: {name}", "{name} {shirt}", "{year}: {name}", "* {name}"
        )

    def _crew(self) -> Callable[[int], str]:
        return self._form(
            "{role}: {name}", "{role} : {name}", "{name} – {role}", "{name} ({role})", "{name}, {role}"
        )

    def _cast(self) -> Callable[[int], str]:
        return self._form(
            "{first}: {name}", "{first} : {name}", "{first} – {name}", "{name} … {first}", "{first} ..... {name}"
        )

    def _results(self) -> Callable[[int], str]:
        forms = (
            "{place} {goals} {place2} {goals2}",
            "{place} – {place2} {goals}:{goals2}",
            "{place} {hour} {hour2}",
        )
        return self._form(*forms, "{name} {minute}′", "{number}. {place} {page}", "{hour} {place}", "{place}")

    def _index(self) -> Callable[[int], str]:
        forms = (
            "{last}, {first}, {page}, {page2}",
            "{place}, {page}–{page2}",
            "{name} {page}",
            "{last} {page}, {page2}",
        )
        return self._form(*forms)

    def _recipe(self) -> Callable[[int], str]:
        """Return ingredients, with and without amounts."""
        draw = self._random
        gap = "" if self._language in _UNSPACED else " "
        behind = draw.random() < (0.8 if gap == "" else 0.2)

        def line(number: int) -> str:
            food, unit = draw.choice(self._foods), draw.choice(self._units)
            amount = draw.choice(("1", "2", "3", "4", "½", "1/2", "1 ½", "50", "100", "150", "250", "500"))
            if draw.random() < _BARE:
                food += draw.choice(("", f", {draw.choice(self._foods)}"))
                return food[:1].upper() + food[1:]
            if draw.random() < _UNCOUNTED:
                return f"{food} {amount}" if behind else f"{amount} {food}"
            return f"{food} {amount}{gap}{unit}" if behind else f"{amount}{gap}{unit} {food}"

        return line

    def _properties(self) -> Callable[[int], str]:
        """Return what a thing is like, one property a line."""
        draw = self._random
        form = draw.choice(("{}: {} {}", "■ {}：{} {}", "- {}: {} {}", "{} {} {}", "• {} – {} {}", "{} | {} {}"))
        start = draw.randrange(len(self._specs))

        def line(number: int) -> str:
            spec, unit = (
                self._specs[(start + number) % len(self._specs)],
                draw.choice(("kg", "mm", "cm", "h", "W", "%")),
            )
            return form.format(spec[:1].upper() + spec[1:], draw.randint(1, 400), unit)

        return line

    def _contents(self) -> Callable[[int], str]:
        forms = ("{head} {page}", "{number}. {head}", "{head} ..... {page}", "{number}.{goals} {head} {page}")
        return self._form(*forms, "{number} {head}", "{hour} {head}", "{name}: {head}")

    def _news(self) -> Callable[[int], str]:
        return self._form("{head}", "{head}", "{place}: {head}", "{last}: {head}", "{place} – {head}")

    def _books(self) -> Callable[[int], str]:
        forms = ("{last}, {initial}. ({year}). {head}. {place}.", "{last}, {first}: {head}. {place} {year}.")
        return self._form(*forms, "{initial}. {last}, {head}, {year}, {page}–{page2}.", "{year} {head}")
