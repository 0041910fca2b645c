"""Removals that people judge: the same draw in every run, answers that are kept, shares that are weighted."""

from __future__ import annotations

import json
import os
import random
import re
import stat
import sys
from pathlib import Path

import pytest

from dedupe.cli import main
from dedupe.errors import AuditError, InputError
from dedupe.evaluation.judge import Judgements, draw_removals, read_judgements
from tests.conftest import make_text


@pytest.fixture
def cleaned(tmp_path: Path, words: random.Random) -> tuple[Path, Path, list[str]]:
    """A corpus with removals of several kinds, its audit, and its texts."""
    shared = [make_text(words, 30) for _ in range(40)]
    texts = [
        f"{shared[i % 40]}\n\n{make_text(words, 40)}\n\nSubscribe now for more news like this!" for i in range(120)
    ]
    source, audit = tmp_path / "in.jsonl", tmp_path / "audit.jsonl"
    source.write_text("".join(json.dumps({"id": f"d{i}", "text": text}) + "\n" for i, text in enumerate(texts)))
    assert (
        main(["clean", str(source), "--output", str(tmp_path / "out.jsonl"), "--audit", str(audit), "--quiet"]) == 0
    )
    return source, audit, texts


def draw(cleaned: tuple[Path, Path, list[str]], count: int = 100) -> Judgements:
    return draw_removals(cleaned[1], {f"d{i}": text for i, text in enumerate(cleaned[2])}, count=count)


def test_removals_of_each_kind_are_drawn_with_their_texts(cleaned: tuple[Path, Path, list[str]]) -> None:
    drawn = draw(cleaned, 30)
    rows = [json.loads(line) for line in cleaned[1].read_text("utf-8").splitlines()]
    removals = {(row["id"], row["start"], row["end"]) for row in rows if row["type"] == "removal"}
    assert {one.stage for one in drawn.removals} == {row["stage"] for row in rows if row["type"] == "removal"}
    assert sum(size for _, _, size in drawn.sizes) == len(removals)
    for one in drawn.removals:
        assert (one.place.id, one.place.start, one.place.end) in removals
        assert cleaned[2][int(one.place.id[1:])][one.place.start : one.place.end] == one.place.text
    assert 20 <= len(drawn.removals) <= 40
    assert drawn == draw(cleaned, 30)


def test_who_stops_early_has_seen_every_kind(cleaned: tuple[Path, Path, list[str]]) -> None:
    drawn = draw(cleaned, 60)
    assert {one.stage for one in drawn.removals[:10]} == {one.stage for one in drawn.removals}


def test_answers_are_kept_and_counted_by_what_they_stand_for(
    cleaned: tuple[Path, Path, list[str]], tmp_path: Path
) -> None:
    drawn, path = draw(cleaned, 40), tmp_path / "answers.jsonl"
    stages = {one.stage for one in drawn.removals}
    wrong = sorted(stages)[0]
    answered = drawn
    for number, one in enumerate(drawn.removals):
        answered = answered.answered(number, "wrong" if one.stage == wrong else "right")
    answered.write(path)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_judgements(path) == answered
    total = sum(size for _, _, size in drawn.sizes)
    lost = sum(size for stage, _, size in drawn.sizes if stage == wrong)
    assert answered.precision.share == pytest.approx(1 - lost / total)
    assert (answered.known, answered.open, drawn.known, drawn.open) == (total, 0, 0, len(drawn.removals))
    assert {stage: share.share for stage, _, share in answered.stages} == {s: float(s != wrong) for s in stages}
    unsure = answered.answered(0, "unsure")
    assert unsure.precision.trials == answered.precision.trials - 1


