"""`clean_files`: files in; the same files cleaned, and an audit that gives everything back, out."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dedupe.cleaning.brakes import Removal, count_removal, sources_of
from dedupe.cleaning.cuts import Cut, make_cuts
from dedupe.cleaning.options import CleanOptions
from dedupe.cleaning.stages import Ledger, decide
from dedupe.disk import make_folder, put_in_place, remove_file, sync_names
from dedupe.errors import InputError, OutputError
from dedupe.files.audit import AuditWriter, removal_row, run_row
from dedupe.files.corpus import FileCorpus, open_sources, quarantine_rows, read_corpus, write_quarantine
from dedupe.files.lines import Fields
from dedupe.files.remote import AnyPath, place, real_name, sending
from dedupe.files.rewrite import Plan, rewrite
from dedupe.files.rows import check_distinct, check_free, check_result_path, write_rows
from dedupe.files.sources import STDIN, Source, check_names, format_of
from dedupe.files.streams import compression_of, writing


@dataclass(frozen=True)
class CleanReport:
    """What `clean_files` did."""

    found: FileCorpus
    ledger: Ledger
    cuts: dict[int, list[Cut]]
    """by document number, the cuts in its text"""
    removal: Removal
    """how much goes, of everything and of each source"""
    outputs: tuple[AnyPath, ...]
    """the cleaned files"""
    quarantine: AnyPath | None
    """where the quarantined records are listed, if there are any"""


def clean_files(
    inputs: Sequence[str | Path],
    output: str | Path,
    audit: str | Path,
    *,
    options: CleanOptions | None = None,
    fields: Fields | None = None,
    quarantine: str | Path | None = None,
    force: bool = False,
    strict: bool = False,
    progress: Callable[[str], object] | None = None,
) -> CleanReport:
    """Clean files: same formats, order, other fields and relative names out as in.

    Parameters
    ----------
    inputs : sequence of paths
        Files (.txt, .jsonl, each also .gz and .zst; .parquet), folders, URLs of these that fsspec knows, or `-` for
        standard input.
    output : path or URL
        A folder, or, for a single input file, a file of the same format.
    audit : path or URL
        The audit, a .jsonl file (also .gz, .zst), created readable by its owner only: it holds what was removed.
    options : CleanOptions, optional
        What to remove; see `clean`.
    fields : Fields, optional
        Which fields hold text and id, and how much of a line, a document and a file is read.
    quarantine : path, optional
        Lists unusable records; the default is beside the audit. They go from the output, and the audit holds
        them.
    force : bool, default False
        Overwrite outputs that are there, and go on where more is removed than the limits of `options` allow.
    strict : bool, default False
        Stop at an unusable record instead.
    progress : function, optional
        Called with the name of each step and file.

    Returns
    -------
    CleanReport
        The decisions, and what was written.

    Raises
    ------
    InputError, DuplicateIdError, RecordError
        An input is not usable as it is; nothing is written.
    RemovalError
        More would be removed than the limits allow; nothing is written, and the message has the evidence.
    OutputError
        An output exists, equals an input, or cannot be written; nothing is changed.
    """
    options, fields = options or CleanOptions(), fields or Fields()
    out, audit_at = place(output), place(audit)
    listed = place(quarantine) if quarantine else _beside(audit_at)
    _check_audit(audit_at, force)
    check_result_path(str(listed), force=force)
    arguments = [str(argument) for argument in inputs]
    with open_sources(arguments, exclude=[out, audit_at, listed]) as sources:
        targets = _targets(arguments, sources, out, force)
        named = [
            ("the audit", audit_at),
            ("the quarantine list", listed),
            *(("a cleaned file", t) for t in targets),
        ]
        check_distinct(named, [source.path for source in sources])
        found = read_corpus(sources, fields, strict=strict, digest_values=True, progress=progress)
        ledger = decide(found.corpus, options, progress)
        cuts = _cuts(ledger)
        removal = _removal(ledger, cuts)
        if not force:
            removal.check(options)
        plans = list(_plans(found, ledger, cuts, fields.limits.line))
        # What is sent elsewhere is sent when all of it is written, the audit first.
        with sending(out) as local, sending(audit_at) as local_audit:
            parts = [local] if targets[0] is out else [local / source.relative for source in sources]
            with writing(output):
                written = set(_write(plans, parts, local, local_audit, ledger, options, found))
            outputs = tuple(target for part, target in zip(parts, targets, strict=True) if part in written)
    write_quarantine(found, str(listed))
    return CleanReport(found, ledger, cuts, removal, outputs, listed if found.problems else None)


def _beside(audit: AnyPath) -> AnyPath:
    name = audit.name.removesuffix(".gz").removesuffix(".zst").removesuffix(".jsonl")
    return audit.with_name(f"{name}.quarantine.jsonl")


def _check_audit(audit: AnyPath, force: bool) -> None:
    if not audit.name.removesuffix(".gz").removesuffix(".zst").endswith(".jsonl"):
        raise InputError(f"{audit}: name the audit .jsonl (also .gz, .zst)")
    check_free(audit, force=force)


def _targets(arguments: Sequence[str], sources: Sequence[Source], output: AnyPath, force: bool) -> list[AnyPath]:
    """Where each cleaned file goes; refuses to write over anything without `force`, or where it cannot."""
    check_names(sources)
    if any(real_name(argument) == real_name(output) for argument in arguments if argument != STDIN):
        raise OutputError(
            f"{output} is the input itself: clean never writes over what it reads; name another output"
        )
    single = len(sources) == 1 and not place(arguments[0]).is_dir()
    if single and not output.is_dir() and format_of(output.name):
        if format_of(output.name) != sources[0].format:
            raise InputError(f"{output} is not of the input's format, {sources[0].format}: clean keeps formats")
        targets = [output]
    else:
        targets = [output / source.relative for source in sources]
    for target in targets:
        above = target.parents if isinstance(target, Path) else ()
        blocked = next((parent for parent in above if parent.exists() and not parent.is_dir()), None)
        if blocked:
            raise OutputError(f"{blocked} is a file where a folder is needed: choose another output")
        if target.is_dir():
            raise OutputError(f"{target} is a folder where a file is needed: choose another output")
        if target.exists() and not force:
            raise OutputError(f"{target} exists: choose another output, or overwrite it with --force")
    return targets


def _cuts(ledger: Ledger) -> dict[int, list[Cut]]:
    return {
        document: make_cuts(ledger.corpus.texts[document], spans)
        for document, spans in sorted(ledger.removed.items())
        if document not in ledger.removed_documents
    }


def _removal(ledger: Ledger, cuts: dict[int, list[Cut]]) -> Removal:
    corpus = ledger.corpus
    sizes = [len(text) for text in corpus.texts]
    whole = [document in ledger.removed_documents for document in range(len(corpus))]
    removed = [
        size if gone else sum(end - start for start, end in cuts.get(document, ()))
        for document, (size, gone) in enumerate(zip(sizes, whole, strict=True))
    ]
    kept = Counter(decision.kept.id for decision in ledger.decisions if decision.kept is not None)
    return count_removal(corpus.ids, sources_of(corpus.columns, corpus.ids), sizes, removed, whole, kept)


def _plans(found: FileCorpus, ledger: Ledger, cuts: dict[int, list[Cut]], line_limit: int) -> Iterator[Plan]:
    document = 0
    for contents in found.contents:
        removed = {problem.number for problem in contents.problems}
        own: dict[int, list[Cut]] = {}
        texts: dict[int, str] = {}
        for record in contents.records:
            if document in ledger.removed_documents:
                removed.add(record.number)
            elif document in cuts:
                own[record.number] = cuts[document]
                texts[record.number] = record.text
            document += 1
        yield Plan(contents, own, frozenset(removed), texts, line_limit)


def _write(
    plans: Sequence[Plan],
    targets: Sequence[Path],
    output: Path,
    audit: Path,
    ledger: Ledger,
    options: CleanOptions,
    found: FileCorpus,
) -> list[Path]:
    """Write everything beside its place, then the audit into place, for without it nothing could be undone.

    A folder that is new appears as a whole, with all files; in one that is there each file appears as a whole.
    """
    existing = next(parent for parent in [output, *output.absolute().parents] if parent.is_dir())
    fresh = not output.exists() and targets != [output]
    work = Path(tempfile.mkdtemp(prefix=".dedupe-clean-", dir=existing))
    try:
        folder = work / output.name
        make_folder(folder)
        parts = [
            folder / target.relative_to(output) if fresh else folder / str(number)
            for number, target in enumerate(targets)
        ]
        with write_rows(str(audit), private=True) as rows:
            _write_audit(AuditWriter(rows), plans, list(zip(parts, targets, strict=True)), ledger, options, found)
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
            else:
                # Left over from a run before this one, and overwritten by nothing.
                remove_file(target)
        return written
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write_audit(
    audit: AuditWriter,
    plans: Sequence[Plan],
    places: Sequence[tuple[Path, Path]],
    ledger: Ledger,
    options: CleanOptions,
    found: FileCorpus,
) -> None:
    """Write the audit and, on the way, every cleaned file to its part."""
    audit.write(run_row(options))
    for decision in ledger.decisions:
        audit.write(removal_row(decision))
    for problem in quarantine_rows(found):
        audit.write({"type": "quarantine", **problem})
    for plan, (part, target) in zip(plans, places, strict=True):
        for row in rewrite(plan, part, compression_of(target.name)):
            audit.write(row)
    audit.end()
