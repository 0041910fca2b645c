"""Memory that nobody uses any more, given back to the system."""

from __future__ import annotations

import ctypes
import sys

# The heap is gone through, the caller's part of it too: less than this is not worth the time.
_WORTH_IT = 1 << 24


def give_back(size: int) -> None:
    """Return free memory between blocks in use to the system, if the allocator keeps it, as that of glibc does.

    Arrays of a megabyte or so are freed by the hundred, and later blocks would hold their room for ever. `size` is
    the number of bytes that a job works with; nothing is done for a small one.
    """
    if size < _WORTH_IT:
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
