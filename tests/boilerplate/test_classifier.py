"""The estimator: taught from nothing, taught from the shipped model, saved and loaded."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dedupe import kernels, score_boilerplate
from dedupe.errors import InputError, ModelError, OutputError

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install 'dedupe-text[train]'")
from dedupe.boilerplate.classifier import BoilerplateClassifier

# A house style that the shipped model does not know: signatures of a mailing list.
SIGNATURES = [
    f"-- {name} :: Hut {number} :: over and out" for number, name in enumerate(["ann", "bo", "cy", "di"] * 10)
]
LETTERS = [
    f"The {thing} was repaired on day {number}, said the keeper."
    for number, thing in enumerate(["pump", "roof"] * 20)
]


@pytest.fixture(scope="module")
def lines() -> tuple[list[str], list[int]]:
    return [*SIGNATURES, *LETTERS], [1] * 40 + [0] * 40


@pytest.fixture(scope="module")
def from_nothing(lines: tuple[list[str], list[int]]) -> BoilerplateClassifier:
    return BoilerplateClassifier().fit(*lines)


@pytest.mark.parametrize("warm", [False, True])
def test_it_learns_from_lines(
    lines: tuple[list[str], list[int]], from_nothing: BoilerplateClassifier, warm: bool
) -> None:
    taught = BoilerplateClassifier().fit(*lines, warm_start=True) if warm else from_nothing
    new = ["-- flo :: Hut 77 :: over and out", "The wall was painted on day 99, said the keeper."]
    probability = taught.predict_proba(new)
    assert probability.shape == (2, 2)
    assert np.allclose(probability.sum(axis=1), 1)
    assert probability[0, 1] > 0.8
    assert probability[1, 1] < 0.2
    assert taught.predict(new).tolist() == [1, 0]


def test_what_was_taught_is_added_to_what_the_shipped_model_knows(lines: tuple[list[str], list[int]]) -> None:
    taught = BoilerplateClassifier(C=1.0).fit(*lines, warm_start=True)
    known = ["Sign up for our newsletter!", "Les députés ont rejeté la proposition au petit matin."]
    assert taught.predict(known).tolist() == [1, 0]
    assert (
        score_boilerplate([SIGNATURES[0]])[0].evidence
        < score_boilerplate([SIGNATURES[0]], model=taught)[0].evidence
    )


def test_labels_may_be_words(lines: tuple[list[str], list[int]]) -> None:
    texts, labels = lines
    taught = BoilerplateClassifier(cv=2).fit(texts, np.array(["content", "trash"])[labels])
    assert taught.classes_.tolist() == ["content", "trash"]
    assert set(taught.predict(texts[:2])) == {"trash"}


@pytest.mark.parametrize("warm", [False, True])
def test_it_is_saved_and_loaded(lines: tuple[list[str], list[int]], tmp_path: Path, warm: bool) -> None:
    taught = BoilerplateClassifier(cv=4).fit(*lines, warm_start=warm)
    taught.save(tmp_path / "own")
    again = BoilerplateClassifier.load(tmp_path / "own")
    texts = [*lines[0], "Accept all cookies"]
    assert np.array_equal(again.predict_proba(texts), taught.predict_proba(texts))
    assert (again.cv, again.classes_.tolist()) == (4, [0, 1])
    assert score_boilerplate(texts, model=tmp_path / "own")[0] == score_boilerplate(texts, model=taught)[0]
    header = tmp_path / "own" / "text.json"
    fields = json.loads(header.read_text())
    del fields["fields"]["classes"]
    header.write_text(json.dumps(fields))
    with pytest.raises(ModelError):
        BoilerplateClassifier.load(tmp_path / "own")


def test_scoring_with_a_saved_model_needs_no_scikit_learn(
    from_nothing: BoilerplateClassifier, tmp_path: Path
) -> None:
    from_nothing.save(tmp_path)
    score = f"dedupe.score_boilerplate(['a'], model={str(tmp_path)!r})"
    code = f"import sys, dedupe; {score}; print('sklearn' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_few_lines_are_not_calibrated_but_accepted() -> None:
    taught = BoilerplateClassifier().fit(["Buy now", "The river rose."], [1, 0], sample_weight=[1, 2])
    assert taught.predict(["Buy now"]).tolist() == [1]


def test_bad_lines_are_refused(from_nothing: BoilerplateClassifier) -> None:
    with pytest.raises(InputError, match="is no list"):
        BoilerplateClassifier().fit("abc", [1, 0, 1])
    with pytest.raises(InputError, match="element 1"):
        BoilerplateClassifier().fit(["a", 3], [1, 0])  # type: ignore[list-item]
    with pytest.raises(InputError, match="1 kinds"):
        BoilerplateClassifier().fit(["a", "b"], [1, 1])
    with pytest.raises(InputError, match="2 labels"):
        BoilerplateClassifier().fit(["a", "b", "c"], [1, 0])
    with pytest.raises(InputError, match="sample_weight"):
        BoilerplateClassifier().fit(["a", "b"], [1, 0], sample_weight=[1])
    with pytest.raises(InputError, match="cv"):
        BoilerplateClassifier(cv=1).fit(["a", "b"], [1, 0])
    with pytest.raises(ModelError, match="fit"):
        score_boilerplate(["a"], model=BoilerplateClassifier())
    with pytest.raises(InputError, match="context"):
        score_boilerplate(["a"], unit="paragraph", context=True, model=from_nothing)


def test_it_keeps_the_rules_of_scikit_learn(lines: tuple[list[str], list[int]]) -> None:
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError, SkipTestWarning
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import Pipeline
    from sklearn.utils.estimator_checks import check_estimator

    with pytest.warns(SkipTestWarning):
        check_estimator(BoilerplateClassifier())
    assert clone(BoilerplateClassifier(C=2.0)).get_params() == {"C": 2.0, "cv": 5, "encoder": None}
    with pytest.raises(NotFittedError):
        BoilerplateClassifier().predict(["a"])
    assert cross_val_score(BoilerplateClassifier(cv=2), *lines, cv=2).min() > 0.9
    assert Pipeline([("own", BoilerplateClassifier())]).fit(*lines).predict(LETTERS[:1]).tolist() == [0]


def test_integer_scores_are_those_of_the_regression(lines: tuple[list[str], list[int]]) -> None:
    """On the same quantised weights the probability is scikit-learn's to a millionth."""
    from sklearn.linear_model import LogisticRegression

    from dedupe.boilerplate import fit
    from dedupe.kernels.records import FIXED_POINT, SCALE_BITS
    from dedupe.text.encode import encode_batch

    texts, labels = lines
    matrix = fit.feature_matrix(texts)
    linear = fit.fit_linear(matrix, np.array(labels), np.ones(len(texts)), 3.0)
    unit = 1 / (1 << FIXED_POINT + SCALE_BITS)
    weights = [linear.char_weights * (linear.char_scale * unit), linear.word_weights * (linear.word_scale * unit)]
    shapes = linear.shape_weights / (1 << FIXED_POINT) / fit.SHAPE_FACTOR
    regression = LogisticRegression()
    regression.classes_ = np.array([0, 1])
    regression.coef_ = np.concatenate([*weights, shapes]).reshape(1, -1)
    regression.intercept_ = np.zeros(1)
    theirs = regression.predict_proba(fit.feature_matrix(texts, np.float64))[:, 1]
    score = kernels.boilerplate_scores(encode_batch(texts), linear)[:, :3].sum(axis=1) / (1 << FIXED_POINT)
    assert np.abs(1 / (1 + np.exp(-score)) - theirs).max() < 1e-6


