"""A look at the first records of an input, before anything is done: do they have the fields that are asked for?

A wrong name would quarantine every record one by one. It is one mistake, and gets one answer.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from difflib import get_close_matches
from itertools import islice
from typing import Any

from dedupe.errors import InputError, RecordError
from dedupe.files.fields import Fields
from dedupe.files.formats import DELIMITERS
from dedupe.files.json_arrays import open_lines
from dedupe.files.lines import SpareRoom, as_id, json_type, line_blocks
from dedupe.files.sources import STDIN, Source
from dedupe.files.streams import read_error_types
from dedupe.files.tables import TABLES, batches_of, open_table
from dedupe.hints import did_you_mean
from dedupe.job import KEEP_RULES, Keep
from dedupe.policy import is_from
from dedupe.tables import is_binary, is_string

_log = logging.getLogger(__name__)
# Records that are looked at, and fields that are named.
_LOOKED_AT, _NAMED = 1000, 12
# Inputs that a warning names.
_NAMED_SOURCES = 3
# So many records are none of them good by accident.
_FEW = 10
# What fields that hold texts and ids are called elsewhere.
_TEXTS = ("text", "content", "body", "raw_content", "article", "document", "markdown", "page_content", "maintext")
_IDS = ("id", "url", "uuid", "doc_id", "docid", "document_id", "_id", "warc_record_id", "key", "uri", "name")

_NAMES = {"text": _TEXTS, "id": _IDS}
_KINDS = {"text": "a string", "id": "an id"}


def check_first_records(fields: Fields, *inputs: Sequence[Source]) -> None:
    """Stop where none of the first 1,000 records of a file has the fields that are asked for.

    Of each of the inputs the first file that has records tells, unless these are so few that they may be bad ones
    beside good files. Where all inputs are files of text, no field may be asked for.

    Raises
    ------
    InputError
        A field is in none of them, or of another type in all; the message names those that there are.
    """
    if all(source.format == "txt" for sources in inputs for source in sources):
        _refuse_fields(fields, any(source.name == STDIN for sources in inputs for source in sources))
    for sources in inputs:
        _check_one_of(sources, fields)


def _refuse_fields(fields: Fields, is_stdin: bool) -> None:
    """Refuse fields where the documents have none."""
    advice = "if it has columns, give it as a file whose name ends in .csv, or else " if is_stdin else ""
    for argument, name in fields.named:
        known = f" and is no rule ({', '.join(KEEP_RULES)}{did_you_mean(name, KEEP_RULES)})"
        raise InputError(
            f"`{argument}={name}` names a field{known if argument == 'keep' else ''}, but the input is text, which "
            f"has none: {advice}leave it out"
        )


def check_kept_sources(sources: Sequence[Source], keep: Keep) -> None:
    """Warn of sources that are kept by priority and are none of the inputs; refuse a priority of such alone.

    Raises
    ------
    InputError
        None of them is one of the inputs.
    """
    if isinstance(keep, str) or not isinstance(keep, Sequence):
        return
    names = [source.name for source in sources]
    unknown = [
        wanted for wanted in keep if isinstance(wanted, str) and not any(is_from(own, wanted) for own in names)
    ]
    if unknown:
        told = (
            f"No input is in {' or '.join(map(repr, unknown))}, which {'are' if len(unknown) > 1 else 'is'} to be "
            f"kept first. Inputs are named as in {', '.join(map(repr, names[:_NAMED_SOURCES]))}"
        )
        if len(unknown) == len(keep):
            raise InputError(told)
        _log.warning(told)


def _check_one_of(sources: Sequence[Source], fields: Fields) -> None:
    told: InputError | None = None
    for source in sources:
        try:
            count, error = _check(source, fields, are_several=len(sources) > 1)
            if count and error is None:
                return
            told = told or error
            if told and count >= _FEW:
                break
        except (OSError, *read_error_types()):  # type: ignore[misc]
            # What cannot be read is told when it is.
            continue
    if told:
        raise told


def _check(source: Source, fields: Fields, *, are_several: bool) -> tuple[int, InputError | None]:
    """Return how many records of a file were looked at, and what is wrong with all of them."""
    if source.format == "txt":
        # They have no fields; what comes behind them may.
        return 0, None
    wanted = [("text", fields.text), *(one for one in fields.named if one[0] != "text")]
    seen: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    texts: Counter[str] = Counter()
    lists: set[str] = set()
    count = 0
    # Of the others it is asked only whether they are there.
    read = [name for argument, name in wanted if argument in _NAMES]
    for record in islice(_records(source, fields, read), _LOOKED_AT):
        count += 1
        wanted = [(argument, name) for argument, name in wanted if not _is_usable(argument, name, record)]
        if not wanted:
            return count, None
        for name, value in record.items():
            seen[name] += 1
            kinds.setdefault(name, Counter())[json_type(value)] += 1
            if isinstance(value, str):
                texts[name] += len(value)
            elif isinstance(value, list) and any(isinstance(one, dict) and fields.text in one for one in value):
                lists.add(name)
    if not count:
        return 0, None
    argument, name = wanted[0]
    among = f"the first {count:,} records" if count > 1 else "the first record"
    if seen[name]:
        (kind, _), *_ = kinds[name].most_common(1)
        what = f"field {name!r} is {kind} in {among}, not {_KINDS[argument]}"
    else:
        what = f"{among} {'have' if count > 1 else 'has'} no field {name!r}"
    names = sorted(seen, key=lambda one: -seen[one])
    if source.format == "csv" and names[0].startswith("sep="):
        return count, InputError(f"{source.name}: its first line, {names[0]!r}, is no header: remove the line")
    if source.format == "csv" and len(names) == 1 and (delimiter := _delimiter(names[0])):
        return count, InputError(
            f"{source.name}: its first line, {names[0]!r}, is one name, and perhaps several that {delimiter!r} "
            "parts: the columns of a .tsv are parted by tabs; name the file .csv, where this is found out"
        )
    if argument == "text" and (inside := next((one for one in names if one in lists), None)):
        return count, InputError(
            f"{source.name}: {what}; its records are a list in field {inside!r}: write this list to a .json file "
            "of its own"
        )
    listed = ", ".join(map(repr, names[:_NAMED])) + (", …" if len(names) > _NAMED else "")
    if argument == "text" and source.format in TABLES:
        texts = _text_sizes(source)
    likely = _likely(argument, name, names, kinds, texts)
    known = f", or a rule: {', '.join(KEEP_RULES)}" if argument == "keep" and not likely else ""
    if are_several:
        known += ", or leave the file out if it is none of the corpus"
    known += " (to have it read as text, give it as a .txt file)" if source.name == STDIN else ""
    return count, InputError(
        f"{source.name}: {what}. There {'is' if len(names) == 1 else 'are'} {listed or 'no fields at all'}"
        f"{f'; is it `{argument}={likely}`?' if likely else f'; name the right one with `{argument}=`'}{known}"
    )


def _delimiter(name: str) -> str | None:
    """Return what parts several names that were read as one."""
    return next((one for one in DELIMITERS if one in name), None)


def _likely(
    argument: str, name: str, names: Sequence[str], kinds: Mapping[str, Counter[str]], texts: Mapping[str, int]
) -> str | None:
    """The field that was perhaps meant."""
    if argument == "text":
        usable = [one for one in names if texts.get(one)]
    else:
        usable = [one for one in names if kinds[one].keys() <= {"a string", "a number"}]
    rules = KEEP_RULES if argument == "keep" else ()
    others = [*(one for one in usable if one != name), *rules]
    if close := get_close_matches(name, others, 1, 0.7):
        return close[0]
    called = {one.lower(): one for one in reversed(others)}
    if argument not in _NAMES:
        return None
    known = _NAMES[argument]
    if found := next((called[one] for one in known if one in called), None):
        return found
    # The longest texts, if any are texts.
    return max(others, key=lambda one: texts.get(one, 0), default=None) if argument == "text" else None


def _records(source: Source, fields: Fields, names: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """The records of a file that are objects."""
    if source.format in TABLES:
        yield from _rows(source, names)
        return
    with open_lines(source, fields.limits.line, fields.limits.unpacked) as (file, _):
        for block in line_blocks(file, SpareRoom(), fields.limits.line):
            if block.piece:
                continue
            for line in block.raw.tobytes().split(b"\n"):
                with suppress(ValueError, RecursionError):
                    record = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
                    if isinstance(record, dict):
                        yield record


def _rows(source: Source, names: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """The rows of a Parquet or CSV file; of columns that are not asked for only their type."""
    import pyarrow as pa

    with suppress(pa.ArrowException, RecordError), open_table(source.path, source.format) as file:
        schema = file.schema_arrow
        if len(set(schema.names)) < len(schema.names):
            # Reading it says more.
            return
        here = [name for name in names if name in schema.names]
        others = {name: _example(schema.field(name).type) for name in schema.names if name not in here}
        for batch in batches_of(file, _LOOKED_AT, here):
            for i in range(batch.num_rows):
                yield {**others, **{name: batch.column(name)[i].as_py() for name in here}}


def _text_sizes(source: Source) -> Counter[str]:
    """Return how much text the columns of a Parquet or CSV file have in the first rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    out: Counter[str] = Counter()
    with suppress(pa.ArrowException, RecordError), open_table(source.path, source.format) as file:
        names = [one.name for one in file.schema_arrow if is_string(one.type)]
        for batch in islice(batches_of(file, _LOOKED_AT, names), 1):
            for name, column in zip(names, batch.columns, strict=True):
                out[name] = pc.sum(pc.utf8_length(column.cast(pa.large_string()))).as_py() or 0
    return out


def _example(kind: Any) -> Any:
    """A value of a column's type."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "."
    kinds: tuple[tuple[tuple[Callable[[Any], bool], ...], Any], ...] = (
        ((pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal), 0),
        ((pa.types.is_boolean,), True),
        ((pa.types.is_temporal,), date.min),
        ((is_binary,), b""),
        ((pa.types.is_struct,), {}),
    )
    return next((example for tests, example in kinds if any(test(kind) for test in tests)), [])


def _is_usable(argument: str, name: str, record: Mapping[str, Any]) -> bool:
    if argument == "text":
        return isinstance(record.get(name), str)
    # What else is asked for may be missing where nobody knows it.
    return as_id(record.get(name)) is not None if argument == "id" else name in record
