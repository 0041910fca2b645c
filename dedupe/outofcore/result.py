"""The answer, read from files part by part: what is kept, pairs and groups, in the order of the path in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from dedupe import kernels, worksize
from dedupe.documents import Id, Unit
from dedupe.duplicates.result import Counts, Group, Pair
from dedupe.duplicates.settings import Settings
from dedupe.outofcore.copies import ExactCopies
from dedupe.outofcore.grouping import Grouped
from dedupe.outofcore.scan import Scanned
from dedupe.store.bits import Bits
from dedupe.store.budget import Budget
from dedupe.store.columns import Column, FileFolder
from dedupe.store.partitions import PartitionWriter, key_unit, unit_key
from dedupe.text.encode import Offsets, encode_batch


class GroupRun(NamedTuple):
    """Units that follow each other, and what they belong to."""

    units: Offsets
    kept: Offsets
    similarity: np.ndarray


class FileDuplicates:
    """Near-duplicates of a corpus larger than memory; everything is read from files when it is asked for."""

    def __init__(
        self,
        scanned: Scanned,
        copies: ExactCopies,
        grouped: Grouped,
        largest_bucket: int,
        folder: FileFolder,
        budget: Budget,
        bits: int,
    ) -> None:
        self._scanned, self._folder, self._budget, self._bits = scanned, folder, budget, bits
        # Sixteen bytes for each member are held.
        self._member = grouped.member.read(0, len(grouped.member))
        order = np.argsort(self._member)
        self._member = self._member[order]
        self._kept_of = grouped.kept.read(0, len(order))[order]
        self._similarity = grouped.similarity.read(0, len(order))[order]
        self._stands = _standing_column(scanned, copies, folder, budget)
        self.compared, self.largest_bucket = grouped.compared, largest_bucket
        self._listed = 0

    @property
    def settings(self) -> Settings:
        """Return how units were compared."""
        return self._scanned.settings

    @cached_property
    def counts(self) -> Counts:
        """Return how many are kept, belong to a kept one, and how many groups those are."""
        kept, removed, heads = 0, 0, Bits(self._scanned.units)
        for run in self.runs():
            members = run.kept != run.units
            removed += int(members.sum())
            kept += int((~members).sum())
            heads.add(run.kept[members])
        return Counts(kept, removed, len(heads.numbers()))

    @property
    def may_break_lines(self) -> bool:
        """Return whether an id of any document may hold a line break or tab: looks at the bytes of all ids."""
        ids = self._scanned.documents.ids
        return any(
            bool(np.isin(part, np.frombuffer(b"\n\r\t", np.uint8)).any())
            for _, part in ids.runs(worksize.SIZES.units)
        )

    def kept(self) -> Iterator[Any]:
        """Yield what stays, in input order: ids for documents, `Unit` below."""
        for run in self.runs():
            yield from self._names(run.units[run.kept == run.units])

    def kept_lines(self) -> Iterator[tuple[list[Id], bytes | memoryview]]:
        """Ids of documents of which something stays, and a line for each unit of theirs that stays."""
        scanned = self._scanned
        for run in self.runs():
            units = run.units[run.kept == run.units]
            documents, place = np.unique(scanned.document.take(units).astype(np.int64), return_inverse=True)
            ids = scanned.documents.names(documents)
            if self.settings.unit == "document":
                yield ids, "".join(f"{identity}\n" for identity in ids).encode("utf-8", "surrogatepass")
                continue
            batch = encode_batch([str(identity) for identity in ids])
            start, end = (column.take(units).astype(np.int64) for column in (scanned.start, scanned.end))
            yield ids, kernels.place_lines(batch, place, start, end).data

    def kept_pairs(self) -> Iterator[Pair]:
        """Each removed unit with its kept one, in input order."""
        for run in self.runs():
            members = np.flatnonzero(run.kept != run.units)
            left, right = (self._references(side[members]) for side in (run.kept, run.units))
            old = (run.kept[members] < self._scanned.old).tolist()
            similarity = run.similarity[members].tolist()
            for a, b, value, against in zip(left, right, similarity, old, strict=True):
                yield Pair(a.id, b.id, value, a.start, a.end, b.start, b.end, against)

    def groups(self) -> Iterator[Group]:
        """The groups of two and more units, by the input order of their kept units."""
        count = self._scanned.units
        self._listed += 1
        writer = PartitionWriter(self._folder, f"listed.{self._listed}", self._bits)
        for run in self.runs():
            members = run.kept != run.units
            writer.add(unit_key(run.kept[members], count), run.units[members])
        for keys, numbers in writer.close().parts(self._budget.entries // 4):
            if not len(keys):
                continue
            kept, members = key_unit(keys, count), numbers.astype(np.int64)
            order = np.argsort(members)
            similarity = np.empty(len(members))
            similarity[order] = self._owners(members[order]).similarity
            begins = np.flatnonzero(np.diff(kept, prepend=-1))
            heads, names = self._names(kept[begins]), self._names(members)
            for head, unit, start, end in zip(
                heads, kept[begins].tolist(), begins.tolist(), [*begins[1:].tolist(), len(kept)], strict=True
            ):
                values = (1.0, *similarity[start:end].tolist())
                yield Group(head, (head, *names[start:end]), values, unit < self._scanned.old)

    def texts_of(self, wanted: Collection[tuple[Id, bool]]) -> dict[tuple[Id, bool], str]:
        """The texts of a few documents, by their ids and whether they are compared against."""
        return self._scanned.documents.texts_of(wanted)

    def runs(self) -> Iterator[GroupRun]:
        """Yield what each unit that is not compared against belongs to."""
        for start in range(self._scanned.old, self._scanned.units, worksize.SIZES.units):
            yield self._owners(np.arange(start, min(start + worksize.SIZES.units, self._scanned.units)))

    def _owners(self, units: Offsets) -> GroupRun:
        """Return what units belong to, whose numbers ascend."""
        stands = self._stands.take(units).astype(np.int64)
        kept, similarity = stands.copy(), np.ones(len(units))
        if len(self._member):
            place = np.minimum(np.searchsorted(self._member, stands), len(self._member) - 1)
            member = self._member[place] == stands
            kept[member] = self._kept_of[place[member]]
            similarity[member] = self._similarity[place[member]]
        return GroupRun(units, kept, similarity)

    def _names(self, units: Offsets) -> list[Any]:
        references = self._references(units)
        return [unit.id for unit in references] if self.settings.unit == "document" else references

    def _references(self, units: Offsets) -> list[Unit]:
        """Units, in any order, as results name them."""
        scanned = self._scanned
        numbers, place = np.unique(units, return_inverse=True)
        documents, of_document = np.unique(scanned.document.take(numbers).astype(np.int64), return_inverse=True)
        ids = scanned.documents.names(documents)
        columns = (of_document, scanned.start.take(numbers), scanned.end.take(numbers))
        rows = zip(*(column.tolist() for column in columns), strict=True)
        named = [Unit(ids[document], start, end) for document, start, end in rows]
        return [named[i] for i in place.tolist()]


def _standing_column(scanned: Scanned, copies: ExactCopies, folder: FileFolder, budget: Budget) -> Column:
    """For each unit the one that stands for it."""
    writer = folder.column("unit.stands", np.uint32)
    done = 0
    for keys, stands in copies.copies.parts(budget.entries):
        units = key_unit(keys, scanned.units)
        last = int(units[-1]) + 1 if len(units) else done
        while done < last:
            end = min(done + worksize.SIZES.units, last)
            run = np.arange(done, end)
            low, high = np.searchsorted(units, (done, end)).tolist()
            run[units[low:high] - done] = stands[low:high]
            writer.append(run)
            done = end
    for start in range(done, scanned.units, worksize.SIZES.units):
        writer.append(np.arange(start, min(start + worksize.SIZES.units, scanned.units)))
    return writer.close()
