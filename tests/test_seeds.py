"""The two founding articles. Nothing is tuned to them: the last test sees to it."""

import json
from pathlib import Path

import numpy as np
import pytest

import dedupe
from dedupe import kernels
from dedupe.cli import main
from dedupe.text.encode import encode_batch
from dedupe.text.fold import fold_tokens

FIRST, SECOND = "000_a78142ea721a5b38.txt", "002_b5be6ee81d91c8ed.txt"
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def articles() -> dict[str, str]:
    return {name: (ROOT / "seeds" / name).read_bytes().decode() for name in (FIRST, SECOND)}


def test_the_articles_are_the_founding_ones(articles: dict[str, str]) -> None:
    shared = ROOT.parent / "shared" / "seeds"
    if not shared.is_dir():
        pytest.skip("the originals of the seeds are not on this machine")
    for name in articles:
        assert (shared / name).read_bytes() == (ROOT / "seeds" / name).read_bytes()


def test_the_repeated_block_of_the_second_article_is_found(articles: dict[str, str]) -> None:
    passages = [p for p in dedupe.find_passages(articles) if p.a == SECOND]
    (passage,) = passages
    assert (passage.b, passage.b_start, passage.b_end) == (SECOND, 899, 1516)
    assert (passage.a_start, passage.a_end) == (1517, 2129)
    assert passage.similarity > 0.95


def test_the_second_article_loses_the_second_copy_and_nothing_else(articles: dict[str, str]) -> None:
    cleaned = dedupe.clean(articles)
    text = articles[SECOND]
    assert cleaned.texts[SECOND] == text[:1517] + text[2130:]
    assert dedupe.restore(cleaned) == articles


def test_the_first_article_loses_its_two_closing_prompts_and_nothing_else(articles: dict[str, str]) -> None:
    text = articles[FIRST]
    removals = [d for d in dedupe.clean(articles).decisions if d.id == FIRST]
    assert [(d.start, d.end, d.stage) for d in removals] == [
        (2429, 2479, "boilerplate"),
        (2480, 2544, "boilerplate"),
    ]
    assert dedupe.clean(articles).texts[FIRST].rstrip() == text[:2428]


def test_no_sentence_or_subheading_of_the_articles_is_boilerplate(articles: dict[str, str]) -> None:
    for unit in ("paragraph", "sentence"):
        scores = dedupe.score_boilerplate(articles, unit=unit)
        found = {(s.id, s.start) for s, v in zip(scores, scores.verdicts(), strict=True) if v == "boilerplate"}
        # The last word of the second article is the section of the site that it stood in.
        assert found - {(SECOND, 2130)} == {(FIRST, 2429), (FIRST, 2480)}


def test_the_first_command_of_the_readme(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = tmp_path / "audit.jsonl"
    assert main(["clean", str(ROOT / "seeds"), "--output", str(tmp_path / "cleaned"), "--audit", str(audit)]) == 0
    assert "1 passage, 2 boilerplate" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "cleaned"), "--audit", str(audit), "--output", str(tmp_path / "b")]) == 0
    for name in (FIRST, SECOND):
        assert (tmp_path / "b" / name).read_bytes() == (ROOT / "seeds" / name).read_bytes()


def runs_of_five(text: str) -> set[tuple[str, ...]]:
    tokens = [token.text for token in fold_tokens(text)]
    return set(zip(*(tokens[i:] for i in range(5)), strict=False))


def first_with_a_run(runs: set[tuple[str, ...]], texts: list[str]) -> int | None:
    """The first text with one of these runs."""
    alike = range(len(texts))
    if kernels.native:
        # Equal runs have equal hashes: only where there is one the words are read.
        wanted, _ = kernels.shingle_sets(encode_batch([" ".join(run) for run in runs]), 0, 5)
        hashes, offsets = kernels.shingle_sets(encode_batch(texts), 0, 5)
        equal = np.flatnonzero(np.isin(hashes, wanted))
        alike = np.unique(np.searchsorted(offsets, equal, side="right") - 1).tolist()
    return next((i for i in alike if runs & runs_of_five(texts[i])), None)


def test_nothing_is_tuned_to_the_seeds(articles: dict[str, str]) -> None:
    """No run of five seed tokens stands in code, model data or training data."""
    runs = set().union(*(runs_of_five(text) for text in articles.values()))
    for run in sorted(runs)[::20]:
        assert first_with_a_run(runs, ["", "a text without", f"A text with: {' '.join(run).upper()}!"]) == 2
    files = [p for p in (ROOT / "dedupe").rglob("*") if p.suffix in (".py", ".rs", ".txt", ".json", ".md", ".pyi")]
    files = [p for p in files if "target" not in p.parts and p.name != "unicode-v2.txt"]
    assert len(files) > 60
    place = first_with_a_run(runs, [path.read_text("utf-8") for path in files])
    assert place is None, files[place]
    data = ROOT.parent / "shared" / "data" / "boilerplate" / "train.jsonl"
    if data.exists():
        with data.open(encoding="utf-8") as lines:
            assert first_with_a_run(runs, [json.loads(line)["text"] for line in lines]) is None
