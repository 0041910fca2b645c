"""clean → restore → compare, over every format and the hostile fixtures: tool or toy."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow.parquet as pq
import pytest

from dedupe import clean_files, restore_files
from dedupe.errors import AuditError, DuplicateIdError, InputError, OutputError, RecordError
from dedupe.job import CleanOptions
from tests.files.builders import PROMPT, SHARED, all_files, stream, texts, write_folder


@pytest.fixture(params=range(6))
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    write_folder(tmp_path / "in", random.Random(request.param))
    return tmp_path


def rows(audit: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in audit.read_text("utf-8").splitlines()]


def forge(audit: Path, old: str, new: str) -> None:
    """Edit an audit, and make its digest fit."""
    lines = audit.read_bytes().replace(old.encode(), new.encode()).splitlines(keepends=True)
    end = {**json.loads(lines[-1]), "sha256": hashlib.sha256(b"".join(lines[:-1])).hexdigest()}
    audit.write_bytes(b"".join(lines[:-1]) + json.dumps(end).encode() + b"\n")


def test_everything_comes_back(folder: Path) -> None:
    report = clean_files([folder / "in"], folder / "out", folder / "audit.jsonl")
    assert set(report.counts.stages) == {"duplicates", "paragraphs", "passages", "boilerplate", "crumbs"}
    restored = restore_files(folder / "out", folder / "audit.jsonl", folder / "back")
    assert all_files(folder / "back") == all_files(folder / "in")
    assert len(restored) == len(all_files(folder / "in"))
    for name in all_files(folder / "in"):
        assert stream(folder / "back" / name) == stream(folder / "in" / name), name


def test_all_else_stays_as_it_was(folder: Path) -> None:
    report = clean_files([folder / "in"], folder / "out", folder / "audit.jsonl")
    audit = [row for row in rows(folder / "audit.jsonl") if row["type"] == "removal"]
    removed = {row["id"] for row in audit if row["stage"] in ("duplicates", "crumbs")}
    bad = {p.number for s, p in report.found.problems() if s.relative == "a.jsonl"}
    before = (folder / "in" / "a.jsonl").read_bytes().decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    kept = []
    for number, line in enumerate(before, 1):
        if number in bad:
            continue
        # One of them has a list as its id, which is none.
        if line.strip() and json.loads(line)["id"] in [*removed]:
            continue
        kept.append(line)
    after = (folder / "out" / "a.jsonl").read_text("utf-8-sig").split("\n")
    assert len(after) == len(kept)
    for old, new in zip(kept, after, strict=True):
        if old.strip():
            one, other = json.loads(old), json.loads(new)
            assert {k: v for k, v in one.items() if k != "text"} == {k: v for k, v in other.items() if k != "text"}
            # Outside the text's literal not a byte has changed.
            head = old.rindex('"text"')
            assert new.startswith(old[: head + 7])
    table, cleaned = (pq.ParquetFile(folder / side / "sub" / "c.parquet") for side in ("in", "out"))
    assert cleaned.schema_arrow.equals(table.schema_arrow, check_metadata=True)
    assert cleaned.read().column("n").to_pylist() == sorted(cleaned.read().column("n").to_pylist())


def test_problems_are_quarantined_and_named(folder: Path) -> None:
    report = clean_files([folder / "in"], folder / "out", folder / "audit.jsonl")
    listed = [json.loads(line) for line in (folder / "audit.quarantine.jsonl").read_text().splitlines()]
    assert len(listed) == report.found.quarantined
    reasons = {(Path(row["file"]).name, row.get("line", row.get("row"))): row["reason"] for row in listed}
    assert "UTF-8 at byte 4" in reasons["bad.txt", None]
    assert "cut off" in reasons["cut.txt.gz", None]
    assert "cut off" in reasons["cut.jsonl.zst", None]
    a_lines = {line: reason for (name, line), reason in reasons.items() if name == "a.jsonl"}
    expected = ["not valid JSON", "no field 'text'", "a number, not a string", "invalid UTF-8", "not valid JSON",
                "a list, not an object"]  # fmt: skip
    assert len(a_lines) == len(expected)
    for reason, part in zip([a_lines[n] for n in sorted(a_lines)], expected, strict=True):
        assert part in reason
    assert reasons["c.parquet", 10] == "column 'text' is null"


def test_strict_stops_at_a_problem(folder: Path) -> None:
    with pytest.raises(RecordError, match=r"a.jsonl, line 12: not valid JSON"):
        clean_files([folder / "in" / "a.jsonl"], folder / "out", folder / "audit.jsonl", strict=True)
    assert not (folder / "out").exists() and not (folder / "audit.jsonl").exists()


def test_the_audit_names_a_copy_that_stays(folder: Path) -> None:
    clean_files([folder / "in"], folder / "out", folder / "audit.jsonl")
    removals = [row for row in rows(folder / "audit.jsonl") if row["type"] == "removal"]
    duplicates = [row for row in removals if "kept" in row]
    assert len(duplicates) > 5
    for row in duplicates:
        kept = row["kept"]
        for other in duplicates:
            apart = other["id"] != kept["id"] or other["end"] <= kept["start"] or other["start"] >= kept["end"]
            assert apart or other["start"] == other["end"]


def test_a_single_file_is_cleaned_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(f"Some text of its own goes on.\n{PROMPT}\n")
    clean_files([tmp_path / "one.txt"], tmp_path / "clean.txt", tmp_path / "audit.jsonl.gz")
    assert (tmp_path / "clean.txt").read_text() == "Some text of its own goes on.\n"
    restore_files(tmp_path / "clean.txt", tmp_path / "audit.jsonl.gz", tmp_path / "back")
    assert (tmp_path / "back" / "one.txt").read_bytes() == (tmp_path / "one.txt").read_bytes()


def test_a_duplicate_file_goes_and_comes_back(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(SHARED)
    clean_files([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "out", tmp_path / "audit.jsonl")
    assert all_files(tmp_path / "out") == ["a.txt"]
    restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    assert (tmp_path / "back" / "b.txt").read_text() == SHARED


def test_the_audit_is_private(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SHARED)
    clean_files([tmp_path / "a.txt"], tmp_path / "out", tmp_path / "audit.jsonl")
    assert stat.S_IMODE((tmp_path / "audit.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "out" / "a.txt").stat().st_mode) & 0o044


def test_outputs_inside_the_input_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{SHARED}\n{PROMPT}")
    first = clean_files([tmp_path], tmp_path / "out", tmp_path / "audit.jsonl")
    again = clean_files([tmp_path], tmp_path / "out", tmp_path / "audit.jsonl", force=True)
    assert len(first.found.corpus) == len(again.found.corpus) == 1
    assert (tmp_path / "out" / "a.txt").read_text() == SHARED


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SHARED)
    source = [tmp_path / "a.txt"]
    with pytest.raises(OutputError, match="the input itself"):
        clean_files(source, tmp_path / "a.txt", tmp_path / "audit.jsonl", force=True)
    with pytest.raises(OutputError, match="the input itself"):
        clean_files([tmp_path], tmp_path, tmp_path / "audit.jsonl", force=True)
    clean_files(source, tmp_path / "out", tmp_path / "audit.jsonl")
    with pytest.raises(OutputError, match=r"audit.jsonl exists"):
        clean_files(source, tmp_path / "out", tmp_path / "audit.jsonl")
    with pytest.raises(OutputError, match=r"a.txt exists"):
        clean_files(source, tmp_path / "out", tmp_path / "other.jsonl")
    with pytest.raises(OutputError, match="exists"):
        restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path)
    assert (tmp_path / "a.txt").read_text() == SHARED


def test_duplicate_ids_name_both_places(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "one"}\n')
    (tmp_path / "b.jsonl").write_text('\n{"id": "x", "text": "two"}\n')
    with pytest.raises(DuplicateIdError, match=r"a.jsonl, line 1 and by .*b.jsonl, line 2"):
        clean_files([tmp_path], tmp_path / "out", tmp_path / "audit.jsonl", id="id")


def test_fields_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"key": 1, "body": "one", "text": "no"}\n{"body": "two"}\n')
    report = clean_files([tmp_path / "a.jsonl"], tmp_path / "out", tmp_path / "audit.jsonl", text="body", id="key")
    assert report.found.corpus.ids == [1]
    assert "no field 'key'" in next(report.found.problems())[1].reason


@pytest.mark.parametrize("harm", ["edit", "missing", "short audit", "cut line", "foreign", "tampered piece"])
def test_restore_refuses_what_does_not_fit(tmp_path: Path, harm: str) -> None:
    (tmp_path / "a.txt").write_text(f"Some text of its own goes on.\n{PROMPT}\n")
    audit, cleaned = tmp_path / "audit.jsonl", tmp_path / "out" / "a.txt"
    clean_files([tmp_path / "a.txt"], tmp_path / "out", audit)
    lines = audit.read_text().splitlines(keepends=True)
    if harm == "edit":
        cleaned.write_text("Some text of his own goes on.\n")
    elif harm == "missing":
        cleaned.unlink()
    elif harm == "short audit":
        audit.write_text("".join(lines[:-1]))
    elif harm == "cut line":
        audit.write_text("".join(lines)[:-5])
    elif harm == "foreign":
        audit.write_text('{"type": "something"}\n')
    else:
        audit.write_text("".join(lines).replace("unlimited", "unlimitex"))
    with pytest.raises(AuditError):
        restore_files(tmp_path / "out", audit, tmp_path / "back")
    assert all_files(tmp_path / "back") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Subscribe now", "Subscribe NOW"),
        ('"offset":', '"offsex":'),
        ('"offset":2', '"offset":"x'),
        ('"sha256":"', '"sha256":"0'),
        ('"written":true', '"written":false'),
        ('"type":"cut"', '"type":"note"'),
        ('"type":"rows"', '"type":"note"'),
        ('"base64":"', '"base64":"?'),
        ('"row":', '"row":7'),
        ('"format":"parquet"', '"format":"txt"'),
        ('"name":"p.parquet"', '"name":5'),
    ],
)
def test_an_edited_audit_restores_nothing(tmp_path: Path, old: str, new: str) -> None:
    import pyarrow as pa

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(f"Some text of its own goes on.\n{PROMPT}\n")
    column = [SHARED, f"Some text of its own goes on.\n{PROMPT}", SHARED]
    pq.write_table(pa.table({"text": column, "n": [1, 2, 3]}), tmp_path / "in" / "p.parquet")
    audit = tmp_path / "audit.jsonl"
    clean_files([tmp_path / "in"], tmp_path / "out", audit)
    before = audit.read_bytes()
    audit.write_bytes(before.replace(old.encode(), new.encode()))
    if audit.read_bytes() != before:
        with pytest.raises(AuditError):
            restore_files(tmp_path / "out", audit, tmp_path / "back")
    audit.write_bytes(before)
    forge(audit, old, new)
    if old in before.decode():
        with pytest.raises(AuditError):
            restore_files(tmp_path / "out", audit, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_outputs_are_apart_from_each_other_and_from_the_input(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text(json.dumps({"text": SHARED}) + "\n")
    other = tmp_path / "b.jsonl"
    for output, audit, quarantine in (
        (other, source, None),
        (other, other, None),
        (other, tmp_path / "c.jsonl", source),
        (other, tmp_path / "c.jsonl", tmp_path / "c.jsonl"),
        (tmp_path / "out", tmp_path / "out" / "a.jsonl", None),
    ):
        (tmp_path / "out").mkdir(exist_ok=True)
        with pytest.raises(OutputError, match="too: name another"):
            clean_files([source], output, audit, quarantine=quarantine, force=True)
    (tmp_path / "folder" / "a.jsonl").mkdir(parents=True)
    with pytest.raises(OutputError, match="is a folder"):
        clean_files([source], tmp_path / "folder", tmp_path / "c.jsonl", force=True)
    with pytest.raises(OutputError, match="is a file where a folder"):
        clean_files([source], source / "sub", tmp_path / "c.jsonl", force=True)
    assert all_files(tmp_path) == ["a.jsonl"]


@pytest.mark.parametrize(("given", "asked"), [("a.jsonl", "b.jsonl.gz"), ("a.jsonl.gz", "b.jsonl")])
def test_the_output_may_be_packed_otherwise(tmp_path: Path, given: str, asked: str) -> None:
    raw = (json.dumps({"text": f"Some text of its own goes on.\n{PROMPT}"}) + "\n").encode()
    (tmp_path / given).write_bytes(gzip.compress(raw) if given.endswith("gz") else raw)
    clean_files([tmp_path / given], tmp_path / asked, tmp_path / "audit.jsonl")
    assert PROMPT.encode() not in stream(tmp_path / asked) and b"own goes on." in stream(tmp_path / asked)
    restore_files(tmp_path / asked, tmp_path / "audit.jsonl", tmp_path / "back")
    assert stream(tmp_path / "back" / given) == raw


def test_damaged_parquet_files_are_quarantined_and_come_back(tmp_path: Path) -> None:
    import pyarrow as pa

    (tmp_path / "in").mkdir()
    names = {
        "a.parquet": pa.table({"text": ["A text that is whole."]}),
        "page.parquet": pa.table({"text": [SHARED] * 50}),
        "bytes.parquet": pa.table({"text": pa.array([b"\xff"]).view(pa.binary())}),
        "twice.parquet": pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"]),
        "none.parquet": pa.table({"body": ["a"]}),
        "number.parquet": pa.table({"text": [1]}),
        "view.parquet": pa.table({"text": pa.array([SHARED, SHARED, PROMPT], pa.string_view())}),
    }
    if int(pa.__version__.partition(".")[0]) < 20:
        # It reads this type from Parquet files, and cannot write it.
        del names["view.parquet"]
    for name, table in names.items():
        pq.write_table(table, tmp_path / "in" / name)
    path = tmp_path / "in" / "page.parquet"
    raw = path.read_bytes()
    path.write_bytes(raw[:10] + b"\xee" * 60 + raw[70:])
    (tmp_path / "in" / "not.parquet").write_bytes(b"PAR1 or not")
    report = clean_files([tmp_path / "in"], tmp_path / "out", tmp_path / "audit.jsonl")
    bad = {s.relative for s, _ in report.found.problems()}
    assert bad == {*names, "not.parquet"} - {"a.parquet", "view.parquet"}
    restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    for name in all_files(tmp_path / "in"):
        if name in ("a.parquet", "view.parquet"):
            assert stream(tmp_path / "back" / name) == stream(tmp_path / "in" / name)
        else:
            assert (tmp_path / "back" / name).read_bytes() == (tmp_path / "in" / name).read_bytes()


def test_times_that_python_cannot_hold_come_back(tmp_path: Path) -> None:
    import pyarrow as pa

    columns = {
        "text": pa.array([SHARED, SHARED, PROMPT]),
        "ns": pa.array([1, 2, None], pa.timestamp("ns", "UTC")),
        "far": pa.array([10**18, 0, 1], pa.timestamp("us")),
        "day": pa.array([10**7, 0, None], pa.date32()),
        "span": pa.array([1, 2, 3], pa.duration("ns")),
        "nested": pa.array([[10**18], [], None], pa.list_(pa.timestamp("us"))),
    }
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    clean_files([tmp_path / "t.parquet"], tmp_path / "out", tmp_path / "audit.jsonl")
    restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    assert pq.read_table(tmp_path / "back" / "t.parquet").equals(pq.read_table(tmp_path / "t.parquet"))


def test_a_file_and_a_folder_of_one_name_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "b.txt").write_text(SHARED)
    (tmp_path / "two" / "b.txt").mkdir(parents=True)
    (tmp_path / "two" / "b.txt" / "c.txt").write_text(SHARED)
    inputs = [tmp_path / "one" / "b.txt", tmp_path / "two" / "b.txt"]
    with pytest.raises(InputError, match="needs a folder"):
        clean_files(inputs, tmp_path / "out", tmp_path / "audit.jsonl")
    assert not (tmp_path / "audit.jsonl").exists()


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "sub/../../evil.txt", ""])
def test_restore_writes_only_inside_its_target(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text(f"Some text of its own goes on.\n{PROMPT}\n")
    audit = tmp_path / "audit.jsonl"
    clean_files([tmp_path / "a.txt"], tmp_path / "out", audit)
    forge(audit, '"name":"a.txt"', f'"name":"{name}"')
    with pytest.raises(AuditError, match="tampered"):
        restore_files(tmp_path / "out", audit, tmp_path / "back")


def test_restore_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "sub" / "a.txt").write_text(SHARED)
    clean_files([tmp_path / "in"], tmp_path / "out", tmp_path / "audit.jsonl")
    (tmp_path / "back").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "back" / "sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AuditError, match="link"):
        restore_files(tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "back")
    assert all_files(tmp_path / "elsewhere") == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(f"Some text of its own goes on.\n{PROMPT}\n")
    from dedupe.files import rewrite

    @contextmanager
    def full(*_: object) -> Iterator[BinaryIO]:
        with Path("/dev/full").open("wb", buffering=0) as out:
            yield out

    monkeypatch.setattr(rewrite, "open_write", full)
    with pytest.raises(OutputError, match="No space left"):
        clean_files([tmp_path / "a.txt"], tmp_path / "out", tmp_path / "audit.jsonl")
    assert all_files(tmp_path) == ["a.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_that_changes_meanwhile_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(SHARED)
    from dedupe.write import clean_files as module

    def decide_late(*arguments: object) -> object:
        (tmp_path / "a.txt").write_text("changed")
        return decide(*arguments)

    decide = module.decide_in_memory
    monkeypatch.setattr(module, "decide_in_memory", decide_late)
    with pytest.raises(InputError, match="changed while"):
        clean_files([tmp_path / "a.txt"], tmp_path / "out", tmp_path / "audit.jsonl")
    assert not (tmp_path / "out").exists()


def test_the_same_bytes_come_out_each_time(tmp_path: Path) -> None:
    write_folder(tmp_path / "in", random.Random(3))
    for run, threads in (("one", 1), ("two", 8)):
        options = CleanOptions(threads=threads)
        clean_files([tmp_path / "in"], tmp_path / run, tmp_path / f"{run}.jsonl", options=options)
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    for name in all_files(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_all_texts_of_the_builders_are_read(tmp_path: Path) -> None:
    write_folder(tmp_path / "in", random.Random(3))
    report = clean_files([tmp_path / "in"], tmp_path / "out", tmp_path / "audit.jsonl")
    assert len(report.found.corpus) > 4 * len(texts(random.Random(3)))


def test_dictionaries_inside_structs_that_change_between_row_groups_are_read(tmp_path: Path) -> None:
    import pyarrow as pa

    kind = pa.struct([("k", pa.dictionary(pa.int32(), pa.string()))])
    rows = pa.table(
        {"text": [SHARED] * 3 + [PROMPT], "s": pa.array([{"k": "a"}, {"k": "b"}, {"k": "c"}, None], kind)}
    )
    path, out, back = (tmp_path / f"{name}.parquet" for name in ("in", "out", "back"))
    with pq.ParquetWriter(path, rows.schema) as writer:
        writer.write_table(rows.slice(0, 2))
        writer.write_table(rows.slice(2))
    assert clean_files([path], out, tmp_path / "audit.jsonl").found.quarantined == 0
    restore_files(out, tmp_path / "audit.jsonl", back)
    with pq.ParquetFile(back) as file:
        assert file.schema_arrow.equals(rows.schema, check_metadata=True)
        restored = [file.read_row_group(group).to_pylist() for group in range(file.num_row_groups)]
    assert [row for group in restored for row in group] == rows.to_pylist()
