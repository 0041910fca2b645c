"""`Index`: a MinHash/LSH index in memory, filled in parts and asked for near-duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from dedupe import backend
from dedupe.documents import Corpus, Id, Texts, Unit, read_texts
from dedupe.duplicates.fingerprints import shingle_sets, sign_corpus
from dedupe.duplicates.settings import Settings, resolve
from dedupe.errors import DuplicateIdError, InputError
from dedupe.fingerprint.hashing import U64
from dedupe.lsh import Shingle
from dedupe.lsh import Unit as UnitName
from dedupe.parallel import thread_count
from dedupe.segmentation import ParagraphMode


class Match(NamedTuple):
    """A unit of a query and a unit in the index that resembles it."""

    query: Id
    query_start: int
    query_end: int
    id: Id
    start: int
    end: int
    similarity: float


class Index:
    """Near-duplicate search over texts that come in parts.

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

    Notes
    -----
    Shingle sets are held for exact scores: about eight bytes a character. Texts themselves are not kept.

    Examples
    --------
    >>> index = Index(unit="document")
    >>> index.add(["a"], ["The cat sat on the mat."])
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
    ) -> None:
        self.settings: Settings = resolve(unit, threshold, recall, shingle, permutations)
        self._paragraphs = paragraphs
        self._ids: set[Id] = set()
        self._units: list[Unit] = []
        self._sets: list[U64] = []
        self._buckets: list[dict[int, list[int]]] = [{} for _ in range(self.settings.bands.bands)]

    def __len__(self) -> int:
        """How many units are in the index."""
        return len(self._units)

    def __contains__(self, identity: Id) -> bool:
        return identity in self._ids

    def add(self, ids: Iterable[Id], texts: Iterable[str], *, threads: int | None = None) -> None:
        """Add documents.

        Raises
        ------
        DuplicateIdError
            An id is in the index already, or comes twice; nothing is added.
        InputError
            There are not as many ids as texts, or a text is not a string.
        """
        if isinstance(ids, str) or isinstance(texts, str):
            raise InputError("add takes lists: one id for each text")
        ids = list(ids)
        corpus = read_texts(list(texts))
        if len(ids) != len(corpus):
            raise InputError(f"{len(ids)} ids for {len(corpus)} texts: give one for each")
        seen: set[Id] = set()
        for identity in ids:
            if identity in self._ids or identity in seen:
                where = "the index" if identity in self._ids else "this call"
                raise DuplicateIdError(f"id {identity!r} is in {where} already: remove it there, or use another")
            seen.add(identity)
        for unit, keys, shingles in self._prepare(Corpus(ids, corpus.texts), threads):
            number = len(self._units)
            self._units.append(unit)
            self._sets.append(shingles)
            for bucket, key in zip(self._buckets, keys, strict=True):
                bucket.setdefault(key, []).append(number)
        self._ids |= seen

    def query(self, texts: Texts, *, threads: int | None = None) -> list[Match]:
        """Find what in the index resembles the units of some texts.

        Returns
        -------
        list of Match
            In the order of the queries, then by falling similarity, then in the order of the index. Scores are
            exact on 64-bit shingle hashes.
        """
        matches: list[Match] = []
        for unit, keys, shingles in self._prepare(read_texts(texts), threads):
            near = sorted({n for bucket, key in zip(self._buckets, keys, strict=True) for n in bucket.get(key, ())})
            if not near:
                continue
            similarity = self._similarities(shingles, near)
            for i in np.argsort(-similarity, kind="stable").tolist():
                if similarity[i] >= self.settings.threshold:
                    found = self._units[near[i]]
                    matches.append(
                        Match(unit.id, unit.start, unit.end, found.id, found.start, found.end, float(similarity[i]))
                    )
        return matches

    def _prepare(self, corpus: Corpus, threads: int | None) -> Iterable[tuple[Unit, Sequence[int], U64]]:
        """Unit, band keys and shingles of every unit that has tokens."""
        units, prints = sign_corpus(corpus, self.settings, self._paragraphs, thread_count(threads))
        values, offsets = shingle_sets(units.batches(), self.settings)
        keys = np.concatenate(prints.parts, axis=1).T if prints.parts else np.zeros((0, 0), np.uint64)
        for i in np.flatnonzero(prints.folded).tolist():
            yield units.reference(i), keys[i].tolist(), values[offsets[i] : offsets[i + 1]].copy()

    def _similarities(self, shingles: U64, near: Sequence[int]) -> Any:
        sets = [shingles, *(self._sets[n] for n in near)]
        sizes = np.array([len(s) for s in sets], np.int64)
        offsets = np.zeros(len(sets) + 1, np.int64)
        np.cumsum(sizes, out=offsets[1:])
        others = np.arange(1, len(sets))
        shared = backend.overlaps(np.concatenate(sets), offsets, np.zeros(len(near), np.int64), others)
        return shared / (sizes[0] + sizes[1:] - shared)
