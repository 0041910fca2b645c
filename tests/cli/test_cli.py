"""The command line as its users meet it."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.cli import main
from dedupe.cli.show import excerpt, printable
from tests.conftest import make_text
from tests.files.builders import PROMPT, SHARED, all_files, stream, write_folder

LINES = [
    {"id": "a", "text": f"First words of the first.\n{SHARED}"},
    {"id": "b", "text": f"First words, of the first\n{SHARED}!"},
    {"id": "c", "text": f"Something else stands here today.\n{SHARED}\n{PROMPT}"},
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return path


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_clean_and_restore(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, audit, back = (str(tmp_path / name) for name in ("out.jsonl", "audit.jsonl", "back"))
    assert main(["clean", str(corpus), "--output", out, "--audit", audit]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0].startswith("Removing duplicates, paragraphs, passages, boilerplate")
    assert "b: removed" in shown.out and "kept: [" in shown.out and PROMPT in shown.out
    assert "1 document, 1 paragraph, 1 boilerplate" in shown.out
    assert shown.err == ""
    assert [row["id"] for row in rows(Path(out))] == ["a", "c"]
    assert rows(Path(out))[1]["text"] == "Something else stands here today."
    assert main(["restore", out, "--audit", audit, "--output", back]) == 0
    assert (Path(back) / "corpus.jsonl").read_bytes() == corpus.read_bytes()


def test_duplicates_writes_every_result(corpus: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.jsonl" for name in ("pairs", "all-pairs", "groups", "kept")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    assert main(["duplicates", str(corpus), "--threads", "1", "--quiet", *options]) == 0
    assert rows(files["pairs"]) == [{"a": "a", "b": "b", "similarity": 1.0}] == rows(files["all-pairs"])
    assert rows(files["groups"]) == [{"kept": "a", "cluster": ["a", "b"], "similarities": [1.0, 1.0]}]
    assert rows(files["kept"]) == [{"id": "a"}, {"id": "c"}]


def test_units_below_documents_have_their_places(corpus: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.jsonl" for name in ("pairs", "groups", "kept")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    assert main(["duplicates", str(corpus), "--unit", "paragraph", "--quiet", *options]) == 0
    pairs = rows(files["pairs"])
    assert list(pairs[0]) == ["a", "b", "similarity", "a_start", "a_end", "b_start", "b_end"]
    assert {(p["a"], p["b"]) for p in pairs} == {("a", "b"), ("a", "c")}
    group = next(g for g in rows(files["groups"]) if len(g["cluster"]) == 3)
    assert group["kept"] == group["cluster"][0] == {"id": "a", "start": 26, "end": 26 + len(SHARED)}
    assert {"id": "a", "start": 0, "end": 25} in rows(files["kept"])


def test_results_can_be_parquet_or_standard_output(
    corpus: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    import pyarrow.parquet as pq

    target = tmp_path / "scores.parquet"
    assert main(["score", str(corpus), "--output", str(target), "--quiet"]) == 0
    assert main(["score", str(corpus), "--output", "-", "--quiet"]) == 0
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert pq.read_table(target).to_pylist() == lines
    assert list(lines[0])[:6] == ["id", "start", "end", "boilerplate", "evidence", "category"]
    assert {"boilerplate", "content"} <= {row["verdict"] for row in lines} <= {"boilerplate", "content", "unsure"}
    assert max(lines, key=lambda row: row["boilerplate"])["id"] == "c"


def test_kept_ids_are_one_a_line(corpus: Path, tmp_path: Path) -> None:
    assert main(["duplicates", str(corpus), "--kept", str(tmp_path / "kept.txt"), "--quiet"]) == 0
    assert (tmp_path / "kept.txt").read_text() == "a\nc\n"
    assert main(["duplicates", str(corpus), "--kept", str(tmp_path / "kept.txt.gz"), "--quiet"]) == 0
    assert stream(tmp_path / "kept.txt.gz") == b"a\nc\n"
    corpus.write_text('{"id": "two\\nlines", "text": "x"}\n')
    assert main(["duplicates", str(corpus), "--kept", str(tmp_path / "other.txt"), "--quiet"]) == 2


def test_passages_with_groups(tmp_path: Path, words: random.Random) -> None:
    block = make_text(words, 40)
    (tmp_path / "in").mkdir()
    for name in "abc":
        (tmp_path / "in" / f"{name}.txt").write_text(f"{make_text(words, 12)} {block} {make_text(words, 12)}")
    pairs, groups = tmp_path / "pairs.jsonl", tmp_path / "groups.jsonl"
    assert main(["passages", str(tmp_path / "in"), "--output", str(pairs), "--groups", str(groups)]) == 0
    assert [(Path(p["a"]).name, Path(p["b"]).name) for p in rows(pairs)] == [("b.txt", "a.txt"), ("c.txt", "a.txt")]
    (group,) = rows(groups)
    assert group["count"] == 3 == len(group["copies"])


@pytest.mark.parametrize("content", [b'{"text": "some text"}\n', b"some text"])
def test_standard_input_is_read(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert main(["clean", "-", "--output", str(tmp_path / "out"), "--audit", str(tmp_path / "a.jsonl")]) == 0
    (name,) = all_files(tmp_path / "out")
    assert (tmp_path / "out" / name).read_bytes() == content


def test_a_bad_line_is_quarantined_and_the_run_goes_on(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus.write_text(corpus.read_text() + "{oops\n")
    assert (
        main(["clean", str(corpus), "--output", str(tmp_path / "out"), "--audit", str(tmp_path / "a.jsonl")]) == 1
    )
    assert "corpus.jsonl, line 4: not valid JSON" in capsys.readouterr().err
    assert rows(tmp_path / "a.quarantine.jsonl")[0]["line"] == 4
    assert main(["duplicates", str(corpus), "--groups", str(tmp_path / "g.jsonl"), "--quiet"]) == 1
    assert rows(tmp_path / "g.quarantine.jsonl")[0]["line"] == 4
    assert main(["score", str(corpus), "--output", str(tmp_path / "s.jsonl"), "--strict", "--quiet"]) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["duplicates", "nowhere.txt"], "no such file"),
        (["duplicates", "IN", "--threshold", "0"], "threshold"),
        (["duplicates", "IN", "--shingle", "word:0"], "shingle"),
        (["duplicates", "IN", "--recall", "1"], "recall"),
        (["duplicates", "IN", "--permutations", "0"], "permutations"),
        (["duplicates", "IN", "--threads", "0"], "threads"),
        (["duplicates", "IN", "--pairs", "p.csv"], "p.csv: name results"),
        (["duplicates", "IN", "--groups", "none/g.jsonl"], "no folder none"),
        (["score", "IN", "--output", "IN"], "exists"),
        (["score", "IN", "--output", "IN", "--force"], "an input too"),
        (["duplicates", "IN", "--pairs", "p.jsonl", "--groups", "p.jsonl"], "a result too"),
        (["duplicates", "IN", "--pairs", "p.jsonl", "--quarantine", "none/q.jsonl"], "no folder none"),
        (["passages", "IN", "--output", "p.jsonl", "--min-length", "0"], "--min-length 0"),
        (["clean", "IN", "--output", "out", "--audit", "a.jsonl", "--boilerplate", "nan"], "boilerplate"),
        (["clean", "IN", "--output", "IN", "--audit", "a.jsonl", "--force"], "the input itself"),
        (["clean", "IN", "--output", "out", "--audit", "a.txt"], "name the audit"),
        (["clean", "IN", "--output", "out", "--audit", "a.jsonl", "--remove", "headlines"], "--remove"),
        (["restore", "out", "--audit", "a.jsonl", "--output", "back"], "a.jsonl"),
    ],
)
def test_what_cannot_be_done_is_told_and_leaves_nothing(
    arguments: list[str],
    message: str,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(corpus.parent)
    assert main([corpus.name if a == "IN" else a for a in arguments]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("dedupe: ") and message in shown.err
    assert all_files(corpus.parent) == [corpus.name]


def test_wrong_usage_exits_with_2() -> None:
    for arguments in (["clean"], ["duplicates", "x", "--unit", "page"], ["unknown"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2


def test_the_version_says_which_kernels_are_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    import dedupe

    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    kernels = "native" if dedupe.native else "pure Python"
    assert capsys.readouterr().out == f"dedupe {dedupe.__version__} ({kernels})\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_standard_output_is_told(corpus: Path) -> None:
    command = f"{sys.executable} -m dedupe score {corpus} --output - > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("dedupe: No space left") and "Traceback" not in done.stderr


def test_a_closed_standard_output_is_no_traceback(corpus: Path) -> None:
    command = f"{sys.executable} -m dedupe duplicates {corpus} >&-"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_nothing_hostile_reaches_a_terminal() -> None:
    hostile = "red \x1b[31m bell \x07 override \u202e end\nnext\u2028line \ud800"
    assert printable(hostile).isprintable()
    assert "\\u001b" in printable(hostile) and "\\u202e" in printable(hostile)
    assert len(excerpt("word " * 100, 40)) <= 40


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path, words: random.Random) -> None:
    (tmp_path / "a.txt").write_text("\n\n".join(make_text(words, 8) for _ in range(20_000)))
    command = f"{sys.executable} -m dedupe score {tmp_path / 'a.txt'} --output - | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are told otherwise there")
@pytest.mark.parametrize("step", ["read_corpus", "decide_in_memory", "rewrite", "put_in_place"])
def test_an_interrupted_run_leaves_nothing_half_done(
    step: str, corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dedupe.files import write_cleaned
    from dedupe.write import clean_files

    module = clean_files if hasattr(clean_files, step) else write_cleaned
    original = getattr(module, step)

    def interrupted(*arguments: object, **options: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return original(*arguments, **options)

    monkeypatch.setattr(module, step, interrupted)
    monkeypatch.chdir(corpus.parent)
    # A job in the background ignores the signal unless it is told otherwise.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert main(["clean", corpus.name, "--output", "out", "--audit", "audit.jsonl"]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert "interrupted" in capsys.readouterr().err
    whole = ["audit.jsonl", corpus.name] if step == "put_in_place" else [corpus.name]
    assert all_files(corpus.parent) == whole


def test_every_format_goes_through_the_commands(tmp_path: Path) -> None:
    write_folder(tmp_path / "in", random.Random(1))
    source = str(tmp_path / "in")
    assert main(["clean", source, "--output", str(tmp_path / "out"), "--audit", str(tmp_path / "a.jsonl.zst")]) == 1
    arguments = ["restore", str(tmp_path / "out"), "--audit", str(tmp_path / "a.jsonl.zst")]
    assert main([*arguments, "--output", str(tmp_path / "back")]) == 0
    for name in all_files(tmp_path / "in"):
        assert stream(tmp_path / "back" / name) == stream(tmp_path / "in" / name)
    assert main(["duplicates", source, "--unit", "sentence", "--groups", str(tmp_path / "g.parquet")]) == 1
    assert main(["passages", source, "--output", str(tmp_path / "p.jsonl.gz")]) == 1


def test_language_and_quality_are_scored(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "--what", "language", str(corpus), "--output", "-", "--quiet"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [list(row) for row in found] == [["id", "language", "probability"]] * len(found)
    assert main(["score", "--what", "quality", "--rules", "gopher", str(corpus), "--output", "-", "--quiet"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all("gopher_short_doc" in row["failed"] and row["score"] < 1 and row["reasons"] for row in found)


def test_the_source_field_and_quality_reach_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = random.Random(3)
    texts = [f"{make_text(words, 60)}.\nThe view from the old tower\n{make_text(words, 60)}." for _ in range(6)]
    texts.append("la " * 120)
    source, target, audit = (tmp_path / name for name in ("in.jsonl", "out.jsonl", "audit.jsonl"))
    source.write_text("".join(json.dumps({"text": text, "site": "a.org"}) + "\n" for text in texts))
    command = ["clean", str(source), "--output", str(target), "--audit", str(audit), "--remove", "boilerplate"]
    command += ["--boilerplate", "0.7"]
    assert main([*command, "--quality", "default", "--source", "site"]) == 0
    out = capsys.readouterr().out
    assert "Removing boilerplate, quality" in out
    assert "also on 5 other pages" in out
    assert "1 document of low quality" in out
    assert "view" not in target.read_text()
    assert main(["restore", str(target), "--audit", str(audit), "--output", str(tmp_path / "back")]) == 0
    assert (tmp_path / "back" / "in.jsonl").read_bytes() == source.read_bytes()
    assert main([*command, "--force", "--quiet"]) == 0
    assert "view" in target.read_text()
    with pytest.raises(SystemExit):
        main([*command, "--quality", "nice"])


def test_dedupe_alone_shows_the_commands_that_matter(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert all(f"dedupe {command} " in shown for command in ("clean", "restore", "duplicates"))
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("memory", [[], ["--max-memory", "400MB"]])
def test_a_dry_run_shows_everything_and_writes_only_the_report(
    seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], memory: list[str]
) -> None:
    run = [
        "clean",
        str(seeds),
        "--output",
        str(tmp_path / "out"),
        "--audit",
        str(tmp_path / "audit.jsonl"),
        *memory,
    ]
    assert main([*run, "--dry-run", "--report", str(tmp_path / "report.html")]) == 0
    shown = capsys.readouterr().out
    assert "removed: 1 passage, 2 boilerplate" in shown
    assert "nothing was written" in shown
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert "abonnez-vous ici" in (tmp_path / "report.html").read_text("utf-8")
    assert main(run) == 0
    assert (tmp_path / "out").is_dir()
