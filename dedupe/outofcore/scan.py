"""The first pass: every file is read once; what later stages need of it is in files of our own then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe.cleaning.documents import document_runs
from dedupe.columns import StringColumn
from dedupe.documents import Corpus
from dedupe.duplicates.cutter import DIGEST, Cutter, CutUnits
from dedupe.duplicates.keep import document_values
from dedupe.duplicates.settings import Settings
from dedupe.errors import DuplicateIdError
from dedupe.files.corpus import number_by_place
from dedupe.files.fields import Fields
from dedupe.files.first_records import check_first_records
from dedupe.files.records import Contents
from dedupe.files.scan import ScannedBlock as Block
from dedupe.files.scan import scan_files
from dedupe.files.sources import Source
from dedupe.index.segment import Floats
from dedupe.job import Keep, ParagraphMode
from dedupe.order import OrderReader
from dedupe.outofcore.documents import DocumentWriter, PackedDocuments
from dedupe.parallel import ordered_map
from dedupe.policy import keep_keys, rank_units
from dedupe.store.bits import Bits
from dedupe.store.blocks import pack_texts
from dedupe.store.budget import Budget
from dedupe.store.columns import Column, FileFolder, check_count
from dedupe.store.partitions import Partitions, PartitionWriter
from dedupe.tables import DOCUMENT_ORDER, PAGE_SOURCE
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U32, U64

_FOLD = np.dtype([("key", "<u8"), ("unit", "<u4"), ("digest", "<u8", (DIGEST // 8,))])


@dataclass(frozen=True)
class Scanned:
    """Units as a pass over the texts leaves them. Units have numbers, in their order."""

    documents: PackedDocuments
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
    order: Column | None
    """for each unit when its document comes, where a field says so"""
    folds: Partitions
    """hashes of the folded texts of all units with tokens, with their digests"""
    keys: Partitions
    """band keys of units that had no copy before them, and of some that had"""
    old: int
    """how many units are of the corpus that is compared against"""

    @property
    def units(self) -> int:
        """Return how many units there are."""
        return len(self.document)

    def read(self, units: Offsets) -> TextBatch:
        """The texts of units, whose numbers ascend."""
        start = self.byte.take(units).astype(np.int64)
        return self.documents.packed.read(start, start + self.size.take(units))

    def is_pinned(self, units: Offsets) -> npt.NDArray[np.bool_]:
        """Return which of some units, whose numbers ascend, stay whatever they resemble."""
        old: npt.NDArray[np.bool_] = units < self.old
        return old

    @property
    def plain(self) -> bool:
        """Return whether keep order is that of the numbers, which have those that are compared against first."""
        return self.keep == "first" and self.order is None

    def ranks(self, units: U32) -> U32 | None:
        """Keep order of very many units; None where it is the order of their numbers."""
        if self.plain:
            return None
        return self.rank(units.astype(np.int64)).astype(np.uint32)

    def rank(self, units: Offsets) -> Offsets:
        """The place of each of some units, whose numbers ascend, in keep order among them; pinned ones first."""
        return rank_units(
            units,
            self.keep,
            value=None if self.value is None else self.value.take(units),
            length=self.end.take(units).astype(np.int64) - self.start.take(units),
            order=None if self.order is None else self.order.take(units),
            pinned=self.is_pinned(units),
        )


def scan(
    sources: Sequence[Source],
    against: Sequence[Source],
    fields: Fields,
    settings: Settings,
    folder: FileFolder,
    budget: Budget,
    bits: int,
    *,
    keep: Keep = "first",
    paragraphs: ParagraphMode = "auto",
    threads: int = 1,
    strict: bool = False,
    digest: bool = False,
    sign: bool = True,
    progress: Callable[[int], object] | None = None,
    sweep: Callable[[], object] = lambda: None,
) -> Scanned:
    """Read, cut, sign and pack all documents, those of `against` first.

    Parameters
    ----------
    sources, against : sequences of Source
        The files.
    fields : Fields
        The fields of text and id.
    settings : Settings
        How units are compared.
    folder : FileFolder
        Where the files are put.
    budget : Budget
        How much memory there is.
    bits : int
        There are `2**bits` partitions.
    keep, paragraphs, threads, strict, progress
        As for `sign_files`.
    digest : bool
        Compute the digests of the files, too.
    sign : bool
        Sign the units, because they are compared later.
    sweep : function
        Removes what has been put down where ids repeat: all is read again, without ids.
    """
    check_first_records(fields, against, sources)

    def read(fields: Fields) -> Scanned:
        cut, ordered = Cutter(settings, keep, paragraphs, 0, sign), fields.order is not None
        reader = OrderReader()
        contents: list[Contents] = []
        writer, units = (
            DocumentWriter(folder, bits, contents),
            _UnitWriter(folder, bits, budget.recent, keep, ordered),
        )
        old = old_units = 0
        for given in (against, sources):
            old, old_units = writer.count, units.count
            for block, (signed, blocks) in scan_files(
                given,
                fields,
                lambda batch: (cut(batch), pack_texts(batch)),
                contents,
                threads=threads,
                digest=digest,
                progress=progress,
            ):
                sizes = block.texts.ends - block.texts.starts
                begins = writer.bytes + np.cumsum(sizes) - sizes
                corpus = _corpus(block, fields)
                values = None if units.value is None else _values(keep, corpus, signed)
                order = reader.read(block.ids, corpus.column(DOCUMENT_ORDER)) if ordered else None
                units.add(writer.count + np.arange(len(sizes)), begins, signed, values, order)
                sites = corpus.column(PAGE_SOURCE)
                writer.add(
                    block.ids,
                    [None if site is None else str(site) for site in sites],
                    block.contents,
                    block.numbers,
                    blocks,
                    sizes,
                )
        documents = writer.close(old, budget)
        if strict:
            documents.found.check_strict()
        return units.close(documents, settings, old_units)

    try:
        return read(fields)
    except DuplicateIdError as error:
        numbered = number_by_place(fields, error)
    sweep()
    return read(numbered)


def scan_again(
    scanned: Scanned,
    settings: Settings,
    gone: Bits,
    folder: FileFolder,
    budget: Budget,
    bits: int,
    *,
    keep: Keep,
    paragraphs: ParagraphMode,
    least: int,
    threads: int,
) -> Scanned:
    """Cut and sign the units of documents that were read before.

    Parameters
    ----------
    scanned : Scanned
        The scanned documents, as units.
    settings : Settings
        How the units are compared.
    gone : Bits
        Documents that are left out.
    folder, budget, bits, keep, paragraphs, threads
        As for `scan`.
    least : int
        Code points that a unit has at least.
    """
    cut, documents = Cutter(settings, keep, paragraphs, least, True), scanned.documents
    units = _UnitWriter(folder, bits, budget.recent, keep, scanned.order is not None)

    def work(run: tuple[int, int]) -> tuple[Offsets, CutUnits]:
        numbers = np.arange(*run)
        numbers = numbers[~gone.has(numbers)]
        return numbers, cut(documents.read(numbers))

    for numbers, signed in ordered_map(work, document_runs(documents), threads):
        values = order = None
        if keep == "best":
            values = signed.quality
        elif scanned.value is not None:
            values = scanned.value.take(numbers)[signed.document]
        if scanned.order is not None:
            order = scanned.order.take(numbers)
        units.add(numbers, documents.byte.take(numbers).astype(np.int64), signed, values, order)
    return units.close(documents, settings, 0)


class _UnitWriter:
    def __init__(self, folder: FileFolder, bits: int, recent: int, keep: Keep, ordered: bool) -> None:
        self._keep: Keep = keep
        self._recent = _Recent(recent)
        kinds = {
            **dict.fromkeys(("document", "start", "end", "size"), np.uint32),
            "byte": np.uint64,
        }
        self._columns = {name: folder.column(f"unit.{name}", kind) for name, kind in kinds.items()}
        wanted = any(key.column == "value" for key in keep_keys(keep))
        self.value = folder.column("unit.value", np.float64) if wanted else None
        self._order = folder.column("unit.order", np.float64) if ordered else None
        self._folds = PartitionWriter(folder, "fold", bits, _FOLD)
        self._keys = PartitionWriter(folder, "key", bits)
        self.count = 0

    def add(
        self,
        documents: Offsets,
        begins: Offsets,
        signed: CutUnits,
        values: Floats | None,
        order: Floats | None,
    ) -> None:
        """Add the units of some documents, whose texts begin at some bytes of the stream.

        `values` has one for each unit, `order` one for each document.
        """
        count = len(signed.folded)
        check_count(self.count + count, "units")
        units = (self.count + np.arange(count)).astype(np.uint32)
        for name, column in (
            ("document", documents[signed.document]),
            ("start", signed.start),
            ("end", signed.end),
            ("byte", signed.byte + begins[signed.document]),
            ("size", signed.size),
        ):
            self._columns[name].append(column)
        if self.value is not None and values is not None:
            self.value.append(values)
        if self._order is not None and order is not None:
            self._order.append(order[signed.document])
        tokens = signed.folded != 0
        self._folds.add(signed.folded[tokens], units[tokens], signed.digests)
        fresh = self._recent.fresh(signed.folded)
        keys = signed.keys[:, fresh]
        self._keys.add(keys.ravel(), np.tile(units[fresh], len(keys)))
        self.count += count

    def close(self, documents: PackedDocuments, settings: Settings, old: int) -> Scanned:
        return Scanned(
            documents,
            settings,
            self._keep,
            **{name: column.close() for name, column in self._columns.items()},
            value=None if self.value is None else self.value.close(),
            order=None if self._order is None else self._order.close(),
            folds=self._folds.close(),
            keys=self._keys.close(),
            old=old,
        )


def _corpus(block: Block, fields: Fields) -> Corpus:
    """The documents of a block without their texts, with what else is known of them."""
    columns: dict[str, Sequence[Any]] = {"source": [block.contents.source.name] * len(block.ids)}
    columns.update(fields.columns(block.values))
    return Corpus(block.ids, StringColumn([""] * len(block.ids)), columns)


def _values(keep: Keep, corpus: Corpus, signed: CutUnits) -> Floats:
    """Return how much units are wanted, where that is not told by their places or lengths."""
    return signed.quality if keep == "best" else document_values(corpus, keep)[signed.document]


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
