"""`find_duplicates`: texts in, verified and grouped near-duplicates out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from dedupe import backend
from dedupe.documents import Texts, read_texts
from dedupe.duplicates.candidates import Cluster, Mask, bucket, bucket_pairs, clusters, collapse
from dedupe.duplicates.fingerprints import Fingerprints, Progress, sign_corpus, sign_units
from dedupe.duplicates.groups import Assignment, group_pairs, keep_rank
from dedupe.duplicates.result import Duplicates
from dedupe.duplicates.settings import Keep, Settings, resolve
from dedupe.duplicates.units import UnitTable
from dedupe.duplicates.verify import Floats, jaccard
from dedupe.errors import InputError
from dedupe.fingerprint.reference import PlacedSets
from dedupe.lsh import Shingle, Unit
from dedupe.parallel import ordered_map, thread_count
from dedupe.segmentation import ParagraphMode
from dedupe.text.encode import Offsets

# Characters of text whose exact comparison is in memory at a time, for each thread, if no cluster is larger.
CLUSTER_TEXT = 1 << 20


def find_duplicates(
    texts: Texts,
    *,
    unit: Unit = "document",
    threshold: float | None = None,
    recall: float = 0.99,
    shingle: str | Shingle | None = None,
    permutations: int | None = None,
    keep: Keep = "first",
    pairs: Literal["kept", "all"] = "kept",
    paragraphs: ParagraphMode = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Duplicates:
    """Find near-duplicate documents, paragraphs or sentences, and say which copy to keep.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or Arrow object
        The documents. Ids are positions, the mapping's keys, or the documents' own.
    unit : {"document", "paragraph", "sentence"}, default "document"
        What is compared. Units below documents are compared inside one document as well as across.
    threshold : float, optional
        Smallest Jaccard similarity of the shingle sets of two near-duplicates. The default is conservative:
        0.85 for documents, 0.9 for paragraphs and sentences.
    recall : float, default 0.99
        The probability with which a pair *at* the threshold is found; more similar pairs are found more
        surely. Precision is always exact.
    shingle : str, optional
        `word:N` or `char:N`; the default is `char:5`, over the folded text.
    permutations : int, optional
        Limits the MinHash values that are computed; `result.settings.bands.recall(threshold)` tells what
        recall that buys.
    keep : {"first", "last", "longest", "shortest"} or function
        Which copy stays: by input order, by code points, or the one for whose text the function is largest.
    pairs : {"kept", "all"}, default "kept"
        Which pairs the result lists: removed units with their kept copies, or all at the threshold.
    paragraphs : {"auto", "lines", "blank"}, default "auto"
        Where paragraphs end; see `segment`.
    threads : int, optional
        Threads for signing; the default is one for each CPU. They never change a result.
    progress : function, optional
        Called with the number of units that have just been signed.

    Returns
    -------
    Duplicates
        `.kept`, `.groups`, `.pairs`, `.at(threshold)` and conversion to Arrow.

    Raises
    ------
    InputError
        An argument is out of range, or a text is not a string.
    DuplicateIdError
        Two documents have the same id.

    Notes
    -----
    Texts that are equal after folding are copies, whatever their length. A text with fewer tokens or
    characters than a shingle has one shingle, all of it, and so equals only its like; a text without letters
    and digits equals nothing.

    References
    ----------
    Broder, "On the resemblance and containment of documents", 1997.

    Examples
    --------
    >>> result = find_duplicates(["The cat sat on the mat.", "Dogs bark.", "the cat sat on the mat"])
    >>> result.kept
    (0, 1)
    >>> result.pairs[0][:3]
    (0, 2, 1.0)
    """
    if pairs not in ("kept", "all"):
        raise InputError(f"pairs={pairs!r} is neither kept nor all")
    settings = resolve(unit, threshold, recall, shingle, permutations)
    workers = thread_count(threads)
    units, prints = sign_corpus(read_texts(texts), settings, paragraphs, workers, progress)
    return compare_signed(units, prints, settings, keep=keep, pairs=pairs, threads=workers)


def compare_units(
    units: UnitTable,
    settings: Settings,
    *,
    keep: Keep = "first",
    pinned: Mask | None = None,
    threads: int | None = None,
) -> Duplicates:
    """Find near-duplicates among units that are already cut.

    `pinned` units are never members of a group; they are the first choice as the kept copy of others.
    """
    workers = thread_count(threads)
    prints = sign_units(units, settings, workers)
    return compare_signed(units, prints, settings, keep=keep, pinned=pinned, threads=workers)


def compare_signed(
    units: UnitTable,
    prints: Fingerprints,
    settings: Settings,
    *,
    keep: Keep = "first",
    pairs: Literal["kept", "all"] = "kept",
    pinned: Mask | None = None,
    threads: int = 1,
) -> Duplicates:
    """Find near-duplicates among units whose fingerprints are known."""
    count = len(units)
    rank = keep_rank(units, keep, pinned)
    representative = collapse(prints.folded, units, rank, threads)
    if pinned is not None:
        representative[pinned] = np.flatnonzero(pinned)
    distinct = np.flatnonzero((representative == np.arange(count)) & (prints.folded != 0))
    buckets = bucket(prints, distinct, settings.bands.bands, threads)
    comparison = Comparison(units, settings, rank, np.zeros(count, bool) if pinned is None else pinned)
    work = comparison.all_pairs if pairs == "all" else comparison.groups
    parts = [_NOTHING, *ordered_map(work, clusters(buckets, units, CLUSTER_TEXT), threads)]
    a, b, similarity = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:3])
    if pairs == "all":
        assignment = group_pairs(a, b, similarity, rank, settings.threshold, pinned)
    else:
        order = np.argsort(b)
        a, b, similarity = a[order], b[order], similarity[order]
        assignment = Assignment.alone(count)
        assignment.kept[b], assignment.similarity[b] = a, similarity
    return Duplicates(
        settings=settings,
        listed=pairs,
        compared=sum(part.compared for part in parts),
        _units=units,
        _representative=representative,
        _rank=rank,
        _a=a,
        _b=b,
        _similarity=similarity,
        _assignment=assignment,
    )


class Found(NamedTuple):
    """Verified pairs of distinct units, and how many candidates were compared for them."""

    a: Offsets
    b: Offsets
    similarity: Floats
    compared: int


_NOTHING = Found(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), 0)


@dataclass(frozen=True)
class Comparison:
    """Exact comparison, cluster by cluster: each is read, compared and forgotten."""

    units: UnitTable
    settings: Settings
    rank: Offsets
    pinned: Mask

    def groups(self, cluster: Cluster) -> Found:
        """Members with their kept units; repeated without any pair whose equal hashes were not equal text."""
        own, buckets = cluster.units, cluster.buckets
        sets = self._sets(own)
        rank = np.argsort(np.argsort(self.rank[own]))
        pinned = self.pinned[own].astype(np.uint8)
        rejected: list[tuple[int, int]] = []
        compared = 0
        while True:
            kept, similarity, more = backend.group(
                buckets.members,
                buckets.offsets,
                sets.values,
                sets.offsets,
                rank,
                pinned,
                rejected,
                self.settings.threshold,
            )
            compared += more
            members = np.flatnonzero(kept != np.arange(len(own)))
            wrong = ~self._confirmed(sets, kept[members], members)
            if not wrong.any():
                return Found(own[kept[members]], own[members], similarity[members], compared)
            rejected += zip(kept[members][wrong].tolist(), members[wrong].tolist(), strict=True)

    def all_pairs(self, cluster: Cluster) -> Found:
        """Every pair of units that share a bucket and reach the threshold."""
        sets = self._sets(cluster.units)
        parts = [_NOTHING]
        for a, b in bucket_pairs(cluster.buckets):
            similarity = jaccard(sets.values, sets.offsets, a, b)
            near = np.flatnonzero(similarity >= self.settings.threshold)
            near = near[self._confirmed(sets, a[near], b[near])]
            own = cluster.units
            parts.append(Found(own[a[near]], own[b[near]], similarity[near], len(a)))
        a, b, similarity = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:3])
        return Found(a, b, similarity, sum(part.compared for part in parts))

    def _sets(self, units: Offsets) -> PlacedSets:
        shingle = self.settings.shingle
        return PlacedSets(*backend.placed_sets(*self.units.batch(units), shingle.code, shingle.n))

    def _confirmed(self, sets: PlacedSets, a: Offsets, b: Offsets) -> Mask:
        """Whether each pair's shared shingle hashes stand for equal folded text.

        A collision would have to be constructed; it then costs the pair, never text.
        """
        shingle = self.settings.shingle
        confirmed: Mask = backend.confirm(*sets, shingle.code, shingle.n, a, b) != 0
        return confirmed
