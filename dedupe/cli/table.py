"""Tables for a terminal: columns that fit its width, and a little colour where it is shown and wanted."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import Literal, TextIO, TypeAlias

from dedupe.text.display import columns, pad, printable, shorten_left

Style: TypeAlias = Literal["bold", "dim", "good", "bad"]
_CODES: dict[Style, str] = {"bold": "1", "dim": "2", "good": "32", "bad": "31"}
LEAST, MOST = 60, 120
_GAP = "  "


def terminal_width() -> int:
    """Columns that are written to: those of the terminal, within reason."""
    return max(LEAST, min(shutil.get_terminal_size((80, 24)).columns, MOST))


def styled(text: str, style: Style, out: TextIO | None = None) -> str:
    """A text in a style, where the output is a terminal and nobody has asked for none (NO_COLOR, TERM=dumb)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not (out or sys.stdout).isatty()
    return text if plain else f"\x1b[{_CODES[style]}m{text}\x1b[0m"


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, width: int | None = None, out: TextIO | None = None
) -> str:
    """Rows below a head, the first column to the left, all others to the right.

    Parameters
    ----------
    head, rows : sequences of str
        One cell for each column. A line that is too wide loses the left of its first cell: names differ at the end.
    width : int, optional
        Columns of the terminal.
    out : file, optional
        The output, which decides on colours; the default is standard output.

    Examples
    --------
    >>> print(table(["", "removed", "share"], [["documents", "12", "1.2 %"], ["boilerplate", "3,100", "8.0 %"]]))
                 removed  share
    documents         12  1.2 %
    boilerplate    3,100  8.0 %
    """
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(columns(row[i]) for row in [list(head), *shown]) for i in range(len(head))]
    room = (width or terminal_width()) - sum(widths[1:]) - len(_GAP) * (len(head) - 1)
    widths[0] = min(widths[0], max(room, 8))
    lines = [styled(_line(head, widths), "dim", out)] if any(head) else []
    return "\n".join([*lines, *(_line(row, widths) for row in shown)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = shorten_left(cells[0], widths[0])
    rest = [" " * (width - columns(cell)) + cell for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return _GAP.join([pad(first, widths[0]), *rest]).rstrip()
