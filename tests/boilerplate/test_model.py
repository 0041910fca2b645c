"""Models: files, trees, categories; the reference against the native core."""

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels
from dedupe.boilerplate import arrays, categories, context, model, trees
from dedupe.boilerplate.arrays import LARGEST_SCALE
from dedupe.boilerplate.categories import CATEGORIES, CategoryModel, shipped_categories
from dedupe.boilerplate.context import ContextModel, shipped_context
from dedupe.boilerplate.model import BoilerplateModel, Scores, shipped_model
from dedupe.boilerplate.trees import Trees
from dedupe.errors import ModelError
from dedupe.kernels.records import BUCKETS, FIXED_POINT, PARTS, SHAPE_VALUES, SHAPES
from dedupe.kernels.reference import features
from dedupe.kernels.reference import trees as reference_trees
from dedupe.text.encode import encode_batch

texts = st.lists(
    st.one_of(st.text(max_size=60), st.sampled_from(["Accept all cookies", "© 2020 Foo. 東京", "É!"])), max_size=5
)
WIDTH = PARTS
native = pytest.mark.skipif(not kernels.native, reason="needs the native core")


@native
@given(texts)
def test_category_scores_agree(batch: list[str]) -> None:
    own = shipped_categories()
    flat = encode_batch(batch)
    assert np.array_equal(kernels.category_scores(flat, own), features.category_scores(flat, own))


@native
@given(st.lists(st.lists(st.integers(-(1 << 40), 1 << 40), min_size=WIDTH, max_size=WIDTH), max_size=8))
def test_tree_scores_agree(rows: list[list[int]]) -> None:
    matrix = np.array(rows, np.int64).reshape(-1, WIDTH)
    own = shipped_model().trees
    assert own is not None
    expected = reference_trees.tree_scores(matrix, own)
    assert np.array_equal(kernels.tree_scores(matrix, own), expected)
    assert np.array_equal(kernels.tree_scores(np.asfortranarray(matrix), own), expected)


def small_trees() -> Trees:
    narrow = [np.array(column, np.int32) for column in ([1, 0, 0], [1, 1, 2], [2, 1, 2], [0])]
    threshold, value = np.array([5, 0, 0], np.int64), np.array([0, 10, -20], np.int64)
    return Trees(narrow[0], threshold, narrow[1], narrow[2], value, narrow[3])


def test_trees_lead_to_leaves() -> None:
    found = kernels.tree_scores(np.array([[0, 5], [0, 6]], np.int64), small_trees())
    assert found.tolist() == [10, -20]


@pytest.mark.parametrize(
    ("field", "value"),
    [("column", [9, 0, 0]), ("right", [0, 1, 2]), ("right", [3, 1, 2]), ("roots", [3]), ("left", [1, 1])],
)
def test_damaged_trees_are_refused(field: str, value: list[int]) -> None:
    damaged = small_trees()._replace(**{field: np.array(value, np.int32)})
    with pytest.raises(ModelError):
        damaged.check(2)
    if kernels.native:
        with pytest.raises(ValueError, match="leads nowhere"):
            kernels.tree_scores(np.zeros((1, 2), np.int64), damaged)


def test_trees_of_scikit_learn_score_as_they_did() -> None:
    pytest.importorskip("sklearn")
    from sklearn.ensemble import HistGradientBoostingClassifier

    source = np.random.default_rng(1)
    values = source.integers(-1000, 1000, (600, 3))
    labels = (values[:, 0] + values[:, 1] > 100).astype(int)
    fitted = HistGradientBoostingClassifier(max_iter=20, early_stopping=False).fit(values.astype(float), labels)
    integer = kernels.tree_scores(values.astype(np.int64), trees.from_scikit_learn(fitted))
    assert np.abs(integer / (1 << FIXED_POINT) - fitted.decision_function(values.astype(float))).max() < 1e-4


def test_models_are_saved_and_loaded_unchanged(tmp_path: Path) -> None:
    for shipped in (shipped_model(), shipped_categories(), shipped_context()):
        shipped.save(tmp_path)
    assert (BoilerplateModel.load(tmp_path).linear.char_weights == shipped_model().linear.char_weights).all()
    assert BoilerplateModel.load(tmp_path).calibration == shipped_model().calibration
    assert (CategoryModel.load(tmp_path).char_weights == shipped_categories().char_weights).all()
    assert ContextModel.load(tmp_path).calibration == shipped_context().calibration


@pytest.mark.parametrize("name", ["text", "categories", "context"])
@pytest.mark.parametrize(
    "damage", ["digest", "scheme", "json", "short", "missing", "huge", "fields", "shape", "list"]
)
def test_a_damaged_model_is_refused(tmp_path: Path, name: str, damage: str) -> None:
    kinds = {"text": BoilerplateModel, "categories": CategoryModel, "context": ContextModel}
    shipped = {"text": shipped_model, "categories": shipped_categories, "context": shipped_context}[name]()
    shipped.save(tmp_path)
    header, data = tmp_path / f"{name}.json", tmp_path / f"{name}.bin"
    fields = json.loads(header.read_text())
    if damage == "digest":
        data.write_bytes(b"\x01" + data.read_bytes()[1:] if data.read_bytes()[0] != 1 else b"\x02")
    elif damage == "scheme":
        header.write_text(json.dumps({**fields, "scheme": "other"}))
    elif damage == "json":
        header.write_text("{")
    elif damage == "list":
        header.write_text("[1]")
    elif damage == "short":
        data.write_bytes(data.read_bytes()[:-4])
    elif damage == "missing":
        data.unlink()
    elif damage == "huge":
        header.write_text(" " * (arrays._HEADER_LIMIT + 1))
    elif damage == "fields":
        header.write_text(json.dumps({**fields, "fields": {}}))
    else:
        first = next(iter(fields["arrays"]))
        header.write_text(json.dumps({**fields, "arrays": {**fields["arrays"], first: ["int8", 1 << 40]}}))
    with pytest.raises(ModelError):
        kinds[name].load(tmp_path)


