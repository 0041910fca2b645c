"""JSON lines: blocks of them read at once, and where in a line its text lies.

The native core reads lines that every JSON reader reads alike. The standard library reads any other line here, and
says what is wrong with it. Both ways give the same records.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BufferedIOBase
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.documents import Id
from dedupe.errors import RecordError
from dedupe.files.fields import Fields
from dedupe.files.limits import Limits
from dedupe.files.problems import LineProblems, in_parts
from dedupe.kernels.lines import leave_lines
from dedupe.kernels.records import LEFT, NAMED, NUMBERED, UNNAMED
from dedupe.sizes import size_in_words
from dedupe.text.encode import Bytes, Offsets, TextBatch, encode_batch

_UTF8_MARK = b"\xef\xbb\xbf"
# Fields of a record that an error names.
_NAMED = 8
_LINE_END, _BACKSLASH, _CODED = b"\n\\u"
# Bytes of an escape that names a code unit.
_ESCAPE_BYTES = 6
_JSON_SPACE = re.compile(r"[ \t\n\r]*")
_JSON_PART = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*+"', re.DOTALL)
# Levels of a record; the standard library cannot read many more.
DEEPEST = 500
# No field has such a name without an escape, and the native core reads none with one.
_NO_FIELD = "\0"
# Floats hold all integers up to here.
_WHOLE = 1 << 53
_decoder = json.JSONDecoder()
# Bytes of lines that are read at a time, and how much longer than that their last line may be before it takes room
# of its own.
_BLOCK_BYTES = 4 << 20
_ROOM_BYTES = 5 << 20


class Record(NamedTuple):
    """A document and its place: line number in JSONL, row number in Parquet (both from 1), 0 in text files."""

    id: Id
    text: str
    number: int
    values: tuple[Any, ...] = ()
    """what stands in the fields that are asked for besides text and id, if any are"""


class SpareRoom:
    """Room for blocks of lines and their texts that is used again: fresh memory costs more than reading does."""

    def __init__(self) -> None:
        self._free: list[Bytes] = []

    def take(self, size: int) -> Bytes:
        """An array of at least so many bytes, whatever stands in them."""
        if size <= _ROOM_BYTES and self._free:
            # Another thread may have been quicker.
            with suppress(IndexError):
                return self._free.pop()
        return np.empty(max(size, _ROOM_BYTES), np.uint8)

    def give(self, part: Bytes) -> None:
        """Give back an array that was taken, or a part of it, when nobody looks at it any more."""
        whole = part if part.base is None else part.base
        if isinstance(whole, np.ndarray) and len(whole) == _ROOM_BYTES:
            self._free.append(whole)


class Lines(NamedTuple):
    """The records of a block of lines."""

    texts: TextBatch
    ids: list[Id | None]
    """None where the record has no id"""
    values: list[tuple[Any, ...]]
    """what stands in the fields that are asked for besides text and id"""
    numbers: Offsets
    """the line of each record in the block, from 0"""
    problems: LineProblems
    """lines that cannot be used, and why"""
    offsets: Offsets
    """where each line begins in the block, and the end of the block"""


class LineBlock(NamedTuple):
    """Whole lines of a file, or a piece of a line that is longer than the limit."""

    raw: Bytes
    piece: bool = False
    last: bool = False
    """whether a piece is the last of its line"""


def line_blocks(file: BufferedIOBase, spare: SpareRoom, limit: int) -> Iterator[LineBlock]:
    """A file as blocks of whole lines, none longer than the limit by more than a block; those come in pieces.

    Return a finished block with `spare.give`.
    """
    while True:
        room = spare.take(_BLOCK_BYTES)
        size = file.readinto(room.data[:_BLOCK_BYTES])
        if not size:
            return
        if room[size - 1] == _LINE_END:
            yield LineBlock(room[:size])
            continue
        rest = file.readline(limit + 1)
        begin = 0 if size + len(rest) <= limit else room[:size].tobytes().rfind(b"\n") + 1
        if size - begin + len(rest) > limit:
            # A copy, for room is given back once.
            head = room[begin:size].copy()
            if begin:
                yield LineBlock(room[:begin])
            yield LineBlock(head, True)
            while rest:
                ends = rest.endswith(b"\n")
                following = b"" if ends else file.readline(_BLOCK_BYTES)
                yield LineBlock(np.frombuffer(rest, np.uint8), True, not following)
                rest = following
            continue
        if size + len(rest) > len(room):
            room = np.concatenate((room[:size], np.empty(len(rest), np.uint8)))
        room[size : size + len(rest)] = np.frombuffer(rest, np.uint8)
        yield LineBlock(room[: size + len(rest)])


def parse_lines(block: LineBlock, fields: Fields, *, first: bool, spare: SpareRoom | None = None) -> Lines:
    """Read the lines of a block; of a line in pieces the last one has the problem."""
    if not block.piece:
        return parse_block(block.raw, fields, first=first, spare=spare)
    problems = LineProblems()
    if block.last:
        problems.add(0, too_long("line", fields.limits.line))
    none = np.zeros(0, np.int64)
    return Lines(encode_batch([]), [], [], none, problems, np.array([0, len(block.raw)])[: len(problems) + 1])


def too_long(what: str, limit: int) -> str:
    """Return what is wrong with something that is longer than its limit."""
    return f"a {what} of more than {size_in_words(limit)}, the limit of `max_{what}=`"


def parse_block(raw: Bytes, fields: Fields, *, first: bool, spare: SpareRoom | None = None) -> Lines:
    """Read the lines of a block; `first` says that it begins its file.

    Return the buffer of finished texts with `spare.give`.
    """
    # One field cannot be handed out as both text and id, and no third is.
    id_field = fields.id_field or _NO_FIELD
    room = spare.take(len(raw)) if spare else np.empty(len(raw), np.uint8)
    leaves = fields.more or fields.text == id_field
    read = leave_lines(raw) if leaves else kernels.read_lines(raw, fields.text, id_field, room)
    offsets, status, text_offsets, ids, id_offsets = read
    texts = room[: text_offsets[-1]]
    numbers = np.flatnonzero(status >= UNNAMED)
    batch = TextBatch.adjacent(texts, text_offsets)
    names = _ids(status[numbers], ids.tobytes(), id_offsets.tolist())
    problems = LineProblems()
    if fields.id_required and (status == UNNAMED).any():
        named = np.flatnonzero(status[numbers] != UNNAMED)
        for line in in_parts(np.flatnonzero(status == UNNAMED)):
            problems.add(line, _no_id(fields))
        numbers, names = numbers[named], [names[i] for i in named.tolist()]
        batch = TextBatch(texts, batch.starts[named], batch.ends[named])
    left = np.flatnonzero(status == LEFT)
    if not len(left):
        return _within(fields.limits, Lines(batch, names, [()] * len(names), numbers, problems, offsets))
    found: list[tuple[int, Id | None, str, tuple[Any, ...]]] = []
    bad, reason = b"", ""
    for line in in_parts(left):
        own = raw[offsets[line] : offsets[line + 1]].tobytes()
        # Bad lines are often bad alike.
        if own == bad:
            problems.add(line, reason)
            continue
        try:
            record = _parse(own, fields, first=first and line == 0)
        except RecordError as error:
            # A mark at the beginning of a file is no part of its first line.
            bad, reason = own if line else b"", str(error)
            problems.add(line, reason)
            continue
        if record:
            found.append((line, *record))
    more = encode_batch([text for _, _, text, _ in found])
    numbers = np.concatenate((numbers, np.array([line for line, _, _, _ in found], np.int64)))
    names += (identity for _, identity, _, _ in found)
    values = [()] * len(batch) + [row for _, _, _, row in found]
    order = np.argsort(numbers)
    starts = np.concatenate((batch.starts, more.starts + len(texts)))
    ends = np.concatenate((batch.ends, more.ends + len(texts)))
    both = TextBatch(np.concatenate((texts, more.buffer)), starts[order], ends[order])
    places = order.tolist()
    found_lines = Lines(
        both, [names[i] for i in places], [values[i] for i in places], numbers[order], problems, offsets
    )
    return _within(fields.limits, found_lines)


def _within(limits: Limits, lines: Lines) -> Lines:
    """The records of which neither line nor text is longer than its limit."""
    line = np.diff(lines.offsets)[lines.numbers] > limits.line
    text = lines.texts.ends - lines.texts.starts > limits.document
    if not (line | text).any():
        return lines
    for number, of_line in zip(lines.numbers[line | text].tolist(), line[line | text].tolist(), strict=True):
        lines.problems.add(
            number, too_long("line", limits.line) if of_line else too_long("document", limits.document)
        )
    stay = np.flatnonzero(~(line | text))
    return Lines(
        lines.texts.select(stay),
        [lines.ids[i] for i in stay.tolist()],
        [lines.values[i] for i in stay.tolist()],
        lines.numbers[stay],
        lines.problems,
        lines.offsets,
    )


def _ids(status: Bytes, raw: bytes, ends: list[int]) -> list[Id | None]:
    names: list[Id | None] = [raw[start:end].decode() for start, end in pairwise(ends)]
    if (status == NAMED).all():
        return names
    kinds = status.tolist()
    return [
        name if kind == NAMED else int(str(name)) if kind == NUMBERED else None
        for name, kind in zip(names, kinds, strict=True)
    ]


def parse_line(raw: bytes, number: int, name: str, fields: Fields) -> Record | None:
    """Read one JSONL line; None for a blank one.

    Raises
    ------
    RecordError
        The line is no JSON object, or lacks a usable text or id.
    """
    found = _parse(raw, fields, first=number == 1)
    if found is None:
        return None
    identity, text, values = found
    return Record(f"{name}:{number}" if identity is None else identity, text, number, values)


def _parse(raw: bytes, fields: Fields, *, first: bool) -> tuple[Id | None, str, tuple[Any, ...]] | None:
    line = _decoded(raw, first)
    if not line.strip(" \t\r\n"):
        return None
    if _depth(line) > DEEPEST:
        raise RecordError(f"nested in more than {DEEPEST} levels")
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"not valid JSON: {error}") from error
    if not isinstance(found, dict):
        raise RecordError(f"{json_type(found)}, not an object")
    if fields.text not in found:
        raise RecordError(f"no field {fields.text!r}{_among(found)}; name the one that holds the text with `text=`")
    text = found[fields.text]
    if not isinstance(text, str):
        raise RecordError(f"field {fields.text!r} is {json_type(text)}, not a string")
    name = fields.id_field
    identity: Id | None = None
    if name is not None and (given := found.get(name)) is not None:
        identity = as_id(given)
        if identity is None and fields.id_required:
            raise RecordError(f"field {name!r} is {json_type(given)}, not a string or an integer")
    elif fields.id_required:
        raise RecordError(_no_id(fields))
    return identity, text, tuple(found.get(name) for name in fields.more)


def as_id(value: Any) -> Id | None:
    """A string or an integer as an id; a whole float is an integer that a table has spoilt."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        return int(value)
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _depth(line: str) -> int:
    """Return how deeply a line is nested, if it is nested deeply."""
    if line.count("[") + line.count("{") <= DEEPEST:
        return 0
    depth = deepest = 0
    for part in _JSON_PART.findall(line):
        depth += 1 if part in "[{" else -1 if part in "]}" else 0
        deepest = max(deepest, depth)
    return deepest


