"""The search for repeated regions: anchors in, accepted regions out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from dedupe.kernels.records import EXACT, LetterRuns, Sampling, Wanted
from dedupe.kernels.reference.passages.acceptance import Acceptance, formulas
from dedupe.kernels.reference.passages.anchors import anchors, link
from dedupe.kernels.reference.passages.chains import chains
from dedupe.kernels.reference.passages.letters import Letters
from dedupe.kernels.reference.passages.matches import LetterMatch, maximal_matches, without_overlap
from dedupe.kernels.reference.passages.merge import Merged, alone, merge
from dedupe.kernels.reference.passages.regions import Region, exact, region
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U32


def passages_within(
    letters: LetterRuns, documents: Offsets, sampling: Sampling, wanted: Wanted, find: bool
) -> tuple[Offsets, Offsets, Offsets, Offsets]:
    """Repeated regions inside documents, and what their repeats cover.

    Parameters
    ----------
    letters, documents
        What `Letters` is made of: units and offsets, and the document of each text.
    sampling : Sampling
        Which runs are anchors.
    wanted : Wanted
        What counts as a passage.
    find : bool
        Whether regions are wanted, or only what repeats cover.

    Returns
    -------
    (int64 array, int64 array, int64 array, int64 array)
        Sections of regions, shape (sections, 4), as letters `a_start, a_end, b_start, b_end`: those of region `i`
        are rows `offsets[i]:offsets[i + 1]`, by their places in `a`; in `b` they may stand in another order. The
        offsets. Starts and ends of what repeats of the documents cover, in order, nothing twice.
    """
    whole = Letters(*letters, documents)
    hashes, places = anchors(letters, sampling)
    halves = hashes.astype(np.uint32)
    owners = np.repeat(documents, np.diff(letters[1]))[places]
    covered: list[tuple[int, int]] = []
    found: list[Merged] = []
    for document in np.unique(owners).tolist():
        own = owners == document
        pairs = link(halves[own], places[own], owners[own], within=True, across=False)
        matches = maximal_matches(whole, zip(*(column.tolist() for column in pairs), strict=True))
        repeats = formulas(whole, matches)
        covered += repeats
        if find:
            accept = Acceptance(whole, repeats, *wanted)
            apart, tiles = without_overlap(whole, matches, wanted.min_length)
            # Tiles go on as far as they are equal: there is nothing to extend or to join.
            found += filter(accept.accepts, (alone(exact(whole, tile)) for tile in tiles))
            found += _accepted(whole, apart, accept)
    starts, ends = np.array(covered, np.int64).reshape(-1, 2).T.copy()
    return *_sections(found), starts, ends


def passages_across(
    letters: LetterRuns,
    documents: Offsets,
    anchors: tuple[U32, U32],
    covered: tuple[Offsets, Offsets],
    wanted: Wanted,
) -> tuple[Offsets, Offsets]:
    """Regions that documents share.

    Parameters
    ----------
    letters, documents, wanted
        As of `passages_within`.
    anchors : (uint32 array, uint32 array)
        The anchors of all texts: the lower halves of their hashes, and their places.
    covered : (int64 array, int64 array)
        Starts and ends of what repeats of the documents cover.

    Returns
    -------
    (int64 array, int64 array)
        Sections of regions, and offsets.
    """
    whole = Letters(*letters, documents)
    hashes, places = anchors
    owners = np.repeat(documents, np.diff(letters[1]))[places]
    pairs = link(hashes, places, owners, within=False, across=True)
    matches = maximal_matches(whole, zip(*(column.tolist() for column in pairs), strict=True))
    repeats = list(zip(*(column.tolist() for column in covered), strict=True))
    return _sections(_accepted(whole, matches, Acceptance(whole, repeats, *wanted)))


def _accepted(letters: Letters, matches: Iterable[LetterMatch], accept: Acceptance) -> list[Merged]:
    """The passages that matches make."""
    found: list[Merged] = []
    by_texts = sorted((letters.text[match.a], letters.text[match.b], match) for match in matches)
    for _, group in groupby(by_texts, key=lambda entry: entry[:2]):
        own = [entry[2] for entry in group]
        if accept.preset == EXACT:
            found += filter(accept.accepts, (alone(exact(letters, match)) for match in own))
            continue
        regions = [region(letters, links) for links in chains(letters, own, accept.min_length)]
        for one in merge(letters, regions):
            found += [one] if accept.accepts(one) else _equal_parts(letters, one.whole, own, accept)
    return found


def _equal_parts(
    letters: Letters, refused: Region, matches: Iterable[LetterMatch], accept: Acceptance
) -> list[Merged]:
    """Return what is equal without exception in a refused region, and a passage by itself."""
    if refused.longest < accept.min_length:
        return []
    (a_start, a_end), (b_start, b_end) = refused.a, refused.b
    parts = (
        alone(exact(letters, match))
        for match in matches
        if a_start <= match.a and match.a + match.length <= a_end
        if b_start <= match.b and match.b + match.length <= b_end
    )
    return list(filter(accept.accepts, parts))


def _sections(found: Sequence[Merged]) -> tuple[Offsets, Offsets]:
    sections = [[part for piece in one.pieces for part in piece.sections()] for one in found]
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum(list(map(len, sections)), out=offsets[1:])
    return np.array([part for own in sections for part in own], np.int64).reshape(-1, 4), offsets
