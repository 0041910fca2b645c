"""Signals of users: functions of a text in, a column of numbers for each out."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from dedupe.documents import Corpus
from dedupe.errors import InputError
from dedupe.quality.signals import Floats

SignalFunctions: TypeAlias = Mapping[str, Callable[[str], float]]


def check_functions(functions: SignalFunctions | None, taken: Sequence[str]) -> None:
    """Refuse what cannot be asked.

    Raises
    ------
    InputError
        There is no mapping of functions by name, or a name is one of `taken`.
    """
    if functions is None:
        return
    if not isinstance(functions, Mapping):
        raise InputError(f"signals={functions!r} is no mapping of functions by name")
    for name, function in functions.items():
        if not isinstance(name, str) or not name:
            raise InputError(f"signals: {name!r} is no name of a signal: name it with a string")
        if name in taken:
            raise InputError(f"signals: the name {name!r} is that of another column: call the signal differently")
        if not callable(function):
            raise InputError(f"signals: {name!r} is {function!r}, which is no function of a text")


def call_functions(functions: SignalFunctions, corpus: Corpus) -> dict[str, Floats]:
    """Call functions with texts, one after another.

    Raises
    ------
    InputError
        A function fails or returns no number; the message names the signal and the document.
    """
    out = {name: np.zeros(len(corpus)) for name in functions}
    for i, text in enumerate(corpus.texts):
        for name, function in functions.items():
            where = f"signal {name!r} of document {corpus.ids[i]!r}"
            try:
                value: Any = function(text)
            except Exception as error:
                raise InputError(f"{where}: the function failed with {type(error).__name__}: {error}") from error
            if not isinstance(value, numbers.Real | np.bool_):
                raise InputError(f"{where}: the function returned {value!r}, which is no number")
            try:
                out[name][i] = value
            except OverflowError as error:
                raise InputError(f"{where}: the function returned an integer beyond all floats") from error
    return out
