"""What `clean` decided, written: the same files without what goes, and the audit that gives it back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from dedupe.cleaning.brakes import Removal, RemovalCounter, largest_groups, sources_of
from dedupe.cleaning.cuts import Cut, make_cuts
from dedupe.cleaning.decision import Decision, count_stages
from dedupe.cleaning.languages import LanguageRemoval, count_languages, sampled
from dedupe.cleaning.stages import Ledger
from dedupe.disk import is_stream, make_folder, put_in_place, remove_file, sync_names
from dedupe.documents import Id
from dedupe.files.audit import AuditRow, AuditWriter, removal_row, run_row
from dedupe.files.corpus import FileCorpus, quarantine_rows
from dedupe.files.problems import Problem
from dedupe.files.rewrite import Edit, Plan, rewrite
from dedupe.files.rows import write_lines
from dedupe.files.streams import compression_of
from dedupe.files.summary import SampleRows, total_rows
from dedupe.job import CleanOptions, FileOptions, Stage
from dedupe.sizes import parse_size

# Documents of which something goes that a report holds, and decisions of each.
EXAMPLES, EXAMPLE_DECISIONS = 20, 8


class Example(NamedTuple):
    """A document of which something goes."""

    id: Id
    text: str
    whole: bool
    """whether all of it goes"""
    removed: int
    """how many of its characters go"""
    decisions: tuple[Decision, ...]
    """the first of its removals"""
    more: int
    """how many there are besides"""


class Counts(NamedTuple):
    """How much a run removes, and what."""

    removal: Removal
    touched: int
    """documents of which something goes"""
    stages: Mapping[Stage, int]
    """removals by stage"""
    examples: tuple[Example, ...]
    languages: tuple[LanguageRemoval, ...]
    """of some of the documents"""
    judged: tuple[int, ...]
    """of how many paragraphs boilerplate is how likely, in steps from 0 to 1, whether they go or stay"""


class Cleaning(Protocol):
    """What all stages have decided, wherever it lies."""

    def decisions(self) -> Iterable[Decision]:
        """All removals, stage by stage."""

    def edits(self, file: int) -> Iterator[Edit]:
        """What is done to the records of a file, by number; files are asked for in order."""

    def counts(self) -> Counts:
        """How much goes, and what."""

    def texts(self, ids: Collection[Id]) -> Mapping[Id, str]:
        """The texts of some documents."""


@dataclass(frozen=True)
class LedgerCleaning:
    """What was decided in memory."""

    found: FileCorpus
    ledger: Ledger
    cuts: Mapping[int, Sequence[Cut]]
    """by document number"""

    @classmethod
    def of(cls, found: FileCorpus, ledger: Ledger) -> LedgerCleaning:
        """Cut what the stages remove."""
        cuts = {
            document: make_cuts(ledger.corpus.texts[document], spans)
            for document, spans in sorted(ledger.removed.items())
            if document not in ledger.removed_documents
        }
        return cls(found, ledger, cuts)

    def decisions(self) -> Iterable[Decision]:
        """All removals, stage by stage."""
        return self.ledger.decisions

    def edits(self, file: int) -> Iterator[Edit]:
        """What is done to the records of a file, by number."""
        contents, first = self.found.contents[file], self._first[file]
        gone, texts = self.ledger.removed_documents, self.ledger.corpus.texts
        own = (
            Edit(number, None) if document in gone else Edit(number, self.cuts[document], texts[document])
            for document, number in enumerate(contents.numbers.tolist(), first)
            if document in gone or self.cuts.get(document)
        )
        return with_problems(own, contents.problems)

    @cached_property
    def _first(self) -> list[int]:
        """The number of the first document of each file."""
        return list(accumulate((len(contents.numbers) for contents in self.found.contents), initial=0))

    def counts(self) -> Counts:
        """How much goes, and what."""
        ledger, corpus = self.ledger, self.ledger.corpus
        sizes = [len(text) for text in corpus.texts]
        whole = [document in ledger.removed_documents for document in range(len(corpus))]
        removed = [
            size if gone else sum(end - start for start, end in self.cuts.get(document, ()))
            for document, (size, gone) in enumerate(zip(sizes, whole, strict=True))
        ]
        counter = RemovalCounter()
        counter.add(sources_of(corpus.columns, corpus.ids), sizes, removed, whole)
        kept = [ledger.number[decision.kept.id] for decision in ledger.decisions if decision.kept is not None]
        groups = largest_groups(np.bincount(np.array(kept, np.int64), minlength=len(corpus)))
        by_document: dict[int, list[Decision]] = {}
        for decision in ledger.decisions:
            by_document.setdefault(ledger.number[decision.id], []).append(decision)
        examples = tuple(
            make_example(corpus.texts[document], whole[document], removed[document], by_document[document])
            for document in sorted(by_document)[:EXAMPLES]
        )
        looked_at = sampled(len(corpus)).tolist()
        languages = count_languages(
            [corpus.texts[document] for document in looked_at],
            [sizes[document] for document in looked_at],
            [removed[document] for document in looked_at],
            [whole[document] for document in looked_at],
        )
        return Counts(
            counter.finish([(corpus.ids[document], count) for document, count in groups]),
            len(by_document),
            count_stages(ledger.decisions),
            examples,
            languages,
            tuple(ledger.judged.tolist()),
        )

    def texts(self, ids: Collection[Id]) -> Mapping[Id, str]:
        """The texts of some documents."""
        return {identity: self.ledger.corpus.texts[self.ledger.number[identity]] for identity in ids}


def make_example(text: str, whole: bool, removed: int, decisions: Sequence[Decision]) -> Example:
    """A document as an example, with all its decisions, of which there is one at least."""
    first = tuple(decisions[:EXAMPLE_DECISIONS])
    return Example(first[0].id, text, whole, removed, first, len(decisions) - len(first))


def with_problems(edits: Iterator[Edit], problems: Iterable[Problem]) -> Iterator[Edit]:
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
    cleaning: Cleaning,
    found: FileCorpus,
    targets: Sequence[Path],
    output: Path,
    audit: Path,
    options: CleanOptions,
    asked: FileOptions,
    counts: Counts,
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
        with write_lines(str(audit), private=True) as lines:
            places = list(zip(parts, targets, strict=True))
            _write_audit(AuditWriter(lines), cleaning, found, places, options, asked, counts, brakes)
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


def decision_rows(
    cleaning: Cleaning,
    found: FileCorpus,
    options: CleanOptions,
    asked: FileOptions,
    counts: Counts,
    brakes: Sequence[str],
) -> Iterator[AuditRow]:
    """What an audit says before it says what was cut: parameters, decisions, totals, samples, and quarantine."""
    yield run_row(options, asked)
    samples = SampleRows()
    for decision in cleaning.decisions():
        yield removal_row(decision)
        samples.add(decision)
    yield from total_rows(counts, brakes)
    yield from samples.rows(cleaning)
    for problem in quarantine_rows(found):
        yield {"type": "quarantine", **problem}


def _write_audit(
    audit: AuditWriter,
    cleaning: Cleaning,
    found: FileCorpus,
    places: Sequence[tuple[Path, Path]],
    options: CleanOptions,
    asked: FileOptions,
    counts: Counts,
    brakes: Sequence[str],
) -> None:
    """Write the audit and, on the way, every cleaned file to its part."""
    for row in decision_rows(cleaning, found, options, asked, counts, brakes):
        audit.write(row)
    longest = parse_size(asked.max_line)
    for number, (contents, (part, target)) in enumerate(zip(found.contents, places, strict=True)):
        plan = Plan(contents, cleaning.edits(number), longest)
        for row in rewrite(plan, part, compression_of(target.name)):
            audit.write(row)
    audit.end()
