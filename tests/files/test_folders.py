"""What is read of a folder, and what is left out of it, counted and named."""

from __future__ import annotations

import gzip
import json
import os
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedupe import CleanOptions, clean_files, restore_files
from dedupe.cli.main import main
from dedupe.errors import InputError
from dedupe.files.earlier import is_result
from dedupe.files.sources import find_sources

TEXT = "The old mill by the river has stood empty for forty years now, and nobody in the village knows why."


def names(folder: Path, **options: bool) -> list[str]:
    return [source.relative for source in find_sources([str(folder)], **options)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    (path / "a.txt").write_text(TEXT)
    return path


def test_what_is_not_read_is_counted_and_named(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("b.rst", "c.rst", "d.rst", "e.html", ".hidden.txt"):
        (folder / name).write_text(TEXT)
    (folder / ".git").mkdir()
    (folder / "nowhere.txt").symlink_to(folder / "not there")
    assert names(folder) == ["a.txt"]
    (message,) = [record.getMessage() for record in caplog.records]
    for part in (
        "4 of other formats (b.rst, c.rst, d.rst, …)",
        "2 hidden (.git/, .hidden.txt)",
        "1 special (nowhere.txt)",
    ):
        assert part in message
    caplog.clear()
    for name in ("b.rst", "c.rst", "d.rst", "e.html", ".hidden.txt", "nowhere.txt"):
        (folder / name).unlink()
    (folder / ".git").rmdir()
    assert names(folder) == ["a.txt"] and not caplog.records


def test_endings_are_read_in_any_case(folder: Path) -> None:
    (folder / "B.TXT").write_text(TEXT)
    (folder / "c.Jsonl").write_text(json.dumps({"text": TEXT}) + "\n")
    (folder / "D.JSONL.GZ").write_bytes(gzip.compress((folder / "c.Jsonl").read_bytes()))
    assert names(folder) == ["B.TXT", "D.JSONL.GZ", "a.txt", "c.Jsonl"]
    out, audit = folder.parent / "out", folder.parent / "audit.jsonl"
    report = clean_files([folder], out, audit)
    assert report.counts.stages == {"duplicates": 3} and not report.found.quarantined
    restore_files(out, audit, folder.parent / "back")
    for name in names(folder):
        assert (folder.parent / "back" / name).read_bytes()[-20:] == (folder / name).read_bytes()[-20:]


def test_links_out_of_a_folder_are_followed_where_that_is_wanted(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = folder.parent / "away"
    (away / "deep").mkdir(parents=True)
    (away / "b.txt").write_text(TEXT)
    (away / "deep" / "c.txt").write_text(TEXT)
    (folder / "b.txt").symlink_to(away / "b.txt")
    (folder / "linked").symlink_to(away)
    # A circle, and a link to what is read anyway.
    (away / "back").symlink_to(folder)
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    assert names(folder) == ["a.txt"]
    assert "1 linked to what is read anyway (inside.txt)" in caplog.text
    assert "2 linked, without `follow_links=True` (b.txt, linked)" in caplog.text
    assert names(folder, follow_links=True) == ["a.txt", "linked/b.txt", "linked/deep/c.txt"]
    scores = folder.parent / "scores.jsonl"
    for more, count in ([], 1), (["--follow-links"], 3):
        assert main(["score", str(folder), "--output", str(scores), "--quiet", "--force", *more]) == 0
        assert len(scores.read_text().splitlines()) == count


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "pipe.jsonl", Path("/dev/null")):
        with pytest.raises(InputError, match="is a pipe or a device"):
            find_sources([str(path)])


@pytest.mark.parametrize("output", ["in/cleaned", "in/deep/cleaned"])
def test_what_an_earlier_run_has_left_is_left_out(
    folder: Path, output: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "b.txt").write_text(TEXT)
    (folder / "c.jsonl").write_text(json.dumps({"text": TEXT}) + "\n{\n")
    (folder / "sub").mkdir()
    (folder / "sub" / "d.txt").write_text(
        "A text that is nobody's copy and goes nowhere, whatever is cleaned here."
    )
    before = names(folder)
    target = folder.parent / output
    target.parent.mkdir(exist_ok=True)
    for audit in (folder / "audit.jsonl", folder / "again.jsonl.gz"):
        report = clean_files([folder], target, audit, force=True)
        assert report.found.corpus.ids == [
            f"{folder}/{name}" if "txt" in name else f"{folder}/c.jsonl:1" for name in before
        ]
        assert names(folder) == before
    assert "of an earlier run of clean" in caplog.text and "audit.jsonl" in caplog.text
    # Somebody has changed what was written: it is a text of its own again.
    (target / "sub" / "d.txt").write_text("Another text.")
    assert len(names(folder)) > len(before)


def test_a_single_cleaned_file_is_known_whatever_its_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text((json.dumps({"text": TEXT}) + "\n") * 3)
    clean_files([corpus], tmp_path / "cleaned.jsonl", tmp_path / "audit.jsonl")
    assert names(tmp_path) == ["corpus.jsonl"]
    # A file that stayed as it was is known by the input beside it.
    corpus.write_text(json.dumps({"text": TEXT}) + "\n")
    clean_files([corpus], tmp_path / "cleaned.jsonl", tmp_path / "audit.jsonl", force=True)
    assert names(tmp_path) == ["corpus.jsonl"]
    corpus.unlink()
    assert names(tmp_path) == ["cleaned.jsonl"]


@pytest.mark.parametrize("kind", [".txt", ".jsonl"])
@pytest.mark.parametrize("deep", [False, True])
def test_an_output_in_which_nothing_was_cut_is_left_out_too(tmp_path: Path, kind: str, deep: bool) -> None:
    inputs = tmp_path / "raw" if deep else tmp_path
    inputs.mkdir(exist_ok=True)
    for number in range(4):
        # The last is a copy as a whole.
        text = f"{TEXT} {number % 3 * 111}"
        (inputs / f"{number}{kind}").write_text(text if kind == ".txt" else json.dumps({"text": text}) + "\n")
    before = names(tmp_path)
    for run in ("one", "two"):
        clean_files(inputs, tmp_path / run, tmp_path / f"{run}.jsonl", options=CleanOptions(remove=["duplicates"]))
        assert (tmp_path / run / f"2{kind}").exists() and names(tmp_path) == before
    clean_files(inputs / f"1{kind}", tmp_path / f"x{kind}", tmp_path / "x.audit.jsonl")
    assert names(tmp_path) == before


def test_a_folder_is_read_where_it_is_and_not_where_links_lead_to_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "in" / "z" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a").mkdir()
    (tmp_path / "in" / "z" / "deep" / "x.txt").write_text(TEXT)
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "y.txt").write_text(TEXT)
    (tmp_path / "in" / "a" / "link").symlink_to(tmp_path / "in" / "z" / "deep")
    (tmp_path / "in" / "a" / ".hidden").symlink_to(tmp_path / "away")
    for name in ("b", "c"):
        (tmp_path / "in" / name).symlink_to(tmp_path / "away")
    for name in ("d.txt", "e.txt"):
        (tmp_path / "in" / name).symlink_to(tmp_path / "away" / "y.txt")
    assert names(tmp_path / "in", follow_links=True) == ["b/y.txt", "z/deep/x.txt"]
    assert "4 linked to what is read anyway (a/link, c, d.txt, …)" in caplog.text
    assert names(tmp_path / "in") == ["z/deep/x.txt"]
    assert "5 linked, without `follow_links=True` (a/link, b, c, …)" in caplog.text


WORDS = "river mill stone bread winter letter harbour garden window market bridge candle".split()


@pytest.fixture
def corpus(folder: Path) -> Path:
    """A folder with a text, its copy, and passages that come back."""
    shared = " ".join(WORDS * 2)
    for number, name in enumerate(("b", "c", "d")):
        own = " ".join(f"{word}{number}" for word in WORDS * 2)
        (folder / f"{name}.txt").write_text(f"{own}\n\n{shared}\n\nThe end {number}.")
    (folder / "copy.txt").write_text(TEXT)
    (folder / "sub").mkdir()
    # Something is quarantined, so that there is a list of it.
    (folder / "rows.jsonl").write_text(json.dumps({"text": f"{TEXT} 5"}) + "\n{\n")
    return folder


RESULTS = {
    "pairs": "duplicates IN --pairs OUT",
    "paragraph pairs": "duplicates IN --unit paragraph --pairs OUT",
    "pairs against": "duplicates IN --against MORE --pairs OUT",
    "all pairs": "duplicates IN --all-pairs OUT",
    "groups": "duplicates IN --groups OUT",
    "groups against": "duplicates IN --against MORE --groups OUT",
    "kept": "duplicates IN --kept OUT",
    "kept paragraphs": "duplicates IN --unit paragraph --kept OUT",
    "the older folder": "duplicates MORE --against IN --pairs OUT",
    "quarantined": "duplicates IN --pairs AWAY.jsonl --quarantine OUT",
    "passages": "passages IN -o OUT",
    "passage groups": "passages IN -o AWAY.jsonl --groups OUT",
    "scores": "score IN -o OUT",
    "scores alone": "score IN -o OUT --no-context",
    "languages": "score IN -o OUT --what language",
    "qualities": "score IN -o OUT --what quality",
    "injections": "evaluate IN -o OUT --count 4",
    "added": "index add AWAY.index IN -o OUT --id none --skip-known",
    "superseded": "index add AWAY.index IN --superseded OUT --id none --skip-known",
    "matches": "index query INDEX IN -o OUT",
    "audit": "clean IN --output AWAY --audit OUT --max-removal 1",
    "audit's list": "clean IN --output AWAY --audit AWAY.jsonl --quarantine OUT --max-removal 1",
}


def run_in(corpus: Path, command: str, out: Path, *more: str) -> int:
    index, others = corpus.parent / "index", corpus.parent / "others"
    if not others.exists():
        others.mkdir()
        (others / "a.txt").write_text(TEXT)
    if "INDEX" in command and not index.exists():
        assert main(["index", "add", str(index), str(corpus / "a.txt"), "--quiet"]) == 0
    places = {"IN": corpus, "OUT": out, "INDEX": index, "MORE": others}
    parts = [str(places.get(part, part)) for part in command.split()]
    return main([part.replace("AWAY", str(corpus.parent / "away")) for part in [*parts, "--quiet", *more]])


@pytest.mark.parametrize("ending", [".jsonl", ".parquet", ".jsonl.gz"])
@pytest.mark.parametrize("kind", RESULTS)
def test_a_result_among_the_input_is_left_out_and_input_is_not_overwritten(
    corpus: Path, kind: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command, out = RESULTS[kind], corpus / "sub" / f"result{ending}"
    if kind == "audit" and ending == ".parquet":
        pytest.skip("an audit is JSONL")
    # 1 says that there is a quarantined line.
    assert run_in(corpus, command, out) == 1
    first = out.read_bytes()
    # The second run finds the result of the first one among its input.
    assert run_in(corpus, command, out, "--force") == 1, capsys.readouterr().err
    if kind not in ("added", "superseded") and ending != ".parquet":
        assert out.read_bytes() == first
    # A document has that name: it is neither passed over nor lost.
    if ending == ".parquet":
        pq.write_table(pa.table({"text": [f"{TEXT} 7"]}), out)
    else:
        text = json.dumps({"text": f"{TEXT} 7"}).encode() + b"\n"
        out.write_bytes(gzip.compress(text) if ending.endswith(".gz") else text)
    before = {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert run_in(corpus, command, out, "--force") == 2
    assert f"{out} is input" in " ".join(capsys.readouterr().err.split())
    assert {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("more", [[], ["--max-memory", "1GB"], ["--dry-run"]])
def test_input_below_the_folder_of_the_output_is_not_passed_over(
    corpus: Path, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out, audit = corpus / "clean", corpus.parent / "audit.jsonl"
    command = ["clean", str(corpus), "--output", str(out), "--audit", str(audit), "--max-removal", "1", "--quiet"]
    out.mkdir()
    (out / "a.txt").write_text(f"{TEXT} Nobody has read this.")
    for force in ([], ["--force"]):
        assert main([*command, *more, *force]) == 2
        assert f"{out}/a.txt is input, and lies where {out} will be written" in capsys.readouterr().err
    assert "Nobody" in (out / "a.txt").read_text() and not audit.exists()
    (out / "a.txt").unlink()
    # What an earlier run has left there is known by its audit, wherever that is, until somebody changes it.
    for _ in range(2):
        assert main([*command, *more, "--force"]) == 1
    if "--dry-run" not in more:
        (out / "b.txt").write_text("Somebody has changed it.")
        assert main([*command, *more, "--force"]) == 2
        assert (out / "b.txt").read_text() == "Somebody has changed it."


def test_a_list_of_nothing_removes_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    notes, old = tmp_path / "notes.jsonl", tmp_path / "old.jsonl"
    notes.write_text('{"note":"mine"}\n')
    old.write_text('{"file":"a.jsonl","line":2,"reason":"no JSON"}\n')
    for listed in (notes, old):
        command = ["duplicates", str(tmp_path / "a.txt"), "--pairs", str(tmp_path / "pairs.jsonl")]
        assert main([*command, "--quarantine", str(listed), "--quiet", "--force"]) == 0
    assert notes.read_text() == '{"note":"mine"}\n' and not old.exists()


def test_an_audit_is_no_data(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = corpus / "audit.jsonl"
    assert main(["clean", str(corpus), "--output", str(corpus / "out"), "--audit", str(audit), "-q"]) == 1
    assert main(["clean", str(audit), "--dry-run"]) == 2
    assert "audit.jsonl is the audit of a run of clean, not its data" in capsys.readouterr().err


def test_an_index_among_the_input_is_left_out_and_no_folder_of_texts(corpus: Path) -> None:
    assert main(["index", "add", str(corpus / "sub" / "index"), str(corpus), "--quiet"]) == 1
    assert main(["index", "query", str(corpus / "sub" / "index"), str(corpus), "--quiet", "-o", "-"]) == 1
    (corpus / "deep").mkdir()
    (corpus / "deep" / "x.txt").write_text(TEXT)
    assert main(["index", "add", str(corpus / "deep"), str(corpus), "--quiet"]) == 2


def test_a_file_is_given_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rows.jsonl").write_text(json.dumps({"text": TEXT}) + "\n")
    for command in (["duplicates"], ["score"], ["clean", "--dry-run"]):
        for names in ([folder / "a.txt"] * 2, [folder, folder / "rows.jsonl"], [folder, f"{folder}/."]):
            assert main([*command, *map(str, names)]) == 2
            assert "is given twice" in capsys.readouterr().err


DOCUMENTS = {
    "a second row with text": [{"id": 1}, {"id": 2, "text": TEXT}],
    "qualities and text": [
        {"id": 1, "score": 1, "language": "en", "failed": [], "reasons": []}
        | {"characters": 5, "words": 1, "text": TEXT}
    ],
    "scores and text": [
        {"id": 1, "start": 0, "end": 9, "boilerplate": 0.1, "evidence": 0.2, "category": None, "text": TEXT}
    ],
    "more fields than a list has": [{"a": "x", "b": "y", "similarity": 0.5, "title": TEXT}],
    "a list of languages with texts": [{"id": 1, "language": "en", "probability": 1}, {"id": 2, "text": TEXT}],
    "no object": [[1, 2]],
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_documents_that_resemble_a_list_are_none(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in DOCUMENTS[kind]))
    assert not is_result(path)
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text('{"a":"one text","b":"another","similarity":0.5}\n')
    assert is_result(pairs) and not is_result(pairs, "a")
    pq.write_table(pa.table({"id": ["a text"]}), tmp_path / "ids.parquet")
    assert is_result(tmp_path / "ids.parquet") and not is_result(tmp_path / "ids.parquet", "id")


@pytest.mark.parametrize("url", ["file://{}", "local://{}", "file://{}/../in"])
def test_a_file_has_one_name_by_path_and_url(corpus: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'dedupe-text[remote]'")
    there = url.format(corpus)
    before = {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}
    for command in (
        ["duplicates", str(corpus), "--pairs", f"{there}/rows.jsonl"],
        ["duplicates", there, "--pairs", str(corpus / "rows.jsonl")],
        ["clean", there, "--output", str(corpus), "--audit", str(corpus.parent / "audit.jsonl")],
        ["clean", str(corpus), "--output", str(corpus.parent / "out"), "--audit", f"{there}/rows.jsonl"],
        ["duplicates", str(corpus), there],
    ):
        assert main([*command, "--force", "--quiet"]) == 2, command
        assert {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()} == before


def test_a_report_is_written_to_no_input_behind_a_link(corpus: Path) -> None:
    page = corpus.parent / "report.html"
    page.symlink_to(corpus / "a.txt")
    audit = ["--output", str(corpus.parent / "out"), "--audit", str(corpus.parent / "audit.jsonl")]
    for command in (["clean", *audit], ["clean", "--dry-run"], ["duplicates"], ["passages", "-o", "-"]):
        assert main([command[0], str(corpus), *command[1:], "--report", str(page), "--force", "-q"]) == 2
    assert (corpus / "a.txt").read_text() == TEXT


def test_a_work_folder_that_is_none_is_left_alone(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = corpus / "dedupe-work" / "mine.jsonl"
    own.parent.mkdir()
    own.write_text(json.dumps({"text": TEXT}) + "\n")
    command = ["duplicates", str(corpus), "--pairs", str(corpus.parent / "p.jsonl"), "--max-memory", "1GB", "-q"]
    assert main([*command, "--workdir", str(corpus)]) == 2
    assert "holds mine.jsonl, and no run of dedupe" in capsys.readouterr().err
    assert own.exists()
    # One of its own is no input.
    own.unlink()
    own.parent.rmdir()
    assert main([*command, "--workdir", str(corpus)]) == 1


def test_a_list_of_quarantined_records_is_known_by_what_it_holds(corpus: Path) -> None:
    command = ["clean", str(corpus), "--output", str(corpus / "out"), "--audit", str(corpus / "audit.jsonl"), "-q"]
    assert main([*command, "--max-removal", "1"]) == 1
    listed = corpus / "audit.quarantine.jsonl"
    assert names(corpus) == ["a.txt", "b.txt", "c.txt", "copy.txt", "d.txt", "rows.jsonl"]
    listed.write_text(json.dumps({"text": "The line that was mended by hand."}) + "\n")
    assert "audit.quarantine.jsonl" in names(corpus)
    assert main([*command, "--force"]) == 2
    assert "mended" in listed.read_text()


@pytest.mark.parametrize("change", ["nothing", "touch", "edit", "remove", "add"])
def test_a_run_is_repeated_whatever_has_become_of_the_input(tmp_path: Path, change: str) -> None:
    folder, out = tmp_path / "in", tmp_path / "in" / "clean"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"{name} stands for a text of its own, which is nobody's copy.")
    for _ in range(2):
        clean_files(folder, out, tmp_path / "audit.jsonl", force=True)
        if change == "touch":
            os.utime(folder / "a.txt")
        elif change == "edit":
            (folder / "a.txt").write_text("Another text, which is longer than the one before it was.")
        elif change == "remove":
            (folder / "a.txt").unlink(missing_ok=True)
        elif change == "add":
            (folder / "d.txt").write_text("One more text, and it is nobody's copy.")
    if change != "remove":
        found = clean_files(folder, out, tmp_path / "audit.jsonl", force=True).found.corpus.ids
        assert found == [f"{folder}/{name}.txt" for name in ("abcd" if change == "add" else "abc")]


def test_only_what_will_be_overwritten_is_refused_below_a_folder_above(corpus: Path) -> None:
    command = ["clean", str(corpus), "--audit", str(corpus.parent / "audit.jsonl"), "--max-removal", "1", "-q"]
    assert main([*command, "--output", str(corpus.parent)]) == 1
    assert (corpus.parent / "b.txt").exists() and (corpus / "copy.txt").exists()
    # The cleaned file would be an input.
    (corpus / "in").mkdir()
    (corpus / "in" / "a.txt").write_text("This is read, and would be written as a.txt of the folder in.")
    assert main([*command, "--output", str(corpus.parent), "--force"]) == 2
    assert (corpus / "a.txt").read_text() == TEXT


def test_an_audit_that_will_be_written_over_says_nothing_of_other_folders(corpus: Path) -> None:
    mid, out, audit = (corpus.parent / name for name in ("mid", "out", "audit.jsonl"))
    for inputs, output in ((corpus, mid), (mid, out)):
        command = ["clean", str(inputs), "--output", str(output), "--audit", str(audit), "--force", "-q"]
        assert main([*command, "--max-removal", "1"]) in (0, 1)
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in mid.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_folder_is_read_and_a_pipe_written(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus.parent)
    pipe, read = corpus.parent / "pipe.jsonl", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert main(["duplicates", str(corpus), "--pairs", str(pipe), "-q"]) == 1
    reader.join(20)
    assert json.loads(read[0].splitlines()[0])["similarity"] == 1


def test_a_plain_list_of_kept_documents_is_written_again(corpus: Path) -> None:
    for name in ("kept.txt", "kept.csv", "kept.txt.gz"):
        for unit in ("document", "paragraph"):
            command = ["duplicates", str(corpus), "--unit", unit, "--kept", str(corpus / name), "-q", "--force"]
            assert main(command) == main(command) == 1
        (corpus / name).unlink()


def test_the_list_of_ids_is_not_overwritten_by_that_of_promoted_units(corpus: Path) -> None:
    ids = corpus.parent / "ids.jsonl"
    ids.write_text(f"{corpus}/a.txt\n")
    index = str(corpus.parent / "index")
    assert main(["index", "add", index, str(corpus), "-q"]) == 1
    assert main(["index", "remove", index, "--ids", str(ids), "--promoted", str(ids), "--force"]) == 2
    assert ids.read_text() == f"{corpus}/a.txt\n"


def test_lists_of_quarantined_records_are_no_documents(corpus: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["duplicates", str(corpus), "--pairs", str(corpus.parent / "p.jsonl"), "-q"]) == 1
    (corpus.parent / "p.quarantine.jsonl").replace(corpus / "p.quarantine.jsonl")
    (corpus / "my.quarantine.jsonl").write_text(json.dumps({"text": TEXT}) + "\n")
    found = names(corpus)
    assert "my.quarantine.jsonl" in found and "p.quarantine.jsonl" not in found
    assert "1 lists of quarantined records (p.quarantine.jsonl)" in caplog.text


def test_lists_that_other_commands_have_written_are_no_documents(
    corpus: Path, caplog: pytest.LogCaptureFixture
) -> None:
    command = ["duplicates", str(corpus), "--unit", "paragraph", "-q"]
    assert main([*command, "--pairs", str(corpus.parent / "pairs.jsonl")]) == 1
    assert main([*command, "--kept", str(corpus.parent / "kept.ndjson")]) == 1
    assert main(["score", str(corpus), "-o", str(corpus.parent / "scores.jsonl.gz"), "-q"]) == 1
    for name in ("pairs.jsonl", "kept.ndjson", "scores.jsonl.gz"):
        (corpus.parent / name).replace(corpus / name)
    (corpus / "empty.jsonl").touch()
    (corpus / "my.jsonl").write_text(json.dumps({"id": "1", "text": TEXT}) + "\n")
    (corpus / "mixed.jsonl").write_text('{"id": "1"}\n' + json.dumps({"id": "2", "text": TEXT}) + "\n")
    found = names(corpus)
    assert {"my.jsonl", "mixed.jsonl", "empty.jsonl"} <= set(found)
    assert not {"pairs.jsonl", "kept.ndjson", "scores.jsonl.gz"} & set(found)
    assert "3 written by other commands (kept.ndjson, pairs.jsonl, scores.jsonl.gz)" in caplog.text


def test_files_that_stay_in_the_output_folder_are_named(corpus: Path, caplog: pytest.LogCaptureFixture) -> None:
    out = corpus.parent / "out"
    audit = out / "audit.jsonl"
    out.mkdir()
    clean_files(corpus, out, audit=audit)
    assert "holds other files" not in caplog.text
    clean_files(corpus, out, audit=audit, force=True)
    assert "holds other files" not in caplog.text
    for name in ("b.txt", "c/d.txt", ".hidden"):
        path = out / "stale" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT)
    clean_files(corpus, out, audit=audit, force=True)
    assert (
        f"{out}: holds other files too, which stay beside what is written: stale/b.txt, stale/c/d.txt"
        in caplog.text
    )
    assert "hidden" not in caplog.text and (out / "stale" / "b.txt").read_text() == TEXT


def test_an_output_that_the_next_run_would_read_is_told(corpus: Path, caplog: pytest.LogCaptureFixture) -> None:
    said = f"{corpus / 'out'} lies in {corpus}, which is read, and the audit does not"
    clean_files(corpus, corpus.parent / "elsewhere", audit=corpus.parent / "a.jsonl")
    clean_files(corpus, corpus / "out", audit=corpus / "audit.jsonl")
    assert said not in caplog.text
    assert not any(name.startswith("out/") for name in names(corpus))
    clean_files(corpus, corpus / "out", audit=corpus.parent / "b.jsonl", force=True)
    assert said in caplog.text


def test_values_that_commas_part_get_no_name_of_tabs(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"id,text\n1,{TEXT}\n")
    with pytest.raises(InputError, match=r"in .*a\.csv it is ',': name the output \.csv"):
        clean_files(tmp_path / "a.csv", tmp_path / "x.tsv", audit=tmp_path / "x.jsonl")
    assert not (tmp_path / "x.tsv").exists()
    (tmp_path / "a.csv").write_text(f"id\ttext\n1\t{TEXT}\n")
    clean_files(tmp_path / "a.csv", tmp_path / "x.tsv", audit=tmp_path / "x.jsonl")
    restore_files(tmp_path / "x.tsv", tmp_path / "x.jsonl", tmp_path / "back.tsv")
    assert (tmp_path / "back.tsv").read_text().splitlines()[1].split("\t")[1].strip('"') == TEXT
