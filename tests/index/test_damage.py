"""Damaged indexes: no wrong answer, no other error than ours, and nothing damaged gets a new checksum."""

from __future__ import annotations

import json
import os
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import Index
from dedupe.errors import IndexFileError
from dedupe.index.manifest import _digest
from dedupe.index.segment import FIELDS
from dedupe.store import arrays
from dedupe.store.arrays import ArrayWriter, StoredArray, read_arrays, search, search_entries
from tests.conftest import make_text
from tests.index.test_crashes import said

LONG = bool(os.environ.get("DEDUPE_LONG"))


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """Blocks of which even small arrays have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "_BLOCK_BYTES", 64)
        patch.setattr(arrays, "_AT_ONCE", 2)
        yield


@pytest.fixture(scope="module")
def folder(small_blocks: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three segments, with copies, removals, and units that belong to others now."""
    path = tmp_path_factory.mktemp("damage") / "index"
    random = Random(5)
    texts = [make_text(random, 30) for _ in range(40)]
    with Index.open(path, unit="document", keep="last") as index:
        for part in range(2):
            own = [random.choice([text, text.replace("a", "A", 1)]) for text in texts[part * 10 : part * 10 + 20]]
            index.add([f"{part}-{i}" for i in range(20)], own)
        index.remove(["0-3", "1-5"])
    return path


