"""Transformers as scikit-learn uses them."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install 'dedupe-text[train]'")
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union

from dedupe.errors import InputError
from dedupe.integrations.sklearn import BoilerplateRemover, QualitySignals
from dedupe.quality.signals import MEANINGS

PROMPT = "Subscribe now for unlimited access!"
TEXTS = ["The river rose overnight.", "The council met on Monday.", "Dogs bark.", "Rain fell all week."]


def test_a_pipeline_learns_from_what_is_left() -> None:
    marked = [f"{text}\n\n{PROMPT}" for text in TEXTS]
    plain, cleaned = (
        make_pipeline(*first, TfidfVectorizer()).fit(marked) for first in ([], [BoilerplateRemover()])
    )
    assert "subscribe" in plain[-1].vocabulary_
    assert "subscribe" not in cleaned[-1].vocabulary_
    assert cleaned[0].transform(marked) == TEXTS


def test_parameters_are_searched_and_cloned() -> None:
    pipeline = make_pipeline(
        BoilerplateRemover(), make_union(TfidfVectorizer(), QualitySignals()), LogisticRegression(max_iter=1000)
    )
    search = GridSearchCV(pipeline, {"boilerplateremover__threshold": [0.8, 0.9]}, cv=2)
    search.fit([*TEXTS, *(text.upper() for text in TEXTS)], [0] * 4 + [1] * 4)
    assert len(search.predict(TEXTS)) == 4
    assert clone(BoilerplateRemover(0.6)).get_params() == {"threshold": 0.6}
    with pytest.raises(InputError):
        BoilerplateRemover(threshold=7).fit_transform(TEXTS)


def test_signals_have_names_and_no_gaps() -> None:
    found = QualitySignals().set_output(transform="default").fit_transform([*TEXTS, "", "\ud800"])
    assert found.shape == (6, len(MEANINGS)) and np.isfinite(found).all()
    assert QualitySignals().get_feature_names_out().tolist() == list(MEANINGS)


def test_columns_of_frames() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"body": [f"{text}\n\n{PROMPT}" for text in TEXTS], "n": range(4)})
    columns = ColumnTransformer([("words", make_pipeline(BoilerplateRemover(), TfidfVectorizer()), "body")])
    assert columns.fit_transform(frame).shape[0] == 4
    assert not any("subscribe" in name for name in columns.get_feature_names_out())


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_texts_stay_texts_whatever_transformers_put_out(kind: str) -> None:
    pytest.importorskip(kind)
    with config_context(transform_output=kind):
        pipeline = make_pipeline(BoilerplateRemover(), CountVectorizer())
        assert pipeline.fit_transform(TEXTS).shape[0] == len(TEXTS)
        signals = QualitySignals().fit_transform(TEXTS)
    assert (list(signals.columns), len(signals)) == (list(MEANINGS), len(TEXTS))
