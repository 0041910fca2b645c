"""LSH bands: how many bands of how many rows find a pair at the threshold with the wanted recall.

A pair of Jaccard similarity s is a candidate with probability `1 - (1 - s^rows)^bands`. The choice is a pure
function of its arguments, never of the corpus, so that every engine agrees.

The usual formula (area under the curve on both sides of the threshold) finds 31-55 % of the pairs *at* the
threshold. Here recall is the constraint, and cost is minimised.

References: Broder 1997; Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Literal

from dedupe.errors import InputError, OptionError
from dedupe.hints import without_quotes
from dedupe.job import MAX_PERMUTATIONS, CompareOptions, UnitName
from dedupe.options import check
from dedupe.text.hashing import MAX_SHINGLE

ShingleKind = Literal["word", "char"]

# Share of random pairs of units by Jaccard similarity, as (middle of a bin, share): measured on two million
# pairs of documents and of paragraphs in eight languages; `benchmarks/README.md` gives the table.
_BINS = (0.005, 0.015, 0.035, 0.075, 0.125, 0.175, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75)
_SHARES: dict[tuple[ShingleKind, bool], tuple[float, ...]] = {
    ("word", False): (9.2e-1, 3e-2, 3.9e-2, 1.1e-2, 1.4e-3, 3.1e-4, 1e-4, 3e-5, 4e-6, 1.6e-5, 2.5e-6, 2e-6),
    ("word", True): (1e0, 8.6e-5, 1.6e-4, 1.1e-4, 3.4e-5, 4.2e-5, 6.5e-5, 5.5e-6, 4.5e-6, 1e-5, 1e-6, 5e-7),
    ("char", False): (
        7.5e-1,
        8e-2,
        8.6e-2,
        5.8e-2,
        2e-2,
        5.6e-3,
        1.8e-3,
        2.1e-4,
        3.7e-5,
        1.2e-5,
        1.6e-5,
        3e-6,
    ),
    ("char", True): (
        9.1e-1,
        4.8e-2,
        3.2e-2,
        5.9e-3,
        4.9e-4,
        8.7e-5,
        9.3e-5,
        4e-5,
        1.1e-5,
        1.3e-5,
        6e-6,
        1e-6,
    ),
}
# What one band and one false candidate cost, in permutations of one unit; by (below documents?).
_BAND_COST = {False: 1.0, True: 50.0}
_CANDIDATE_COST = {False: 150.0, True: 600.0}
# The corpus size for which false candidates are counted.
_REFERENCE_UNITS = 100_000
_MAX_ROWS = 16


@dataclass(frozen=True)
class Shingle:
    """The kind of a shingle: `n` consecutive words (tokens) or characters of the folded text."""

    kind: ShingleKind
    n: int

    @classmethod
    def parse(cls, text: str | Shingle) -> Shingle:
        """Read `word:5` or `char:5`."""
        if isinstance(text, Shingle):
            return text
        if not isinstance(text, str):
            is_count = isinstance(text, int) and not isinstance(text, bool)
            example = f"'char:{text}' or 'word:{text}'" if is_count else "'char:5' or 'word:3'"
            raise OptionError(f"shingle={text!r} is not understood: write a string, {example}")
        kind, _, count = text.partition(":")
        if kind not in ("word", "char") or not count.isdecimal() or not 1 <= int(count) <= MAX_SHINGLE:
            hint = f" ('char:{int(text)}' or 'word:{int(text)}')" if text.strip().isdecimal() else ""
            raise InputError(
                f"shingle {text!r} is not understood: write word:N or char:N with N from 1 to {MAX_SHINGLE}{hint}"
            )
        return cls(kind, int(count))  # type: ignore[arg-type]

    @property
    def code(self) -> int:
        """The number by which kernels know the kind."""
        return 0 if self.kind == "word" else 1

    def __str__(self) -> str:
        return f"{self.kind}:{self.n}"


@dataclass(frozen=True)
class Bands:
    """A banding: `bands` keys of `rows` MinHash values each."""

    bands: int
    rows: int

    @property
    def permutations(self) -> int:
        """Return how many MinHash values a signature needs."""
        return self.bands * self.rows

    def recall(self, similarity: float) -> float:
        """The probability that a pair of this similarity is a candidate.

        Examples
        --------
        >>> round(Bands(16, 8).recall(0.8), 3)
        0.947
        """
        return -math.expm1(self.bands * math.log1p(-min(similarity**self.rows, 1 - 1e-15)))

    def false_candidates(
        self,
        threshold: float,
        *,
        units: int = 100_000,
        unit: UnitName = "document",
        shingle: str | Shingle | None = None,
    ) -> float:
        """Return how many candidates below the threshold one unit meets among so many: the cost of verification.

        The number is expected on the background curve that `choose_bands` goes by, of natural text in eight
        languages.

        Examples
        --------
        >>> round(Bands(16, 8).false_candidates(0.8), 1)
        0.5
        """
        return _false_candidates(self, threshold, _kind(shingle), unit != "document", units)


def choose_bands(
    threshold: float,
    recall: float = CompareOptions.recall,
    *,
    unit: UnitName = "document",
    shingle: str | Shingle | None = None,
    permutations: int | None = None,
) -> Bands:
    """Choose bands and rows for a similarity threshold and a wanted recall.

    Parameters
    ----------
    threshold : float
        Jaccard similarity, above 0 and up to 1.
    recall : float, default 0.99
        The least probability that a pair at the threshold becomes a candidate, below 1.
    unit : {"document", "paragraph", "sentence"}
        Selects the background curve.
    shingle : str, optional
        `word:N` or `char:N`; selects the background curve, the default is word shingles.
    permutations : int, optional
        Use at most this many MinHash values: the banding with the fewest false candidates that still reaches
        the recall. If none reaches it, the one that comes nearest.

    Returns
    -------
    Bands
        The bands; their `recall(threshold)` is at least `recall`, unless `permutations` forbids that.

    Examples
    --------
    >>> choose_bands(0.8, 0.99).recall(0.8) >= 0.99
    True
    >>> choose_bands(0.8, 0.9, permutations=128)
    Bands(bands=16, rows=8)
    """
    check(CompareOptions, unit=unit, threshold=threshold, recall=recall, permutations=permutations)
    kind, small = _kind(shingle), unit != "document"
    budget = permutations or MAX_PERMUTATIONS
    enough: list[tuple[float, Bands]] = []
    nearest: list[tuple[float, Bands]] = []
    for rows in range(1, _MAX_ROWS + 1):
        if rows > budget:
            break
        if permutations is not None:
            bands = Bands(budget // rows, rows)
        else:
            bands = Bands(_bands_needed(threshold, recall, rows), rows)
            if bands.permutations > budget:
                break
        if bands.recall(threshold) >= recall:
            enough.append((_cost(bands, threshold, kind, small), bands))
        else:
            nearest.append((bands.recall(threshold), bands))
    if enough:
        return min(enough, key=lambda item: item[0])[1]
    if permutations is None:
        raise InputError(
            f"no banding of up to {MAX_PERMUTATIONS} permutations finds pairs at threshold {threshold} with "
            f"recall {recall}: raise the threshold or lower the recall"
        )
    return max(nearest, key=lambda item: item[0])[1]


def lsh_curve(bands: Bands, steps: int = 20) -> list[tuple[float, float]]:
    """The S-curve of a banding: (similarity, probability to be a candidate).

    Examples
    --------
    >>> [(s, round(p, 2)) for s, p in lsh_curve(Bands(16, 8), 4)]
    [(0.0, 0.0), (0.25, 0.0), (0.5, 0.06), (0.75, 0.82), (1.0, 1.0)]
    """
    return [(i / steps, bands.recall(i / steps)) for i in range(steps + 1)]


def check_probability(name: str, value: float, *, high_open: bool) -> None:
    """Refuse a value outside (0, 1] or (0, 1)."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise OptionError(f"{name}={value!r} is not a number{without_quotes(value)}")
    if not (0 < value < 1 or (value == 1 and not high_open)):
        limit = "below 1" if high_open else "up to 1"
        raise OptionError(f"{name}={value!r} must be above 0 and {limit}")


def _bands_needed(threshold: float, recall: float, rows: int) -> int:
    hit = min(threshold**rows, 1 - 1e-15)
    bands = max(1, math.ceil(math.log1p(-recall) / math.log1p(-hit)))
    # Guard against rounding at the boundary.
    return bands if Bands(bands, rows).recall(threshold) >= recall else bands + 1


def _kind(shingle: str | Shingle | None) -> ShingleKind:
    if shingle is None:
        return "word"
    return (Shingle.parse(shingle) if isinstance(shingle, str) else shingle).kind


def _cost(bands: Bands, threshold: float, kind: ShingleKind, small: bool) -> float:
    """Expected cost of one unit: signing, buckets, and comparing with candidates below the threshold."""
    candidates = _CANDIDATE_COST[small] * _false_candidates(bands, threshold, kind, small, _REFERENCE_UNITS)
    return bands.permutations + _BAND_COST[small] * bands.bands + candidates


def _false_candidates(bands: Bands, threshold: float, kind: ShingleKind, small: bool, units: int) -> float:
    shares = zip(_BINS, _SHARES[kind, small], strict=True)
    return units * sum(share * bands.recall(s) for s, share in shares if s < threshold)
