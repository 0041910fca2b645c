"""Published vectors: a fingerprint may not change with Python, platform or version."""

import json
import runpy
from pathlib import Path

import numpy as np

from dedupe import backend
from dedupe.fingerprint.hashing import hash_token, hash_tokens, permutations
from dedupe.text.encode import encode_batch

VECTORS = Path(__file__).parents[1] / "vectors"


def test_the_reference_gives_the_published_vectors() -> None:
    made = runpy.run_path(str(VECTORS / "make.py"))["make"]()
    assert made == json.loads((VECTORS / "minhash-v1.json").read_text("ascii"))


def test_the_kernels_in_use_give_the_published_vectors() -> None:
    for row in json.loads((VECTORS / "minhash-v1.json").read_text("ascii")):
        flat = encode_batch([row["text"]])
        signature, fingerprint = backend.sign(*flat, 0, 3, 8)
        assert [f"{v:x}" for v in signature[0].tolist()] == row["signature"], row["text"]
        assert f"{int(fingerprint[0]):x}" == row["fingerprint"][0], row["text"]
        assert backend.fold_bytes(*flat)[0].tobytes().decode() == row["folded"]


def test_token_hashes_in_bulk_equal_the_definition() -> None:
    tokens = [b"", b"a", b"12345678", b"123456789", b"x" * 100, "東京".encode()]
    assert hash_tokens(tokens).tolist() == [hash_token(token) for token in tokens]


def test_permutations_are_odd_and_distinct() -> None:
    factors, offsets = permutations(512)
    assert (factors % 2 == 1).all()
    assert len(np.unique(factors)) == len(np.unique(offsets)) == 512
