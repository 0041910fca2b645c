"""Progress on stderr, on a terminal only: what is done now, how fast, and how long it will take."""

from __future__ import annotations

import sys
from dataclasses import replace
from threading import Lock
from types import TracebackType
from typing import Any

from dedupe.columns import WatchedColumn
from dedupe.documents import Corpus
from dedupe.text.display import printable


class Progress:
    """A bar while work goes on.

    `step` names what begins. What is counted, in bytes, has a rate and a time left: `count` says how much it is,
    `advance` and `read` how much was done.
    """

    def __init__(self, quiet: bool) -> None:
        self._shown = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._bar: Any = None
        self._name = ""
        # Texts are read by several threads.
        self._lock = Lock()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def step(self, name: str) -> None:
        """Say what is being done now."""
        if self._shown:
            if self._bar is None or self._bar.total is not None:
                self._open(None)
            self._name = printable(name)
            self._bar.set_description_str(self._name[:50])
            self._bar.update()

    def count(self, name: str, total: int) -> None:
        """Begin something of so many bytes."""
        if self._shown:
            self._name = printable(name)
            self._open(total)
            self._bar.set_description_str(self._name[:50])

    def advance(self, done: int) -> None:
        """So many more bytes are done."""
        if self._bar is not None:
            self._bar.update(done)

    def read(self, done: int, total: int) -> None:
        """So many more bytes of texts were read, of so many that there are."""
        if not self._shown:
            return
        with self._lock:
            if self._bar is None or self._bar.total is None:
                self.count(self._name, total)
            # What is read twice, to compare it, is no further way.
            self._bar.update(min(done, self._bar.total - self._bar.n))

    def watched(self, corpus: Corpus) -> Corpus:
        """Return the same documents, with a bar that moves as their texts are read."""
        return replace(corpus, texts=WatchedColumn(corpus.texts, self.read)) if self._shown else corpus

    def _open(self, total: int | None) -> None:
        from tqdm import tqdm

        self.close()
        counted = total is not None
        self._bar = tqdm(
            total=total,
            unit="B" if counted else "",
            unit_scale=counted,
            leave=False,
            file=sys.stderr,
            bar_format=None if counted else "{desc} [{elapsed}]",
        )

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
