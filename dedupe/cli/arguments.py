"""The commands, and the options that each has alone."""

from __future__ import annotations

import argparse

from dedupe.boilerplate import REMOVE_BOILERPLATE
from dedupe.cleaning.options import (
    MAX_REMOVAL,
    MAX_SOURCE_REMOVAL,
    MIN_LEFT,
    MIN_PASSAGE,
    PASSAGE_SIMILARITY,
    STAGES,
)
from dedupe.cli import commands
from dedupe.cli.duplicates import duplicates
from dedupe.cli.evaluate import add_evaluate_command
from dedupe.cli.explain import explain
from dedupe.cli.index import add_index_commands
from dedupe.cli.options import (
    add_command,
    add_comparison,
    add_context,
    add_facts,
    add_inputs,
    add_memory,
    add_report,
    add_search,
    add_threads,
)
from dedupe.cli.report import report
from dedupe.duplicates.settings import LINKAGES, SIMILARITIES
from dedupe.lsh import UNITS
from dedupe.quality.names import RULE_SETS


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
        "remove duplicates, repeated passages and boilerplate, with an audit that gives everything back",
        "dedupe clean articles/ --dry-run --report report.html",
        "dedupe clean articles/ --output cleaned/ --audit audit.jsonl",
        "dedupe clean big.jsonl --output clean.jsonl --audit audit.jsonl.gz --max-memory 2GB",
        "dedupe clean pages.parquet --output clean.parquet --audit audit.jsonl --text-field body",
    )
    add_inputs(parser)
    parser.add_argument("--output", metavar="OUT", help="folder, or file for a single input")
    parser.add_argument("--audit", metavar="FILE", help="the audit, .jsonl (also .gz, .zst)")
    parser.add_argument(
        "--remove",
        default=",".join(STAGES),
        metavar="LIST",
        help=f"what to remove, with commas (default: {','.join(STAGES)})",
    )
    parser.add_argument(
        "--boilerplate",
        type=float,
        default=REMOVE_BOILERPLATE,
        metavar="P",
        help=f"least probability of boilerplate that is removed (default: {REMOVE_BOILERPLATE})",
    )
    add_context(
        parser, "judge a paragraph by its own words only, not by its neighbours and how often it comes back"
    )
    parser.add_argument(
        "--quality",
        choices=RULE_SETS,
        help="also remove documents that fail the rules of this set, judged by what is left of them",
    )
    parser.add_argument(
        "--min-passage",
        type=int,
        default=MIN_PASSAGE,
        metavar="N",
        help=f"shortest repeated passage that is removed, in letters (default: {MIN_PASSAGE})",
    )
    parser.add_argument(
        "--passage-similarity",
        type=float,
        default=PASSAGE_SIMILARITY,
        metavar="S",
        help=f"least share of equal tokens of a passage that is removed (default: {PASSAGE_SIMILARITY})",
    )
    parser.add_argument(
        "--min-left",
        type=int,
        default=MIN_LEFT,
        metavar="N",
        help=f"fewer letters of a document than these are not left alone: it goes; 0: never (default: {MIN_LEFT})",
    )
    parser.add_argument(
        "--max-removal",
        type=float,
        default=MAX_REMOVAL,
        metavar="SHARE",
        help=f"stop before writing if more of the text would go; --force goes on (default: {MAX_REMOVAL})",
    )
    parser.add_argument(
        "--max-source-removal",
        type=float,
        default=MAX_SOURCE_REMOVAL,
        metavar="SHARE",
        help=f"the same for each file, folder or site of 20 documents or more (default: {MAX_SOURCE_REMOVAL})",
    )
    add_comparison(parser)
    add_facts(parser, "apart")
    add_memory(parser)
    add_report(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="decide and show everything, and write nothing but the report"
    )


def _restore(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "restore",
        commands.restore,
        "give back the files that clean was given",
        "dedupe restore cleaned/ --audit audit.jsonl --output original/",
    )
    parser.add_argument("cleaned", metavar="OUT", help="what clean wrote: a folder or a file")
    parser.add_argument("--audit", required=True, metavar="FILE", help="the audit that clean wrote")
    parser.add_argument("--output", required=True, metavar="DIR", help="folder for the original files")
    parser.add_argument("--force", action="store_true", help="overwrite files that are there")


