"""Results of `clean`, written: the same files without the removed text, and the audit that gives it back."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import accumulate, pairwise, repeat
from pathlib import Path

import numpy as np

from dedupe import worksize
from dedupe.cleaning.brakes import FileRecords
from dedupe.cleaning.counts import RemovalCounts
from dedupe.cleaning.cuts import Cut
from dedupe.cleaning.decided import Decided
from dedupe.disk import is_stream, make_folder, put_in_place, remove_file, sync_names
from dedupe.files.audit import AuditLines, AuditRow, AuditRows, AuditWriter, removal_lines, run_row
from dedupe.files.corpus import FileCorpus, quarantine_rows
from dedupe.files.problems import Problem
from dedupe.files.rewrite import Edit, Plan, rewrite
from dedupe.files.rows import write_lines
from dedupe.files.streams import compression_of
from dedupe.files.summary import SampleRows, total_rows
from dedupe.job import CleanOptions, FileOptions
from dedupe.sizes import parse_size
from dedupe.sorting import distinct
from dedupe.text.encode import Offsets


class RecordEdits:
    """Changes of the records of files, in which documents lie one behind the other.

    Parameters
    ----------
    decided : Decided
        The decisions.
    found : FileCorpus
        The contents of each file.
    counts : sequence of int
        How many documents each file has.
    numbers : function
        Gives the numbers of the records of documents, from one to another.
    """

    def __init__(
        self,
        decided: Decided,
        found: FileCorpus,
        counts: Sequence[int],
        numbers: Callable[[int, int], Offsets],
    ) -> None:
        self._decided, self._found, self._numbers = decided, found, numbers
        self._first = list(accumulate(counts, initial=0))
        self._cuts = decided.cuts_by_document()

    def file_records(self) -> tuple[FileRecords, ...]:
        """Return how many records each file has, and what is wrong with them."""
        out = []
        for contents, (begin, end) in zip(self._found.contents, pairwise(self._first), strict=True):
            problems, count = contents.problems, end - begin
            first = next(iter(problems), None)
            reason = "" if first is None else first.reason
            out.append(FileRecords(contents.source.name, count + len(problems), len(problems), reason))
        return tuple(out)

    def of_file(self, file: int) -> Iterator[Edit]:
        """Return what is done to the records of a file, by number; files are asked for in order."""
        contents = self._found.contents[file]
        # JSON is cut in its literals.
        is_json = contents.source.format in ("json", "jsonl")
        return _with_problems(self._edits(*self._first[file : file + 2], with_texts=not is_json), contents.problems)

    def _edits(self, first: int, last: int, *, with_texts: bool) -> Iterator[Edit]:
        """Return what is done to some documents."""
        self._cuts.until(first)
        for start in range(first, last, worksize.SIZES.documents):
            end = min(start + worksize.SIZES.documents, last)
            whole = self._decided.is_removed(np.arange(start, end))
            numbers = self._numbers(start, end).tolist()
            spans = self._cuts.until(end)
            spans = spans.take(np.flatnonzero(~whole[spans["document"].astype(np.int64) - start]))
            cut = distinct(spans["document"].astype(np.int64))
            bounds = np.searchsorted(spans["document"], np.append(cut, end)).tolist()
            places = dict(zip(cut.tolist(), range(len(cut)), strict=True))
            texts = self._decided.read_texts(cut) if with_texts else repeat("")
            for document in sorted([*places, *(start + np.flatnonzero(whole)).tolist()]):
                number = numbers[document - start]
                if document not in places:
                    yield Edit(number, None)
                    continue
                own = spans[slice(*bounds[places[document] : places[document] + 2])]
                yield Edit(number, [Cut(low, high) for _, low, high in own.tolist()], next(texts))


def _with_problems(edits: Iterator[Edit], problems: Iterable[Problem]) -> Iterator[Edit]:
    """Edits of records, by number, and among them those of records that are quarantined and go."""
    waiting = next(edits, None)
    for problem in problems:
        while waiting is not None and waiting.number < problem.number:
            yield waiting
            waiting = next(edits, None)
        yield Edit(problem.number, None)
    if waiting is not None:
        yield waiting
        yield from edits


def write_cleaned(
    decided: Decided,
    edits: RecordEdits,
    found: FileCorpus,
    targets: Sequence[Path],
    output: Path,
    audit: Path | None,
    options: CleanOptions,
    asked: FileOptions,
    counts: RemovalCounts,
    brakes: Sequence[str],
) -> list[Path]:
    """Write everything beside its place, then the audit into place, for without it nothing could be undone.

    A folder that is new appears as a whole, with all files; in one that is there each file appears as a whole.
    Answers with the files of which something is left.
    """
    existing = next(parent for parent in [output, *output.absolute().parents] if parent.is_dir())
    if is_stream(output):
        existing = Path(tempfile.gettempdir())
    fresh = not output.exists() and targets != [output]
    work = Path(tempfile.mkdtemp(prefix=".dedupe-clean-", dir=existing))
    try:
        folder = work / output.name
        make_folder(folder)
        parts = [
            folder / target.relative_to(output) if fresh else folder / str(number)
            for number, target in enumerate(targets)
        ]
        with nullcontext() if audit is None else write_lines(str(audit), private=True) as lines:
            places = list(zip(parts, targets, strict=True))
            _write_audit(AuditWriter(lines), decided, edits, found, places, options, asked, counts, brakes)
        written = [target for part, target in zip(parts, targets, strict=True) if part.exists()]
        if fresh:
            for inside in sorted({part.parent for part in parts if part.parent.is_dir()}):
                sync_names(inside)
            make_folder(output.parent)
            put_in_place(folder, output)
            return written
        for part, target in zip(parts, targets, strict=True):
            if part.exists():
                make_folder(target.parent)
                put_in_place(part, target)
            elif not is_stream(target):
                # Left over from a run before this one, and overwritten by nothing.
                remove_file(target)
        return written
    finally:
        shutil.rmtree(work, ignore_errors=True)


def as_dicts(rows: Iterable[AuditRows]) -> Iterator[AuditRow]:
    """Yield rows one by one, those that are JSON already as what they say."""
    for row in rows:
        if isinstance(row, AuditLines):
            yield from map(json.loads, row.lines)
        else:
            yield row


def decision_rows(
    decided: Decided,
    found: FileCorpus,
    options: CleanOptions,
    asked: FileOptions,
    counts: RemovalCounts,
    brakes: Sequence[str],
) -> Iterator[AuditRows]:
    """Yield the rows of an audit before its cuts: parameters, decisions, totals, samples, and quarantine."""
    yield run_row(options, asked)
    samples = SampleRows()
    for part in decided.stage_rows():
        yield removal_lines(part)
        samples.add(part)
    yield from total_rows(counts, brakes)
    yield from samples.rows(decided)
    for problem in quarantine_rows(found):
        yield {"type": "quarantine", **problem}


def _write_audit(
    audit: AuditWriter,
    decided: Decided,
    edits: RecordEdits,
    found: FileCorpus,
    places: Sequence[tuple[Path, Path]],
    options: CleanOptions,
    asked: FileOptions,
    counts: RemovalCounts,
    brakes: Sequence[str],
) -> None:
    """Write the audit and, on the way, every cleaned file to its part."""
    for row in decision_rows(decided, found, options, asked, counts, brakes):
        audit.write(row)
    longest = parse_size(asked.max_line)
    for number, (contents, (part, target)) in enumerate(zip(found.contents, places, strict=True)):
        plan = Plan(contents, edits.of_file(number), longest)
        for row in rewrite(plan, part, compression_of(target.name)):
            audit.write(row)
    audit.end()
