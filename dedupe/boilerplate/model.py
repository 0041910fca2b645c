"""The text model: quantised weights, a small network, trees over what they say, and a calibration table.

A text is scored in two steps. First come linear weights of n-grams and shapes, and a network over vectors of the
n-grams. Trees take the parts of that score, the outputs of the network and the shapes: the same words mean more in
a short line than in a long one. A model that was taught by a user has no trees. It may add its own weights to the
score of the model that it began from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.boilerplate.arrays import Array, Folder, is_scale, load_arrays, save_arrays
from dedupe.boilerplate.trees import Trees
from dedupe.errors import ModelError
from dedupe.job import Point
from dedupe.kernels.records import (
    BUCKETS,
    CHARS,
    COLUMNS,
    DIMENSIONS,
    FIXED_POINT,
    HIDDEN,
    I8,
    I32,
    I64,
    LARGEST_BIAS,
    LARGEST_NETWORK_SCALE,
    LARGEST_WEIGHT,
    LENGTH,
    LETTERS_IN_WORD,
    MANUAL,
    OUTPUTS,
    PARTS,
    SHAPE,
    SHAPE_VALUES,
    SHAPES,
    WORDS,
)
from dedupe.text.encode import TextBatch

MODEL_SCHEME = "boilerplate-v2"
_NAME = "text"
# Calibration: scores from -8 to 8 in steps of 1/16, for each class of length.
STEPS = 256
_STEP_BITS = FIXED_POINT - 4
_STEP = 1 << _STEP_BITS
PROBABILITY_UNIT = 1_000_000
LENGTH_CLASSES = (40, 120)
# Larger than any score that means something.
_LARGEST_SCORE = 1 << 40

Floats = npt.NDArray[np.float64]
Calibration = tuple[tuple[int, ...], ...]
"""By class of length, the probability in the middle of each step of the score, in millionths."""


class Scores(NamedTuple):
    """Scores of texts in fixed point."""

    score: I64
    """log-odds before calibration"""
    evidence: I64
    """what of them comes from words and characters, not from length and shape"""
    length: I64
    manual: I64
    """how much it reads like a manual or a reference; 0 of a model that does not say"""


class Points(NamedTuple):
    """The operating points of a model: the least probability that each takes for boilerplate."""

    careful: float
    normal: float
    thorough: float

    def of(self, boilerplate: float | Point) -> float:
        """Return the probability of a point; a probability is one itself."""
        return float(getattr(self, boilerplate)) if isinstance(boilerplate, str) else boilerplate

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Points:
        """Points as a file has them.

        Raises
        ------
        ValueError
            They are no probabilities, or in no order.
        """
        points = cls(**{name: float(value) for name, value in dict(fields).items()})
        if not 0 < points.thorough <= points.normal <= points.careful <= 1:
            raise ValueError("the operating points are in no order")
        return points


# Of a model whose points nobody has measured.
UNMEASURED = Points(0.95, 0.8, 0.5)


Encoder: TypeAlias = Callable[[list[str]], Any]
"""Texts in, a vector of each out: an array of shape (texts, numbers)."""


class Encoded(NamedTuple):
    """Weights of the vectors of an encoder, the one part of the score that is not made of integers."""

    encoder: Encoder
    weights: I64
    """of each number of a vector, in fixed point"""
    constant: int
    score: int
    """weight of the score without vectors, in fixed point"""

    def add(self, batch: TextBatch, score: I64) -> I64:
        """The scores of texts with their vectors.

        Raises
        ------
        ModelError
            The vectors are of another length than those that the model was fitted with, or far too large.
        """
        if not len(batch):
            return score
        vectors = encode(self.encoder, [batch.text(i) for i in range(len(batch))])
        if vectors.shape[1] != len(self.weights):
            raise ModelError(
                f"the encoder gives vectors of {vectors.shape[1]} numbers, the model has weights for "
                f"{len(self.weights)}: give the encoder that it was fitted with"
            )
        unit = 1 << FIXED_POINT
        added = np.rint(vectors @ self.weights + score * (self.score / unit) + self.constant)
        if not (np.abs(added) <= _LARGEST_SCORE).all():
            raise ModelError(
                f"the encoder gives numbers as large as {np.abs(vectors).max():g}, by which scores overflow: "
                "give the encoder that the model was fitted with"
            )
        out: I64 = added.astype(np.int64)
        return out


def encode(encoder: Encoder, texts: list[str]) -> Floats:
    """The vectors that an encoder gives.

    Raises
    ------
    ModelError
        They are no numbers, or not one vector for each text.
    """
    try:
        vectors = np.asarray(encoder(texts), np.float64)
    except (TypeError, ValueError) as error:
        raise ModelError(f"the encoder gives no array of numbers for a list of texts: {error}") from error
    if vectors.shape[:1] != (len(texts),) or vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ModelError(
            f"the encoder gives an array of shape {vectors.shape} for {len(texts)} texts: "
            "it must give a vector of finite numbers for each"
        )
    return vectors


class Linear(NamedTuple):
    """Weights of hashed n-grams and of shapes."""

    char_weights: I8
    word_weights: I8
    shape_weights: I32
    char_scale: int
    word_scale: int

    def evidence(self, batch: TextBatch, longest: int) -> tuple[I64, I64, I64, I64]:
        """Return what each word of some texts adds; see `boilerplate_evidence` of the kernels."""
        return kernels.boilerplate_evidence(batch, self, longest)


class Network(NamedTuple):
    """Vectors of hashed n-grams and the layers over them; see `network_scores` of the kernels."""

    char_vectors: I8
    word_vectors: I8
    hidden: I32
    output: I32
    char_scale: int
    word_scale: int

    def arrays(self) -> dict[str, Array]:
        """The arrays, named for a file."""
        return {f"network_{name}": array for name, array in self._asdict().items() if name not in _SCALES}

    def scales(self) -> dict[str, int]:
        """The scales, named for a file."""
        return {name: getattr(self, name) for name in _SCALES}

    @classmethod
    def read(cls, scales: Mapping[str, Any], arrays: Mapping[str, Array]) -> Network:
        """A network from what stands in a file.

        Raises
        ------
        ValueError
            The weights are of another size, or too large.
        """
        char_vectors, word_vectors, hidden, output = (arrays[f"network_{name}"] for name in cls._fields[:4])
        char_scale, word_scale = (scales[name] for name in _SCALES)
        network = cls(char_vectors, word_vectors, hidden, output, char_scale, word_scale)
        for vectors in network[:2]:
            buckets = len(vectors)
            if vectors.dtype != np.int8 or vectors.shape != (buckets, DIMENSIONS) or buckets not in _SIZES:
                raise ValueError("the vectors are of another size")
        for layer, shape in ((network.hidden, (DIMENSIONS + 1, HIDDEN)), (network.output, (HIDDEN + 1, OUTPUTS))):
            if layer.dtype != np.int32 or layer.shape != shape:
                raise ValueError("the layers are of another size")
            sizes = np.abs(layer.astype(np.int64))
            if sizes[:-1].max() > LARGEST_WEIGHT or sizes[-1].max() > LARGEST_BIAS:
                raise ValueError("the weights are too large")
        if not all(is_scale(scale) and abs(scale) <= LARGEST_NETWORK_SCALE for scale in network[4:]):
            raise ValueError("the scales are damaged")
        return network


_SCALES = Network._fields[4:]
# Vectors stand for the buckets of the n-grams, or for fewer by a power of two.
_SIZES = frozenset(BUCKETS >> shift for shift in range(BUCKETS.bit_length()))


@dataclass(frozen=True)
class BoilerplateModel:
    """A text model: weights, perhaps trees, perhaps a model that they add to, and a calibration."""

    linear: Linear
    trees: Trees | None
    calibration: Calibration
    base: BoilerplateModel | None = None
    points: Points = UNMEASURED
    encoded: Encoded | None = None
    network: Network | None = None

    def parts(self, batch: TextBatch) -> I64:
        """Return the columns of the weights and of the network for texts, and what the network says of kickers.

        See `network_scores` of the kernels; without a network there are the columns of the weights alone.
        """
        if self.network is None:
            return kernels.boilerplate_scores(batch, self.linear)
        return kernels.network_scores(batch, self.linear, self.network)

    def scores(self, batches: Iterable[TextBatch]) -> Scores:
        """Score texts."""
        none = np.zeros(0, np.int64)
        parts = [Scores(none, none, none, none), *map(self._scores, batches)]
        return Scores(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def _scores(self, batch: TextBatch) -> Scores:
        parts = self.parts(batch)
        score = parts[:, CHARS] + parts[:, WORDS] + parts[:, SHAPE]
        # Numbers, signs and single letters say nothing of a page.
        says = (parts[:, LETTERS_IN_WORD] > 0) & (parts[:, LENGTH] > 1)
        evidence = np.where(says, parts[:, CHARS] + parts[:, WORDS], 0)
        if self.trees is not None:
            score = kernels.tree_scores(parts, self.trees)
        manual = np.zeros(len(parts), np.int64) if self.network is None else parts[:, MANUAL].copy()
        if self.base is not None:
            began = self.base._scores(batch)
            score, evidence, manual = score + began.score, evidence + began.evidence, began.manual
        if self.encoded is not None:
            score = self.encoded.add(batch, score)
        return Scores(score, evidence, parts[:, LENGTH].copy(), manual)

    def probabilities(self, scores: Scores) -> Floats:
        """Calibrated probabilities."""
        return calibrated(self.calibration, scores.score, scores.length)

    def save(self, folder: Path, extra: Mapping[str, Any] | None = None) -> None:
        """Write the model into a folder, and more fields if wanted."""
        fields, arrays = self._fields()
        save_arrays(folder, _NAME, MODEL_SCHEME, {**fields, **(extra or {})}, arrays)

    def _fields(self) -> tuple[dict[str, Any], dict[str, Array]]:
        linear = self.linear
        fields: dict[str, Any] = {
            "char_scale": linear.char_scale,
            "word_scale": linear.word_scale,
            "length_classes": list(LENGTH_CLASSES),
            "calibration": self.calibration,
            "points": self.points._asdict(),
        }
        arrays: dict[str, Array] = {
            "chars": linear.char_weights,
            "words": linear.word_weights,
            "shapes": linear.shape_weights,
            **(self.trees.arrays("tree") if self.trees is not None else {}),
        }
        if self.network is not None:
            fields["network"] = self.network.scales()
            arrays.update(self.network.arrays())
        if self.encoded is not None:
            fields["encoded"] = {"constant": self.encoded.constant, "score": self.encoded.score}
            arrays["encoded"] = self.encoded.weights
        if self.base is not None:
            own, more = self.base._fields()
            fields["base"] = own
            arrays.update({f"base_{key}": array for key, array in more.items()})
        return fields, arrays

    @classmethod
    def load(cls, folder: Folder | Path) -> BoilerplateModel:
        """Read a model from a folder.

        Raises
        ------
        ModelError
            The files are missing, damaged, or of another scheme.
        """
        return cls.load_with_extra(folder, ())[0]

    @classmethod
    def load_with_extra(
        cls, folder: Folder | Path, names: Sequence[str], encoder: Encoder | None = None
    ) -> tuple[BoilerplateModel, dict[str, Any]]:
        """Read a model from a folder, and the named fields besides.

        Raises
        ------
        ModelError
            The files are missing, damaged, of another scheme, or without those fields; or the model was fitted with
            an encoder and none is given, or without one and one is given.
        """
        fields, arrays = load_arrays(folder, _NAME, MODEL_SCHEME)
        if "encoded" in fields and encoder is None:
            raise ModelError(
                f"the model in {folder} was fitted with an encoder, which no file holds: "
                "load it by BoilerplateClassifier.load(folder, encoder=...)"
            )
        if "encoded" not in fields and encoder is not None:
            raise ModelError(f"the model in {folder} was fitted without an encoder: load it without encoder=")
        try:
            model = cls._from(fields, arrays)
            if encoder is not None:
                own, weights = fields["encoded"], arrays["encoded"]
                if weights.dtype != np.int64 or weights.ndim != 1:
                    raise ValueError("weights of another kind")
                constant, score = int(own["constant"]), int(own["score"])
                if max(abs(constant), abs(score)) > _LARGEST_SCORE:
                    raise ValueError("weights out of range")
                encoded = Encoded(encoder, weights, constant, score)
                model = replace(model, encoded=encoded)
            return model, {name: fields[name] for name in names}
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(f"{folder}/{_NAME}.json is damaged ({error!r}): install or train it again") from error

    @classmethod
    def _from(cls, fields: dict[str, Any], arrays: dict[str, Array]) -> BoilerplateModel:
        calibration = tuple(tuple(int(p) for p in row) for row in fields["calibration"])
        if list(fields["length_classes"]) != list(LENGTH_CLASSES) or not is_calibration(calibration):
            raise ModelError("the calibration is of another size: train the model again with this version")
        weights = (arrays["chars"], arrays["words"], arrays["shapes"])
        kinds = [(np.int8, BUCKETS), (np.int8, BUCKETS), (np.int32, SHAPES * SHAPE_VALUES)]
        for array, (kind, size) in zip(weights, kinds, strict=True):
            if array.dtype != kind or array.shape != (size,):
                raise ModelError("the weights are of another size: train the model again with this version")
        scales = (fields["char_scale"], fields["word_scale"])
        if not all(map(is_scale, scales)):
            raise ModelError("the scales of the weights are damaged: install or train the model again")
        network = Network.read(fields["network"], arrays) if "network" in fields else None
        columns = COLUMNS if network is None else PARTS
        trees = Trees.from_arrays(arrays, "tree", columns) if "tree_left" in arrays else None
        base = None
        if "base" in fields:
            own = {key.removeprefix("base_"): array for key, array in arrays.items() if key.startswith("base_")}
            base = cls._from({**fields["base"]}, own)
        # Models that were saved before there were points have none.
        points = Points.read(fields["points"]) if "points" in fields else UNMEASURED
        return cls(Linear(*weights, *scales), trees, calibration, base, points, None, network)


def is_calibration(table: Calibration) -> bool:
    """Return whether a table has a row for each class and a probability for each step."""
    rows = len(table) == len(LENGTH_CLASSES) + 1 and all(len(row) == STEPS for row in table)
    return rows and all(0 <= p <= PROBABILITY_UNIT for row in table for p in row)


def calibrated(calibration: Calibration, scores: I64, lengths: I64) -> Floats:
    """Probabilities of fixed-point scores of texts of some lengths, between two steps in proportion."""
    place = np.clip(scores + (STEPS // 2 * _STEP - _STEP // 2), 0, (STEPS - 1) * _STEP - 1)
    table, rise = _curves(calibration)
    row = sum((lengths > limit) * np.int64(STEPS) for limit in LENGTH_CLASSES)
    step = row + (place >> _STEP_BITS)
    out: Floats = (table[step] + (rise[step] * (place & (_STEP - 1)) >> _STEP_BITS)) / PROBABILITY_UNIT
    return out


@lru_cache(16)
def _curves(calibration: Calibration) -> tuple[I64, I64]:
    """The probabilities of a calibration, one class behind the other, and how far it is from each to the next."""
    table = np.array(calibration, np.int64)
    return table.ravel(), np.diff(table, append=0).ravel()


def model_digest(folder: str | Path) -> str:
    """Return what tells a saved model from any other: the digest of its header, which has that of its arrays."""
    return hashlib.sha256((Path(folder) / f"{_NAME}.json").read_bytes()).hexdigest()


@cache
def shipped_model() -> BoilerplateModel:
    """The model that comes with the package."""
    return BoilerplateModel.load(files("dedupe.boilerplate").joinpath("model"))
