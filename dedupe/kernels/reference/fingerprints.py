"""The kernels of the library in Python and NumPy: the readable twins of the native core.

Every function takes texts as a `TextBatch` and answers with arrays; `dedupe.kernels` decides
whether these or the native ones of the same names are called. They agree bit for bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedupe.kernels.records import PlacedSets, Sets
from dedupe.kernels.reference.fact_text import sign_text
from dedupe.text.encode import Bytes, Offsets, TextBatch, byte_positions, encode_text
from dedupe.text.fold import Token, fold_tokens, folded_text
from dedupe.text.hashing import (
    U32,
    U64,
    A,
    B,
    C,
    fingerprint,
    hash_tokens,
    permutations,
    shingle_hashes,
)
from dedupe.text.tables import FOLD_V2, UNSPACED, load_tables

WORD_SHINGLE, CHAR_SHINGLE = 0, 1


class FoldedTokens(NamedTuple):
    """Tokens of a batch: token `t` of text `i` for `t` in `text_offsets[i]:text_offsets[i + 1]`."""

    hashes: U64
    """token hashes"""
    starts: Offsets
    """byte offset of each token in its own text"""
    ends: Offsets
    """byte offset behind each token"""
    unspaced: Bytes
    """1 where a token is a grapheme of a script without spaces"""
    text_offsets: Offsets
    """token numbers at which the texts begin, and the total"""


def tokenize(texts: TextBatch) -> FoldedTokens:
    """Fold and tokenise each text; places are bytes from the text's start."""
    kind = load_tables().kind
    hashes, firsts, lasts, unspaced, counts = [], [], [], [], [0]
    for i in range(len(texts)):
        text = texts.text(i)
        tokens = fold_tokens(text)
        hashes.append(_token_hashes(tokens))
        to_byte = byte_positions(text)
        firsts.append(to_byte[[token.start for token in tokens]])
        lasts.append(to_byte[[token.end for token in tokens]])
        unspaced.append(np.array([kind[ord(token.text[0])] == UNSPACED for token in tokens], np.uint8))
        counts.append(len(tokens))
    return FoldedTokens(
        _concatenate(hashes, np.uint64),
        _concatenate(firsts, np.int64),
        _concatenate(lasts, np.int64),
        _concatenate(unspaced, np.uint8),
        np.cumsum(counts, dtype=np.int64),
    )


def fold_bytes(texts: TextBatch, version: int = FOLD_V2) -> tuple[Bytes, Offsets]:
    """The folded text of each text (tokens joined by one space), as another batch."""
    folded = [" ".join(t.text for t in fold_tokens(texts.text(i), version)).encode() for i in range(len(texts))]
    out = np.zeros(len(folded) + 1, np.int64)
    np.cumsum([len(part) for part in folded], out=out[1:])
    return np.frombuffer(b"".join(folded), np.uint8), out


def shingle_sets(texts: TextBatch, kind: int, n: int) -> Sets:
    """The shingles of each text, sorted and without repetition.

    Parameters
    ----------
    texts : TextBatch
        The texts.
    kind, n : int
        `WORD_SHINGLE` or `CHAR_SHINGLE`, and how many tokens or characters make a shingle, 1 to 32.

    Returns
    -------
    values, offsets : uint64 array, int64 array of shape (texts + 1,)
        The set of text `i` is `values[offsets[i]:offsets[i + 1]]`.
    """
    sets = [np.unique(_shingles(fold_tokens(texts.text(i)), kind, n)) for i in range(len(texts))]
    out = np.zeros(len(sets) + 1, np.int64)
    np.cumsum([len(part) for part in sets], out=out[1:])
    return _concatenate(sets, np.uint64), out


def sign(texts: TextBatch, kind: int, n: int, count: int) -> tuple[U32, U64]:
    """MinHash signatures and fingerprints of texts.

    Parameters
    ----------
    texts, kind, n
        As of `shingle_sets`.
    count : int
        How many permutations there are.

    Returns
    -------
    signatures, fingerprints : uint32 array of shape (texts, count), uint64 array of shape (texts,)
        A text without tokens has fingerprint 0 and a signature of all ones.
    """
    factors, shifts = permutations(count)
    signatures = np.full((len(texts), count), 0xFFFFFFFF, np.uint32)
    fingerprints = np.zeros(len(texts), np.uint64)
    for i in range(len(texts)):
        tokens = fold_tokens(texts.text(i))
        fingerprints[i] = fingerprint(_token_hashes(tokens))
        low = _shingles(tokens, kind, n).astype(np.uint32)
        for start in range(0, len(low), 4096):
            block = low[start : start + 4096, None] * factors + shifts
            np.minimum(signatures[i], block.min(axis=0), out=signatures[i])
    return signatures, fingerprints


def band_keys(signatures: U32, bands: int, rows: int) -> U64:
    """A 64-bit key for each band of each signature, shape (texts, bands)."""
    grouped = signatures[:, : bands * rows].reshape(len(signatures), bands, rows).astype(np.uint64)
    keys = np.broadcast_to(np.arange(1, bands + 1, dtype=np.uint64) * A, (len(signatures), bands)).copy()
    for row in range(rows):
        keys = (keys ^ grouped[:, :, row]) * B
        keys ^= keys >> np.uint64(32)
    keys *= C
    keys ^= keys >> np.uint64(29)
    return keys


