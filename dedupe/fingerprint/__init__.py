"""Fingerprint room: folded tokens in; shingle hashes, MinHash signatures and band keys out.

`reference.py` holds the readable twins of the native kernels; callers go through `dedupe.backend`.
"""
