"""Results of an earlier run of `clean` in a folder that is an input now: its audit, its output, its list.

An audit is known by its first row. It holds digests of what it wrote: files that are equal to all of these are its
output, wherever they lie now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from dedupe.files.streams import BLOCK, compression_of, open_read, read_error_types, without_compression

_AUDIT, _FILE = b'{"type":"run","format":"dedupe-audit-', b'{"type":"file",'


def left_by_earlier_runs(folder: Path, names: Iterable[str]) -> set[str]:
    """The files in a folder, by relative name, that earlier runs have left there."""
    here = {name: folder / name for name in names}
    out: set[str] = set()
    audits: list[list[dict[str, Any]]] = []
    for name, path in here.items():
        if without_compression(name).endswith(".jsonl"):
            with suppress(OSError, ValueError, *read_error_types()):
                if (rows := _files_of(path)) is not None:
                    out |= {name, *_listed(name)} & here.keys()
                    audits.append(rows)
    # What is known by more is looked for first: the rest of it is told by what is left.
    for rows in sorted(audits, key=len, reverse=True):
        with suppress(OSError, KeyError, TypeError, *read_error_types()):
            out |= set(_written({name: path for name, path in here.items() if name not in out}, rows))
    return out


def _files_of(path: Path) -> list[dict[str, Any]] | None:
    """Return what an audit says of the files that it is about; None where it is no audit."""
    with open_read(path) as file:
        if file.read(len(_AUDIT)) != _AUDIT:
            return None
        return [json.loads(line) for line in file if line.startswith(_FILE)]


def _listed(name: str) -> Iterator[str]:
    """Yield where the list of quarantined records is that belongs to an audit."""
    stem = without_compression(name).removesuffix(".jsonl")
    yield f"{stem}.quarantine.jsonl"


def _written(here: dict[str, Path], rows: list[dict[str, Any]]) -> Iterator[str]:
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


def _is_input(root: str, here: dict[str, Path], rows: list[dict[str, Any]]) -> bool:
    """Return whether all files that an audit speaks of are below a folder."""
    return all(root + str(row["name"]) in here for row in rows)


def _is_equal(path: Path, row: dict[str, Any]) -> bool:
    # Sizes of packed files are those of what they hold.
    with path.open("rb") if row["format"] in ("csv", "parquet") else open_read(path) as file:
        if not compression_of(path.name) and path.stat().st_size != row["output_size"]:
            return False
        digest = hashlib.sha256()
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() == str(row["output_sha256"])
