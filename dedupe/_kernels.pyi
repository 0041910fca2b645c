"""The native core; `dedupe.fingerprint.reference` documents the functions."""

from typing import Final

import numpy as np
import numpy.typing as npt

_Bytes = npt.NDArray[np.uint8]
_Offsets = npt.NDArray[np.int64]
_U32 = npt.NDArray[np.uint32]
_U64 = npt.NDArray[np.uint64]

__all__ = [
    "ABI",
    "SCHEME",
    "band_keys",
    "boilerplate_features",
    "boilerplate_scores",
    "confirm",
    "fold_bytes",
    "keys",
    "overlaps",
    "shingle_sets",
    "sign",
    "tokenize",
]

ABI: Final[int]
SCHEME: Final[str]

def tokenize(buffer: _Bytes, offsets: _Offsets) -> tuple[_U64, _Offsets, _Offsets, _Bytes, _Offsets]: ...
def fold_bytes(buffer: _Bytes, offsets: _Offsets) -> tuple[_Bytes, _Offsets]: ...
def shingle_sets(buffer: _Bytes, offsets: _Offsets, kind: int, n: int) -> tuple[_U64, _Offsets]: ...
def sign(buffer: _Bytes, offsets: _Offsets, kind: int, n: int, count: int, threads: int) -> tuple[_U32, _U64]: ...
def band_keys(signatures: _U32, bands: int, rows: int) -> _U64: ...
def keys(
    buffer: _Bytes, offsets: _Offsets, kind: int, n: int, bands: int, rows: int, threads: int
) -> tuple[_U64, _U64]: ...
def overlaps(sets: _U64, set_offsets: _Offsets, a: _Offsets, b: _Offsets) -> _Offsets: ...
def confirm(buffer: _Bytes, offsets: _Offsets, kind: int, n: int, a: _Offsets, b: _Offsets) -> _Bytes: ...
def boilerplate_features(buffer: _Bytes, offsets: _Offsets) -> tuple[_U32, _Offsets, _U32, _Offsets, _Bytes]: ...
def boilerplate_scores(
    buffer: _Bytes,
    offsets: _Offsets,
    char_weights: npt.NDArray[np.int8],
    word_weights: npt.NDArray[np.int8],
    shape_weights: npt.NDArray[np.int32],
    char_scale: int,
    word_scale: int,
) -> _Offsets: ...
