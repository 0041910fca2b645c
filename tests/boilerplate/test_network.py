"""The network of the text model: its integers against plain arithmetic, its files, fitting, and manuals."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels
from dedupe.boilerplate.arrays import load_arrays, save_arrays
from dedupe.boilerplate.context import AROUND, Mix
from dedupe.boilerplate.fit import feature_matrix
from dedupe.boilerplate.model import MODEL_SCHEME, BoilerplateModel, Network, shipped_model
from dedupe.errors import ModelError
from dedupe.kernels.records import (
    BUCKET_BITS,
    COLUMNS,
    FIXED_POINT,
    KICKER,
    LARGEST_NETWORK_SCALE,
    LARGEST_WEIGHT,
    NETWORK_BITS,
    SCALE_BITS,
)
from dedupe.text.encode import encode_batch

texts = st.lists(
    st.one_of(st.text(max_size=80), st.sampled_from(["Accept all cookies", "© 2020 Foo. 東京", "foo_bar(x)"])),
    min_size=1,
    max_size=5,
)


def shipped_network() -> Network:
    network = shipped_model().network
    assert network is not None
    return network


@given(texts)
def test_the_integers_are_near_plain_arithmetic(batch: list[str]) -> None:
    network, flat = shipped_network(), encode_batch(batch)
    found = kernels.network_scores(flat, shipped_model().linear, network)
    assert np.array_equal(found[:, :COLUMNS], kernels.boilerplate_scores(flat, shipped_model().linear))
    features = kernels.boilerplate_features(flat)
    unit = 1 << NETWORK_BITS
    for i in range(len(batch)):
        vector = np.zeros(network.hidden.shape[0] - 1)
        for buckets, offsets, vectors, scale in (
            (features[0], features[1], network.char_vectors, network.char_scale),
            (features[2], features[3], network.word_vectors, network.word_scale),
        ):
            own = buckets[offsets[i] : offsets[i + 1]] >> (BUCKET_BITS - len(vectors).bit_length() + 1)
            root = np.sqrt(max(len(own), 1))
            vector += vectors[own].sum(axis=0) * (scale / (1 << FIXED_POINT + SCALE_BITS)) / root
        cells = np.maximum(vector @ (network.hidden[:-1] / unit) + network.hidden[-1] / unit**2, 0)
        expected = cells @ (network.output[:-1] / unit) + network.output[-1] / unit**2
        assert np.allclose(found[i, COLUMNS:KICKER] / (1 << FIXED_POINT), expected, atol=0.05)


def test_a_network_is_saved_and_loaded_unchanged(tmp_path: Path) -> None:
    shipped_model().save(tmp_path)
    again, batch = BoilerplateModel.load(tmp_path), encode_batch(["Subscribe now!", "def foo(): pass"])
    assert np.array_equal(again.parts(batch), shipped_model().parts(batch))
    assert [*map(list, again.scores([batch]))] == [*map(list, shipped_model().scores([batch]))]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("network_char_vectors", lambda array: array[:-1]),
        ("network_word_vectors", lambda array: array[:, :-1]),
        ("network_word_vectors", lambda array: array.astype(np.int32)),
        ("network_word_vectors", lambda array: array[:0]),
        ("network_word_vectors", lambda array: np.zeros((1 << 19, array.shape[1]), np.int8)),
        ("network_hidden", lambda array: array[:-1]),
        ("network_hidden", lambda array: np.maximum(array, LARGEST_WEIGHT + 1)),
        ("network_output", lambda array: np.full_like(array, -(1 << 31))),
        ("char_scale", lambda _: LARGEST_NETWORK_SCALE + 1),
        ("word_scale", lambda _: 0.5),
        ("word_scale", lambda _: None),
    ],
)
def test_a_damaged_network_is_refused(tmp_path: Path, name: str, change: object) -> None:
    assert callable(change)
    shipped_model().save(tmp_path)
    fields, arrays = load_arrays(tmp_path, "text", MODEL_SCHEME)
    if name in arrays:
        arrays[name] = change(arrays[name])
    else:
        fields["network"][name] = change(fields["network"][name])
    save_arrays(tmp_path, "text", MODEL_SCHEME, fields, arrays)
    with pytest.raises(ModelError, match="again"):
        BoilerplateModel.load(tmp_path)


def test_kernels_refuse_a_network_of_another_size() -> None:
    batch, linear, network = encode_batch(["a b"]), shipped_model().linear, shipped_network()
    for wrong in (
        network._replace(char_vectors=network.char_vectors[:3]),
        network._replace(hidden=network.hidden[1:]),
        network._replace(output=network.output * 0 + (1 << 30)),
        network._replace(word_scale=1 << 40),
    ):
        with pytest.raises(ValueError, match="network"):
            kernels.network_scores(batch, linear, wrong)


def test_a_model_without_a_network_says_nothing_of_manuals() -> None:
    plain = BoilerplateModel(shipped_model().linear, None, shipped_model().calibration)
    batch = encode_batch(["foo_bar(x)", "Subscribe"])
    assert plain.scores([batch]).manual.tolist() == [0, 0]
    taught = BoilerplateModel(plain.linear, None, plain.calibration, shipped_model())
    assert np.array_equal(taught.scores([batch]).manual, shipped_model().scores([batch]).manual)


def test_what_comes_back_in_manuals_is_no_boilerplate_for_that() -> None:
    mix = Mix(1 << 12, 0, (5, 6, 7), (8,), -(1 << 40))
    often = np.array([[9, 20, 9, 0]] * 2)
    found = mix.combine(np.array([1, 1]), np.array([0, 0]), often, np.array([-3, 3]))
    assert found.tolist() == [1 + 5 + 6 + 7, 1]
    assert "manual_document" in AROUND


def test_a_network_learns_what_it_is_asked_the_same_way_each_time() -> None:
    pytest.importorskip("sklearn")
    from tools.fit_network import fit_network

    words = ["alpha", "beta", "gamma", "delta"]
    lines = [f"{words[i % 4]} {words[i // 4 % 4]} {i}" for i in range(8000)]
    asked = np.array([(i % 4 < 2) == (i // 4 % 4 < 2) for i in range(8000)], np.float32)
    truth = np.column_stack((asked, 1 - asked, asked))
    matrix = feature_matrix(lines)
    network, again = (fit_network(matrix, truth, np.ones_like(truth)) for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(network, again, strict=True))
    found = kernels.network_scores(encode_batch(lines), shipped_model().linear, network)[:, COLUMNS:KICKER]
    assert ((found > 0) == (truth > 0)).mean() > 0.8


def test_manuals_are_read_with_how_many_hold_a_block(tmp_path: Path) -> None:
    from tools.manuals import is_rare, manual_rows, read_manuals, some_of_each

    documents = [f"Next\n\nfunction_{i}()\n\nShared by two\n\n{i}" for i in range(2)] + ["Next\n\nIts own"]
    path = tmp_path / "manuals.jsonl"
    path.write_text("".join(json.dumps({"site": "m", "text": text}) + "\n" for text in documents))
    manuals = read_manuals(path)
    holders = {block["text"]: block["holders"] for page in manuals for block in page["blocks"]}
    assert (holders["Next"], holders["Shared by two"], holders["Its own"]) == (3, 2, 1)
    assert [is_rare(block) for block in manuals[0]["blocks"]] == [False, True, True, True]
    # Digits are masked: the names of both functions are one text.
    assert [row["text"] for row in manual_rows(manuals)] == ["Its own"]
    assert some_of_each(manuals) == manuals
