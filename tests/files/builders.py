"""Folders of hostile and ordinary files, and what it takes to compare them."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

from tests.conftest import make_text

PROMPT = "Subscribe now for unlimited access to all our stories!"
SHARED = "A paragraph that several documents share, and which is long enough to be removed from all but one."


def texts(source: random.Random) -> list[str]:
    """Texts in which every stage finds something, with what makes cutting hard."""
    block = make_text(source, 40)
    return [
        f"{make_text(source, 30)}.\n{SHARED}\n{PROMPT}\n",
        f"\ufeff{SHARED.upper()}\r\n\r\n{make_text(source, 20)}.\r\n{PROMPT}",
        f"{make_text(source, 9)} {block} «é» {make_text(source, 9)} {block} {make_text(source, 9)}",
        f'“Quoted”\t\\back/slash\\ "{make_text(source, 5)}" 😀 e\u0301 \x00 {SHARED}\n{make_text(source, 5)}',
        f"{SHARED}\n\n{PROMPT}",
        "",
        " \n\t ",
        "国境の長いトンネルを抜けると雪国であった。" * 6,
        f"{PROMPT}\n{PROMPT}",
    ]


def json_line(identity: Any, text: str, style: int) -> bytes:
    """A JSONL record, written in one of several ways."""
    row = {"id": identity, "nested": {"text": "not this one"}, "text": text, "n": [1, 2.50, None]}
    if style == 0:
        return json.dumps(row).encode() + b"\n"
    if style == 1:
        return b"  " + json.dumps(row, ensure_ascii=False, separators=(" , ", " : ")).encode() + b" \r\n"
    escaped = "".join(f"\\u{ord(c):04X}" if ord(c) < 0x10000 and i % 3 == 0 else json.dumps(c)[1:-1]
                      for i, c in enumerate(text))  # fmt: skip
    return f'{{"text":"first of two","z":"/\\/","text":"{escaped}","id":{json.dumps(identity)}}}\n'.encode()


def write_folder(folder: Path, source: random.Random) -> None:
    """A folder of every format."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import zstandard

    (folder / "sub").mkdir(parents=True)
    for i, text in enumerate(texts(source)):
        (folder / f"{i}.txt").write_bytes(text.encode())
    (folder / "sub" / "bad.txt").write_bytes(b"not \xff UTF-8")
    (folder / "sub" / "packed.txt.gz").write_bytes(gzip.compress(texts(source)[0].encode()))
    (folder / "sub" / "packed.txt.zst").write_bytes(zstandard.compress(texts(source)[2].encode()))
    (folder / "cut.txt.gz").write_bytes(gzip.compress(texts(source)[0].encode() * 50)[:-20])
    (folder / "cut.jsonl.zst").write_bytes(zstandard.compress(json_line("never", "read", 0) * 500)[:-9])
    lines = [json_line(f"j{i}", text, i % 3) for i, text in enumerate(texts(source))]
    lines += [json_line(7, SHARED, 0), b"\n", b"{broken\n", b'{"id": "x"}\n', b'{"id": "y", "text": 5}\n',
              b'{"id": "z", "text": "\xff"}\n', b'{"text": "' + b"tab\tinside" + b'"}\n', b"[1]\n",
              b'{"text": "\\ud800 lone ' + PROMPT.encode() + b' \\udfff", "id": "lone"}\n',
              b'{"id":[],"text":""}\n',
              json_line("last", texts(source)[0], 1).rstrip()]  # fmt: skip
    (folder / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + b"".join(lines))
    (folder / "sub" / "b.jsonl.gz").write_bytes(gzip.compress(b"".join(lines).replace(b'"id"', b'"key"')))
    (folder / "empty.jsonl").write_bytes(b"")
    column = [*texts(source), None, SHARED]
    table = pa.table(
        {"n": range(len(column)), "text": pa.array(column, pa.large_string()), "tag": ["t"] * len(column)},
        schema=pa.schema(
            [pa.field("n", pa.int32(), metadata={"unit": "1"}), ("text", pa.large_string()), ("tag", pa.string())],
            metadata={"made": "by hand"},
        ),
    )
    pq.write_table(table, folder / "sub" / "c.parquet", row_group_size=4, compression="zstd")
    words = pa.table({"text": pa.array([SHARED, PROMPT, SHARED + "!"]).dictionary_encode()})
    pq.write_table(words, folder / "d.parquet")


def stream(path: Path) -> Any:
    """What of a file must come back: the decompressed bytes, or a Parquet file's schema and values."""
    import pyarrow.parquet as pq
    import zstandard

    if path.suffix == ".parquet":
        table = pq.ParquetFile(path).read()
        fields = [(f.name, f.type, f.metadata) for f in table.schema]
        return fields, table.schema.metadata, table.to_pylist()
    raw = path.read_bytes()
    if path.name.startswith("cut."):
        return raw
    if path.suffix == ".gz":
        return gzip.decompress(raw)
    return zstandard.ZstdDecompressor().stream_reader(raw).read() if path.suffix == ".zst" else raw


def all_files(folder: Path) -> list[str]:
    """Relative names of all files."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
