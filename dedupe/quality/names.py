"""The names of the sets of rules. Nothing heavy is imported here, for the command line reads it."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from dedupe.errors import InputError

RuleSet: TypeAlias = Literal["default", "gopher", "c4", "fineweb"]
RULE_SETS: tuple[RuleSet, ...] = get_args(RuleSet)


def check_rule_set(argument: str, name: str) -> None:
    """Refuse a name that no set has.

    Raises
    ------
    InputError
        There is no such set.
    """
    if name not in RULE_SETS:
        raise InputError(f"{argument}={name!r} is none of {', '.join(RULE_SETS)}")