def _report(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "report",
        report,
        "a page for people on what clean removed, from its audit",
        "dedupe report audit.jsonl --output report.html",
    )
    parser.add_argument("audit", metavar="AUDIT", help="the audit that clean wrote")
    parser.add_argument("--output", required=True, metavar="FILE", help="the page, .html")
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there")


def _duplicates(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "duplicates",
        duplicates,
        "find near-duplicate documents, paragraphs or sentences",
        "dedupe duplicates corpus.jsonl --threshold 0.8 --groups groups.jsonl --kept kept.txt",
        "dedupe duplicates new.jsonl --against benchmark/ --similarity containment --pairs leaked.jsonl",
        "dedupe duplicates corpus.jsonl --unit paragraph --report report.html",
    )
    add_inputs(parser)
    parser.add_argument("--unit", choices=UNITS, default="document", help="what is compared (default: document)")
    add_comparison(parser)
    add_facts(parser, "ignore")
    parser.add_argument(
        "--similarity",
        choices=SIMILARITIES,
        default="jaccard",
        help="containment: remove what stands in a longer unit, from threshold 0.8 on (default: jaccard)",
    )
    parser.add_argument("--shingle", metavar="S", help="word:N or char:N (default: char:5)")
    parser.add_argument("--permutations", type=int, metavar="N", help="limit on MinHash values")
    parser.add_argument(
        "--against",
        action="append",
        metavar="OLD",
        help="compare with this file or folder too (may be repeated); nothing of it is removed or listed",
    )
    parser.add_argument(
        "--linkage",
        choices=LINKAGES,
        default="leader",
        help="leader: members resemble the kept one; components: chains count, at your own risk (default: leader)",
    )
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
        "dedupe explain old.txt new.txt --unit paragraph",
    )
    for name in ("a", "b"):
        parser.add_argument(
            name, metavar=name.upper(), help="a file with one document, or FILE:N, record N of a file (from 1)"
        )
    parser.add_argument("--text-field", default="text", metavar="NAME", help="field of the text (default: text)")
    parser.add_argument("--unit", choices=UNITS, default="document", help="whose defaults hold (default: document)")
    add_search(parser)
    add_facts(parser, "ignore")


def _passages(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "passages",
        commands.passages,
        "find passages that stand in two places, inside documents and across",
        "dedupe passages corpus.jsonl --output passages.jsonl --groups groups.jsonl",
        "dedupe passages article.txt --only within --show 5 --output -",
    )
    add_inputs(parser)
    parser.add_argument("--output", required=True, metavar="FILE", help="pairs of copies; - for standard output")
    parser.add_argument("--groups", metavar="FILE", help="also write all copies of each passage")
    parser.add_argument(
        "--min-length", type=int, default=60, metavar="N", help="shortest passage in letters, from 16 (default: 60)"
    )
    parser.add_argument(
        "--similarity", type=float, default=0.5, metavar="S", help="least share of equal tokens (default: 0.5)"
    )
    parser.add_argument("--only", choices=("within", "across"), help="look inside documents, or across them, only")
    parser.add_argument(
        "--preset",
        choices=("prose", "template", "exact"),
        default="prose",
        help="prose asks more of repetitive documents, template of all, exact wants equal letters (default: prose)",
    )
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="show so many pairs side by side, the least similar first"
    )
    parser.add_argument(
        "--no-snap", dest="snap", action="store_false", help="leave ends where they are, not at sentences"
    )
    add_threads(parser)
    add_report(parser)


def _score(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "score",
        commands.score,
        "score how likely each paragraph is boilerplate, or the language or quality of each document",
        "dedupe score corpus.jsonl --output scores.jsonl",
        "dedupe score corpus.jsonl --what quality --rules gopher --output quality.parquet",
    )
    parser.add_argument(
        "--what",
        choices=("boilerplate", "language", "quality"),
        default="boilerplate",
        help="what is scored (default: boilerplate)",
    )
    add_inputs(parser)
    parser.add_argument(
        "--unit", choices=UNITS, default="paragraph", help="what is scored as boilerplate (default: paragraph)"
    )
    add_context(parser, "score each unit by its own words only, not by its neighbours and how often it comes back")
    parser.add_argument(
        "--rules",
        choices=RULE_SETS,
        default="default",
        help="the rules of quality that are asked (default: default)",
    )
    parser.add_argument(
        "--paragraphs", choices=("auto", "lines", "blank"), default="auto", help="where paragraphs end"
    )
    add_threads(parser)
    parser.add_argument("--output", required=True, metavar="FILE", help="a score a row; - for standard output")
