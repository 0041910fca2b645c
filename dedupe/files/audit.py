"""The audit: every decision and every removed byte; with the cleaned files it restores the input.

JSONL, one object a line, told apart by `type` (`docs/formats.md` has the schema):

- `run` (first): format, version, parameters; `end` (last): counts and the SHA-256 of all lines before it, so that a
  cut-off or edited audit is noticed;
- `removal`: a decision; `quarantine`: a record that was not usable;
- `total`, `source`, `language`, `scores`, `lengths`, `quality`, `group_sizes`, `group`, `brake`: how much is
  removed; `sample`: a removal with its text;
- `cut`: bytes removed from the decompressed stream at `offset`, as `text` or `base64`; with `row`, UTF-8 bytes
  of one value of a Parquet file;
- `rows`: whole Parquet rows as an Arrow stream; `raw`: a whole file as it was on disk;
- `file`: an input with its name, size and SHA-256 before and after.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import dedupe
from dedupe.boilerplate.model import model_digest
from dedupe.boilerplate.score import boilerplate_limit
from dedupe.cleaning.decided import StageRows
from dedupe.cleaning.decision import reason_of
from dedupe.cleaning.removals import NOWHERE
from dedupe.duplicates.settings import Settings, resolve
from dedupe.errors import AuditError, DedupeError, InputError
from dedupe.files.rows import as_json, encode_lines, to_json
from dedupe.files.streams import open_read, read_error_types
from dedupe.job import CleanOptions, FileOptions, Stage, UnitName

AUDIT_FORMAT = "dedupe-audit-1"

AuditRow = dict[str, Any]


class AuditLines(NamedTuple):
    """Rows of one kind that are JSON already, a line each."""

    kind: str
    lines: Sequence[str]


AuditRows: TypeAlias = AuditRow | AuditLines


def run_row(options: CleanOptions, asked: FileOptions) -> AuditRow:
    """The head of an audit: everything that a run with the same answer is told, but inputs and outputs."""
    job = {name: value for name, value in {**vars(options), **vars(asked)}.items() if name not in _MACHINE}
    # What a function keeps cannot be told.
    job["keep"] = None if callable(options.keep) else options.keep
    if not isinstance(options.keep, str) and not callable(options.keep):
        job["keep"] = [one if isinstance(one, str) else float(one) for one in options.keep]
    return {
        "type": "run",
        "format": AUDIT_FORMAT,
        "version": dedupe.__version__,
        **job,
        "remove": options.named,
        "comparisons": [
            _comparison_row(resolve(unit, options.threshold, options.recall, facts=options.facts))
            for stage, unit in _COMPARED.items()
            if stage in options.stages
        ],
        **({} if options.model is None else {"model_digest": model_digest(options.model)}),
        **({"boilerplate_limit": boilerplate_limit(options)} if "boilerplate" in options.stages else {}),
    }


def read_job(path: Path) -> dict[str, Any]:
    """Read the options of the run that wrote an audit.

    Raises
    ------
    AuditError
        The file is no audit of this format.
    InputError
        A function chose what the run kept.
    """
    row = _read_head(path)
    job = {name: value for name, value in row.items() if name not in _NOT_ASKED and value is not None}
    if "keep" in row and row["keep"] is None:
        raise InputError(f"{path}: a function chose which copies its run kept; write the options into a TOML file")
    if "id" in row:
        job["id"] = "none" if row["id"] is None else row["id"]
    return job


# What changes no answer, and what a run is not told.
_MACHINE = ("threads", "max_memory")
_LONGEST_HEAD = 64 << 20
_NOT_ASKED = ("type", "format", "version", "comparisons", "model_digest", "boilerplate_limit")
_COMPARED: dict[Stage, UnitName] = {"duplicates": "document", "paragraphs": "paragraph"}


def _comparison_row(settings: Settings) -> AuditRow:
    """Return how units were compared."""
    return {
        "unit": settings.unit,
        "shingle": str(settings.shingle),
        "threshold": settings.threshold,
        "recall": settings.recall,
        "bands": settings.bands.bands,
        "rows": settings.bands.rows,
    }


def removal_lines(part: StageRows) -> AuditLines:
    """Decisions as rows."""
    return AuditLines("removal", list(_removal_lines(part)))


def _removal_lines(part: StageRows) -> Iterator[str]:
    names = {number: as_json(name) for number, name in part.names.items()}
    stage = f'"stage":{as_json(part.stage)},"reason":'
    columns = zip(part.rows.tolist(), part.why, part.lost, strict=True)
    # Many are equal to their kept copies alike.
    reasons: dict[tuple[float, str, bool], str] = {}
    for (document, start, end, kept, kept_start, kept_end, score, by_letters), why, lost in columns:
        said = (score, why, by_letters)
        if (reason := reasons.get(said)) is None:
            reason = reasons[said] = as_json(reason_of(part.stage, score, why, by_letters=by_letters))
        measure = part.measure(by_letters)
        yield (
            f'{{"type":"removal","id":{names[document]},"start":{start},"end":{end},{stage}{reason},'
            f'"score":{round(score, 6)!r}'
            + (f',"measure":"{measure}"' if measure else "")
            + (f',"kept":{{"id":{names[kept]},"start":{kept_start},"end":{kept_end}}}' if kept != NOWHERE else "")
            + (f',"kept_removed_by":"{lost}"}}\n' if lost else "}\n")
        )


def cut_lines(name: str, cuts: Iterable[tuple[int, bytes]]) -> AuditLines:
    """Return rows with bytes that are taken out of a stream, each with the place where they begin."""
    head, lines = f'{{"type":"cut","name":{as_json(name)},"offset":', []
    for offset, data in cuts:
        ((kind, text),) = pack(data).items()
        lines.append(f'{head}{offset},"length":{len(data)},"{kind}":{as_json(text)}}}\n')
    return AuditLines("cut", lines)


def pack(data: bytes) -> dict[str, str]:
    """Bytes as text where they are UTF-8, else as base64."""
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def unpack(row: AuditRow) -> bytes:
    """Return what `pack` was given."""
    if "base64" in row:
        return base64.b64decode(row["base64"], validate=True)
    return str(row["text"]).encode("utf-8")


# What reading a damaged audit may raise.
DAMAGE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, ArithmeticError, MemoryError)


class AuditWriter:
    """Writes audit rows and, at the end, their digest."""

    def __init__(self, out: BinaryIO | None) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._counts: Counter[str] = Counter()

    def write(self, rows: AuditRows) -> None:
        """Write a row, or some; without a file they go nowhere."""
        if self._out is None:
            return
        if isinstance(rows, AuditLines):
            kind, count, data = rows.kind, len(rows.lines), encode_lines(rows.lines)
        else:
            kind, count, data = rows["type"], 1, to_json(rows)
        if count:
            self._out.write(data)
            self._digest.update(data)
            self._counts[kind] += count

    def end(self) -> None:
        """Write the last row."""
        row = {"type": "end", "rows": dict(self._counts), "sha256": self._digest.hexdigest()}
        if self._out is not None:
            self._out.write(to_json(row))


def check_audit(path: Path) -> None:
    """Read an audit once through, and refuse one that is not as it was written.

    Raises
    ------
    AuditError
        The file is no audit, of another format, damaged, edited, or cut off.
    """
    digest, last, number = hashlib.sha256(), b"", 1
    try:
        _read_head(path)
        with open_read(path) as lines:
            for number, line in enumerate(lines, 1):  # noqa: B007
                digest.update(last)
                last = line
        row = json.loads(last)
        if row.get("type") != "end":
            raise AuditError(f"{path} is cut off behind line {number}: restore needs the whole audit")
        if row["sha256"] != digest.hexdigest():
            raise AuditError(f"{path} was edited since it was written: restore needs it as it was")
    except AuditError:
        raise
    except (*read_error_types(), *DAMAGE) as error:  # type: ignore[misc]
        raise damaged_audit(path, error, f"line {number}: ") from error
    except OSError as error:
        raise AuditError(f"{path} cannot be read: {error.strerror or error}") from error


def audit_digest(path: Path) -> str:
    """The digest at the end of an audit that `check_audit` passes."""
    check_audit(path)
    digest: str = deque(read_audit(path), maxlen=1)[0]["sha256"]
    return digest


def _read_head(path: Path) -> AuditRow:
    """Return the first row of an audit, or refuse a file that is none."""
    line, row = b"", None
    with suppress(ValueError, RecursionError, *read_error_types()), open_read(path) as lines:
        # What is no audit may be one long line.
        line = lines.readline(_LONGEST_HEAD)
        row = json.loads(line)
    if not isinstance(row, dict) or row.get("type") != "run":
        # The last character may be cut.
        begin = line[:30].decode("utf-8", "replace")[:-1]
        begins = "it is not text" if {"\0", "\ufffd"} & {*begin} else f"it begins with {begin!r}"
        begins = begins if line else "it is empty or damaged"
        raise AuditError(f"{path} is not an audit: {begins}. Give the file that clean wrote as its audit")
    if row.get("format") != AUDIT_FORMAT:
        raise AuditError(
            f"{path} is an audit of format {row.get('format')!r}, not {AUDIT_FORMAT!r}: use the version of dedupe "
            "that wrote it"
        )
    return row


@contextmanager
def understanding(path: Path) -> Iterator[None]:
    """Refuse an audit whose rows make no sense, whatever the work with them raises."""
    try:
        yield
    except DedupeError:
        raise
    except DAMAGE as error:
        raise damaged_audit(path, error) from error


def damaged_audit(path: Path, error: BaseException, place: str = "") -> AuditError:
    """The error for an audit whose rows make no sense."""
    detail = f"{place}{type(error).__name__}: {error}"[:120]
    return AuditError(f"{path} is a damaged audit ({detail}): give it as clean wrote it")


def read_audit(path: Path) -> Iterator[AuditRow]:
    """The rows of an audit that `check_audit` has passed."""
    with open_read(path) as lines:
        for line in lines:
            yield json.loads(line)


def file_rows(path: Path) -> Iterator[AuditRow]:
    """The rows of files of an audit that `check_audit` has passed."""
    with open_read(path) as lines:
        for line in lines:
            # Inside a string quotes are escaped: most lines need not be parsed.
            if b'"file"' in line and (row := json.loads(line))["type"] == "file":
                yield row


def safe_target(folder: Path, name: str) -> Path:
    """The place of a relative name inside a folder.

    Raises
    ------
    AuditError
        The name leads out of the folder, or through a link.
    """
    target = folder / name
    inside = os.path.realpath(folder)
    parts = Path(name).parts
    if "\0" in name or not parts or Path(name).is_absolute() or ".." in parts:
        raise AuditError(f"the audit names {name!r}, which leads out of {folder}: this audit was tampered with")
    step = folder
    for part in parts:
        step = step / part
        if step.is_symlink():
            raise AuditError(f"{step} is a link: restore follows none; remove it or choose another folder")
    if os.path.commonpath([inside, os.path.realpath(target)]) != inside:
        raise AuditError(f"the audit names {name!r}, which leads out of {folder}: this audit was tampered with")
    return target
