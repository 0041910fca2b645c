"""The kernels: one table. `kernels.name` is the native one, or its twin in `kernels/reference/`.

Native or reference is chosen once, when this module is imported. `DEDUPE_NATIVE=0` forces the reference;
`DEDUPE_REQUIRE_NATIVE=1` makes a missing native core an error. Neither changes a result: the two agree bit for bit.
"""

from __future__ import annotations

import os
import warnings
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dedupe.text.hashing import SCHEME
from dedupe.text.tables import FOLD_SCHEME

if TYPE_CHECKING:
    from dedupe._kernels import *  # noqa: F403

KERNELS_ABI = 21
_EXTENSION = "dedupe._kernels"
_REBUILD = "rebuild it with: pip install --force-reinstall --no-deps dedupe-text"
MISSING = (
    "the native core is not installed: all of it is done in Python, which takes 10 to 100 times as long. Install a "
    f"Rust toolchain and {_REBUILD}"
)
"""What is said where the native core is neither there nor unwanted."""


def _load_native() -> ModuleType | None:
    required = os.environ.get("DEDUPE_REQUIRE_NATIVE") == "1"
    if os.environ.get("DEDUPE_NATIVE") == "0":
        if required:
            raise ImportError(
                "DEDUPE_NATIVE=0 and DEDUPE_REQUIRE_NATIVE=1 contradict each other: unset one of them"
            )
        return None
    try:
        module = import_module(_EXTENSION)
    except ModuleNotFoundError as error:
        # Only our own missing extension means "pure Python"; any other failed import is a fault to see.
        if error.name != _EXTENSION:
            raise
        if required:
            raise ImportError(
                f"DEDUPE_REQUIRE_NATIVE=1, but the native core {_EXTENSION} is not installed: "
                f"install a Rust toolchain and {_REBUILD}"
            ) from error
        warnings.warn(MISSING, RuntimeWarning, stacklevel=2)
        return None
    needed = (KERNELS_ABI, SCHEME, FOLD_SCHEME)
    # Cores before ABI 10 know one fold and do not name it.
    present = (module.ABI, module.SCHEME, getattr(module, "FOLD_SCHEME", "fold-v1"))
    if present != needed:
        raise ImportError(
            f"{_EXTENSION} is of ABI {present[0]}, schemes {present[1]} and {present[2]}, but this package "
            f"needs ABI {KERNELS_ABI}, schemes {SCHEME} and {FOLD_SCHEME}: {_REBUILD}"
        )
    return module


REFERENCE = {
    "align_units": "passages.align",
    "anchors": "passages.anchors",
    "begin_work": "work",
    "boilerplate_evidence": "evidence",
    "boilerplate_features": "features",
    "boilerplate_scores": "features",
    "byte_places": "places",
    "category_scores": "features",
    "common_tokens": "passages.common",
    "components": "groups",
    "confirm": "fingerprints",
    "cut": "segment",
    "equal_runs": "groups",
    "fact_differences": "facts",
    "fact_texts": "fact_text",
    "find_entries": "entries",
    "fit_ends": "passages.ends",
    "fold_bytes": "fingerprints",
    "group": "groups",
    "join": "places",
    "keys": "fingerprints",
    "language_scores": "language",
    "letter_places": "passages.letters",
    "letters": "passages.letters",
    "listed_words": "quality.listed",
    "near_pairs": "groups",
    "network_scores": "network",
    "overlaps": "fingerprints",
    "passages_across": "passages.search",
    "passages_within": "passages.search",
    "place_lines": "places",
    "placed_sets": "fingerprints",
    "quality_counts": "quality.counts",
    "read_lines": "jsonl",
    "recurrence_keys": "recurrence",
    "row_lines": "rows",
    "same_facts": "facts",
    "same_fold": "fingerprints",
    "same_stretches": "passages.stretches",
    "shared_anchors": "passages.anchors",
    "surroundings": "passages.surroundings",
    "shingle_sets": "fingerprints",
    "sign": "fingerprints",
    "sign_datasketch": "datasketch",
    "sign_hashes": "fact_text",
    "sign_texts": "fact_text",
    "sort_entries": "entries",
    "stop_work": "work",
    "tokenize": "fingerprints",
    "tree_scores": "trees",
    "unite": "groups",
    "weigh": "passages.letters",
}
"""Each kernel, and the module of `kernels/reference/` that has its twin."""

_native = _load_native()
native: bool = _native is not None
"""Whether the native core is in use."""


def __getattr__(name: str) -> Any:
    """A kernel, when it is first asked for: the twins are loaded only where they are needed."""
    if name not in REFERENCE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _native or import_module(f"{__name__}.reference.{REFERENCE[name]}")
    kernel = globals()[name] = getattr(home, name)
    return kernel
