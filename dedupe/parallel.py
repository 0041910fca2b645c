"""Threads for work that releases the GIL: results in order, few at a time, no pool that outlives a call."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from dedupe.job import DuplicateOptions
from dedupe.options import check

# Numbers of calls of `ordered_map` that are under way; kernels know work by them.
_NUMBERS = itertools.count(1)

Item = TypeVar("Item")
Result = TypeVar("Result")


def thread_count(threads: int | None) -> int:
    """Return how many threads to use: as asked, or as many as this process may run on."""
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    check(DuplicateOptions, threads=threads)
    return int(threads)


def ordered_map(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """`map` with threads: the same results in the same order, with at most two items a thread under way."""
    if threads == 1:
        yield from map(function, items)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    from dedupe import kernels

    work = next(_NUMBERS)

    def begin() -> None:
        kernels.begin_work(work)

    waiting: deque[Future[Result]] = deque()
    try:
        with ThreadPoolExecutor(threads, initializer=begin) as pool:
            try:
                for item in items:
                    waiting.append(pool.submit(function, item))
                    if len(waiting) > 2 * threads:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            except BaseException:
                # Signals reach the main thread alone: kernels that run in others would go on to their end.
                kernels.stop_work(work, True)
                raise
            finally:
                for future in waiting:
                    future.cancel()
    finally:
        kernels.stop_work(work, False)
