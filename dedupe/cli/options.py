"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from textwrap import fill, wrap
from typing import Any, TypeVar

from dedupe.cli.groups import HelpFormatter
from dedupe.files.formats import KNOWN_NAMES
from dedupe.job import DuplicateOptions, FileOptions, Keep
from dedupe.options import Described, options_of

SHOWN_OR_PIPED = "- for standard output (default: a short table on a terminal, JSON lines in a pipe)"

# What a help text is wide.
_COLUMNS = 78

Command = Callable[[argparse.Namespace], int]

T = TypeVar("T")


def add_command(
    parsers: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Command,
    text: str,
    *examples: str,
) -> argparse.ArgumentParser:
    """Add a command with its name, what it runs, what it does in words, and examples."""
    parser = parsers.add_parser(
        name,
        help=text,
        description=fill(f"{text[0].upper()}{text[1:]}.", _COLUMNS),
        epilog="\n".join([f"example{'s' if len(examples) > 1 else ''}:", *map(_example, examples)]),
        formatter_class=HelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    talk = parser.add_mutually_exclusive_group()
    talk.add_argument("-q", "--quiet", action="store_true", help="no progress and no summary")
    talk.add_argument("--json", action="store_true", help="the summary as one line of JSON, for machines")
    return parser


def _example(command: str) -> str:
    """A command over as many lines as it takes, as a shell reads it."""
    lines = wrap(command, _COLUMNS - 4, break_long_words=False, break_on_hyphens=False)
    return "  " + " \\\n      ".join(lines)


def add_options(parser: argparse._ActionsContainer, owner: type, *names: str, leave: Sequence[str] = ()) -> None:
    """Add the options of a class, or those of these names, as flags."""
    for name in names or options_of(owner):
        if name not in leave:
            add_option(parser, options_of(owner)[name])


def add_option(parser: argparse._ActionsContainer, own: Described, *aliases: str) -> None:
    """Add one option as a flag: `min_left` is `--min-left`, what is true by default `--no-…`."""
    flag = own.name.replace("_", "-")
    if own.kind is bool:
        turned, words = (
            ("store_false", own.option.off or own.option.help) if own.default else ("store_true", own.option.help)
        )
        parser.add_argument(
            f"--no-{flag}" if own.default else f"--{flag}", dest=own.name, action=turned, help=words
        )
        return
    default = own.option.shown or own.default
    words = own.option.help if default is None else f"{own.option.help} (default: {default})"
    kind = own.kind if own.kind in (int, float) else str
    if own.names:
        kind = _number_or_name
    more: dict[str, Any] = (
        {"choices": own.choices} if own.choices else {"type": kind, "metavar": own.option.metavar}
    )
    short = [own.option.short] if own.option.short else []
    parser.add_argument(*short, f"--{flag}", *aliases, dest=own.name, default=own.default, help=words, **more)


def _number_or_name(value: str) -> float | str:
    """A number where it is one; else the word as it is, which the options check."""
    try:
        return float(value)
    except ValueError:
        return value


def add_file(parser: argparse.ArgumentParser, *owners: type) -> None:
    """Add a file of options, and to each flag of these classes one, hidden, that turns back what the file says."""
    parser.add_argument("--options", metavar="FILE", help="options from a TOML file or an audit; flags win over it")
    for own in (own for owner in owners for own in options_of(owner).values() if own.kind is bool):
        flag, turned = own.name.replace("_", "-"), "store_true" if own.default else "store_false"
        back = f"--{flag}" if own.default else f"--no-{flag}"
        parser.add_argument(back, dest=own.name, action=turned, default=own.default, help=argparse.SUPPRESS)


def chosen(options: argparse.Namespace, owner: Callable[..., T], leave: Sequence[str] = ()) -> T:
    """Return the options of a class as the command line has them; those that it does not offer are the defaults."""
    given = {
        name: getattr(options, name) for name in options_of(owner) if hasattr(options, name) and name not in leave
    }
    if given.get("id") == "none":
        given["id"] = None
    if isinstance(given.get("remove"), str):
        given["remove"] = tuple(part.strip() for part in given["remove"].split(",") if part.strip())
    if "keep" in given:
        given["keep"] = keep_of(options)
    return owner(**given)


def keep_of(options: argparse.Namespace) -> Keep:
    """Return which copy stays."""
    if options.keep_sources:
        return [part.strip().rstrip("/") for part in options.keep_sources.split(",") if part.strip()]
    keep: Keep = options.keep
    return keep


def add_columns(parser: argparse.ArgumentParser, *names: str, suffix: str = "field") -> None:
    """Add which fields hold text, id and the rest; each flag has its old form too."""
    for name in names:
        add_option(parser, options_of(FileOptions)[name], f"--{name}-{suffix}")


def add_inputs(parser: argparse.ArgumentParser, *, least: str = "+") -> None:
    """Add the options of commands that read documents."""
    parser.add_argument(
        "inputs",
        nargs=least,
        metavar="IN",
        help=f"files ({KNOWN_NAMES}), folders, or - for standard input",
    )
    add_columns(parser, "text", "id")
    add_options(parser, FileOptions, "max_line", "max_document", "max_unpacked", "follow_links", "strict")
    parser.add_argument(
        "--force", action="store_true", help="overwrite existing outputs; clean: also ignore --max-removal"
    )
    parser.add_argument(
        "--quarantine",
        metavar="FILE",
        help="list unusable records in this file (default: beside the first output)",
    )


def add_keep(parser: argparse.ArgumentParser) -> None:
    """Add which copy stays, and what tells the order of the documents."""
    keep = parser.add_mutually_exclusive_group()
    add_option(keep, options_of(DuplicateOptions)["keep"], "--keep-field")
    keep.add_argument(
        "--keep-sources",
        metavar="LIST",
        help="keep the copy whose file or folder comes first in this list, with commas",
    )
    add_columns(parser, "order")


def add_memory(parser: argparse.ArgumentParser) -> None:
    """Add the limit of memory."""
    add_options(parser, FileOptions, "max_memory")
    parser.add_argument(
        "--workdir", metavar="DIR", help="folder for those files while the run lasts (default: the system's)"
    )


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add the page for people."""
    parser.add_argument("--report", metavar="FILE", help="also write a report for people, .html")
