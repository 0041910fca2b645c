"""A column says what was written into it, or that its file has changed."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.errors import InputError, OutputError
from dedupe.store import columns
from dedupe.store.blocks import pack_texts
from dedupe.store.columns import FileFolder, FileWriter
from dedupe.store.stages import Stages
from dedupe.store.texts import HeldTexts, TextWriter
from dedupe.text.encode import encode_batch

KINDS = [np.dtype(np.uint8), np.dtype(np.uint32), np.dtype([("key", "<u8"), ("unit", "<u4")])]
parts = st.lists(st.integers(0, 40), max_size=6)
questions = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=6)


@given(parts, st.sampled_from(KINDS), st.integers(1, 64), questions, st.integers(0), st.booleans())
def test_a_column_gives_back_what_was_written_or_names_its_file(
    sizes: list[int], kind: np.dtype, block: int, asked: list[tuple[int, int]], place: int, shorter: bool
) -> None:
    bytes_ = np.random.default_rng(len(sizes)).integers(0, 256, sum(sizes) * kind.itemsize, np.uint8)
    values = bytes_.view(kind)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "_BLOCK", block)
        path = Path(folder) / "column"
        writer = FileWriter(path, kind)
        for end, size in zip(np.cumsum(sizes), sizes, strict=True):
            writer.append(values[end - size : end])
        column = writer.close()
        assert path.read_bytes() == bytes_.tobytes()
        for low, high in asked:
            assert column.read(low, high).tolist() == values[low:high].tolist()
        if not len(bytes_):
            return
        # Blocks that were not read yet are compared with what was written.
        place %= len(bytes_)
        damaged = bytes_.copy()
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged[:place].tobytes() if shorter else damaged.tobytes())
        again = columns.FileColumn(path, kind, len(values), column.checksums.tolist())
        for low, high in asked:
            first, behind = low * kind.itemsize // block, -(-min(high, len(values)) * kind.itemsize // block)
            touches = low < min(high, len(values)) and first * block <= place < behind * block
            behind_end = shorter and low < min(high, len(values)) and behind * block > place
            if touches or behind_end:
                with pytest.raises(OutputError, match="column is not as it was written"):
                    again.read(low, high)
            else:
                assert again.read(low, high).tolist() == values[low:high].tolist()


@given(parts, st.sampled_from(KINDS), questions, st.sampled_from((1, 40, 1 << 20)), st.sampled_from((1, 1 << 17)))
def test_a_column_in_memory_reads_as_one_in_a_file(
    sizes: list[int], kind: np.dtype, asked: list[tuple[int, int]], room: int, mapped: int
) -> None:
    values = np.random.default_rng(len(sizes)).integers(0, 256, sum(sizes) * kind.itemsize, np.uint8).view(kind)
    with tempfile.TemporaryDirectory() as folder:
        homes: list[columns.WorkFolder] = [columns.HeldFolder(), columns.FileFolder(Path(folder))]
        both = []
        for home in homes:
            writer = home.column("numbers", kind)
            with mock.patch.multiple(columns, _ROOM=room, _MAPPED=mapped):
                for end, size in zip(np.cumsum(sizes), sizes, strict=True):
                    writer.append(values[end - size : end])
            assert writer.count == len(values)
            both.append(writer.close())
        held, filed = both
        # A part of a large array would hold all of it in memory.
        assert not np.shares_memory(held.read(0, len(values)), values)
        assert len(held) == len(filed) and held.kind == filed.kind
        for low, high in asked:
            assert held.read(low, high).tolist() == filed.read(low, high).tolist()
            places = np.arange(low, high)[np.arange(low, high) < len(values)]
            assert held.take(places).tolist() == filed.take(places).tolist()
            assert [(at, run.tolist()) for at, run in held.runs(high + 1)] == [
                (at, run.tolist()) for at, run in filed.runs(high + 1)
            ]
        if len(held):
            with pytest.raises(ValueError, match="read-only"):
                held.read(0, 1)[:] = values[:1]


def test_a_stage_keeps_the_checksums_of_its_columns(tmp_path: Path) -> None:
    def make(folder: columns.FileFolder) -> columns.FileColumn:
        writer = folder.column("numbers", np.uint32)
        writer.append(np.arange(100_000, dtype=np.uint32))
        return writer.close()

    for goes_on in (False, True):
        stages = Stages(tmp_path, {}, {})
        column = stages.run("numbers", columns.FileColumn, make)
        assert ("numbers" in stages.done) and column.checksums.size == 7
        if goes_on:
            # It changes behind the check with which a run goes on.
            data = bytearray(column.path.read_bytes())
            data[300_000] ^= 4
            column.path.write_bytes(data)
            assert column.read(0, 10).tolist() == list(range(10))
            with pytest.raises(OutputError, match="numbers is not as it was written"):
                column.read(75_000, 75_001)
        stages.stop()


def test_a_run_of_another_version_is_not_gone_on_with(tmp_path: Path) -> None:
    stages = Stages(tmp_path, {"given": 1}, {})
    stages.run("numbers", columns.FileColumn, lambda folder: folder.column("numbers", np.uint8).close())
    stages.stop()
    path = stages.folder / "run.json"
    before = json.loads(path.read_bytes())
    for name in ("format", "version"):
        path.write_text(json.dumps({**before, name: "of old"}))
        with pytest.raises(InputError, match="another version of dedupe"):
            Stages(tmp_path, {"given": 1}, {})
    path.write_text(json.dumps(before))
    with pytest.raises(InputError, match="other given"):
        Stages(tmp_path, {"given": 2}, {})
    assert Stages(tmp_path, {"given": 1}, {}).done == ["numbers"]


@given(
    st.lists(st.text(max_size=40), min_size=1, max_size=6),
    st.integers(-9, 9),
    st.integers(1, 9) | st.integers(1, 1 << 40),
)
def test_places_that_are_not_in_the_texts_are_damage(texts: list[str], start: int, length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = TextWriter(FileFolder(Path(folder)))
        writer.append(pack_texts(encode_batch(texts)))
        packed = writer.close()
        place = np.array([start]), np.array([start + length])
        inside = start >= 0 and start + length <= writer.size
        for held in (packed, HeldTexts(packed)):
            if inside:
                assert held.read(*place).raw(0) == "".join(texts).encode()[start : start + length]
            else:
                with pytest.raises(OutputError, match="is not as it was written"):
                    held.read(*place)
