"""`find_duplicates`: texts in, verified and grouped near-duplicates out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack, overload

import numpy as np

from dedupe import worksize
from dedupe.arguments import check_callables
from dedupe.documents import Corpus, Document, Key, Table, Texts, join_corpora, read_texts
from dedupe.duplicates.arguments import DuplicateArguments
from dedupe.duplicates.candidates import bucket, clusters, collapse, sign_copies
from dedupe.duplicates.fingerprints import Fingerprints, Progress, sign_corpus, sign_units
from dedupe.duplicates.groups import Assignment, assign
from dedupe.duplicates.keep import check_keep, keep_rank
from dedupe.duplicates.result import Duplicates
from dedupe.duplicates.settings import Settings, resolve
from dedupe.duplicates.verify import ClusterComparison, FoundPairs, join_found
from dedupe.errors import InputError, OptionError
from dedupe.job import (
    By,
    DuplicateOptions,
    Facts,
    Keep,
    Linkage,
    Nulls,
    Pairs,
    ParagraphMode,
    TableOptions,
    UnitName,
)
from dedupe.lsh import Shingle
from dedupe.options import check
from dedupe.parallel import ordered_map, thread_count
from dedupe.renamed import renamed
from dedupe.sorting import Mask
from dedupe.text.encode import Offsets
from dedupe.units import UnitTable


@overload
def find_duplicates(texts: Table, **options: Unpack[DuplicateArguments]) -> Duplicates[Table]: ...
@overload
def find_duplicates(  # type: ignore[overload-overlap]
    texts: Mapping[Key, str], **options: Unpack[DuplicateArguments]
) -> Duplicates[dict[Key, str]]: ...
@overload
def find_duplicates(  # type: ignore[overload-overlap]
    texts: Document | Iterable[Document], **options: Unpack[DuplicateArguments]
) -> Duplicates[list[Document]]: ...
@overload
def find_duplicates(
    texts: str | Iterable[str] | Corpus, **options: Unpack[DuplicateArguments]
) -> Duplicates[list[str]]: ...
@renamed(similarity="by")
def find_duplicates(
    texts: Any,
    *,
    unit: UnitName = DuplicateOptions.unit,
    by: By = DuplicateOptions.by,
    threshold: float | None = None,
    recall: float = DuplicateOptions.recall,
    shingle: str | Shingle | None = None,
    permutations: int | None = None,
    keep: Keep = DuplicateOptions.keep,
    pairs: Pairs = DuplicateOptions.pairs,
    linkage: Linkage = DuplicateOptions.linkage,
    facts: Facts = DuplicateOptions.facts,
    against: Texts | None = None,
    paragraphs: ParagraphMode = DuplicateOptions.paragraphs,
    text: str | Sequence[str] = TableOptions.text,
    id: str | None = TableOptions.id,
    source: str | None = None,
    order: str | None = None,
    nulls: Nulls | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Duplicates[Any]:
    """Find near-duplicate documents, paragraphs or sentences, and choose the copy to keep.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or table
        The documents. Ids are positions, the mapping's keys, or the documents' own. A table or column may be of
        pandas, polars (lazy too), Arrow, DuckDB, datasets, or any other library that speaks Arrow.
    unit : {"document", "paragraph", "sentence"}, default "document"
        The compared units. Paragraphs and sentences are compared inside one document as well as across.
    by : {"jaccard", "containment"}, default "jaccard"
        `jaccard`: shared shingles as a share of all shingles of both units. `containment`: as a share of the
        removed unit's shingles. A short text is then removed if a longer one contains it, never the reverse.
        Candidates share anchors (see `find_passages`) instead of bands, and the larger unit is kept.
    threshold : float, optional
        Smallest similarity of two near-duplicates. The default is conservative: 0.85 for documents, 0.9 for
        paragraphs and sentences; 0.8 for containment.
    recall : float, default 0.99
        The probability of finding a pair *at* the threshold; more similar pairs are found more surely. Precision
        is always exact.
    shingle : str, optional
        `word:N` or `char:N`; the default is `char:5`, over the folded text.
    permutations : int, optional
        The most MinHash values to compute. `result.settings.bands.recall(threshold)` returns the resulting recall;
        a warning is logged if it is less than `recall`.
    keep : {"first", "last", "longest", "shortest", "best"}, str, function, or sequence
        The rule for the kept copy. `first`, `last`: by input order. `longest`, `shortest`: by code points. `best`:
        by the score of `score_quality`, then by code points. Another name: the largest number in that column of a
        table. A sequence of numbers, one for each document, or a function of the text: the largest number. A
        sequence of names: the source (`Document.source`, or a column `source`) that comes first in it; a folder
        means everything in it. Ties are decided by input order; missing values come last.
    pairs : {"kept", "all"}, default "kept"
        The listed pairs: removed units with their kept copies, or all pairs at the threshold.
    linkage : {"leader", "components"}, default "leader"
        How pairs become groups. `leader`: each member resembles its kept unit directly. `components`: a chain of
        pairs is one group. Its members may have nothing in common with the kept unit: their similarity to it,
        which the result gives, may be far below the threshold. Measured on large corpora, such chains swallow
        whole sources. Never delete by it unseen.
    facts : {"ignore", "apart"}, default "ignore"
        `apart` keeps both near copies if they differ in a possible fact: a number, a title, a name or a single
        word in a short text. Manual pages, licences, law and templates are similar far above any threshold, yet
        not equal. `clean` uses `apart`. `docs/concepts.md` has the rule.
    against : texts, optional
        Known documents, such as a test set or last week's data. Units of `texts` that resemble them are removed,
        and the result names the match. Nothing in `against` is removed or listed as a unit. Ids of the two may
        coincide.
    paragraphs : {"auto", "lines", "blank"}, default "auto"
        Where paragraphs end; see `segment`.
    text : str or sequence of str, optional
        Column of the texts in a table (default: `text`, or the only column of strings). Several columns, such as
        `["question", "answer"]`, are compared as one text, each value on its own line.
    id, source, order : str, optional
        Columns of a table. `id` (default: `id`) needs a different value in every row; without such a column, or
        with None, ids are row numbers. `source` is the site or publication of each document (default: `source`).
        `order` has numbers or dates that order the documents (default: input order).
    nulls : {"keep", "refuse"}, default "keep"
        "keep" leaves rows without a text in `.data`, but not as documents; "refuse" makes them an error.
    threads : int, optional
        Threads; the default is one for each CPU. They never change a result.
    progress : function, optional
        Called with the number of units that have just been signed.

    Returns
    -------
    Duplicates
        `.data` has the kept documents, in a table of the given type, or a list or dict. Also `.kept`, `.groups`,
        `.pairs`, `.at(threshold)` and conversion to Arrow.

    Raises
    ------
    InputError
        An argument is out of range, or a text is not a string.
    DuplicateIdError
        Two documents have the same id.

    Notes
    -----
    Texts that are equal after folding are copies, whatever their length. A text shorter than a shingle is one
    shingle as a whole, and equals only the same text. A text without letters and digits equals nothing.

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
    check_callables(progress=progress)
    check(DuplicateOptions, keep=keep, pairs=pairs, linkage=linkage, paragraphs=paragraphs, threads=threads)
    settings = resolve(unit, threshold, recall, shingle, permutations, facts, by)
    workers, columns = thread_count(threads), TableOptions(text, id, source, order, nulls)
    if columns.joins and unit != "document":
        raise InputError(
            f"text={list(columns.text)} makes one text of several columns, in which {unit}s have no place: leave "
            "unit at 'document', or name one column"
        )
    given, old = read_texts(texts, columns, nulls), 0
    keep, corpus = check_keep(given, keep), given
    if against is not None:
        try:
            known = read_texts(against, replace(columns, source=None, order=None), nulls)
        except (InputError, OptionError) as error:
            raise type(error)(f"against: {error}") from error
        corpus, old = join_corpora(known, given)
        if not isinstance(keep, str) and not callable(keep) and not any(isinstance(k, str) for k in keep):
            keep = [*[math.nan] * old, *keep]
    units, prints = sign_corpus(corpus, settings, paragraphs, workers, progress)
    first_new = int(np.searchsorted(units.document, old))
    result = compare_signed(
        units, prints, settings, keep=keep, pairs=pairs, linkage=linkage, old=first_new, threads=workers
    )
    return replace(result, _origin=given.origin, _before=old)


