"""`find_passages` of corpora larger than memory; what is found is held in memory, the texts are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import overload

import numpy as np

from dedupe import worksize
from dedupe.cleaning.across import PASSAGE, Anchored, find_anchors, find_regions_across
from dedupe.documents import Corpus, Id
from dedupe.errors import InputError
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.sources import Source
from dedupe.job import PassageOptions
from dedupe.kernels.records import Stretches
from dedupe.outofcore.documents import PackedDocuments
from dedupe.outofcore.estimate import Estimate, estimate_passages
from dedupe.outofcore.run import RunLimits, begin, describe, read_for_run
from dedupe.parallel import thread_count
from dedupe.passages.find import Search, grouped
from dedupe.passages.place import Placed
from dedupe.passages.result import Passages
from dedupe.spans import Spans
from dedupe.store.bits import Bits
from dedupe.store.columns import Array
from dedupe.text.encode import Offsets
from dedupe.units import UnitTable


class DocumentNames(Sequence[Id]):
    """The ids of documents, of which `known` are read at once."""

    def __init__(self, documents: PackedDocuments, known: Offsets) -> None:
        self._documents = documents
        self._known = dict(zip(known.tolist(), documents.names(known), strict=True))

    def __len__(self) -> int:
        return self._documents.count

    @overload
    def __getitem__(self, i: int) -> Id: ...
    @overload
    def __getitem__(self, i: slice) -> list[Id]: ...
    def __getitem__(self, i: int | slice) -> Id | list[Id]:
        if isinstance(i, slice):
            return [self[number] for number in range(len(self))[i]]
        number = range(len(self))[i]
        return self._known[number] if number in self._known else self._documents.names(np.array([number]))[0]

    def __iter__(self) -> Iterator[Id]:
        for first in range(0, len(self), worksize.SIZES.documents):
            yield from self._documents.names(np.arange(first, min(first + worksize.SIZES.documents, len(self))))


@contextmanager
def find_passages_in_files(
    sources: Sequence[Source],
    fields: Fields,
    job: PassageOptions,
    *,
    max_memory: int | str,
    workdir: str | Path | None = None,
    strict: bool = False,
    step: Callable[[str], object] | None = None,
    read: Callable[[int, int], object] | None = None,
    announce: Callable[[Estimate], object] | None = None,
) -> Iterator[tuple[Passages, Offsets, FileCorpus]]:
    """Find passages within a limit of memory.

    Parameters
    ----------
    sources, fields, strict
        As for `find_in_files`.
    job : PassageOptions
        The options of the search.
    max_memory, workdir, step, read, announce
        As for `decide_in_files`.

    Yields
    ------
    (Passages, int64 array, FileCorpus)
        The passages (their texts can be read inside the block), the code points of each document, and the contents
        of each input.

    Raises
    ------
    InputError
        The limit is not a size or is too small, an input is not usable, or documents have an order of their own.
        Also if the folder holds a stopped run of other inputs or options.
    OutputError
        There is no room for the work files, or another run uses the folder.
    """
    if fields.order is not None:
        raise InputError(
            "`order=` sorts documents, whose passages are then found in memory: leave `max_memory=` out"
        )
    threads, what = thread_count(job.threads), describe("passages", job, fields, sources)
    wanted = Search(job.min_length, job.similarity, job.preset, within=job.within, across=job.across, snap=job.snap)
    limits = RunLimits(max_memory, workdir, step, announce)
    with begin(
        limits, lambda budget: estimate_passages(sources, fields, budget, threads), what, sources, {}
    ) as run:
        stages, budget, say = run
        scanned = read_for_run(run, sources, fields, threads=threads, strict=strict, read=read)
        say("aligning")
        documents = scanned.documents
        none = Bits(documents.count)
        anchored = stages.run(
            "2-anchors",
            Anchored,
            lambda folder: find_anchors(
                documents, scanned.end, none, _nothing, wanted, None, folder, budget.bits, threads, kind=PASSAGE
            ),
        )
        found = [anchored.regions.read(0, len(anchored.regions))]
        if job.across:
            say("comparing passages")
            folder = stages.folder_of("passages")
            across = find_regions_across(documents, anchored, wanted, folder, budget, threads)
            found.append(across.read(0, len(across)))
        rows = np.concatenate(found)
        known = np.unique(np.concatenate((rows["a"], rows["b"]))).astype(np.int64)
        lengths = scanned.end.read(0, len(scanned.end)).astype(np.int64)
        corpus = Corpus(DocumentNames(documents, known), documents.texts)
        table = UnitTable(corpus, "document", np.arange(len(lengths)), np.zeros(len(lengths), np.int64), lengths)
        yield grouped(table, _placed(rows), job.similarity, within=job.within), lengths, documents.found


def _nothing() -> Callable[[int], dict[int, Spans]]:
    """Nothing is removed of any document."""
    return lambda document: {}


def _placed(rows: Array) -> Placed:
    """Rows of `PASSAGE` as stretches that face each other."""
    a, b = (
        Stretches(*(rows[name].astype(np.int64) for name in (side, f"{side}_start", f"{side}_end")))
        for side in ("a", "b")
    )
    return Placed(a, b, rows["matched"].astype(np.int64), rows["tokens"].astype(np.int64))
