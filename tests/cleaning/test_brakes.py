from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from dedupe import CleanOptions, clean_files
from dedupe.cli import main
from dedupe.errors import InputError, RemovalError
from tests.conftest import make_text


@pytest.fixture
def two_sources(tmp_path: Path, words: random.Random) -> Path:
    """A file of 30 texts, and one that is a copy of it."""
    texts = [make_text(words, 60) for _ in range(30)]
    for name in ("a", "b"):
        rows = [json.dumps({"id": f"{name}{i}", "text": text}) for i, text in enumerate(texts)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows) + "\n")
    return tmp_path


def run(folder: Path, force: bool = False, **options: float) -> object:
    inputs = [folder / "a.jsonl", folder / "b.jsonl"]
    chosen = CleanOptions(**options)  # type: ignore[arg-type]
    return clean_files(inputs, folder / "out", folder / "audit.jsonl", options=chosen, force=force)


def test_a_source_that_would_be_wiped_out_stops_the_run_before_anything_is_written(two_sources: Path) -> None:
    with pytest.raises(RemovalError, match=r"100.0% of the text of .*b.jsonl \(30 of 30 documents") as caught:
        run(two_sources)
    assert "`max_source_removal=0.95`" in str(caught.value)
    assert "Most copies are of 'a0' (1)" in str(caught.value)
    assert sorted(path.name for path in two_sources.iterdir()) == ["a.jsonl", "b.jsonl"]


def test_a_preview_is_shown_and_warns(two_sources: Path, caplog: pytest.LogCaptureFixture) -> None:
    page = two_sources / "report.html"
    inputs = [str(two_sources / "a.jsonl"), str(two_sources / "b.jsonl")]
    assert main(["clean", *inputs, "--dry-run", "--report", str(page)]) == 0
    assert "A run would stop before it writes, for too much would go: 100.0% of the text of" in caplog.text
    assert "Over a limit" in page.read_text()
    page.unlink()
    report = clean_files(inputs, None, None, dry_run=True)
    assert (
        len(report.over) == 1 and report.over[0] in repr(report) and report.over[0].startswith("100.0% of the text")
    )
    assert sorted(path.name for path in two_sources.iterdir()) == ["a.jsonl", "b.jsonl"]


def test_who_is_sure_goes_on(two_sources: Path) -> None:
    report = run(two_sources, force=True)
    assert [(s.documents_removed, s.share) for s in report.removal.sources] == [(0, 0.0), (30, 1.0)]
    assert report.removal.total.share == pytest.approx(0.5)
    run(two_sources, force=True, max_source_removal=1.0)


def test_the_whole_has_a_limit_too(two_sources: Path) -> None:
    with pytest.raises(RemovalError, match=r"50.0% of all text .* more than `max_removal=0.4`"):
        run(two_sources, max_removal=0.4, max_source_removal=1.0)
    with pytest.raises(InputError, match="max_removal=7 is not between 0 and 1"):
        CleanOptions(max_removal=7)


def test_few_documents_may_all_go(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Subscribe now for unlimited access to all our articles!")
    report = clean_files([tmp_path / "a.txt"], tmp_path / "out", tmp_path / "audit.jsonl")
    assert report.removal.total.share == 1.0


def test_text_files_are_of_their_folder(tmp_path: Path, words: random.Random) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    for i in range(25):
        text = make_text(words, 60)
        for folder in ("a", "b"):
            (tmp_path / folder / f"{i:02}.txt").write_text(text)
    with pytest.raises(RemovalError, match=r"/b \(25 of 25 documents"):
        clean_files([tmp_path / "a", tmp_path / "b"], tmp_path / "out", tmp_path / "audit.jsonl")


def test_the_command_says_what_to_do(two_sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["clean", str(two_sources), "--output", str(two_sources / "out")]
    arguments += ["--audit", str(two_sources / "audit.jsonl"), "--quiet"]
    assert main(arguments) == 2
    assert "nothing was written, for too much would go" in capsys.readouterr().err
    assert not (two_sources / "out").exists()
    assert main([*arguments, "--max-source-removal", "1"]) == 0


def test_a_giant_group_is_named(tmp_path: Path, words: random.Random, caplog: pytest.LogCaptureFixture) -> None:
    same = make_text(words, 80)
    texts = [same] * 150 + [make_text(words, 80) for _ in range(150)]
    rows = [json.dumps({"text": text}) for text in texts]
    (tmp_path / "c.jsonl").write_text("\n".join(rows))
    clean_files([tmp_path / "c.jsonl"], tmp_path / "out.jsonl", tmp_path / "audit.jsonl")
    assert "149 removals name document" in caplog.text
