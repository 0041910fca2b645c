"""Parse the command line, run the command, turn errors into messages and exit codes."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import difflib
import gc
import os
import re
import shutil
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NoReturn

import dedupe

DONE, PROBLEMS, NOT_DONE, FAULT, INTERRUPTED = 0, 1, 2, 3, 130
# Objects that are made between two looks for garbage.
_BEFORE_GARBAGE = 100_000
# Bytes of a block of memory; glibc has a limit of 32 MB.
_LARGEST_KEPT = 31 << 20


_GET_SHTAB = "Install it with: pip install 'dedupe-text[completion]'"

# What `dedupe` alone says.
_START = """dedupe finds near-duplicates, repeated passages and boilerplate in texts.

  dedupe clean DIR --dry-run
      preview: what would be removed, and why
  dedupe clean DIR --output cleaned/ --audit audit.jsonl
      remove it; one copy of everything stays
  dedupe restore cleaned/ --audit audit.jsonl --output original/
      restore the original files
  dedupe duplicates DIR --groups groups.jsonl --report report.html
      find near-duplicates, with a report to look at

DIR holds files of text, JSON lines, JSON, CSV or Parquet. More: dedupe --help"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done, 1 done but the input had problems (quarantined and counted), 2 not done, 3 a fault of the program.
    """
    if hasattr(sys.stdout, "reconfigure"):
        # What a terminal cannot show is shown as an escape; files are always UTF-8.
        sys.stdout.reconfigure(errors="backslashreplace")
    # Rows of results are many and lead nowhere: looking for circles among them costs a tenth of the time.
    gc.set_threshold(_BEFORE_GARBAGE)
    if arguments is None:
        # Nor at the end of the process, twice among all that was ever loaded.
        atexit.register(gc.freeze)
    # It is said in a line of its own.
    warnings.filterwarnings("ignore", "the native core is not installed", RuntimeWarning)
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("dedupe: interrupted; files that were finished stay, and no others\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"dedupe: {name}{error.strerror or error}; no partial output was left behind\n")
        with contextlib.suppress(OSError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_DONE
    except MemoryError:
        sys.stderr.write("dedupe: out of memory; run on fewer files at a time, or with --max-memory\n")
        return NOT_DONE
    except Exception:
        traceback.print_exc()
        sys.stderr.write(
            "dedupe: this is a fault of the program; no partial output was left behind. Please report it, "
            "with what is printed above\n"
        )
        return FAULT


def _run(arguments: Sequence[str] | None) -> int:
    # Imported here, so that an interrupt while modules load is met by `main` too.
    from dedupe.cli.flags import error_in_flags, flags_of
    from dedupe.cli.notes import notes_on_stderr
    from dedupe.errors import DedupeError
    from dedupe.text.display import printable

    parser = make_parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        print(_START)
        return DONE
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
    import numpy as np

    from dedupe import kernels

    # Having been given back so large a block, the C library keeps those up to its size: from the system they come
    # cleared, page by page, again and again. Nothing is written to it.
    np.empty(_LARGEST_KEPT, np.uint8)
    if not kernels.native and os.environ.get("DEDUPE_NATIVE") != "0":
        sys.stderr.write(f"dedupe: {kernels.MISSING}\n")
    with flags_of(options.parser), notes_on_stderr():
        try:
            if getattr(options, "options", None):
                from dedupe.cli.job_file import with_file

                options = with_file(options, parser, arguments)
            problems = options.run(options)
        except DedupeError as error:
            sys.stderr.write(f"dedupe: {printable(error_in_flags(error))}\n")
            return NOT_DONE
    sys.stdout.flush()
    return PROBLEMS if problems else DONE


class _Parser(argparse.ArgumentParser):
    """Says which command, option or choice was perhaps meant."""

    @cached_property
    def _width(self) -> int:
        return shutil.get_terminal_size().columns - 2

    def _get_formatter(self) -> argparse.HelpFormatter:
        # argparse makes one for each argument, and would ask for the width of the terminal each time.
        return self.formatter_class(prog=self.prog, width=self._width)  # type: ignore[call-arg]

    def format_help(self) -> str:
        """Return the help, that of a command with its options in groups."""
        if any(isinstance(action, argparse._SubParsersAction) for action in self._actions):
            return super().format_help()
        from dedupe.cli.groups import format_grouped

        return format_grouped(self, self._get_formatter())

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse arguments; what a command does not know, it says itself."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            getattr(options, "parser", self).error(f"unrecognized arguments: {' '.join(unknown)}")
        return options

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and what to do."""
        self.exit(
            NOT_DONE,
            f"{self.prog}: {message}{self._meant(message)}\nSee: {self.prog} --help\n",
        )

    def _meant(self, message: str) -> str:
        asked, _, choices = message.partition("(choose from ")
        known = re.findall(r"[\w-]+", choices) or list(_names(self))
        for quoted, option in re.findall(r"'([^']+)'|(--?[a-z-]+)", asked):
            close = difflib.get_close_matches(quoted or option, known, 1)
            if close and close[0] != (quoted or option):
                return f"; did you mean {close[0]}?"
        return ""


def _names(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Commands, options and choices of a parser and of those below it."""
    for action in parser._actions:
        yield from action.option_strings
        yield from map(str, action.choices or ())
        if isinstance(action.choices, dict):
            for below in action.choices.values():
                yield from _names(below)


class _Version(argparse.Action):
    """Print the version and the kernels in use; they are loaded only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        kernels = "native" if dedupe.native else "pure Python"
        print(f"dedupe {dedupe.__version__} ({kernels})")
        parser.exit(0)


class _Completion(argparse.Action):
    """Print what completes commands and options in a shell."""

    def __call__(self, parser: argparse.ArgumentParser, _: object, value: object, __: object = None) -> None:
        from dedupe.cli.completion import completion_script

        try:
            print(completion_script(parser, str(value)))
        except ImportError:
            parser.exit(NOT_DONE, f"dedupe: no shtab. {_GET_SHTAB}\n")
        parser.exit(0)


def make_parser() -> argparse.ArgumentParser:
    """The parser of the command line, with all commands."""
    from dedupe.cli.arguments import add_commands

    parser = _Parser(
        prog="dedupe",
        description="Find near-duplicates and repeated passages, score boilerplate, and clean text corpora.",
        epilog="Start with: dedupe clean FOLDER --dry-run",
    )
    parser.add_argument("-V", "--version", action=_Version, nargs=0, help="print version and kernels, and exit")
    parser.add_argument(
        "--print-completion",
        action=_Completion,
        choices=("bash", "zsh"),
        help="print a script that completes commands and options in this shell, and exit",
    )
    add_commands(parser)
    return parser
