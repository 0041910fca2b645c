"""`Index`: a MinHash/LSH index, in memory or on disk, filled in increments and asked for near-duplicates."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from dedupe.arguments import as_list, check_flags, check_number, check_paths
from dedupe.columns import runs
from dedupe.documents import Corpus, Id, Texts, read_texts
from dedupe.duplicates.export import Scheme
from dedupe.duplicates.fingerprints import Signer
from dedupe.duplicates.result import Duplicates
from dedupe.duplicates.settings import Settings
from dedupe.errors import IndexFileError, InputError
from dedupe.index.change import Change, Match, name_units
from dedupe.index.contents import duplicates_of
from dedupe.index.export import fill_datasketch
from dedupe.index.opening import make_parameters, open_store
from dedupe.index.search import NearUnits, find_near
from dedupe.index.segment import encode_id
from dedupe.index.snapshot import Snapshot, SnapshotTexts
from dedupe.index.store import FolderStore, MemoryStore, Store
from dedupe.index.verify import verify_snapshot
from dedupe.index.writer import Writer
from dedupe.job import Facts, KeepRule, ParagraphMode, UnitName
from dedupe.lsh import Shingle
from dedupe.parallel import ordered_map, thread_count
from dedupe.sorting import distinct
from dedupe.text.display import counted
from dedupe.text.encode import TextBatch
from dedupe.units import cut_batch


class Index:
    """Near-duplicate search over texts that come in increments, and their groups.

    `Index(...)` is held in memory, `Index.open(path)` in a folder.

    Parameters
    ----------
    threshold : float, optional
        Smallest Jaccard similarity of a match; the default is that of `find_duplicates`.
    unit : {"document", "paragraph", "sentence"}, default "paragraph"
        The units to index and compare.
    recall : float, default 0.99
        The probability of finding a match at the threshold.
    shingle : str, optional
        `word:N` or `char:N`; the default is `char:5`.
    permutations : int, optional
        The most MinHash values to compute.
    paragraphs : {"auto", "lines", "blank"}, default "auto"
        Where paragraphs end; see `segment`.
    facts : {"ignore", "apart"}, default "ignore"
        `apart`: texts that differ in a possible fact do not match; see `find_duplicates`.
    keep : {"first", "last", "longest", "shortest", "best"}, default "first"
        The rule for the kept copy of a group; see `find_duplicates`.

    Notes
    -----
    The groups equal those that `find_duplicates` forms of all texts at once, in the order in which they came,
    whatever the increments were. With `keep="first"` a kept text stays kept. With another rule a later text may
    replace it, and `Change.superseded` lists it. An id is a string or an integer.

    Any number of threads may use one index. Changes run one after the other; a query sees the index as it is when
    the query starts. After `fork` only the process that opened a folder may write to it. A pickled index of a
    folder opens again for reading.

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
        parameters = make_parameters(
            unit=unit,
            threshold=threshold,
            recall=recall,
            shingle=shingle,
            permutations=permutations,
            paragraphs=paragraphs,
            facts=facts,
            keep=keep,
        )
        self._begin(MemoryStore(parameters), read_only=False)

    def _begin(self, store: Store, *, read_only: bool) -> None:
        self._store, self._read_only = store, read_only
        # Whoever changes the index or the store holds it; questions are asked of a snapshot.
        self._changing = threading.RLock()
        self._now: Snapshot | None = None
        try:
            self._parameters = store.manifest.parameters
            self.settings: Settings = self._parameters.settings()
            self._now = store.load()
        except BaseException:
            store.close()
            raise
        # An index that nobody has any more holds no lock.
        weakref.finalize(self, store.close)
        _LIVING.add(self)

    @property
    def _snapshot(self) -> Snapshot:
        if self._now is None:
            raise IndexFileError("the index is closed: open it again")
        return self._now

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
        create: bool = True,
    ) -> Index:
        """Open the index in a folder, or create one there.

        Parameters
        ----------
        path : path
            The folder.
        threshold, unit, recall, shingle, permutations, paragraphs, facts, keep
            As for a new `Index`. For an existing index they may be left out; if given, they must be equal.
        read_only : bool, default False
            Open an existing index for reading only. Any number of processes may read; each sees the index as it
            was when opened. One process at a time may write.
        create : bool, default True
            Create a missing index; with False a missing index is an error.

        Raises
        ------
        IndexFileError
            The index has other parameters or another version, is damaged or missing, or another process is
            writing it; the message says which.
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
        check_paths(path=path)
        check_flags(read_only=read_only, create=create)
        wanted = {
            "unit": unit,
            "threshold": threshold,
            "recall": recall,
            "shingle": shingle,
            "permutations": permutations,
            "paragraphs": paragraphs,
            "facts": facts,
            "keep": keep,
        }
        store = open_store(
            Path(path),
            {name: value for name, value in wanted.items() if value is not None},
            read_only=read_only,
            create=create,
        )
        index = cls.__new__(cls)
        index._begin(store, read_only=read_only)
        return index

    def __len__(self) -> int:
        """Return how many documents are in the index."""
        return len(self._snapshot.documents())

    def __contains__(self, identity: Id) -> bool:
        try:
            return bool(self._snapshot.find_ids([encode_id(identity)])[0] >= 0)
        except InputError:
            return False

    def __iter__(self) -> Iterator[Id]:
        """Yield the ids of all documents, in the order in which they came."""
        snapshot = self._snapshot
        return iter(snapshot.ids(snapshot.documents()))

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index and let other processes write. Later queries and changes fail."""
        with self._changing:
            self._now = None
            self._store.close()

    def __reduce__(self) -> tuple[Callable[[str], Index], tuple[str]]:
        """Pickle the folder, to be opened for reading; an index in memory cannot be pickled."""
        if self._now is not None and isinstance(self._store, FolderStore):
            return _reopen, (str(self._store.folder.absolute()),)
        raise TypeError(
            "only an open index in a folder can be pickled, or copied: it opens again for reading. "
            "Put this one into a folder with Index.open(path) and merge"
        )

    def refresh(self) -> None:
        """Load changes of other processes into a read-only index."""
        with self._changing:
            _ = self._snapshot
            if isinstance(self._store, FolderStore) and self._read_only:
                self._store.refresh()
                self._now = self._store.load()

    def add(self, ids: Iterable[Id], texts: Iterable[str], *, threads: int | None = None) -> Change:
        """Add documents: all of them, or none if the call fails. They are on disk when it returns.

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
            The kept new units, the matches of the others, and the superseded kept units.

        Raises
        ------
        DuplicateIdError
            An id is in the index already, or comes twice; nothing is added. `7` and `"7"` are one id: results
            show them alike.
        InputError
            The numbers of ids and texts differ, a text is not a string, or an id is neither string nor integer.
        OutputError
            The disk is full or broken; the index is as it was before.
        """
        ids = as_list("ids", ids)
        arrow = hasattr(texts, "__arrow_c_stream__") or hasattr(texts, "__arrow_c_array__")
        corpus = Corpus(ids, read_texts(texts if arrow else as_list("texts", texts)).texts)
        if len(ids) != len(corpus.texts):
            raise InputError(f"{len(ids)} ids for {len(corpus.texts)} texts: give one for each")
        return self._change(lambda writer: writer.extend(corpus), threads)

    def query(self, texts: Texts, *, limit: int | None = None, threads: int | None = None) -> list[Match]:
        """Find units in the index that resemble the units of some texts.

        Parameters
        ----------
        texts : str, sequence of str, mapping, iterable of Document, or Arrow object
            The query texts; nothing is added.
        limit : int, optional
            The most matches of each unit, at least 1; the default is all, copies of copies included.
        threads : int, optional
            Threads; they never change a result.

        Returns
        -------
        list of Match
            The matches in the order of the queries, then by falling similarity, then in the order of the index.
            Scores are exact.
        """
        if limit is not None:
            check_number("limit", limit, int, least=1)
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
                near = NearUnits(near.query[few], near.unit[few], near.similarity[few])
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
        """Remove documents; units that resembled only them become kept. Merging segments removes their texts.

        Raises
        ------
        InputError
            An id is not in the index; nothing is removed.
        OutputError
            The disk is full or broken; the index is as it was before.
        """
        ids = as_list("ids", ids)
        encoded = [encode_id(identity) for identity in ids]

        def work(writer: Writer) -> Change:
            numbers = self._snapshot.find_ids(encoded)
            missing = [identity for identity, number in zip(ids, numbers.tolist(), strict=True) if number < 0]
            if missing:
                more = f", nor are {len(missing) - 1:,} other ids" if len(missing) > 1 else ""
                raise InputError(f"id {missing[0]!r} is not in the index{more}; nothing was removed")
            return writer.remove(distinct(numbers))

        return self._change(work, threads)

    def merge(self, other: Index, *, threads: int | None = None) -> Change:
        """Add all documents of another index, in their order, as one increment.

        Raises
        ------
        DuplicateIdError
            Both have a document with one id; nothing is added.
        IndexFileError
            The other index has other parameters; the message says which.
        """
        if not isinstance(other, Index):
            raise InputError(f"other is {type(other).__name__}, no Index: open one with Index.open")
        other._parameters.check(asdict(self._parameters), "the other index")
        snapshot = other._snapshot
        documents = snapshot.documents()
        corpus = Corpus(snapshot.ids(documents), SnapshotTexts(snapshot, documents))
        return self._change(lambda writer: writer.extend(corpus), threads)

    def compact(self) -> None:
        """Merge everything into one segment, without removed documents; then queries are fastest.

        Raises
        ------
        IndexFileError
            A file is not as it was written; all files stay as they are.
        """
        self._change(Writer.compact, 1, rewrites=True)

    def duplicates(self) -> Duplicates[Any]:
        """Return the kept units, groups and kept pairs of the whole index, as `find_duplicates` does.

        The number of compared pairs and the size of the fullest bucket are unknown here, and 0.
        """
        return duplicates_of(self._snapshot, self.settings, self._parameters.keep)

    def to_datasketch(
        self,
        scheme: Scheme = "affine32",
        storage_config: Mapping[str, Any] | None = None,
        *,
        permutations: int | None = None,
        seed: int = 1,
        threads: int | None = None,
    ) -> Any:
        """Return the units in an index of datasketch, such as one on a Redis server that machines share.

        Parameters
        ----------
        scheme : {"affine32", "legacy"}, default "affine32"
            The signing scheme of datasketch. The stored texts are signed anew, without values of this index.
        storage_config : mapping, optional
            As `datasketch.MinHashLSH` takes it, for example
            `{"type": "redis", "basename": b"corpus", "redis": {"host": "localhost", "port": 6379}}`; the default
            is memory.
        permutations : int, optional
            `num_perm`; the default is the number that the bands need.
        seed : int, default 1
            The seed of the sketches.
        threads : int, optional
            Threads for signing.

        Returns
        -------
        datasketch.MinHashLSH
            It has the bands of this index, and nothing is pickled. Keys are bytes: the id of a document, or
            `id<tab>start<tab>end` of a smaller unit. Query it with sketches of `to_datasketch` with equal shingle,
            permutations, seed and scheme. It finds candidates; check their similarity.

        Examples
        --------
        >>> from dedupe.integrations.datasketch import to_datasketch
        >>> index = Index(unit="document")
        >>> _ = index.add(["a"], ["The cat sat on the mat."])
        >>> shared = index.to_datasketch()
        >>> asked = to_datasketch("the cat sat, on the mat", shingle="char:5", permutations=shared.h)
        >>> shared.query(asked[0])
        [b'a']
        """
        return fill_datasketch(
            self._snapshot, self.settings, scheme, permutations, seed, storage_config, thread_count(threads)
        )

    def texts(self, ids: Iterable[Id]) -> list[str]:
        """Return the texts of documents, as they were added.

        Raises
        ------
        InputError
            An id is not in the index.
        """
        ids, snapshot = as_list("ids", ids), self._snapshot
        numbers = snapshot.find_ids([encode_id(identity) for identity in ids])
        if (numbers < 0).any():
            raise InputError(f"id {ids[int(np.argmin(numbers))]!r} is not in the index")
        distinct, place = np.unique(numbers, return_inverse=True)
        batch = snapshot.document_texts(distinct)
        return [batch.text(i) for i in place.tolist()]

    def info(self) -> Mapping[str, Any]:
        """Return counts and parameters: documents, units, kept units, band keys, segments, bytes on disk."""
        snapshot = self._snapshot
        units = snapshot.units()
        own: dict[str, Any] = {
            "documents": len(snapshot.documents()),
            "units": len(units),
            "kept": int((snapshot.owners(units).kept == units).sum()),
            "keys": sum(len(segment.key) for segment in snapshot.segments),
            "segments": len(snapshot.segments),
            "bytes": self._store.bytes_on_disk() if isinstance(self._store, FolderStore) else 0,
        }
        return own | asdict(self._parameters)

    def verify(self) -> None:
        """Read everything once; check the checksums of all files, and that their contents agree.

        Raises
        ------
        IndexFileError
            A file is not as it was written; the message names it.
        """
        with self._changing:
            snapshot = self._snapshot
            self._store.verify(snapshot)
            verify_snapshot(snapshot)

    def _change(self, work: Callable[[Writer], Change], threads: int | None, *, rewrites: bool = False) -> Change:
        # Asked before the lock is, which another thread may have held when this process was forked.
        self._store.check_process()
        with self._changing:
            snapshot = self._snapshot
            if self._read_only:
                raise IndexFileError("the index is open for reading only: open it again to change it")
            if not rewrites:
                self._store.check_format()
            change = work(Writer(self._store, snapshot, self._parameters, thread_count(threads)))
            self._now = change.snapshot
            return change

    def __repr__(self) -> str:
        parameters, snapshot = self._parameters, self._now
        count = "closed" if snapshot is None else counted(len(snapshot.documents()), "document")
        return f"<Index: {count} by {parameters.unit}, {parameters.shingle} at {parameters.threshold}>"


def _reopen(path: str) -> Index:
    """Return the index of a pickle."""
    return Index.open(path, read_only=True)


_LIVING: weakref.WeakSet[Index] = weakref.WeakSet()


def _after_fork() -> None:
    """Replace locks in a forked process, since another thread may have held one."""
    for index in list(_LIVING):
        index._changing = threading.RLock()


# Windows has no fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
