"""Decisions of all stages, in columns: read when they are counted and written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from dedupe import worksize
from dedupe.cleaning.brakes import RemovalCounter, largest_groups
from dedupe.cleaning.counts import (
    EXAMPLES,
    Example,
    RemovalCounts,
    count_octaves,
    make_example,
    trim_octaves,
)
from dedupe.cleaning.cuts import Cut
from dedupe.cleaning.decision import Decision
from dedupe.cleaning.documents import Documents
from dedupe.cleaning.languages import LanguageRemoval, count_languages, sampled
from dedupe.cleaning.qualities import SAMPLED as QUALITIES
from dedupe.cleaning.qualities import count_qualities
from dedupe.cleaning.removals import NOWHERE, ByDocument, Removals, gather, offsets_of, overlapping, within
from dedupe.columns import runs
from dedupe.documents import Id, Unit
from dedupe.job import WHOLE_STAGES, Stage
from dedupe.passages.similarity import Measure
from dedupe.policy import LOSING_STAGES
from dedupe.sorting import Mask, distinct
from dedupe.store.bits import Bits
from dedupe.store.columns import Array, Column, WorkFolder
from dedupe.text.encode import Offsets

# Counts before, and after.
_Counts: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]


class StageRows(NamedTuple):
    """Decisions of a stage that follow each other, in columns."""

    stage: Stage
    rows: Array
    """of `ROW`"""
    why: list[str]
    names: dict[int, Id]
    """the ids of all documents in the rows"""
    lost: list[Stage | None]
    """the stage that removed all or part of each kept copy after all"""

    def decisions(self) -> Iterator[Decision]:
        """All of them."""
        return map(self._decision, self.rows.tolist(), self.why, self.lost)

    def decision(self, i: int) -> Decision:
        """One of them."""
        return self._decision(self.rows[i].item(), self.why[i], self.lost[i])

    def _decision(self, row: tuple[Any, ...], why: str, lost: Stage | None) -> Decision:
        document, start, end, kept, kept_start, kept_end, score, by_letters = row
        copy = None if kept == NOWHERE else Unit(self.names[kept], kept_start, kept_end)
        measure = self.measure(by_letters)
        return Decision(self.names[document], start, end, self.stage, score, copy, lost, why, measure)

    def measure(self, by_letters: bool) -> Measure | None:
        """Return what a similarity counts, which passages alone say."""
        if self.stage != "passages":
            return None
        return "letters" if by_letters else "tokens"


class _Rows(NamedTuple):
    """Decisions of a stage that follow each other."""

    stage: Stage
    rows: Array
    why: list[str]


class Decided:
    """Removals of all stages."""

    def __init__(
        self,
        documents: Documents,
        lengths: Column,
        removals: Sequence[tuple[Stage, Removals]],
        cuts: Column,
        withdrawn: Column,
        gone: Bits,
        whole: Mapping[Stage, Bits],
        judged: tuple[int, ...],
        folder: WorkFolder,
    ) -> None:
        self._documents, self._lengths = documents, lengths
        self._removals, self._cuts, self._gone, self._whole, self._judged = removals, cuts, gone, whole, judged
        # Rare: a word on both sides, and nothing between them.
        self._withdrawn = withdrawn.read(0, len(withdrawn))
        self._lost_spans = {
            stage: own.spans for stage, own in removals if stage in LOSING_STAGES and stage not in whole
        }
        self._folder = folder

    @cached_property
    def _lost_offsets(self) -> dict[Stage, Column]:
        return {
            stage: offsets_of(spans, self._documents.count, self._folder, f"{stage}.offsets")
            for stage, spans in self._lost_spans.items()
        }

    def is_removed(self, documents: Offsets) -> Mask:
        """Return which documents are removed as a whole."""
        out = self._gone.has(documents)
        for judged in self._whole.values():
            out |= judged.has(documents)
        return out

    def rows(self) -> Iterator[Array]:
        """All removals as rows of `ROW`, stage by stage."""
        return (part.rows for part in self._parts())

    def stage_rows(self) -> Iterator[StageRows]:
        """All removals, stage by stage, some at a time."""
        return map(self._named, self._parts())

    def decisions(self) -> Iterator[Decision]:
        """All removals, stage by stage."""
        return (decision for part in self.stage_rows() for decision in part.decisions())

    def cuts_by_document(self) -> ByDocument:
        """Return what is cut of documents, those that are removed as a whole included, as spans (`SPAN`)."""
        return ByDocument(self._cuts)

    def counts(self) -> RemovalCounts:
        """Return how much goes, and what."""
        touched, stages = Bits(self._documents.count), Counter[Stage]()
        named = np.zeros(self._documents.count, np.int64)
        for part in self._parts():
            touched.add(part.rows["document"].astype(np.int64))
            # A document counts once, however many rows say where it stays.
            is_more = (part.rows["start"] > 0) & (part.stage == "duplicates")
            stages[part.stage] += len(is_more) - int(is_more.sum())
            kept = part.rows["kept"][part.rows["kept"] != NOWHERE].astype(np.int64)
            np.add.at(named, kept, 1)
        count, first = 0, np.zeros(0, np.int64)
        for start in range(0, self._documents.count, worksize.SIZES.documents):
            own = touched.run(start, min(start + worksize.SIZES.documents, self._documents.count))
            count += len(own)
            first = np.append(first, own[: EXAMPLES - len(first)])
        counter, examples, languages, lengths, qualities = self._count(first)
        groups = [(self._documents.names(np.array([n]))[0], times) for n, times in largest_groups(named)]
        sizes = trim_octaves(count_octaves(named[named > 0]))
        return RemovalCounts(
            counter.finish(groups),
            count,
            stages,
            tuple(examples),
            languages,
            self._judged,
            lengths,
            qualities,
            sizes,
        )

    def texts(self, ids: Collection[Id]) -> dict[Id, str]:
        """Return the texts of some documents."""
        wanted = list(ids)
        texts = self._documents.texts
        # One after the other: they may be long, and are few.
        return {
            identity: texts[number]
            for identity, number in zip(wanted, self._documents.find(wanted).tolist(), strict=True)
        }

    def sources(self, ids: Collection[Id]) -> dict[Id, str]:
        """Return the sources of some documents."""
        wanted = list(ids)
        numbers = self._documents.find(wanted).tolist()
        return {name: self._documents.sources(n, n + 1)[0] for name, n in zip(wanted, numbers, strict=True)}

    def _count(
        self, shown: Offsets
    ) -> tuple[RemovalCounter, list[Example], tuple[LanguageRemoval, ...], _Counts, _Counts]:
        """Count what goes by source, language, length and quality, and collect some documents as examples."""
        documents, counter, given = self._documents, RemovalCounter(), ByDocument(self._cuts)
        gone: dict[int, tuple[bool, int]] = {}
        looked_at = sampled(documents.count)
        known: list[list[Any]] = [[], [], []]
        judged = sampled(len(looked_at), QUALITIES)
        cut_of: dict[int, list[Cut]] = {number: [] for number in looked_at[judged].tolist()}
        before, after = np.zeros(64, np.int64), np.zeros(64, np.int64)
        for first in range(0, documents.count, worksize.SIZES.documents):
            last = min(first + worksize.SIZES.documents, documents.count)
            numbers = np.arange(first, last)
            sizes = self._lengths.read(first, last).astype(np.int64)
            whole = self.is_removed(numbers)
            cuts = given.until(last)
            removed = np.bincount(
                cuts["document"].astype(np.int64) - first,
                (cuts["end"].astype(np.int64) - cuts["start"]).astype(np.float64),
                last - first,
            ).astype(np.int64)
            removed = np.where(whole, sizes, removed)
            counter.add(documents.sources(first, last), sizes.tolist(), removed.tolist(), whole.tolist())
            before += count_octaves(sizes)
            after += count_octaves((sizes - removed)[~whole])
            here = looked_at[(looked_at >= first) & (looked_at < last)] - first
            for document, start, end in cuts[np.isin(cuts["document"], looked_at[judged])].tolist():
                cut_of[document].append(Cut(start, end))
            for column, values in zip(known, (sizes, removed, whole), strict=True):
                column.extend(values[here].tolist())
            gone.update(
                (number, (bool(whole[number - first]), int(removed[number - first])))
                for number in shown[(shown >= first) & (shown < last)].tolist()
            )
        decisions: dict[Id, list[Decision]] = {}
        for stage, rows, why in self._parts():
            own = np.flatnonzero(np.isin(rows["document"], shown))
            if len(own):
                part = self._named(_Rows(stage, rows.take(own), [why[i] for i in own.tolist()]))
                for decision in part.decisions():
                    decisions.setdefault(decision.id, []).append(decision)
        examples = []
        for number, name in zip(shown.tolist(), documents.names(shown), strict=True):
            text = documents.texts[number]
            examples.append(make_example(text, *gone[number], decisions[name]))
        texts = list(self.read_texts(looked_at))
        languages, places = count_languages(texts, *known), judged.tolist()
        qualities = count_qualities(
            [texts[i] for i in places], list(cut_of.values()), [known[2][i] for i in places]
        )
        return counter, examples, languages, (trim_octaves(before), trim_octaves(after)), qualities

    def _parts(self) -> Iterator[_Rows]:
        """All decisions that were not taken back."""
        for stage, removals in self._removals:
            for first, rows in removals.rows.runs(worksize.SIZES.rows):
                why = removals.reasons(first, first + len(rows))
                if stage in WHOLE_STAGES or not len(self._withdrawn):
                    yield _Rows(stage, rows, why)
                    continue
                places = (rows[name].astype(np.int64) for name in ("document", "start", "end"))
                left = np.flatnonzero(~within(self._withdrawn, *places))
                yield _Rows(stage, rows.take(left), [why[i] for i in left.tolist()])

    def _named(self, part: _Rows) -> StageRows:
        """Return decisions with the ids of their documents."""
        rows = part.rows
        copied = rows["kept"] != NOWHERE
        numbers = distinct(np.concatenate((rows["document"], rows["kept"][copied])).astype(np.int64))
        names = dict(zip(numbers.tolist(), self._documents.names(numbers), strict=True))
        return StageRows(*part, names, self._lost(rows, copied))

    def _lost(self, rows: Array, copied: Array) -> list[Stage | None]:
        """The stage that removed all or part of each kept copy after all."""
        out: list[Stage | None] = [None] * len(rows)
        chosen = np.flatnonzero(copied)
        kept = rows["kept"][chosen].astype(np.int64)
        start, end = (rows[name][chosen].astype(np.int64) for name in ("kept_start", "kept_end"))
        for stage in LOSING_STAGES:
            if stage in self._whole:
                lost = self._whole[stage].has(kept)
            elif stage in self._lost_spans:
                spans = self._lost_spans[stage]
                near = gather(spans, self._lost_offsets[stage], distinct(kept))
                bounds = (near[name].astype(np.int64) for name in spans.kind.names or ())
                lost = overlapping(near[~within(self._withdrawn, *bounds)], kept, start, end)
            else:
                continue
            for i in chosen[lost].tolist():
                out[i] = stage
        return out

    def read_texts(self, numbers: Offsets) -> Iterator[str]:
        """Return texts of documents, as many at a time as are worked on together."""
        for first, last in runs(self._documents.size.take(numbers).astype(np.int64)):
            batch = self._documents.texts.read(numbers[first:last])
            yield from map(batch.text, range(len(batch)))
