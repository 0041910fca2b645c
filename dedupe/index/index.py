"""`Index`: a MinHash/LSH index, in memory or on disk, filled in increments and asked for near-duplicates."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from dedupe.documents import Corpus, Id, Texts, read_texts
from dedupe.duplicates.fingerprints import Signer
from dedupe.duplicates.groups import Assignment
from dedupe.duplicates.keep import keep_rank
from dedupe.duplicates.result import Duplicates
from dedupe.duplicates.settings import KEEP_RULES, Facts, KeepRule, Settings, resolve
from dedupe.duplicates.units import UnitTable, cut_batch
from dedupe.duplicates.verify import Found
from dedupe.errors import DuplicateIdError, IndexFileError, InputError
from dedupe.index.change import Change, Match, name_units
from dedupe.index.increments import Born, join_first
from dedupe.index.intake import changes_of, segment_of, take_in
from dedupe.index.manifest import MANIFEST, Parameters
from dedupe.index.regroup import regroup
from dedupe.index.search import Near, find_near
from dedupe.index.segment import encode_id, make_segment
from dedupe.index.snapshot import Snapshot, SnapshotTexts
from dedupe.index.store import FolderStore, MemoryStore, Store, compact, stage_segment
from dedupe.index.verify import verify_snapshot
from dedupe.lsh import Shingle
from dedupe.lsh import Unit as UnitName
from dedupe.parallel import ordered_map, thread_count
from dedupe.segmentation import ParagraphMode
from dedupe.sorting import distinct
from dedupe.text.columns import runs
from dedupe.text.encode import TextBatch

# Text that becomes one segment; a call may bring any number of them.
_ADD_BYTES = 64 << 20
# Numbers of units and documents are kept in 32 bits.
_MOST = (1 << 32) - 1


class Index:
    """Near-duplicate search over texts that come in increments, and the groups that they form.

    `Index(...)` lives in memory, `Index.open(path)` in a folder.

    Parameters
    ----------
    threshold : float, optional
        Smallest Jaccard similarity of a match; the default is that of `find_duplicates`.
    unit : {"document", "paragraph", "sentence"}, default "paragraph"
        What is indexed and compared.
    recall : float, default 0.99
        The probability with which a match at the threshold is found.
    shingle : str, optional
        `word:N` or `char:N`; the default is `char:5`.
    permutations : int, optional
        Limits the MinHash values that are computed.
    paragraphs : {"auto", "lines", "blank"}, default "auto"
        Where paragraphs end; see `segment`.
    facts : {"ignore", "apart"}, default "ignore"
        With `apart` texts that differ in what may be a fact are no matches; see `find_duplicates`.
    keep : {"first", "last", "longest", "shortest", "best"}, default "first"
        Which copy of a group stays; see `find_duplicates`.

    Notes
    -----
    The groups are those that `find_duplicates` forms of all texts in the index at once, in the order in which they
    came, whatever the increments were. With `keep="first"` a text that is kept stays kept; with another rule one
    that comes later may take its place, and `Change.superseded` says so. An id is a string or an integer.

    Examples
    --------
    >>> index = Index(unit="document")
    >>> index.add(["a"], ["The cat sat on the mat."]).kept
    (Unit(id='a', start=0, end=23),)
    >>> index.query(["the cat sat, on the mat"])[0].id
    'a'
    """

    def __init__(
        self,
        threshold: float | None = None,
        unit: UnitName = "paragraph",
        *,
        recall: float = 0.99,
        shingle: str | Shingle | None = None,
        permutations: int | None = None,
        paragraphs: ParagraphMode = "auto",
        facts: Facts = "ignore",
        keep: KeepRule = "first",
    ) -> None:
        _check_keep(keep)
        settings = resolve(unit, threshold, recall, shingle, permutations, facts)
        self._begin(MemoryStore(Parameters.of(settings, paragraphs, keep)), read_only=False)

    def _begin(self, store: Store, *, read_only: bool) -> None:
        self._store, self._read_only = store, read_only
        self._parameters = store.manifest.parameters
        self.settings: Settings = self._parameters.settings()
        self._snapshot = store.load()

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        threshold: float | None = None,
        unit: UnitName | None = None,
        recall: float | None = None,
        shingle: str | Shingle | None = None,
        permutations: int | None = None,
        paragraphs: ParagraphMode | None = None,
        facts: Facts | None = None,
        keep: KeepRule | None = None,
        read_only: bool = False,
    ) -> Index:
        """Open an index in a folder, or make one there.

        Parameters
        ----------
        path : path
            The folder.
        threshold, unit, recall, shingle, permutations, paragraphs, facts, keep
            As for a new `Index`. For one that is there they may be left out, and must be equal if given.
        read_only : bool, default False
            Open an index that is there without the right to change it. Any number of processes may; each sees
            the index as it was when it was opened. One process at a time may write.

        Raises
        ------
        IndexFileError
            The index was made with other parameters or another version, is damaged, is not there, or is being
            written by another process; the message says which.
        OutputError
            The folder cannot be written.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     with Index.open(f"{folder}/index", unit="document") as index:
        ...         _ = index.add(["a"], ["The cat sat on the mat."])
        ...     with Index.open(f"{folder}/index", read_only=True) as index:
        ...         index.query(["the cat sat, on the mat"])[0].similarity
        1.0
        """
        if keep is not None:
            _check_keep(keep)
        folder = Path(path)
        new = None
        if not read_only and not (folder / MANIFEST).exists():
            settings = resolve(
                unit or "paragraph",
                threshold,
                0.99 if recall is None else recall,
                shingle,
                permutations,
                facts or "ignore",
            )
            new = Parameters.of(settings, paragraphs or "auto", keep or "first")
        store = FolderStore(folder, new, read_only)
        try:
            known = store.manifest.parameters
            wanted: dict[str, Any] = {
                "unit": unit,
                "threshold": threshold,
                "recall": recall,
                "shingle": None if shingle is None else str(shingle),
                "facts": facts,
                "paragraphs": paragraphs,
                "keep": keep,
            }
            wanted = {name: value for name, value in wanted.items() if value is not None}
            if permutations is not None:
                own = resolve(known.unit, known.threshold, known.recall, known.shingle, permutations)
                wanted |= {"bands": own.bands.bands, "rows": own.bands.rows}
            known.check(wanted, str(folder))
            index = cls.__new__(cls)
            index._begin(store, read_only=read_only)
        except BaseException:
            store.close()
            raise
        return index

    def __len__(self) -> int:
        """How many documents are in the index."""
        return len(self._snapshot.documents())

    def __contains__(self, identity: Id) -> bool:
        try:
            return bool(self._snapshot.find_ids([encode_id(identity)])[0] >= 0)
        except InputError:
            return False

    def __iter__(self) -> Iterator[Id]:
        """The ids of all documents, in the order in which they came."""
        return iter(self._snapshot.ids(self._snapshot.documents()))

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let other processes write; the index can still be asked."""
        self._read_only = True
        self._store.close()

    def refresh(self) -> None:
        """See what other processes have written since a read-only index was opened."""
        if isinstance(self._store, FolderStore) and self._read_only:
            self._store.refresh()
            self._snapshot = self._store.load()

    def add(self, ids: Iterable[Id], texts: Iterable[str], *, threads: int | None = None) -> Change:
        """Add documents: all of them, or none where the call fails. They are on disk when it returns.

        Parameters
        ----------
        ids : iterable of str or int
            An id for each text.
        texts : iterable of str, or Arrow string column
            The texts.
        threads : int, optional
            Threads; the default is one for each CPU. They never change a result.

        Returns
        -------
        Change
            Which of the new units stay, what the others resemble, and which kept units were superseded.

        Raises
        ------
        DuplicateIdError
            An id is in the index already, or comes twice; nothing is added.
        InputError
            There are not as many ids as texts, a text is not a string, or an id is neither string nor integer.
        OutputError
            The disk is full or broken; the index is as it was before.
        """
        if isinstance(ids, str) or isinstance(texts, str):
            raise InputError("add takes lists: one id for each text")
        ids = list(ids)
        arrow = hasattr(texts, "__arrow_c_stream__") or hasattr(texts, "__arrow_c_array__")
        corpus = Corpus(ids, read_texts(texts if arrow else list(texts)).texts)
        if len(ids) != len(corpus.texts):
            raise InputError(f"{len(ids)} ids for {len(corpus.texts)} texts: give one for each")
        return self._extend(corpus, threads)

    def query(self, texts: Texts, *, limit: int | None = None, threads: int | None = None) -> list[Match]:
        """Find what in the index resembles the units of some texts.

        Parameters
        ----------
        texts : str, sequence of str, mapping, iterable of Document, or Arrow object
            The texts that are asked about; nothing is added.
        limit : int, optional
            How many matches of each unit are wanted at most; the default is all, copies of copies included.
        threads : int, optional
            Threads; they never change a result.

        Returns
        -------
        list of Match
            In the order of the queries, then by falling similarity, then in the order of the index. Scores are
            exact.
        """
        corpus = read_texts(texts)
        paragraphs, snapshot, signer = self._parameters.paragraphs, self._snapshot, Signer(self.settings)

        def work(run: tuple[int, int]) -> list[Match]:
            batch = corpus.texts.read(np.arange(*run))
            document, low, high, start, end = cut_batch(batch, self.settings.unit, paragraphs)
            own = TextBatch(batch.buffer, low, high)
            near = find_near(snapshot, self.settings, own, *signer.sign(own))
            if limit is not None:
                first = np.searchsorted(near.query, near.query)
                few = np.flatnonzero(np.arange(len(near.query)) - first < limit)
                near = Near(near.query[few], near.unit[few], near.similarity[few])
            columns = (document[near.query] + run[0], start[near.query], end[near.query], near.similarity)
            rows = zip(*(column.tolist() for column in columns), strict=True)
            found = name_units(snapshot, near.unit)
            return [
                Match(corpus.ids[i], a, b, *unit, similarity)
                for (i, a, b, similarity), unit in zip(rows, found, strict=True)
            ]

        parts = ordered_map(work, runs(corpus.texts.sizes()), thread_count(threads))
        return [match for part in parts for match in part]

    def remove(self, ids: Iterable[Id], *, threads: int | None = None) -> Change:
        """Remove documents; what resembled only them is kept from now on. Their texts go when segments merge.

        Raises
        ------
        InputError
            An id is not in the index; nothing is removed.
        OutputError
            The disk is full or broken; the index is as it was before.
        """
        if isinstance(ids, str):
            raise InputError("remove takes a list of ids")
        self._check_writable()
        ids = list(ids)
        numbers = self._snapshot.find_ids([encode_id(identity) for identity in ids])
        missing = [identity for identity, number in zip(ids, numbers.tolist(), strict=True) if number < 0]
        if missing:
            raise InputError(f"id {missing[0]!r} is not in the index, nor are {len(missing) - 1} more of the ids")
        removed = distinct(numbers)
        before, manifest = self._snapshot, self._store.manifest
        none = np.zeros(0, np.int64)
        no_keys = np.zeros((self.settings.bands.bands, 0), np.uint64)
        no_texts = TextBatch(np.zeros(0, np.uint8), none, none)
        born = Born(manifest.next_unit, [no_texts], no_keys, no_keys[0], none, np.zeros(0))
        with self._changing():
            decided = regroup(before, self.settings, self._parameters.keep, born, removed, thread_count(threads))
            segment = stage_segment(self._store, make_segment(removed=removed, **changes_of(decided)))
            snapshot = compact(self._store, before.extended(segment))
            self._store.commit(snapshot, manifest.next_unit, manifest.next_document)
        self._snapshot = snapshot
        return Change(snapshot, (born.first, born.first), decided.superseded, decided.promoted, decided.compared)

    def merge(self, other: Index, *, threads: int | None = None) -> Change:
        """Add all documents of another index, in their order, as one increment.

        Raises
        ------
        DuplicateIdError
            Both have a document of one id; nothing is added.
        IndexFileError
            The other was made with other parameters; the message says which.
        """
        other._parameters.check(asdict(self._parameters), "the other index")
        documents = other._snapshot.documents()
        corpus = Corpus(other._snapshot.ids(documents), SnapshotTexts(other._snapshot, documents))
        return self._extend(corpus, threads)

    def compact(self) -> None:
        """Merge everything into one segment, without what was removed; queries are fastest then."""
        self._check_writable()
        manifest = self._store.manifest
        with self._changing():
            snapshot = compact(self._store, self._snapshot, whole=True)
            self._store.commit(snapshot, manifest.next_unit, manifest.next_document)
        self._snapshot = snapshot

    def duplicates(self) -> Duplicates:
        """The groups of everything in the index, as `find_duplicates` answers: what is kept, groups, kept pairs.

        How many pairs were compared, and the fullest bucket, are not known here, and 0.
        """
        snapshot = self._snapshot
        documents, units = snapshot.documents(), snapshot.units()
        corpus = Corpus(snapshot.ids(documents), SnapshotTexts(snapshot, documents))
        places = np.searchsorted(documents, snapshot.values(units, "unit_document"))
        start, end = (snapshot.values(units, name) for name in ("unit_start", "unit_end"))
        table = UnitTable(corpus, self.settings.unit, places, start, end)
        owners = snapshot.owners(units)
        representative, kept = (np.searchsorted(units, numbers) for numbers in (owners.copy_of, owners.kept))
        stands = representative == np.arange(len(units))
        assignment = Assignment(
            np.where(stands, kept, np.arange(len(units))), np.where(stands, owners.similarity, 1.0)
        )
        members = np.flatnonzero(assignment.kept != np.arange(len(units)))
        return Duplicates(
            settings=self.settings,
            listed="kept",
            linkage="leader",
            compared=0,
            largest_bucket=0,
            _units=table,
            _old=0,
            _representative=representative,
            _rank=keep_rank(table, self._parameters.keep),
            _pinned=np.zeros(len(units), bool),
            _found=Found(assignment.kept[members], members, assignment.similarity[members], 0),
            _assignment=assignment,
        )

    def texts(self, ids: Iterable[Id]) -> list[str]:
        """The texts of documents, as they were added.

        Raises
        ------
        InputError
            An id is not in the index.
        """
        ids = list(ids)
        numbers = self._snapshot.find_ids([encode_id(identity) for identity in ids])
        if (numbers < 0).any():
            raise InputError(f"id {ids[int(np.argmin(numbers))]!r} is not in the index")
        distinct, place = np.unique(numbers, return_inverse=True)
        batch = self._snapshot.document_texts(distinct)
        return [batch.text(i) for i in place.tolist()]

    def info(self) -> Mapping[str, Any]:
        """Counts and parameters: documents, units, kept units, band keys, segments, bytes on disk."""
        snapshot = self._snapshot
        units = snapshot.units()
        own: dict[str, Any] = {
            "documents": len(self),
            "units": len(units),
            "kept": int((snapshot.owners(units).kept == units).sum()),
            "keys": sum(len(segment.key) for segment in snapshot.segments),
            "segments": len(snapshot.segments),
            "bytes": self._store.bytes() if isinstance(self._store, FolderStore) else 0,
        }
        return own | asdict(self._parameters)

    def verify(self) -> None:
        """Read everything once through: checksums of all files, and that what they say fits together.

        Raises
        ------
        IndexFileError
            Something is not as it was written; the message names the file.
        """
        if isinstance(self._store, FolderStore):
            self._store.verify()
        verify_snapshot(self._snapshot)

    def _extend(self, corpus: Corpus, threads: int | None) -> Change:
        self._check_writable()
        encoded = [encode_id(identity) for identity in corpus.ids]
        self._check_new(corpus.ids, encoded)
        workers, manifest = thread_count(threads), self._store.manifest
        before = snapshot = self._snapshot
        next_unit, next_document = manifest.next_unit, manifest.next_document
        superseded, promoted, compared = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
        with self._changing():
            for start, end in runs(corpus.texts.sizes(), _ADD_BYTES):
                intake = take_in(
                    encoded[start:end],
                    corpus,
                    np.arange(start, end),
                    self.settings,
                    self._parameters.paragraphs,
                    self._parameters.keep,
                    next_unit,
                    workers,
                )
                _check_room(next_document + end - start, next_unit + len(intake.born.folded))
                if self._parameters.keep == "first":
                    decided = join_first(snapshot, self.settings, intake.born, workers)
                else:
                    none = np.zeros(0, np.int64)
                    decided = regroup(snapshot, self.settings, self._parameters.keep, intake.born, none, workers)
                segment = stage_segment(self._store, segment_of(intake, decided, next_document))
                snapshot = compact(self._store, snapshot.extended(segment))
                next_unit += len(intake.born.folded)
                next_document += end - start
                superseded.append(decided.superseded)
                promoted.append(decided.promoted)
                compared += decided.compared
            self._store.commit(snapshot, next_unit, next_document)
        self._snapshot = snapshot
        events = (distinct(np.concatenate(numbers)) for numbers in (superseded, promoted))
        lost, won = (_moved(before, snapshot, numbers[numbers < manifest.next_unit]) for numbers in events)
        return Change(snapshot, (manifest.next_unit, next_unit), lost[0], won[1], compared)

    def _check_new(self, ids: Iterable[Id], encoded: list[bytes]) -> None:
        known = self._snapshot.find_ids(encoded)
        seen: set[bytes] = set()
        for identity, raw, number in zip(ids, encoded, known.tolist(), strict=True):
            if number >= 0 or raw in seen:
                where = "the index" if number >= 0 else "this call"
                raise DuplicateIdError(f"id {identity!r} is in {where} already: remove it there, or use another")
            seen.add(raw)

    def _check_writable(self) -> None:
        if self._read_only:
            raise IndexFileError("the index is open for reading only, or closed: open it again to change it")

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """What a change has put down goes again if it fails."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(OSError, IndexFileError):
                self._store.sweep()
            raise

    def __repr__(self) -> str:
        parameters = self._parameters
        return (
            f"<Index: {len(self):,} documents by {parameters.unit}, {parameters.shingle} at {parameters.threshold}>"
        )


def _moved(before: Snapshot, after: Snapshot, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of some units those that were kept and are not, and those that were not and are."""
    was, now = (snapshot.owners(units).kept == units for snapshot in (before, after))
    return units[was & ~now], units[~was & now]


def _check_keep(keep: str) -> None:
    if keep not in KEEP_RULES:
        raise InputError(f"keep={keep!r} is none of {', '.join(KEEP_RULES)}: an index can keep only by these")


def _check_room(documents: int, units: int) -> None:
    if max(documents, units) > _MOST:
        raise InputError(
            f"an index holds {_MOST:,} documents and units in all, removed ones included: begin another one"
        )
