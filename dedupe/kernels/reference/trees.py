"""What trees of decisions over integer features add up to."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.reference.features import I32, I64


def tree_scores(features: I64, column: I32, threshold: I64, left: I32, right: I32, value: I64, roots: I32) -> I64:
    """For each row of features the sum of the leaves that the trees lead to."""
    rows = np.arange(len(features))
    out = np.zeros(len(features), np.int64)
    for root in roots.tolist():
        node = np.full(len(features), root)
        while True:
            goes_left = features[rows, column[node]] <= threshold[node]
            following = np.where(left[node] == node, node, np.where(goes_left, left[node], right[node]))
            if np.array_equal(following, node):
                break
            node = following
        out += value[node]
    return out
