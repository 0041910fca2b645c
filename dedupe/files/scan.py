"""One pass over files: documents are cut and signed while their text is at hand; few are read a second time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from dedupe.documents import Corpus, Id, check_ids
from dedupe.duplicates.fingerprints import Fingerprints, Signed, SignedUnits, Signer
from dedupe.duplicates.settings import Settings
from dedupe.duplicates.units import UnitTable
from dedupe.files.corpus import FileCorpus, place_name
from dedupe.files.lines import Fields, Lines, Record, SpareRoom, line_blocks, parse_block
from dedupe.files.records import Contents, Problem, damaged, read_contents
from dedupe.files.sources import Source
from dedupe.files.streams import compression_of, open_read, read_error_types
from dedupe.files.texts import FileTexts
from dedupe.parallel import ordered_map
from dedupe.segmentation import ParagraphMode
from dedupe.text.columns import runs
from dedupe.text.encode import Bytes, TextBatch, encode_batch


class _Block(NamedTuple):
    """Lines of a file, or documents that are read already."""

    contents: Contents
    raw: Bytes | None = None
    first: bool = False
    """whether `raw` begins its file"""
    offset: int = -1
    """where `raw` begins in its file; -1 where it cannot be read there again"""
    records: Sequence[Record] = ()


def sign_files(
    sources: Sequence[Source],
    fields: Fields,
    settings: Settings,
    *,
    paragraphs: ParagraphMode = "auto",
    threads: int = 1,
    strict: bool = False,
    against: Sequence[Source] = (),
    progress: Callable[[int], object] | None = None,
) -> tuple[FileCorpus, UnitTable, Fingerprints, int]:
    """Read, cut and sign all documents, those of `against` first; the last answer is how many units these have.

    `progress` is called with the bytes of text or lines that have just been worked on.

    Raises
    ------
    DuplicateIdError
        Two documents have one id; both places are named.
    RecordError
        With `strict`, a record is not usable.
    """
    contents: list[Contents] = []
    ids: list[Id] = []
    values: list[tuple[Any, ...]] = []
    places: list[tuple[Contents, np.ndarray]] = []
    texts, spare = FileTexts(fields), SpareRoom()
    units, signer = SignedUnits(), Signer(settings)

    def work(block: _Block) -> tuple[_Block, Lines | None, TextBatch, Signed]:
        if block.raw is not None:
            lines = parse_block(block.raw, fields, first=block.first, spare=spare)
            return block, lines, lines.texts, signer.cut_and_sign(lines.texts, paragraphs)
        batch = encode_batch([record.text for record in block.records])
        return block, None, batch, signer.cut_and_sign(batch, paragraphs)

    line = 0
    current: Contents | None = None
    for block, lines, batch, signed in ordered_map(
        work, _blocks([*against, *sources], fields, contents, spare), threads
    ):
        units.add(signed, len(batch))
        if lines is None:
            ids += (record.id for record in block.records)
            values += (record.values for record in block.records)
            places.append((block.contents, np.array([record.number for record in block.records], np.int64)))
            texts.hold(batch)
        else:
            line = line if current is block.contents else 0
            current = block.contents
            numbers = lines.numbers + line + 1
            name = block.contents.source.name
            ids += (
                f"{name}:{number}" if identity is None else identity
                for identity, number in zip(lines.ids, numbers.tolist(), strict=True)
            )
            values += lines.values
            places.append((block.contents, numbers))
            block.contents.problems += (Problem(at + line + 1, reason) for at, reason in lines.problems)
            if block.offset < 0:
                texts.hold(batch)
            elif not texts.note(block.contents.source, block.offset, lines):
                spare.give(batch.buffer)
            line += len(lines.offsets) - 1
        if progress:
            progress(len(batch.buffer if block.raw is None else block.raw))
        if block.raw is not None:
            spare.give(block.raw)
    of_old = set(map(id, contents[: len(against)]))
    old = [place for place in places if id(place[0]) in of_old]
    split = sum(len(numbers) for _, numbers in old)
    # Ids of the two may coincide.
    _check_ids(ids[:split], old)
    _check_ids(ids[split:], places[len(old) :])
    columns: dict[str, Sequence[Any]] = {
        "source": [own.source.name for own, numbers in places for _ in range(len(numbers))]
    }
    columns.update(fields.columns(values))
    corpus = Corpus(ids, texts, columns)
    found = FileCorpus(corpus, tuple(contents))
    if strict:
        found.check_strict()
    table, prints = units.finish(corpus, settings)
    return found, table, prints, int(np.searchsorted(table.document, split))


def _blocks(
    sources: Sequence[Source], fields: Fields, contents: list[Contents], spare: SpareRoom
) -> Iterator[_Block]:
    """The documents of all files, in order; what each file holds is appended to `contents`."""
    for source in sources:
        if source.format != "jsonl":
            own = read_contents(source, fields)
            contents.append(own)
            records = own.records
            for start, end in runs(np.array([len(record.text) for record in records], np.int64)):
                part = records[start:end]
                yield _Block(own, records=part)
            continue
        own = Contents(source, fields.text)
        contents.append(own)
        yield from _lines(own, spare, again=not compression_of(source.path.name))


def _lines(contents: Contents, spare: SpareRoom, *, again: bool) -> Iterator[_Block]:
    """A file as blocks of lines; a compressed one is unpacked to its end before the first is handed on."""
    damages = read_error_types()
    try:
        with open_read(contents.source.path) as file:
            blocks = line_blocks(file, spare) if again else iter(list(line_blocks(file, spare)))
            for block in blocks:
                yield _Block(contents, block, not contents.size, contents.size if again else -1)
                contents.size += len(block)
    except damages as error:
        damaged(contents, error)


def _check_ids(ids: Sequence[Id], places: Sequence[tuple[Contents, np.ndarray]]) -> None:
    def place(i: int) -> str:
        for contents, numbers in places:
            if i < len(numbers):
                return place_name(contents.source, int(numbers[i]))
            i -= len(numbers)
        raise IndexError(i)

    check_ids(ids, place)
