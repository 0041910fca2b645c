"""Outputs that are no ordinary files: devices and pipes are written to, links stay."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dedupe import clean_files, restore_files
from dedupe.cli.main import main as run_dedupe
from dedupe.disk import put_in_place
from dedupe.errors import InputError, OutputError

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")

ROWS = [
    {"id": i, "text": f"The {what} stands by the river."} for i, what in enumerate(("mill", "mill", "old bridge"))
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


@contextmanager
def reading(pipe: Path) -> Iterator[list[bytes]]:
    """What comes through a pipe, when the block has ended."""
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()), daemon=True)
    reader.start()
    yield found
    reader.join(20)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


COMMANDS = {
    "duplicates --pairs": ["duplicates", "{corpus}", "--unit", "document", "--pairs", "{out}"],
    "duplicates --kept": ["duplicates", "{corpus}", "--unit", "document", "--kept", "{out}"],
    "passages": ["passages", "{corpus}", "--output", "{out}"],
    "score": ["score", "{corpus}", "--output", "{out}"],
    "clean --output": ["clean", "{corpus}", "--output", "{out}", "--audit", "{folder}/audit.jsonl"],
    "clean --audit": ["clean", "{corpus}", "--output", "{folder}/cleaned.jsonl", "--audit", "{out}"],
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("more", [[], pytest.param(["--max-memory", "1GB"], marks=pytest.mark.slow)])
def test_pipes_and_devices_are_written_to(
    tmp_path: Path, corpus: Path, name: str, force: bool, more: list[str]
) -> None:
    if more and not name.startswith(("duplicates", "clean")):
        pytest.skip("this command knows no limit of memory")

    def run(out: Path, folder: Path) -> None:
        folder.mkdir()
        places = {"corpus": corpus, "out": out, "folder": folder}
        command = [part.format(**places) for part in COMMANDS[name]]
        code = run_dedupe([*command, *more, *(["--force"] if force else []), "--quiet"])
        assert code == 0

    file = tmp_path / "file.jsonl"
    run(file, tmp_path / "a")
    with reading(tmp_path / "pipe.jsonl") as found:
        run(tmp_path / "pipe.jsonl", tmp_path / "b")
    assert found == [file.read_bytes()]
    # Not the device itself: a test that fails as root would replace it.
    link = tmp_path / "link.jsonl"
    link.symlink_to("/dev/null")
    run(link, tmp_path / "c")
    assert link.is_symlink() and stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert not [path for path in Path("/dev").iterdir() if "partial" in path.name or "quarantine" in path.name]


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path, corpus: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "file.jsonl").write_text("old")
    link = tmp_path / "link.jsonl"
    link.symlink_to(other / "file.jsonl")
    assert run_dedupe(["duplicates", str(corpus), "--pairs", str(link)]) == 2
    assert (other / "file.jsonl").read_text() == "old"
    assert run_dedupe(["duplicates", str(corpus), "--pairs", str(link), "--force"]) == 0
    assert link.is_symlink() and json.loads((other / "file.jsonl").read_text().splitlines()[0])
    assert [path.name for path in other.iterdir()] == ["file.jsonl"]


def test_cleaned_files_and_restored_ones_go_through_pipes_of_a_folder(tmp_path: Path, corpus: Path) -> None:
    clean_files([corpus], output=tmp_path / "cleaned", audit=tmp_path / "audit.jsonl")
    restored = tmp_path / "restored"
    restored.mkdir()
    with reading(restored / "corpus.jsonl") as found:
        restore_files(tmp_path / "cleaned", audit=tmp_path / "audit.jsonl", output=restored)
    assert found == [corpus.read_bytes()]


def test_the_standard_output_by_its_name(tmp_path: Path, corpus: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "dedupe",
        "duplicates",
        str(corpus),
        "--quiet",
        "--kept",
        "/dev/stdout",
        "--force",
    ]
    file = tmp_path / "kept.jsonl"
    piped = subprocess.run(command, capture_output=True, check=True, cwd=tmp_path)
    assert len(piped.stdout.splitlines()) == 2
    with file.open("wb") as out:
        subprocess.run(command, stdout=out, check=True, cwd=tmp_path)
    assert file.read_bytes() == piped.stdout
    assert Path("/dev/stdout").is_symlink()


def test_a_whole_file_is_put_into_a_pipe(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(gzip.compress(bytes(3 << 20)))
    with reading(tmp_path / "pipe.jsonl") as found:
        whole = part.read_bytes()
        put_in_place(part, tmp_path / "pipe.jsonl")
    assert found == [whole] and not part.exists()


@pytest.mark.parametrize("name", ["duplicates --pairs", "duplicates --kept", "score"])
def test_standard_output_by_its_path_goes_behind_what_a_file_holds(name: str, corpus: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    for out in ("-", "/dev/stdout"):
        words = [word.format(corpus=corpus, out=out, folder=tmp_path) for word in COMMANDS[name]]
        with kept.open("ab") as file:
            subprocess.run([sys.executable, "-m", "dedupe", *words, "--quiet"], stdout=file, check=True, timeout=60)
    lines = kept.read_text().splitlines()
    assert lines and lines == lines[: len(lines) // 2] * 2


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "csv", "txt"])
def test_a_single_file_is_restored_under_a_name_or_in_a_folder(ending: str, tmp_path: Path) -> None:
    given, cleaned, audit = (tmp_path / f"{name}.{ending}" for name in ("given", "cleaned", "audit"))
    audit = tmp_path / "audit.jsonl"
    rows = {"csv": '"id","text"\n"1","The mill stands."\n"2","The mill stands."\n', "txt": "The mill stands.\n"}
    data = rows.get(ending, '{"text":"The mill stands."}\n' * 2).encode()
    given.write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    clean_files(given, cleaned, audit)
    back = tmp_path / f"back.{ending}"
    assert restore_files(cleaned, audit, back) == [back]
    assert (gzip.decompress(back.read_bytes()) if ending.endswith("gz") else back.read_bytes()) == data
    assert restore_files(cleaned, audit, tmp_path / "folder") == [tmp_path / "folder" / given.name]
    with pytest.raises(OutputError, match=r"exists.*force"):
        restore_files(cleaned, audit, back)
    assert restore_files(cleaned, audit, back, force=True) == [back]
    for other in ("back.parquet", "back.md.xz"):
        with pytest.raises(OutputError, match="not named as a file like"):
            restore_files(cleaned, audit, tmp_path / other)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".") or "parquet" in path.name]


def test_several_files_need_a_folder(corpus: Path, tmp_path: Path) -> None:
    other, out, audit = tmp_path / "other.jsonl", tmp_path / "out.jsonl", tmp_path / "audit.jsonl"
    other.write_bytes(corpus.read_bytes())
    for inputs, what in (([corpus, other], "2 files are"), (tmp_path, "a folder is")):
        with pytest.raises(InputError, match=f"{what} cleaned: name a folder"):
            clean_files(inputs, out, audit)
    out.mkdir()
    clean_files([corpus, other], out, audit)
    with pytest.raises(OutputError, match="2 are restored: name a folder"):
        restore_files(out, audit, tmp_path / "back.jsonl")
    assert len(restore_files(out, audit, tmp_path / "back")) == 2
