"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from textwrap import fill, wrap

from dedupe.duplicates.settings import DEFAULTS, FACTS, KEEP_RULES
from dedupe.files.limits import Limits, size_in_words

# What a help text is wide.
_COLUMNS = 78

Command = Callable[[argparse.Namespace], int]

_THRESHOLDS = ", ".join(f"{threshold} for {unit}s" for unit, (_, threshold) in DEFAULTS.items())


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
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    talk = parser.add_mutually_exclusive_group()
    talk.add_argument("--quiet", action="store_true", help="no progress and no summary")
    talk.add_argument("--json", action="store_true", help="the summary as one line of JSON, for machines")
    return parser


def _example(command: str) -> str:
    """A command over as many lines as it takes, as a shell reads it."""
    lines = wrap(command, _COLUMNS - 4, break_long_words=False, break_on_hyphens=False)
    return "  " + " \\\n      ".join(lines)


def add_inputs(parser: argparse.ArgumentParser, *, least: str = "+") -> None:
    """Add the options of commands that read documents."""
    parser.add_argument(
        "inputs",
        nargs=least,
        metavar="IN",
        help="files (.txt, .jsonl, also .gz and .zst; .parquet), folders, or - for standard input",
    )
    parser.add_argument("--text-field", default="text", metavar="NAME", help="field of the text (default: text)")
    parser.add_argument(
        "--id-field",
        default="auto",
        metavar="NAME",
        help="field of the id; none: file:line (default: id where there is one, none where ids repeat)",
    )
    for name, of in (
        ("line", "a line of JSONL"),
        ("document", "the text of a document"),
        ("unpacked", "what a compressed file unpacks to"),
    ):
        limit = size_in_words(getattr(Limits, name))
        parser.add_argument(
            f"--max-{name}", metavar="SIZE", help=f"{of} that is longer is quarantined (default: {limit})"
        )
    parser.add_argument(
        "--follow-links",
        action="store_true",
        help="read what links in a folder lead to, outside it too",
    )
    parser.add_argument("--strict", action="store_true", help="stop at an unusable record; do not quarantine it")
    parser.add_argument(
        "--force", action="store_true", help="overwrite outputs that are there; clean: whatever is removed"
    )
    parser.add_argument(
        "--quarantine",
        metavar="FILE",
        help="where unusable records are listed (default: beside the first output)",
    )


def add_search(parser: argparse.ArgumentParser) -> None:
    """Add what near-duplicates are: threshold, recall and shingle."""
    add_threshold(parser)
    parser.add_argument("--shingle", metavar="S", help="word:N or char:N (default: char:5)")


def add_threshold(parser: argparse.ArgumentParser) -> None:
    """Add the least similarity, and how surely a pair at it is found."""
    parser.add_argument("--threshold", type=float, metavar="T", help=f"least similarity (default: {_THRESHOLDS})")
    parser.add_argument(
        "--recall",
        type=float,
        default=0.99,
        metavar="R",
        help="share of pairs at the threshold that is found (default: 0.99)",
    )


def add_comparison(parser: argparse.ArgumentParser) -> None:
    """Add what near-duplicates are, how surely they are found, and which copy stays."""
    add_threshold(parser)
    keep = parser.add_mutually_exclusive_group()
    keep.add_argument(
        "--keep",
        choices=KEEP_RULES,
        default="first",
        metavar="RULE",
        help=f"which copy stays: {', '.join(KEEP_RULES)} (default: first)",
    )
    keep.add_argument("--keep-field", metavar="NAME", help="keep the copy with the largest number in this field")
    keep.add_argument(
        "--keep-sources",
        metavar="LIST",
        help="keep the copy whose file or folder comes first in this list, with commas",
    )
    parser.add_argument(
        "--paragraphs", choices=("auto", "lines", "blank"), default="auto", help="where paragraphs end"
    )
    add_threads(parser)


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add the number of threads."""
    parser.add_argument("--threads", type=int, metavar="N", help="threads (default: one for each CPU)")


def add_memory(parser: argparse.ArgumentParser) -> None:
    """Add the limit of memory."""
    parser.add_argument(
        "--max-memory",
        metavar="SIZE",
        help="work within so much memory, such as 1GB, with files for the rest (default: all in memory)",
    )
    parser.add_argument(
        "--workdir", metavar="DIR", help="where those files go while the run lasts (default: the system's)"
    )


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add the page for people."""
    parser.add_argument("--report", metavar="FILE", help="also write a page for people, .html")


def add_context(parser: argparse.ArgumentParser, text: str) -> None:
    """Add whether neighbours count."""
    parser.add_argument("--no-context", dest="context", action="store_false", help=text)
    parser.add_argument(
        "--source-field",
        metavar="NAME",
        help="field of the site or publication: what comes back on one is mostly boilerplate",
    )


def add_facts(parser: argparse.ArgumentParser, default: str) -> None:
    """Add what is done with near copies that differ in a fact."""
    parser.add_argument(
        "--facts",
        choices=FACTS,
        default=default,
        help=f"near copies that differ in a number, a name, a title: {' or '.join(FACTS)} (default: {default})",
    )
