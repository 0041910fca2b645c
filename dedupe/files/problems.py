"""Records that are quarantined: counted, and held in a file where they are many."""

from __future__ import annotations

import json
import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, NamedTuple

import numpy as np

from dedupe.text.display import counted

# Problems that are held in memory, and bytes of the file that are read at a time.
_HELD, _BLOCK = 1000, 1 << 20
# Lines that are numbered in Python at a time.
_PART = 1 << 12


class Problem(NamedTuple):
    """A record that is quarantined: line, row, or 0 for a whole file, and why."""

    number: int
    reason: str


class LineProblems:
    """The problems of the lines of a block: twelve bytes each, and each reason once."""

    def __init__(self) -> None:
        self._lines = array("q")
        self._numbers = array("I")
        self._reasons: dict[str, int] = {}

    def add(self, line: int, reason: str) -> None:
        """Add the problem of a line, from 0."""
        self._lines.append(line)
        self._numbers.append(self._reasons.setdefault(reason, len(self._reasons)))

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Lines and reasons, by line."""
        reasons = list(self._reasons)
        lines, numbers = np.array(self._lines), np.array(self._numbers)
        for place in in_parts(np.argsort(lines, kind="stable")):
            yield int(lines[place]), reasons[numbers[place]]


def in_parts(numbers: np.ndarray) -> Iterator[int]:
    """The integers of an array, without all of them as objects at once."""
    for start in range(0, len(numbers), _PART):
        yield from numbers[start : start + _PART].tolist()


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
        return f"<{counted(self._count, 'problem')}>"
