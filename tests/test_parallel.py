"""Threads: results in order, and an end to what other threads do."""

from __future__ import annotations

import threading

import pytest

from dedupe import kernels
from dedupe.parallel import ordered_map
from dedupe.text.encode import encode_batch


@pytest.mark.parametrize("threads", [1, 3])
def test_results_come_in_the_order_of_the_items(threads: int) -> None:
    assert list(ordered_map(lambda item: item * item, range(50), threads)) == [item * item for item in range(50)]


@pytest.mark.skipif(not kernels.native, reason="the reference runs to its end")
@pytest.mark.parametrize("early", [True, False])
def test_kernels_in_other_threads_end_where_the_main_thread_does(early: bool) -> None:
    batch = encode_batch(["some words that are read again and again " * 30_000])
    running = threading.Event()
    ended: list[BaseException] = []

    def work(item: int) -> int:
        if item == 0:
            running.wait()
            if early:
                return item
            raise InterruptedError
        running.set()
        try:
            while True:
                kernels.tokenize(batch)
        except BaseException as error:
            ended.append(error)
            raise

    results = ordered_map(work, range(2), 2)
    if early:
        assert next(results) == 0
        results.close()  # type: ignore[attr-defined]
    else:
        with pytest.raises(InterruptedError):
            list(results)
    assert [type(error) for error in ended] == [KeyboardInterrupt]
    # What comes afterwards is not stopped.
    assert list(ordered_map(lambda _: len(kernels.tokenize(batch)), range(4), 2)) == [5] * 4
