"""The first pass: every file is read once; what later stages need of it is in files of our own then."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dedupe import backend
from dedupe.documents import Corpus, Id
from dedupe.duplicates.fingerprints import Signer
from dedupe.duplicates.keep import document_values, unit_quality
from dedupe.duplicates.settings import Keep, Settings
from dedupe.duplicates.units import cut_batch
from dedupe.errors import DuplicateIdError, InputError
from dedupe.files.corpus import FileCorpus, place_name
from dedupe.files.lines import Fields
from dedupe.files.records import Contents
from dedupe.files.scan import scan_files
from dedupe.files.sources import Source
from dedupe.fingerprint.hashing import U32, U64
from dedupe.index.blocks import Blocks, pack_texts
from dedupe.index.segment import Floats, decode_id, encode_id, hash_ids
from dedupe.outofcore.budget import Budget
from dedupe.outofcore.columns import Array, Column, ColumnWriter
from dedupe.outofcore.partitions import Partitions, PartitionWriter
from dedupe.outofcore.texts import PackedTexts, TextWriter
from dedupe.segmentation import ParagraphMode
from dedupe.text.columns import StringColumn
from dedupe.text.encode import Offsets, TextBatch

_DIGEST = 24
_FOLD = np.dtype([("key", "<u8"), ("unit", "<u4"), ("digest", "<u8", (_DIGEST // 8,))])
# Numbers of units and documents are kept in 32 bits.
_MOST = (1 << 32) - 1
# Ids less far apart than this are read together with those between.
_NEAR = 1 << 10
# Keep rules that need nothing but the place and the length of a unit.
_PLAIN = ("first", "last", "longest", "shortest")


class _Signed(NamedTuple):
    """What is done with the texts of a block."""

    document: Offsets
    start: Offsets
    end: Offsets
    byte: Offsets
    """where each unit begins, from the first byte of the block's texts, one behind the other"""
    size: Offsets
    keys: U64
    folded: U64
    blocks: Blocks
    quality: Floats
    digests: U64
    """of the folded texts of the units that have tokens"""


@dataclass(frozen=True)
class Scanned:
    """A corpus as the first pass leaves it. Units and documents have numbers, in their order."""

    found: FileCorpus
    settings: Settings
    keep: Keep
    document: Column
    """for each unit the number of its document"""
    start: Column
    end: Column
    byte: Column
    """where the text of each unit begins in the stream of all texts"""
    size: Column
    value: Column | None
    """how much each unit is wanted, where that is not told by its place or length"""
    texts: PackedTexts
    ids: Column
    id_offsets: Column
    folds: Partitions
    """hashes of the folded texts of all units with tokens, with their digests"""
    keys: Partitions
    """band keys of units that had no copy before them, and of some that had"""
    old: int
    """how many units are of the corpus that is compared against"""
    documents: int
    old_documents: int

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.document)

    def read(self, units: Offsets) -> TextBatch:
        """The texts of units, whose numbers ascend."""
        start = self.byte.take(units).astype(np.int64)
        return self.texts.read(start, start + self.size.take(units))

    def rank(self, units: Offsets) -> Offsets:
        """The place of each of some units, whose numbers ascend, in keep order among them; old ones come first."""
        value, tie = np.zeros(len(units)), np.zeros(len(units))
        if self.value is not None:
            value = self.value.take(units)
        if self.keep in ("longest", "shortest", "best"):
            length = (self.end.take(units).astype(np.int64) - self.start.take(units)).astype(np.float64)
            if self.keep == "best":
                tie = length
            else:
                value = length if self.keep == "longest" else -length
        elif self.keep == "last":
            value = units.astype(np.float64)
        out = np.empty(len(units), np.int64)
        out[np.lexsort((units, -tie, -value, units >= self.old))] = np.arange(len(units))
        return out

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


