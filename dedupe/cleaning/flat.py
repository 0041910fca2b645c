"""Units of texts that have lost their line breaks: sentences, and parts of them where a line may have ended.

A prompt often ends without a full stop: `Share this article The council met on Tuesday.` is one sentence. It may
be cut before a capital that follows a word without punctuation. Of all ways to cut it the one is chosen whose parts
are most clearly boilerplate or content. A cut has a price, or names would be cut out of prose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.model import shipped_model
from dedupe.columns import runs
from dedupe.kernels.records import FIXED_POINT, I64
from dedupe.text.encode import Offsets, encode_batch
from dedupe.units import UnitTable, cut_batch

# Code points from which on a text of one paragraph has lost its line breaks, and is no message of a line.
_FLAT = 400
# Places of a sentence that are tried, from either end.
_FROM_EITHER_END = 5
# What a cut must gain, in log-odds.
_PRICE = 3 << FIXED_POINT

_SIGNS = frozenset("©®|»›>#@→•")
_UNSPACED = (("\u0e00", "\u0eff"), ("\u3040", "\u30ff"), ("\u3400", "\u9fff"))

Mask = npt.NDArray[np.bool_]


def flat_documents(pages: UnitTable) -> Mask:
    """Which documents have lost their line breaks: one long paragraph is all that there is."""
    only = np.bincount(pages.document, minlength=len(pages.corpus)) == 1
    long = np.zeros(len(pages.corpus), bool)
    long[pages.document[pages.end - pages.start >= _FLAT]] = True
    flat: Mask = long & only
    return flat


def cut_flat(pages: UnitTable, flat: Mask) -> tuple[UnitTable, I64]:
    """The parts of flat documents, and the paragraphs of others; and which paragraph each is of."""
    of_flat = flat[pages.document]
    long = np.flatnonzero(of_flat)
    whole, start, end = [np.flatnonzero(~of_flat)], [pages.start[~of_flat]], [pages.end[~of_flat]]
    for first, last in runs((pages.end - pages.start)[long]):
        own = long[first:last]
        texts, starts, ends = cut_parts(pages, own)
        whole.append(own[texts])
        start.append(pages.start[whole[-1]] + starts)
        end.append(pages.start[whole[-1]] + ends)
    place = np.concatenate(whole)
    order = np.argsort(place, kind="stable")
    place = place[order]
    units = replace(
        pages,
        document=pages.document[place],
        start=np.concatenate(start)[order],
        end=np.concatenate(end)[order],
    )
    return units, place


def cut_parts(units: UnitTable, numbers: Offsets) -> tuple[Offsets, Offsets, Offsets]:
    """The parts of some units: which unit each is of, its first code point there, and its end."""
    batch = units.batch(numbers)
    cut = cut_batch(batch, "sentence")
    texts = [batch.text(i) for i in range(len(batch))]
    sentences = [texts[i][a:z] for i, a, z in zip(cut.texts, cut.starts, cut.ends, strict=True)]
    places = [_places(sentence) for sentence in sentences]
    spans = [text[a:z] for text, own in zip(sentences, places, strict=True) for a, z in combinations(own, 2)]
    weights = iter(shipped_model().scores([encode_batch(spans)]).score.tolist())
    rows = []
    for text, start, own in zip(cut.texts.tolist(), cut.starts.tolist(), places, strict=True):
        known = {span: next(weights) for span in combinations(own, 2)}
        # The blank before a cut is of no part.
        rows += [(text, start + a, start + z - (z != own[-1])) for a, z in pairwise(_best_cuts(own, known))]
    return tuple(np.array(rows, np.int64).reshape(-1, 3).T)  # type: ignore[return-value]


def _places(sentence: str) -> list[int]:
    """Where a sentence may be cut, with its ends: behind words without punctuation, where a line may begin."""
    found = [
        i + 1
        for i, sign in enumerate(sentence[:-1])
        if sign == " " and i and sentence[i - 1].isalnum() and _may_begin(sentence[i + 1])
    ]
    if len(found) > 2 * _FROM_EITHER_END:
        found = found[:_FROM_EITHER_END] + found[-_FROM_EITHER_END:]
    return [0, *found, len(sentence)]


def _may_begin(sign: str) -> bool:
    """Whether a line may begin with a sign: a capital, a letter of a script without blanks, a sign of lists."""
    return sign.isupper() or sign in _SIGNS or any(first <= sign <= last for first, last in _UNSPACED)


def _best_cuts(places: Sequence[int], weights: dict[tuple[int, int], int]) -> list[int]:
    """The places at which the parts weigh most either way, of equal ones the fewest, and the last of those.

    Neighbouring parts of one kind are one part.
    """
    best: dict[int, tuple[int, list[int]]] = {places[0]: (0, [places[0]])}
    for number, end in enumerate(places[1:], 1):
        ways = (
            (best[start][0] + abs(weights[start, end]) - _PRICE, -len(best[start][1]), start)
            for start in places[:number]
        )
        total, _, start = max(ways)
        best[end] = (total, [*best[start][1], end])
    cuts = best[places[-1]][1]
    kinds = [weights[span] >= 0 for span in pairwise(cuts)]
    inner = [place for place, (one, other) in zip(cuts[1:-1], pairwise(kinds), strict=True) if one != other]
    return [cuts[0], *inner, cuts[-1]]
