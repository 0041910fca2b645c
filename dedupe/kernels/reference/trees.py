"""Sums of decision trees over integer features."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.records import I64, TreeColumns


def tree_scores(features: I64, trees: TreeColumns) -> I64:
    """The sum of the leaves that the trees lead to, for each row of features.

    Parameters
    ----------
    features : int64 array, shape (rows, columns)
        The features.
    trees : (int32, int64, int32, int32, int64, int32 array)
        Column, threshold, left and right child and value of each node, and the roots.

    Returns
    -------
    int64 array, shape (rows,)
        The sums.
    """
    column, threshold, left, right, value, roots = trees
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
