"""Neighbours and recurrence of a unit as integer features, and the model over them.

Neighbours and places are those of the units of one document. A unit recurs where another document has the same
letters, digits masked: `Page 3 of 7` is `Page 4 of 7`. On its source, a site or a publication, that says much (a
text on two pages of a site is boilerplate in 99 of 100 cases), in a corpus of many sources less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.boilerplate.arrays import Array, Folder, load_arrays, save_arrays
from dedupe.boilerplate.model import Calibration, Floats, Points, Scores, calibrated, is_calibration
from dedupe.boilerplate.trees import Trees
from dedupe.errors import ModelError
from dedupe.kernels.records import I64
from dedupe.sorting import distinct, repeats
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U64

CONTEXT_SCHEME = "boilerplate-context-v4"
# Content-like: a text model gives less than even odds, and it is no mere line.
_CONTENT_LENGTH = 80
_WINDOW = 5
# So much of a unit says whether its document is a manual.
_COUNTED = 500
FAR, _MANY = 50, 500

OWN = ("score", "evidence", "length")
AROUND = (
    *(f"{what}_{place}" for what in ("score", "length") for place in ("-2", "-1", "+1", "+2")),
    *("mean_before", "mean_after", "mean_document", "manual_document"),
    *("from_start", "from_end", "units"),
    *("content_before", "content_after", "to_content_before", "to_content_after"),
)
RECURRENCE = ("on_source", "source_documents", "in_corpus", "in_document")
# Of a piece of a text without line breaks; see `pieces`.
FLAT = (
    *OWN,
    *AROUND,
    *("kind_before", "kind_first", "kind_last", "kind_behind"),
    *(f"{what}_{stretch}" for what in ("score", "evidence") for stretch in ("with_-1", "with_+1", "with_both")),
    *("score_sentence", "evidence_sentence", "length_sentence", "score_sentence_before", "score_sentence_behind"),
    *("from_sentence_start", "from_sentence_end", "pieces_sentence", "cuts_at_capitals"),
)


def own_features(scores: Scores) -> I64:
    """Return what the text model says of each unit."""
    return np.array((scores.score, scores.evidence, scores.length)).T


def context_features(document: Offsets, scores: Scores, chosen: Offsets | None = None) -> I64:
    """Features of the neighbours and the place of each unit, or of some, which ascend.

    Units of one document are in one row, in order.
    """
    count = len(document)
    numbers = np.arange(count) if chosen is None else chosen
    # All are looked up as a slice, which is much faster than by their numbers.
    at = slice(None) if np.array_equal(numbers, np.arange(count)) else numbers
    begins = np.flatnonzero(np.diff(document, prepend=-1))
    sizes = np.diff(np.append(begins, count))
    ends = begins + sizes
    of = np.repeat(np.arange(len(begins)), sizes)[at]
    first, last = begins[of], ends[of]
    inside = {step: (numbers + step >= first) & (numbers + step < last) for step in (-2, -1, 1, 2)}
    columns: list[I64] = []
    for values in (scores.score, scores.length):
        padded = np.pad(values, 2)
        columns += [np.where(own, padded[2 + step : 2 + step + count][at], 0) for step, own in inside.items()]
    total = np.append(0, np.cumsum(scores.score))
    here, behind = total[:-1][at], total[1:][at]
    low, high = np.maximum(numbers - _WINDOW, first), np.minimum(numbers + 1 + _WINDOW, last)
    columns.append((here - total[low]) // np.maximum(numbers - low, 1))
    columns.append((total[high] - behind) // np.maximum(high - numbers - 1, 1))
    columns.append(((total[ends] - total[begins]) // sizes)[of])
    counted = np.minimum(scores.length, _COUNTED)
    said, read = (np.append(0, np.cumsum(values)) for values in (scores.manual * counted, counted))
    columns.append(((said[ends] - said[begins]) // np.maximum(read[ends] - read[begins], 1))[of])
    columns += [
        np.minimum(numbers - first, FAR),
        np.minimum(last - 1 - numbers, FAR),
        np.minimum(sizes, _MANY)[of],
    ]
    content = (scores.score < 0) & (scores.length >= _CONTENT_LENGTH)
    before = np.append(0, np.cumsum(content))
    earlier, later = before[:-1][at], before[1:][at]
    columns += [np.minimum(earlier - before[first], FAR), np.minimum(before[last] - later, FAR)]
    places = np.concatenate(([-1], np.flatnonzero(content), [count]))
    was, will = places[earlier], places[later + 1]
    columns.append(np.where(was >= first, np.minimum(numbers - was, FAR), FAR))
    columns.append(np.where(will < last, np.minimum(will - numbers, FAR), FAR))
    return np.array(columns, np.int64).T


def recurrence_features(fingerprints: U64, document: Offsets, sources: Sequence[object] | None) -> I64:
    """Return how many other documents of its source, and of the corpus, hold each unit, and how often its own does.

    `fingerprints` is what `recurrence_keys` gives; of the source that is None nothing is known.
    """
    source = np.zeros(int(document.max(initial=-1)) + 1, np.int64) if sources is None else number_sources(sources)
    ascend = (document[1:] >= document[:-1]).all()
    order = _in_order(fingerprints) if ascend else np.lexsort((document, fingerprints))
    out = np.empty((len(order), len(RECURRENCE)), np.int64)
    pages = np.bincount(source[distinct(document)], minlength=1)
    out[order] = count_recurrence(fingerprints[order], document[order], source[document[order]], pages)
    return out


def _in_order(fingerprints: U64) -> Offsets:
    """Return the order of fingerprints, equal ones as they come."""
    return kernels.sort_entries(fingerprints, np.arange(len(fingerprints), dtype=np.uint32))[1].astype(np.int64)


def count_recurrence(fingerprints: U64, document: Offsets, source: Offsets, pages: Offsets) -> I64:
    """Return the same for units by fingerprint and document.

    Parameters
    ----------
    fingerprints, document : arrays
        Of each unit.
    source : int array
        Number of the source of each one's document, 0 where none is known.
    pages : int array
        How many documents with units each source has.
    """
    if not len(document):
        return np.zeros((0, len(RECURRENCE)), np.int64)
    again = repeats(fingerprints)[0]
    # A text in a document counts there once.
    begins = np.flatnonzero(~(again & repeats(document)[0]))
    place = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(document))))
    times = np.bincount(place)
    text = (np.cumsum(~again) - 1)[begins]
    in_corpus = np.bincount(text)[text] - 1
    own = source[begins]
    out = np.zeros((len(begins), len(RECURRENCE)), np.int64)
    if own.any():
        order = np.lexsort((own, text))
        first = np.flatnonzero(~(repeats(text[order])[0] & repeats(own[order])[0]))
        sizes = np.diff(np.append(first, len(order)))
        out[order, 0] = np.repeat(sizes, sizes) - 1
        out[:, 1] = pages[own]
        out[own == 0, :2] = 0
    out[:, 2], out[:, 3] = in_corpus, times - 1
    features: I64 = np.minimum(out, FAR, out=out)[place]
    return features


def number_sources(sources: Sequence[object]) -> I64:
    """A number for each source from 1, 0 where there is none."""
    known: dict[str, int] = {}
    return np.array([0 if s is None else known.setdefault(str(s), len(known) + 1) for s in sources], np.int64)


class ContextScores(NamedTuple):
    """Calibrated probabilities of units."""

    context: Floats
    """by what stands around them"""
    recurrence: Floats
    """by how often they come back"""
    combined: Floats
    """by both and by what they say"""


_FEATURES = {"context": AROUND, "recurrence": RECURRENCE, "in_place": (*OWN, *AROUND), "flat": FLAT}
_CALIBRATED = ("context", "recurrence", "combined", "flat")
WEIGHT_BITS = 12
# On so many other documents of its source, or else of the corpus, a unit gets the bonus of a level.
ON_SOURCE, IN_CORPUS = (1, 2, 4), (4,)


class Mix(NamedTuple):
    """Weights that add up a score in place and recurrence."""

    in_place: int
    """weight, with `WEIGHT_BITS` fractional bits"""
    constant: int
    on_source: tuple[int, ...]
    """what is added from each number of `ON_SOURCE` on, to what is added from the ones before on"""
    in_corpus: tuple[int, ...]
    least: int
    """what the score is at least, to what the text says by itself: neighbours do not overrule strong words"""

    def combine(self, in_place: I64, text: I64, recurrence: I64, manual: I64) -> I64:
        """Return what a text says where it stands, and how often it comes back, as one score.

        In a manual, whose names and headings come back on every page, that says nothing.
        """
        bonus = levels(recurrence) @ np.array((*self.on_source, *self.in_corpus), np.int64)
        bonus = np.where(manual > 0, 0, bonus)
        combined = (in_place * self.in_place >> WEIGHT_BITS) + self.constant + bonus
        at_least: I64 = np.maximum(combined, text + self.least)
        return at_least


def levels(recurrence: I64) -> I64:
    """Return which numbers of `ON_SOURCE` and of `IN_CORPUS` units reach, as ones and zeros."""
    on_source, in_corpus = recurrence[:, :1], recurrence[:, 2:3]
    elsewhere = np.where(on_source > 0, 0, in_corpus)
    return np.hstack((on_source >= np.array(ON_SOURCE), elsewhere >= np.array(IN_CORPUS))).astype(np.int64)


@dataclass(frozen=True)
class ContextModel:
    """Trees over neighbours and places, over these with the text's own score, and over recurrence; their sum; and
    trees over pieces of texts without line breaks."""

    trees: dict[str, Trees]
    mix: Mix
    calibration: dict[str, Calibration]
    points: Points

    def probabilities(self, own: I64, around: I64, recurrence: I64) -> ContextScores:
        """The probabilities of units from their features."""
        context, by_recurrence = (
            self._calibrated(part, self._scores(part, values), own)
            for part, values in (("context", around), ("recurrence", recurrence))
        )
        return ContextScores(context, by_recurrence, self.combined(own, around, recurrence))

    def combined(self, own: I64, around: I64, recurrence: I64) -> Floats:
        """The probabilities by all that is known, without those of its parts."""
        in_place = self._scores("in_place", np.hstack((own, around)))
        text, manual = own[:, OWN.index("score")], around[:, AROUND.index("manual_document")]
        return self._calibrated("combined", self.mix.combine(in_place, text, recurrence, manual), own)

    def in_flat_text(self, features: I64) -> Floats:
        """The probabilities of pieces of texts without line breaks."""
        return self._calibrated("flat", self._scores("flat", features), features)

    def _scores(self, part: str, features: I64) -> I64:
        return kernels.tree_scores(features, self.trees[part])

    def _calibrated(self, part: str, scores: I64, own: I64) -> Floats:
        return calibrated(self.calibration[part], scores, own[:, OWN.index("length")])

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        arrays: dict[str, Array] = {}
        for part, trees in self.trees.items():
            arrays.update(trees.arrays(part))
        fields = {
            "features": {part: list(names) for part, names in _FEATURES.items()},
            "mix": self.mix._asdict(),
            "calibration": self.calibration,
            "points": self.points._asdict(),
        }
        save_arrays(folder, "context", CONTEXT_SCHEME, fields, arrays)

    @classmethod
    def load(cls, folder: Folder | Path) -> ContextModel:
        """Read a model from a folder.

        Raises
        ------
        ModelError
            The files are missing, damaged, or of another scheme.
        """
        fields, arrays = load_arrays(folder, "context", CONTEXT_SCHEME)
        wrong = f"{folder}/context.json is damaged or of other features: install or train it again"
        if fields.get("features") != {part: list(names) for part, names in _FEATURES.items()}:
            raise ModelError(wrong)
        try:
            tables = {
                part: tuple(tuple(int(p) for p in row) for row in fields["calibration"][part])
                for part in _CALIBRATED
            }
            mix, points = _mix(fields["mix"]), Points.read(fields["points"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(wrong) from error
        if not all(map(is_calibration, tables.values())):
            raise ModelError(wrong)
        trees = {part: Trees.from_arrays(arrays, part, len(names)) for part, names in _FEATURES.items()}
        return cls(trees, mix, tables, points)


def _mix(fields: dict[str, Any]) -> Mix:
    """A mix from what stands in a file."""
    bonuses = [tuple(int(bonus) for bonus in fields[name]) for name in ("on_source", "in_corpus")]
    if [len(own) for own in bonuses] != [len(ON_SOURCE), len(IN_CORPUS)]:
        raise ValueError("there is a bonus for each level")
    on_source, in_corpus = bonuses
    return Mix(int(fields["in_place"]), int(fields["constant"]), on_source, in_corpus, int(fields["least"]))


@cache
def shipped_context() -> ContextModel:
    """The model that comes with the package."""
    return ContextModel.load(files("dedupe.boilerplate").joinpath("model"))