def test_texts_of_another_run_are_refused(cleaned: tuple[Path, Path, list[str]]) -> None:
    with pytest.raises(AuditError, match="not in these texts: give what clean was given"):
        draw_removals(cleaned[1], {f"d{i}": text.upper() for i, text in enumerate(cleaned[2])})
    with pytest.raises(AuditError, match="not in these texts"):
        draw_removals(cleaned[1], cleaned[2])
    with pytest.raises(InputError, match="count=0"):
        draw(cleaned, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('"answer":null', '"answer":"yes"', 1), "line 2.*'yes' is none of right, wrong"),
        (lambda text: text[: len(text) // 2], "is not as it was written"),
        (lambda text: text.replace("dedupe-answers-1", "dedupe-answers-9"), "no answers of format"),
        (lambda text: "", "is not as it was written"),
        (lambda text: "[]\n", "is not as it was written"),
        (lambda text: '{"type": "removal"}\n', "is not as it was written"),
        (
            lambda text: re.sub('"removals":\\d+', '"removals":-1', text, count=1),
            "line 1: -1 removals as '.*are below",
        ),
        (lambda text: re.sub('"level":\\d+', '"level":Infinity', text, count=1), "is not as it was written"),
    ],
)
def test_damaged_answers_are_named(
    change: object, message: str, cleaned: tuple[Path, Path, list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "answers.jsonl"
    draw(cleaned).write(path)
    path.write_text(change(path.read_text("utf-8")), "utf-8")  # type: ignore[operator]
    with pytest.raises(InputError, match=message):
        read_judgements(path)


def test_the_command_draws_and_reads_answers(
    cleaned: tuple[Path, Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, audit, _ = cleaned
    answers = tmp_path / "answers.jsonl"
    capsys.readouterr()
    command = ["evaluate", str(source), "--audit", str(audit), "--answers", str(answers), "--count", "20"]
    assert main(command) == 0
    assert "wait for an answer" in capsys.readouterr().out
    answers.write_text(answers.read_text("utf-8").replace('"answer":null', '"answer":"right"'), "utf-8")
    assert main(["evaluate", "--answers", str(answers), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["open"], found["precision"]["share"]) == (0, 1.0)
    assert main(["evaluate", "--answers", str(answers)]) == 0
    out = capsys.readouterr().out
    assert "precision: 100.00%" in out
    assert max(map(len, out.splitlines())) <= 80
    other = tmp_path / "other.jsonl"
    options = ["--remove", "boilerplate", "--quiet"]
    assert main(["clean", str(source), "--output", str(tmp_path / "o.jsonl"), "--audit", str(other), *options]) == 0
    assert main(["evaluate", "--audit", str(other), "--answers", str(answers)]) == 2
    assert "answers about another audit" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals of this kind")
def test_on_a_terminal_each_answer_is_kept_at_once(
    cleaned: tuple[Path, Path, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source, audit, _ = cleaned
    answers = tmp_path / "answers.jsonl"
    given = iter(["what?", "y", "no", "u"])
    seen: list[int] = []

    def answer(prompt: str) -> str:
        assert prompt.startswith("right to remove it?")
        seen.append(read_judgements(answers).open)
        try:
            return next(given)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("dedupe.cli.evaluate._is_terminal", lambda: True)
    assert main(["evaluate", str(source), "--audit", str(audit), "--answers", str(answers), "--count", "20"]) == 0
    found = read_judgements(answers)
    assert [one.answer for one in found.removals[:4]] == ["right", "wrong", "unsure", None]
    assert [seen[0] - own for own in seen] == [0, 0, 1, 2, 3]
    assert "1 of " in capsys.readouterr().out


def test_no_file_that_is_there_is_lost(
    cleaned: tuple[Path, Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, audit, _ = cleaned
    before = source.read_bytes()
    notes = tmp_path / "notes.jsonl"
    notes.write_text("mine")
    for options in (
        ["--quarantine", str(source)],
        ["--quarantine", str(notes)],
        ["--output", str(source), "--force"],
        ["--output", str(notes)],
        ["--audit", str(audit), "--answers", str(tmp_path / "new.jsonl"), "--quarantine", str(source), "--force"],
    ):
        assert main(["evaluate", str(source), *options]) == 2, options
    assert source.read_bytes() == before
    assert notes.read_text() == "mine"
    assert not (tmp_path / "new.jsonl").exists()


def test_files_beside_the_cleaned_ones_are_not_read_and_edited_ones_are_refused(
    cleaned: tuple[Path, Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, _, _ = cleaned
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "in.jsonl").write_bytes(source.read_bytes())
    audit = folder / "audit.jsonl"
    run = ["clean", str(folder), "--output", str(folder / "cleaned"), "--audit", str(audit), "--quiet"]
    assert main(run) == 0
    judge = ["evaluate", str(folder), "--audit", str(audit), "--answers"]
    assert main([*judge, str(folder / "z.jsonl")]) == 0
    # What was named as output is no input, and neither are answers; what else lies there is.
    capsys.readouterr()
    again = ["clean", str(folder), "--output", str(folder / "cleaned"), "--dry-run", "--quiet"]
    assert main(again) == 0
    assert "1 written by other commands (z.jsonl)" in capsys.readouterr().err
    (folder / "z.jsonl").write_text('{"question": "where"}\n')
    assert main(again) == 1
    assert "quarantined" in capsys.readouterr().err
    (folder / "z.jsonl").unlink()
    text = (folder / "in.jsonl").read_text("utf-8")
    (folder / "in.jsonl").write_text(text.replace(" b", " x"), "utf-8")
    assert main([*judge, str(folder / "b.jsonl")]) == 2
    assert "is not as it was when" in capsys.readouterr().err
    (folder / "in.jsonl").unlink()
    (folder / "other.jsonl").write_text(text, "utf-8")
    assert main([*judge, str(folder / "b.jsonl")]) == 2
    assert "is about in.jsonl too: give all files" in capsys.readouterr().err


def test_ids_of_two_types_are_two_documents(tmp_path: Path, words: random.Random) -> None:
    texts = [f"{make_text(words, 30)}\n\nSubscribe now for unlimited access!" for _ in range(2)]
    source, audit, answers = (tmp_path / name for name in ("in.jsonl", "audit.jsonl", "answers.jsonl"))
    rows = [{"id": 1, "text": texts[0]}, {"id": "1", "text": texts[1]}]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = str(tmp_path / "out.jsonl")
    assert main(["clean", str(source), "--output", out, "--audit", str(audit), "--quiet"]) == 0
    assert main(["evaluate", str(source), "--audit", str(audit), "--answers", str(answers), "--quiet"]) == 0
    around = {one.place.before[-20:] for one in read_judgements(answers).removals}
    assert around == {text.split("\n")[0][-18:] + "\n\n" for text in texts}


def test_rows_keep_what_people_write_beside_the_answer(
    cleaned: tuple[Path, Path, list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "answers.jsonl"
    draw(cleaned, 10).write(path)
    path.write_text(path.read_text("utf-8").replace('"answer":null', '"answer":null,"note":"ask Ann"'), "utf-8")
    found = read_judgements(path).answered(0, "unsure")
    found.write(path)
    assert path.read_text("utf-8").count('"note":"ask Ann"') == len(found.removals)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"stage":"boilerplate"', '"stage":"\\u001b]0;owned\\u0007"'),
        ('"score":', '"score":"x","was":'),
        ('"removals":', '"removals":"many","was":'),
        ('"start":', '"start":[],"was":'),
    ],
)
def test_hostile_answers_are_refused(
    old: str, new: str, cleaned: tuple[Path, Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "answers.jsonl"
    draw(cleaned).write(path)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    assert main(["evaluate", "--answers", str(path)]) == 2
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err


def test_parquet_holds_passages_too(cleaned: tuple[Path, Path, list[str]], tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    path = tmp_path / "copies.parquet"
    assert main(["evaluate", str(cleaned[0]), "--output", str(path), "--sample", "20", "--quiet"]) == 0
    rows = pq.read_table(path).to_pylist()
    passages = [row for row in rows if row["what"] == "passage"]
    assert passages
    assert all(row["donor"] is not None and row["host_end"] > row["host_start"] for row in passages)
