"""Schemes: the names of everything that the fingerprints of units depend on.

Stored fingerprints (in an index, or in the work folder of a stopped run) come with these names. Fingerprints of
other schemes are refused, since they cannot be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dedupe.segmentation import PARAGRAPHS, SENTENCES
from dedupe.text.hashing import SCHEME
from dedupe.text.signs import SIGN_SCHEME
from dedupe.text.tables import FOLD_SCHEME

SCHEMES = {
    "minhash": SCHEME,
    "fold": FOLD_SCHEME,
    "signs": SIGN_SCHEME,
    "paragraphs": PARAGRAPHS,
    "sentences": SENTENCES,
}


def other_schemes(recorded: Mapping[str, Any], unit: str = "document") -> str:
    """Say which recorded schemes are not ours, with what is expected; nothing if all are ours.

    The first artefacts did not record how sentences are cut: that matters where they are the `unit`.

    Examples
    --------
    >>> other_schemes({**SCHEMES, "fold": "fold-v1"})
    "fold 'fold-v1' (expected 'fold-v2')"
    >>> other_schemes(SCHEMES)
    ''
    """
    return ", ".join(
        f"{name} {recorded.get(name) or 'unrecorded'!r} (expected {ours!r})"
        for name, ours in SCHEMES.items()
        if recorded.get(name) != ours and (name != "sentences" or name in recorded or unit == "sentence")
    )
