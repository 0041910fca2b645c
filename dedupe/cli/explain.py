"""`dedupe explain`: why two texts match, or do not."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from dedupe.cli.options import chosen
from dedupe.cli.show import say
from dedupe.cli.table import terminal_width
from dedupe.errors import InputError
from dedupe.files.corpus import open_sources, place_name
from dedupe.files.fields import Fields
from dedupe.files.remote import place
from dedupe.files.scan import read_corpus
from dedupe.job import CompareOptions, UnitName
from dedupe.text.encode import encode_batch
from dedupe.units import cut_batch

if TYPE_CHECKING:
    from dedupe.duplicates.explain import MatchExplanation


def explain(options: argparse.Namespace) -> int:
    """`dedupe explain`."""
    from dedupe.duplicates.explain import explain_match

    a, b = (_read(name, options.text) for name in (options.a, options.b))
    for name, text in ((options.a, a), (options.b, b)):
        _check_one_unit(name, text, options.unit or CompareOptions.unit)
    found = explain_match(
        a,
        b,
        **{name: value for name, value in vars(chosen(options, CompareOptions)).items() if name != "paragraphs"},
    )
    say(options, lambda: _as_json(found), lambda out: print(found.text(terminal_width()), file=out))
    return 0


def _check_one_unit(name: str, text: str, unit: UnitName) -> None:
    """Refuse a text of several units, which would be compared as one."""
    count = len(cut_batch(encode_batch([text]), unit).starts)
    if count > 1:
        raise InputError(
            f"{name} holds {count:,} {unit}s, and one is compared with one: put each of the two into a file, or "
            "compare the documents"
        )


def _as_json(found: MatchExplanation) -> dict[str, Any]:
    return {
        "match": found.match,
        "equal": found.equal,
        "similarity": found.similarity,
        "shared": found.shared,
        "shingles": list(found.shingles),
        "contained": list(found.contained),
        "probability": found.probability,
        "found": found.found,
        "same_facts": found.same_facts,
        "reasons": list(found.reasons),
    }


def _read(name: str, field: str) -> str:
    """The text of a file with one document, or of a record of a file."""
    record = re.fullmatch(r"(.+):([0-9]+)", name)
    number = None
    if record and not place(name).exists():
        name, number = record[1], int(record[2])
        if number == 0:
            raise InputError(f"{name}:0 is no record: they count from 1")
    if place(name).is_dir():
        raise InputError(f"{name} is a folder: name the two files to compare")
    with open_sources([name], text=field) as sources:
        # The other of the two may have fields.
        named = Fields.text if sources[0].format == "txt" else field
        found = read_corpus(sources, Fields(text=named, id=None))
        texts = found.corpus.texts
        for source, problem in found.problems():
            if number is None or problem.number in (number, 0):
                raise InputError(f"{place_name(source, problem.number)}: {problem.reason}")
        if number is not None:
            places = [place for contents in found.contents for place in contents.numbers.tolist()]
            if places == [0]:
                # A file of text is its only document.
                places = [1]
            if number not in places:
                last = max([0, *places, *(problem.number for _, problem in found.problems())])
                raise InputError(f"{name} has no record {number}: its last is {last:,}")
            return texts[places.index(number)]
        if len(texts) != 1:
            raise InputError(f"{name} holds {len(texts):,} documents: name one of them, such as {name}:1")
        return texts[0]
