"""A block for pipelines of datatrove that counts quality and boilerplate: the pair of the filter.

A module of its own, as the statistics of datatrove need its `tokenizers` and `tldextract`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from datatrove.pipeline.stats.base import BaseStats

from dedupe.integrations.datatrove import boilerplate_shares
from dedupe.quality.score import score_quality


class DedupeStats(BaseStats):  # type: ignore[misc]
    """Statistics of quality and boilerplate: the score, the share of boilerplate, and every signal.

    Parameters
    ----------
    output_folder : str or DataFolder
        Where they are saved, as those of other statistics of datatrove.
    **options
        Those of `BaseStats`: `groups_to_compute`, `histogram_round_digits`, `top_k_config`.
    """

    name = "🧹 dedupe: quality and boilerplate"

    def __init__(self, output_folder: Any, **options: Any) -> None:
        super().__init__(output_folder, **options)

    def extract_stats(self, doc: Any) -> dict[str, int | float]:
        """The numbers of a document; signals that cannot be said of it are left out."""
        scored = score_quality([doc.text])
        signals = {f"quality_{name}": float(values[0]) for name, values in scored.signals.items()}
        return {
            "quality": scored[0].score,
            "boilerplate_share": boilerplate_shares([doc.text])[0],
            **{name: value for name, value in signals.items() if np.isfinite(value)},
        }
