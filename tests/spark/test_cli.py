"""Commands on Parquet, as `spark-submit` runs them."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dedupe
from tests.spark.builders import near_copies, pages

pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'dedupe-text[spark]'")

from dedupe.spark.cli import main


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    pq.write_table(pages(21, 12), tmp_path / "in.parquet")
    return tmp_path


def test_clean_writes_both_folders_and_restore_gives_the_input_back(
    spark: Any, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = str(corpus / "in.parquet")
    options = ["--order", "n", "--source", "source"]
    out, audit = corpus / "out", corpus / "audit"
    assert main(["clean", given, "--output", str(out), "--audit", str(audit), *options, "--verbose"]) == 0
    shown = capsys.readouterr()
    local = dedupe.clean(pq.read_table(given))
    assert f"{len(local.texts)} of 12 documents" in shown.out
    assert "documents judged: " in shown.err
    assert stat.S_IMODE(audit.stat().st_mode) == 0o700
    whole = pq.read_table(given)
    local = dedupe.clean(whole)
    kept = pq.read_table(out).to_pydict()
    assert dict(zip(kept["id"], kept["text"], strict=True)) == local.texts
    back = corpus / "back"
    assert main(["restore", str(out), "--audit", str(audit), "--output", str(back)]) == 0
    assert pq.read_table(back).sort_by("n").to_pylist() == whole.to_pylist()
    # Nothing is written over without a word.
    assert main(["clean", given, "--output", str(out), "--audit", str(corpus / "other"), *options]) == 2
    assert "exists: choose another output" in capsys.readouterr().err


@pytest.mark.slow
def test_brakes_stop_before_anything_is_written(
    spark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = "Subscribe now for unlimited access!"
    texts = [f"The river rose {i} times, and nobody knows why it has stood empty." for i in range(30)]
    table = pa.table(
        {
            "id": [str(i) for i in range(60)],
            "text": [prompt] * 30 + texts,
            "site": ["prompts"] * 30 + ["news"] * 30,
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    run = ["clean", str(tmp_path / "in.parquet"), "--keep", "longest", "--source", "site"]
    run += ["--output", str(tmp_path / "out"), "--audit", str(tmp_path / "audit")]
    assert main(run) == 2
    error = capsys.readouterr().err
    assert "of the text of prompts" in error
    assert "nothing was written" in error
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "audit").exists()
    assert main([*run, "--force"]) == 0


def test_the_other_commands_write_what_the_verbs_give(spark: Any, tmp_path: Path) -> None:
    table = near_copies(4)
    pq.write_table(table, tmp_path / "in.parquet")
    given, out = str(tmp_path / "in.parquet"), tmp_path / "out"
    assert main(["duplicates", given, "--output", str(out), "--order", "n", "--threshold", "0.7"]) == 0
    found = sorted(tuple(row.values()) for row in pq.read_table(out).to_pylist())
    assert found == sorted((p.a, p.b, p.similarity) for p in dedupe.find_duplicates(table, threshold=0.7).pairs)
    for command, columns in (
        (["score", given, "--what", "language"], {"id", "language", "probability"}),
        (
            ["passages", given, "--min-length", "40"],
            {"a", "a_start", "a_end", "b", "b_start", "b_end", "similarity", "measure"},
        ),
    ):
        assert main([*command, "--output", str(out), "--force"]) == 0
        assert set(pq.read_table(out).column_names) == columns


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "IN"], "is an input itself"),
        (["--output", "ABOVE", "--force"], "is a folder with an input in it"),
        (["--output", "OUT", "--order", "n", "--text", "body"], "--text body is no column"),
        (["--output", "OUT"], "--keep first needs an order"),
    ],
)
def test_errors_are_messages(
    spark: Any, corpus: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"IN": str(corpus / "in.parquet"), "OUT": str(corpus / "out"), "ABOVE": str(corpus)}
    assert main(["duplicates", names["IN"], *(names.get(word, word) for word in arguments)]) == 2
    assert message in capsys.readouterr().err


def test_the_script_runs_by_its_path_with_modules_of_common_names_beside_it() -> None:
    run = [sys.executable, "-m", "dedupe.spark", "path"]
    script = subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()
    again = subprocess.run([sys.executable, script, "path"], capture_output=True, text=True, check=True)
    assert again.stdout.strip() == script


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "spark-submit" in capsys.readouterr().out
