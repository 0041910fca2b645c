"""Results of a command without `--output`: a short table on a terminal, JSON lines in a pipe."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

from dedupe.cli.show import SHOWN, short_name
from dedupe.cli.table import table, terminal_width
from dedupe.files.rows import STDOUT, Column, Repeated, Row, RowWriter, count_rows, write_rows

Kind: TypeAlias = Literal["boilerplate", "language", "quality", "passages", "matches"]
_HEADS: Mapping[Kind, tuple[str, ...]] = {
    "boilerplate": ("unit", "boilerplate", "verdict", "category"),
    "language": ("id", "language", "probability"),
    "quality": ("id", "score", "language", "failed"),
    "passages": ("copy", "kept copy", "similarity"),
    "matches": ("unit", "in the index", "similarity"),
}


def result_path(options: argparse.Namespace) -> str | None:
    """Return where results go: to the file that is named, in a pipe to standard output, else into a table."""
    path: str | None = options.output
    return path or (None if sys.stdout.isatty() else STDOUT)


class ShownRows:
    """Keeps the first rows of a result for a table, and counts the others."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._rows: list[Row] = []
        self._count = 0

    def write(self, row: Row) -> None:
        """Take one row."""
        if len(self._rows) < SHOWN:
            self._rows.append(row)
        self._count += 1

    def write_columns(self, columns: Mapping[str, Column]) -> None:
        """Take rows that are given by their columns."""
        total = count_rows(columns)
        wanted = min(SHOWN - len(self._rows), total)
        values = [
            [column.values[i] for i in column.place[:wanted].tolist()]
            if isinstance(column, Repeated)
            else column[:wanted].tolist()
            for column in columns.values()
        ]
        self._rows += [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
        self._count += total

    def show(self) -> None:
        """Print the table, if there is any row."""
        if not self._rows:
            return
        cells = [_cells(self._kind, row) for row in self._rows]
        print(table(_HEADS[self._kind], cells, out=sys.stdout))
        if self._count > len(cells):
            print(f"… and {self._count - len(cells):,} more; write all of them with --output FILE")
        print()


def _cells(kind: Kind, row: Row) -> list[str]:
    """One row as it is shown."""
    if kind == "boilerplate":
        own = [f"{row['boilerplate']:.2f}", row["verdict"], row["category"] or ""]
        return [_unit(row, "id", "start", "end"), *own]
    if kind == "language":
        return [str(row["id"]), row["language"], f"{row['probability']:.2f}"]
    if kind == "quality":
        return [str(row["id"]), f"{row['score']:.2f}", row["language"] or "", ", ".join(row["failed"])]
    first, second = ("a", "b") if kind == "passages" else ("query", "id")
    starts = (f"{first}_start", f"{first}_end")
    others = ("b_start", "b_end") if kind == "passages" else ("start", "end")
    # Only the first column gives way where a table is too wide.
    room = (terminal_width() - len("similarity") - 4) // 2
    return [_unit(row, first, *starts), short_name(_unit(row, second, *others), room), f"{row['similarity']:.3f}"]


def _unit(row: Row, name: str, start: str, end: str) -> str:
    return f"{row[name]} [{row[start]},{row[end]})"


@contextmanager
def open_result(path: str | None, kind: Kind, *, shown: bool = True) -> Iterator[RowWriter]:
    """Open a result: a file, standard output, or without a path a table that is printed at the end, if any is."""
    if path:
        with write_rows(path) as out:
            yield out
        return
    rows = ShownRows(kind)
    yield rows
    if shown:
        rows.show()


def write_or_show(path: str | None, kind: Kind, rows: Iterable[dict[str, Any]], *, shown: bool = True) -> None:
    """Write rows, or show the first of them."""
    with open_result(path, kind, shown=shown) as out:
        for row in rows:
            out.write(row)
