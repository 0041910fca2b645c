"""Changes of an index: each is decided, put down and committed as a whole, or leaves no trace."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import numpy as np

from dedupe.columns import runs
from dedupe.documents import Corpus, Id
from dedupe.errors import DuplicateIdError, IndexFileError, InputError
from dedupe.index.change import Change
from dedupe.index.increments import Born, ChangedGroups, join_first
from dedupe.index.intake import changes_of, segment_of, take_in
from dedupe.index.manifest import Parameters
from dedupe.index.regroup import regroup
from dedupe.index.segment import decode_id, encode_id, forms_of, make_segment
from dedupe.index.snapshot import Snapshot
from dedupe.index.store import Store, compact, stage_segment
from dedupe.sorting import distinct
from dedupe.text.encode import Offsets, TextBatch

# Text that becomes one segment; a change may bring any number of them.
_ADD_BYTES = 64 << 20
# Numbers of units and documents are kept in 32 bits.
_MOST = (1 << 32) - 1
_NONE = np.zeros(0, np.int64)


class Writer:
    """One change of an index, from the snapshot that it begins with."""

    def __init__(self, store: Store, snapshot: Snapshot, parameters: Parameters, threads: int) -> None:
        self._store, self._before, self._parameters, self._threads = store, snapshot, parameters, threads
        self._settings = parameters.settings()
        self._first = store.manifest.next_unit

    def extend(self, corpus: Corpus) -> Change:
        """Add documents."""
        encoded = [encode_id(identity) for identity in corpus.ids]
        self._check_new(corpus.ids, encoded)
        snapshot, decisions = self._before, []
        unit, document = self._first, self._store.manifest.next_document
        with self._changing():
            for start, end in runs(corpus.texts.sizes(), _ADD_BYTES):
                intake = take_in(
                    encoded[start:end],
                    corpus,
                    np.arange(start, end),
                    self._settings,
                    self._parameters.paragraphs,
                    self._parameters.keep,
                    unit,
                    self._threads,
                )
                decided = self._decide(snapshot, intake.born, _NONE)
                segment = stage_segment(self._store, segment_of(intake, decided, document))
                snapshot = compact(self._store, snapshot.extended(segment))
                unit += len(intake.born.folded)
                document += end - start
                _check_room(document, unit)
                decisions.append(decided)
            self._store.commit(snapshot, unit, document)
        return self._changed(snapshot, unit, decisions)

    def remove(self, documents: Offsets) -> Change:
        """Remove documents by their numbers, which ascend."""
        keys = np.zeros((self._settings.bands.bands, 0), np.uint64)
        texts = TextBatch(np.zeros(0, np.uint8), _NONE, _NONE)
        with self._changing():
            decided = self._decide(
                self._before, Born(self._first, [texts], keys, keys[0], _NONE, np.zeros(0)), documents
            )
            segment = stage_segment(self._store, make_segment(removed=documents, **changes_of(decided)))
            snapshot = compact(self._store, self._before.extended(segment))
            self._store.commit(snapshot, self._first, self._store.manifest.next_document)
        return self._changed(snapshot, self._first, [decided])

    def compact(self) -> Change:
        """Merge all segments."""
        with self._changing():
            # A single segment is read by nothing else here.
            self._store.verify(self._before)
            snapshot = compact(self._store, self._before, whole=True)
            self._store.commit(snapshot, self._first, self._store.manifest.next_document)
        return self._changed(snapshot, self._first, [])

    def _decide(self, snapshot: Snapshot, born: Born, removed: Offsets) -> ChangedGroups:
        if self._parameters.keep == "first" and not len(removed):
            return join_first(snapshot, self._settings, born, self._threads)
        return regroup(snapshot, self._settings, self._parameters.keep, born, removed, self._threads)

    def _changed(self, snapshot: Snapshot, end: int, decisions: Sequence[ChangedGroups]) -> Change:
        superseded = distinct(np.concatenate([_NONE, *(decided.superseded for decided in decisions)]))
        promoted = distinct(np.concatenate([_NONE, *(decided.promoted for decided in decisions)]))
        # What came with this change has not been anything before it.
        superseded, promoted = (units[units < self._first] for units in (superseded, promoted))
        return Change(
            snapshot,
            (self._first, end),
            superseded[_is_kept(self._before, superseded) & ~_is_kept(snapshot, superseded)],
            promoted[~_is_kept(self._before, promoted) & _is_kept(snapshot, promoted)],
            sum(decided.compared for decided in decisions),
        )

    def _check_new(self, ids: Sequence[Id], encoded: Sequence[bytes]) -> None:
        here: set[bytes] = set()
        for identity, raw in zip(ids, encoded, strict=True):
            # Without the letter of its type: `7` and `"7"` are one.
            if raw[1:] in here:
                raise DuplicateIdError(f"id {identity!r} comes twice in this call: give each document its own")
            here.add(raw[1:])
        places = [i for i, raw in enumerate(encoded) for _ in forms_of(raw)]
        forms = [form for raw in encoded for form in forms_of(raw)]
        for i, form, number in zip(places, forms, self._before.find_ids(forms).tolist(), strict=True):
            if number >= 0:
                known = "" if form == encoded[i] else f" as {decode_id(form)!r}"
                raise DuplicateIdError(
                    f"id {ids[i]!r} is in the index already{known}: remove it there, or use another"
                )

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Remove what a change has put down if it fails."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(OSError, IndexFileError):
                self._store.sweep()
            raise


def _is_kept(snapshot: Snapshot, units: Offsets) -> np.ndarray:
    kept: np.ndarray = snapshot.owners(units).kept == units
    return kept


def _check_room(documents: int, units: int) -> None:
    if max(documents, units) > _MOST:
        raise InputError(
            f"an index holds {_MOST:,} documents and units in all, removed ones included: begin another one"
        )
