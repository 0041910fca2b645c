"""Write `collisions.json`: words made against the hashes of scheme minhash-v1, as a hostile author could.

The hash of a token of eight bytes is a bijection, so any hash can be turned back into eight bytes; about one in
seven million of these are letters and digits. Two pairs of words then have one shingle hash, or one hash of the
whole text, though no word is shared.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from dedupe.text.hashing import FINGERPRINT, ROTATION, U64, A, B, C, hash_token, rotate_left

FILE = Path(__file__).with_name("collisions.json")
_LETTERS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz0123456789", np.uint8)
_BLOCK = 1 << 20


def token_of(hashes: U64) -> U64:
    """The eight bytes, as little-endian numbers, that hash to these values."""
    h = _unshift(hashes, 29) * np.uint64(pow(int(C), -1, 1 << 64))
    h = _unshift(h, 32) * np.uint64(pow(int(B), -1, 1 << 64))
    return h ^ np.uint64(8) * A


def _unshift(values: U64, count: int) -> U64:
    """Undo `h ^= h >> count`."""
    out = values
    for _ in range(64 // count):
        out = values ^ (out >> np.uint64(count))
    return out


def words(random: np.random.Generator, count: int) -> tuple[np.ndarray, U64]:
    """Words of eight letters and their hashes."""
    raw = _LETTERS[random.integers(0, len(_LETTERS), (count, 8))]
    h = (raw.view("<u8").ravel() ^ np.uint64(8) * A) * B
    h ^= h >> np.uint64(32)
    h *= C
    return raw, h ^ h >> np.uint64(29)


def find(kind: str) -> list[list[str]]:
    """Two pairs of words with one hash."""
    random = np.random.default_rng(1)
    (first, second), hashes = words(random, 2)
    while True:
        others, third = words(random, _BLOCK)
        if kind == "shingle":
            target = rotate_left(hashes[:1], ROTATION) ^ hashes[1:] ^ rotate_left(third, ROTATION)
        else:
            target = hashes[:1] * FINGERPRINT + hashes[1:] - third * FINGERPRINT
        raw = token_of(target).view(np.uint8).reshape(-1, 8)
        found = np.flatnonzero(np.isin(raw, _LETTERS).all(axis=1))
        if len(found):
            fourth = raw[found[0]].tobytes()
            assert hash_token(fourth) == int(target[found[0]])
            return [
                [w.tobytes().decode() for w in (first, second)],
                [others[found[0]].tobytes().decode(), fourth.decode()],
            ]


if __name__ == "__main__":
    FILE.write_text(json.dumps({kind: find(kind) for kind in ("shingle", "text")}, indent=1) + "\n", "ascii")