def _no_id(fields: Fields) -> str:
    return f"no field {fields.id!r}; name the one that holds the id with `id=`"


def _among(found: Mapping[str, Any]) -> str:
    """The fields that there are, as far as they tell anybody anything."""
    names = [repr(name) for name in found][:_NAMED]
    return f" among {', '.join(names)}{', …' if len(found) > _NAMED else ''}" if names else ""


def text_literal(raw: bytes, field_name: str) -> tuple[bytes, int]:
    """The literal of a line's text field without its quotes, and the byte at which it begins.

    The last of equal names counts, as it does for `json.loads`.
    """
    # A character for each byte: what holds JSON together is ASCII.
    line, start, end = raw.decode("latin-1"), 0, 0
    position = _skip(line, line.index("{") + 1)
    while line[position] != "}":
        name, behind = _decoder.scan_once(line, position)  # type: ignore[attr-defined]
        begin = _skip(line, _skip(line, behind) + 1)
        _, stop = _decoder.scan_once(line, begin)  # type: ignore[attr-defined]
        if field_name == (name if name.isascii() else json.loads(raw[position:behind])):
            start, end = begin + 1, stop - 1
        position = _skip(line, stop)
        if line[position] == ",":
            position = _skip(line, position + 1)
    return raw[start:end], start


