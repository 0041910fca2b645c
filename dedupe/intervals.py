"""Shares of something counted, with the interval in which the true share lies."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95


class Proportion(NamedTuple):
    """A share of what was counted, and its interval."""

    share: float
    low: float
    high: float
    hits: int
    trials: int

    @classmethod
    def of(cls, hits: int, trials: int) -> Proportion:
        """So many of so many; of none nothing is known.

        Examples
        --------
        >>> share = Proportion.of(48, 50)
        >>> f"{share.share:.2f}, {share.low:.3f} to {share.high:.3f}"
        '0.96, 0.865 to 0.989'
        """
        share = hits / trials if trials else 0.0
        return cls(share, *wilson(share, trials), hits, trials)


def wilson(share: float, trials: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a share that was seen in so many trials.

    Parameters
    ----------
    share : float
        The share that was seen, from 0 to 1.
    trials : float
        How many, or what trials of unequal weight are worth; of none the interval is all there is.
    confidence : float, default 0.95
        How often such an interval holds the true share.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    """
    if trials <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = share + z * z / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    # The ends are exact where all trials went one way.
    low = (middle - reach) / scale if share > 0 else 0.0
    return low, (middle + reach) / scale if share < 1 else 1.0


class Stratum(NamedTuple):
    """A part of a whole, and what was seen in a sample of it."""

    size: int
    hits: int
    trials: int


def stratified(strata: Iterable[Stratum]) -> Proportion:
    """Return the share in a whole from samples of its parts; parts without a sample are left out of the whole.

    Each part counts by its size. The interval uses the effective number of trials of all samples (Kish, "Survey
    Sampling", 1965). Unequal sampling of parts lowers that number; larger samples raise it. If everything was
    drawn, the share is exact.

    Examples
    --------
    >>> share = stratified([Stratum(900, 10, 10), Stratum(100, 5, 10)])
    >>> f"{share.share:.2f}, {share.low:.2f} to {share.high:.2f}"
    '0.95, 0.69 to 0.99'
    """
    seen = [part for part in strata if part.trials and part.size]
    whole = sum(part.size for part in seen)
    if not whole:
        return Proportion.of(0, 0)
    share = sum(part.size / whole * part.hits / part.trials for part in seen)
    hits, trials = sum(part.hits for part in seen), sum(part.trials for part in seen)
    doubt = sum(
        (part.size / whole) ** 2 / part.trials * (part.size - part.trials) / max(part.size - 1, 1) for part in seen
    )
    between = wilson(share, 1 / doubt) if doubt > 0 else (share, share)
    return Proportion(share, *between, hits, trials)
