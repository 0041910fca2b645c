"""Sizes of work, in one record. Results never depend on how much is held at a time; tests put a small one in."""

from __future__ import annotations

from typing import NamedTuple


class WorkSizes(NamedTuple):
    """Items that are held at a time, and bytes."""

    batch_bytes: int = 4 << 20
    """text per kernel call: large enough to hide the call, small enough to stay in cache and to notice Ctrl-C"""
    cluster_text: int = 1 << 20
    """characters whose exact comparison is in memory, for each thread, if no cluster is larger"""
    documents: int = 1 << 15
    """documents of which names, sizes or removals are looked at"""
    rows: int = 1 << 14
    """removals"""
    sentences: int = 1 << 18
    """sentences, and windows of them"""
    anchors: int = 1 << 18
    """anchors of the search for passages"""
    pairs: int = 1 << 15
    """pairs of texts for which room is made"""
    units: int = 1 << 20
    """units that buckets join"""
    buckets: int = 1 << 18
    """buckets of units that share a band key"""
    files: int = 128
    """chunks whose files are open"""
    blocks: int = 1 << 10
    """blocks of packed text that are unpacked"""
    look: int = 8
    """runs of a large component between two looks at how much of its buckets is still needed"""


SIZES = WorkSizes()
