"""Indexes that were made with other schemes are refused, with what was found and what to do."""

import hashlib
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from dedupe import Index
from dedupe.cli import main
from dedupe.duplicates.schemes import SCHEMES
from dedupe.errors import IndexFileError

TEXT = "The river rose over night and took the bridge at the mill with it."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "my index"
    with Index.open(path, unit="document", threshold=0.7, keep="longest") as index:
        index.add(["a"], [TEXT])
    return path


def rewrite(folder: Path, change: Any) -> None:
    """Change a manifest and seal it again."""
    path = folder / "manifest.json"
    body = json.loads(path.read_bytes())
    body.pop("sha256")
    change(body)
    body["sha256"] = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(body))


def refusal(folder: Path) -> str:
    messages = set()
    for options in ({"read_only": True}, {}, {"create": False}):
        with pytest.raises(IndexFileError) as raised:
            Index.open(folder, **options)
        messages.add(str(raised.value))
    (message,) = messages
    return message


def test_the_manifest_names_all_schemes(folder: Path) -> None:
    body = json.loads((folder / "manifest.json").read_bytes())
    assert body["schemes"] == SCHEMES
    assert SCHEMES == {
        "minhash": "minhash-v1",
        "fold": "fold-v2",
        "signs": "signs-v4",
        "paragraphs": "paragraphs-v2",
        "sentences": "sentences-v2",
    }


@pytest.mark.parametrize("name", list(SCHEMES))
def test_an_index_of_another_scheme_is_refused_with_the_command_that_rebuilds_it(folder: Path, name: str) -> None:
    rewrite(folder, lambda body: body["schemes"].update({name: "other-v0"}))
    message = refusal(folder)
    assert f"{name} 'other-v0' (expected '{SCHEMES[name]}')" in message
    assert message.count("expected") == 1
    assert "--unit=document --threshold=0.7" in message and "--keep=longest" in message


def test_an_index_that_records_no_fold_is_refused(folder: Path) -> None:
    def as_before(body: dict[str, Any]) -> None:
        del body["schemes"]
        body["scheme"] = "minhash-v1"

    rewrite(folder, as_before)
    message = refusal(folder)
    assert "fold 'unrecorded' (expected 'fold-v2')" in message
    assert "paragraphs 'unrecorded' (expected 'paragraphs-v2')" in message
    assert "signs 'unrecorded' (expected 'signs-v4')" in message
    assert "minhash '" not in message


@pytest.mark.parametrize("unit", ["document", "sentence"])
def test_an_index_of_sentences_that_does_not_say_how_they_were_cut_is_refused(tmp_path: Path, unit: Any) -> None:
    folder = tmp_path / "first"
    with Index.open(folder, unit=unit) as index:
        index.add(["a"], ["A first sentence. And another one."])
    rewrite(folder, lambda body: body["schemes"].pop("sentences"))
    if unit == "document":
        assert len(Index.open(folder, read_only=True)) == 1
    else:
        assert "sentences 'unrecorded' (expected 'sentences-v2')" in refusal(folder)


def test_the_command_that_rebuilds_an_index_does_so(folder: Path, tmp_path: Path) -> None:
    before = Index.open(folder, read_only=True).info()
    rewrite(folder, lambda body: body["schemes"].update(fold="fold-v1"))
    command = shlex.split(refusal(folder).split("`")[1])
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "a", "text": TEXT}) + "\n")
    arguments = [str(tmp_path / "a.jsonl") if part == "INPUT" else part for part in command[1:]]
    assert main([*arguments, "--quiet"]) == 0
    assert Index.open(f"{folder}.new", read_only=True).info() == before


def test_a_changed_manifest_that_is_not_sealed_is_damaged(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace("fold-v2", "fold-v1"))
    assert "is damaged" in refusal(folder)
    rewrite(folder, lambda body: body.update(schemes=["fold-v2"]))
    assert "is damaged" in refusal(folder)
