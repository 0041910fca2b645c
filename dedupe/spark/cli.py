"""Commands on Parquet in and out, for `spark-submit`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedupe.cli.flags import error_in_flags, flags_of
from dedupe.cli.notes import notes_on_stderr
from dedupe.cli.options import add_columns, add_option, add_options, chosen
from dedupe.errors import DedupeError, InputError, OutputError
from dedupe.job import CleanOptions, Columns, DuplicateOptions, PassageOptions, ScoreOptions
from dedupe.options import options_of
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
        with flags_of(options.parser), notes_on_stderr():
            try:
                options.run(session, options)
            except DedupeError as error:
                sys.stderr.write(f"dedupe: {printable(error_in_flags(error))}\n")
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
        command.set_defaults(run=run, parser=command)
        command.add_argument("inputs", nargs="+", metavar="IN", help="Parquet files or folders, at any URL")
        command.add_argument("--output", required=True, metavar="OUT", help="the folder of Parquet files to write")
        _add_columns(command, *_COLUMNS[name])
        command.add_argument("--force", action="store_true", help="overwrite outputs; clean: whatever is removed")
        command.add_argument("--verbose", action="store_true", help="say each step that is done")
        _add_options(name, command)
    return parser


_COLUMNS = {
    "duplicates": ("id", "text", "order", "source"),
    "passages": ("id", "text", "order"),
    "score": ("id", "text", "source"),
    "clean": ("id", "text", "order", "source"),
    "restore": ("id", "text"),
}
# What only the local run does: `dedupe.spark.find_duplicates` and the others have no such arguments.
_LOCAL = {"by", "pairs", "linkage", "threads", "within"}


def _add_columns(command: argparse.ArgumentParser, *names: str) -> None:
    add_columns(command, *names, suffix="col")
    # Rows of a frame have no places that could stand for ids.
    command.set_defaults(id="id")


def _add_options(name: str, command: argparse.ArgumentParser) -> None:
    owner = {
        "duplicates": DuplicateOptions,
        "passages": PassageOptions,
        "score": ScoreOptions,
        "clean": CleanOptions,
    }
    if name in owner:
        add_options(command, owner[name], leave=("keep", *_LOCAL))
    if name in ("duplicates", "clean"):
        keep = command.add_mutually_exclusive_group()
        add_option(keep, options_of(DuplicateOptions)["keep"])
        keep.add_argument("--keep-sources", metavar="LIST", help="keep the copy whose source comes first in this")
    if name in ("clean", "restore"):
        command.add_argument("--audit", required=True, metavar="AUDIT", help="the folder of the audit")


def _duplicates(session: SparkSession, options: argparse.Namespace) -> None:
    from dedupe.spark.duplicates import find_duplicates

    _check_free(session, options, options.output)
    _write(session, find_duplicates(_read(session, options), **_given(options, DuplicateOptions)), options.output)


def _passages(session: SparkSession, options: argparse.Namespace) -> None:
    from dedupe.spark.passages import find_passages

    _check_free(session, options, options.output)
    _write(session, find_passages(_read(session, options), **_given(options, PassageOptions)), options.output)


def _score(session: SparkSession, options: argparse.Namespace) -> None:
    from dedupe.spark.scoring import score

    _check_free(session, options, options.output)
    _write(session, score(_read(session, options), **_given(options, ScoreOptions)), options.output)


def _clean(session: SparkSession, options: argparse.Namespace) -> None:
    from dedupe.spark.brakes import measure_removal
    from dedupe.spark.cleaning import clean

    if options.output == options.audit:
        raise OutputError(f"output and audit are both {options.output}: name two folders")
    _check_free(session, options, options.output, options.audit)
    frame = _read(session, options)
    limits, given = chosen(options, CleanOptions), _given(options, CleanOptions)
    done = clean(frame, **{name: value for name, value in given.items() if not name.startswith("max_")})
    removal = measure_removal(
        frame, done.audit, options.id, options.text, options.source, limits.max_source_removal
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
    whole = restore(_read(session, options), audit, id=options.id, text=options.text)
    _write(session, whole, options.output)


def _read(session: SparkSession, options: argparse.Namespace) -> DataFrame:
    return session.read.parquet(*options.inputs)


def _given(options: argparse.Namespace, owner: Callable[..., Any]) -> dict[str, Any]:
    """Return what a verb is told: its options, columns, and whether it says its steps."""
    asked = {name: value for name, value in vars(chosen(options, owner)).items() if name not in _LOCAL}
    columns = {name: getattr(options, name) for name in options_of(Columns) if hasattr(options, name)}
    return {**asked, **columns, "report": _say if options.verbose else None}


def _say(step: Step) -> None:
    sys.stderr.write(f"{step.name}: {step.rows:,} rows, {step.seconds:.1f} s\n")


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
        if any(name.startswith(f"{_qualified(session, url).rstrip('/')}/") for name in known):
            raise OutputError(f"{url} is a folder with an input in it: name another output")
        if files.exists(path):
            if not options.force:
                raise OutputError(f"{url} exists: choose another output, or overwrite it with `force=True`")
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
