"""Whatever fails and whenever: an index opens, has all that was acknowledged, and nothing by half."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dedupe import Index, find_duplicates
from dedupe.cli.main import main
from dedupe.errors import IndexFileError, OutputError
from dedupe.index.manifest import read_manifest
from dedupe.store import arrays
from tests.faults import CountingDisk, Crash, FailingDisk, ForgetfulDisk, TellingDisk, on

LONG = bool(os.environ.get("DEDUPE_LONG"))
ROUNDS = 40 if LONG else 2
# Kills, and how many of them must hit a write.
KILLS, HITS = 300, 300 if LONG else 30
Texts = dict[str, str]
Step = Callable[[Index], object]


def text(i: int) -> str:
    return f"the {i % 5} river rose over night and took the bridge\nline {i} of another text that comes once"


def script(texts: Texts) -> list[tuple[Step, Texts]]:
    """Changes, and the documents that are there after each; segments merge on the way."""
    out: list[tuple[Step, Texts]] = []
    for i in range(0, 14, 2):
        new = {f"d{j}": text(j) for j in (i, i + 1)}
        texts = {**texts, **new}
        out.append((lambda index, new=new: index.add(list(new), list(new.values())), texts))
        if i % 6 == 4:
            gone = f"d{i - 3}"
            texts = {identity: own for identity, own in texts.items() if identity != gone}
            out.append((lambda index, gone=gone: index.remove([gone]), texts))
    out.append((lambda index: index.compact(), texts))
    return out


def check(path: Path, *allowed: Texts) -> Texts:
    """The index opens, is whole, and holds one of the allowed states."""
    with Index.open(path, read_only=True) as index:
        index.verify()
        found = dict(zip(index, index.texts(list(index)), strict=True))
        assert found in allowed
        if found:
            assert index.duplicates().kept == find_duplicates(found, unit="paragraph").kept
    with Index.open(path) as index:
        assert dict(zip(index, index.texts(list(index)), strict=True)) == found
    assert not list(path.glob(".manifest*"))
    return found


def begin(path: Path) -> None:
    Index.open(path).close()


def operations(path: Path) -> int:
    begin(path)
    counting = CountingDisk()
    with on(counting), Index.open(path) as index:
        for step, _ in script({}):
            step(index)
    return counting.count


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("stays", [False, True])
def test_any_operation_may_fail(tmp_path: Path, code: int, stays: bool) -> None:
    count = operations(tmp_path / "counted")
    for at in range(1, count + 1, 1 if LONG else 7):
        path = tmp_path / str(at)
        begin(path)
        before: Texts = {}
        with on(FailingDisk(at, code, stays=stays)), Index.open(path) as index:
            for step, after in script({}):
                try:
                    step(index)
                except OutputError as error:
                    assert "the index is as it was" in str(error)
                    # Reading goes on, and so does writing when there is room again.
                    assert list(index) == list(before)
                    break
                before = after
        states = [{}, *(after for _, after in script({}))]
        following = states[min(states.index(before) + 1, len(states) - 1)]
        check(path, before, following)
        shutil.rmtree(path)


def test_what_was_not_synced_may_be_forgotten(tmp_path: Path) -> None:
    count = operations(tmp_path / "counted")
    states = [{}, *(after for _, after in script({}))]
    for at in range(1, count + 1, 1 if LONG else 7):
        path = tmp_path / str(at)
        for round_ in range(ROUNDS):
            begin(path)
            disk = ForgetfulDisk(path, at)
            done = 0
            with on(disk):
                index = Index.open(path)
                try:
                    for step, _ in script({}):
                        step(index)
                        done += 1
                except Crash:
                    pass
                index.close()
            disk.settle(random.Random(at * 1000 + round_))
            check(path, states[done], states[min(done + 1, len(states) - 1)])
            shutil.rmtree(path)


def write_without_end(path: Path, told: int) -> None:
    """Add documents until somebody kills the process; tell of what is written, and what is acknowledged."""
    with on(TellingDisk(told)):
        index = Index.open(path, keep="longest")
        number = len(index)
        while True:
            ids = range(number, number + 3)
            index.add([f"d{i}" for i in ids], [text(i) for i in ids])
            number += 3
            os.write(told, f"{number} ".encode())


def in_a_write(path: Path, acknowledged: int) -> bool:
    """Tell whether a kill hit a change under way: files that no manifest names, or more than was acknowledged."""
    manifest = read_manifest(path)
    named = {name for name, _ in manifest.segments} | {"manifest.json", "lock"}
    return {found.name for found in path.iterdir()} != named or manifest.next_document > acknowledged


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the writer is a fork")
def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    path, chance, before, hits = tmp_path / "index", random.Random(5), 0, 0
    for _ in range(KILLS):
        if hits == HITS:
            break
        operations = chance.randrange(10, 30)
        ends, told = os.pipe()
        if not (writer := os.fork()):
            try:
                write_without_end(path, told)
            finally:
                os._exit(1)
        os.close(told)
        with os.fdopen(ends, "rb", buffering=0) as heard:
            signs = b""
            while not signs.strip(b". ") or signs.count(b".") < operations:
                signs += heard.read(1)
            time.sleep(chance.random() * 0.0005)
            os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
            signs += heard.read()
        acknowledged = int(signs.replace(b".", b" ").split()[-1])
        hits += in_a_write(path, acknowledged)
        with Index.open(path, read_only=True) as index:
            index.verify()
            found = list(index)
        assert len(found) in (acknowledged, acknowledged + 3)
        assert acknowledged > before
        assert found == [f"d{i}" for i in range(len(found))]
        before = len(found)
    assert hits >= 30, f"of {KILLS} kills"
    with Index.open(path, read_only=True) as index:
        texts = dict(zip(index, index.texts(list(index)), strict=True))
        assert index.duplicates().groups == find_duplicates(texts, unit="paragraph", keep="longest").groups


def test_one_process_writes_and_others_read(tmp_path: Path) -> None:
    path = tmp_path / "index"
    with Index.open(path) as writer:
        with pytest.raises(IndexFileError, match="in this process already"):
            Index.open(path)
        writer.add(["a"], [text(1)])
        reader = Index.open(path, read_only=True)
        for i in range(8):
            writer.add([f"b{i}"], [text(i)])
        writer.compact()
        # A reader stays with what it has opened, whatever has been merged since.
        assert list(reader) == ["a"]
        assert reader.query([text(1)])
        reader.refresh()
        assert len(reader) == 9
        with pytest.raises(IndexFileError, match="for reading only"):
            reader.add(["c"], ["x"])
    with pytest.raises(IndexFileError, match="the index is closed"):
        writer.add(["c"], ["x"])
    Index.open(path).close()


def test_damage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "index"
    with Index.open(path) as index:
        index.add(["a", "b"], [text(1) * 50, text(2)])
    (segment,) = path.glob("*.arrays")
    whole = segment.read_bytes()
    manifest = (path / "manifest.json").read_bytes()
    chance = random.Random(3)
    for _ in range(100):
        place = chance.choice(said(whole))
        segment.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :])
        with pytest.raises(IndexFileError, match=f"{segment.name} is damaged"):
            Index.open(path, read_only=True).verify()
    for damaged in (whole[:-1], whole[:100], b"", whole + b"x"):
        segment.write_bytes(damaged)
        with pytest.raises(IndexFileError, match="bytes and not"):
            Index.open(path, read_only=True)
    segment.write_bytes(whole)
    for damaged in (manifest[:-9], b"", b"[]", manifest.replace(b'"paragraph"', b'"document"')):
        (path / "manifest.json").write_bytes(damaged)
        with pytest.raises(IndexFileError, match="is damaged"):
            Index.open(path)
    segment.unlink()
    (path / "manifest.json").write_bytes(manifest)
    with pytest.raises(IndexFileError, match="is missing"):
        Index.open(path, read_only=True)


@pytest.mark.parametrize("read_only", [False, True])
def test_an_index_without_its_manifest_keeps_what_is_left(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "index"
    with Index.open(path) as index:
        index.add(["a", "b"], [text(1) * 50, text(2)])
    (path / "manifest.json").unlink()
    before = {found.name: found.read_bytes() for found in path.iterdir()}
    with pytest.raises(IndexFileError, match=r"manifest.json is missing|no index"):
        Index.open(path, read_only=read_only)
    assert main(["index", "add", str(path), str(tmp_path)]) == 2
    assert {found.name: found.read_bytes() for found in path.iterdir()} == before


@pytest.mark.parametrize("name", ["notes.arrays", "1.arrays", "00000001.arrays.txt", ".hidden"])
def test_files_of_others_stay(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputError, match="holds other files"):
        Index.open(tmp_path)
    (tmp_path / name).unlink()
    Index.open(tmp_path).close()
    (tmp_path / name).write_text("mine")
    with Index.open(tmp_path) as index:
        index.add(["a"], [text(1)])
    assert (tmp_path / name).read_text() == "mine"


def said(whole: bytes) -> list[int]:
    """The places of a file of arrays that say something; between the arrays there is room."""
    length, _, magic = struct.unpack("<QI16s", whole[-28:])
    end = len(whole) - 28
    sizes = {"u1": 1, "u4": 4, "u8": 8, "f8": 8}
    ranges = [range(len(magic)), range(end - length, len(whole))]
    for code, start, count, *tables in json.loads(whole[end - length : end]).values():
        blocks = -(-count * sizes[code] // arrays._BLOCK_BYTES)
        ranges.append(range(start, start + count * sizes[code]))
        for place, size in zip(tables[::2], (4, sizes[code]), strict=False):
            ranges.append(range(place, place + blocks * size))
    return [place for own in ranges for place in own]
