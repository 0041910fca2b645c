"""Old names of arguments and of what the package offers: each works, and gives a `DeprecationWarning`."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def warn_old(old: str, new: str, level: int = 3) -> None:
    """Say that a name is old, where it is used, and what is used instead."""
    warnings.warn(f"{old} is an old name: use {new}", DeprecationWarning, stacklevel=level)


def renamed(**names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function take arguments by their old names (`old="new"`) too."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: Any, **given: Any) -> R:
            for old, new in names.items():
                if old in given:
                    if new in given:
                        raise TypeError(f"{function.__name__}() got both {old}= and its new name {new}=")
                    warn_old(f"{old}=", f"{new}=")
                    given[new] = given.pop(old)
            return function(*args, **given)

        return call

    return decorate
