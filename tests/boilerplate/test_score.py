import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from dedupe import score_boilerplate
from dedupe.boilerplate import model as model_module
from dedupe.boilerplate.features import read_stream
from dedupe.boilerplate.model import BoilerplateModel, shipped_model
from dedupe.errors import ModelError

PROMPTS = [
    "Sign up for our weekly newsletter and never miss a story.",
    "We use cookies to personalise content. Accept all cookies or manage your settings.",
    "Follow us on Facebook, Twitter and Instagram!",
    "Recevez notre newsletter : inscrivez-vous gratuitement.",
    "Folgen Sie uns auf Facebook und abonnieren Sie unseren Newsletter.",
    "Suscríbete a nuestro boletín y síguenos en Twitter.",
]
CONTENT = [
    "The committee will meet again in March to discuss the budget for next year.",
    "Le fleuve a débordé dans la nuit et plusieurs villages ont été évacués.",
    "Die Regierung kündigte an, die Steuern im kommenden Jahr zu senken.",
    "Los científicos descubrieron una nueva especie de rana en la selva.",
    "Her first novel sold two million copies and was translated into nine languages.",
    "North Africa",
    "What happened next",
]


def test_prompts_are_boilerplate_and_sentences_are_not() -> None:
    scores = score_boilerplate([*PROMPTS, *CONTENT])
    verdicts = scores.verdicts()
    assert verdicts[: len(PROMPTS)] == ["boilerplate"] * len(PROMPTS)
    assert "boilerplate" not in verdicts[len(PROMPTS) :]
    assert all(v == "content" for v, text in zip(verdicts[len(PROMPTS) :], CONTENT, strict=True) if "." in text)


def test_elements_of_a_list_are_independent() -> None:
    together = score_boilerplate([*PROMPTS, *CONTENT])
    alone = [score_boilerplate([text])[0] for text in [*PROMPTS, *CONTENT]]
    assert [s.boilerplate for s in together] == [s.boilerplate for s in alone]


def test_units_are_scored_with_their_places() -> None:
    text = f"{CONTENT[0]}\n{PROMPTS[0]}"
    scores = score_boilerplate({"a": text}, unit="paragraph")
    assert [(s.id, text[s.start : s.end]) for s in scores] == [("a", CONTENT[0]), ("a", PROMPTS[0])]
    assert all(s.category is None for s in scores)
    assert scores.to_arrow().column_names == ["id", "start", "end", "boilerplate", "evidence", "category"]


def test_any_text_has_a_probability() -> None:
    scores = score_boilerplate(["", " ", "\x00", "\ud800", "a" * 100_000, "©" * 1000, "1 2 3"])
    assert ((scores.probability > 0) & (scores.probability < 1)).all()


def test_a_text_is_read_folded_and_framed() -> None:
    stream = read_stream("  Été 25!")
    assert "".join(map(chr, stream.points)) == "\x02ete 00!\x03"
    assert ["".join(map(chr, word)) for word in stream.words] == ["ete", "00"]


def test_probabilities_rise_with_the_score() -> None:
    model = shipped_model()
    scores = np.arange(-9 << 16, 9 << 16, 1 << 12, dtype=np.int64)
    for length in (10, 100, 1000):
        curve = model.probabilities(scores, np.full(len(scores), length))
        assert (np.diff(curve) >= 0).all()
        assert 0 < curve[0] < 0.5 < curve[-1] < 1


def test_a_model_is_saved_and_loaded_unchanged(tmp_path: Path) -> None:
    shipped_model().save(tmp_path)
    copy = BoilerplateModel.load(tmp_path)
    assert (copy.char_weights == shipped_model().char_weights).all()
    assert copy.calibration == shipped_model().calibration


@pytest.mark.parametrize("damage", ["digest", "scheme", "json", "short", "missing", "huge", "calibration"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: str) -> None:
    shipped_model().save(tmp_path)
    header, weights = tmp_path / "model.json", tmp_path / "weights.bin"
    fields = json.loads(header.read_text())
    if damage == "digest":
        weights.write_bytes(b"\x01" + weights.read_bytes()[1:])
    elif damage == "scheme":
        header.write_text(json.dumps({**fields, "scheme": "other"}))
    elif damage == "json":
        header.write_text("{")
    elif damage == "short":
        weights.write_bytes(weights.read_bytes()[:-4])
    elif damage == "missing":
        weights.unlink()
    elif damage == "huge":
        header.write_text(" " * (model_module._HEADER_LIMIT + 1))
    else:
        header.write_text(json.dumps({**fields, "calibration": [[1]]}))
    with pytest.raises(ModelError):
        BoilerplateModel.load(tmp_path)


def test_the_shipped_model_is_small_and_has_a_card() -> None:
    folder = Path(model_module.__file__).with_name("model")
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000
    assert "licence" in (folder / "README.md").read_text().lower()


def test_scoring_imports_no_scikit_learn() -> None:
    import subprocess
    import sys

    code = "import sys, dedupe; dedupe.score_boilerplate(['Accept all cookies']); print('sklearn' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_training_makes_a_model_that_scores_like_scikit_learn(tmp_path: Path) -> None:
    """A tiny corpus: the script runs, and integer scores rank as the regression's do."""
    pytest.importorskip("scipy")
    from dedupe.boilerplate import train
    from dedupe.text.encode import encode_batch

    filler = " and so on and on, for as long as anybody cares to listen to it, which is seldom long"
    rows = [
        {
            "text": f"{text} {i}{filler * (i % 3)}",
            "label": label,
            "lang": "en",
            "site": f"site{i % 13}.org",
            "source": "made",
        }
        for label, texts in ((1, PROMPTS), (0, CONTENT))
        for text in texts
        for i in range(30)
    ]
    data = tmp_path / "rows.jsonl"
    data.write_text("\n".join(json.dumps(row) for row in rows))
    train.main([str(data), "--output", str(tmp_path / "model")])
    model = BoilerplateModel.load(tmp_path / "model")
    report = json.loads((tmp_path / "model" / "report.json").read_text())
    assert report["all"]["auc"] > 0.95
    texts = [row["text"] for row in rows]
    from sklearn.linear_model import LogisticRegression

    labels = np.array([row["label"] for row in rows])
    matrix = train.feature_matrix(texts)
    regression = LogisticRegression(C=train.INVERSE_REGULARISATION, max_iter=300, tol=1e-3).fit(matrix, labels)
    quantised = train._fit(matrix, labels, np.ones(len(labels)))
    exact = regression.decision_function(matrix)
    integer = train._score(quantised, texts) / (1 << 16)
    assert np.abs(exact - integer).max() < 0.15
    assert len(encode_batch(texts)) == len(texts)
    shutil.rmtree(tmp_path / "model")
    assert model.char_scale > 0
