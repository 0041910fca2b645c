"""The boilerplate model: quantised weights and a calibration table, as a JSON header and plain arrays.

`model.json` is the header: scheme, sizes, scales, calibration, the digest of `weights.bin`. `weights.bin` is
the character weights, the word weights (int8) and the shape weights (int32, little-endian), in this order.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.features import BUCKETS, FIXED_POINT, I8, I32, I64, SHAPE_VALUES, SHAPES
from dedupe.errors import ModelError

MODEL_SCHEME = "boilerplate-v1"
_HEADER_LIMIT = 1 << 20
# Calibration: scores from -8 to 8 in steps of 1/16, for each class of length.
STEPS = 256
_STEP = 1 << (FIXED_POINT - 4)
PROBABILITY_UNIT = 10_000
LENGTH_CLASSES = (40, 120)


class _Folder(Protocol):
    def joinpath(self, name: str, /) -> Any: ...


@dataclass(frozen=True)
class BoilerplateModel:
    """Weights, their scales, and the calibration of the score."""

    char_weights: I8
    word_weights: I8
    shape_weights: I32
    char_scale: int
    word_scale: int
    calibration: tuple[tuple[int, ...], ...]
    """by class of length, the probability of each step of the score, in 1/10,000"""

    def probabilities(self, scores: I64, lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities of fixed-point scores of texts of some lengths (code points)."""
        step = np.clip(scores // _STEP + STEPS // 2, 0, STEPS - 1)
        table = np.array(self.calibration, np.int64)
        return table[np.searchsorted(LENGTH_CLASSES, lengths), step] / PROBABILITY_UNIT

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        arrays = [self.char_weights, self.word_weights, self.shape_weights.astype("<i4")]
        weights = b"".join(array.tobytes() for array in arrays)
        header = {
            "scheme": MODEL_SCHEME,
            "buckets": BUCKETS,
            "shapes": SHAPES * SHAPE_VALUES,
            "char_scale": self.char_scale,
            "word_scale": self.word_scale,
            "length_classes": list(LENGTH_CLASSES),
            "sha256": hashlib.sha256(weights).hexdigest(),
            "calibration": asdict(self)["calibration"],
        }
        (folder / "weights.bin").write_bytes(weights)
        (folder / "model.json").write_text(json.dumps(header) + "\n", "ascii")

    @classmethod
    def load(cls, folder: _Folder | Path) -> BoilerplateModel:
        """Read a model from a folder.

        Raises
        ------
        ModelError
            The files are missing, damaged, or of another scheme.
        """
        try:
            raw = folder.joinpath("model.json").read_bytes()
            weights = folder.joinpath("weights.bin").read_bytes()
        except OSError as error:
            raise ModelError(f"the model cannot be read: {error}; reinstall the package") from error
        if len(raw) > _HEADER_LIMIT:
            raise ModelError(f"{folder}/model.json is larger than {_HEADER_LIMIT} bytes: not a model of ours")
        try:
            header = json.loads(raw)
            scheme = header["scheme"]
            sizes = header["buckets"], header["shapes"], header["length_classes"]
            scales = int(header["char_scale"]), int(header["word_scale"])
            calibration = tuple(tuple(int(p) for p in row) for row in header["calibration"])
            digest = header["sha256"]
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{folder}/model.json is damaged ({error!r}): install or train it again") from error
        if scheme != MODEL_SCHEME or sizes != (BUCKETS, SHAPES * SHAPE_VALUES, list(LENGTH_CLASSES)):
            raise ModelError(
                f"{folder}/model.json is of scheme {scheme!r}, this version reads {MODEL_SCHEME!r}: "
                "train it again with this version"
            )
        if hashlib.sha256(weights).hexdigest() != digest or len(weights) != 2 * BUCKETS + sizes[1] * 4:
            raise ModelError(f"{folder}/weights.bin does not fit its header: install or train the model again")
        if any(len(row) != STEPS for row in calibration) or len(calibration) != len(LENGTH_CLASSES) + 1:
            raise ModelError(f"{folder}/model.json has a calibration of another size: train it again")
        return cls(
            np.frombuffer(weights, np.int8, BUCKETS),
            np.frombuffer(weights, np.int8, BUCKETS, BUCKETS),
            np.frombuffer(weights, "<i4", -1, 2 * BUCKETS).astype(np.int32),
            *scales,
            calibration,
        )


@cache
def shipped_model() -> BoilerplateModel:
    """The model that comes with the package."""
    return BoilerplateModel.load(files("dedupe.boilerplate").joinpath("model"))
