"""The library names arguments; the command line shows the flags that stand for them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from shlex import quote

from dedupe.errors import DedupeError, OptionError
from dedupe.hints import WORDING

_FLAGS: ContextVar[Mapping[str, str]] = ContextVar("flags")


@contextmanager
def flags_of(parser: argparse.ArgumentParser) -> Iterator[None]:
    """Let `in_flags` know the flags of a command while it runs."""
    # A message names the long form, of two flags for one option the one that the help shows.
    flags = {
        one.dest: next((flag for flag in one.option_strings if flag.startswith("--")), None)
        for one in parser._actions
        if one.help is not argparse.SUPPRESS
    }
    token, wording = _FLAGS.set({name: flag for name, flag in flags.items() if flag}), WORDING.set(in_flags)
    try:
        yield
    finally:
        WORDING.reset(wording)
        _FLAGS.reset(token)


def in_flags(message: str) -> str:
    """Put flags for the arguments in backticks: `` `id=None` `` is `--id none`, `` `force=True` `` is `--force`."""
    return re.sub(r"`([a-z_]+)=([^`]*)`", _flag, message)


def error_in_flags(error: DedupeError) -> str:
    """Return the message of an error with flags; that of an option begins with one."""
    message = in_flags(str(error))
    if isinstance(error, OptionError):
        message = re.sub(r"^([a-z_]+)=('[^']*'|\([^)]*\)|\[[^]]*\]|\S*)", _flag, message)
    return message


def _flag(match: re.Match[str]) -> str:
    name, value = match.groups()
    flag = _FLAGS.get({}).get(name)
    if flag is None:
        return match[0]
    if value in ("True", "False"):
        return flag
    value = value.strip("'()[],").replace("', '", ",")
    return f"{flag} {'none' if value == 'None' else quote(value)}" if value else flag