def vectors(texts: list[str]) -> np.ndarray:
    """An encoder that knows which texts are about huts."""
    return np.array([["hut" in text, len(text) / 100] for text in texts], np.float64)


def test_an_encoder_adds_what_it_knows(tmp_path: Path) -> None:
    made = random.Random(3)
    lines = ["".join(made.choices("abcdefgi ", k=30)) + made.choice(["hut", "hat"]) for _ in range(120)]
    labels = [int("hut" in line) for line in lines]
    held_out = ["zzz hut", "zzz hat", "qqq hut", "qqq hat"]
    taught = BoilerplateClassifier(encoder=vectors).fit(lines, labels)
    assert taught.predict(held_out).tolist() == [1, 0, 1, 0]
    scores = score_boilerplate(held_out, model=taught)
    assert scores.probability.tolist() == taught.predict_proba(held_out)[:, 1].tolist()
    taught.save(tmp_path)
    assert b"vectors" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    with pytest.raises(ModelError, match="encoder"):
        BoilerplateClassifier.load(tmp_path)
    with pytest.raises(ModelError, match="encoder"):
        score_boilerplate(held_out, model=tmp_path)
    again = BoilerplateClassifier.load(tmp_path, encoder=vectors)
    assert again.predict_proba(held_out).tolist() == taught.predict_proba(held_out).tolist()
    assert score_boilerplate([], model=again).verdicts() == []
    with pytest.raises(ModelError, match="fitted with"):
        BoilerplateClassifier.load(tmp_path, encoder=lambda texts: np.ones((len(texts), 3))).predict(held_out)