def keys(texts: TextBatch, kind: int, n: int, rows: int, out: U64) -> U64:
    """Write the band keys of each text: `sign` and `band_keys` in one pass over the texts.

    Parameters
    ----------
    texts, kind, n
        As of `shingle_sets`.
    rows : int
        Rows of a band.
    out : uint64 array, shape (bands, texts)
        Room for the keys; those of a band lie side by side.

    Returns
    -------
    uint64 array, shape (texts,)
        The fingerprints of the folded texts.
    """
    signatures, fingerprints = sign(texts, kind, n, len(out) * rows)
    out[:] = band_keys(signatures, len(out), rows).T
    return fingerprints


def overlaps(sets: Sets, a: Offsets, b: Offsets) -> Offsets:
    """The number of shingles that two sets share, for each pair of sets.

    Parameters
    ----------
    sets : (uint64 array, int64 array)
        What `shingle_sets` gives.
    a, b : int64 arrays, shape (pairs,)
        Numbers of sets.

    Returns
    -------
    int64 array, shape (pairs,)
        How many each pair shares.
    """
    values, offsets = sets
    out = np.zeros(len(a), np.int64)
    for i, (left, right) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        first = values[offsets[left] : offsets[left + 1]]
        second = values[offsets[right] : offsets[right + 1]]
        out[i] = len(np.intersect1d(first, second, assume_unique=True))
    return out


def placed_sets(texts: TextBatch, kind: int, n: int) -> PlacedSets:
    """The shingles of each text, sorted and without repetition, with their places in the folded text."""
    values, positions, begins, folded = [], [], [], []
    for i in range(len(texts)):
        tokens = fold_tokens(texts.text(i))
        hashes, position = np.unique(_shingles(tokens, kind, n), return_index=True)
        text = " ".join(token.text for token in tokens)
        bounds = byte_positions(text)
        if kind == WORD_SHINGLE and text:
            bounds = np.append(bounds[[0, *(i + 1 for i, char in enumerate(text) if char == " ")]], bounds[-1] + 1)
        values.append(hashes)
        positions.append(position)
        begins.append(bounds)
        folded.append(np.frombuffer(encode_text(text), np.uint8))
    return PlacedSets(
        _concatenate(values, np.uint64),
        _offsets(values),
        _concatenate(positions, np.uint32),
        _concatenate(begins, np.uint32),
        _offsets(begins),
        _concatenate(folded, np.uint8),
        _offsets(folded),
    )


def confirm(sets: PlacedSets, kind: int, n: int, a: Offsets, b: Offsets) -> Bytes:
    """1 for each pair of texts whose equal shingle hashes all stand for equal folded text, else 0.

    Parameters
    ----------
    sets : PlacedSets
        What `placed_sets` gives for `kind` and `n`.
    kind, n : int
        As of `shingle_sets`.
    a, b : int64 arrays, shape (pairs,)
        Numbers of texts.

    Returns
    -------
    uint8 array, shape (pairs,)
        The answers.
    """
    values, offsets, positions, begins, begin_offsets, folded, folded_offsets = sets
    out = np.ones(len(a), np.uint8)
    gap = 1 if kind == WORD_SHINGLE else 0

    def shingle_texts(text: int) -> dict[int, bytes]:
        own = slice(offsets[text], offsets[text + 1])
        bounds = begins[begin_offsets[text] : begin_offsets[text + 1]].tolist()
        raw = folded[folded_offsets[text] : folded_offsets[text + 1]].tobytes()
        places = positions[own].tolist()
        texts = (raw[bounds[p] : bounds[min(p + n, len(bounds) - 1)] - gap] for p in places)
        return dict(zip(values[own].tolist(), texts, strict=True))

    for i, (left, right) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        other = shingle_texts(right)
        out[i] = all(other.get(h, text) == text for h, text in shingle_texts(left).items())
    return out


def same_fold(
    texts: TextBatch,
    other: TextBatch,
    signs: bool,
) -> Bytes:
    """1 for each text that is equal, after folding, to the one of the same number in another batch; else 0.

    Parameters
    ----------
    texts, other : TextBatch
        As many texts each.
    signs : bool
        Whether they have to have the same signs and marks, too (`dedupe/kernels/reference/fact_text.py`).

    Returns
    -------
    uint8 array, shape (texts,)
        The answers.
    """

    def same(a: str, b: str) -> bool:
        return folded_text(a) == folded_text(b) and not (signs and sign_text(a) != sign_text(b))

    return np.array([same(texts.text(i), other.text(i)) for i in range(len(texts))], np.uint8)


def _shingles(tokens: list[Token], kind: int, n: int) -> U64:
    if kind == WORD_SHINGLE:
        return shingle_hashes(_token_hashes(tokens), n)
    points = np.array([ord(c) for c in " ".join(token.text for token in tokens)], np.uint64)
    return shingle_hashes(mix_points(points), n)


def mix_points(points: U64) -> U64:
    """Hashes of code points, for character shingles."""
    h = (points + np.uint64(1)) * A
    h ^= h >> np.uint64(32)
    h *= C
    h ^= h >> np.uint64(29)
    return h


def _token_hashes(tokens: list[Token]) -> U64:
    return hash_tokens([encode_text(token.text) for token in tokens])


def _offsets(parts: list[np.ndarray]) -> Offsets:
    out = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=out[1:])
    return out


def _concatenate(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts).astype(dtype, copy=False) if parts else np.zeros(0, dtype)
