"""Published vectors: a fingerprint may not change with Python, platform or version."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dedupe import kernels
from dedupe.text.encode import byte_to_point, encode_batch
from dedupe.text.hashing import hash_token, hash_tokens, permutations
from dedupe.text.tables import FOLD_V1

VECTORS = Path(__file__).parents[1] / "vectors"


def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_text("ascii"))


@pytest.mark.parametrize("name", ["minhash-v1.json", "fold-v2.json", "scores-fold-v1.json"])
def test_the_published_vectors_are_what_is_made(name: str) -> None:
    made = runpy.run_path(str(VECTORS / "make.py"))["FILES"][name]()
    assert made == vectors(name)


def test_the_kernels_in_use_give_the_published_folds() -> None:
    for row in vectors("fold-v2.json"):
        flat = encode_batch([row["text"]])
        places = kernels.tokenize(flat)[1:3]
        starts, ends = (byte_to_point(flat.raw(0), own).tolist() for own in places)
        tokens = [token for token, _, _ in row["tokens"]]
        assert [list(place) for place in zip(starts, ends, strict=True)] == [place for _, *place in row["tokens"]]
        assert kernels.fold_bytes(flat)[0].tobytes().decode() == " ".join(tokens)
        assert kernels.fold_bytes(flat, FOLD_V1)[0].tobytes().decode() == row["fold-v1"]


def test_the_kernels_in_use_give_the_published_vectors() -> None:
    for row in vectors("minhash-v1.json"):
        flat = encode_batch([row["text"]])
        signature, fingerprint = kernels.sign(flat, 0, 3, 8)
        assert [f"{v:x}" for v in signature[0].tolist()] == row["signature"], row["text"]
        assert f"{int(fingerprint[0]):x}" == row["fingerprint"][0], row["text"]
        assert kernels.fold_bytes(flat)[0].tobytes().decode() == row["folded"]


def test_token_hashes_in_bulk_equal_the_definition() -> None:
    tokens = [b"", b"a", b"12345678", b"123456789", b"x" * 100, "東京".encode()]
    assert hash_tokens(tokens).tolist() == [hash_token(token) for token in tokens]


def test_permutations_are_odd_and_distinct() -> None:
    factors, offsets = permutations(512)
    assert (factors % 2 == 1).all()
    assert len(np.unique(factors)) == len(np.unique(offsets)) == 512