def files_of(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


def answers(path: Path) -> list[Any]:
    """All that a reader is told."""
    with Index.open(path, read_only=True) as index:
        ids = list(index)
        texts = index.texts(ids)
        return [ids, texts, index.query(texts[:9]), index.duplicates().groups, index.info()["kept"], "1-4" in index]


@pytest.mark.parametrize("number", range(2000 if LONG else 60))
def test_damaged_bytes_give_no_wrong_answer(tmp_path: Path, folder: Path, number: int) -> None:
    random = Random(number)
    path = tmp_path / "index"
    shutil.copytree(folder, path)
    file = random.choice(sorted(path.glob("*.arrays")))
    whole = bytearray(file.read_bytes())
    for place in random.choices(said(bytes(whole)), k=random.choice([1, 1, 1, 9])):
        whole[place] = random.randrange(256)
    file.write_bytes(whole)
    try:
        found = answers(path)
    except IndexFileError as error:
        assert file.name in str(error)
    else:
        assert found == answers(folder)


def flips(path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A flipped bit in every array of every file."""
    for file in sorted(path.glob("*.arrays")):
        whole = file.read_bytes()
        length, _, _ = struct.unpack("<QI16s", whole[-28:])
        for name, (code, start, count, *_) in json.loads(whole[-28 - length : -28]).items():
            if count:
                place = start + count * np.dtype(code).itemsize // 2

                def flip(file: Path = file, whole: bytes = whole, place: int = place) -> None:
                    file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])

                yield f"{file.name}:{name}", flip


def _compact(index: Index, _: Path) -> None:
    index.compact()


def _fill(index: Index, _: Path) -> None:
    # Until segments are merged by themselves.
    for i in range(6):
        index.add([f"new {i}"], [make_text(Random(i), 30)])


def _merge(index: Index, path: Path) -> None:
    with Index.open(path.with_name("other"), unit="document", keep="last") as other:
        other.merge(index)
        other.verify()


def _sketch(index: Index, _: Path) -> None:
    pytest.importorskip("datasketch")
    index.to_datasketch()


@pytest.mark.parametrize("work", [_compact, _fill, _merge, _sketch])
def test_nothing_damaged_is_sealed_anew(tmp_path: Path, folder: Path, work: Callable[[Index, Path], None]) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole / "index")
    with Index.open(whole / "index") as index:
        work(index, whole / "index")
    expected = [answers(path) for path in sorted(whole.iterdir())]
    refused = 0
    for number, (what, _) in enumerate(list(flips(folder))[:: 1 if LONG else 4]):
        path = tmp_path / str(number) / "index"
        shutil.copytree(folder, path)
        dict(flips(path))[what]()
        before = files_of(path)
        try:
            with Index.open(path) as index:
                work(index, path)
        except IndexFileError as error:
            refused += 1
            assert what.split(":", maxsplit=1)[0] in str(error)
            if work is not _fill:
                # An add before it may have been acknowledged.
                assert files_of(path) == before
            continue
        try:
            # What was not read is as damaged as it was; what was read was whole.
            assert [answers(own) for own in sorted(path.parent.iterdir())] == expected
        except IndexFileError as error:
            assert what.split(":", maxsplit=1)[0] in str(error)
    assert refused > 5


def test_compact_finds_damage_in_a_single_segment_too(tmp_path: Path) -> None:
    path = tmp_path / "index"
    with Index.open(path) as index:
        index.add([f"{i}" for i in range(30)], [make_text(Random(i), 30) for i in range(30)])
        index.compact()
    for what, flip in list(flips(path)):
        before = files_of(path)
        flip()
        with pytest.raises(IndexFileError, match=what.split(":", maxsplit=1)[0]), Index.open(path) as index:
            index.compact()
        for name, content in before.items():
            (path / name).write_bytes(content)


@given(
    st.lists(st.integers(0, 40), max_size=60).map(sorted),
    st.lists(st.integers(0, 45), max_size=20).map(sorted),
    st.integers(1, 7),
)
def test_a_search_in_blocks_is_one_in_the_whole(items: list[int], asked: list[int], block: int) -> None:
    column = np.array(items, np.uint64)
    parts = [column[i : i + block] for i in range(0, len(column), block)]
    stored = StoredArray(
        Path("column"),
        "key",
        column,
        block,
        np.array([zlib.crc32(part.tobytes()) for part in parts], np.uint32),
        np.array([part[0] for part in parts], np.uint64),
    )
    wanted = np.array(asked, np.uint64)
    low, high = search_entries(stored, np.unique(wanted))
    assert low.tolist() == np.searchsorted(column, np.unique(wanted)).tolist()
    assert high.tolist() == np.searchsorted(column, np.unique(wanted), side="right").tolist()
    again = StoredArray(
        *(getattr(stored, f"_{name}", stored.path) for name in ("path", "name", "items", "block")),
        *(getattr(stored, f"_{name}") for name in ("checksums", "firsts")),
    )
    assert search(again, wanted).tolist() == np.searchsorted(column, wanted).tolist()


@pytest.mark.parametrize("name", ["document", "key", "similarity", "ids"])
def test_arrays_come_in_any_parts(tmp_path: Path, name: str) -> None:
    items = np.arange(30_000).astype(FIELDS[name])
    whole = []
    for number, cuts in enumerate(([], [1, 2, 2, 4095, 4096, 4097, 20_000], list(range(0, 30_000, 997)))):
        path = tmp_path / str(number)
        with path.open("wb") as out:
            writer = ArrayWriter(out)
            assert (
                writer.write(name, FIELDS[name], np.split(items, cuts), ascends=name in ("document", "key"))
                == 30_000
            )
            writer.finish()
        whole.append(path.read_bytes())
        (column,) = read_arrays(path).values()
        assert np.array_equal(np.asarray(column), items)
        assert column[-1] == items[-1] and column[np.array([3, 29_999])].tolist() == items[[3, 29_999]].tolist()
    assert whole[0] == whole[1] == whole[2]


def test_an_earlier_format_is_read_and_written_anew(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "index"
    shutil.copytree(folder, path)
    _write_old(path)
    assert answers(path) == answers(folder)
    with Index.open(path) as index:
        with pytest.raises(IndexFileError, match="dedupe index compact"):
            index.add(["new"], ["a new text"])
        index.verify()
        index.compact()
        index.verify()
        index.add(["new"], ["a new text"])
    with Index.open(path) as index:
        assert [identity for identity in index if identity != "new"] == answers(folder)[0]
    # A damaged one is refused.
    for number, (what, _) in enumerate(list(flips(folder))[:: 1 if LONG else 4]):
        own = tmp_path / f"old-{number}"
        shutil.copytree(folder, own)
        _write_old(own)
        dict(flips(own))[what]()
        before = files_of(own)
        with pytest.raises(IndexFileError, match=what.split(":", maxsplit=1)[0]), Index.open(own) as index:
            index.compact()
        assert files_of(own) == before


def _write_old(path: Path) -> None:
    """Write the files of an index as `dedupe-index-1` has them: a checksum for each array."""
    manifest = json.loads((path / "manifest.json").read_bytes())
    for segment in manifest["segments"]:
        file = path / segment[0]
        data, footer = bytearray(b"dedupe-arrays-1\n"), {}
        for name, column in read_arrays(file).items():
            data += bytes(-len(data) % 64)
            own = np.asarray(column).tobytes()
            footer[name] = [FIELDS[name], len(data), len(column), zlib.crc32(own)]
            data += own
        raw = json.dumps(footer).encode()
        data += raw + struct.pack("<QI16s", len(raw), zlib.crc32(raw), b"dedupe-arrays-1\n")
        file.write_bytes(data)
        segment[1] = len(data)
    manifest["format"] = "dedupe-index-1"
    del manifest["sha256"]
    manifest["sha256"] = _digest(manifest)
    (path / "manifest.json").write_text(json.dumps(manifest))
