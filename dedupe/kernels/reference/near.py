"""Choice of the earlier units that a unit is compared with: the readable twins of the native kernels.

Where buckets are crowded, two filters leave out pairs that cannot reach the threshold, and no others. Sets that do
have so much in common that they share some of the rarest values of each: where it costs less, earlier units are
found by these (`Prefixes`). And sets that differ in many values differ in their parities (`Sketches`).

References
----------
Bayardo, Ma, Srikant, "Scaling up all pairs similarity search", 2007 (the prefix); Wang, Li, Feng, "Can we beat the
prefix filtering?", 2012 (several values in common); Sandes, Teodoro, Melo, "Bitmap filter: speeding up exact set
similarity joins with bitwise operations", 2020 (parities).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dedupe.kernels.records import Buckets, FactTexts, Sets
from dedupe.kernels.reference.facts import agree, may_agree, profile
from dedupe.kernels.reference.fingerprints import overlaps
from dedupe.text.encode import Offsets
from dedupe.text.hashing import U64

Floats = npt.NDArray[np.float64]

# So many earlier units are always compared.
FEW = 8
# A unit that is looked at costs as much as so many entries of a list.
LOOK = 4
# Bits of a sketch.
LEAST_BITS, MOST_BITS = 64, 1 << 16


def split_items(values: Offsets | U64, offsets: Offsets) -> list[list[int]]:
    """Items as lists: item `i` is `values[offsets[i]:offsets[i + 1]]`."""
    flat = values.tolist()
    return [flat[start:end] for start, end in pairwise(offsets.tolist())]


class Prefixes:
    """Units by the rarest values of their sets."""

    def __init__(self, sets: list[list[int]], threshold: float) -> None:
        self._sets, self._threshold = sets, threshold
        self._counts = Counter(value for own in sets for value in own)
        # Values that occur again are ordered by how often, and then by where they first do.
        again = (value for value, count in self._counts.items() if count > 1)
        self._number = {value: number for number, value in enumerate(again)}
        self._listed: dict[int, list[int]] = defaultdict(list)

    def _rarest(self, unit: int) -> list[int]:
        """Values of a set that others have too, the rarest first."""
        own = [value for value in self._sets[unit] if value in self._number]
        return sorted(own, key=lambda value: (self._counts[value], self._number[value]))

    def _prefix(self, size: int) -> int:
        """Return how many values of a set are enough: any other set at the threshold has one of them."""
        return size - least_shared(size, self._threshold) + 1

    def add(self, unit: int) -> None:
        """Enter a unit."""
        rarest = self._rarest(unit)
        size = len(self._sets[unit])
        for value in rarest[: max(2 * self._prefix(size) - (size - len(rarest)), 0)]:
            self._listed[value].append(unit)

    def plan(self, unit: int) -> tuple[float, list[int], int]:
        """Return the cheapest way to look a unit up: cost, values, and how many of them others must share.

        Sets at the threshold that share `n` values have `k` of these among the first `size - n + k` of either.
        """
        size, rarest = len(self._sets[unit]), self._rarest(unit)
        once = size - len(rarest)
        least = least_shared(size, self._threshold)
        best: tuple[float, list[int], int] | None = None
        # Smaller sets are entered with fewer values.
        for k in range(1, min(self._prefix(least) + 1, least) + 1):
            values = rarest[: max(size - least + k - once, 0)]
            steps = sum(len(self._listed[value]) for value in values)
            cost = steps * (k + LOOK) / k
            if best is None or cost < best[0]:
                best = cost, values, k
        return best or (0.0, [], 1)

    def near(self, values: Iterable[int], k: int) -> set[int]:
        """The units that have `k` of some values among their rarest."""
        counts = Counter(unit for value in values for unit in self._listed[value])
        return {unit for unit, count in counts.items() if count >= k}


class Sketches:
    """Sets by the parities of their values: bit `i` is 1 where a set holds an odd number of values of rest `i`."""

    def __init__(self, sets: list[list[int]], threshold: float) -> None:
        self._sets, self._threshold = sets, threshold

    def _read(self, unit: int) -> tuple[int, int]:
        """The sketch of a set and its bits: as many as the set has values, to the next power of two."""
        own = self._sets[unit]
        bits = min(max(1 << max(len(own) - 1, 0).bit_length(), LEAST_BITS), MOST_BITS)
        sketch = 0
        for value in own:
            sketch ^= 1 << value % bits
        return sketch, bits

    def may_reach(self, a: int, b: int) -> bool:
        """Return whether two sets may reach the threshold."""
        (one, bits_a), (other, bits_b) = self._read(a), self._read(b)
        bits = min(bits_a, bits_b)
        # Each parity that differs takes a value that only one of the two has.
        differ = (_folded(one, bits) ^ _folded(other, bits)).bit_count()
        sizes = [len(self._sets[unit]) for unit in (a, b)]
        shared = min(*sizes, (sum(sizes) - differ) // 2)
        return shared > 0 and shared / (sum(sizes) - shared) >= self._threshold


def _folded(sketch: int, bits: int) -> int:
    """A sketch as it were with so many bits."""
    out = 0
    while sketch:
        out ^= sketch & ((1 << bits) - 1)
        sketch >>= bits
    return out


def least_shared(size: int, threshold: float) -> int:
    """Return how many values a set of so many must share, at least, with another to reach a threshold."""
    least = int(min(size * threshold, size))
    while least > 0 and (least - 1) / size >= threshold:
        least -= 1
    while least < size and least / size < threshold:
        least += 1
    return least


class Near:
    """Units that were entered, and which of them another one that shares a bucket is compared with."""

    def __init__(
        self,
        buckets: list[list[int]],
        sets: list[list[int]],
        threshold: float,
        texts: Sequence[str] | None,
    ) -> None:
        self._buckets_of: dict[int, list[int]] = defaultdict(list)
        for number, bucket in enumerate(buckets):
            for unit in bucket:
                self._buckets_of[unit].append(number)
        self._profiles = None if texts is None else [profile(text) for text in texts]
        self._entered: dict[int, list[int]] = defaultdict(list)
        self._sets = sets
        self._prefixes, self._sketches = Prefixes(sets, threshold), Sketches(sets, threshold)

    def enter(self, unit: int) -> None:
        """Enter a unit, which later ones are compared with."""
        for number in self._buckets_of[unit]:
            self._entered[number].append(unit)
        self._prefixes.add(unit)

    def find(self, unit: int) -> set[int]:
        """The units that were entered, share a bucket with this one, and may reach the threshold and agree."""
        lists = [self._entered[number] for number in self._buckets_of[unit]]
        near = {other for entered in lists for other in entered}
        steps, looks = sum(map(len, lists)), max(map(len, lists), default=0)
        if self._profiles is not None:
            # Units with other facts are not even compared: of a form there may be very many.
            near = {other for other in near if may_agree(self._profiles[unit], self._profiles[other])}
            steps, looks = len(near), len(near)
        if steps <= FEW:
            return near
        plain = steps + LOOK * looks
        # To plan takes a look at each value.
        if plain > len(self._sets[unit]):
            cost, values, k = self._prefixes.plan(unit)
            if cost < plain:
                near &= self._prefixes.near(values, k)
        return {other for other in near if self._sketches.may_reach(unit, other)}

    def agree(self, unit: int, other: int) -> bool:
        """Return whether two units state the same facts, where that is asked."""
        return self._profiles is None or agree(self._profiles[unit], self._profiles[other])


def read_near(buckets: Buckets, sets: Sets, threshold: float, texts: FactTexts | None) -> Near:
    """`Near` of flat arrays: items, and where each begins and the last ends."""
    if not threshold > 0:
        raise ValueError(f"the threshold {threshold} is not above 0")
    written = None
    if texts is not None:
        raw = texts[0].tobytes()
        written = [raw[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(texts[1].tolist())]
    return Near(split_items(*buckets), split_items(*sets), threshold, written)


def similarities_to(unit: int, others: Sequence[int], sets: Sets) -> Floats:
    """Exact Jaccard similarity of one set and others."""
    numbers = np.array(others, np.int64)
    sizes = np.diff(sets[1])
    shared = overlaps(sets, np.full(len(numbers), unit), numbers)
    union = sizes[numbers] + sizes[unit] - shared
    out = np.zeros(len(numbers))
    np.divide(shared, union, out=out, where=union > 0)
    return out
