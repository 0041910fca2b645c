"""What `explain_match` says of two texts is what a search would find."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import explain_match, find_duplicates
from dedupe.cli import main
from dedupe.errors import InputError
from tests.conftest import make_text


@given(
    st.integers(0, 10_000),
    st.integers(0, 12),
    st.sampled_from([0.3, 0.6, 0.9]),
    st.sampled_from(["ignore", "apart"]),
)
def test_a_match_is_what_a_search_finds(seed: int, changes: int, threshold: float, facts: str) -> None:
    source = random.Random(seed)
    words = make_text(source, source.randint(0, 60)).split()
    other = list(words)
    for _ in range(changes if words else 0):
        other[source.randrange(len(other))] = source.choice(["1841", "mill", "not", "Kyrgyz"])
    a, b = " ".join(words), " ".join(other)
    why = explain_match(a, b, threshold=threshold, facts=facts)  # type: ignore[arg-type]
    found = find_duplicates([a, b], threshold=threshold, facts=facts, pairs="all").pairs  # type: ignore[arg-type]
    assert why.match == bool(len(found))
    if why.match:
        assert found[0].similarity == (1.0 if why.equal else why.similarity)
    assert why.reasons
    assert why.text(80)


def test_reasons_name_what_decides() -> None:
    line = "The old mill by the river has stood empty for forty years, and nobody knows why."
    assert explain_match(line, line.upper()).reasons == (
        "they are the same after folding: copies, whatever their length",
    )
    assert "neither has a letter" in explain_match("...", "!!!").reasons[0]
    assert not explain_match("...", "...").match
    contained = explain_match(line, f"{line} " + "Something else altogether stands behind it. " * 3)
    assert contained.contained[0] == 1.0
    assert 'by="containment"' in contained.reasons[-1]
    facts = explain_match(line, line.replace("forty", "fifty"), threshold=0.7, facts="apart")
    assert facts.similarity >= 0.7
    assert not facts.match
    assert facts.reasons[-1] == "they differ in what may be a fact (40 / 50), and stay apart"
    with pytest.raises(InputError, match="a is int, not str"):
        explain_match(1, "x")  # type: ignore[arg-type]


def test_the_command_takes_files_and_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = "The old mill by the river has stood empty for forty years, and nobody knows why."
    (tmp_path / "one.txt").write_text(line)
    rows = [{"body": "Another text."}, {"body": line.lower()}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    run = ["explain", str(tmp_path / "one.txt"), f"{tmp_path}/in.jsonl:2", "--text", "body"]
    assert main(run) == 0
    assert capsys.readouterr().out.startswith("near-duplicates (document")
    assert main([*run, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["equal"] is True
    for place, message in (
        ("", "holds 2 documents"),
        (":3", "no record 3"),
        (":0", ":0 is no record: they count from"),
    ):
        name = f"{tmp_path}/in.jsonl{place}"
        assert main(["explain", str(tmp_path / "one.txt"), name, "--text", "body"]) == 2
        assert message in capsys.readouterr().err


def test_a_record_is_explained_whatever_the_others_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(
        '{"id": 1, "text": "The cat sat."}\n{"id": 1, "text": null}\n{"id": 1, "text": "the cat SAT"}\n'
    )
    assert main(["explain", f"{file}:1", f"{file}:3"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("near-duplicates") and not err
    assert main(["explain", f"{file}:1", f"{file}:2"]) == 2
    assert capsys.readouterr().err == f"dedupe: {file}, line 2: field 'text' is null, not a string\n"
    (tmp_path / "b.txt").write_bytes(b"\xff")
    assert main(["explain", f"{file}:1", str(tmp_path / "b.txt")]) == 2
    assert "b.txt: invalid UTF-8 at byte 0" in capsys.readouterr().err
