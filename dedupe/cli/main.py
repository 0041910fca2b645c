"""Parse the command line, run the command, turn errors into messages and exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import dedupe
from dedupe.cli.arguments import add_commands
from dedupe.errors import DedupeError

DONE, PROBLEMS, NOT_DONE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done, 1 done but the input had problems (quarantined and counted), 2 not done.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return DONE
    try:
        problems = options.run(options)
        sys.stdout.flush()
    except DedupeError as error:
        sys.stderr.write(f"dedupe: {error}\n")
        return NOT_DONE
    except KeyboardInterrupt:
        sys.stderr.write("dedupe: interrupted; no output was put in place\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except MemoryError:
        sys.stderr.write("dedupe: out of memory; run on fewer files at a time\n")
        return NOT_DONE
    return PROBLEMS if problems else DONE


class _Version(argparse.Action):
    """Print the version and the kernels in use; they are loaded only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        kernels = "native" if dedupe.native else "pure Python"
        print(f"dedupe {dedupe.__version__} ({kernels})")
        parser.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dedupe",
        description="Find near-duplicates and repeated passages, score boilerplate, and clean text corpora.",
        epilog="Start with: dedupe clean FOLDER --output cleaned/ --audit audit.jsonl",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print version and kernels, and exit")
    add_commands(parser)
    return parser
