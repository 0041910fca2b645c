"""Kinds of boilerplate: which one a text would be, from the n-grams that the text model reads."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.boilerplate.arrays import Array, Folder, is_scale, load_arrays, save_arrays
from dedupe.errors import ModelError
from dedupe.kernels.records import BUCKETS, I8, I32, I64
from dedupe.text.encode import TextBatch

CATEGORY_SCHEME = "boilerplate-category-v1"
CATEGORIES = (
    "subscription",
    "cookie",
    "navigation",
    "share",
    "related",
    "byline",
    "copyright",
    "advertisement",
    "other",
)
CHAR_BUCKETS, WORD_BUCKETS = 1 << 16, 1 << 15
MEANINGS = {
    "subscription": "an offer to subscribe, sign in, donate or get a newsletter",
    "cookie": "a notice about cookies or consent",
    "navigation": "a part of a menu",
    "share": "an invitation to share or to follow",
    "related": "a link to something else to read",
    "byline": "a byline",
    "copyright": "a copyright or legal notice",
    "advertisement": "an advertisement",
    "other": "page furniture",
}


class CategoryModel(NamedTuple):
    """Quantised weights for each category."""

    char_weights: I8
    """shape (CHAR_BUCKETS, categories)"""
    word_weights: I8
    bias: I32
    char_scale: int
    word_scale: int

    def scores(self, batches: Iterable[TextBatch]) -> I64:
        """A score for each text and category, in fixed point."""
        parts = [kernels.category_scores(batch, self) for batch in batches]
        return np.concatenate([np.zeros((0, len(CATEGORIES)), np.int64), *parts])

    def categories(self, batches: Iterable[TextBatch]) -> list[str]:
        """The category of each text."""
        return [CATEGORIES[number] for number in self.numbers(batches).tolist()]

    def numbers(self, batches: Iterable[TextBatch]) -> I64:
        """The place in `CATEGORIES` of the category of each text."""
        out: I64 = self.scores(batches).argmax(axis=1)
        return out

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        fields = {
            "categories": list(CATEGORIES),
            "char_scale": self.char_scale,
            "word_scale": self.word_scale,
        }
        arrays: dict[str, Array] = {"chars": self.char_weights, "words": self.word_weights, "bias": self.bias}
        save_arrays(folder, "categories", CATEGORY_SCHEME, fields, arrays)

    @classmethod
    def load(cls, folder: Folder | Path) -> CategoryModel:
        """Read a model from a folder.

        Raises
        ------
        ModelError
            The files are missing, damaged, or of another scheme.
        """
        fields, arrays = load_arrays(folder, "categories", CATEGORY_SCHEME)
        sizes: tuple[tuple[str, npt.DTypeLike, tuple[int, ...]], ...] = (
            ("chars", np.int8, (CHAR_BUCKETS, len(CATEGORIES))),
            ("words", np.int8, (WORD_BUCKETS, len(CATEGORIES))),
            ("bias", np.int32, (len(CATEGORIES),)),
        )
        found = [arrays.get(name, np.zeros(0)) for name, _, _ in sizes]
        fits = all(a.dtype == kind and a.shape == shape for a, (_, kind, shape) in zip(found, sizes, strict=True))
        if not fits or fields.get("categories") != list(CATEGORIES) or not _has_scales(fields):
            raise ModelError(
                f"{folder}/categories.json is damaged or of other categories: install or train it again"
            )
        return cls(found[0], found[1], found[2], fields["char_scale"], fields["word_scale"])


def _has_scales(fields: dict[str, object]) -> bool:
    return all(is_scale(fields.get(name)) for name in ("char_scale", "word_scale"))


# Buckets of the text model fall into these by their first bits.
assert BUCKETS >= CHAR_BUCKETS >= WORD_BUCKETS


@cache
def shipped_categories() -> CategoryModel:
    """The model that comes with the package."""
    return CategoryModel.load(files("dedupe.boilerplate").joinpath("model"))
