"""Results that a stopped run has written: the same run may write them again when it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dedupe.files.earlier import is_result
from dedupe.files.records import file_digest
from dedupe.files.remote import place
from dedupe.files.rows import STDOUT
from dedupe.store.stages import FOLDER, RESULTS


class WrittenResults:
    """The results of a run with a work folder; the list of them goes with the folder.

    Parameters
    ----------
    workdir : path, optional
        Where the run has its folder; without one nothing is noted.
    """

    def __init__(self, workdir: str | Path | None) -> None:
        self._list = None if workdir is None else Path(workdir, FOLDER, RESULTS)

    def __contains__(self, path: object) -> bool:
        """Return whether a file is a result as the stopped run has left it."""
        target = _local(path)
        if target is None or not target.is_file():
            return False
        known = [row for row in self._rows() if row.get("path") == str(target.resolve())]
        if known and "file" not in known[-1]:
            # It was begun and not noted as whole: it may have been put in place just before the run was stopped.
            return target.suffix in (".html", ".htm") or is_result(target)
        return bool(known) and known[-1]["file"] == list(file_digest(target))

    def _rows(self) -> Iterator[dict[str, Any]]:
        if self._list is None or not self._list.is_file():
            return
        for line in self._list.read_bytes().splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                # The run was stopped while it wrote this line.
                continue
            yield row if isinstance(row, dict) else {}

    @contextmanager
    def writing(self, path: str | None) -> Iterator[None]:
        """Note that a result is written, and what it is when it is in place."""
        target = _local(path)
        if self._list is None or target is None:
            yield
            return
        self._note(path=str(target.resolve()))
        yield
        if target.is_file():
            self._note(path=str(target.resolve()), file=file_digest(target))

    def _note(self, **row: Any) -> None:
        if self._list is not None:
            with self._list.open("ab") as out:
                # A line of its own, whatever the last one became.
                out.write(b"\n" + json.dumps(row).encode() + b"\n")


def _local(path: object) -> Path | None:
    """The file that a result is, if it is one of this machine."""
    if not isinstance(path, str) or not path or path == STDOUT:
        return None
    target = place(path)
    return target if isinstance(target, Path) else None
