"""Memory that nobody uses any more, given back to the system."""

from __future__ import annotations

import ctypes
import sys

# The heap is gone through, the caller's part of it too: less than this is not worth the time.
_WORTH_IT = 1 << 24


def give_back(size: int) -> None:
    """Give back what lies free between blocks in use, where the allocator is one that keeps it: that of glibc.

    Arrays of a megabyte or so are freed by the hundred, and those behind them would hold their room for ever. Of
    `size` bytes that a job works with, which say how much that may be, few are left as they are.
    """
    if size < _WORTH_IT:
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
