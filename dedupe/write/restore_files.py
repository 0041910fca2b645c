"""`restore_files`: cleaned files and their audit in, the original files out."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from dedupe.arguments import check_callables, check_flags, check_paths
from dedupe.disk import create_file, is_stream, make_folder, put_in_place
from dedupe.errors import AuditError, OutputError
from dedupe.files.audit import (
    AuditRow,
    check_audit,
    file_rows,
    read_audit,
    safe_target,
    understanding,
    unpack,
)
from dedupe.files.formats import format_of
from dedupe.files.records import file_digest, values_digest, with_ragged
from dedupe.files.remote import AnyPath, fetched, place, sending
from dedupe.files.rewrite import column_compression, take_rows, text_column
from dedupe.files.rows import STDOUT
from dedupe.files.streams import (
    BLOCK,
    HashingWriter,
    compression_of,
    open_read,
    open_write,
    read_error_types,
    writing,
)
from dedupe.files.tables import TABLES, read_csv


def restore_files(
    cleaned: str | Path,
    audit: str | Path,
    output: str | Path,
    *,
    force: bool = False,
    progress: Callable[[str], object] | None = None,
    read: Callable[[int, int], object] | None = None,
) -> list[AnyPath]:
    """Restore the files that `clean_files` was given.

    Parameters
    ----------
    cleaned : path
        The folder, or the single file, that `clean_files` wrote.
    audit : path
        The audit that `clean_files` wrote.
    output : path
        The folder for the restored files, which keep their relative names. A single file may be given the name of
        a file of its format.
    force : bool, default False
        Overwrite existing files.
    progress : function, optional
        Called with the name of each file as it is done.
    read : function, optional
        Called with the bytes that have just been restored, and how many there are to restore.

    Returns
    -------
    list of Path
        The written files. The decompressed stream of each equals the input byte for byte. Parquet files equal it
        in schema with metadata, row order and values; CSV files in header, row order and values.

    Raises
    ------
    AuditError
        The audit is damaged, or a cleaned file is not the one in the audit.
    OutputError
        A file exists already, or cannot be written.
    """
    check_paths(cleaned=cleaned, audit=audit, output=output)
    check_flags(force=force)
    check_callables(progress=progress, read=read)
    if str(output) == STDOUT:
        raise OutputError("restore does not write to standard output: name a folder, or ./- for one of this name")
    target = place(output)
    if not isinstance(target, Path) and target.exists() and not force:
        raise OutputError(f"{target} exists: restore into another folder, or overwrite with `force=True`")
    with (
        sending(target) as local,
        fetched(place(cleaned)) as local_cleaned,
        fetched(place(audit)) as local_audit,
    ):
        files = _restore(local_cleaned, local_audit, local, force, progress, read)
        return [target if file == local else target / str(file.relative_to(local)) for file in files]


def _restore(
    cleaned: Path,
    audit: Path,
    output: Path,
    force: bool,
    progress: Callable[[str], object] | None,
    read: Callable[[int, int], object] | None,
) -> list[Path]:
    check_audit(audit)
    # How a file is put together stands behind its pieces, which may be very many: they are never held.
    with understanding(audit):
        files = {row["name"]: row for row in file_rows(audit)}
    single = _single(files, output)
    folder = output if single is None else output.parent
    made = not folder.exists()
    with writing(output):
        make_folder(folder)
        work = Path(tempfile.mkdtemp(prefix=".dedupe-restore-", dir=folder))
    done: list[tuple[Path, Path]] = []
    try:
        with understanding(audit), writing(output):
            places = {name: safe_target(folder, name) if single is None else single for name in files}
            done = _restore_into(work, cleaned, audit, files, places, force, progress, read)
            for part, target in done:
                make_folder(target.parent)
                put_in_place(part, target)
        return [target for _, target in done]
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if made and not done:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _single(files: Mapping[str, AuditRow], output: Path) -> Path | None:
    """Return the output if it is the file that is restored, and None if it is a folder."""
    kind = format_of(output.name)
    if output.is_dir() or (kind is None and not output.exists()):
        return None
    if len(files) != 1:
        raise OutputError(
            f"{output} is a file{'' if output.exists() else ' by its name'}, and {len(files):,} are restored: "
            "name a folder"
        )
    name = next(iter(files))
    if (kind, compression_of(output.name)) != (format_of(name), compression_of(name)):
        raise OutputError(f"{output} is not named as a file like {name}, which is restored: name such, or a folder")
    return output


def _restore_into(
    work: Path,
    cleaned: Path,
    audit: Path,
    files: dict[str, AuditRow],
    places: Mapping[str, Path],
    force: bool,
    progress: Callable[[str], object] | None,
    read: Callable[[int, int], object] | None,
) -> list[tuple[Path, Path]]:
    """Restore every file below `work`; return its place there and its final place."""
    total = sum(row["size"] for row in files.values())

    def told(size: int) -> None:
        if read:
            read(size, total)

    pieces = (row for row in read_audit(audit) if row["type"] in ("cut", "rows", "ragged", "raw", "file"))
    done: list[tuple[Path, Path]] = []
    for name, own in groupby(pieces, key=itemgetter("name")):
        if name not in files:
            raise AuditError(f"{audit} holds pieces of {name}, but not that file: is it complete?")
        row = files.pop(name)
        target = places[name]
        if target.exists() and not force and not is_stream(target):
            raise OutputError(f"{target} exists: restore into another folder, or overwrite with `force=True`")
        part = safe_target(work, name)
        part.parent.mkdir(parents=True, exist_ok=True)
        own_pieces = (piece for piece in own if piece["type"] != "file")
        _restore_one(row, own_pieces, _cleaned_file(cleaned, row), part, told)
        done.append((part, target))
        if progress:
            progress(name)
    return done


def _cleaned_file(cleaned: Path, row: AuditRow) -> Path:
    return safe_target(cleaned, str(row["name"])) if cleaned.is_dir() else cleaned


def _restore_one(
    row: AuditRow, pieces: Iterable[AuditRow], cleaned: Path, part: Path, told: Callable[[int], object]
) -> None:
    expected = (row["size"], row["sha256"])
    if row.get("raw"):
        with create_file(part) as out:
            for piece in pieces:
                out.write(unpack(piece))
        _check(file_digest(part), expected, row)
        told(row["size"])
    elif row["format"] in TABLES:
        _check_output(file_digest(_present(cleaned)), row, cleaned)
        table, write = _read_table(row, cleaned)
        table, ragged = _restored_table(pieces, table)
        if with_ragged(values_digest(table.schema, table.to_batches()), ragged) != row["values_sha256"]:
            raise AuditError(f"{row['name']} could not be restored: the audit's pieces do not fit; is it complete?")
        write(table, ragged, part)
        told(row["size"])
    else:
        name = str(row["name"])
        with open_write(part, compression_of(name)) as out:
            writer = HashingWriter(out, told)
            if row["written"]:
                _merge(pieces, _present(cleaned), row, writer)
            else:
                for piece in pieces:
                    writer.write(unpack(piece))
        _check((writer.size, writer.sha256), expected, row)


def _present(cleaned: Path) -> Path:
    if not cleaned.is_file():
        raise AuditError(f"{cleaned} is missing: restore needs every file that clean wrote")
    return cleaned


def _merge(pieces: Iterable[AuditRow], cleaned: Path, row: AuditRow, out: HashingWriter) -> None:
    """Pass the cleaned stream on, with the pieces put back at their offsets."""
    seen = HashingWriter(None)
    try:
        with open_read(cleaned) as file:
            for piece in pieces:
                _pass(file, piece["offset"] - out.size, (seen, out))
                out.write(unpack(piece))
            _pass(file, -1, (seen, out))
    except read_error_types() as error:
        raise AuditError(f"{cleaned} is damaged ({error}): restore needs the file that clean wrote") from error
    _check_output((seen.size, seen.sha256), row, cleaned)


def _pass(file: Any, count: int, writers: tuple[HashingWriter, ...]) -> None:
    """Pass on `count` bytes, or all that is left."""
    while count:
        block = file.read(BLOCK if count < 0 else min(BLOCK, count))
        if not block:
            break
        for writer in writers:
            writer.write(block)
        count -= len(block) if count > 0 else 0


def _check_output(now: tuple[int, str], row: AuditRow, cleaned: Path) -> None:
    if now != (row["output_size"], row["output_sha256"]):
        raise AuditError(
            f"{cleaned} is not the file that clean wrote (its SHA-256 differs): it was edited, or the audit "
            "is of another run. Restore needs both as one run wrote them"
        )


def _check(now: tuple[int, str], expected: tuple[int, str], row: AuditRow) -> None:
    if now != expected:
        raise AuditError(f"{row['name']} could not be restored: the audit's pieces do not fit; is it complete?")


def _read_table(row: AuditRow, cleaned: Path) -> tuple[Any, Callable[[Any, Mapping[int, str], Path], None]]:
    """Read a cleaned Parquet or CSV file; return it with a function that writes a table in the same form."""
    if row["format"] == "csv":
        table, form = read_csv(cleaned)

        def write_csv(table: Any, ragged: Mapping[int, str], part: Path) -> None:
            with open_write(part, compression_of(str(row["name"]))) as out:
                out.write(form.begin(table.schema))
                out.writelines(form.rows(table, ragged))

        return table, write_csv
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(cleaned) as file:
        # `pyarrow` 18 cannot read a file without rows.
        groups = [file.read_row_group(number) for number in range(file.num_row_groups)]
        table = pa.concat_tables(groups) if groups else file.schema_arrow.empty_table()
        compression = column_compression(file)

    def write_parquet(table: Any, ragged: Mapping[int, str], part: Path) -> None:
        with create_file(part) as out:
            pq.write_table(table, out, compression=compression)

    return table, write_parquet


def _restored_table(pieces: Iterable[AuditRow], table: Any) -> tuple[Any, dict[int, str]]:
    """Return a cleaned table with the removed pieces put back, and the ragged rows between its rows."""
    import pyarrow as pa

    removed: list[int] = []
    ragged: dict[int, str] = {}
    tables = []
    cuts: dict[int, list[AuditRow]] = {}
    for piece in pieces:
        if piece["type"] == "rows":
            removed += piece["rows"]
            with pa.ipc.open_stream(unpack(piece)) as stream:
                tables.append(stream.read_all().replace_schema_metadata(table.schema.metadata))
        elif piece["type"] == "ragged":
            ragged[piece["row"]] = unpack(piece).decode("utf-8", "surrogateescape")
        else:
            cuts.setdefault(piece["row"], []).append(piece)
    total = table.num_rows + len(removed) + len(ragged)
    numbers = [number for number in range(1, total + 1) if number not in ragged]
    gone = frozenset(removed)
    stay = [number for number in numbers if number not in gone]
    table = _put_back(table, stay, cuts)
    if tables:
        order = {number: i for i, number in enumerate([*stay, *removed])}
        table = take_rows(pa.concat_tables([table, *tables]), [order[number] for number in numbers])
    return table, ragged


def _put_back(table: Any, numbers: list[int], cuts: dict[int, list[AuditRow]]) -> Any:
    """Return the table with the pieces put back into the values of its text column."""
    if not cuts:
        return table
    name = next(iter(cuts.values()))[0]["column"]
    place = table.schema.get_field_index(name)
    values = table.column(place).to_pylist()
    index = {number: i for i, number in enumerate(numbers)}
    for number, pieces in cuts.items():
        data, out = values[index[number]].encode("utf-8"), b""
        position = 0
        for piece in pieces:
            take = piece["offset"] - len(out)
            out += data[position : position + take] + unpack(piece)
            position += take
        values[index[number]] = (out + data[position:]).decode("utf-8")
    field = table.schema.field(place)
    return table.set_column(place, field, text_column(values, field.type))
