"""Files that are one JSON array: its items as lines, which are read as JSON lines are, and as pieces to cut."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from typing import Any, NamedTuple

from dedupe.files.sources import Source
from dedupe.files.streams import BLOCK, HashingWriter, UnusableFileError, open_read
from dedupe.sizes import size_in_words

# A string, or what tells items apart; a quote alone begins a string whose end is not read yet.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{},"]', re.DOTALL)
_SPACE = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"


class Item(NamedTuple):
    """An item of an array with what is before it, or the end of the array."""

    lead: bytes
    """all bytes since the item before, its comma included"""
    raw: bytes | None
    """the item; None at the end, where `lead` is all that is left"""


def array_items(file: BufferedIOBase, limit: int) -> Iterator[Item]:
    """Yield the items of the array that a file is; together they are its bytes.

    Raises
    ------
    UnusableFileError
        The file is no array, is cut off, or has an item longer than the limit.
    """
    data = file.read(BLOCK)
    while not data.removeprefix(_MARK).strip(_SPACE) and (more := file.read(BLOCK)):
        data += more
    start = len(data) - len(data.removeprefix(_MARK).lstrip(_SPACE))
    if data[start : start + 1] != b"[":
        raise UnusableFileError("not a JSON array")
    # The item that is open began behind `begin`; what is before `at` has been looked at.
    lead, begin, at, depth, count = 0, start + 1, start + 1, 0, 0
    while True:
        match = _TOKEN.search(data, at)
        if match is None or match[0] == b'"':
            # Behind this there is no whole token: read as much again, so that a long string is not read often.
            at, waiting = (match.start() if match else len(data)), data[lead:]
            if len(waiting) > limit:
                raise UnusableFileError(
                    f"item {count + 1} is of more than {size_in_words(limit)}, the limit of `max_line=`"
                )
            more = file.read(max(BLOCK, len(waiting)))
            if not more:
                raise UnusableFileError(f"not a whole JSON array: it ends inside item {count + 1}")
            begin, at, lead, data = begin - lead, at - lead, 0, waiting + more
            continue
        token, at = match[0], match.end()
        if token in (b"[", b"{"):
            depth += 1
        elif depth:
            depth -= token in (b"]", b"}")
        elif token == b"}":
            raise UnusableFileError(f"not a JSON array: item {count + 1} closes what it has not opened")
        elif token in (b",", b"]"):
            part = data[begin : match.start()]
            if raw := part.strip(_SPACE):
                first = begin + len(part) - len(part.lstrip(_SPACE))
                count += 1
                yield Item(data[lead:first], raw)
                lead = first + len(raw)
            elif token == b"," or count:
                raise UnusableFileError(f"not a JSON array: there is nothing where item {count + 1} should be")
            begin = at
            if token == b"]":
                yield Item(data[lead:at] + _blank_rest(data[at:], file), None)
                return


def _blank_rest(rest: bytes, file: BufferedIOBase) -> bytes:
    """Return what is behind an array, which has to be white space."""
    while not rest.strip(_SPACE) and (more := file.read(BLOCK)):
        rest += more
    if rest.strip(_SPACE):
        raise UnusableFileError("not one JSON array: more comes behind it")
    return rest


def as_line(raw: bytes) -> bytes:
    """Return an item in one line: between its parts a carriage return is white space as a line break is."""
    return raw.replace(b"\n", b"\r")


class ArrayLines(io.RawIOBase):
    """Reads the items of an array as lines, and counts and hashes the bytes of the file."""

    def __init__(self, file: BufferedIOBase, limit: int) -> None:
        self.seen = HashingWriter(None)
        self._items = array_items(file, limit)
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some of the lines."""
        parts, size = [], 0
        while not self._ready and size < BLOCK and (item := next(self._items, None)) is not None:
            self.seen.write(item.lead)
            if item.raw is not None:
                self.seen.write(item.raw)
                parts.append(as_line(item.raw) + b"\n")
                size += len(parts[-1])
        if parts:
            self._ready = memoryview(b"".join(parts))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


@contextmanager
def open_lines(source: Source, limit: int, unpacked: int | None = None) -> Iterator[tuple[BufferedIOBase, Any]]:
    """Open a file of JSON lines, or of an array as lines; with an array comes what counts its bytes, else None."""
    with open_read(source.path, unpacked) as file:
        if source.format == "json":
            lines = ArrayLines(file, limit)
            yield io.BufferedReader(lines, BLOCK), lines.seen
        else:
            yield file, None
