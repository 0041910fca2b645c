"""Recurrence of paragraphs: those of one fingerprint meet in a partition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dedupe import kernels
from dedupe.boilerplate.context import RECURRENCE, count_recurrence
from dedupe.cleaning.documents import Documents, document_runs
from dedupe.cleaning.removals import SPAN
from dedupe.job import ParagraphMode, UnitName
from dedupe.kernels.records import I64
from dedupe.parallel import ordered_map
from dedupe.sorting import repeats
from dedupe.store.bits import Bits
from dedupe.store.budget import Budget
from dedupe.store.columns import Array, Column, WorkFolder, check_count
from dedupe.store.partitions import PartitionWriter, unit_key
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U64
from dedupe.units import cut_batch

_TEXT = np.dtype([("key", "<u8"), ("unit", "<u4"), ("document", "<u4"), ("site", "<u4")])
_COUNTS = np.dtype([("key", "<u8"), ("counts", "<u4")])


@dataclass(frozen=True)
class Recurrence:
    """Places of paragraphs, and how often each comes back."""

    counts: Column
    """for each paragraph its features, none of which is above 255, in the bytes of a number"""
    places: Column
    """of `SPAN`: where each paragraph stands"""
    sizes: Column
    """how many paragraphs each run of documents has"""

    def runs(self) -> Iterator[tuple[I64, Array]]:
        """The features and the places of the paragraphs of each run of documents."""
        at = 0
        for size in self.sizes.read(0, len(self.sizes)).tolist():
            rows = np.ascontiguousarray(self.counts.read(at, at + size), "<u4").view(np.uint8)
            yield rows.reshape(-1, len(RECURRENCE)).astype(np.int64), self.places.read(at, at + size)
            at += size


def find_recurrence(
    documents: Documents,
    gone: Bits,
    paragraphs: ParagraphMode,
    folder: WorkFolder,
    budget: Budget,
    threads: int,
    *,
    unit: UnitName = "paragraph",
) -> Recurrence:
    """Return what `recurrence_features` says of all paragraphs, or sentences, of documents that are not gone."""

    def work(run: tuple[int, int]) -> tuple[Array, Offsets, U64]:
        numbers = np.arange(*run)
        numbers = numbers[~gone.has(numbers)]
        batch = documents.texts.read(numbers)
        cut = cut_batch(batch, unit, paragraphs)
        places = np.empty(len(cut.texts), SPAN)
        for name, column in zip(SPAN.names or (), (numbers[cut.texts], cut.starts, cut.ends), strict=True):
            places[name] = column
        keys = kernels.recurrence_keys(TextBatch(batch.buffer, cut.first, cut.last))
        return places, documents.site.take(numbers)[cut.texts], keys

    texts, count = PartitionWriter(folder, "recurring", budget.bits, _TEXT), 0
    sizes, places = folder.column("recurrence.runs", np.uint32), folder.column("recurrence.places", SPAN)
    pages = np.zeros(documents.site_count + 1, np.int64)
    for own, site, keys in ordered_map(work, document_runs(documents), threads):
        check_count(count + len(keys), f"{unit}s")
        texts.add(keys, count + np.arange(len(keys)), own["document"], site)
        np.add.at(pages, site[~repeats(own["document"])[0]], 1)
        places.append(own)
        sizes.append(np.array([len(keys)]))
        count += len(keys)
    counts = PartitionWriter(folder, "counts", budget.bits, _COUNTS)
    whole = texts.close()
    for records in whole.records(budget.entries // 4):
        document, site = (records[name].astype(np.int64) for name in ("document", "site"))
        features = count_recurrence(records["key"].astype(np.uint64), document, site, pages)
        counts.add(unit_key(records["unit"], count), _packed(features))
    whole.remove()
    writer, by_unit = folder.column("recurrence.counts", np.uint32), counts.close()
    for records in by_unit.records(budget.entries):
        writer.append(records["counts"])
    by_unit.remove()
    return Recurrence(writer.close(), places.close(), sizes.close())


def _packed(features: I64) -> Array:
    return np.ascontiguousarray(features.astype(np.uint8)).view("<u4").ravel()