def scan(
    sources: Sequence[Source],
    against: Sequence[Source],
    fields: Fields,
    settings: Settings,
    folder: Path,
    budget: Budget,
    bits: int,
    *,
    keep: Keep = "first",
    paragraphs: ParagraphMode = "auto",
    threads: int = 1,
    strict: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Scanned:
    """Read, cut, sign and pack all documents, those of `against` first.

    Parameters
    ----------
    sources, against : sequences of Source
        The files.
    fields : Fields
        Which fields hold text and id.
    settings : Settings
        How units are compared.
    folder : Path
        Where the files are put.
    budget : Budget
        How much memory there is.
    bits : int
        There are `2**bits` partitions.
    keep, paragraphs, threads, strict, progress
        As for `sign_files`.
    """
    signer = Signer(settings)

    def work(batch: TextBatch) -> _Signed:
        document, low, high, start, end = cut_batch(batch, settings.unit, paragraphs)
        units = TextBatch(batch.buffer, low, high)
        keys, folded = signer.sign(units)
        sizes = batch.ends - batch.starts
        byte = low - batch.starts[document] + (np.cumsum(sizes) - sizes)[document]
        quality = unit_quality([units]) if keep == "best" else np.zeros(0)
        digests = _digests(units.select(folded != 0))
        return _Signed(document, start, end, byte, high - low, keys, folded, pack_texts(batch), quality, digests)

    writer = _Writer(folder, bits, budget.recent, keep)
    contents: list[Contents] = []
    split = 0
    for given in (against, sources):
        split = writer.documents
        first_unit = writer.units
        for documents, signed in scan_files(given, fields, work, contents, threads=threads, progress=progress):
            writer.add(documents.ids, documents.values, documents.contents, documents.numbers, signed, fields)
    found = FileCorpus.of_contents(contents)
    if strict:
        found.check_strict()
    scanned = writer.close(found, settings, first_unit, split)
    _check_ids(scanned, writer.hashes.close(), budget, writer.places.close(), writer.files.close(), contents)
    return scanned


class _Writer:
    def __init__(self, folder: Path, bits: int, recent: int, keep: Keep) -> None:
        self._keep = keep
        self._recent = _Recent(recent)
        kinds = {
            **dict.fromkeys(("document", "start", "end", "size"), np.uint32),
            "byte": np.uint64,
        }
        self._columns = {name: ColumnWriter(folder / f"unit.{name}", kind) for name, kind in kinds.items()}
        plain = isinstance(keep, str) and keep in _PLAIN
        self._value = None if plain else ColumnWriter(folder / "unit.value", np.float64)
        self._texts = TextWriter(folder)
        self._ids = ColumnWriter(folder / "ids.data", np.uint8)
        self._id_offsets = ColumnWriter(folder / "ids.offsets", np.uint64)
        self._id_offsets.append(np.zeros(1, np.uint64))
        self._folds = PartitionWriter(folder, "fold", bits, _FOLD)
        self._keys = PartitionWriter(folder, "key", bits)
        self.hashes = PartitionWriter(folder, "id", bits)
        self.places = ColumnWriter(folder / "document.place", np.uint64)
        self.files = ColumnWriter(folder / "document.file", np.uint32)
        self._known: dict[int, int] = {}
        self.documents = self.units = 0

    def add(
        self,
        ids: list[Id],
        values: list[tuple[Any, ...]],
        contents: Contents,
        numbers: Offsets,
        signed: _Signed,
        fields: Fields,
    ) -> None:
        count, new = len(signed.folded), len(ids)
        if max(self.units + count, self.documents + new) > _MOST:
            raise InputError(f"there are more than {_MOST:,} units: work on a part of the files at a time")
        units = (self.units + np.arange(count)).astype(np.uint32)
        for name, column in (
            ("document", signed.document + self.documents),
            ("start", signed.start),
            ("end", signed.end),
            ("byte", signed.byte + self._texts.size),
            ("size", signed.size),
        ):
            self._columns[name].append(column)
        if self._value is not None:
            self._value.append(self._values(ids, values, contents, signed, fields))
        self._texts.append(signed.blocks)
        tokens = signed.folded != 0
        self._folds.add(signed.folded[tokens], units[tokens], signed.digests)
        fresh = self._recent.fresh(signed.folded)
        keys = signed.keys[:, fresh]
        self._keys.add(keys.ravel(), np.tile(units[fresh], len(keys)))
        self._add_ids(ids, contents, numbers)
        self.documents += new
        self.units += count

    def _add_ids(self, ids: list[Id], contents: Contents, numbers: Offsets) -> None:
        encoded = [encode_id(identity) for identity in ids]
        base = self._ids.count
        self._ids.append(np.frombuffer(b"".join(encoded), np.uint8))
        self._id_offsets.append(base + np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded))))
        self.hashes.add(hash_ids(encoded), (self.documents + np.arange(len(ids))).astype(np.uint32))
        self.places.append(numbers)
        self.files.append(np.full(len(ids), self._known.setdefault(id(contents), len(self._known))))

    def _values(
        self, ids: list[Id], values: list[tuple[Any, ...]], contents: Contents, signed: _Signed, fields: Fields
    ) -> Array:
        if self._keep == "best":
            return signed.quality
        columns = {"source": [contents.source.name] * len(ids), **fields.columns(values)}
        corpus = Corpus(ids, StringColumn([""] * len(ids)), columns)
        return document_values(corpus, self._keep)[signed.document]

    def close(self, found: FileCorpus, settings: Settings, old: int, old_documents: int) -> Scanned:
        return Scanned(
            found,
            settings,
            self._keep,
            **{name: column.close() for name, column in self._columns.items()},
            value=None if self._value is None else self._value.close(),
            texts=self._texts.close(),
            ids=self._ids.close(),
            id_offsets=self._id_offsets.close(),
            folds=self._folds.close(),
            keys=self._keys.close(),
            old=old,
            documents=self.documents,
            old_documents=old_documents,
        )


