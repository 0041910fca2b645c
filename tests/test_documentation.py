"""Every example of the guide and of the README runs, in order, and says what the page says it does."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from dedupe import clean
from dedupe.cli.job_file import KNOWN
from tests.conftest import ROOT

PAGES = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if not page.startswith(("docs/generated/", "docs/_build/"))]
# What a page needs beside us.
NEEDS = {
    "README.md": ["pandas"],
    "docs/howto/pandas.md": ["pandas"],
    "docs/howto/polars.md": ["polars"],
    "docs/howto/duckdb.md": ["duckdb"],
    "docs/howto/datasets.md": ["datasets"],
    "docs/howto/datatrove.md": ["datatrove", "tldextract", "tokenizers", "orjson"],
    "docs/howto/trafilatura.md": ["trafilatura"],
}
# `sh` is what an installation takes: `.ci/run` runs that of the README. Others' code, beside ours, is `py`.
NOT_RUN = {"text", "json", "py"}
SHELL = {"README.md", "docs/quickstart.md"}
# Without `>>>`: tests/spark runs them.
ON_SPARK = {"README.md", "docs/spark.md"}
CHECK = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    language: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text("utf-8")
    found = re.finditer(r"^```([^\n`]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(one[1], one[2], text.count("\n", 0, one.start()) + 1) for one in found]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the seeds, and `dedupe` on the path."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    command = tmp_path / ".bin" / "dedupe"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dedupe "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT) if (ROOT / "dedupe").is_dir() else "")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_run(page: str, folder: Path) -> None:
    for package in NEEDS.get(page, ()):
        if not find_spec(package):
            pytest.skip(f"{package} is not installed")
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language == "python" and ">>> " in block.text:
            run_python(page, block, names)
        elif block.language == "console":
            run_console(page, block, folder)
        elif block.language == "diff":
            compare(page, block)


@pytest.mark.parametrize("page", PAGES)
def test_no_example_is_left_out(page: str) -> None:
    for block in blocks(page):
        place = f"{page}:{block.line}"
        if block.language == "python":
            assert ">>> " in block.text or page in ON_SPARK, place
        elif block.language == "console":
            assert block.text.startswith("$ "), place
        elif block.language == "sh":
            assert page in SHELL, place
        elif block.language == "diff":
            assert all(line.startswith(("- ", "  ")) for line in block.text.splitlines()), place
        elif block.language == "toml":
            assert tomllib.loads(block.text).keys() <= KNOWN.keys(), place
        else:
            assert block.language in NOT_RUN or block.language.startswith("{"), place


def run_python(page: str, block: Block, names: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, names, page, page, block.line)
    out: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test, out=out.append, clear_globs=False)
    assert not runner.failures, "".join(out)
    names.update(test.globs)


def compare(page: str, block: Block) -> None:
    """`clean` removes the lines with a minus, and no other."""
    lines = block.text.splitlines()
    cleaned = clean({"page": "\n".join(line[2:] for line in lines)})
    kept = "\n".join(line[2:] for line in lines if line.startswith("  "))
    assert cleaned.texts["page"] == kept, f"{page}:{block.line}"


def run_console(page: str, block: Block, folder: Path) -> None:
    if sys.platform == "win32":
        return
    for one in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = one.partition("\n")
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=300
        )
        place = f"{page}:{block.line}: $ {command}"
        assert done.returncode == 0, f"{place}\n{done.stderr}"
        # Notes go to standard error.
        notes = [line for line in expected.splitlines() if line.startswith("dedupe: ")]
        assert set(notes) <= set(done.stderr.splitlines()), f"{place}\n{done.stderr}"
        expected = "".join(f"{line}\n" for line in expected.splitlines() if line not in notes)
        if expected.strip():
            assert doctest.OutputChecker().check_output(expected, done.stdout, CHECK), (
                f"{place}\nexpected:\n{expected}\ngot:\n{done.stdout}"
            )
