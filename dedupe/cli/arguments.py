"""The commands, and the options that each has alone."""

from __future__ import annotations

import argparse
from typing import get_args

from dedupe.cli import commands
from dedupe.cli.duplicates import duplicates
from dedupe.cli.evaluate import add_evaluate_command
from dedupe.cli.explain import explain
from dedupe.cli.index import add_index_commands
from dedupe.cli.options import (
    SHOWN_OR_PIPED,
    add_columns,
    add_command,
    add_file,
    add_inputs,
    add_keep,
    add_memory,
    add_options,
    add_report,
)
from dedupe.cli.report import report
from dedupe.job import By, CleanOptions, CompareOptions, DuplicateOptions, FileOptions, PassageOptions, ScoreOptions


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add all commands to the parser."""
    commands_ = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (
        _clean,
        _restore,
        _report,
        _duplicates,
        _explain,
        _passages,
        _score,
        add_evaluate_command,
        add_index_commands,
    ):
        add(commands_)


def _clean(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "clean",
        commands.clean,
        "remove duplicates, repeated passages and boilerplate; the audit restores everything",
        "dedupe clean articles/ --dry-run --report report.html",
        "dedupe clean articles/ --output cleaned/ --audit audit.jsonl",
        "dedupe clean - --audit audit.jsonl < in.jsonl > out.jsonl",
        "dedupe clean big.jsonl --output clean.jsonl --audit audit.jsonl.gz --max-memory 2GB",
        "dedupe clean pages.parquet --output clean.parquet --audit audit.jsonl --text body",
    )
    add_inputs(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="folder, or file for a single input; - for standard output (the default for standard input)",
    )
    parser.add_argument("--audit", metavar="FILE", help="the audit, .jsonl (also .gz, .zst, .bz2, .xz)")
    parser.add_argument(
        "--no-audit", action="store_true", help="write no audit (standard output only): nothing can be restored"
    )
    add_file(parser, CleanOptions, FileOptions)
    add_options(parser, CleanOptions, leave=("keep",))
    add_columns(parser, "source")
    add_keep(parser)
    add_memory(parser)
    add_report(parser)
    parser.add_argument("--dry-run", action="store_true", help="preview: write nothing except --report")


def _restore(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "restore",
        commands.restore,
        "restore the original files from a cleaned output and its audit",
        "dedupe restore cleaned/ --audit audit.jsonl --output original/",
    )
    parser.add_argument("cleaned", metavar="OUT", help="what clean wrote: a folder or a file")
    parser.add_argument("--audit", required=True, metavar="FILE", help="the audit that clean wrote")
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="DIR",
        help="folder for the original files, or the name of one",
    )
    parser.add_argument("--force", action="store_true", help="overwrite existing files")


def _report(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "report",
        report,
        "write a report for people from the audit of clean",
        "dedupe report audit.jsonl --output report.html",
    )
    parser.add_argument("audit", metavar="AUDIT", help="the audit that clean wrote")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the page, .html")
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")


def _duplicates(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "duplicates",
        duplicates,
        "find near-duplicate documents, paragraphs or sentences",
        "dedupe duplicates corpus.jsonl --threshold 0.8 --groups groups.jsonl --kept kept.txt",
        "dedupe duplicates new.jsonl --against benchmark/ --by containment --pairs leaked.jsonl",
        "dedupe duplicates corpus.jsonl --unit paragraph --report report.html",
    )
    add_inputs(parser)
    add_options(parser, DuplicateOptions, leave=("keep", "pairs", "linkage"))
    # Its old name.
    parser.add_argument(
        "--similarity", dest="by", choices=get_args(By), default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    add_keep(parser)
    parser.add_argument(
        "--against",
        action="append",
        metavar="OLD",
        help="also compare with this file or folder (repeatable); nothing of it is removed or listed",
    )
    add_options(parser, DuplicateOptions, "linkage")
    parser.add_argument("--pairs", metavar="FILE", help="write each removed unit with its kept copy")
    parser.add_argument("--all-pairs", metavar="FILE", help="write every pair at the threshold")
    parser.add_argument("--groups", metavar="FILE", help="write groups of two and more")
    parser.add_argument("--kept", metavar="FILE", help="write what stays: one id a line, or .jsonl with spans")
    add_memory(parser)
    add_report(parser)


def _explain(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "explain",
        explain,
        "why two texts are near-duplicates, or are not",
        "dedupe explain corpus.jsonl:17 corpus.jsonl:94 --threshold 0.8",
        "dedupe explain old.txt new.txt --shingle word:5",
    )
    for name in ("a", "b"):
        parser.add_argument(
            name, metavar=name.upper(), help="a file with one document, or FILE:N, record N of a file (from 1)"
        )
    add_columns(parser, "text")
    add_options(parser, CompareOptions, leave=("paragraphs",))


def _passages(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "passages",
        commands.passages,
        "find passages that occur in two or more places, inside documents and across",
        "dedupe passages corpus.jsonl --output passages.jsonl --groups groups.jsonl",
        "dedupe passages article.txt --only within --show 5",
    )
    add_inputs(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help=f"one row per pair of copies; {SHOWN_OR_PIPED}")
    parser.add_argument("--groups", metavar="FILE", help="also write all copies of each passage")
    add_options(parser, PassageOptions, leave=("within", "across"))
    add_columns(parser, "order")
    parser.add_argument("--only", choices=("within", "across"), help="look inside documents, or across them, only")
    add_memory(parser)
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="show N pairs side by side, the least similar first"
    )
    add_report(parser)


def _score(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "score",
        commands.score,
        "score how likely each paragraph is boilerplate, or the language or quality of each document",
        "dedupe score article.txt",
        "dedupe score corpus.jsonl --output scores.jsonl",
        "dedupe score corpus.jsonl --what quality --rules gopher --output quality.parquet",
    )
    add_inputs(parser)
    add_options(parser, ScoreOptions)
    add_columns(parser, "source")
    add_memory(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help=f"one row per unit; {SHOWN_OR_PIPED}")
