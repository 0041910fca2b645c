"""The documents of a corpus as the first pass leaves them: texts packed in one file, ids and places in columns."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from dedupe import kernels, worksize
from dedupe.cleaning.brakes import sources_of
from dedupe.columns import BatchColumn, SelectedColumn, TextColumn, WatchedColumn, runs
from dedupe.documents import Id
from dedupe.errors import DuplicateIdError
from dedupe.files.corpus import FileCorpus, place_name
from dedupe.files.records import Contents
from dedupe.index.segment import decode_id, encode_id, hash_ids
from dedupe.sorting import distinct_sorted
from dedupe.store.blocks import Blocks
from dedupe.store.budget import Budget
from dedupe.store.columns import Column, FileFolder, check_count
from dedupe.store.partitions import Partitions, PartitionWriter
from dedupe.store.texts import HeldTexts, PackedTexts, TextWriter, WatchedTexts
from dedupe.tables import PAGE_SOURCE
from dedupe.text.encode import Bytes, Offsets, TextBatch, encode_text
from dedupe.text.hashing import U32, U64

# Ids less far apart than this are read together with those between.
_NEAR = 1 << 10


@dataclass(frozen=True)
class PackedDocuments:
    """The documents of a corpus; they have numbers, in their order."""

    found: FileCorpus
    packed: PackedTexts
    byte: Column
    """where the text of each begins in the stream of all texts"""
    size: Column
    ids: Column
    id_offsets: Column
    place: Column
    """line or row of each in its file"""
    file: Column
    """number of its file"""
    site: Column
    """number of its site, from 1; 0 where none is known"""
    sites: list[str]
    count: int
    old: int
    """how many are of the corpus that is compared against"""

    def names(self, documents: Offsets) -> list[Id]:
        """The ids of documents, whose numbers ascend."""
        starts = self.id_offsets.take(documents)
        ends = self.id_offsets.take(documents + 1)
        if not len(documents):
            return []
        # Ids that are asked for together mostly lie together.
        out: list[Id] = []
        for run in np.split(np.arange(len(documents)), np.flatnonzero(np.diff(documents) > _NEAR) + 1):
            base = int(starts[run[0]])
            raw = self.ids.read(base, int(ends[run[-1]])).tobytes()
            low, high = (starts[run].astype(np.int64) - base).tolist(), (ends[run].astype(np.int64) - base).tolist()
            out += [decode_id(raw[a:b]) for a, b in zip(low, high, strict=True)]
        return out

    def texts_of(self, wanted: Collection[tuple[Id, bool]]) -> dict[tuple[Id, bool], str]:
        """The texts of a few documents, by their ids and whether they are compared against."""
        # One after the other: they may be long, and are few.
        return {key: self.read(np.array([number])).text(0) for key, number in self._find(set(wanted))}

    def _find(self, wanted: set[tuple[Id, bool]]) -> Iterator[tuple[tuple[Id, bool], int]]:
        for first in range(0, self.count if wanted else 0, worksize.SIZES.documents):
            numbers = np.arange(first, min(first + worksize.SIZES.documents, self.count))
            keys = zip(self.names(numbers), (numbers < self.old).tolist(), strict=True)
            yield from ((key, number) for key, number in zip(keys, numbers.tolist(), strict=True) if key in wanted)

    def read(self, documents: Offsets) -> TextBatch:
        """The texts of documents, whose numbers ascend."""
        start = self.byte.take(documents).astype(np.int64)
        return self.packed.read(start, start + self.size.take(documents))

    def opened(self, room: int, read: Callable[[int, int], object] | None) -> PackedDocuments:
        """Return the same documents for stages that read their texts again and again.

        Texts of at most `room` bytes are held in memory. `read` is told how many of their bytes are read, and of
        how many.
        """
        total = sum(int(sizes.sum()) for _, sizes in self.size.runs(worksize.SIZES.documents))
        if total <= room:
            return LoadedDocuments.of(self, read)
        return replace(self, packed=WatchedTexts(self.packed, read, total)) if read else self

    @property
    def texts(self) -> TextColumn:
        """Their texts."""
        return DocumentTexts(self)

    def chosen(self, documents: Offsets, room: int) -> TextColumn:
        """Return the texts of some documents, of which so many bytes are held."""
        return ChosenTexts(self, documents, room)

    @property
    def site_count(self) -> int:
        """Return how many sites there are."""
        return len(self.sites)

    def sources(self, first: int, last: int) -> list[str]:
        """Return the source of each document from one number to another."""
        files, sites = self.found.contents, self.sites
        columns = {
            "source": [files[number].source.name for number in self.file.read(first, last).tolist()],
            PAGE_SOURCE: [sites[n - 1] if n else None for n in self.site.read(first, last).tolist()],
        }
        return sources_of(columns, self.names(np.arange(first, last)))

    def file_counts(self) -> list[int]:
        """Return how many documents each file has."""
        counts = np.zeros(len(self.found.contents), np.int64)
        for _, files in self.file.runs(worksize.SIZES.documents):
            counts += np.bincount(files.astype(np.int64), minlength=len(counts))
        return counts.tolist()

    def find(self, ids: Sequence[Id]) -> Offsets:
        """Return the numbers of documents of the corpus that is worked on, by their ids."""
        number = {key[0]: number for key, number in self._find({(identity, False) for identity in ids})}
        return np.array([number[identity] for identity in ids], np.int64)


@dataclass(frozen=True)
class LoadedDocuments(PackedDocuments):
    """Packed documents whose texts are in memory as well."""

    loaded: TextColumn

    @classmethod
    def of(cls, documents: PackedDocuments, read: Callable[[int, int], object] | None) -> LoadedDocuments:
        """Load the texts of documents; `read` is told how many of their bytes are read, and of how many."""
        packed, count = HeldTexts(documents.packed), documents.count
        starts, sizes = (column.read(0, count).astype(np.int64) for column in (documents.byte, documents.size))
        texts: TextColumn = BatchColumn([TextBatch(packed.stream, starts, starts + sizes)])
        columns = {one.name: getattr(documents, one.name) for one in fields(documents)}
        return cls(**{**columns, "packed": packed}, loaded=WatchedColumn(texts, read) if read else texts)

    @property
    def texts(self) -> TextColumn:
        """Their texts."""
        return self.loaded

    def read(self, documents: Offsets) -> TextBatch:
        """The texts of documents, whose numbers ascend."""
        return self.loaded.read(documents)

    def chosen(self, documents: Offsets, room: int) -> TextColumn:
        """Return the texts of some documents."""
        return SelectedColumn(self.loaded, documents)


class DocumentTexts(TextColumn):
    """The texts of documents that lie packed in a file, by number."""

    def __init__(self, documents: PackedDocuments) -> None:
        self._documents = documents

    def __len__(self) -> int:
        return self._documents.count

    def read(self, numbers: Offsets) -> TextBatch:
        """The texts of documents, whose numbers ascend."""
        return self._documents.read(numbers)

    def slices(self, numbers: Offsets, starts: Offsets, ends: Offsets) -> TextBatch:
        """Parts of documents, in any order; as many documents as are worked on at a time are read at once."""
        order = np.argsort(numbers, kind="stable")
        own = distinct_sorted(numbers[order])
        parts: list[Bytes] = []
        sizes = np.zeros(len(order), np.int64)
        at = 0
        for first, last in runs(self._documents.size.take(own).astype(np.int64)):
            end = int(np.searchsorted(numbers[order], own[last - 1], side="right"))
            chosen = order[at:end]
            texts = self.read(own[first:last])
            place = np.searchsorted(own[first:last], numbers[chosen])
            part = TextBatch(texts.buffer, *kernels.byte_places(texts, place, starts[chosen], ends[chosen]))
            parts.append(kernels.join(part))
            sizes[at:end] = part.ends - part.starts
            at = end
        low, high = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
        high[order] = np.cumsum(sizes)
        low[order] = high[order] - sizes
        return TextBatch(np.concatenate([np.zeros(0, np.uint8), *parts]), low, high)

    def sizes(self) -> Offsets:
        """Lengths in bytes, of all of them."""
        return self._documents.size.read(0, len(self)).astype(np.int64)


class ChosenTexts(TextColumn):
    """The texts of some documents that lie packed in a file; the first of them has the number 0.

    Texts of which one part was asked for are held, up to `limit` bytes: the next part is often one of them.
    """

    def __init__(self, documents: PackedDocuments, numbers: Offsets, limit: int) -> None:
        self._documents, self._numbers, self._limit = documents, numbers, limit
        self._texts = DocumentTexts(documents)
        self._recent: OrderedDict[int, Bytes] = OrderedDict()
        self._held = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def read(self, numbers: Offsets) -> TextBatch:
        """The texts of documents, whose numbers ascend."""
        return self._texts.read(self._numbers[numbers])

    def slices(self, numbers: Offsets, starts: Offsets, ends: Offsets) -> TextBatch:
        """Parts of documents, in any order."""
        if len(numbers) != 1:
            return self._texts.slices(self._numbers[numbers], starts, ends)
        text = self._one(int(numbers[0]))
        none = np.zeros(1, np.int64)
        whole = TextBatch(text, none, np.array([len(text)]))
        return TextBatch(text, *kernels.byte_places(whole, none, starts, ends))

    def _one(self, number: int) -> Bytes:
        """The text of a document."""
        text = self._recent.pop(number, None)
        if text is None:
            batch = self.read(np.array([number]))
            text = batch.buffer[batch.starts[0] : batch.ends[0]].copy()
            self._held += len(text)
        self._recent[number] = text
        while self._held > self._limit and len(self._recent) > 1:
            self._held -= len(self._recent.popitem(last=False)[1])
        return text

    def sizes(self) -> Offsets:
        """Lengths in bytes, of all of them."""
        return self._documents.size.take(self._numbers).astype(np.int64)


class DocumentWriter:
    """Writes documents as they come."""

    def __init__(self, folder: FileFolder, bits: int, contents: Sequence[Contents]) -> None:
        # What each file holds, in their order; whoever reads them adds to it.
        self._contents, self._file = contents, 0
        self._texts = TextWriter(folder)
        kinds = {"byte": np.uint64, "size": np.uint32, "place": np.uint64, "file": np.uint32, "site": np.uint32}
        self._columns = {name: folder.column(f"document.{name}", kind) for name, kind in kinds.items()}
        self._ids = folder.column("ids.data", np.uint8)
        self._id_offsets = folder.column("ids.offsets", np.uint64)
        self._id_offsets.append(np.zeros(1, np.uint64))
        self._hashes = PartitionWriter(folder, "id", bits)
        self._sites: dict[str, int] = {}
        self.count = 0

    @property
    def bytes(self) -> int:
        """Return how long the stream of all texts is so far."""
        return self._texts.size

    def add(
        self,
        ids: Sequence[Id],
        sites: Sequence[str | None],
        contents: Contents,
        places: Offsets,
        blocks: Blocks,
        sizes: Offsets,
    ) -> None:
        """Add documents of a file.

        Raises
        ------
        InputError
            There are too many.
        """
        new = len(ids)
        check_count(self.count + new, "documents")
        while self._contents[self._file] is not contents:
            self._file += 1
        site = [0 if name is None else self._sites.setdefault(name, len(self._sites) + 1) for name in sites]
        for name, column in (
            ("byte", self._texts.size + np.cumsum(sizes) - sizes),
            ("size", sizes),
            ("place", places),
            ("file", np.full(new, self._file)),
            ("site", np.array(site, np.int64)),
        ):
            self._columns[name].append(column)
        self._texts.append(blocks)
        encoded = [encode_id(identity) for identity in ids]
        base = self._ids.count
        self._ids.append(np.frombuffer(b"".join(encoded), np.uint8))
        self._id_offsets.append(base + np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded))))
        # 7 and "7" are one.
        shown = [encode_text(str(identity)) for identity in ids]
        self._hashes.add(hash_ids(shown), (self.count + np.arange(new)).astype(np.uint32))
        self.count += new

    def close(self, old: int, budget: Budget) -> PackedDocuments:
        """All documents.

        Raises
        ------
        DuplicateIdError
            Two of them have one id.
        """
        documents = PackedDocuments(
            FileCorpus.of_contents(self._contents),
            self._texts.close(),
            **{name: column.close() for name, column in self._columns.items()},
            ids=self._ids.close(),
            id_offsets=self._id_offsets.close(),
            sites=list(self._sites),
            count=self.count,
            old=old,
        )
        hashes = self._hashes.close()
        _check_ids(documents, hashes, budget)
        hashes.remove()
        return documents


def _check_ids(documents: PackedDocuments, hashes: Partitions, budget: Budget) -> None:
    """Refuse ids that occur twice among the new documents, or among the old ones; ids of the two may coincide."""
    worst: tuple[int, int] | None = None
    for keys, numbers in hashes.parts(budget.entries):
        for pair in _equal_pairs(keys, numbers, documents.old):
            both = np.array(pair, np.int64)
            if (worst is None or pair[1] < worst[1]) and len(set(map(str, documents.names(both)))) == 1:
                worst = pair
    if worst is None:
        return
    both = np.array(worst, np.int64)
    where = [
        place_name(documents.found.contents[file].source, place)
        for file, place in zip(documents.file.take(both).tolist(), documents.place.take(both).tolist(), strict=True)
    ]
    raise DuplicateIdError(
        f"id {documents.names(both)[0]!r} is used twice: by {where[0]} and by {where[1]}; "
        "make the ids unique, or pass `id=None`"
    )


def _equal_pairs(keys: U64, documents: U32, old: int) -> Iterator[tuple[int, int]]:
    order = np.lexsort((documents, keys))
    keys, documents = keys[order], documents[order]
    for i in np.flatnonzero(keys[1:] == keys[:-1]).tolist():
        a, b = int(documents[i]), int(documents[i + 1])
        if (a < old) == (b < old):
            yield a, b
