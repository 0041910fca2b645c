"""The hashes of scheme `minhash-v1`, in NumPy. All arithmetic is modulo 2^64.

Nothing here may change: stored fingerprints depend on every constant.

- token hash: begin with `h = length * A`.
  Then `h = (h ^ word) * B; h ^= h >> 32` for each 8-byte little-endian word (zero-padded) of its UTF-8 bytes.
  At the end `h *= C; h ^= h >> 29`. Tokens of up to 8 bytes and equal length cannot collide.
- shingle hash of n tokens: the exclusive or of the token hashes, the j-th from the end rotated left by 13 j.
- permutation i of MinHash: `a_i * x + b_i mod 2^32` on the low half x of the shingle hash, with odd `a_i`.
  `a_i` and `b_i` are the low and high half of the i-th output of SplitMix64 from a fixed seed.
- band key: the rows of a band and its number, mixed into 64 bits.

References:
- Broder, "On the resemblance and containment of documents", 1997.
- Dietzfelbinger et al., "A reliable randomized algorithm for the closest-pair problem", 1997.
- Steele et al., "Fast splittable pseudorandom number generators", 2014.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# The name covers what follows the tokens, and no more. Which tokens a text has is a matter of the fold, whose
# versions have names of their own (`dedupe.text.tables.FOLD_SCHEME`), as the rule of paragraphs has. Artefacts
# record all three (`dedupe.duplicates.schemes`), so that one may change without the others.
SCHEME = "minhash-v1"

U64 = npt.NDArray[np.uint64]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]

A = np.uint64(0x9E3779B97F4A7C15)
B = np.uint64(0xD6E8FEB86659FD93)
C = np.uint64(0xA0761D6478BD642F)
FINGERPRINT = np.uint64(0xE7037ED1A0B428DB)
SHORT = np.uint64(0x8EBC6AF09C88C6E3)
PERMUTATION_SEED = 0x5851F42D4C957F2D
ROTATION = 13
MAX_SHINGLE = 32
_MASK = (1 << 64) - 1


def hash_token(token: bytes) -> int:
    """The hash of one token, the plain form of the definition."""
    a, b, c = int(A), int(B), int(C)
    h = len(token) * a & _MASK
    for i in range(0, len(token), 8):
        h = (h ^ int.from_bytes(token[i : i + 8], "little")) * b & _MASK
        h ^= h >> 32
    h = h * c & _MASK
    return h ^ (h >> 29)


def hash_tokens(tokens: list[bytes]) -> U64:
    """The hashes of many tokens; short tokens go through NumPy in bulk."""
    lengths = np.fromiter(map(len, tokens), np.int64, len(tokens))
    words = np.zeros(len(tokens), np.uint64)
    packed = b"".join(token[:8].ljust(8, b"\0") for token in tokens)
    words[:] = np.frombuffer(packed, "<u8")
    h = lengths.astype(np.uint64) * A
    h = (h ^ words) * B
    h ^= h >> np.uint64(32)
    h *= C
    h ^= h >> np.uint64(29)
    for i in np.flatnonzero((lengths > 8) | (lengths == 0)):
        h[i] = hash_token(tokens[i])
    return h


def rotate_left(values: U64, count: int) -> U64:
    """Rotate each value by `count` bits, modulo 64."""
    count %= 64
    if not count:
        return values
    return (values << np.uint64(count)) | (values >> np.uint64(64 - count))


def shingle_hashes(hashes: U64, n: int) -> U64:
    """Hashes of the n-grams of one text's token hashes.

    A text of 1 to n - 1 tokens has one shingle, all of it, which equals no shingle of n tokens; an empty text
    has none.
    """
    if len(hashes) == 0:
        return hashes
    if len(hashes) < n:
        whole = shingle_hashes(hashes, len(hashes))
        return whole ^ np.uint64(int(SHORT) * len(hashes) & _MASK)
    count = len(hashes) - n + 1
    out = np.zeros(count, np.uint64)
    for j in range(n):
        out ^= rotate_left(hashes[j : j + count], ROTATION * (n - 1 - j))
    return out


def fingerprint(hashes: U64) -> int:
    """A hash of all tokens of a text in their order, by Horner's rule; 0 only for a text without tokens."""
    h = 0
    for value in hashes.tolist():
        h = (h * int(FINGERPRINT) + value) & _MASK
    return h or int(len(hashes) > 0)


def permutations(count: int) -> tuple[U32, U32]:
    """The factors (odd) and offsets of the first `count` MinHash permutations."""
    state, factors, offsets = PERMUTATION_SEED, [], []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        z = state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & _MASK
        z ^= z >> 31
        factors.append(z & 0xFFFFFFFF | 1)
        offsets.append(z >> 32)
    return np.array(factors, np.uint32), np.array(offsets, np.uint32)


def hash_runs(values: U64, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> U64:
    """A hash of each run `values[start:end]`: a polynomial in A, whose powers have inverses modulo 2^64."""
    if not len(values):
        return np.zeros(len(starts), np.uint64)
    powers, inverses = np.full(len(values) + 1, A), np.full(len(values) + 1, np.uint64(pow(int(A), -1, 1 << 64)))
    powers[0] = inverses[0] = 1
    np.multiply.accumulate(powers, out=powers)
    np.multiply.accumulate(inverses, out=inverses)
    before = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers[:-1], out=before[1:])
    out: U64 = (before[ends] - before[starts]) * inverses[starts] + (ends - starts).astype(np.uint64) * B
    out ^= out >> np.uint64(29)
    return out
