"""All pairs, components and containment within a limit of memory: the answer of the path in memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.cli.main import main
from dedupe.outofcore import run as begun
from dedupe.store import budget as budgets
from dedupe.store.budget import Budget
from tests.outofcore.test_clean import LONG, make_corpus
from tests.outofcore.test_truth import TEXT, write


@settings(max_examples=200 if LONG else 15)
@given(data=st.data())
def test_files_and_memory_give_the_same(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("run")
    corpus = write(folder / "a.jsonl", data.draw(st.lists(TEXT, max_size=14)))
    run = ["duplicates", corpus, "--quiet", "--threshold", "0.6"]
    run += ["--unit", data.draw(st.sampled_from(("document", "paragraph")))]
    run += ["--keep", data.draw(st.sampled_from(("first", "last", "longest", "best", "rank")))]
    if data.draw(st.booleans()):
        run += ["--against", write(folder / "old.jsonl", data.draw(st.lists(TEXT, max_size=4)))]
    if data.draw(st.booleans()):
        run += ["--by", "containment"]
    else:
        run += ["--facts", data.draw(st.sampled_from(("ignore", "apart")))]
        run += ["--shingle", "word:1", "--linkage", data.draw(st.sampled_from(("leader", "components")))]
    for name, limits in (("memory", []), ("files", ["--max-memory", "1GB"])):
        results = [f"--{kind}={folder}/{name}.{kind}.jsonl" for kind in ("all-pairs", "pairs", "groups", "kept")]
        assert main([*run, *results, *limits]) == 0
    for kind in ("all-pairs", "pairs", "groups", "kept"):
        assert (folder / f"files.{kind}.jsonl").read_bytes() == (folder / f"memory.{kind}.jsonl").read_bytes()


def test_a_limit_that_fingerprints_do_not_fit_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = make_corpus(tmp_path / "a.jsonl", 3)
    monkeypatch.setattr(begun, "make_budget", lambda memory: Budget(budgets._BASE + 1000, 2))
    run = ["duplicates", str(corpus), "--all-pairs", str(tmp_path / "pairs.jsonl"), "--max-memory", "1GB"]
    assert main(run) == 2
    assert "raise --max-memory to 0.3GB" in capsys.readouterr().err
    assert not (tmp_path / "pairs.jsonl").exists()


def test_a_run_with_other_pairs_is_not_the_one_that_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dedupe.outofcore import duplicates

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    corpus, out = make_corpus(tmp_path / "a.jsonl", 3), tmp_path / "pairs.jsonl"
    limits = ["--max-memory", "1GB", "--workdir", str(tmp_path), "--quiet"]
    with monkeypatch.context() as patch:
        patch.setattr(duplicates, "compare_signed", stop)
        assert main(["duplicates", str(corpus), "--all-pairs", str(out), *limits]) == 130
    assert main(["duplicates", str(corpus), "--pairs", str(out), *limits]) == 2
    assert "other pairs" in capsys.readouterr().err
    assert main(["duplicates", str(corpus), "--all-pairs", str(out), *limits]) == 0
    assert all(json.loads(line)["similarity"] for line in out.read_text().splitlines())


@pytest.mark.parametrize("more", [[], ["--linkage", "components"]])
def test_ids_that_break_lines_are_told_before_anything_is_written(
    tmp_path: Path, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "a.jsonl"
    rows = [{"id": name, "text": "The river rose over night and fell by day."} for name in ("a\nb", "c")]
    corpus.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    run = ["duplicates", str(corpus), "--pairs", str(tmp_path / "p.jsonl"), "--kept", str(tmp_path / "k.txt")]
    assert main([*run, *more, "--max-memory", "1GB"]) == 2
    assert "has a line break or tab in it" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
    # The one with the line break goes.
    assert main([*run, *more, "--max-memory", "1GB", "--keep", "last"]) == 0
