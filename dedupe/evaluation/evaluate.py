"""`evaluate`: which known copies a run with these settings would find in your corpus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np

from dedupe import kernels
from dedupe.arguments import check_callables
from dedupe.documents import Texts, read_texts
from dedupe.duplicates.settings import Settings, resolve
from dedupe.errors import InputError
from dedupe.evaluation.near_duplicates import DECOYS, Injection, inject
from dedupe.evaluation.repeats import Repeat, inject_repeats
from dedupe.intervals import Proportion
from dedupe.job import By, Columns, EvaluateOptions, Facts, ParagraphMode, UnitName
from dedupe.lsh import Shingle
from dedupe.options import check
from dedupe.parallel import thread_count
from dedupe.text.display import counted
from dedupe.text.encode import encode_batch
from dedupe.units import cut_units

# Code points that are taken of a document, and of all, at most; different words that are asked for.
LONGEST, MOST, LEAST_WORDS = 100_000, 4_000_000, 10
# Passages are put in this often, so that as many as documents come together.
_ROUNDS = 4
# Documents that are looked at for each that is taken, and together.
_LOOKED_AT, _TOGETHER = 4, 64


class Level(NamedTuple):
    """Recall of the copies of one kind."""

    name: str
    found: Proportion
    similarity: tuple[float, float, float]
    """lowest, median and highest similarity of the copies to their originals"""


@dataclass(frozen=True, repr=False)
class Evaluation:
    """Planted copies, and how many of them were found."""

    settings: Settings
    """settings of the comparison"""
    documents: int
    """number of documents in the corpus that were read"""
    injections: tuple[Injection, ...]
    repeats: tuple[Repeat, ...]
    precision: Proportion
    """share of the found pairs with a planted text whose two sides have one original"""
    passage_precision: Proportion
    """share of the finds at planted places that are copies of the planted passage"""

    def __repr__(self) -> str:
        return (
            f"<Evaluation: {counted(len(self.injections), 'planted text')}, recall {self.recall.share:.3f}, "
            f"precision {self.precision.share:.3f}>"
        )

    @property
    def levels(self) -> tuple[Level, ...]:
        """Copies by kind of change."""
        return _levels((one.level, one) for one in self.injections if one.level not in DECOYS)

    @property
    def scripts(self) -> tuple[Level, ...]:
        """Copies at or above the threshold by script, the largest first."""
        levels = _levels((one.script, one) for one in self._near)
        return tuple(sorted(levels, key=lambda level: (-level.found.trials, level.name)))

    @property
    def decoys(self) -> tuple[Level, ...]:
        """Texts that copy nothing, by how they were made: every find here is wrong."""
        return _levels((one.level, one) for one in self.injections if one.level in DECOYS)

    @property
    def recall(self) -> Proportion:
        """Return the found share of copies at or above the threshold that no fact keeps apart."""
        return Proportion.of(sum(one.found for one in self._near), len(self._near))

    @property
    def apart(self) -> int:
        """Count the copies that are similar enough, but stay since they differ in a possible fact."""
        limit = self.settings.threshold
        return sum(one.apart for one in self.injections if one.level not in DECOYS and one.similarity >= limit)

    @property
    def promised(self) -> float:
        """Return the recall that the settings promise for these copies."""
        return float(np.mean([one.promised for one in self._near])) if self._near else 0.0

    @property
    def passage_levels(self) -> tuple[tuple[str, Proportion], ...]:
        """Passages by kind of change."""
        return _shares((one.level, one.found) for one in self.repeats if one.level not in DECOYS)

    @property
    def passage_places(self) -> tuple[tuple[str, Proportion], ...]:
        """Passages by place: in their own document (`within`) or in another one (`across`)."""
        return _shares((one.where, one.found) for one in self.repeats if one.level not in DECOYS)

    @property
    def passage_scripts(self) -> tuple[tuple[str, Proportion], ...]:
        """Passages by script, the largest first."""
        shares = _shares((one.script, one.found) for one in self.repeats if one.level not in DECOYS)
        return tuple(sorted(shares, key=lambda one: (-one[1].trials, one[0])))

    @property
    def passage_decoys(self) -> Proportion:
        """Passages with their words in another order: every find here is wrong."""
        shares = [one.found for one in self.repeats if one.level in DECOYS]
        return Proportion.of(sum(shares), len(shares))

    @property
    def passage_extra(self) -> float:
        """The median number of code points by which a find reaches over the planted passage."""
        return float(median(own)) if (own := [one.extra for one in self.repeats if one.found]) else 0.0

    @property
    def _near(self) -> list[Injection]:
        limit = self.settings.threshold
        copies = (one for one in self.injections if one.level not in DECOYS and not one.apart)
        return [one for one in copies if one.similarity >= limit]


def evaluate(
    texts: Texts,
    *,
    unit: UnitName = EvaluateOptions.unit,
    by: By = EvaluateOptions.by,
    threshold: float | None = None,
    recall: float = EvaluateOptions.recall,
    shingle: str | Shingle | None = None,
    permutations: int | None = None,
    facts: Facts = EvaluateOptions.facts,
    min_length: int = EvaluateOptions.min_length,
    similarity: float = EvaluateOptions.similarity,
    paragraphs: ParagraphMode = EvaluateOptions.paragraphs,
    sample: int = EvaluateOptions.sample,
    seed: int = EvaluateOptions.seed,
    text: str = Columns.text,
    id: str | None = Columns.id,
    threads: int | None = None,
    progress: Callable[[str], object] | None = None,
) -> Evaluation:
    """Plant known near-duplicates and repeated passages in a sample of your texts, and count how many are found.

    One copy of each sampled unit has another letter case and wider spaces. Others have 0, 1, 2, 5, 10, 20 and 30 %
    of their words changed. Decoys copy nothing: they join the halves of two texts, or reorder the words of one.
    Passages have 2 to 16 times `min_length` letters, with 0 to 20 % of their words changed. They are planted in
    other documents and in their own.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or Arrow object
        The corpus, or a part of it; nothing in it is changed. Rows of a table without a text are left out.
    unit, by, threshold, recall, shingle, permutations, facts, paragraphs
        As for `find_duplicates`.
    min_length, similarity
        As for `find_passages`.
    sample : int, default 500
        Number of units and documents to copy, drawn evenly. Units with fewer than ten different words are left
        out. Only the first 100,000 code points of a document are used. Fewer are drawn if together they would be
        longer than four million code points.
    seed : int, default 0
        Random seed of the changed words; an equal seed gives an equal result.
    threads : int, optional
        Threads; the default is one for each CPU.
    progress : function, optional
        Called with the name of each step.

    Returns
    -------
    Evaluation
        `.recall`, `.precision`, `.levels`, `.scripts`, `.decoys`, and their counterparts for passages. Each has
        the interval that holds the true share in 95 of 100 such runs. `.injections` and `.repeats` list every
        copy and passage.

    Raises
    ------
    InputError
        An argument is out of range, or no unit has ten different words.

    Notes
    -----
    Recall is that of the search: the found share of the pairs that are similar enough. Only you can judge whether
    such a pair is a copy: see `dedupe evaluate --audit`.

    Examples
    --------
    >>> mill = "The old mill by the river has stood empty for forty years, and nobody in the village knows why."
    >>> dogs = "Dogs bark when the first carts of the morning come over the bridge to the market in the square."
    >>> found = evaluate([mill, dogs])
    >>> found.recall.share, found.precision.share, [level.found.hits for level in found.decoys]
    (1.0, 1.0, [0, 0])
    """
    asked = {"min_length": min_length, "similarity": similarity, "sample": sample, "seed": seed}
    check(EvaluateOptions, **asked, paragraphs=paragraphs, threads=threads)
    settings = resolve(unit, threshold, recall, shingle, permutations, facts, by)
    corpus, workers = read_texts(texts, Columns(text, id), nulls=None), thread_count(threads)
    check_callables(progress=progress)
    say = progress or (lambda _: None)
    say("drawing a sample")
    documents = _drawn(corpus.texts.__getitem__, len(corpus), sample)
    sources = documents if unit == "document" else _units(documents, unit, paragraphs, sample)
    if not sources:
        raise InputError(
            f"no {unit} of {len(corpus):,} documents has {LEAST_WORDS} different words: there is nothing to copy"
        )
    say("putting copies in")
    injections, right, wrong = inject(sources, settings, seed, workers)
    say("putting passages in")
    repeats, good, bad = inject_repeats(
        documents, min_length=min_length, similarity=similarity, seed=seed, rounds=_ROUNDS, threads=workers
    )
    return Evaluation(
        settings,
        len(documents),
        tuple(injections),
        tuple(repeats),
        Proportion.of(right, right + wrong),
        Proportion.of(good, good + bad),
    )


def _units(documents: Sequence[str], unit: UnitName, paragraphs: ParagraphMode, sample: int) -> list[str]:
    units = cut_units(read_texts(documents), unit, paragraphs)
    return _drawn(units.text, len(units), sample)


def _drawn(text_of: Callable[[int], str], count: int, sample: int) -> list[str]:
    """Different texts that have words enough, evenly drawn."""
    out: dict[bytes, str] = {}
    places = _evenly(count, _LOOKED_AT * sample)
    for first in range(0, len(places), _TOGETHER):
        texts = [text_of(place)[:LONGEST] for place in places[first : first + _TOGETHER]]
        folded, bounds = kernels.fold_bytes(encode_batch(texts))
        for text, (start, end) in zip(texts, pairwise(bounds.tolist()), strict=True):
            words = folded[start:end].tobytes()
            if len(set(words.split(b" "))) >= LEAST_WORDS:
                out.setdefault(words, text)
    kept = list(out.values())
    chosen = [kept[i] for i in _evenly(len(kept), sample)]
    while (size := sum(map(len, chosen))) > MOST:
        chosen = [chosen[i] for i in _evenly(len(chosen), max(len(chosen) * MOST // size - 1, 1))]
    return chosen


def _evenly(count: int, wanted: int) -> list[int]:
    """So many numbers below a count, as far from each other as can be."""
    numbers: list[int] = np.unique(np.linspace(0, count - 1, min(count, wanted)).astype(np.int64)).tolist()
    return numbers if count else []


def _levels(named: Iterable[tuple[str, Injection]]) -> tuple[Level, ...]:
    groups: dict[str, list[Injection]] = defaultdict(list)
    for name, one in named:
        groups[name].append(one)
    return tuple(
        Level(
            name,
            Proportion.of(sum(one.found for one in own), len(own)),
            (
                min(one.similarity for one in own),
                float(median(one.similarity for one in own)),
                max(one.similarity for one in own),
            ),
        )
        for name, own in groups.items()
    )


def _shares(named: Iterable[tuple[str, bool]]) -> tuple[tuple[str, Proportion], ...]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, found in named:
        counts[name][0] += found
        counts[name][1] += 1
    return tuple((name, Proportion.of(*own)) for name, own in counts.items())
