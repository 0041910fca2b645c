"""Completion of commands, options and file names in a shell, made by shtab from the parser."""

from __future__ import annotations

import argparse
from typing import Any

_FILES = ("IN", "OUT", "FILE", "OLD", "AUDIT", "A", "B")
_FOLDERS = ("DIR", "INDEX", "OTHER")


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return a script for bash or zsh.

    Raises
    ------
    ImportError
        shtab is not installed.
    """
    import shtab

    _name_files(parser, shtab)
    return str(shtab.complete(parser, shell=shell))


def _name_files(parser: argparse.ArgumentParser, shtab: Any) -> None:
    """Tell shtab which values are files or folders."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                _name_files(below, shtab)
        elif action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