def _digests(batch: TextBatch) -> U64:
    """Digests of the folded texts, a row for each."""
    folded, ends = backend.fold_bytes(*batch)
    raw, blake = folded.tobytes(), hashlib.blake2b
    digests = [blake(raw[a:b], digest_size=_DIGEST).digest() for a, b in pairwise(ends.tolist())]
    return np.frombuffer(b"".join(digests), "<u8").reshape(-1, _DIGEST // 8).astype(np.uint64)


class _Recent:
    """Remembers hashes of texts that came by, as many as it has room for."""

    def __init__(self, bits: int) -> None:
        self._table = np.zeros(1 << bits, np.uint64)
        self._shift = np.uint64(64 - bits)

    def fresh(self, folded: U64) -> Offsets:
        """The places of hashes that it does not remember: all that are new, and some that are not."""
        values, first = np.unique(folded, return_index=True)
        slot = (values >> self._shift).astype(np.int64)
        fresh = (self._table[slot] != values) & (values != 0)
        self._table[slot] = values
        return np.sort(first[fresh])


def _check_ids(
    scanned: Scanned, hashes: Partitions, budget: Budget, places: Column, files: Column, contents: list[Contents]
) -> None:
    """Refuse ids that occur twice among the new documents, or among the old ones; ids of the two may coincide."""
    worst: tuple[int, int] | None = None
    for keys, documents in hashes.parts(budget.entries):
        for pair in _equal_pairs(keys, documents, scanned.old_documents):
            numbers = np.array(pair, np.int64)
            if (worst is None or pair[1] < worst[1]) and len(set(scanned.names(numbers))) == 1:
                worst = pair
    if worst is None:
        return
    both = np.array(worst, np.int64)
    where = [
        place_name(contents[file].source, place)
        for file, place in zip(files.take(both).tolist(), places.take(both).tolist(), strict=True)
    ]
    raise DuplicateIdError(
        f"id {scanned.names(both)[0]!r} is used twice: by {where[0]} and by {where[1]}; "
        "make the ids unique or leave them out"
    )


def _equal_pairs(keys: U64, documents: U32, old: int) -> Iterator[tuple[int, int]]:
    order = np.lexsort((documents, keys))
    keys, documents = keys[order], documents[order]
    for i in np.flatnonzero(keys[1:] == keys[:-1]).tolist():
        a, b = int(documents[i]), int(documents[i + 1])
        if (a < old) == (b < old):
            yield a, b
