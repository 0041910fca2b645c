"""Fingerprints of texts that differ in their digits alone."""

from __future__ import annotations

import re

from dedupe.kernels.reference.features import FEATURE_FOLD
from dedupe.text.encode import TextBatch
from dedupe.text.fold import fold_tokens
from dedupe.text.hashing import U64, hash_tokens

_NUMBER = re.compile(b"[0-9]+")


def recurrence_keys(texts: TextBatch) -> U64:
    """Return a fingerprint of each text, the same for the same letters; runs of digits are all the same."""
    folded = (fold_tokens(texts.text(i), FEATURE_FOLD) for i in range(len(texts)))
    plain = (" ".join(token.text for token in tokens).encode() for tokens in folded)
    return hash_tokens([_NUMBER.sub(b"0", text) for text in plain])
