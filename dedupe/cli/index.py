"""`dedupe index`: an index in a folder, filled, asked, cleaned and checked from the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedupe.cli.commands import check_results, finish, open_inputs, read_fields, write_result
from dedupe.cli.options import SHOWN_OR_PIPED, add_command, add_inputs, add_options
from dedupe.cli.progress import Progress
from dedupe.cli.show import say
from dedupe.cli.shown import result_path, write_or_show
from dedupe.cli.table import table
from dedupe.errors import DuplicateIdError, InputError, RecordError
from dedupe.files.corpus import FileCorpus
from dedupe.files.first_records import check_first_records
from dedupe.files.remote import place, real_name
from dedupe.files.rows import check_distinct, check_result_path
from dedupe.job import DuplicateOptions, IndexOptions
from dedupe.options import options_of
from dedupe.text.display import counted, printable

if TYPE_CHECKING:
    from dedupe.documents import Corpus, Id
    from dedupe.files.records import Contents
    from dedupe.files.sources import Source
    from dedupe.index.change import Change
    from dedupe.index.index import Index
    from dedupe.text.encode import Offsets

# Text that is added or asked about at a time; what is added is durable as often.
_BATCH_BYTES = 64 << 20


def add_index_commands(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `dedupe index` and the commands below it."""
    parser = parsers.add_parser(
        "index",
        help="keep an index on disk: add increments, query, remove, merge, verify",
        description="Keep an index on disk: documents come in increments, are asked about and removed.",
        epilog="Start with: dedupe index add my.index corpus.jsonl --unit document",
    )
    below = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add(below)
    _query(below)
    _remove(below)
    for name, run, text in (
        ("merge", _run_merge, "add all documents of other indexes"),
        ("info", _run_info, "say what an index holds and what it was made with"),
        ("verify", _run_verify, "read an index once through and check that nothing is damaged"),
        ("compact", _run_compact, "merge an index into one file, without what was removed"),
    ):
        extra = " other.index" if name == "merge" else ""
        command = add_command(below, name, run, text, f"dedupe index {name} my.index{extra}")
        _add_path(command)
        if name == "merge":
            command.add_argument("others", nargs="+", metavar="OTHER", help="the indexes that are added")
            add_options(command, DuplicateOptions, "threads")


