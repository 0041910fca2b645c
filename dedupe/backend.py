"""Which kernels are in use: native or reference. Chosen once, when this module is imported.

`DEDUPE_NATIVE=0` forces the reference; `DEDUPE_REQUIRE_NATIVE=1` makes a missing native core an error. Neither
changes a result: the two agree bit for bit.
"""

from __future__ import annotations

import os
import warnings
from importlib import import_module
from types import ModuleType

from dedupe.fingerprint.hashing import SCHEME
from dedupe.text.tables import FOLD_SCHEME

KERNELS_ABI = 11
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


_native = _load_native()
native: bool = _native is not None
"""Whether the native core is in use."""

if _native is not None:
    from dedupe._kernels import (
        align_units,
        anchors,
        begin_work,
        boilerplate_features,
        boilerplate_scores,
        byte_places,
        category_scores,
        common_tokens,
        components,
        confirm,
        cut,
        equal_runs,
        fact_texts,
        find_entries,
        fit_ends,
        fold_bytes,
        group,
        join,
        keys,
        language_scores,
        letter_places,
        letters,
        near_pairs,
        overlaps,
        passages_across,
        passages_within,
        place_lines,
        placed_sets,
        quality_counts,
        read_lines,
        same_facts,
        same_fold,
        same_stretches,
        shared_anchors,
        shingle_sets,
        sign,
        sign_datasketch,
        sign_hashes,
        sign_texts,
        sort_entries,
        stop_work,
        tokenize,
        tree_scores,
        unite,
        weigh,
    )
else:

    def begin_work(number: int) -> None:
        """The reference cannot be stopped from another thread."""

    def stop_work(number: int, stopped: bool) -> None:
        """The reference cannot be stopped from another thread."""

    from dedupe.boilerplate.features import boilerplate_features, boilerplate_scores, category_scores
    from dedupe.boilerplate.trees import tree_scores
    from dedupe.duplicates.fact_rule import same_facts
    from dedupe.duplicates.reference import components, equal_runs, group, near_pairs, unite
    from dedupe.files.reference import leave_lines as read_lines
    from dedupe.fingerprint.datasketch import sign_datasketch
    from dedupe.fingerprint.reference import (
        confirm,
        fold_bytes,
        keys,
        overlaps,
        placed_sets,
        same_fold,
        shingle_sets,
        sign,
        tokenize,
    )
    from dedupe.language.score import language_scores
    from dedupe.passages.align import align_units
    from dedupe.passages.anchors import anchors, shared_anchors
    from dedupe.passages.common import common_tokens
    from dedupe.passages.ends import fit_ends
    from dedupe.passages.letters import letter_places, letters, weigh
    from dedupe.passages.search import passages_across, passages_within
    from dedupe.passages.stretches import same_stretches
    from dedupe.quality.counts import quality_counts
    from dedupe.segmentation.reference import cut
    from dedupe.sorting import find_entries, sort_entries
    from dedupe.text.encode import byte_places, join, place_lines
    from dedupe.text.fact_text import fact_texts, sign_hashes, sign_texts

__all__ = [
    "align_units",
    "anchors",
    "begin_work",
    "boilerplate_features",
    "boilerplate_scores",
    "byte_places",
    "category_scores",
    "common_tokens",
    "components",
    "confirm",
    "cut",
    "equal_runs",
    "fact_texts",
    "find_entries",
    "fit_ends",
    "fold_bytes",
    "group",
    "join",
    "keys",
    "language_scores",
    "letter_places",
    "letters",
    "native",
    "near_pairs",
    "overlaps",
    "passages_across",
    "passages_within",
    "place_lines",
    "placed_sets",
    "quality_counts",
    "read_lines",
    "same_facts",
    "same_fold",
    "same_stretches",
    "shared_anchors",
    "shingle_sets",
    "sign",
    "sign_datasketch",
    "sign_hashes",
    "sign_texts",
    "sort_entries",
    "stop_work",
    "tokenize",
    "tree_scores",
    "unite",
    "weigh",
]
