"""One pass over files: documents are cut and signed while their text is at hand; few are read a second time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from dedupe.columns import BatchColumn, TextColumn, packed_texts, runs
from dedupe.documents import Corpus, Id, check_ids
from dedupe.duplicates.fingerprints import Fingerprints, SignedUnits, Signer
from dedupe.duplicates.settings import Settings
from dedupe.errors import DuplicateIdError
from dedupe.files.corpus import FileCorpus, number_by_place, place_name
from dedupe.files.fields import Fields
from dedupe.files.first_records import check_first_records
from dedupe.files.json_arrays import open_lines
from dedupe.files.limits import Limits
from dedupe.files.lines import LineBlock, Lines, Record, SpareRoom, line_blocks, parse_lines
from dedupe.files.problems import Problem
from dedupe.files.records import Contents, damaged_file, not_readable, read_records
from dedupe.files.sources import Source
from dedupe.files.streams import BLOCK, compression_of, read_error_types
from dedupe.files.texts import FileTexts, changed
from dedupe.job import ParagraphMode
from dedupe.parallel import ordered_map
from dedupe.text.encode import Offsets, TextBatch, encode_batch
from dedupe.units import UnitTable

Result = TypeVar("Result")


class _Block(NamedTuple):
    """Lines of a file, or documents that are read already."""

    contents: Contents
    lines: LineBlock | None = None
    first: bool = False
    """whether `lines` begins its file"""
    offset: int = -1
    """where `lines` begins in its file; -1 where it cannot be read there again"""
    records: Sequence[Record] = ()


_NO_TEXTS = encode_batch([])
# Bytes for which room is made before anything is read; what is not filled costs nothing.
_MOST_ROOM = 1 << 28


class ScannedBlock(NamedTuple):
    """The documents of a block."""

    contents: Contents
    ids: list[Id]
    values: list[tuple[Any, ...]]
    numbers: Offsets
    """line or row of each"""
    texts: TextBatch


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
    check_first_records(fields, against, sources)
    found, texts = _Found(), FileTexts(fields)
    units, signer = SignedUnits(), Signer(settings)

    for documents, signed in scan_files(
        [*against, *sources],
        fields,
        lambda batch: signer.cut_and_sign(batch, paragraphs),
        found.contents,
        threads=threads,
        progress=progress,
        texts=texts,
    ):
        units.add(signed, len(documents.ids))
        found.add(documents)
    try:
        split = found.check_ids(len(against))
    except DuplicateIdError as error:
        return sign_files(
            sources,
            number_by_place(fields, error),
            settings,
            paragraphs=paragraphs,
            threads=threads,
            strict=strict,
            against=against,
            progress=progress,
        )
    corpus = found.corpus(fields, texts, strict)
    table, prints = units.finish(corpus.corpus, settings)
    return corpus, table, prints, int(np.searchsorted(table.document, split))


def read_corpus(
    sources: Sequence[Source],
    fields: Fields,
    *,
    strict: bool = False,
    digest: bool = False,
    progress: Callable[[str], object] | None = None,
    read: Callable[[int, int], object] | None = None,
) -> FileCorpus:
    """Read all documents into memory.

    Parameters
    ----------
    sources : sequence of Source
        The files.
    fields : Fields
        The fields of text and id.
    strict : bool
        Stop the run at an unusable record.
    digest : bool
        Compute the digests of the files, too.
    progress : function, optional
        Called with the name of each file that has been read.
    read : function, optional
        Called with the bytes that have just been read, and how many the files have.

    Raises
    ------
    InputError
        None of the first records has the fields that are asked for.
    DuplicateIdError
        Two documents have one id; both places are named.
    RecordError
        With `strict`, a record is not usable.
    """
    check_first_records(fields, sources)
    total = sum(source.path.stat().st_size for source in sources) if read else 0
    found, texts = _Found(), _Buffer(min(total, _MOST_ROOM))
    for source in sources:
        before, scanned = texts.blocks, []
        for documents, batch in scan_files(
            [source],
            fields,
            packed_texts,
            found.contents,
            digest=digest,
            held=True,
            progress=read and (lambda done: read(done, total)),
        ):
            # The block holds texts that are held already.
            scanned.append(documents._replace(texts=_NO_TEXTS))
            texts.add(batch)
        if found.contents[-1].unreadable:
            texts.drop(before)
        else:
            for documents in scanned:
                found.add(documents)
        if progress:
            progress(source.name)
    try:
        found.check_ids(0)
    except DuplicateIdError as error:
        numbered = number_by_place(fields, error)
        return read_corpus(sources, numbered, strict=strict, digest=digest, progress=progress, read=read)
    return found.corpus(fields, BatchColumn([texts.batch()]), strict)


def scan_files(
    sources: Sequence[Source],
    fields: Fields,
    work: Callable[[TextBatch], Result],
    contents: list[Contents],
    *,
    threads: int = 1,
    digest: bool = False,
    progress: Callable[[int], object] | None = None,
    texts: FileTexts | None = None,
    held: bool = False,
) -> Iterator[tuple[ScannedBlock, Result]]:
    """Read the documents of all files in order, block by block, and do something with the text of each block.

    Parameters
    ----------
    sources : sequence of Source
        The files.
    fields : Fields
        The fields of text and id.
    work : function
        Called with the texts of a block, on several threads; its result comes with the block.
    contents : list
        The contents of each file, problems included, are appended here.
    threads : int
        Blocks that are worked on at a time.
    digest : bool
        Compute the digests of the files, too; each is ready with the last block of its file.
    progress : function, optional
        Called with the bytes of text or lines that have just been worked on.
    texts : FileTexts, optional
        Is told where each text lies, so that it can be read again.
    held : bool
        The caller works on one thread. It copies the texts of a block before it takes the next one, and drops the
        documents of a file that cannot be read to its end.
        Otherwise a compressed file is unpacked twice, since damage to it shows at its end only.
    """
    spare = SpareRoom()

    def both(block: _Block) -> tuple[_Block, Lines | None, TextBatch, Result]:
        if block.lines is not None:
            lines = parse_lines(block.lines, fields, first=block.first, spare=spare)
            return block, lines, lines.texts, work(lines.texts)
        batch = encode_batch([record.text for record in block.records])
        return block, None, batch, work(batch)

    line = 0
    current: Contents | None = None
    for block, lines, batch, result in ordered_map(
        both, _blocks(sources, fields, contents, spare, digest, held), threads
    ):
        own = block.contents
        again = held
        if lines is None:
            records = block.records
            numbers = np.array([record.number for record in records], np.int64)
            yield ScannedBlock(own, [r.id for r in records], [r.values for r in records], numbers, batch), result
            if texts is not None:
                texts.hold(batch)
        else:
            line = line if current is own else 0
            current = own
            numbers = lines.numbers + line + 1
            ids = [
                f"{own.source.name}:{number}" if identity is None else identity
                for identity, number in zip(lines.ids, numbers.tolist(), strict=True)
            ]
            own.problems.extend(Problem(at + line + 1, reason) for at, reason in lines.problems)
            yield ScannedBlock(own, ids, lines.values, numbers, batch), result
            if texts is not None and block.offset < 0:
                texts.hold(batch)
            elif texts is not None:
                texts.note(own.source, block.offset, lines)
                again = True
            line += len(lines.offsets) - 1
        if progress:
            progress(len(batch.buffer if block.lines is None else block.lines.raw))
        if block.lines is not None:
            if again:
                spare.give(batch.buffer)
            spare.give(block.lines.raw)


def _blocks(
    sources: Sequence[Source],
    fields: Fields,
    contents: list[Contents],
    spare: SpareRoom,
    digest: bool,
    held: bool,
) -> Iterator[_Block]:
    """The documents of all files, in order; what each file holds is appended to `contents`."""
    for source in sources:
        own = Contents(source, fields.text)
        contents.append(own)
        if source.format not in ("jsonl", "json"):
            for records in read_records(own, fields, digest_values=digest):
                for start, end in runs(np.array([len(record.text) for record in records], np.int64)):
                    yield _Block(own, records=records[start:end])
            continue
        yield from _lines(own, spare, fields.limits, digest, held)


def _lines(contents: Contents, spare: SpareRoom, limits: Limits, digest: bool, held: bool) -> Iterator[_Block]:
    """A file as blocks of lines."""
    path = contents.source.path
    again = contents.source.format == "jsonl" and not compression_of(path.name)
    seen = hashlib.sha256()
    try:
        if not again and not held:
            with open_lines(contents.source, limits.line, limits.unpacked) as (file, _):
                while file.read(BLOCK):
                    pass
        with open_lines(contents.source, limits.line, limits.unpacked) as (file, counted):
            for block in line_blocks(file, spare, limits.line):
                # Now: when it is handed on, its room may be used again.
                if digest:
                    seen.update(block.raw.data)
                size = len(block.raw)
                yield _Block(contents, block, not contents.size, contents.size if again else -1)
                contents.size += size
        contents.sha256 = seen.hexdigest() if digest else ""
        if counted is not None:
            contents.size, contents.sha256 = counted.size, counted.sha256
    except read_error_types() as error:
        if contents.size and not held:
            raise changed(contents.source) from error
        damaged_file(contents, error)
    except OSError as error:
        raise not_readable(contents.source, error) from error


class _Buffer:
    """Collects texts in one buffer, from which any of them are read without a copy."""

    def __init__(self, room: int) -> None:
        self._data, self._size = np.empty(room, np.uint8), 0
        self._ends = [np.zeros(1, np.int64)]

    def add(self, texts: TextBatch) -> None:
        """Add texts that lie one behind the other."""
        begin, self._size = self._size, self._size + len(texts.buffer)
        if self._size > len(self._data):
            # Nobody looks at it yet. What is large is moved by the system, which copies nothing.
            self._data.resize(self._size + self._size // 4, refcheck=False)
        self._data[begin : self._size] = texts.buffer
        if len(texts):
            self._ends.append(texts.ends + begin)

    @property
    def blocks(self) -> int:
        """Return how many times texts were added."""
        return len(self._ends) - 1

    def drop(self, blocks: int) -> None:
        """Take out what was added after so many times."""
        del self._ends[blocks + 1 :]
        self._size = int(self._ends[-1][-1])

    def batch(self) -> TextBatch:
        """All of them."""
        self._data.resize(self._size, refcheck=False)
        return TextBatch.adjacent(self._data, np.concatenate(self._ends))


class _Found:
    """Collects what files hold."""

    def __init__(self) -> None:
        self.contents: list[Contents] = []
        self._ids: list[Id] = []
        self._values: list[tuple[Any, ...]] = []
        self._places: list[tuple[Contents, Offsets]] = []

    def add(self, documents: ScannedBlock) -> None:
        """Add the documents of a block."""
        self._ids += documents.ids
        self._values += documents.values
        self._places.append((documents.contents, documents.numbers))

    def check_ids(self, old: int) -> int:
        """Refuse ids that repeat in the first `old` files, or in the others; ids of the two may coincide.

        Answers with how many documents the first files hold.
        """
        of_old = set(map(id, self.contents[:old]))
        first = [place for place in self._places if id(place[0]) in of_old]
        split = sum(len(numbers) for _, numbers in first)
        check_places(self._ids[:split], first)
        check_places(self._ids[split:], self._places[len(first) :])
        return split

    def corpus(self, fields: Fields, texts: TextColumn, strict: bool) -> FileCorpus:
        """All documents, whose texts are given."""
        numbers: dict[int, list[Offsets]] = {}
        for own, part in self._places:
            numbers.setdefault(id(own), []).append(part)
        for own in self.contents:
            own.numbers = np.concatenate([own.numbers, *numbers.get(id(own), ())])
        names = [own.source.name for own, part in self._places for _ in range(len(part))]
        columns: dict[str, Sequence[Any]] = {"source": names, **fields.columns(self._values)}
        found = FileCorpus(Corpus(self._ids, texts, columns), tuple(self.contents))
        if strict:
            found.check_strict()
        return found


def check_places(ids: Sequence[Id], places: Sequence[tuple[Contents, np.ndarray]]) -> None:
    """Refuse ids that occur twice; places are the lines or rows of documents, file by file."""

    def place(i: int) -> str:
        for contents, numbers in places:
            if i < len(numbers):
                return place_name(contents.source, int(numbers[i]))
            i -= len(numbers)
        raise IndexError(i)

    check_ids(ids, place)
