"""Signatures for other people's MinHash worlds, under their own schemes."""

from dedupe.duplicates.export import Scheme, to_datasketch

__all__ = ["Scheme", "to_datasketch"]