def _add_path(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("index", metavar="INDEX", help="the folder of the index")


def _add(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "add",
        _run_add,
        "add documents to an index, which is made where there is none",
        "dedupe index add my.index week1.jsonl --unit document --output duplicates.jsonl",
    )
    _add_path(parser)
    add_inputs(parser)
    add_options(parser, IndexOptions)
    # What is not asked for is as the index has it.
    parser.set_defaults(**dict.fromkeys(options_of(IndexOptions)))
    parser.add_argument(
        "--skip-known",
        action="store_true",
        help="skip documents whose id is in the index, to go on after a killed run",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write each new unit that resembles a kept one, with its match"
    )
    parser.add_argument(
        "--superseded", metavar="FILE", help="write units that are no longer kept, with the unit kept instead"
    )
    add_options(parser, DuplicateOptions, "threads")


def _query(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "query",
        _run_query,
        "find what in an index resembles some documents; nothing is added",
        "dedupe index query my.index new.jsonl --output matches.jsonl",
    )
    _add_path(parser)
    add_inputs(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help=f"one row per match; {SHOWN_OR_PIPED}")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N matches for each unit")
    add_options(parser, DuplicateOptions, "threads")


def _remove(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(
        parsers,
        "remove",
        _run_remove,
        "remove documents from an index",
        "dedupe index remove my.index --ids gone.txt",
    )
    _add_path(parser)
    parser.add_argument("ids", nargs="*", metavar="ID", help="the ids; integers are tried as such, too")
    parser.add_argument("--ids", dest="file", metavar="FILE", help="a file with one id per line")
    parser.add_argument("--promoted", metavar="FILE", help="write units kept instead of removed ones")
    parser.add_argument("--force", action="store_true", help="overwrite existing outputs")
    add_options(parser, DuplicateOptions, "threads")


def _run_add(options: argparse.Namespace) -> int:
    from dedupe.index.index import Index
    from dedupe.index.manifest import MANIFEST
    from dedupe.index.opening import make_parameters

    listed = check_results(options, [options.output, options.superseded])
    asked = {name: getattr(options, name) for name in options_of(IndexOptions)}
    changes: list[Change] = []
    known = added = 0
    with open_inputs(options) as sources:
        contents: list[Contents] = []
        check_first_records(read_fields(options), sources)
        with Progress(options.quiet) as progress, ExitStack() as closing:
            batches = _batches(sources, options, contents, progress)
            # Documents that cannot be added leave no new index behind.
            is_new = not (Path(options.index) / MANIFEST).exists()
            if is_new:
                make_parameters(**{name: value for name, value in asked.items() if value is not None})
            first = list(islice(batches, 1)) if is_new else []
            index = closing.enter_context(Index.open(options.index, **asked))
            for corpus in chain(first, batches):
                new = corpus
                if options.skip_known:
                    new = _without_known(index, corpus)
                    known += len(corpus) - len(new)
                changes.append(_add_batch(index, new, options.threads, added))
                added += len(new)
            documents = len(index)
    found = FileCorpus.of_contents(contents)
    write_result(options.output, lambda: (m._asdict() for change in changes for m in change.duplicates))
    write_result(options.superseded, lambda: (m._asdict() for change in changes for m in change.superseded))
    units = sum(change.units for change in changes)
    kept = sum(change.kept_count for change in changes)
    skipped = f", {counted(known, 'document')} skipped" if known else ""
    told = (
        f"{counted(units, 'unit')} added, {kept:,} of them kept{skipped}; {counted(documents, 'document')} in all"
    )
    say(
        options,
        lambda: {"units": units, "kept": kept, "known_documents": known, "documents": documents},
        lambda out: print(told, file=out),
        options.output,
        options.superseded,
    )
    return finish(found, listed)


def _add_batch(index: Index, corpus: Corpus, threads: int | None, added: int) -> Change:
    try:
        return index.add(corpus.ids, corpus.texts, threads=threads)
    except DuplicateIdError as error:
        before = f"{counted(added, 'document')} before it were added" if added else "nothing was added"
        raise DuplicateIdError(
            f"{error}; {before} (`skip_known=True` leaves known ids out, `id=NAME` takes another field, `id=None` "
            "the places of the records)"
        ) from error


def _without_known(index: Index, corpus: Corpus) -> Corpus:
    from dedupe.columns import StringColumn
    from dedupe.documents import Corpus

    new = [i for i, identity in enumerate(corpus.ids) if identity not in index]
    return Corpus([corpus.ids[i] for i in new], StringColumn([corpus.texts[i] for i in new]))


def _run_query(options: argparse.Namespace) -> int:
    from dedupe.index.index import Index

    options.output = result_path(options)
    listed = check_results(options, [options.output])
    if options.limit is not None and options.limit < 1:
        raise InputError(f"--limit {options.limit} must be at least 1")
    index = Index.open(options.index, read_only=True)
    contents: list[Contents] = []
    documents = matches = 0
    with open_inputs(options) as sources:
        check_first_records(read_fields(options), sources)

        def rows() -> Iterator[dict[str, Any]]:
            nonlocal documents, matches
            with Progress(options.quiet) as progress:
                for corpus in _batches(sources, options, contents, progress):
                    documents += len(corpus)
                    texts = dict(zip(corpus.ids, corpus.texts, strict=True))
                    for match in index.query(texts, limit=options.limit, threads=options.threads):
                        matches += 1
                        yield match._asdict()

        write_or_show(options.output, "matches", rows(), shown=not options.json)
    found = f"{matches:,} match{'es' * (matches != 1)} of {counted(documents, 'document')}"
    summary = {"documents": documents, "matches": matches}
    say(options, lambda: summary, lambda out: print(found, file=out), options.output)
    return finish(FileCorpus.of_contents(contents), listed)


def _batches(
    sources: list[Source], options: argparse.Namespace, contents: list[Contents], progress: Progress
) -> Iterator[Corpus]:
    """The documents of files, in batches."""
    from dedupe.columns import BatchColumn
    from dedupe.documents import Corpus
    from dedupe.files.scan import check_places, scan_files
    from dedupe.parallel import thread_count

    progress.count("reading", sum(source.path.stat().st_size for source in sources))
    ids: list[Id] = []
    places: list[tuple[Contents, Offsets]] = []
    texts = []
    size = 0
    threads = thread_count(options.threads)
    for documents, _ in scan_files(
        sources, read_fields(options), lambda batch: None, contents, threads=threads, progress=progress.advance
    ):
        if options.strict and documents.contents.problems:
            problem = next(iter(documents.contents.problems))
            raise RecordError(f"{documents.contents.source.name}, record {problem.number}: {problem.reason}")
        ids += documents.ids
        places.append((documents.contents, documents.numbers))
        texts.append(documents.texts)
        size += int((documents.texts.ends - documents.texts.starts).sum())
        if size >= _BATCH_BYTES:
            check_places(ids, places)
            yield Corpus(ids, BatchColumn(texts))
            ids, places, texts, size = [], [], [], 0
    if ids:
        check_places(ids, places)
        yield Corpus(ids, BatchColumn(texts))


def _run_remove(options: argparse.Namespace) -> int:
    from dedupe.index.index import Index

    if options.promoted:
        check_result_path(options.promoted, force=options.force)
        check_distinct(
            [("the list of promoted units", place(options.promoted))], map(place, filter(None, [options.file]))
        )
    wanted = list(options.ids)
    if options.file:
        try:
            wanted += filter(str.strip, Path(options.file).read_text("utf-8").splitlines())
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"{options.file} cannot be read: {error}; give a text file with an id a line"
            ) from error
    if not wanted:
        raise InputError("no ids: name them, or a file with --ids")
    with Index.open(options.index, create=False) as index:
        before = len(index)
        change = index.remove([_known_id(index, name) for name in wanted], threads=options.threads)
        documents = len(index)
    write_result(options.promoted, lambda: (unit._asdict() for unit in change.promoted))
    removed, promoted = before - documents, len(change.promoted)
    left = (
        f"{counted(removed, 'document')} removed, {documents:,} left; "
        f"{counted(promoted, 'unit')} kept instead of them"
    )
    say(
        options,
        lambda: {"removed": removed, "promoted": promoted, "documents": documents},
        lambda out: print(left, file=out),
        options.promoted,
    )
    return 0


def _known_id(index: Index, name: str) -> Id:
    """An id as it was typed, or the integer that it spells where only that is in the index."""
    if name not in index and re.fullmatch("-?[0-9]+", name) and int(name) in index:
        return int(name)
    return name


def _run_merge(options: argparse.Namespace) -> int:
    from dedupe.index.index import Index

    rows: list[dict[str, Any]] = []
    words: list[str] = []
    for path in options.others:
        if real_name(path) == real_name(options.index):
            raise InputError(f"{path} is the index itself: name another one")
    with Index.open(options.index, create=False) as index:
        for path in options.others:
            change = index.merge(Index.open(path, read_only=True), threads=options.threads)
            rows.append({"index": path, "units": change.units, "kept": change.kept_count})
            words.append(
                f"{counted(change.units, 'unit')} added from {printable(path)}, {change.kept_count:,} of them kept"
            )
    say(options, lambda: {"merged": rows}, lambda out: print(*words, sep="\n", file=out))
    return 0


def _run_info(options: argparse.Namespace) -> int:
    from dedupe.index.index import Index

    index = Index.open(options.index, read_only=True)
    info = index.info()
    rows = [[name, f"{value:,}" if isinstance(value, int) else str(value)] for name, value in info.items()]
    say(options, lambda: info, lambda out: print(table(["", ""], rows, out=out), file=out))
    return 0


def _run_verify(options: argparse.Namespace) -> int:
    from dedupe.index.index import Index

    index = Index.open(options.index, read_only=True)
    index.verify()
    whole = f"{printable(options.index)} is OK: {counted(len(index), 'document')}"
    say(options, lambda: {"whole": True, "documents": len(index)}, lambda out: print(whole, file=out))
    return 0


def _run_compact(options: argparse.Namespace) -> int:
    from dedupe.index.index import Index

    with Index.open(options.index, create=False) as index:
        before = index.info()["bytes"]
        index.compact()
        after = index.info()["bytes"]
    say(
        options,
        lambda: {"bytes_before": before, "bytes": after},
        lambda out: print(f"{before:,} bytes before, {after:,} now", file=out),
    )
    return 0
