"""Options as fields of dataclasses: one description checks a value, makes the flag, and documents it."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from types import NoneType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from dedupe.errors import InputError, OptionError
from dedupe.hints import did_you_mean, without_quotes
from dedupe.sizes import parse_size

# A share of more than this is meant in per cent.
_PERCENT = 10


@dataclass(frozen=True)
class Option:
    """Range, help and flags of an option."""

    help: str
    least: float = -math.inf
    most: float = math.inf
    above: bool = False
    """the least value itself is out of range"""
    below: bool = False
    """the largest value itself is out of range"""
    metavar: str | None = None
    short: str | None = None
    """a flag of one letter"""
    shown: str | None = None
    """the default in words, if its value does not say it"""
    hint: str = ""
    """text that an error adds"""
    off: str | None = None
    """the help of the flag that turns it off"""
    test: Callable[[str, Any], object] | None = None
    """refuses a value that its type alone does not"""


def option(default: Any, text: str, **more: Any) -> Any:
    """Return a field of an options class, with its default, its help, and more fields of `Option`."""
    return field(default=default, metadata={"option": Option(text, **more)})


def again(owner: type, name: str, default: Any) -> Any:
    """Return the field of another options class with another default."""
    return field(default=default, metadata={"option": options_of(owner)[name].option})


@dataclass(frozen=True)
class Described:
    """A field of an options class: name, type without None, whether None is allowed, default, and the rest."""

    name: str
    kind: Any
    optional: bool
    default: Any
    option: Option
    names: tuple[str, ...] = ()
    """words that may stand for a number"""

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a closed choice."""
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    @property
    def kind_in_words(self) -> str:
        """The values that are allowed, in words."""
        own = self.option
        if self.choices:
            return ", ".join(self.choices)
        if self.kind is bool:
            return "yes or no"
        if self.kind not in (int, float):
            return {"SIZE": "a size", "LIST": "a list"}.get(own.metavar or "", "text")
        low = "" if own.least == -math.inf else f"{'above' if own.above else 'from'} {own.least:g}"
        high = "" if own.most == math.inf else f"{'below' if own.below else 'up to'} {own.most:.12g}"
        number = " ".join(part for part in ("whole" if self.kind is int else "", low, high) if part) or "a number"
        return f"{', '.join(self.names)}, or {number}" if self.names else number

    def check(self, value: Any) -> None:
        """Refuse a value of another type or out of range.

        Raises
        ------
        OptionError
            The message names the option, the value, and what is allowed.
        """
        if value is None and self.optional:
            return
        name, kind = self.name, self.kind
        if self.option.test is not None:
            self.option.test(name, value)
        elif self.choices:
            if not isinstance(value, str) or value not in self.choices:
                raise OptionError(
                    f"{name}={value!r} is not one of {', '.join(self.choices)}{did_you_mean(value, self.choices)}"
                )
        elif kind is bool:
            if not is_truth(value):
                raise OptionError(f"{name}={value!r} is neither True nor False{_truth(value)}")
        elif kind in (int, float):
            if not (isinstance(value, str) and value in self.names):
                self._check_number(value)
        elif kind is str and not isinstance(value, str):
            raise OptionError(f"{name}={value!r} is no string")
        elif kind == int | str:
            if isinstance(value, bool) or not isinstance(value, kind):
                raise OptionError(f"{name}={value!r} is no size: give bytes, or for example 800MB")
            try:
                parse_size(value)
            except InputError as error:
                raise OptionError(f"{name}={error}") from error

    def _check_number(self, value: Any) -> None:
        name, own = self.name, self.option
        whole = "a whole number" if self.kind is int else "a number"
        if self.names:
            whole = f"one of {', '.join(self.names)}, and no number"
        allowed = numbers.Integral if self.kind is int else numbers.Real
        number: Any = value
        if isinstance(value, bool) or not isinstance(value, allowed) or number != number:  # noqa: PLR0124
            hint = without_quotes(value) or did_you_mean(value, self.names)
            raise OptionError(f"{name}={value!r} is not {whole}{hint}")
        low = number <= own.least if own.above else number < own.least
        high = number >= own.most if own.below else number > own.most
        if low or high:
            share = f": {value} % is {value / 100:g}" if own.most == 1 and _PERCENT <= number <= 100 else ""
            raise OptionError(f"{name}={value!r} {self.range}{own.hint or share}")

    @property
    def range(self) -> str:
        """Return in words why a number is out of range."""
        own = self.option
        if own.most == math.inf:
            return f"must be {'above' if own.above else 'at least'} {own.least:g}"
        if not (own.above or own.below):
            return f"is not between {own.least:.12g} and {own.most:.12g}"
        return f"must be above {own.least:g} and {'below' if own.below else 'up to'} {own.most:g}"


def is_truth(value: Any) -> bool:
    """Return whether a value is True or False, of Python or of numpy, which is not imported for that."""
    kind = type(value)
    return isinstance(value, bool) or (kind.__module__, kind.__name__.rstrip("_")) == ("numpy", "bool")


def _truth(value: Any) -> str:
    word = {"true": "True", "false": "False"}.get(value.casefold()) if isinstance(value, str) else None
    return f": write {word}, without quotes" if word else ""


@cache
def options_of(owner: Any) -> Mapping[str, Described]:
    """Return the options of a class by name."""
    hints = get_type_hints(owner)
    out = {}
    for own in fields(owner):
        kinds = get_args(hints[own.name])
        optional = NoneType in kinds and get_origin(hints[own.name]) is not Literal
        plain = [kind for kind in kinds if kind is not NoneType]
        kind, names = Union[*plain] if optional else hints[own.name], ()
        if float in plain:
            names = tuple(name for one in plain if get_origin(one) is Literal for name in get_args(one))
            kind = float
        default = own.default if own.default is not MISSING else None
        out[own.name] = Described(own.name, kind, optional, default, own.metadata["option"], names)
    return out


def check(owner: type, **values: Any) -> None:
    """Refuse values that the options of a class cannot have.

    Raises
    ------
    OptionError
        A value is of another type, or out of range.
    """
    for name, value in values.items():
        options_of(owner)[name].check(value)


class Options:
    """Base of the options classes: checks every field when one is made."""

    def __post_init__(self) -> None:
        check(type(self), **vars(self))
        owner: type = type(self)
        for name, own in options_of(owner).items():
            # Numbers of other libraries cannot be written into an audit.
            value = getattr(self, name)
            if own.kind in (int, float, bool) and value is not None and not isinstance(value, str):
                object.__setattr__(self, name, own.kind(value))
