"""What the command line says where something is wrong with the program or its surroundings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.cli.main import FAULT, main
from dedupe.write import score_files

HIDDEN = "import sys, warnings; sys.modules['dedupe._kernels'] = None\n"


def test_a_fault_has_an_exit_code_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("The river rose over night.")

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(score_files, "read_corpus", fail)
    assert main(["score", str(tmp_path), "--output", str(tmp_path / "scores.jsonl")]) == FAULT == 3
    error = capsys.readouterr().err
    assert "ZeroDivisionError: by nothing" in error and "a fault of the program" in error


def test_an_error_of_the_system_names_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("The river rose over night.")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "work/some.file")

    monkeypatch.setattr(score_files, "read_corpus", fail)
    assert main(["score", str(tmp_path), "--output", str(tmp_path / "scores.jsonl")]) == 2
    assert capsys.readouterr().err == (
        "dedupe: work/some.file: No space left on device; no partial output was left behind\n"
    )


def test_what_the_library_warns_of_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / "in" / name).write_text('{"id": 0, "text": "The river rose over night."}\n')
    (tmp_path / "in" / "c.docx").write_text("x")
    for name in ("k1.txt", "k2.txt"):
        arguments = ["duplicates", str(tmp_path / "in"), "--quiet", "--kept", str(tmp_path / name)]
        assert main(arguments) == 0
        left_out, numbered = capsys.readouterr().err.splitlines()
        assert left_out == f"dedupe: {tmp_path / 'in'}: not read: 1 of other formats (c.docx)"
        assert numbered.startswith("dedupe: id 0 is used twice: by ")
        assert "All records are numbered by their places" in numbered


@pytest.mark.parametrize(("forced", "said"), [({}, 1), ({"DEDUPE_NATIVE": "0"}, 0)])
def test_without_the_native_core_the_cost_is_said_once(tmp_path: Path, forced: dict[str, str], said: int) -> None:
    (tmp_path / "a.txt").write_text("The river rose over night.")
    code = f"{HIDDEN}from dedupe.cli.main import main; sys.exit(main(['clean', 'a.txt', '--dry-run', '--quiet']))"
    run = [sys.executable, "-c", code]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        run, capture_output=True, text=True, cwd=tmp_path, check=True, env={"PYTHONPATH": root, **forced}
    )
    assert done.stderr.count("the native core is not installed") == said
    assert done.stderr.count("\n") == said and "RuntimeWarning" not in done.stderr
    code = f"{HIDDEN}import dedupe; dedupe.find_duplicates(['a', 'a'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": root, **forced}
    )
    assert done.stderr.count("RuntimeWarning: the native core is not installed") == said