def compare_units(
    units: UnitTable,
    settings: Settings,
    *,
    keep: Keep = "first",
    pinned: Mask | None = None,
    threads: int | None = None,
) -> Duplicates[Any]:
    """Find near-duplicates among units that are already cut.

    `pinned` units are never members of a group; they are the first choice as kept copies.
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
    pairs: Pairs = "kept",
    linkage: Linkage = "leader",
    pinned: Mask | None = None,
    rank: Offsets | None = None,
    old: int = 0,
    threads: int = 1,
) -> Duplicates[Any]:
    """Find near-duplicates among units whose fingerprints are known.

    The first `old` units are those of `against`, and pinned. `rank` is the place of each unit in keep order, if
    known.
    """
    if old:
        pinned = np.arange(len(units)) < old
    contained = settings.by == "containment"
    if contained and linkage != "leader":
        raise InputError("containment is directed and makes no chains: leave linkage at leader")
    count = len(units)
    if rank is None:
        rank = keep_rank(units, keep, pinned)
    folded = sign_copies(prints.folded, units, threads) if settings.facts == "apart" else prints.folded
    representative = collapse(folded, units, rank, settings.facts, threads)
    distinct = np.flatnonzero((representative == np.arange(count)) & (prints.folded != 0))
    if pinned is not None:
        representative[pinned] = np.flatnonzero(pinned)
    fixed = np.zeros(count, bool) if pinned is None else pinned
    largest = 0
    every = pairs == "all" or linkage == "components"
    if contained:
        # Only who asks for containment needs what finds passages.
        from dedupe.duplicates.containment import find_contained

        rank, found = find_contained(units, settings, distinct, rank, fixed, threads)
    else:
        buckets = bucket(prints, distinct, settings.bands.bands, threads)
        largest = int(np.diff(buckets.offsets).max(initial=0))
        comparison = ClusterComparison(units, settings, rank, fixed)
        work = comparison.all_pairs if every else comparison.groups
        found = join_found(list(ordered_map(work, clusters(buckets, units, worksize.SIZES.cluster_text), threads)))
    if every or contained:
        assignment = assign(units, settings, linkage, found, rank, fixed)
        if not every:
            found = _kept_pairs(assignment, found.compared)
    else:
        order = np.argsort(found.b)
        found = FoundPairs(found.a[order], found.b[order], found.similarity[order], found.compared)
        assignment = Assignment.alone(count)
        assignment.kept[found.b], assignment.similarity[found.b] = found.a, found.similarity
    return Duplicates(
        settings=settings,
        listed=pairs,
        linkage=linkage,
        compared=found.compared,
        largest_bucket=largest,
        _units=units,
        _old=old,
        _representative=representative,
        _rank=rank,
        _pinned=fixed,
        _found=found,
        _assignment=assignment,
    )


def _kept_pairs(assignment: Assignment, compared: int) -> FoundPairs:
    members = np.flatnonzero(assignment.kept != np.arange(len(assignment.kept)))
    return FoundPairs(assignment.kept[members], members, assignment.similarity[members], compared)
