"""Answers given in a page are a file that `dedupe evaluate` reads."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from dedupe.cli import main
from dedupe.evaluation.judge import read_judgements
from tests.conftest import make_text


@pytest.fixture
def corpus(tmp_path: Path, words: random.Random) -> Path:
    """Documents with removals of several kinds, and with text that would end a script."""
    shared = [make_text(words, 30) for _ in range(20)]
    hostile = "</script><!-- \u202e"
    texts = [f"{shared[i % 20]} {hostile}\n\n{make_text(words, 40)}\n\nSubscribe now!" for i in range(60)]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"id": f"d{i}", "text": text}) + "\n" for i, text in enumerate(texts)))
    return source


def page_of(corpus: Path, tmp_path: Path, *options: str) -> Path:
    page = tmp_path / "report.html"
    assert main(["clean", str(corpus), "--report", str(page), "--quiet", *options]) == 0
    return page


def data_of(page: Path) -> dict[str, Any]:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*)</script>', page.read_text("utf-8"))
    out: dict[str, Any] = json.loads(data)
    return out


def write_answers(data: dict[str, Any], answers: list[str | None], path: Path) -> None:
    """As the script of the page does."""
    rows = [data["head"], *({**row, "answer": answer} for row, answer in zip(data["rows"], answers, strict=True))]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_answers_of_a_page_are_read(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit, answers = tmp_path / "audit.jsonl", tmp_path / "answers.jsonl"
    data = data_of(page_of(corpus, tmp_path, "--output", str(tmp_path / "out.jsonl"), "--audit", str(audit)))
    rows = [json.loads(line) for line in audit.read_text("utf-8").splitlines()]
    assert data["head"]["audit_sha256"] == rows[-1]["sha256"]
    removals = [row for row in rows if row["type"] == "removal"]
    assert sum(one["removals"] for one in data["head"]["strata"]) == len(removals)
    assert len(data["rows"]) == sum(row["type"] == "sample" for row in rows)
    # Each stratum is drawn from as a whole: none has more samples than removals.
    for one in data["head"]["strata"]:
        drawn = sum((row["stage"], row["level"]) == (one["stage"], one["level"]) for row in data["rows"])
        assert 1 <= drawn <= one["removals"]
    write_answers(data, ["right"] * len(data["rows"]), answers)
    assert main(["evaluate", "--audit", str(audit), "--answers", str(answers), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["precision"]["share"], told["open"], told["removals"]) == (1.0, 0, len(removals))
    # What is read is written as it was.
    judged = read_judgements(answers)
    judged.write(tmp_path / "again.jsonl")
    again = [json.loads(line) for line in (tmp_path / "again.jsonl").read_text("utf-8").splitlines()]
    assert again == [json.loads(line) for line in answers.read_text("utf-8").splitlines()]


def test_a_page_without_an_audit_has_answers_too(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, answers = data_of(page_of(corpus, tmp_path, "--dry-run")), tmp_path / "answers.jsonl"
    assert data["head"]["audit_sha256"] is None
    assert "restored from the audit" not in (tmp_path / "report.html").read_text("utf-8")
    write_answers(data, [None] * len(data["rows"]), answers)
    assert read_judgements(answers).audit is None
    assert main(["evaluate", "--answers", str(answers)]) == 0
    assert "wait for an answer" in capsys.readouterr().out
    # An audit that came later is another one.
    audit = tmp_path / "audit.jsonl"
    page_of(corpus, tmp_path, "--output", str(tmp_path / "out.jsonl"), "--audit", str(audit), "--force")
    assert main(["evaluate", "--audit", str(audit), "--answers", str(answers)]) == 2
    assert "a run that wrote no audit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer": "yes"}, "the answer 'yes' is none of right, wrong, unsure"),
        ({"level": 99}, "the first line knows of no removals as"),
        ({"place": None}, "is not as it was written"),
    ],
)
def test_a_line_that_was_spoiled_is_named(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], message: str
) -> None:
    data, answers = data_of(page_of(corpus, tmp_path, "--dry-run")), tmp_path / "answers.jsonl"
    write_answers(data, [None] * len(data["rows"]), answers)
    lines = answers.read_text("utf-8").splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), **change})
    answers.write_text("\n".join(lines))
    assert main(["evaluate", "--answers", str(answers)]) == 2
    error = capsys.readouterr().err
    assert f"{answers}, line 2: {message}" in error
