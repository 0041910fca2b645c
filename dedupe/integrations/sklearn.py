"""Transformers for pipelines of scikit-learn: texts without boilerplate, and signals of quality as features."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe.errors import MissingPackageError
from dedupe.integrations.columns import without_boilerplate
from dedupe.job import CleanOptions, Point
from dedupe.quality.score import score_quality
from dedupe.quality.signals import MEANINGS

if not find_spec("sklearn"):
    raise MissingPackageError(
        "these transformers need scikit-learn. Install it with: pip install 'dedupe-text[train]'"
    )
from sklearn.base import BaseEstimator, TransformerMixin


class BoilerplateRemover(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):  # type: ignore[call-arg, misc]
    """Texts in, the same texts without their boilerplate out; nothing is learnt, each text is cleaned by itself.

    Parameters
    ----------
    threshold : {"careful", "normal", "thorough"} or float, default "normal"
        The operating point, or the least probability, of removed paragraphs; see `clean`.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import CountVectorizer
    >>> from sklearn.pipeline import make_pipeline
    >>> counts = make_pipeline(BoilerplateRemover(), CountVectorizer())
    >>> counts.fit_transform(["The river rose.\\nSubscribe now for unlimited access!"]).sum()
    np.int64(3)
    """

    def __init__(self, threshold: float | Point = CleanOptions.boilerplate) -> None:
        self.threshold = threshold

    def fit(self, X: Sequence[str], y: object = None) -> BoilerplateRemover:
        """Learn nothing."""
        return self

    def transform(self, X: Sequence[str]) -> Sequence[str]:
        """The texts, cleaned.

        Parameters
        ----------
        X : sequence of str, Series, or Arrow array
            The texts.

        Returns
        -------
        of the kind of `X`
            As many texts, some perhaps empty.

        Raises
        ------
        InputError
            A text is no string, or the threshold is no probability.
        """
        return without_boilerplate(X, threshold=self.threshold)

    def get_feature_names_out(self, input_features: object = None) -> object:
        """The name of the column, as it came in."""
        return input_features

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn may expect of it."""
        return _text_tags(super().__sklearn_tags__())


class QualitySignals(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts in, an array of signals of their quality out: repetition, symbols, stop words, lengths.

    Unknown values, such as the stop words of an unknown language, are 0.

    Examples
    --------
    >>> signals = QualitySignals().fit_transform(["The river rose overnight.", "buy buy buy buy buy"])
    >>> signals.shape == (2, len(QualitySignals().get_feature_names_out()))
    True
    """

    def fit(self, X: Sequence[str], y: object = None) -> QualitySignals:
        """Learn nothing."""
        return self

    def transform(self, X: Sequence[str]) -> npt.NDArray[np.float64]:
        """The signals, shape (texts, signals); their names are `get_feature_names_out()`.

        Raises
        ------
        InputError
            A text is no string.
        """
        signals = score_quality(X).signals
        columns = [np.nan_to_num(np.asarray(signals[name], np.float64)) for name in MEANINGS]
        return np.column_stack(columns)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """The names of the signals; `dedupe.quality.score.describe_signals()` says what they mean."""
        return np.array(list(MEANINGS), dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn may expect of it."""
        return _text_tags(super().__sklearn_tags__())


def _text_tags(tags: Any) -> Any:
    tags.input_tags.string, tags.input_tags.two_d_array, tags.input_tags.one_d_array = True, False, True
    tags.requires_fit = False
    return tags