@pytest.mark.parametrize(
    "wrong", [lambda texts: None, lambda texts: [1.0] * len(texts), lambda texts: np.full((len(texts), 2), np.nan)]
)
def test_an_encoder_that_gives_no_vectors_is_named(wrong: Any) -> None:
    with pytest.raises(ModelError, match="encoder"):
        BoilerplateClassifier(encoder=wrong).fit(["one line", "another line"] * 20, [0, 1] * 20)


def test_an_encoder_that_does_not_fit_the_model_is_named(tmp_path: Path) -> None:
    lines, labels = ["about a hut", "about a house"] * 40, [1, 0] * 40
    BoilerplateClassifier(encoder=vectors).fit(lines, labels).save(tmp_path / "with")
    huge = BoilerplateClassifier.load(tmp_path / "with", encoder=lambda texts: np.full((len(texts), 2), 1e40))
    with pytest.raises(ModelError, match=r"as large as 1e\+40"):
        huge.predict(lines)
    BoilerplateClassifier().fit(lines, labels).save(tmp_path / "without")
    with pytest.raises(ModelError, match="without an encoder"):
        BoilerplateClassifier.load(tmp_path / "without", encoder=vectors)


def test_an_encoder_needs_lines() -> None:
    with pytest.raises(InputError, match="encoder"):
        BoilerplateClassifier(encoder=vectors).fit(["one line", "another line"], [0, 1])


@pytest.mark.parametrize(
    ("content", "boilerplate"),
    [("content", "boilerplate"), ("text", "boilerplate"), ("content", "ad"), ("Content", "Boilerplate"),
     ("ham", "spam"), ("no", "yes"), ("0", "1"), (0, 1), (-1, 1), (False, True)],
)  # fmt: skip
def test_labels_say_what_is_boilerplate(tmp_path: Path, content: Any, boilerplate: Any) -> None:
    lines = ["Subscribe now for more!", "The river rose overnight."] * 20
    for warm_start in (False, True):
        taught = BoilerplateClassifier().fit(lines, [boilerplate, content] * 20, warm_start=warm_start)
        assert taught.classes_.tolist() == sorted([content, boilerplate]) and taught.boilerplate_ == boilerplate
        assert np.take(taught.classes_, taught.predict_proba(lines[:2]).argmax(axis=1)).tolist() == [
            boilerplate,
            content,
        ]
        assert taught.predict(lines[:2]).tolist() == [boilerplate, content]
        assert score_boilerplate(lines[:2], model=taught).verdicts(0.5) == ["boilerplate", "content"]
        taught.save(tmp_path)
        loaded = BoilerplateClassifier.load(tmp_path)
        assert loaded.predict(lines[:2]).tolist() == [boilerplate, content] and loaded.boilerplate_ == boilerplate


def test_labels_that_do_not_say_are_told() -> None:
    with pytest.warns(UserWarning, match="'text' is taken for boilerplate and 'ad' for content: give 1 and 0"):
        BoilerplateClassifier().fit(["Subscribe now for more!", "The river rose."] * 2, ["ad", "text"] * 2)


def test_numbers_that_do_not_say_are_told() -> None:
    with pytest.warns(UserWarning, match="2 is taken for boilerplate and 1 for content: give 1 and 0"):
        BoilerplateClassifier().fit(["Subscribe now for more!", "The river rose."] * 2, [2, 1] * 2)


def test_metrics_of_scikit_learn_know_the_labels(lines: tuple[list[str], list[int]]) -> None:
    from sklearn.model_selection import cross_val_score

    words = ["boilerplate" if label else "content" for label in lines[1]]
    for labels in (words, np.array(words), pd.Series(words), pa.array(words)):
        assert cross_val_score(BoilerplateClassifier(cv=2), lines[0], labels, cv=2, scoring="roc_auc").min() > 0.9


@pytest.mark.parametrize("labels", [("boilerplate", "spam"), ("content", "ham")])
def test_labels_that_say_the_same_are_told(labels: tuple[str, str]) -> None:
    with pytest.warns(UserWarning, match=f"'{labels[1]}' is taken for boilerplate and '{labels[0]}' for content"):
        BoilerplateClassifier().fit(["Subscribe now for more!", "The river rose."] * 2, list(labels) * 2)


def test_a_model_is_saved_over_a_model_and_nothing_else(tmp_path: Path, lines: tuple[list[str], list[int]]) -> None:
    taught = BoilerplateClassifier().fit(*lines)
    taught.save(tmp_path / "model")
    taught.save(tmp_path / "model")
    (tmp_path / "text.json").write_text('{"my": "notes"}')
    with pytest.raises(OutputError, match=r"holds text.json, which is no model"):
        taught.save(tmp_path)
    assert (tmp_path / "text.json").read_text() == '{"my": "notes"}' and not (tmp_path / "text.bin").exists()
