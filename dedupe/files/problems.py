"""Records that are quarantined: counted, and held in a file where they are many."""

from __future__ import annotations

import json
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, NamedTuple

# Problems that are held in memory, and bytes of the file that are read at a time.
_HELD, _BLOCK = 1000, 1 << 20


class Problem(NamedTuple):
    """A record that is quarantined: line, row, or 0 for a whole file, and why."""

    number: int
    reason: str


class Problems:
    """The problems of a file, by number: the first ones in memory, the others in a temporary file.

    Each record of a file may be one; a small compressed file may have very many.
    """

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._first: list[Problem] = []
        self._rest: IO[bytes] | None = None
        self._count = 0
        self.extend(problems)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add problems, whose numbers ascend and are above those that are there."""
        problems = iter(problems)
        held = list(islice(problems, _HELD - len(self._first)))
        self._first += held
        self._count += len(held)
        for problem in problems:
            if self._rest is None:
                self._rest = tempfile.TemporaryFile(prefix="dedupe-quarantine-")  # noqa: SIM115
                weakref.finalize(self, self._rest.close)
            self._rest.write(json.dumps(problem).encode() + b"\n")
            self._count += 1

    def append(self, problem: Problem) -> None:
        """Add a problem, whose number is above those that are there."""
        self.extend((problem,))

    def replace(self, problem: Problem) -> None:
        """Forget all problems but this one."""
        if self._rest is not None:
            self._rest.close()
        self._first, self._rest, self._count = [problem], None, 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Problem]:
        yield from self._first
        for line in self._lines():
            yield Problem(*json.loads(line))

    def _lines(self) -> Iterator[bytes]:
        """The lines of the file; others may read or write it meanwhile."""
        if self._rest is None:
            return
        at, left = 0, b""
        while True:
            self._rest.seek(at)
            block = self._rest.read(_BLOCK)
            self._rest.seek(0, 2)
            if not block:
                return
            at += len(block)
            *lines, left = (left + block).split(b"\n")
            yield from lines

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Problems) and len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self._count} problems>"
