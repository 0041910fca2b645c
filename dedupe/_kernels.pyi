"""The native core; the twins in `dedupe/kernels/reference/` document its functions."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

_Bytes = npt.NDArray[np.uint8]
_Offsets = npt.NDArray[np.int64]
_U16 = npt.NDArray[np.uint16]
_U32 = npt.NDArray[np.uint32]
_U64 = npt.NDArray[np.uint64]

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

def tokenize(
    buffer: _Bytes, starts: _Offsets, ends: _Offsets
) -> tuple[_U64, _Offsets, _Offsets, _Bytes, _Offsets]: ...
def quality_counts(
    buffer: _Bytes,
    starts: _Offsets,
    ends: _Offsets,
    stop_words: _Bytes,
    stop_starts: _Offsets,
    stop_ends: _Offsets,
    stop_masks: _U64,
    languages: _U64,
) -> npt.NDArray[np.int64]: ...
def read_lines(
    block: _Bytes, text_field: str, id_field: str, texts: _Bytes
) -> tuple[_Offsets, _Bytes, _Offsets, _Bytes, _Offsets]: ...
def cut(
    buffer: _Bytes, starts: _Offsets, ends: _Offsets, mode: int
) -> tuple[_Offsets, _Offsets, _Offsets, _Offsets, _Offsets]: ...
def byte_places(
    buffer: _Bytes, starts: _Offsets, ends: _Offsets, texts: _Offsets, first: _Offsets, last: _Offsets
) -> tuple[_Offsets, _Offsets]: ...
def place_lines(
    buffer: _Bytes, starts: _Offsets, ends: _Offsets, texts: _Offsets, first: _Offsets, last: _Offsets
) -> _Bytes: ...
def join(buffer: _Bytes, starts: _Offsets, ends: _Offsets) -> _Bytes: ...
def fact_texts(buffer: _Bytes, starts: _Offsets, ends: _Offsets) -> tuple[_Bytes, _Offsets]: ...
def sign_texts(buffer: _Bytes, starts: _Offsets, ends: _Offsets) -> tuple[_Bytes, _Offsets]: ...
def sign_hashes(buffer: _Bytes, starts: _Offsets, ends: _Offsets) -> _U64: ...
def fold_bytes(buffer: _Bytes, starts: _Offsets, ends: _Offsets, version: int = 2) -> tuple[_Bytes, _Offsets]: ...
def same_fold(
    buffer: _Bytes,
    starts: _Offsets,
    ends: _Offsets,
    other: _Bytes,
    other_starts: _Offsets,
    other_ends: _Offsets,
    signs: bool,
) -> _Bytes: ...
def shingle_sets(buffer: _Bytes, starts: _Offsets, ends: _Offsets, kind: int, n: int) -> tuple[_U64, _Offsets]: ...
def sign(buffer: _Bytes, starts: _Offsets, ends: _Offsets, kind: int, n: int, count: int) -> tuple[_U32, _U64]: ...
def sign_datasketch(
    buffer: _Bytes,
    starts: _Offsets,
    ends: _Offsets,
    kind: int,
    n: int,
    legacy: bool,
    factors: _U64,
    offsets: _U64,
) -> _U32: ...
def keys(buffer: _Bytes, starts: _Offsets, ends: _Offsets, kind: int, n: int, rows: int, out: _U64) -> _U64: ...
def overlaps(sets: _U64, set_offsets: _Offsets, a: _Offsets, b: _Offsets) -> _Offsets: ...
def placed_sets(
    buffer: _Bytes, starts: _Offsets, ends: _Offsets, kind: int, n: int
) -> tuple[_U64, _Offsets, _U32, _U32, _Offsets, _Bytes, _Offsets]: ...
def confirm(
    sets: _U64,
    set_offsets: _Offsets,
    positions: _U32,
    begins: _U32,
    begin_offsets: _Offsets,
    folded: _Bytes,
    folded_offsets: _Offsets,
    kind: int,
    n: int,
    a: _Offsets,
    b: _Offsets,
) -> _Bytes: ...
def begin_work(number: int) -> None: ...
def stop_work(number: int, stopped: bool) -> None: ...
def sort_entries(keys: _U64, units: _U32) -> tuple[_U64, _U32]: ...
def find_entries(run: _U64, keys: _U64) -> tuple[_Offsets, _Offsets]: ...
def same_facts(texts: _Bytes, offsets: _Offsets, a: _Offsets, b: _Offsets) -> _Bytes: ...
def equal_runs(values: _U64) -> tuple[_Offsets, _Offsets]: ...
def components(members: _Offsets, offsets: _Offsets, count: int) -> _Offsets: ...
def unite(parent: _U32, members: _U32, sizes: _U32) -> None: ...
def group(
    members: _Offsets,
    offsets: _Offsets,
    sets: _U64,
    set_offsets: _Offsets,
    rank: _Offsets,
    pinned: _Bytes,
    rejected: Sequence[tuple[int, int]],
    threshold: float,
    texts: _Bytes,
    text_offsets: _Offsets,
    facts: bool,
) -> tuple[_Offsets, npt.NDArray[np.float64], int]: ...
def near_pairs(
    members: _Offsets,
    offsets: _Offsets,
    sets: _U64,
    set_offsets: _Offsets,
    pinned: _Bytes,
    threshold: float,
    texts: _Bytes,
    text_offsets: _Offsets,
    facts: bool,
) -> tuple[_Offsets, _Offsets, npt.NDArray[np.float64], int]: ...
def boilerplate_features(
    buffer: _Bytes, starts: _Offsets, ends: _Offsets
) -> tuple[_U32, _Offsets, _U32, _Offsets, _Bytes]: ...
def boilerplate_scores(
    buffer: _Bytes,
    starts: _Offsets,
    ends: _Offsets,
    char_weights: npt.NDArray[np.int8],
    word_weights: npt.NDArray[np.int8],
    shape_weights: npt.NDArray[np.int32],
    char_scale: int,
    word_scale: int,
) -> _Offsets: ...
def boilerplate_evidence(
    buffer: _Bytes,
    starts: _Offsets,
    ends: _Offsets,
    char_weights: npt.NDArray[np.int8],
    word_weights: npt.NDArray[np.int8],
    char_scale: int,
    word_scale: int,
    longest: int,
) -> tuple[_Offsets, _Offsets, _Offsets, _Offsets]: ...
def recurrence_keys(buffer: _Bytes, starts: _Offsets, ends: _Offsets) -> _U64: ...
def category_scores(
    buffer: _Bytes,
    starts: _Offsets,
    ends: _Offsets,
    char_weights: npt.NDArray[np.int8],
    word_weights: npt.NDArray[np.int8],
    bias: npt.NDArray[np.int32],
    char_scale: int,
    word_scale: int,
) -> _Offsets: ...
def tree_scores(
    features: _Offsets,
    column: npt.NDArray[np.int32],
    threshold: _Offsets,
    left: npt.NDArray[np.int32],
    right: npt.NDArray[np.int32],
    value: _Offsets,
    roots: npt.NDArray[np.int32],
) -> _Offsets: ...
def letters(buffer: _Bytes, starts: _Offsets, ends: _Offsets) -> tuple[_U16, _Offsets]: ...
def weigh(buffer: _Bytes, starts: _Offsets, ends: _Offsets) -> tuple[_Offsets, _U64]: ...
def letter_places(
    buffer: _Bytes, starts: _Offsets, ends: _Offsets, texts: _Offsets, first: _Offsets, last: _Offsets
) -> tuple[_Offsets, _Offsets, _Offsets, _Offsets]: ...
def anchors(units: _U16, offsets: _Offsets, k: int, window: int) -> tuple[_U64, _U32]: ...
def passages_within(
    units: _U16,
    offsets: _Offsets,
    documents: _Offsets,
    k: int,
    window: int,
    min_length: int,
    preset: int,
    find: bool,
) -> tuple[_Offsets, _Offsets, _Offsets, _Offsets]: ...
def passages_across(
    units: _U16,
    offsets: _Offsets,
    documents: _Offsets,
    hashes: _U32,
    places: _U32,
    starts: _Offsets,
    ends: _Offsets,
    min_length: int,
    preset: int,
) -> tuple[_Offsets, _Offsets]: ...
def common_tokens(
    buffer: _Bytes, starts: _Offsets, ends: _Offsets, other: _Bytes, other_starts: _Offsets, other_ends: _Offsets
) -> tuple[_Offsets, _Offsets, _Offsets]: ...
def align_units(
    buffer: _Bytes,
    starts: _Offsets,
    ends: _Offsets,
    other: _Bytes,
    other_starts: _Offsets,
    other_ends: _Offsets,
    offsets: _Offsets,
    first: _Offsets,
    last: _Offsets,
    letters: bool,
) -> _Offsets: ...
def fit_ends(
    buffer: _Bytes, starts: _Offsets, ends: _Offsets, a: _Offsets, b: _Offsets, slack: _Offsets, snap: bool
) -> tuple[_Offsets, _Offsets]: ...
def same_stretches(texts: _Offsets, starts: _Offsets, ends: _Offsets) -> _Offsets: ...
def shared_anchors(hashes: _U64, owners: _U32) -> tuple[_Offsets, _Offsets, _Offsets]: ...
def language_scores(
    buffer: _Bytes,
    starts: _Offsets,
    ends: _Offsets,
    characters: _U32,
    upper: _Bytes,
    slots: _U32,
    keys: _U64,
    offsets: _U32,
    language: _Bytes,
    weight: _U32,
    languages: int,
) -> tuple[_Offsets, _Offsets, _Bytes]: ...
