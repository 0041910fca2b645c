"""Warnings of the library on stderr. Commands write them, since nobody has chosen where the log goes."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dedupe.cli.flags import in_flags
from dedupe.text.display import printable


class _Notes(logging.Handler):
    """Writes each warning as a line, above a bar of progress if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one warning."""
        line = f"dedupe: {printable(in_flags(record.getMessage()))}"
        if sys.stdout is not None:
            # What was printed before comes first where both go to one place.
            sys.stdout.flush()
        if bars := sys.modules.get("tqdm"):
            bars.tqdm.write(line, file=sys.stderr)
        elif sys.stderr is not None:
            sys.stderr.write(f"{line}\n")


@contextmanager
def notes_on_stderr() -> Iterator[None]:
    """Write the warnings of the library to stderr while a command runs."""
    notes, log = _Notes(logging.WARNING), logging.getLogger("dedupe")
    log.addHandler(notes)
    try:
        yield
    finally:
        log.removeHandler(notes)