@pytest.mark.parametrize("scale", [1 << 41, -(1 << 70), 1.5, None])
@pytest.mark.parametrize("which", ["char_scale", "word_scale"])
def test_a_scale_by_which_scores_overflow_is_refused(tmp_path: Path, which: str, scale: object) -> None:
    for shipped, name in ((shipped_model(), "text"), (shipped_categories(), "categories")):
        shipped.save(tmp_path)
        header = tmp_path / f"{name}.json"
        fields = json.loads(header.read_text())
        fields["fields"][which] = scale
        header.write_text(json.dumps(fields))
        with pytest.raises(ModelError):
            type(shipped).load(tmp_path)


@native
@given(texts)
def test_scores_of_the_largest_scale_agree(batch: list[str]) -> None:
    weights = np.full(BUCKETS, 127, np.int8)
    shapes = np.zeros(SHAPES * SHAPE_VALUES, np.int32)
    flat, scales = encode_batch(batch), (LARGEST_SCALE, -LARGEST_SCALE)
    own = (flat, (weights, weights, shapes, *scales))
    assert np.array_equal(kernels.boilerplate_scores(*own), features.boilerplate_scores(*own))


def test_probabilities_rise_with_the_score() -> None:
    scores = np.arange(-9 << 20, 9 << 20, 1 << 16, dtype=np.int64)
    for length in (10, 100, 1000):
        lengths = np.full(len(scores), length)
        curve = shipped_model().probabilities(Scores(scores, scores, lengths, scores))
        assert (np.diff(curve) >= 0).all()
        assert 0 < curve[0] < 0.5 < curve[-1] < 1
    assert model.calibrated(
        shipped_model().calibration, np.array([-(1 << 60), 1 << 60]), np.array([1, 1])
    ).shape == (2,)


def test_the_shipped_models_are_small_and_have_a_card() -> None:
    folder = Path(model.__file__).with_name("model")
    assert (folder / "text.bin").stat().st_size + (folder / "text.json").stat().st_size < 3 << 20
    assert (folder / "categories.bin").stat().st_size < 1 << 20
    assert sum(path.stat().st_size for path in folder.iterdir()) < 4_000_000
    assert "licence" in (folder / "README.md").read_text().lower()


def test_every_category_has_a_meaning() -> None:
    assert tuple(categories.MEANINGS) == CATEGORIES


def test_features_of_neighbours_stay_in_their_document() -> None:
    columns = [1, -2, 3, 40], [0] * 4, [10, 600, 10, 10], [52, 1, 0, -9]
    scores = Scores(*(np.array(column, np.int64) for column in columns))
    found = context.context_features(np.array([0, 0, 0, 1]), scores)
    column = dict(zip(context.AROUND, found.T.tolist(), strict=True))
    assert column["score_-1"] == [0, 1, -2, 0]
    assert column["score_+2"] == [3, 0, 0, 0]
    assert column["length_+1"] == [600, 10, 0, 0]
    # The first has ten letters to say it with, the second five hundred that count.
    assert column["manual_document"] == [(520 + 500) // 520] * 3 + [-9]
    assert column["mean_before"] == [0, 1, -1, 0]
    assert column["mean_document"] == [0, 0, 0, 40]
    assert (column["from_start"], column["from_end"], column["units"]) == ([0, 1, 2, 0], [2, 1, 0, 0], [3, 3, 3, 1])
    assert (column["content_before"], column["content_after"]) == ([0, 0, 1, 0], [1, 0, 0, 0])
    assert (column["to_content_before"], column["to_content_after"]) == ([50, 50, 1, 50], [1, 50, 50, 50])
    empty = np.zeros(0, np.int64)
    assert context.context_features(empty, Scores(empty, empty, empty, empty)).shape == (0, len(context.AROUND))


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 1 << 32).map(Random))
def test_context_features_of_some_units_are_those_of_all(sizes: list[int], random: Random) -> None:
    document = np.repeat(np.arange(len(sizes)), sizes)
    count = len(document)
    scores = Scores(*(np.array(random.choices(range(-999, 999), k=count), np.int64) for _ in Scores._fields))
    chosen = np.array(sorted(random.sample(range(count), random.randint(0, count))), np.int64)
    known = context.context_features(document, scores)
    assert context.context_features(document, scores, chosen).tolist() == known[chosen].tolist()


def test_recurrence_counts_other_documents() -> None:
    lines = ["Page 3 of 17", "Once only", "page 11 of 2!", "Page 3 of 17", "x 1", "y 1", ""]
    keys = kernels.recurrence_keys(encode_batch(lines))
    assert len(set(keys.tolist())) == 5
    assert keys[0] == keys[2] == keys[3]
    document = np.array([0, 0, 1, 1, 2, 2, 2])
    found = context.recurrence_features(keys, document, ["a", "a", None])
    assert found.T.tolist() == [
        [1, 0, 1, 1, 0, 0, 0],
        [2, 2, 2, 2, 0, 0, 0],
        [1, 0, 1, 1, 0, 0, 0],
        [0, 0, 1, 1, 0, 0, 0],
    ]
    assert context.recurrence_features(keys, document, None)[:, :2].max() == 0
    assert context.recurrence_features(keys[:0], document[:0], []).shape == (0, 4)
