"""Commands on Parquet in and out, for `spark-submit`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedupe.boilerplate import REMOVE_BOILERPLATE
from dedupe.cleaning.options import (
    MAX_REMOVAL,
    MAX_SOURCE_REMOVAL,
    MIN_LEFT,
    MIN_PASSAGE,
    STAGES,
    CleanOptions,
)
from dedupe.cli.notes import notes_on_stderr
from dedupe.duplicates.settings import FACTS, KEEP_RULES, Keep
from dedupe.errors import DedupeError, InputError, OutputError
from dedupe.lsh import UNITS
from dedupe.quality.names import RULE_SETS
from dedupe.text.display import printable

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from dedupe.spark.session import Step

DONE, NOT_DONE = 0, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done, 2 not done.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return DONE
    if options.command == "path":
        print(Path(__file__).with_name("submit.py"))
        return DONE
    # Workers on this machine are the Python that runs this.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        sys.stderr.write("dedupe: PySpark is not installed: pip install 'dedupe-text[spark]'\n")
        return NOT_DONE
    running = SparkSession.getActiveSession()
    session = running or SparkSession.builder.appName(f"dedupe {options.command}").getOrCreate()
    try:
        with notes_on_stderr():
            options.run(session, options)
    except DedupeError as error:
        sys.stderr.write(f"dedupe: {printable(str(error))}\n")
        return NOT_DONE
    finally:
        if running is None:
            session.stop()
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dedupe.spark",
        description="Find duplicates and passages, score and clean texts in Parquet files on Spark.",
        epilog='On a cluster: spark-submit "$(python -m dedupe.spark path)" clean IN --output OUT --audit AUDIT',
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("path", help="print where the script lies that spark-submit is given")
    for name, run, text in (
        ("duplicates", _duplicates, "which documents, paragraphs or sentences a kept one stands for"),
        ("passages", _passages, "passages that stand in two or more places"),
        ("score", _score, "how likely texts are boilerplate, or their language or quality"),
        ("clean", _clean, "remove duplicates, passages and boilerplate; keep one copy of each"),
        ("restore", _restore, "give back what clean was given"),
    ):
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.set_defaults(run=run)
        command.add_argument("inputs", nargs="+", metavar="IN", help="Parquet files or folders, at any URL")
        command.add_argument("--output", required=True, metavar="OUT", help="the folder of Parquet files to write")
        command.add_argument("--id-col", default="id", metavar="NAME", help="column of the ids (default: id)")
        command.add_argument(
            "--text-col", default="text", metavar="NAME", help="column of the texts (default: text)"
        )
        command.add_argument("--force", action="store_true", help="overwrite outputs; clean: whatever is removed")
        command.add_argument("--verbose", action="store_true", help="say each step that is done")
        _add_options(name, command)
    return parser


def _add_options(name: str, command: argparse.ArgumentParser) -> None:
    if name in ("duplicates", "clean"):
        command.add_argument(
            "--keep-sources", metavar="LIST", help="keep the copy whose source comes first in this"
        )
        command.add_argument(
            "--keep", default="first", metavar="RULE", help=f"{', '.join(KEEP_RULES)}, or a column of numbers"
        )
        command.add_argument("--threshold", type=float, metavar="T", help="least similarity")
        command.add_argument("--recall", type=float, default=0.99, metavar="R", help="share of pairs that is found")
        command.add_argument("--facts", choices=FACTS, default="ignore" if name == "duplicates" else "apart")
    if name in ("duplicates", "clean", "passages"):
        command.add_argument("--order-col", metavar="NAME", help="column with the order of the documents")
    if name in ("duplicates", "clean", "score"):
        command.add_argument("--source-col", metavar="NAME", help="column with the source of each document")
        command.add_argument("--paragraphs", choices=("auto", "lines", "blank"), default="auto")
    if name in ("duplicates", "score"):
        command.add_argument("--unit", choices=UNITS, default="document" if name == "duplicates" else "paragraph")
    if name == "passages":
        command.add_argument("--min-length", type=int, default=60, metavar="N", help="shortest passage, in letters")
        command.add_argument(
            "--similarity", type=float, default=0.5, metavar="S", help="least similarity of copies"
        )
        command.add_argument("--across", action="store_true", help="look across documents too")
    if name == "score":
        command.add_argument("--what", choices=("boilerplate", "language", "quality"), default="boilerplate")
        command.add_argument("--context", action="store_true", help="count neighbours and what comes back")
        command.add_argument("--rules", choices=RULE_SETS, default="default", help="rules of quality")
    if name == "clean":
        command.add_argument("--audit", required=True, metavar="AUDIT", help="the folder of the audit to write")
        command.add_argument("--remove", default=",".join(STAGES), metavar="LIST", help="what goes, with commas")
        command.add_argument("--boilerplate", type=float, default=REMOVE_BOILERPLATE, metavar="P")
        command.add_argument("--no-context", dest="context", action="store_false")
        command.add_argument("--quality", choices=RULE_SETS, help="remove documents that fail these rules too")
        command.add_argument("--min-passage", type=int, default=MIN_PASSAGE, metavar="N")
        command.add_argument("--min-left", type=int, default=MIN_LEFT, metavar="N")
        command.add_argument("--max-removal", type=float, default=MAX_REMOVAL, metavar="S")
        command.add_argument("--max-source-removal", type=float, default=MAX_SOURCE_REMOVAL, metavar="S")
    if name == "restore":
        command.add_argument("--audit", required=True, metavar="AUDIT", help="the audit that clean wrote")


def _duplicates(session: SparkSession, options: argparse.Namespace) -> None:
    from dedupe.spark.duplicates import find_duplicates

    _check_free(session, options, options.output)
    found = find_duplicates(
        _read(session, options),
        order_col=options.order_col,
        source_col=options.source_col,
        unit=options.unit,
        threshold=options.threshold,
        recall=options.recall,
        keep=_keep(options),
        facts=options.facts,
        paragraphs=options.paragraphs,
        **_common(options),
    )
    _write(session, found, options.output)


def _passages(session: SparkSession, options: argparse.Namespace) -> None:
    from dedupe.spark.passages import find_passages

    _check_free(session, options, options.output)
    found = find_passages(
        _read(session, options),
        order_col=options.order_col,
        min_length=options.min_length,
        similarity=options.similarity,
        across=options.across,
        **_common(options),
    )
    _write(session, found, options.output)


def _score(session: SparkSession, options: argparse.Namespace) -> None:
    from dedupe.spark.scoring import score

    _check_free(session, options, options.output)
    found = score(
        _read(session, options),
        source_col=options.source_col,
        what=options.what,
        unit=options.unit,
        context=options.context,
        rules=options.rules,
        paragraphs=options.paragraphs,
        **_common(options),
    )
    _write(session, found, options.output)


def _clean(session: SparkSession, options: argparse.Namespace) -> None:
    from dedupe.spark.brakes import measure_removal
    from dedupe.spark.cleaning import clean

    if options.output == options.audit:
        raise OutputError(f"output and audit are both {options.output}: name two folders")
    _check_free(session, options, options.output, options.audit)
    frame = _read(session, options)
    limits = CleanOptions(max_removal=options.max_removal, max_source_removal=options.max_source_removal)
    done = clean(
        frame,
        order_col=options.order_col,
        source_col=options.source_col,
        remove=[stage.strip() for stage in options.remove.split(",")],
        threshold=options.threshold,
        recall=options.recall,
        keep=_keep(options),
        facts=options.facts,
        boilerplate=options.boilerplate,
        context=options.context,
        quality=options.quality,
        min_passage=options.min_passage,
        min_left=options.min_left,
        paragraphs=options.paragraphs,
        **_common(options),
    )
    removal = measure_removal(
        frame, done.audit, options.id_col, options.text_col, options.source_col, options.max_source_removal
    )
    if not options.force:
        removal.check(limits)
    # Without the audit nothing could be undone: it is written first.
    _write(session, done.audit, options.audit, private=True)
    _write(session, done.cleaned, options.output)
    total = removal.total
    print(
        f"{total.documents - total.documents_removed:,} of {total.documents:,} documents and "
        f"{1 - total.share:.1%} of the text are left"
    )


def _restore(session: SparkSession, options: argparse.Namespace) -> None:
    from dedupe.spark.restoring import restore

    _check_free(session, options, options.output)
    audit = session.read.parquet(options.audit)
    whole = restore(_read(session, options), audit, id_col=options.id_col, text_col=options.text_col)
    _write(session, whole, options.output)


def _read(session: SparkSession, options: argparse.Namespace) -> DataFrame:
    return session.read.parquet(*options.inputs)


def _common(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "id_col": options.id_col,
        "text_col": options.text_col,
        "report": _say if options.verbose else None,
    }


def _say(step: Step) -> None:
    sys.stderr.write(f"{step.name}: {step.rows:,} rows, {step.seconds:.1f} s\n")


def _keep(options: argparse.Namespace) -> Keep:
    if options.keep_sources:
        return [part.strip().rstrip("/") for part in options.keep_sources.split(",") if part.strip()]
    keep: Keep = options.keep
    return keep


def _place(session: SparkSession, url: str) -> tuple[Any, Any]:
    """A folder at any URL, and the file system that it is in."""
    context: Any = session.sparkContext
    path = context._jvm.org.apache.hadoop.fs.Path(url)
    return path, path.getFileSystem(context._jsc.hadoopConfiguration())


def _check_free(session: SparkSession, options: argparse.Namespace, *outputs: str) -> None:
    """Refuse to overwrite what is there, or what is read."""
    known = {_qualified(session, name) for name in options.inputs}
    for url in outputs:
        path, files = _place(session, url)
        if _qualified(session, url) in known:
            raise OutputError(f"{url} is an input itself: name another output")
        if files.exists(path):
            if not options.force:
                raise OutputError(f"{url} exists: choose another output, or overwrite it with --force")
            if not files.getFileStatus(path).isDirectory():
                raise OutputError(f"{url} is a file where a folder is needed: choose another output")
    for url in options.inputs:
        path, files = _place(session, url)
        if "*" not in url and not files.exists(path):
            raise InputError(f"{url} does not exist")


def _qualified(session: SparkSession, url: str) -> str:
    path, files = _place(session, url)
    return str(files.makeQualified(path).toString())


def _write(session: SparkSession, frame: DataFrame, url: str, *, private: bool = False) -> None:
    """Write a frame beside its place, and move it there when it is whole."""
    beside = f"{url.rstrip('/')}.partial"
    part, files = _place(session, beside)
    files.delete(part, True)
    if private:
        context: Any = session.sparkContext
        files.mkdirs(part)
        files.setPermission(part, context._jvm.org.apache.hadoop.fs.permission.FsPermission("700"))
    frame.write.mode("append").parquet(beside)
    path, _ = _place(session, url)
    files.delete(path, True)
    if not files.rename(part, path):
        raise OutputError(f"{beside} could not be moved to {url}: it is whole, move it yourself")
