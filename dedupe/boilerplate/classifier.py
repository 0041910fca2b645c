"""`BoilerplateClassifier`: teach the model with your own labelled lines, as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.arguments import as_list, check_callables, check_flags, check_number, check_paths
from dedupe.boilerplate.fit import (
    Labels,
    calibrate,
    feature_matrix,
    fit_linear,
    logistic_calibration,
    quantised,
)
from dedupe.boilerplate.model import (
    UNMEASURED,
    BoilerplateModel,
    Calibration,
    Encoded,
    Encoder,
    Floats,
    Linear,
    Scores,
    encode,
    shipped_model,
)
from dedupe.errors import InputError, MissingPackageError
from dedupe.hints import warn_of_labels
from dedupe.kernels.records import BUCKETS, FIXED_POINT, SHAPE_VALUES, SHAPES
from dedupe.text.encode import encode_batch

if TYPE_CHECKING or find_spec("sklearn"):
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
    from sklearn.utils.validation import check_is_fitted
else:
    # Without the extra `train` the class can be imported, and says what to install when one is made.
    class BaseEstimator:
        """Stands in for scikit-learn's."""

        def __new__(cls, *_: object, **__: object) -> Any:
            """Refuse, with the command that installs scikit-learn."""
            raise MissingPackageError(
                "BoilerplateClassifier needs scikit-learn. Install it with: pip install 'dedupe-text[train]'"
            )

    class ClassifierMixin:
        """Stands in for scikit-learn's."""


# With fewer lines of either label a curve of two numbers is fitted, with very few none at all.
_ENOUGH_FOR_STEPS, _ENOUGH_FOR_CURVE = 1000, 10
_ITERATIONS = 200
# Labels that say which of the two they are.
_BOILERPLATE, _CONTENT = frozenset(("boilerplate", "spam", "yes", "true", "1")), frozenset(("content", "ham"))


class BoilerplateClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of boilerplate that is fitted on your own lines, from nothing or from the shipped model.

    Parameters
    ----------
    C : float, default 3.0
        Inverse strength of the regularisation; less keeps a model that is taught closer to the one it began from.
    cv : int, default 5
        Parts into which the lines are split to calibrate on scores of lines that were not trained on.
    encoder : function, optional
        Gives an array of shape (texts, numbers) for a list of texts, as a sentence encoder does: the model learns
        from these vectors too. Fitting and scoring call it, `save` does not store it. Scores are then as exact as
        it is, and no longer the same integers everywhere.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        The two labels, sorted.
    boilerplate_ : object
        The one that is boilerplate.
    model_ : BoilerplateModel
        What was fitted; `score_boilerplate(texts, model=classifier)` uses it.

    Notes
    -----
    Features, weights and scores are those of the shipped model: hashed n-grams, int8 weights, integer sums.
    This class needs scikit-learn (extra `train`); scoring with what it saved does not.

    Examples
    --------
    >>> lines = ["Order the print edition today!", "The river rose overnight."] * 20
    >>> classifier = BoilerplateClassifier().fit(lines, [1, 0] * 20, warm_start=True)
    >>> classifier.predict(["Order the weekend edition now!", "The bridge was closed."]).tolist()
    [1, 0]
    """

    def __init__(self, C: float = 3.0, cv: int = 5, encoder: Encoder | None = None) -> None:
        self.C = C
        self.cv = cv
        self.encoder = encoder

    def fit(
        self,
        X: Sequence[str],
        y: Sequence[Any],
        sample_weight: Sequence[float] | None = None,
        *,
        warm_start: bool = False,
    ) -> BoilerplateClassifier:
        """Fit the model, and calibrate it.

        Parameters
        ----------
        X : sequence of str
            Lines, sentences or paragraphs.
        y : sequence
            Their labels, of two kinds. Boilerplate is the one that says so ("boilerplate", "spam", "yes"), or that
            faces "content", else the one that is sorted last (1, True). Of others a warning tells which.
        sample_weight : sequence of float, optional
            How much each line counts.
        warm_start : bool, default False
            Begin from the shipped model, and learn only what is different in these lines: some tens of them do.

        Returns
        -------
        BoilerplateClassifier
            Itself.

        Raises
        ------
        InputError
            An element of X is not a string, the labels are not of two kinds, or lines are too few for an encoder.
        ModelError
            The encoder gives no vector for each text.
        """
        check_number("C", self.C, float, least=0, above=True)
        check_number("cv", self.cv, int, least=2)
        check_callables(encoder=self.encoder)
        check_flags(warm_start=warm_start)
        texts = _texts(X)
        try:
            given = np.asarray(y)
            if given.ndim != 1:
                raise InputError(f"y={y!r:.40} is no list: give a label for each text")
            self.classes_, labels = np.unique(given, return_inverse=True)
        except InputError:
            raise
        except (TypeError, ValueError) as error:
            raise InputError(f"y holds labels that cannot be sorted ({error}): give one of two for each") from error
        if len(self.classes_) != 2 or len(labels) != len(texts):
            raise InputError(
                f"y holds {len(labels)} labels of {len(self.classes_)} kinds for {len(texts)} texts: "
                "give one of two for each"
            )
        place = _place_of_boilerplate(self.classes_.tolist())
        self.boilerplate_, labels = self.classes_[place], (labels == place).astype(labels.dtype)
        try:
            weights = np.ones(len(texts)) if sample_weight is None else np.asarray(sample_weight, np.float64)
        except (TypeError, ValueError) as error:
            raise InputError(f"sample_weight holds no numbers ({error}): give one for each text") from error
        if weights.shape != (len(texts),):
            raise InputError(f"sample_weight has shape {weights.shape} for {len(texts)} texts: give one for each")
        matrix = feature_matrix(texts)
        batch = encode_batch(texts)
        base = shipped_model() if warm_start else None
        offset = np.zeros(len(texts)) if base is None else base.scores([batch]).score / (1 << FIXED_POINT)

        def learn(chosen: Any) -> Linear:
            own = (matrix[chosen], labels[chosen].astype(np.int64), weights[chosen])
            return fit_linear(*own, self.C) if base is None else _fit_difference(*own, offset[chosen], self.C)

        flat = logistic_calibration(1.0, 0.0)
        scores = self._unseen_scores(texts, labels, learn, base, flat)
        calibration, points = (flat, UNMEASURED) if base is None else (base.calibration, base.points)
        encoded = None
        if self.encoder is not None:
            encoded, scores = self._fit_encoder(self.encoder, texts, labels, weights, scores)
        if scores is not None:
            calibration, points = _calibrate(scores, labels, weights), UNMEASURED
        self.model_ = BoilerplateModel(learn(slice(None)), None, calibration, base, points, encoded)
        return self

    def _fit_encoder(
        self, encoder: Encoder, texts: list[str], labels: Labels, weights: Floats, scores: Scores | None
    ) -> tuple[Encoded, Scores]:
        """Learn what vectors add to scores; also score all lines with them, by models that have not seen them."""
        if scores is None:
            least = max(self.cv, _ENOUGH_FOR_CURVE)
            raise InputError(f"encoder= needs {least} lines of each label at least, to learn what its vectors add")
        columns = np.column_stack((scores.score / (1 << FIXED_POINT), encode(encoder, texts)))

        def learn(chosen: Any) -> Encoded:
            model = LogisticRegression(C=self.C, max_iter=_ITERATIONS)
            model.fit(columns[chosen], labels[chosen], sample_weight=weights[chosen])
            known = np.rint(np.append(model.coef_[0], model.intercept_) * (1 << FIXED_POINT)).astype(np.int64)
            return Encoded(encoder, known[1:-1].copy(), int(known[-1]), int(known[0]))

        unseen = np.zeros(len(texts), np.int64)
        for train, test in StratifiedKFold(self.cv, shuffle=True, random_state=1).split(texts, labels):
            known = learn(train)
            whole = np.concatenate(([known.score], known.weights))
            unseen[test] = np.rint(columns[test] @ whole).astype(np.int64) + known.constant
        return learn(slice(None)), scores._replace(score=unseen)

    def _unseen_scores(
        self,
        texts: list[str],
        labels: Labels,
        learn: Callable[[Any], Linear],
        base: BoilerplateModel | None,
        calibration: Calibration,
    ) -> Scores | None:
        """Scores of all lines by models that have not seen them; None where there are too few lines for that."""
        if np.bincount(labels).min() < max(self.cv, _ENOUGH_FOR_CURVE):
            return None
        out = np.zeros((len(Scores._fields), len(texts)), np.int64)
        for train, test in StratifiedKFold(self.cv, shuffle=True, random_state=0).split(texts, labels):
            model = BoilerplateModel(learn(train), None, calibration, base)
            out[:, test] = model.scores([encode_batch([texts[i] for i in test.tolist()])])
        return Scores(*out)

    def predict_proba(self, X: Sequence[str]) -> Floats:
        """Calibrated probabilities, shape (n_samples, 2), in the order of `classes_`."""
        check_is_fitted(self)
        texts = _texts(X)
        model = self.model_
        probability = model.probabilities(model.scores([encode_batch(texts)]))
        columns = (1 - probability, probability)
        return np.column_stack(columns if self.classes_[1] == self.boilerplate_ else columns[::-1])

    def predict(self, X: Sequence[str]) -> Any:
        """The likelier label of each text."""
        check_is_fitted(self)
        place = int(self.classes_[1] == self.boilerplate_)
        return self.classes_[np.where(self.predict_proba(X)[:, place] >= 0.5, place, 1 - place)]

    def save(self, folder: str | Path) -> None:
        """Write the model into a folder, as a JSON header and plain arrays; one that is there is replaced.

        Raises
        ------
        InputError
            The labels are neither numbers nor strings.
        """
        check_is_fitted(self)
        check_paths(folder=folder)
        # The second one is boilerplate.
        labels = sorted(self.classes_.tolist(), key=lambda label: bool(label == self.boilerplate_))
        if not all(isinstance(label, str | int | float | bool) for label in labels):
            raise InputError(f"labels {labels!r} cannot be written: use numbers or strings")
        self.model_.save(Path(folder), extra={"classes": labels, "C": self.C, "cv": self.cv})

    @classmethod
    def load(cls, folder: str | Path, *, encoder: Encoder | None = None) -> BoilerplateClassifier:
        """Read what `save` wrote.

        Parameters
        ----------
        folder : str or Path
            Where the model is.
        encoder : function, optional
            The encoder that it was fitted with, if it was fitted with one.

        Raises
        ------
        ModelError
            The files are missing, damaged, or of another scheme; or an encoder is missing, or one too many.
        """
        check_paths(folder=folder)
        check_callables(encoder=encoder)
        model, extra = BoilerplateModel.load_with_extra(Path(folder), ("classes", "C", "cv"), encoder)
        out = cls(C=extra["C"], cv=extra["cv"], encoder=encoder)
        out.classes_ = np.unique(extra["classes"])
        out.boilerplate_ = np.array(extra["classes"])[1]
        out.model_ = model
        return out

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_class = False
        return tags


def _place_of_boilerplate(labels: list[Any]) -> int:
    """Return which of two labels means boilerplate: the second, unless words say more; warn where they do not."""
    if not all(isinstance(label, str | bytes) for label in labels):
        if labels[1] != 1:
            warn_of_labels(*map(repr, labels))
        return 1
    words = [label.decode("utf-8", "replace") if isinstance(label, bytes) else label for label in labels]
    first, second = (word.strip().casefold() for word in words)
    said = {
        place
        for place, word, other in ((0, first, second), (1, second, first))
        if word in _BOILERPLATE or other in _CONTENT
    }
    if len(said) == 1:
        return said.pop()
    warn_of_labels(*map(repr, words))
    return 1


def _texts(X: Iterable[Any]) -> list[str]:
    texts = as_list("X", X)
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(f"element {number} of X is {type(text).__name__}, not str")
    return texts


def _calibrate(scores: Scores, labels: Labels, weights: Floats) -> Calibration:
    """A calibration as fine as there are lines for."""
    if np.bincount(labels).min() >= _ENOUGH_FOR_STEPS:
        return calibrate(scores.score, scores.length, labels, weights)
    column = (scores.score / (1 << FIXED_POINT)).reshape(-1, 1)
    curve = LogisticRegression(C=1e3).fit(column, labels, sample_weight=weights)
    # A curve that falls would say that the score means nothing; it is not followed.
    return logistic_calibration(max(float(curve.coef_[0, 0]), 0.05), float(curve.intercept_[0]))


def _fit_difference(matrix: Any, labels: Labels, weights: Floats, offset: Floats, strength: float) -> Linear:
    """Weights that, added to log-odds that are known, make labels likely; regularised towards nothing."""
    from scipy.optimize import minimize

    size = 2 * BUCKETS + SHAPES * SHAPE_VALUES
    used = np.unique(matrix.indices)
    own = matrix[:, used].astype(np.float64)
    sign = np.where(labels == 1, 1.0, -1.0)

    def loss(values: Floats) -> tuple[float, Floats]:
        margin = sign * (offset + own @ values[:-1] + values[-1])
        slope = -sign * weights / (1 + np.exp(np.clip(margin, -500, 500)))
        total = float((weights * np.logaddexp(0, -margin)).sum() * strength + values[:-1] @ values[:-1] / 2)
        gradient = np.append(own.T @ slope * strength + values[:-1], slope.sum() * strength)
        return total, gradient

    found = minimize(loss, np.zeros(len(used) + 1), jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS})
    coefficients = np.zeros(size)
    coefficients[used] = found.x[:-1]
    return quantised(coefficients, float(found.x[-1]))
