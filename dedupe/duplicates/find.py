"""`find_duplicates`: texts in, verified and grouped near-duplicates out."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.documents import Texts, read_texts
from dedupe.duplicates.candidates import Buckets, bucket, bucket_pairs, collapse
from dedupe.duplicates.fingerprints import Progress, ShingleSets, fingerprint, shingle_sets
from dedupe.duplicates.groups import Assignment, group_buckets, group_pairs, keep_rank
from dedupe.duplicates.result import Duplicates
from dedupe.duplicates.settings import Keep, Settings, resolve, thread_count
from dedupe.duplicates.units import UnitTable, cut_units
from dedupe.duplicates.verify import confirmed, jaccard
from dedupe.errors import InputError
from dedupe.lsh import Shingle, Unit
from dedupe.segmentation import ParagraphMode
from dedupe.text.encode import Offsets


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
    units = cut_units(read_texts(texts), unit, paragraphs)
    return compare_units(units, settings, keep=keep, pairs=pairs, threads=threads, progress=progress)


def compare_units(
    units: UnitTable,
    settings: Settings,
    *,
    keep: Keep = "first",
    pairs: Literal["kept", "all"] = "kept",
    pinned: npt.NDArray[np.bool_] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Duplicates:
    """Find near-duplicates among units that are already cut.

    `pinned` units are never members of a group; they are the first choice as the kept copy of others.
    """
    rank = keep_rank(units, keep, pinned)
    prints = fingerprint(units.texts(), settings, thread_count(threads), progress)
    representative = collapse(prints.folded, units, rank)
    if pinned is not None:
        representative[pinned] = np.flatnonzero(pinned)
    distinct = (representative == np.arange(len(units))) & (prints.folded != 0)
    buckets = bucket(prints.keys, np.flatnonzero(distinct), len(units))
    if pairs == "all":
        found = _all_pairs(units, settings, buckets)
        assignment = group_pairs(found.a, found.b, found.similarity, rank, settings.threshold, pinned)
    else:
        found, assignment = _kept_pairs(units, settings, buckets, rank, pinned)
    return Duplicates(
        settings=settings,
        listed=pairs,
        compared=found.compared,
        _units=units,
        _representative=representative,
        _rank=rank,
        _a=found.a,
        _b=found.b,
        _similarity=found.similarity,
        _assignment=assignment,
    )


class _Found(NamedTuple):
    """Verified pairs of distinct units, and how many candidates were compared for them."""

    a: Offsets
    b: Offsets
    similarity: npt.NDArray[np.float64]
    compared: int


def _all_pairs(units: UnitTable, settings: Settings, buckets: Buckets) -> _Found:
    """Every pair of units that share a bucket and reach the threshold."""
    sets, place = _sets(units, settings, buckets)
    found: list[tuple[Offsets, Offsets, npt.NDArray[np.float64]]] = []
    compared = 0
    for a, b in bucket_pairs(buckets):
        similarity = jaccard(sets, place[a], place[b])
        near = np.flatnonzero(similarity >= settings.threshold)
        near = near[confirmed(units, settings, a[near], b[near])]
        found.append((a[near], b[near], similarity[near]))
        compared += len(a)
    if not found:
        empty = np.zeros(0, np.int64)
        return _Found(empty, empty, np.zeros(0), 0)
    a, b, similarity = (np.concatenate(column) for column in zip(*found, strict=True))
    return _Found(a, b, similarity, compared)


def _kept_pairs(
    units: UnitTable,
    settings: Settings,
    buckets: Buckets,
    rank: Offsets,
    pinned: npt.NDArray[np.bool_] | None,
) -> tuple[_Found, Assignment]:
    """Group bucket by bucket; repeated with any pair left out whose equal hashes were not equal text."""
    sets, place = _sets(units, settings, buckets)
    compared = 0

    def compare(unit: int, others: list[int]) -> npt.NDArray[np.float64]:
        nonlocal compared
        compared += len(others)
        b = place[np.array(others, np.int64)]
        return jaccard(sets, np.full(len(b), place[unit]), b)

    rejected: frozenset[tuple[int, int]] = frozenset()
    while True:
        assignment = group_buckets(buckets, rank, settings.threshold, compare, pinned, rejected)
        members = np.flatnonzero(assignment.kept != np.arange(len(units)))
        kept = assignment.kept[members]
        wrong = ~confirmed(units, settings, kept, members)
        if not wrong.any():
            return _Found(kept, members, assignment.similarity[members], compared), assignment
        rejected |= set(zip(kept[wrong].tolist(), members[wrong].tolist(), strict=True))


def _sets(units: UnitTable, settings: Settings, buckets: Buckets) -> tuple[ShingleSets, Offsets]:
    """Shingle sets of the units that share a bucket, and each unit's place among them."""
    shared = buckets.shared()
    place = np.zeros(len(units), np.int64)
    place[shared] = np.arange(len(shared))
    return shingle_sets(units.texts(shared), settings), place
