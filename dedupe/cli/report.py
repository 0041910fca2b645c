"""`dedupe report`, and the option `--report` of other commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dedupe.cli.show import say
from dedupe.disk import create_file, is_stream
from dedupe.errors import InputError, OutputError
from dedupe.files.remote import fetched, place, real_name, sending
from dedupe.files.rows import check_free, whole
from dedupe.files.streams import writing

if TYPE_CHECKING:
    from dedupe.report.model import Report


def report(options: argparse.Namespace) -> int:
    """`dedupe report`."""
    from dedupe.files.audit import understanding

    check_report_path(options.output, force=options.force)
    with understanding(options.audit):
        write_report(options.output, lambda: report_of(options.audit))
    say(options, lambda: {"report": options.output}, lambda out: print(f"report: {options.output}", file=out))
    return 0


def report_of(audit: str) -> Report:
    """The report on what `clean` did, from its audit."""
    from dedupe.report.from_audit import read_report

    at = place(audit)
    # A file that is fetched does not say when it was written.
    when = f"audit file of {_time(at.stat().st_mtime)}" if isinstance(at, Path) and at.is_file() else ""
    with fetched(at) as local:
        return read_report(local, when)


def now() -> str:
    """Return the time, for a report on what has just been done."""
    return _time(datetime.now(UTC).timestamp())


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def check_report_path(path: str | None, *, force: bool) -> None:
    """Refuse a report that is no page, that exists, or that cannot be made."""
    if not path:
        return
    if not path.endswith((".html", ".htm")):
        raise InputError(f"{path}: name the report .html")
    if not real_name(path).endswith((".html", ".htm")) and not is_stream(place(path)):
        raise OutputError(f"{path} is a link to {real_name(path)}, which is no page: name another report")
    check_free(place(path), force=force)


def write_report(path: str | None, make: Callable[[], Report]) -> None:
    """Write a report, which is only made where one is asked for; it is for its owner alone, as it holds texts."""
    if not path:
        return
    from dedupe.report.page import render

    page = render(make()).encode("utf-8", "backslashreplace")
    with sending(place(path)) as local, writing(path), whole(local) as part, create_file(part, private=True) as out:
        out.write(page)
