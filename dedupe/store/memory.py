"""Memory that nobody uses any more, given back to the system."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give back what lies free between blocks in use, where the allocator is one that keeps it: that of glibc.

    Arrays of a megabyte or so are freed by the hundred, and those behind them would hold their room for ever.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
