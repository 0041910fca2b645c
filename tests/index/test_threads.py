"""An index in the hands of several threads and processes: nothing that was acknowledged is lost."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event

import pytest

from dedupe import Index
from dedupe.errors import IndexFileError
from tests.conftest import make_text

LONG = bool(os.environ.get("DEDUPE_LONG"))
FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def make_texts(random: Random, count: int) -> list[str]:
    """Texts of which some are copies."""
    pool = [make_text(random, 12) for _ in range(count)]
    return [random.choice(pool[: i + 1]) if random.random() < 0.3 else pool[i] for i in range(count)]


@pytest.mark.parametrize("number", range(20 if LONG else 1))
@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_threads_lose_nothing(tmp_path: Path, kind: str, number: int) -> None:
    threads, adds = 8, 50 if LONG else 8
    path = tmp_path / "index"
    index = Index.open(path, unit="document") if kind == "folder" else Index(unit="document")
    texts = make_texts(Random(number), threads * adds)
    removed, stop = [f"0-{i}" for i in range(0, adds, 5)], Event()

    def write(thread: int) -> None:
        for i in range(adds):
            index.add([f"{thread}-{i}"], [texts[thread * adds + i]], threads=1)
            if not thread and i % 5 == 4:
                index.remove([f"0-{i - 4}"])
                removed.append(f"0-{i - 4}")
            if thread == 1 and i % 20 == 19:
                index.compact()

    def ask(_: int) -> int:
        asked = 0
        while not stop.is_set():
            count = len(index)
            assert all(match.similarity == 1.0 for match in index.query(texts[0], threads=1) if match.id == "0-1")
            assert count <= len(index) + len(removed)
            asked += 1
        return asked

    removed.clear()
    with ThreadPoolExecutor(threads + 4) as pool:
        asking = [pool.submit(ask, i) for i in range(4)]
        for done in [pool.submit(write, thread) for thread in range(threads)]:
            done.result()
        stop.set()
        assert all(one.result() for one in asking)
    expected = {f"{t}-{i}": texts[t * adds + i] for t in range(threads) for i in range(adds)}
    for identity in removed:
        del expected[identity]
    index.verify()
    if kind == "folder":
        index.close()
        index = Index.open(path, read_only=True)
    assert dict(zip(index, index.texts(index), strict=True)) == expected
    index.verify()
    # The groups are those of the same documents, added at once in the order in which they came.
    whole = Index(unit="document")
    order = list(index)
    whole.add(order, [expected[identity] for identity in order])
    assert [group.kept for group in index.duplicates().groups] == [g.kept for g in whole.duplicates().groups]


def test_a_manifest_is_replaced_only_by_who_has_read_it(tmp_path: Path) -> None:
    path = tmp_path / "index"
    index = Index.open(path, unit="document")
    index.add(["a"], ["one text of some words"])
    before = (path / "manifest.json").read_bytes()
    # Where locks do not hold, as on some network disks, another machine writes too.
    other = Index.open(_copy_of(path, tmp_path / "other"))
    other.add(["b"], ["another text of some words"])
    for file in (tmp_path / "other").glob("*.arrays"):
        (path / file.name).write_bytes(file.read_bytes())
    written = (tmp_path / "other" / "manifest.json").read_bytes()
    (path / "manifest.json").write_bytes(written)
    with pytest.raises(IndexFileError, match="changed by somebody else"):
        index.add(["c"], ["a third text of some words"])
    assert (path / "manifest.json").read_bytes() == written != before
    index.close()
    with Index.open(path) as index:
        index.verify()
        assert list(index) == ["a", "b"]


def _copy_of(path: Path, to: Path) -> Path:
    to.mkdir()
    for file in path.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to


def _in_child(work: Callable[[], str]) -> str:
    """What a forked process answers."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            answer = work()
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(write, answer.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


@FORK
def test_a_forked_process_does_not_write(tmp_path: Path) -> None:
    path = tmp_path / "index"
    index = Index.open(path, unit="document")
    index.add(["a"], ["one text of some words"])

    def work() -> str:
        assert index.query("one text of some words")[0].id == "a"
        index.add(["b"], ["another text of some words"])
        return "added"

    assert "from which this one was forked" in _in_child(work)

    def close() -> str:
        # That of the parent stays open.
        index.close()
        Index.open(path)
        return "opened"

    assert "another process" in _in_child(close)
    index.add(["c"], ["a third text of some words"])
    index.close()
    with Index.open(path) as index:
        assert list(index) == ["a", "c"]


@FORK
def test_a_forked_process_holds_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "index"
    index = Index.open(path, unit="document")
    read, write = os.pipe()
    ready, lives = os.pipe()
    child = os.fork()
    if not child:
        os.close(write)
        os.write(lives, b"1")
        # Alive until the parent lets it go.
        os.read(read, 1)
        os._exit(0)
    os.close(read)
    try:
        os.read(ready, 1)
        index.close()
        Index.open(path).close()
    finally:
        os.close(write)
        os.waitpid(child, 0)


@FORK
def test_a_forked_process_waits_for_no_thread_of_its_parent(tmp_path: Path) -> None:
    Index.open(tmp_path / "index", unit="document").close()
    index = Index.open(tmp_path / "index", read_only=True)
    memory = Index(unit="document")
    held, stop = Event(), Event()

    def hold() -> None:
        with index._changing, memory._changing:
            held.set()
            stop.wait(20)

    def work() -> str:
        index.refresh()
        memory.add(["a"], ["one text of some words"])
        return f"{len(index)} and {len(memory)}"

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        held.wait(20)
        try:
            assert _in_child(work) == "0 and 1"
        finally:
            stop.set()


def _ask(index: Index) -> list[str]:
    return [str(match.id) for match in index.query("one text of some words")]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_pickled_index_opens_again_for_reading(tmp_path: Path, method: str) -> None:
    with Index.open(tmp_path / "index", unit="document") as index:
        index.add(["a"], ["one text of some words"])
        with multiprocessing.get_context(method).Pool(1) as pool:
            assert pool.map(_ask, [index]) == [["a"]]
        again = pickle.loads(pickle.dumps(index))
        with pytest.raises(IndexFileError, match="for reading only"):
            again.add(["b"], ["another text"])
    with pytest.raises(TypeError, match="can be pickled"):
        pickle.dumps(index)
    with pytest.raises(TypeError, match="in a folder"):
        pickle.dumps(Index())


def test_joblib_asks_an_index(tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib", reason="joblib comes with scikit-learn")
    with Index.open(tmp_path / "index", unit="document") as index:
        index.add(["a"], ["one text of some words"])
        assert joblib.Parallel(n_jobs=2)(joblib.delayed(_ask)(index) for _ in range(2)) == [["a"], ["a"]]


def test_the_lock_is_of_who_holds_the_index(tmp_path: Path) -> None:
    path = tmp_path / "index"
    index = Index.open(path)
    with pytest.raises(IndexFileError, match="in this process already"):
        Index.open(path)
    index.close()
    Index.open(path)
    # Nobody has that one.
    gc.collect()
    with Index.open(path) as index:
        pass
    for ask in (
        lambda: index.query("a text"),
        lambda: index.add(["a"], ["a text"]),
        lambda: index.remove(["a"]),
        lambda: len(index),
        lambda: index.texts([]),
        index.compact,
        index.duplicates,
        index.info,
        index.refresh,
        index.verify,
    ):
        with pytest.raises(IndexFileError, match="the index is closed"):
            ask()
    index.close()
    assert "closed" in repr(index)
