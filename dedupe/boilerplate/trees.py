"""Trees of decisions over integer features."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.arrays import Array
from dedupe.errors import ModelError
from dedupe.kernels.records import FIXED_POINT, I64

I32 = npt.NDArray[np.int32]


class Trees(NamedTuple):
    """Nodes of all trees, one behind the other; a leaf is its own left child."""

    column: I32
    """which feature is asked"""
    threshold: I64
    """up to which value the way goes left"""
    left: I32
    right: I32
    value: I64
    """of a leaf, in fixed point"""
    roots: I32

    def check(self, columns: int) -> Trees:
        """Refuse trees that no way leads through.

        Raises
        ------
        ModelError
            A node leads nowhere or asks for what is not there.
        """
        nodes = np.arange(len(self.left))
        wrong = ModelError("the trees of the model are damaged: install or train it again")
        if len({len(array) for array in self[:5]}) != 1:
            raise wrong
        inner = self.left != nodes
        down = (self.left > nodes) & (self.right > nodes) & (np.maximum(self.left, self.right) < len(nodes))
        asks = (self.column >= 0) & (self.column < columns)
        roots = (self.roots >= 0) & (self.roots < len(nodes))
        if not ((down & asks) | ~inner).all() or not roots.all():
            raise wrong
        return self

    @classmethod
    def from_arrays(cls, arrays: dict[str, Array], prefix: str, columns: int) -> Trees:
        """Trees from arrays of a file."""
        try:
            return cls(*(arrays[f"{prefix}_{field}"] for field in cls._fields)).check(columns)
        except KeyError as error:
            raise ModelError(f"the model has no array {error}: install or train it again") from error

    def arrays(self, prefix: str) -> dict[str, Array]:
        """The arrays, named for a file."""
        return {f"{prefix}_{field}": array for field, array in self._asdict().items()}


def from_scikit_learn(model: Any) -> Trees:
    """The trees of a fitted `HistGradientBoostingClassifier` of two classes over integers."""
    parts: list[list[tuple[int, int, int, int, int]]] = []
    roots: list[int] = []
    base = 0
    for number, (predictor,) in enumerate(model._predictors):
        roots.append(base)
        first = float(np.asarray(model._baseline_prediction).item()) if number == 0 else 0.0
        rows: list[tuple[int, int, int, int, int]] = []
        for i, node in enumerate(predictor.nodes):
            if node["is_leaf"]:
                leaf = round((float(node["value"]) + first) * (1 << FIXED_POINT))
                rows.append((0, 0, base + i, base + i, leaf))
            else:
                limit = int(np.clip(np.floor(node["num_threshold"]), -(1 << 62), 1 << 62))
                children = base + int(node["left"]), base + int(node["right"])
                rows.append((int(node["feature_idx"]), limit, *children, 0))
        parts.append(rows)
        base += len(rows)
    nodes = np.array([row for rows in parts for row in rows], np.int64).reshape(-1, 5)
    column, threshold, left, right, value = (np.ascontiguousarray(nodes[:, i]) for i in range(5))
    return Trees(
        column.astype(np.int32),
        threshold,
        left.astype(np.int32),
        right.astype(np.int32),
        value,
        np.array(roots, np.int32),
    )
