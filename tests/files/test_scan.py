"""One pass over files, and texts that are read again from where they lie."""

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedupe import find_duplicates
from dedupe.duplicates.find import compare_signed
from dedupe.duplicates.settings import resolve
from dedupe.errors import DuplicateIdError, InputError, RecordError
from dedupe.files import lines, texts
from dedupe.files.fields import Fields
from dedupe.files.scan import sign_files
from dedupe.files.sources import find_sources
from tests.conftest import make_text


def write(path: Path, rows: list[dict[str, object]], *, end: str = "\n", mark: bool = False) -> Path:
    body = end.join(json.dumps(row, ensure_ascii=i % 2 == 0) for i, row in enumerate(rows))
    path.write_bytes((b"\xef\xbb\xbf" if mark else b"") + body.encode())
    return path


def corpus(source: random.Random) -> list[dict[str, object]]:
    """Documents with near copies of each other, in mixed order."""
    rows: list[dict[str, object]] = []
    for i in range(40):
        body = "\n".join(f"{make_text(source, 12)} é {i}." for _ in range(source.randint(1, 4)))
        rows.append({"id": f"a{i}", "text": body, "more": [1, {"text": "no"}]})
        if i % 2:
            rows.append({"text": body.upper() + "!", "id": f"b{i}"})
        if i % 3 == 0:
            rows.append({"id": i, "text": f"{body} and some more"})
    source.shuffle(rows)
    return rows


def scan(  # type: ignore[no-untyped-def]
    paths: list[Path], unit: str = "document", threads: int = 1, fields: Fields | None = None, **options: object
):
    settings = resolve(unit, 0.7)
    found, units, prints, old = sign_files(
        find_sources([str(path) for path in paths]), fields or Fields(), settings, threads=threads, **options
    )
    return found, compare_signed(units, prints, settings, old=old, threads=threads)


@pytest.mark.parametrize("unit", ["document", "paragraph", "sentence"])
@pytest.mark.parametrize(("end", "mark"), [("\n", False), ("\r\n", True), ("\n\n \n", True)])
def test_files_give_what_texts_in_memory_give(
    unit: str, end: str, mark: bool, tmp_path: Path, words: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = corpus(words)
    expected = find_duplicates({row["id"]: row["text"] for row in rows}, unit=unit, threshold=0.7)
    assert len(expected.removed) > 20
    path = write(tmp_path / "a.jsonl", rows, end=end, mark=mark)
    large = 1 << 20
    for block, room, few, gap, long in (
        (large, large, large, 1 << 14, large),
        (large, large, 0, 1 << 14, large),
        (100, 150, 1000, 0, large),
        (700, 1000, 0, 300, 150),
    ):
        monkeypatch.setattr(lines, "_BLOCK_BYTES", block)
        monkeypatch.setattr(lines, "_ROOM_BYTES", room)
        monkeypatch.setattr(texts, "_FEW", few)
        monkeypatch.setattr(texts, "_GAP", gap)
        monkeypatch.setattr(texts, "_LONG", long)
        for threads in (1, 3):
            found, result = scan([path], unit, threads)
            assert result.to_arrow()["similarity"] == expected.to_arrow()["similarity"]
            assert result.kept == expected.kept and result.groups == expected.groups
            assert [found.corpus.texts[i] for i in (0, 7, -1)] == [rows[i]["text"] for i in (0, 7, -1)]
            assert list(found.corpus.texts) == [row["text"] for row in rows]


@pytest.mark.parametrize("few", [1 << 20, 0])
def test_all_formats_are_one_corpus(
    few: int, tmp_path: Path, words: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "_FEW", few)
    rows = corpus(words)
    third = len(rows) // 3
    write(tmp_path / "a.jsonl", rows[:third])
    with gzip.open(tmp_path / "b.jsonl.gz", "wt") as out:
        out.write("\n".join(json.dumps(row) for row in rows[third : 2 * third]))
    rest = rows[2 * third :]
    pq.write_table(
        pa.table({"id": [str(r["id"]) for r in rest], "text": [r["text"] for r in rest]}), tmp_path / "c.parquet"
    )
    (tmp_path / "d.txt").write_text(str(rows[0]["text"]))
    found, result = scan([tmp_path])
    expected = find_duplicates([*(row["text"] for row in rows), rows[0]["text"]], threshold=0.7)
    assert np.array_equal(result.kept_unit, expected.kept_unit)
    assert list(found.corpus.texts)[-1] == rows[0]["text"]


def test_a_file_that_changes_meanwhile_is_noticed(
    tmp_path: Path, words: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "_FEW", 0)
    path = write(tmp_path / "a.jsonl", corpus(words))
    settings = resolve("document", 0.7)
    _, units, prints, _ = sign_files(find_sources([str(path)]), Fields(), settings)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(InputError, match=r"a\.jsonl changed while it was read"):
        compare_signed(units, prints, settings)
    path.write_bytes(b"{}\n" * 5)
    with pytest.raises(InputError, match="changed while it was read"):
        compare_signed(units, prints, settings)


def test_problems_are_numbered_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_BLOCK_BYTES", 40)
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n' * 7 + "{broken\n" + '{"text": "two"}\n' * 5 + '{"text": 3}')
    found, result = scan([path], threads=2)
    assert [problem.number for _, problem in found.problems()] == [8, 14]
    assert result.kept == (f"{path}:1", f"{path}:9")
    with pytest.raises(RecordError, match="line 8"):
        scan([path], strict=True)


def test_ids_are_unique_in_each_of_two_corpora(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", [{"id": "x", "text": "a b"}, {"id": "y", "text": "c d"}])
    two = write(tmp_path / "two.jsonl", [{"id": "x", "text": "A, b!"}])
    _, result = scan([one], against=find_sources([str(two)]))
    assert (result.kept, result.removed) == (("y",), ("x",))
    with pytest.raises(DuplicateIdError, match=r"one\.jsonl, line 1 and by .*two\.jsonl, line 1"):
        scan([one, two], fields=Fields(id="id"))
    with pytest.raises(DuplicateIdError, match=r"one\.jsonl, line 1 and by .*two\.jsonl, line 1"):
        scan([two], against=find_sources([str(one), str(two)]), fields=Fields(id="id"))
