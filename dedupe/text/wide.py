"""Letters as the search for passages takes them, and which of them weigh two."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Units = npt.NDArray[np.uint16]


def is_wide(units: Units) -> npt.NDArray[np.bool_]:
    """Return whether each letter is Chinese, Japanese or Korean."""
    cjk = (units >= 0x2E80) & (units <= 0x9FFF)
    return cjk | ((units >= 0xAC00) & (units <= 0xD7AF)) | ((units >= 0xF900) & (units <= 0xFAFF))
