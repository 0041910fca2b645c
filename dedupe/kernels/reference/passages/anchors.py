"""Anchors: runs of k letters that two places share, found by hash.

Of every `window` runs of letters that begin next to each other the one with the smallest key, the higher half of
its hash, is an anchor. So equal stretches of k + window - 1 letters have an anchor in common; of Chinese, Japanese
and Korean letters half as many are enough. Frequent anchors are linked in a line instead of in pairs, which keeps
the work linear, however frequent a passage is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, groupby, pairwise

import numpy as np

from dedupe.kernels.records import CROWD, LetterRuns, Sampling
from dedupe.kernels.reference.fingerprints import mix_points
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U32, U64, shingle_hashes
from dedupe.text.wide import Units, is_wide

# Units with one anchor that each other one is paired with, where shared anchors are counted.
_SHARED_CROWD = 16
# The hash of a run that does not fit into its text, and the key of such a one.
_NONE, _LARGEST = np.uint64(0xFFFF_FFFF_FFFF_FFFF), 0xFFFF_FFFF


def anchors(letters: LetterRuns, sampling: Sampling) -> tuple[U64, U32]:
    """Hash and place of the anchors of texts, in order of their places.

    Of equally small keys of a window all are taken; a text of fewer than `window` runs is one window.

    Parameters
    ----------
    letters : (uint16 array, int64 array)
        What `letters` gives.
    sampling : Sampling
        Which runs are anchors.

    Returns
    -------
    hashes, places : uint64 array, uint32 array
        One of each for an anchor.
    """
    (units, offsets), (k, window) = letters, sampling
    hashes, places = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        values = _run_hashes(units[start:end], k)
        if not len(values):
            continue
        keys = (values >> np.uint64(32)).astype(np.uint32)
        width = min(window, len(values))
        largest = _largest(keys, width)
        narrower = max(1, min(window // 2, width))
        if narrower < width:
            largest = np.where(is_wide(units[start:end]), _largest(keys, narrower), largest)
        chosen = np.flatnonzero((keys == largest) & (keys != _LARGEST))
        hashes.append(values[chosen])
        places.append(chosen + start)
    return np.concatenate(hashes), np.concatenate(places).astype(np.uint32)


def _largest(keys: U32, width: int) -> U32:
    """Return for each run the largest of the smallest keys of its windows: its own key, if that is one of them."""
    smallest: U32 = np.lib.stride_tricks.sliding_window_view(keys, width).min(axis=1)
    largest: U32 = np.lib.stride_tricks.sliding_window_view(np.pad(smallest, width - 1), width).max(axis=1)
    return largest


def _run_hashes(units: Units, k: int) -> U64:
    """The hash of the run of letters from each one on; `_NONE` where the text is too short for one."""
    out = np.full(len(units), _NONE)
    points = mix_points(units.astype(np.uint64))
    wide = is_wide(units)
    for length, chosen in ((k, ~wide), (k // 2, wide)):
        room = len(units) - length + 1
        if room > 0:
            own = np.flatnonzero(chosen[:room])
            out[own] = shingle_hashes(points, length)[own]
    return out


def link(hashes: U32, places: U32, documents: Offsets, *, within: bool, across: bool) -> tuple[Offsets, Offsets]:
    """Pairs of places (the earlier one, the later one) with the same anchor, in no particular order.

    The lower half of a hash is what counts: letters are compared afterwards.

    In a document up to `CROWD` places are linked in all pairs; of more, each is linked with the one before it.
    Across documents the first `CROWD` places are linked in all pairs; behind these, the first place of each
    document is linked with the first of all. So a document behind all others takes away no pair of theirs.

    Parameters
    ----------
    hashes, places : uint32 array
        Lower halves of the hashes of anchors, and their places, in order.
    documents : int64 array
        The document of each anchor.
    within, across : bool
        Whether pairs in one document, and in two, are wanted.
    """
    order = np.argsort(hashes, kind="stable")
    values = hashes[order]
    bounds = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1], [True])))
    pairs: list[tuple[int, int]] = []
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if last - first < 2:
            continue
        own = order[first:last]
        place, document = places[own].tolist(), documents[own].tolist()
        if across:
            candidates = [*combinations(range(min(len(own), CROWD)), 2)]
            candidates += [(0, j) for j in range(CROWD, len(own)) if document[j - 1] != document[j]]
            pairs += [(place[i], place[j]) for i, j in candidates if document[i] != document[j]]
        if within:
            for _, group in groupby(range(len(own)), key=document.__getitem__):
                inside = [place[i] for i in group]
                pairs += combinations(inside, 2) if len(inside) <= CROWD else pairwise(inside)
    earlier, later = np.array(pairs, np.int64).reshape(-1, 2).T.copy()
    return earlier, later


def shared_anchors(hashes: U64, owners: U32) -> tuple[Offsets, Offsets, Offsets]:
    """Pairs of units with a common anchor, the earlier one first, and how many anchors they share.

    Of an anchor of many units each is paired with the first 16 of them. The reference of the native kernel of this
    name.

    Parameters
    ----------
    hashes, owners : uint64, uint32 array
        Anchors, and the unit that each is of.
    """
    units: dict[int, set[int]] = defaultdict(set)
    for value, owner in zip(hashes.tolist(), owners.tolist(), strict=True):
        units[value].add(owner)
    pairs: Counter[tuple[int, int]] = Counter()
    for own in units.values():
        ordered = sorted(own)
        pairs.update((one, other) for j, other in enumerate(ordered) for one in ordered[: min(j, _SHARED_CROWD)])
    rows = np.array([(*pair, count) for pair, count in sorted(pairs.items())], np.int64).reshape(-1, 3)
    a, b, counts = rows.T.copy()
    return a, b, counts
