"""Results of earlier runs in a folder that is an input now: audits, cleaned files, lists.

Audits are known by their first row, lists by the fields of their rows. An audit holds digests of what it wrote:
files that are equal to all of these are its output, wherever they lie now.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from dedupe.disk import is_stream
from dedupe.files.remote import AnyPath
from dedupe.files.streams import BLOCK, compression_of, open_read, read_error_types, without_compression
from dedupe.tables import is_string

_AUDIT, _FILE = b'{"type":"run","format":"dedupe-audit-', b'{"type":"file",'
_ANSWERS = b'{"type":"draw","format":"dedupe-answers-'
# How much of a list is looked at, and the longest first row.
_LOOKED_AT, _LONGEST_ROW = 1 << 20, 1 << 26
_Kind: TypeAlias = tuple[frozenset[str], frozenset[str] | None]
"""Fields of rows that a command writes: those that are always there, and those that may be; None: any numbers"""
_SPAN = frozenset(("start", "end"))
_QUARANTINED: _Kind = (frozenset(("file", "reason")), frozenset(("line", "item", "row")))
_COPIES = (
    "what source level script text similarity promised found apart "
    "donor start end host host_start host_end where extra"
)
_ROWS: tuple[_Kind, ...] = (
    _QUARANTINED,
    (frozenset(("a", "b", "similarity")), frozenset("a_start a_end b_start b_end measure against".split())),
    (frozenset(("kept", "cluster", "similarities")), frozenset(("against",))),
    (frozenset(("copies", "count", "similarities", "measures")), frozenset()),
    (frozenset(("id",)), _SPAN),
    (frozenset("query query_start query_end id start end similarity".split()), frozenset()),
    (frozenset(("id", "language", "probability")), frozenset()),
    (frozenset("id start end boilerplate evidence category text context recurrence verdict".split()), frozenset()),
    (frozenset("id score language failed reasons characters words".split()), None),
    (frozenset(_COPIES.split()), frozenset()),
)
_COPIES_ROW = _ROWS[-1]
# What is behind the file in the id of a document, and the place in it behind the id.
_PLACE = re.compile(r"(:[0-9]+)?(\t[0-9]+\t[0-9]+)?$")


def is_result(path: AnyPath, text: str = "text") -> bool:
    """Return whether a file is an audit or a list that a command has written, or is empty.

    Lists are known by the fields of their rows. In none of them the field `text`, which is that of the documents,
    holds a string: where it does, the file holds documents.
    """
    return _is_list(path, _ROWS, text)


def is_audit(path: AnyPath) -> bool:
    """Return whether a file begins as an audit does."""
    with suppress(OSError, ValueError, *read_error_types()), open_read(path) as file:
        return file.read(len(_AUDIT)) == _AUDIT
    return False


def is_quarantine_list(path: AnyPath) -> bool:
    """Return whether a file is a list of quarantined records, or is empty."""
    return _is_list(path, (_QUARANTINED,), "text")


def is_list(path: AnyPath, text: str = "text") -> bool:
    """Return whether a file is a list that a command has written, and is not empty."""
    return _is_list(path, _ROWS, text, empty=False)


def _is_list(path: AnyPath, kinds: Sequence[_Kind], text: str, *, empty: bool = True) -> bool:
    """Return whether a file is a list of some kinds; `empty` is the answer for one without a line."""
    try:
        if path.name.lower().endswith(".parquet"):
            return _is_kind(_example(path), kinds, text)
        with open_read(path) as file:
            first = file.readline(_LONGEST_ROW)
            if not first:
                return empty
            if kinds is _ROWS and (first.startswith((_AUDIT, _ANSWERS)) or (first[:1] != b"{" and _is_id(first))):
                return True
            return _are_rows([first], kinds, text) and _are_rows(file.readlines(_LOOKED_AT), kinds, text)
    except (OSError, ValueError, RecursionError, *read_error_types()):  # type: ignore[misc]
        return False


def _are_rows(lines: list[bytes], kinds: Sequence[_Kind], text: str) -> bool:
    rows = map(json.loads, filter(bytes.strip, lines))
    return all(isinstance(row, dict) and _is_kind(row, kinds, text) for row in rows)


def _is_kind(row: Mapping[str, Any], kinds: Sequence[_Kind], text: str) -> bool:
    """Return whether a row is of one of some kinds, and holds no document."""
    names = row.keys()
    for always, more in kinds:
        others = names - always
        if always <= names and (
            others <= more if more is not None else not any(isinstance(row[name], str) for name in others)
        ):
            return (always, more) == _COPIES_ROW or not isinstance(row.get(text), str)
    return not names


def _example(path: AnyPath) -> dict[str, Any]:
    """A row of a Parquet file, as far as its strings go."""
    import pyarrow.parquet as pq

    with path.open("rb") as raw, pq.ParquetFile(raw) as file:
        return {field.name: "" if is_string(field.type) else None for field in file.schema_arrow}


def _is_id(line: bytes) -> bool:
    """Return whether a line is the id of a document that has no id of its own: its file, and its number in it."""
    name = _PLACE.sub("", line.decode("utf-8", "surrogateescape").rstrip("\r\n"))
    with suppress(OSError, ValueError):
        return bool(name) and Path(name).is_file()
    return False


Audits: TypeAlias = Mapping[str, "list[dict[str, Any]]"]
"""What audits say of the files that they are about, by the names of the audits"""


def read_audits(here: Mapping[str, AnyPath]) -> Audits:
    """Return those of some files that are audits."""
    out = {}
    for name, path in here.items():
        if without_compression(name).endswith(".jsonl") and not is_stream(path):
            rows = _files_of(path)
            if rows is not None:
                out[name] = rows
    return out


def left_by_earlier_runs(here: Mapping[str, AnyPath], audits: Audits) -> set[str]:
    """The files, by name, that earlier runs of `clean` have left, of which there are audits among them."""
    out = set(audits)
    out |= {name for name in map(_listed, audits) if name in here and is_quarantine_list(here[name])}
    # What is known by more is looked for first: the rest of it is told by what is left.
    for rows in sorted(audits.values(), key=len, reverse=True):
        with suppress(OSError, KeyError, TypeError, *read_error_types()):
            out |= set(_written({name: path for name, path in here.items() if name not in out}, rows))
    return out


def is_output(path: AnyPath, name: str, audits: Iterable[Sequence[Mapping[str, Any]]]) -> bool:
    """Return whether a file is as a run of `clean` has written the output of that name."""
    with suppress(OSError, KeyError, TypeError, *read_error_types()):
        own = (row for rows in audits for row in rows if row["name"] == name and row["written"])
        return any(_is_equal(path, row) for row in own)
    return False


def _files_of(path: AnyPath) -> list[dict[str, Any]] | None:
    """Return what an audit says of the files that it is about; None where it is no audit."""
    with suppress(OSError, ValueError, *read_error_types()), open_read(path) as file:
        if file.read(len(_AUDIT)) == _AUDIT:
            return [json.loads(line) for line in file if line.startswith(_FILE)]
    return None


def _listed(name: str) -> str:
    """Return where the list of quarantined records is that belongs to an audit."""
    return f"{without_compression(name).removesuffix('.jsonl')}.quarantine.jsonl"


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


def _is_equal(path: AnyPath, row: Mapping[str, Any]) -> bool:
    # Sizes of packed files are those of what they hold.
    with path.open("rb") if row["format"] in ("csv", "parquet") else open_read(path) as file:
        if not compression_of(path.name) and path.stat().st_size != row["output_size"]:
            return False
        digest = hashlib.sha256()
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() == str(row["output_sha256"])
