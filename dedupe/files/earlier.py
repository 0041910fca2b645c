"""Results of earlier runs in a folder that is an input now: audits, cleaned files, lists.

Audits and lists are known by their first rows. An audit holds digests of what it wrote: files that are equal to all
of these are its output, wherever they lie now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from dedupe.files.remote import AnyPath
from dedupe.files.streams import BLOCK, compression_of, open_read, read_error_types, without_compression

_AUDIT, _FILE = b'{"type":"run","format":"dedupe-audit-', b'{"type":"file",'
_ANSWERS = b'{"type":"draw","format":"dedupe-answers-'
# The longest first row that is looked at.
_LONGEST_ROW = 1 << 20
# Fields of the rows that the commands write: those that are always there, and those that may be; None: any others.
_Fields: TypeAlias = tuple[frozenset[str], frozenset[str] | None]
_SPAN = frozenset(("start", "end"))
_QUARANTINED: _Fields = (frozenset(("file", "reason")), frozenset(("line", "item", "row")))
_ROWS: tuple[_Fields, ...] = (
    _QUARANTINED,
    (frozenset(("a", "b", "similarity")), frozenset("a_start a_end b_start b_end measure against".split())),
    (frozenset(("kept", "cluster", "similarities")), frozenset(("against",))),
    (frozenset(("copies", "count", "similarities", "measures")), frozenset()),
    (frozenset(("id",)), _SPAN),
    (frozenset("query query_start query_end id start end similarity".split()), frozenset()),
    (frozenset(("id", "language", "probability")), frozenset()),
    (frozenset("id start end boilerplate evidence category".split()), None),
    (frozenset("id score language failed reasons characters words".split()), None),
    (frozenset("what level script found".split()), None),
)


def is_result(path: AnyPath) -> bool:
    """Return whether a file is an audit or a list that a command has written, or is empty."""
    return _is_of(path, _ROWS, (_AUDIT, _ANSWERS))


def is_quarantine_list(path: AnyPath) -> bool:
    """Return whether a file is a list of quarantined records, or is empty."""
    return _is_of(path, (_QUARANTINED,), ())


def _is_of(path: AnyPath, kinds: Sequence[_Fields], heads: tuple[bytes, ...]) -> bool:
    """Return whether the first row of a file has the fields of one of some kinds, or is a head."""
    try:
        if path.name.endswith(".parquet"):
            if not (names := _columns(path)):
                return True
        else:
            with open_read(path) as file:
                line = file.readline(_LONGEST_ROW)
            if not line or line.startswith(heads):
                return True
            names = frozenset(json.loads(line) if line.startswith(b"{") else ())
    except (OSError, ValueError, RecursionError, *read_error_types()):  # type: ignore[misc]
        return False
    return any(always <= names and (more is None or names <= always | more) for always, more in kinds)


def _columns(path: AnyPath) -> frozenset[str]:
    import pyarrow.parquet as pq

    with path.open("rb") as raw, pq.ParquetFile(raw) as file:
        return frozenset(file.schema_arrow.names)


def left_by_earlier_runs(folder: Path, names: Iterable[str], elsewhere: Iterable[AnyPath] = ()) -> set[str]:
    """The files in a folder, by relative name, that earlier runs of `clean` have left there.

    `elsewhere` are audits outside the folder, if they are audits.
    """
    here: dict[str, AnyPath] = {name: folder / name for name in names}
    out: set[str] = set()
    audits = list(elsewhere)
    for name, path in here.items():
        if without_compression(name).endswith(".jsonl") and _files_of(path) is not None:
            out |= {name, *_listed(name)} & here.keys()
            audits.append(path)
    return out | written_with({name: path for name, path in here.items() if name not in out}, audits)


def written_with(here: Mapping[str, AnyPath], audits: Iterable[AnyPath]) -> set[str]:
    """The files, by name, that runs of `clean` have written, of which there are audits, if they are audits."""
    out: set[str] = set()
    known = [rows for path in audits if (rows := _files_of(path)) is not None]
    # What is known by more is looked for first: the rest of it is told by what is left.
    for rows in sorted(known, key=len, reverse=True):
        with suppress(OSError, KeyError, TypeError, *read_error_types()):
            out |= set(_written({name: path for name, path in here.items() if name not in out}, rows))
    return out


def _files_of(path: AnyPath) -> list[dict[str, Any]] | None:
    """Return what an audit says of the files that it is about; None where it is no audit."""
    with suppress(OSError, ValueError, *read_error_types()), open_read(path) as file:
        if file.read(len(_AUDIT)) == _AUDIT:
            return [json.loads(line) for line in file if line.startswith(_FILE)]
    return None


def _listed(name: str) -> Iterator[str]:
    """Yield where the list of quarantined records is that belongs to an audit."""
    stem = without_compression(name).removesuffix(".jsonl")
    yield f"{stem}.quarantine.jsonl"


def _written(here: Mapping[str, AnyPath], rows: list[dict[str, Any]]) -> Iterator[str]:
    """The files that an audit was written with."""
    files = [row for row in rows if row["written"]]
    if not files:
        return
    changed = next((row for row in files if row["output_sha256"] != row["sha256"]), None)
    last = str((changed or files[0])["name"])
    found = []
    for root in sorted(name.removesuffix(last) for name in here if name == last or name.endswith(f"/{last}")):
        own = {root + str(row["name"]): row for row in files}
        if own.keys() <= here.keys() and all(_is_equal(here[name], row) for name, row in own.items()):
            found.append(list(own))
    if len(files) == 1:
        # A single one may have any name.
        ending = PurePosixPath(last).suffixes
        known = {name for names in found for name in names}
        found += [
            [name]
            for name, path in here.items()
            if name not in known and PurePosixPath(name).suffixes == ending and _is_equal(path, files[0])
        ]
    if changed is None:
        # Files that stayed as they were are output where the input, with all that went, is there besides.
        inputs = [names for names in found if _is_input(names[0].removesuffix(last), here, rows)]
        source = min(inputs, key=lambda names: (here[names[0]].stat().st_mtime_ns, len(names[0])), default=None)
        found = [] if source is None else [names for names in found if names is not source]
    for names in found:
        yield from names


def _is_input(root: str, here: Mapping[str, AnyPath], rows: list[dict[str, Any]]) -> bool:
    """Return whether all files that an audit speaks of are below a folder."""
    return all(root + str(row["name"]) in here for row in rows)


def _is_equal(path: AnyPath, row: dict[str, Any]) -> bool:
    # Sizes of packed files are those of what they hold.
    with path.open("rb") if row["format"] in ("csv", "parquet") else open_read(path) as file:
        if not compression_of(path.name) and path.stat().st_size != row["output_size"]:
            return False
        digest = hashlib.sha256()
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() == str(row["output_sha256"])
