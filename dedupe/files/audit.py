"""The audit: every decision, and every byte that was taken out; with the cleaned files it gives the input back.

JSONL, one object a line, told apart by `type` (`docs/formats.md` has the schema):

- `run` (first): format, version, parameters; `end` (last): counts, so that a cut-off audit is noticed;
- `removal`: a decision; `quarantine`: a record that was not usable;
- `cut`: bytes taken out of the decompressed stream at `offset`, as `text` or `base64`; with `row`, UTF-8 bytes
  of one value of a Parquet file; `rows`: whole Parquet rows as an Arrow stream; `raw`: a whole file as it lay
  on disk;
- `file`: an input with its name, size and SHA-256 before and after.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dedupe
from dedupe.cleaning.stages import CleanOptions, Decision
from dedupe.errors import AuditError
from dedupe.files.streams import open_read, read_error_types

AUDIT_FORMAT = "dedupe-audit-1"

AuditRow = dict[str, Any]


def run_row(options: CleanOptions) -> AuditRow:
    """The head of an audit."""
    return {
        "type": "run",
        "format": AUDIT_FORMAT,
        "version": dedupe.__version__,
        "remove": list(options.remove),
        "threshold": options.threshold,
        "recall": options.recall,
        "keep": str(options.keep),
        "boilerplate": options.boilerplate,
        "paragraphs": options.paragraphs,
    }


def removal_row(decision: Decision) -> AuditRow:
    """A decision as a row."""
    row: AuditRow = {
        "type": "removal",
        "id": decision.id,
        "start": decision.start,
        "end": decision.end,
        "stage": decision.stage,
        "reason": decision.reason,
        "score": round(decision.score, 6),
    }
    if decision.kept is not None:
        row["kept"] = decision.kept._asdict()
    if decision.kept_removed_by is not None:
        row["kept_removed_by"] = decision.kept_removed_by
    return row


def pack(data: bytes) -> dict[str, str]:
    """Bytes as text where they are UTF-8, else as base64."""
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def unpack(row: AuditRow) -> bytes:
    """What `pack` was given."""
    if "base64" in row:
        return base64.b64decode(row["base64"])
    return str(row["text"]).encode("utf-8")


def read_audit(path: Path) -> Iterator[AuditRow]:
    """The rows of an audit, checked for its head and its end.

    Raises
    ------
    AuditError
        The file is no audit, of another format, or cut off.
    """
    finished, last = False, 0
    try:
        with open_read(path) as lines:
            for number, line in enumerate(lines, 1):
                last = number
                row = json.loads(line)
                if number == 1 and (row.get("type"), row.get("format")) != ("run", AUDIT_FORMAT):
                    raise AuditError(
                        f"{path} is no audit of format {AUDIT_FORMAT} (its first line says "
                        f"{row.get('format')!r}): use the version of dedupe that wrote it"
                    )
                finished = row.get("type") == "end"
                yield row
    except OSError as error:
        raise AuditError(f"{path} cannot be read: {error.strerror or error}") from error
    except AuditError:
        raise
    except (ValueError, AttributeError, *read_error_types()) as error:  # type: ignore[misc]
        raise AuditError(
            f"{path}, line {last}: damaged ({error}); restore needs the audit as it was written"
        ) from error
    if not finished:
        raise AuditError(f"{path} is cut off behind line {last}: restore needs the whole audit")


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
    if not parts or Path(name).is_absolute() or ".." in parts:
        raise AuditError(f"the audit names {name!r}, which leads out of {folder}: this audit was tampered with")
    step = folder
    for part in parts:
        step = step / part
        if step.is_symlink():
            raise AuditError(f"{step} is a link: restore follows none; remove it or choose another folder")
    if os.path.commonpath([inside, os.path.realpath(target)]) != inside:
        raise AuditError(f"the audit names {name!r}, which leads out of {folder}: this audit was tampered with")
    return target
