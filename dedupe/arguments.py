"""Checks of arguments that are no options: paths, flags, numbers, functions and lists, before any work."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import Any

from dedupe.errors import InputError
from dedupe.options import Described, Option

# What the system says of a name that no file can have.
_NO_NAME = frozenset((errno.ENAMETOOLONG, errno.EILSEQ))
_SHOWN = 40


def check_paths(**values: object) -> None:
    """Refuse what names no file.

    Raises
    ------
    InputError
        A value is no path, or the name of no file: empty, too long, or with a null character.
    """
    for name, value in values.items():
        if not is_path(name, value):
            raise InputError(f"{name}={_shown(value)} is no path: give a string or a Path")


def is_path(name: str, value: object) -> bool:
    """Return whether a value is a path; refuse a string that no file can have as its name.

    Raises
    ------
    InputError
        The string is empty, too long, or has a null character.
    """
    if not isinstance(value, str | os.PathLike) or not isinstance(os.fspath(value), str):
        return False
    path = os.fspath(value)
    reason = "it is empty" if not path else ""
    try:
        if "://" not in path:
            os.lstat(path)
    except ValueError:
        reason = reason or "it holds characters that names do not have"
    except OSError as error:
        if error.errno in _NO_NAME:
            reason = f"it has {len(path):,} characters"
    if reason:
        raise InputError(f"{name}={_shown(path)} is the name of no file, since {reason}: give a path")
    return True


def check_flags(**values: object) -> None:
    """Refuse what is neither True nor False.

    Raises
    ------
    OptionError
        A value is neither.
    """
    for name, value in values.items():
        Described(name, bool, False, False, Option("")).check(value)


def check_number(name: str, value: object, kind: type, **limits: Any) -> None:
    """Refuse what is no number of a kind (int or float), or out of range; `limits` are those of an `Option`.

    Raises
    ------
    OptionError
        A value is of another kind, or out of range.
    """
    Described(name, kind, False, None, Option("", **limits)).check(value)


def check_callables(**values: object) -> None:
    """Refuse what cannot be called; None is allowed.

    Raises
    ------
    InputError
        A value cannot be called.
    """
    for name, value in values.items():
        if value is not None and not callable(value):
            raise InputError(f"{name}={_shown(value)} is no function")


def as_list(name: str, value: Iterable[Any]) -> list[Any]:
    """Return the elements of a list, an array or another iterable; a string is none.

    Raises
    ------
    InputError
        The value is a string, or cannot be iterated over.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable) or getattr(value, "shape", None) == ():
        raise InputError(f"{name}={_shown(value)} is no list: give one")
    return list(value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
