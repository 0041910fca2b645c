"""Completion in shells."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.cli import main


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    pytest.importorskip("shtab")
    with pytest.raises(SystemExit) as end:
        main(["--print-completion", shell])
    assert end.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_script_knows_commands_and_options(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = script(shell, capsys)
    for word in ("clean", "query", "--max-memory", "--no-audit", "thorough" if shell == "zsh" else "gopher"):
        assert word in text


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_completes_options_choices_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "complete.sh").write_text(script("bash", capsys))
    (tmp_path / "corpus.jsonl").write_text("")

    def complete(*words: str) -> set[str]:
        asked = " ".join(f"'{word}'" for word in words)
        command = (
            f"source complete.sh; COMP_WORDS=({asked}); COMP_CWORD={len(words) - 1}; "
            f'{{ compopt() {{ :; }}; }}; _shtab_dedupe; printf "%s\\n" "${{COMPREPLY[@]}}"'
        )
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
        return {word.strip() for word in done.stdout.splitlines()}

    assert complete("dedupe", "cl") == {"clean"}
    assert "--max-memory" in complete("dedupe", "clean", "--max-m")
    assert complete("dedupe", "clean", "--quality", "go") == {"gopher"}
    assert complete("dedupe", "clean", "cor") == {"corpus.jsonl"}


def test_without_shtab_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    with pytest.raises(SystemExit) as end:
        main(["--print-completion", "bash"])
    assert end.value.code == 2
    assert "pip install 'dedupe-text[completion]'" in capsys.readouterr().err