def _is_one_of(digits: bytes) -> npt.NDArray[np.bool_]:
    """Return for each byte whether it is one of some."""
    out = np.zeros(256, bool)
    out[np.frombuffer(digits, np.uint8)] = True
    return out


# What is behind the D of the first and of the second half of a pair.
_HALVES = (_is_one_of(b"89abAB"), _is_one_of(b"cdefCDEF"))


def literal_bytes(literals: Sequence[bytes], positions: Sequence[Sequence[int]]) -> list[list[int]]:
    """The bytes in JSON string literals at which code points of their texts begin; `positions` has some of each."""
    data = np.frombuffer(b'"'.join(literals) + b'"', np.uint8)
    # A code point begins where no byte goes on with one, and where an escape begins, not inside of it.
    begins = (data & 0xC0) != 0x80
    slash = np.flatnonzero(data == _BACKSLASH)
    if len(slash):
        # Of slashes one behind the other every second one is escaped.
        fresh = np.diff(slash, prepend=-2) != 1
        slash = slash[(slash - slash[fresh][np.cumsum(fresh) - 1]) % 2 == 0]
        begins[slash + 1] = False
        coded = slash[data[slash + 1] == _CODED]
        digits = data[coded[:, None] + np.arange(2, 6)]
        begins[coded[:, None] + np.arange(2, 6)] = False
        # D800 to DBFF and DC00 to DFFF: the halves of a pair are one code point.
        half = (digits[:, 0] | 0x20) == ord("d")
        high, low = (half & own[digits[:, 1]] for own in _HALVES)
        second = low[1:] & high[:-1] & (np.diff(coded) == _ESCAPE_BYTES)
        begins[coded[1:][second]] = False
    places = np.flatnonzero(begins)
    first = np.append(0, np.cumsum([len(literal) + 1 for literal in literals]))[:-1]
    owner = np.repeat(np.arange(len(literals)), [len(own) for own in positions])
    points = np.searchsorted(places, first)[owner] + np.array([*chain.from_iterable(positions)], np.int64)
    found = iter((places[points] - first[owner]).tolist())
    return [list(islice(found, len(own))) for own in positions]


def _decoded(raw: bytes, first: bool) -> str:
    """A line as text, without the byte order mark of the first."""
    if first:
        raw = raw.removeprefix(_UTF8_MARK)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(not_utf8(error)) from error


def _skip(line: str, position: int) -> int:
    match = _JSON_SPACE.match(line, position)
    return match.end() if match else position


def json_type(value: Any) -> str:
    """Return what JSON calls a value, in words."""
    names = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "true or false",
        type(None): "null",
        bytes: "binary",
        date: "a date",
        time: "a time",
        datetime: "a date with a time",
        timedelta: "a duration",
    }
    return names.get(type(value), "a number")


def not_utf8(error: UnicodeDecodeError) -> str:
    """Return what is wrong with bytes that are no UTF-8, and what to do."""
    return f"invalid UTF-8 at byte {error.start} ({error.reason}); convert it to UTF-8 to have it cleaned"
