"""Results as people see them: rows in a terminal and in a notebook, and tables of pandas and polars."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from html import escape
from importlib import import_module
from typing import Any, NamedTuple

from dedupe.errors import DedupeError
from dedupe.text.display import columns as width_of
from dedupe.text.display import printable, shorten

# Rows that are shown, columns of a terminal that a cell takes, and code points of a text that are looked at.
ROWS, HTML_ROWS, CELL, EXCERPT = 10, 20, 44, 300

# The look of the report.
STYLE = (
    ".dedupe-result{--ink:#1d1d1b;--soft:#66635b;--rule:#e5e1d8;--mark:#ffdcae;color:var(--ink);"
    'font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}'
    "@media(prefers-color-scheme:dark){.dedupe-result{--ink:#ecebe6;--soft:#a8a49a;--rule:#36352f;--mark:#6f4508}}"
    ".dedupe-result table{border-collapse:collapse}"
    ".dedupe-result th,.dedupe-result td{text-align:start;vertical-align:top;padding:4px 12px 4px 0;"
    "border-top:1px solid var(--rule);background:none}"
    ".dedupe-result th,.dedupe-result p{color:var(--soft);font-weight:400;margin:0 0 4px}"
    ".dedupe-result td.number{text-align:end;font-variant-numeric:tabular-nums}"
    ".dedupe-result mark{background:var(--mark);color:inherit}"
)


class Marked(NamedTuple):
    """A cell with words marked in a page."""

    text: str
    html: str


class FirstRows(NamedTuple):
    """The first rows of a result."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    total: int
    """rows of the whole result"""


class Shown(ABC):
    """A result that is a table: it shows its first rows, and goes on as Arrow, pandas or polars."""

    @abstractmethod
    def to_arrow(self) -> Any:
        """The result as an Arrow table."""

    @abstractmethod
    def _view(self, limit: int) -> FirstRows:
        """The first rows."""

    def to_pandas(self) -> Any:
        """The table of `to_arrow` as a DataFrame of pandas.

        Raises
        ------
        DedupeError
            pandas is not installed.
        """
        _library("pandas")
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """The table of `to_arrow` as a DataFrame of polars.

        Raises
        ------
        DedupeError
            polars is not installed.
        """
        return _library("polars").from_arrow(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return plain_table(self._view(ROWS))

    def _repr_html_(self) -> str:
        return html_table(self._view(HTML_ROWS))


def plain_table(view: FirstRows) -> str:
    """Return rows for a terminal, in columns."""
    if not view.rows:
        return f"<{view.title}>"
    table = [view.columns, *([_plain(cell) for cell in row] for row in view.rows)]
    widths = [max(map(width_of, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
    return "\n".join([f"<{view.title}>", *lines, *_more(view)])


def html_table(view: FirstRows) -> str:
    """Return rows for a notebook; all text is escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in view.columns)
    rows = "".join(f"<tr>{''.join(map(_html, row))}</tr>" for row in view.rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    more = "".join(f"<p>{line}</p>" for line in _more(view))
    return f'<div class="dedupe-result"><style>{STYLE}</style><p>{escape(view.title)}</p>{table}{more}</div>'


def beginning(text: str) -> str:
    """Return the beginning of a text, as much as is shown."""
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"


def _more(view: FirstRows) -> list[str]:
    left = view.total - len(view.rows)
    return [f"… and {left:,} more"] if left > 0 else []


def _words(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.3f}"
    if isinstance(cell, Marked):
        return cell.text
    return "" if cell is None else str(cell)


def _plain(cell: Any) -> str:
    return shorten(printable(_words(cell)), CELL)


def _html(cell: Any) -> str:
    if isinstance(cell, Marked):
        return f"<td>{cell.html}</td>"
    kind = ' class="number"' if isinstance(cell, int | float) else ""
    return f"<td{kind}>{escape(printable(beginning(_words(cell))))}</td>"


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise DedupeError(f"{name} is not installed: pip install {name}, or use to_arrow()") from error
