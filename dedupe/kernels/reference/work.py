"""Work that another thread can stop, which the reference has not."""

from __future__ import annotations


def begin_work(number: int) -> None:
    """The reference cannot be stopped from another thread."""


def stop_work(number: int, stopped: bool) -> None:
    """The reference cannot be stopped from another thread."""
