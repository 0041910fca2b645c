"""A corpus in files: read once, ids checked, problems quarantined; every command begins here."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dedupe.columns import StringColumn
from dedupe.disk import is_stream, remove_file
from dedupe.documents import Corpus
from dedupe.errors import DuplicateIdError, RecordError
from dedupe.files.earlier import is_quarantine_list
from dedupe.files.fields import Fields
from dedupe.files.formats import record_word
from dedupe.files.problems import Problem
from dedupe.files.records import Contents
from dedupe.files.remote import AnyPath, place
from dedupe.files.rows import write_rows
from dedupe.files.sources import STDIN, Source, find_sources, spool_stdin
from dedupe.hints import WORDING
from dedupe.job import FileOptions

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FileCorpus:
    """The documents of some files, and what each file holds."""

    corpus: Corpus
    contents: tuple[Contents, ...]

    @classmethod
    def of_contents(cls, contents: Sequence[Contents]) -> FileCorpus:
        """Return what files hold, without the documents, which somebody has taken."""
        return cls(Corpus([], StringColumn([])), tuple(contents))

    @property
    def quarantined(self) -> int:
        """Return how many records are quarantined."""
        return sum(len(contents.problems) for contents in self.contents)

    def problems(self) -> Iterator[tuple[Source, Problem]]:
        """All quarantined records."""
        return ((contents.source, problem) for contents in self.contents for problem in contents.problems)

    def check_strict(self) -> None:
        """Raise `RecordError` for the first record that is not usable."""
        for source, problem in self.problems():
            raise RecordError(
                f"{place_name(source, problem.number)}: {problem.reason} "
                f"({self.quarantined} such records; without `strict=True` they are quarantined)"
            )


@contextmanager
def open_sources(
    arguments: Sequence[str],
    exclude: Iterable[AnyPath] = (),
    results: Iterable[AnyPath] = (),
    *,
    follow_links: bool = False,
    text: str = FileOptions.text,
) -> Iterator[list[Source]]:
    """The input files; standard input is spooled to a file for as long as they are open.

    For `exclude` and `results` see `find_sources`.
    """
    find = partial(find_sources, arguments, exclude, results, follow_links=follow_links, text=text)
    if STDIN not in arguments:
        yield find()
        return
    with TemporaryDirectory(prefix="dedupe-") as folder:
        stdin = spool_stdin(Path(folder, "stdin"))
        yield find(stdin=stdin)


def number_by_place(fields: Fields, error: DuplicateIdError) -> Fields:
    """The fields of a run in which ids repeat: without ids, where nobody has named their field.

    Raises
    ------
    DuplicateIdError
        Somebody has.
    """
    if fields.id != "auto":
        raise error
    _log.warning(
        "%s. All records are numbered by their places (`id=None` does so without this note; `id=NAME` names "
        "another field)",
        str(error).partition(";")[0],
    )
    return replace(fields, id=None)


def quarantine_rows(found: FileCorpus) -> Iterator[dict[str, Any]]:
    """A row for each quarantined record: file, line or row, reason."""
    for source, problem in found.problems():
        row: dict[str, Any] = {"file": source.name}
        if problem.number:
            row[record_word(source.format)] = problem.number
        yield {**row, "reason": WORDING.get()(problem.reason)}


def write_quarantine(found: FileCorpus, path: str) -> None:
    """Write the quarantine file; where there is nothing to write, one of an earlier run goes."""
    if not found.quarantined:
        target = place(path)
        if not target.exists() or is_stream(target) or not is_quarantine_list(target):
            return
        if isinstance(target, Path):
            remove_file(target)
        else:
            target.remove()
        return
    with write_rows(path) as rows:
        for row in quarantine_rows(found):
            rows.write(row)


def place_name(source: Source, number: int) -> str:
    """Return where a record stands, in words."""
    if not number:
        return source.name
    return f"{source.name}, {record_word(source.format)} {number}"
