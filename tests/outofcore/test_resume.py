"""A run that was stopped at any point goes on from its finished stages and ends with the same bytes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dedupe.disk import lock_file
from dedupe.duplicates.schemes import SCHEMES
from dedupe.duplicates.settings import resolve
from dedupe.errors import InputError, OutputError
from dedupe.files.fields import Fields
from dedupe.files.sources import find_sources
from dedupe.outofcore import duplicates
from dedupe.outofcore.duplicates import find_in_files
from tests.conftest import make_text
from tests.faults import CountingDisk, FailingDisk, on, run_and_kill

LONG = bool(os.environ.get("DEDUPE_LONG"))
KILLS = 150 if LONG else 2
STAGES = ("scan", "find_copies", "join_keys", "group_all")


@pytest.fixture
def corpus(tmp_path: Path, words: random.Random) -> Path:
    texts = [make_text(words, 30) for _ in range(40)]
    texts += [f"{text} more" for text in texts[:20]] + texts[5:15]
    lines = [json.dumps({"text": text, "rank": i % 7}) for i, text in enumerate(texts)]
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, "not json"]) + "\n")
    (tmp_path / "work").mkdir()
    return tmp_path


def interrupt(*_: object, **__: object) -> None:
    """Ctrl-C, also where the signal is ignored."""
    raise KeyboardInterrupt


def run(folder: Path, **more: Any) -> list[Any]:
    fields = Fields(value="rank")
    options: dict[str, Any] = {"max_memory": "500MB", "workdir": folder / "work", "keep": "rank", **more}
    threshold = options.pop("threshold", 0.6)
    with find_in_files(
        find_sources([str(folder / "a.jsonl")]), fields, resolve("document", threshold), **options
    ) as (answer, found):
        return [*answer.kept(), *answer.kept_pairs(), *answer.groups(), [p.reason for _, p in found.problems()]]


@pytest.mark.parametrize("stage", STAGES)
def test_finished_stages_are_not_run_again(corpus: Path, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run(corpus)
    assert not list((corpus / "work").iterdir())
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(duplicates, stage, interrupt)
        run(corpus)
    again = []
    for name in STAGES:
        made = getattr(duplicates, name)
        monkeypatch.setattr(duplicates, name, lambda *a, n=name, m=made, **b: (again.append(n), m(*a, **b))[1])
    assert run(corpus) == expected
    assert again == list(STAGES[STAGES.index(stage) :])
    assert not list((corpus / "work").iterdir())


def test_a_failing_disk_stops_a_run_that_goes_on_later(corpus: Path) -> None:
    counting = CountingDisk()
    with on(counting):
        expected = run(corpus)
    for at in range(1, counting.count, 1 if LONG else 149):
        with on(FailingDisk(at)), pytest.raises(OutputError, match="cannot be written"):
            run(corpus)
        assert run(corpus) == expected


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_command_ends_with_the_same_bytes(corpus: Path) -> None:
    chance, hits = random.Random(3), 0
    arguments = [
        "duplicates",
        "a.jsonl",
        "--max-memory",
        "500MB",
        "--workdir",
        "work",
        "--quiet",
        "--force",
        "--groups",
    ]
    code, operations = run_and_kill([*arguments, "expected.jsonl"], corpus)
    assert code == 1
    for _ in range(KILLS):
        # One that goes on has less to write.
        code, _ = run_and_kill([*arguments, "found.jsonl"], corpus, chance.randint(1, operations))
        hits += code == -signal.SIGKILL
    assert hits >= min(30, KILLS // 2)
    assert run_and_kill([*arguments, "found.jsonl"], corpus)[0] == 1
    assert (corpus / "found.jsonl").read_bytes() == (corpus / "expected.jsonl").read_bytes()
    assert not list((corpus / "work").iterdir())


KILLED = """
import os, signal, sys
from dedupe.cli.main import main
from dedupe.files import rows

put, left, before = rows.put_in_place, [int(sys.argv[1])], sys.argv[2] == "before"


def put_or_die(*places):
    left[0] -= 1
    if before and left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    put(*places)
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)


