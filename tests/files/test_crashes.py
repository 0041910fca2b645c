"""Whatever fails and whenever: outputs appear whole or not at all, never without the audit, and inputs stay."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
from pathlib import Path

import pytest

from dedupe import clean_files, restore_files
from dedupe.errors import OutputError
from tests.faults import CountingDisk, Crash, FailingDisk, ForgetfulDisk, on
from tests.files.builders import all_files, stream, write_folder

LONG = bool(os.environ.get("DEDUPE_LONG"))
ROUNDS = 25 if LONG else 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path / "in", random.Random(2))
    return tmp_path / "in"


def run(source: Path, place: Path, *, force: bool = False) -> None:
    clean_files([source], place / "out", place / "audit.jsonl", force=force)


def operations(source: Path, place: Path) -> int:
    place.mkdir()
    counting = CountingDisk()
    with on(counting):
        run(source, place)
    return counting.count


def check_whole(source: Path, place: Path) -> bool:
    """Either there is no output, or all of it with its audit: the input comes back byte for byte."""
    names = {path.name for path in place.iterdir() if not path.name.startswith(".")}
    assert names <= {"out", "audit.jsonl", "audit.quarantine.jsonl"}
    if "out" not in names:
        return False
    restore_files(place / "out", place / "audit.jsonl", place / "back")
    for name in all_files(source):
        if name.endswith((".txt", ".jsonl", ".gz", ".zst")):
            assert stream(place / "back" / name) == stream(source / name)
    shutil.rmtree(place / "back")
    return True


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("stays", [False, True])
def test_a_failing_disk_leaves_nothing_by_half(folder: Path, tmp_path: Path, code: int, stays: bool) -> None:
    count = operations(folder, tmp_path / "counted")
    before = {name: stream(folder / name) for name in all_files(folder)}
    for at in range(1, count + 1, 1 if LONG else 11):
        place = tmp_path / str(at)
        place.mkdir()
        with on(FailingDisk(at, code, stays=stays)):
            try:
                run(folder, place)
            except OutputError as error:
                assert "injected" in str(error) or os.strerror(code) in str(error)
        check_whole(folder, place)
        # What is left over is in nobody's way.
        run(folder, place, force=True)
        assert check_whole(folder, place)
        shutil.rmtree(place)
    assert before == {name: stream(folder / name) for name in all_files(folder)}


def test_what_was_not_synced_is_not_in_place(folder: Path, tmp_path: Path) -> None:
    count = operations(folder, tmp_path / "counted")
    seen = set()
    for at in range(1, count + 2, 1 if LONG else 5):
        for round_ in range(ROUNDS):
            place = tmp_path / str(at)
            place.mkdir()
            disk = ForgetfulDisk(place, at)
            with on(disk), contextlib.suppress(Crash):
                run(folder, place)
            disk.settle(random.Random(at * 100 + round_))
            seen.add(check_whole(folder, place))
            shutil.rmtree(place)
    assert seen == {False, True}
