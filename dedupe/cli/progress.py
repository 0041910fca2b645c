"""Progress on stderr, on a terminal only: what is done now, how fast, and how long it will take."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Any

from dedupe.columns import WatchedColumn
from dedupe.documents import Corpus
from dedupe.job import CleanOptions
from dedupe.text.display import printable

# Shares of the time that stages take, roughly: measured on 15 MB of manuals and code, with every stage.
_CLEAN: Mapping[str, float] = {
    "reading": 5,
    "duplicates": 5,
    "paragraphs": 8,
    "passages": 15,
    "comparing passages": 20,
    "boilerplate": 25,
    "cutting": 2,
    "quality": 30,
    "crumbs": 4,
    "writing": 6,
}
# What a stage has come to when each of its texts was read once; what it reads again, to compare it, is the rest.
_READ_ONCE = 0.8
_BAR = "{desc}: {percentage:3.0f}%|{bar}| [{elapsed}<{remaining}{postfix}]"


def clean_stages(job: CleanOptions) -> dict[str, float]:
    """Return the stages of `clean`, each with its share of the time."""
    wanted = {"reading", "cutting", "writing", *job.stages}
    if "passages" in wanted:
        wanted.add("comparing passages")
    return {name: share for name, share in _CLEAN.items() if name in wanted}


class Progress:
    """A bar while work goes on.

    One bar covers all stages that are told before. `step` names what begins: the bar goes to the beginning of that
    stage, or stays where it is no stage. `read` and `advance` say how many bytes were worked on.

    Parameters
    ----------
    quiet : bool
        Show nothing.
    stages : mapping, optional
        The stages in their order, each with its share of the time. Without them only names are shown.
    """

    def __init__(self, quiet: bool, stages: Mapping[str, float] | None = None) -> None:
        self._shown = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._bar: Any = None
        self._total = 0
        # Texts are read by several threads.
        self._lock = Lock()
        self._plan(stages or {})

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _plan(self, stages: Mapping[str, float]) -> None:
        total, before = sum(stages.values()), 0.0
        self._stages: dict[str, tuple[float, float]] = {}
        for name, share in stages.items():
            self._stages[name] = (before / total, share / total)
            before += share
        self._begin(next(iter(self._stages), ""))

    def _begin(self, name: str) -> None:
        """Begin a stage."""
        self._place = self._stages.get(name, (0.0, 0.0))
        self._done, self._since = 0, monotonic()

    def step(self, name: str) -> None:
        """Say what is being done now."""
        if not self._shown:
            return
        with self._lock:
            if name in self._stages:
                self._begin(name)
            self._open()
            if self._stages:
                self._move(self._place[0])
                # The rate is that of the stage before.
                self._bar.set_postfix_str("", refresh=False)
            self._bar.set_description_str(printable(name)[:50])

    def count(self, name: str, total: int) -> None:
        """Begin a stage of so many bytes, which is all of the work where no stages were told."""
        self._total = total
        if self._shown:
            if not self._stages:
                self._plan({name: 1.0})
            self.step(name)

    def advance(self, done: int) -> None:
        """Say that so many more of the bytes that were counted are done."""
        self.read(done, self._total)

    def read(self, done: int, total: int) -> None:
        """Say that so many more bytes were worked on, of so many that there are."""
        if not self._shown:
            return
        with self._lock:
            first = not self._done
            self._open()
            self._done += done
            start, share = self._place
            self._move(start + share * _share_done(self._done / max(total, 1)))
            rate = self._done / max(monotonic() - self._since, 1e-3)
            self._bar.set_postfix_str(f"{self._bar.format_sizeof(rate)}B/s", refresh=first)

    def _move(self, place: float) -> None:
        """Move the bar on; it never goes back."""
        self._bar.update(max(place - self._bar.n, 0.0))

    def watched(self, corpus: Corpus) -> Corpus:
        """Return the same documents, with a bar that moves as their texts are read."""
        return replace(corpus, texts=WatchedColumn(corpus.texts, self.read)) if self._shown else corpus

    def _open(self) -> None:
        if self._bar is not None:
            return
        from tqdm import tqdm

        counted = bool(self._stages)
        self._bar = tqdm(
            desc=next(iter(self._stages), ""),
            total=1.0 if counted else None,
            leave=False,
            file=sys.stderr,
            # All of the time counts: stages have rates of their own.
            smoothing=0,
            bar_format=_BAR if counted else "{desc} [{elapsed}]",
        )

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _share_done(passes: float) -> float:
    """Return how much of a stage is done that has read its texts so many times, on the average: never all of it."""
    if passes <= 1:
        return _READ_ONCE * passes
    return 1 - (1 - _READ_ONCE) / passes