rows.put_in_place = put_or_die
raise SystemExit(main(sys.argv[3:]))
"""
RESULTS = {"--pairs": "pairs.jsonl", "--groups": "groups.jsonl", "--kept": "kept.txt", "--report": "report.html"}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_command_that_is_killed_between_its_results_goes_on(corpus: Path, when: str) -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}

    def start(folder: str, at: int) -> int:
        (corpus / folder).mkdir(exist_ok=True)
        results = [part for option, name in RESULTS.items() for part in (option, f"{folder}/{name}")]
        arguments = ["duplicates", "a.jsonl", "--max-memory", "500MB", "--workdir", "work", "--quiet", *results]
        command = [sys.executable, "-c", KILLED, str(at), when, *arguments]
        return subprocess.run(command, cwd=corpus, env=environment, check=False).returncode

    def files(folder: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (corpus / folder).iterdir()}

    assert start("expected", 99) == 1
    expected = files("expected")
    assert len(expected) == 5, "four results, and the list of what is quarantined"
    for at in range(5) if LONG else (1, 4):
        assert start(f"found{at}", at) == -9
        assert start(f"found{at}", 99) == 1
        found = files(f"found{at}")
        assert found.keys() == expected.keys()
        assert all(found[name] == expected[name] for name in found if name != "report.html")
        assert not list((corpus / "work").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_result_that_somebody_has_replaced_is_not_overwritten(corpus: Path) -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    arguments = ["duplicates", "a.jsonl", "--max-memory", "500MB", "--workdir", "work", "--quiet"]
    results = ["--pairs", "pairs.jsonl", "--kept", "kept.txt"]
    command = [sys.executable, "-c", KILLED, "1", "before", *arguments, *results]
    assert subprocess.run(command, cwd=corpus, env=environment, check=False).returncode == -9
    (corpus / "pairs.jsonl").write_text("mine")
    done = subprocess.run(command, cwd=corpus, env=environment, check=False, capture_output=True)
    assert done.returncode == 2 and b"pairs.jsonl exists" in done.stderr
    assert (corpus / "pairs.jsonl").read_text() == "mine"


def stopped(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(duplicates, "join_keys", interrupt)
        run(corpus)


def test_another_input_or_parameter_is_refused_with_what_differs(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(corpus, monkeypatch)
    for more, name in (
        ({"threshold": 0.7}, "settings"),
        ({"keep": "last"}, "keep"),
        ({"paragraphs": "lines"}, "par"),
    ):
        with pytest.raises(InputError, match=f"is not this one: other {name}"):
            run(corpus, **more)
    # Threads and memory change no result.
    with (corpus / "a.jsonl").open("a") as file:
        file.write('{"text": "one more"}\n')
    with pytest.raises(InputError, match="is not this one: other inputs"):
        run(corpus, threads=2, max_memory="1GB")


def test_a_run_with_fingerprints_of_another_fold_is_refused(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(corpus, monkeypatch)
    path = corpus / "work" / "dedupe-work" / "run.json"
    body = json.loads(path.read_bytes())
    assert body["schemes"] == SCHEMES
    path.write_text(json.dumps({**body, "schemes": {**SCHEMES, "fold": "fold-v1"}}))
    with pytest.raises(InputError, match=r"fold 'fold-v1' \(expected 'fold-v2'\)\. Remove the folder"):
        run(corpus)
    # Before there was a `fold-v2`, runs recorded one scheme.
    del body["schemes"]
    path.write_text(json.dumps({**body, "scheme": "minhash-v1"}))
    with pytest.raises(InputError, match=r"fold 'unrecorded' .* paragraphs 'unrecorded' "):
        run(corpus)


def test_files_of_a_stage_that_changed_are_noticed(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(corpus, monkeypatch)
    path = corpus / "work" / "dedupe-work" / "1-scan.unit.size"
    whole = path.read_bytes()
    for damaged in (whole[:-1], bytes([whole[0] ^ 1]) + whole[1:]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"unit.size is not as it was written"):
            run(corpus)
    path.write_bytes(whole)
    (corpus / "work" / "dedupe-work" / "run.json").write_text("{")
    with pytest.raises(InputError, match="is damaged"):
        run(corpus)


def test_two_runs_do_not_share_a_folder(corpus: Path) -> None:
    (corpus / "work" / "dedupe-work").mkdir()
    handle = lock_file(corpus / "work" / "dedupe-work" / "lock")
    with pytest.raises(OutputError, match="is in use by another run"):
        run(corpus)
    os.close(handle)
    assert run(corpus)
