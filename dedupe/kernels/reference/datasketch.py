"""MinHash as datasketch 2.x computes it: SHA-1 of the shingle's text, then one of its named schemes.

Nothing is shared with scheme `minhash-v1`; signatures of the two are never compared.
"""

from __future__ import annotations

import hashlib

import numpy as np

from dedupe.kernels.reference.fingerprints import CHAR_SHINGLE
from dedupe.text.encode import TextBatch, encode_text
from dedupe.text.fold import fold_tokens
from dedupe.text.hashing import U32, U64

_MERSENNE = np.uint64((1 << 61) - 1)
_LOW = np.uint64((1 << 32) - 1)


def shingle_texts(text: str, kind: int, n: int) -> list[bytes]:
    """The distinct shingles of a text as datasketch is given them: n folded tokens or characters, in UTF-8."""
    words = [token.text for token in fold_tokens(text)]
    units, gap = (list(" ".join(words)), "") if kind == CHAR_SHINGLE else (words, " ")
    count = max(len(units) - n + 1, min(len(units), 1))
    return sorted({encode_text(gap.join(units[i : i + n])) for i in range(count)})


def sign_datasketch(texts: TextBatch, kind: int, n: int, legacy: bool, factors: U64, offsets: U64) -> U32:
    """Signatures of each text, shape (texts, permutations), with the factors and offsets of datasketch.

    Its scheme `affine32` permutes the mixed hash by `a h + b mod 2^32`; `legacy` the hash itself by
    `(a h + b) mod 2^61 - 1`, wrapping at 2^64, and keeps 32 bits.
    """
    out = np.full((len(texts), len(factors)), 0xFFFFFFFF, np.uint32)
    for i in range(len(texts)):
        digests = [hashlib.sha1(shingle).digest() for shingle in shingle_texts(texts.text(i), kind, n)]
        hashes = np.array([int.from_bytes(digest[:4], "little") for digest in digests], np.uint32)
        for start in range(0, len(hashes), 4096):
            block = hashes[start : start + 4096, None]
            if legacy:
                permuted = ((block.astype(np.uint64) * factors + offsets) % _MERSENNE & _LOW).astype(np.uint32)
            else:
                permuted = _mix(block) * factors.astype(np.uint32) + offsets.astype(np.uint32)
            np.minimum(out[i], permuted.min(axis=0), out=out[i])
    return out


def _mix(hashes: U32) -> U32:
    """The last step of MurmurHash3."""
    hashes = (hashes ^ hashes >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ hashes >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return hashes ^ hashes >> np.uint32(16)
