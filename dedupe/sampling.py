"""Samples that are the same in every run: of each stage, at each level of its scores, the first by a hash."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from hashlib import blake2b
from typing import Generic, TypeVar

Item = TypeVar("Item")
# Of each stage and each of so many levels of scores between 0 and 1, so many samples.
LEVELS, EACH = 25, 6


class Sampler(Generic[Item]):
    """Draws from a stream; what it has drawn does not depend on the order of the stream."""

    def __init__(self, each: int = EACH) -> None:
        self._each = each
        self._heaps: dict[tuple[str, int], list[tuple[int, str, Item]]] = {}
        self.seen = 0

    def draws(self, stage: str, score: float, name: str) -> bool:
        """Return whether an item would be drawn of all so far."""
        heap = self._heaps.get((stage, level_of(score)))
        return heap is None or len(heap) < self._each or (_order(name), name) > heap[0][:2]

    def add(self, stage: str, score: float, name: str, item: Item) -> None:
        """Offer an item, which `name` tells from all others."""
        self.seen += 1
        if self.draws(stage, score, name):
            heap = self._heaps.setdefault((stage, level_of(score)), [])
            heapq.heappush(heap, (_order(name), name, item))
            if len(heap) > self._each:
                heapq.heappop(heap)

    def drawn(self) -> Iterator[Item]:
        """Yield the drawn items, stage by stage as they came, the lowest scores first: look at these."""
        stages = list(dict.fromkeys(stage for stage, _ in self._heaps))
        for stage in stages:
            for level in range(LEVELS):
                for _, _, item in sorted(
                    self._heaps.get((stage, level), ()), key=lambda entry: (-entry[0], entry[1])
                ):
                    yield item


def level_of(score: float) -> int:
    """Return the level of a score, from 0."""
    return min(int(score * LEVELS), LEVELS - 1)


def _order(name: str) -> int:
    """Return a number by which the lowest are drawn last."""
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return -int.from_bytes(digest, "big")
