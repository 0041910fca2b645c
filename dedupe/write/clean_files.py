"""`clean_files`: files in, cleaned files and an audit that restores everything out."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from dedupe.arguments import check_callables, check_flags, check_paths, is_path
from dedupe.boilerplate.score import taught_model
from dedupe.cleaning.brakes import Removal
from dedupe.cleaning.counts import RemovalCounts
from dedupe.cleaning.decided import Decided
from dedupe.cleaning.held import decide_in_memory
from dedupe.columns import WatchedColumn
from dedupe.errors import InputError, OutputError
from dedupe.files.audit import AuditRow
from dedupe.files.corpus import FileCorpus, open_sources, write_quarantine
from dedupe.files.fields import Fields
from dedupe.files.first_records import check_first_records, check_kept_sources
from dedupe.files.remote import AnyPath, place, sending
from dedupe.files.rows import STDOUT
from dedupe.files.scan import read_corpus
from dedupe.files.sources import Source
from dedupe.files.streams import writing
from dedupe.files.write_cleaned import RecordEdits, as_dicts, decision_rows, write_cleaned
from dedupe.job import CleanOptions, FileOptions
from dedupe.renamed import warn_old
from dedupe.text.display import counted
from dedupe.write.targets import check_is_no_input, name_results, targets_of

if TYPE_CHECKING:
    from dedupe.outofcore.estimate import Estimate


@dataclass(frozen=True, repr=False)
class CleanReport:
    """Result of `clean_files`."""

    found: FileCorpus
    """the records of each input"""
    counts: RemovalCounts
    """how much is removed, in total and by source, with examples"""
    outputs: tuple[AnyPath, ...]
    """the cleaned files"""
    quarantine: AnyPath | None
    """the list of quarantined records, if there are any"""
    over: tuple[str, ...] = ()
    """the limits of removal that were exceeded, in words"""

    @property
    def removal(self) -> Removal:
        """Return how much is removed, in total and by source."""
        return self.counts.removal

    def __repr__(self) -> str:
        total = self.removal.total
        return (
            f"<CleanReport: {total.documents_removed:,} of {counted(total.documents, 'document')} and "
            f"{total.characters_removed:,} of {counted(total.characters, 'character')} removed, "
            f"{counted(len(self.outputs), 'file')} written{'; ' * bool(self.over)}{'; '.join(self.over)}>"
        )


def clean_files(
    inputs: Sequence[str | Path] | str | Path,
    output: str | Path | None,
    audit: str | Path | None,
    *,
    options: CleanOptions | None = None,
    text: str = FileOptions.text,
    id: str | None = FileOptions.id,
    source: str | None = None,
    order: str | None = None,
    max_line: int | str = FileOptions.max_line,
    max_document: int | str = FileOptions.max_document,
    max_unpacked: int | str = FileOptions.max_unpacked,
    quarantine: str | Path | None = None,
    force: bool = False,
    strict: bool = False,
    follow_links: bool = False,
    max_memory: int | str | None = None,
    workdir: str | Path | None = None,
    dry_run: bool = False,
    no_audit: bool = False,
    inspect: Callable[[Iterator[AuditRow]], object] | None = None,
    progress: Callable[[str], object] | None = None,
    read: Callable[[int, int], object] | None = None,
    announce: Callable[[Estimate], object] | None = None,
    checked: Callable[[], object] | None = None,
    fields: Fields | None = None,
) -> CleanReport:
    """Clean files, and keep their formats, order, other fields and relative names.

    Parameters
    ----------
    inputs : path, or sequence of paths
        Files, folders, URLs of them that fsspec knows, or `-` for standard input. Formats: .txt, .md, .jsonl,
        .ndjson, .json, .csv, .tsv (each also .gz, .zst, .bz2, .xz), and .parquet.
    output : path or URL
        A folder. A single input file may have an output file of its format, or `-` for standard output. A dry run
        may have None.
    audit : path or URL
        The audit, a .jsonl file (also .gz, .zst, .bz2, .xz). It holds the removed texts, so only its owner may
        read it. A dry run may have None.
    options : CleanOptions, optional
        The options of cleaning; see `clean`.
    text : str, default "text"
        The field, or column, of the text.
    id : str, optional
        The field of the id, required in every record; None: ids are the places of the records. "auto", the
        default: `id` if there is one, else the place; if ids repeat, the places of all records.
    source : str, optional
        The field of the site or publication that a document is from.
    order : str, optional
        A field with numbers or dates by which documents are ordered; documents without a value come last. The
        default is the order in which they are read.
    max_line, max_document, max_unpacked : int or str
        Limits for a line of JSONL, the text of a document, and an unpacked file: bytes, or a size such as `1GB`.
        Anything longer is quarantined.
    quarantine : path, optional
        The list of unusable records; the default is beside the audit. These records are removed from the output
        and held in the audit.
    force : bool, default False
        Overwrite existing outputs, and ignore the limits of removal in `options`.
    strict : bool, default False
        Stop at an unusable record instead.
    follow_links : bool, default False
        Read links in a folder that lead outside it, and linked folders.
    max_memory : int or str, optional
        Bytes, or a size such as `1GB`; the rest is held in files, and the output is the same. The default is to
        work in memory, which takes five to seven times the size of the text.
    workdir : path, optional
        The folder for those files, in its subfolder `dedupe-work`. A stopped run continues from its finished
        stages when it is started again with the same inputs, options and folder.
    dry_run : bool, default False
        Decide everything, and write nothing: no cleaned file, no audit, no list of quarantined records. Where a
        run would remove more than the limits allow, `over` of the report says so.
    no_audit : bool, default False
        Write to standard output without an audit. The removed text cannot be restored.
    inspect : function, optional
        Called with the rows that the audit begins with (decisions, totals, samples), before anything is written.
    progress : function, optional
        Called with the name of each step and file.
    read : function, optional
        Called with the bytes of text that a step has just read, and how many it has to read.
    announce : function, optional
        Called with the estimate of a run within `max_memory`, before the run starts.
    checked : function, optional
        Called after options, inputs and outputs have passed the checks that need no full reading.
    fields : Fields, optional
        The old way to name fields.

    Returns
    -------
    CleanReport
        The counts, and the written files.

    Raises
    ------
    InputError, DuplicateIdError, RecordError
        An input is not usable as it is; nothing is written.
    RemovalError
        More text would be removed than the limits allow; nothing is written, and the message has the evidence.
    OutputError
        An output exists, equals an input, or cannot be written; nothing is changed.
    """
    check_flags(force=force, dry_run=dry_run, no_audit=no_audit)
    check_callables(inspect=inspect, progress=progress, read=read, announce=announce, checked=checked)
    named_paths = {"output": output, "audit": audit, "quarantine": quarantine, "workdir": workdir}
    check_paths(**{name: path for name, path in named_paths.items() if path is not None})
    options = _usable(CleanOptions() if options is None else options)
    asked = FileOptions(
        text, id, source, order, max_line, max_document, max_unpacked, follow_links, strict, max_memory
    )
    if fields is not None:
        warn_old("fields=", "text=, id=, source=, order= and max_line=, max_document=, max_unpacked=")
        asked = _from_fields(fields, asked)
    named_fields = Fields.of(asked, options.keep)
    if fields is not None and fields.value:
        named_fields = replace(named_fields, value=fields.value)
    named = name_results(output, audit, quarantine, force, dry_run, no_audit)
    arguments = _paths(inputs)
    if named:
        check_is_no_input(arguments, named)
    results = [place(result) for result in (output, audit, quarantine) if result is not None]
    with open_sources(
        arguments,
        exclude=[] if workdir is None else [_work_folder(workdir)],
        results=[one for one in named or results if one is not None],
        follow_links=follow_links,
        text=named_fields.text,
    ) as sources:
        targets = targets_of(arguments, sources, named, force) if named else []
        check_first_records(named_fields, sources)
        check_kept_sources(sources, options.keep)
        if checked and max_memory is None:
            checked()

        def begin(expected: Estimate) -> None:
            # Within a limit more is checked: the limit, the folder, and what lies in it.
            if checked:
                checked()
            if announce:
                announce(expected)

        run = (sources, named_fields, options, strict, progress, read)
        with _decided(*run, max_memory, workdir, begin) as (decided, found, edits):
            counts = decided.counts()
            removal = replace(counts.removal, quarantined=found.quarantined, files=edits.file_records())
            counts = counts._replace(removal=removal)
            brakes = counts.removal.exceeded(options)
            if not force:
                counts.removal.check(options, preview=dry_run)
            if inspect:
                inspect(as_dicts(decision_rows(decided, found, options, asked, counts, brakes)))
            if named is None or dry_run:
                return CleanReport(found, counts, (), None, tuple(brakes))
            if progress:
                progress("writing")
            out, audit_at, listed = named
            # What is sent elsewhere is sent when all of it is written, the audit first.
            with (
                _sending_to_stdout(sources[0], workdir, audit_at)
                if str(output) == STDOUT
                else sending(out) as local,
                nullcontext() if audit_at is None else sending(audit_at) as local_audit,
            ):
                parts = [local] if targets[0] is out else [local / source.relative for source in sources]
                with writing(str(output)):
                    written = set(
                        write_cleaned(
                            decided,
                            edits,
                            found,
                            parts,
                            local,
                            local_audit,
                            options,
                            asked,
                            counts,
                            brakes,
                        )
                    )
            outputs = tuple(target for part, target in zip(parts, targets, strict=True) if part in written)
    if listed is not None:
        write_quarantine(found, str(listed))
    return CleanReport(found, counts, outputs, listed if found.quarantined else None, tuple(brakes))


def _usable(options: CleanOptions) -> CleanOptions:
    """Return the options of a job in files; refuse what is none, or what no audit can hold."""
    if not isinstance(options, CleanOptions):
        raise InputError(
            f"options={options!r} is no CleanOptions: write options=dedupe.CleanOptions(remove=['duplicates'])"
        )
    if options.model is not None:
        if not isinstance(options.model, str):
            raise InputError(
                "options.model is a classifier in memory, which no audit can name: save it, and give its folder"
            )
        taught_model(options.model)
    return options


def _from_fields(fields: Fields, asked: FileOptions) -> FileOptions:
    """Return the file options with the fields that are named in the old way."""
    if not isinstance(fields, Fields):
        raise InputError(f"fields={fields!r} is no Fields: name them by text=, id=, source=")
    limits = {f"max_{name}": size for name, size in vars(fields.limits).items()}
    named = {"text": fields.text, "id": fields.id, "source": fields.source, "order": fields.order, **limits}
    for name in named:
        if getattr(asked, name) != getattr(FileOptions, name):
            raise InputError(f"`{name}=` and fields= both say what is read: leave fields= out")
    return replace(asked, **named)


def _work_folder(workdir: str | Path) -> Path:
    # Only who names it needs it.
    from dedupe.store.stages import work_folder

    return work_folder(workdir)


@contextmanager
def _sending_to_stdout(source: Source, workdir: str | Path | None, audit: AnyPath | None) -> Iterator[Path]:
    """Give a name for the cleaned file; when it is complete, pass it on to standard output."""
    with TemporaryDirectory(prefix="dedupe-", dir=workdir) as folder:
        local = Path(folder, source.relative)
        yield local
        # Nothing may be left.
        if local.exists():
            with local.open("rb") as file:
                try:
                    shutil.copyfileobj(file, sys.stdout.buffer)
                    sys.stdout.buffer.flush()
                except OSError as error:
                    left = "" if audit is None else f"; the audit {audit} is whole, and `force=True` overwrites it"
                    raise OutputError(
                        f"standard output did not take all of it ({error.strerror or error}){left}"
                    ) from error


@contextmanager
def _decided(
    sources: Sequence[Source],
    fields: Fields,
    options: CleanOptions,
    strict: bool,
    progress: Callable[[str], object] | None,
    read: Callable[[int, int], object] | None,
    max_memory: int | str | None,
    workdir: str | Path | None,
    announce: Callable[[Estimate], object] | None,
) -> Iterator[tuple[Decided, FileCorpus, RecordEdits]]:
    """Return the decisions of all stages, the contents of the inputs, and the edits of their records."""
    if max_memory is None:
        found = read_corpus(sources, fields, strict=strict, digest=True, progress=progress, read=read)
        corpus = replace(found.corpus, texts=WatchedColumn(found.corpus.texts, read)) if read else found.corpus
        decided, own = decide_in_memory(corpus, options, progress), [one.numbers for one in found.contents]
        numbers = np.concatenate([np.zeros(0, np.int64), *own])
        yield decided, found, RecordEdits(decided, found, list(map(len, own)), lambda a, b: numbers[a:b])
        return
    # Only who sets a limit needs it.
    from dedupe.outofcore.clean import decide_in_files

    with decide_in_files(
        sources,
        fields,
        options,
        max_memory=max_memory,
        workdir=workdir,
        strict=strict,
        step=progress,
        read=read,
        announce=announce,
    ) as answer:
        yield answer


def _paths(inputs: Sequence[str | Path] | str | Path) -> list[str]:
    """Return the paths of the inputs, given as one path or several."""
    if hasattr(inputs, "columns"):
        raise InputError(f"inputs is {type(inputs).__name__}, a table, and no file: give it to clean")
    paths = list(inputs) if isinstance(inputs, Iterable) and not isinstance(inputs, str) else [inputs]
    for one in paths:
        if not is_path("inputs", one):
            raise InputError(f"inputs holds {type(one).__name__}, no path: give files, folders, or a list of them")
    return [os.fspath(one) for one in paths]
