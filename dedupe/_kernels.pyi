"""The native core; the twins in `dedupe/kernels/reference/` document its functions."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from dedupe.kernels.records import (
    I64,
    Buckets,
    CategoryWeights,
    FactTexts,
    LetterRuns,
    LinearWeights,
    PlacedSets,
    ProfileColumns,
    Sampling,
    Sets,
    Stretches,
    TreeColumns,
    Wanted,
)
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.hashing import U32, U64

_Floats = npt.NDArray[np.float64]

__all__ = [
    "ABI",
    "FOLD_SCHEME",
    "SCHEME",
    "align_units",
    "anchors",
    "begin_work",
    "boilerplate_evidence",
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
    "near_pairs",
    "number_texts",
    "overlaps",
    "passages_across",
    "passages_within",
    "place_lines",
    "placed_sets",
    "quality_counts",
    "read_lines",
    "recurrence_keys",
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

ABI: Final[int]
SCHEME: Final[str]
FOLD_SCHEME: Final[str]

def tokenize(texts: TextBatch) -> tuple[U64, Offsets, Offsets, Bytes, Offsets]: ...
def quality_counts(texts: TextBatch, stop_words: TextBatch, stop_masks: U64, languages: U64) -> I64: ...
def read_lines(
    block: Bytes, text_field: str, id_field: str, texts: Bytes
) -> tuple[Offsets, Bytes, Offsets, Bytes, Offsets]: ...
def cut(texts: TextBatch, mode: int) -> tuple[Offsets, Offsets, Offsets, Offsets, Offsets]: ...
def byte_places(texts: TextBatch, owner: Offsets, first: Offsets, last: Offsets) -> tuple[Offsets, Offsets]: ...
def place_lines(texts: TextBatch, owner: Offsets, first: Offsets, last: Offsets) -> Bytes: ...
def number_texts(values: npt.NDArray[np.float64]) -> tuple[Bytes, Offsets]: ...
def join(texts: TextBatch) -> Bytes: ...
def fact_texts(texts: TextBatch) -> FactTexts: ...
def sign_texts(texts: TextBatch) -> FactTexts: ...
def sign_hashes(texts: TextBatch) -> U64: ...
def fold_bytes(texts: TextBatch, version: int = 2) -> tuple[Bytes, Offsets]: ...
def same_fold(texts: TextBatch, other: TextBatch, signs: bool) -> Bytes: ...
def shingle_sets(texts: TextBatch, kind: int, n: int) -> Sets: ...
def sign(texts: TextBatch, kind: int, n: int, count: int) -> tuple[U32, U64]: ...
def sign_datasketch(texts: TextBatch, kind: int, n: int, legacy: bool, factors: U64, offsets: U64) -> U32: ...
def keys(texts: TextBatch, kind: int, n: int, rows: int, out: U64) -> U64: ...
def overlaps(sets: Sets, a: Offsets, b: Offsets) -> Offsets: ...
def placed_sets(texts: TextBatch, kind: int, n: int) -> tuple[U64, Offsets, U32, U32, Offsets, Bytes, Offsets]: ...
def confirm(sets: PlacedSets, kind: int, n: int, a: Offsets, b: Offsets) -> Bytes: ...
def begin_work(number: int) -> None: ...
def stop_work(number: int, stopped: bool) -> None: ...
def sort_entries(keys: U64, units: U32) -> tuple[U64, U32]: ...
def find_entries(run: U64, keys: U64) -> tuple[Offsets, Offsets]: ...
def same_facts(texts: FactTexts, a: Offsets, b: Offsets) -> Bytes: ...
def equal_runs(values: U64) -> tuple[Offsets, Offsets]: ...
def components(buckets: Buckets, count: int) -> Offsets: ...
def unite(parent: U32, members: U32, sizes: U32) -> None: ...
def group(
    buckets: Buckets,
    sets: Sets,
    rank: Offsets,
    pinned: Bytes,
    rejected: Sequence[tuple[int, int]],
    threshold: float,
    facts: FactTexts | None,
) -> tuple[Offsets, _Floats, int]: ...
def near_pairs(
    buckets: Buckets, sets: Sets, pinned: Bytes, threshold: float, facts: FactTexts | None
) -> tuple[Offsets, Offsets, _Floats, int]: ...
def boilerplate_features(texts: TextBatch) -> tuple[U32, Offsets, U32, Offsets, Bytes]: ...
def boilerplate_scores(texts: TextBatch, model: LinearWeights) -> I64: ...
def boilerplate_evidence(
    texts: TextBatch, model: LinearWeights, longest: int
) -> tuple[Offsets, Offsets, Offsets, I64]: ...
def recurrence_keys(texts: TextBatch) -> U64: ...
def category_scores(texts: TextBatch, model: CategoryWeights) -> I64: ...
def tree_scores(features: I64, trees: TreeColumns) -> I64: ...
def letters(texts: TextBatch) -> LetterRuns: ...
def weigh(texts: TextBatch) -> tuple[Offsets, U64]: ...
def letter_places(
    texts: TextBatch, owner: Offsets, first: Offsets, last: Offsets
) -> tuple[Offsets, Offsets, Offsets, Offsets]: ...
def anchors(letters: LetterRuns, sampling: Sampling) -> tuple[U64, U32]: ...
def passages_within(
    letters: LetterRuns, documents: Offsets, sampling: Sampling, wanted: Wanted, find: bool
) -> tuple[Offsets, Offsets, Offsets, Offsets]: ...
def passages_across(
    letters: LetterRuns,
    documents: Offsets,
    anchors: tuple[U32, U32],
    covered: tuple[Offsets, Offsets],
    wanted: Wanted,
) -> tuple[Offsets, Offsets]: ...
def common_tokens(texts: TextBatch, other: TextBatch) -> tuple[Offsets, Offsets, Offsets]: ...
def align_units(
    texts: TextBatch, other: TextBatch, offsets: Offsets, first: Offsets, last: Offsets, letters: bool
) -> Offsets: ...
def fit_ends(texts: TextBatch, a: Offsets, b: Offsets, slack: Offsets, snap: bool) -> tuple[Offsets, Offsets]: ...
def same_stretches(stretches: Stretches) -> Offsets: ...
def shared_anchors(hashes: U64, owners: U32) -> tuple[Offsets, Offsets, Offsets]: ...
def language_scores(texts: TextBatch, profiles: ProfileColumns) -> tuple[Offsets, Offsets, Bytes]: ...
