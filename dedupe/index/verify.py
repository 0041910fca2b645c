"""Verification of an index: its segments have to fit together."""

from __future__ import annotations

import numpy as np

from dedupe.columns import runs
from dedupe.errors import IndexFileError
from dedupe.index.segment import Segment
from dedupe.index.snapshot import Snapshot
from dedupe.sorting import Mask, distinct
from dedupe.store.blocks import unpack_texts

_TEXT_BYTES = 16 << 20


def verify_snapshot(snapshot: Snapshot) -> None:
    """Check orders, references and texts.

    Raises
    ------
    IndexFileError
        The message says what does not fit.
    """
    for number, segment in enumerate(snapshot.segments):
        _verify_segment(number, segment)
    units = snapshot.units()
    owners = snapshot.owners(units)
    _check(snapshot.standing(distinct(owners.copy_of)), "a unit is a copy of one that is not there")
    kept = distinct(owners.kept)
    _check(snapshot.standing(kept), "a unit belongs to one that is not there")
    _check(snapshot.owners(kept).kept == kept, "a unit belongs to one that is not kept")
    stands = units[(owners.copy_of == units) & (snapshot.values(units, "folded") != 0)]
    for section, expected in (("key", stands), ("fold", stands), ("copy", units[owners.copy_of != units])):
        entries = [getattr(segment, f"{section}_unit") for segment in snapshot.segments]
        found = np.concatenate([np.zeros(0, np.uint32), *entries]).astype(np.int64)
        _check(np.isin(expected, found), f"a unit is missing from the runs of {section!r}")


def _verify_segment(number: int, segment: Segment) -> None:
    where = f"in segment {number} "
    packed = segment.packed
    # All of it is looked at.
    segment = Segment(*map(np.asarray, segment))
    for name in ("document", "unit", "changed", "removed"):
        _check(np.diff(getattr(segment, name).astype(np.int64)) > 0, f"{where}{name!r} does not ascend")
    for name in ("key", "fold", "copy", "id_hash", "id_offsets", "text_offsets", "block_start", "block_place"):
        values = getattr(segment, name)
        _check(values[1:] >= values[:-1], f"{where}{name!r} does not ascend")
    _check(np.isin(segment.unit_document, segment.document), f"{where}a unit is of no document")
    row = np.searchsorted(segment.document, segment.unit_document)
    ends = segment.unit_byte.astype(np.int64) + segment.unit_bytes
    sizes = np.diff(segment.text_offsets).astype(np.int64)
    _check(ends <= sizes[row], f"{where}a unit leads out of its document")
    _check(np.asarray(segment.unit_start) <= np.asarray(segment.unit_end), f"{where}a unit ends before it begins")
    _check(segment.block_start[-1:] == segment.text_offsets[-1:], f"{where}the texts are not whole")
    _check(segment.block_place[-1:] == len(segment.blocks), f"{where}the packed texts are not whole")
    offsets = segment.text_offsets.astype(np.int64)
    for start, end in runs(sizes, _TEXT_BYTES):
        unpack_texts(packed, offsets[start:end], offsets[start + 1 : end + 1])


def _check(holds: Mask, otherwise: str) -> None:
    if not np.all(holds):
        raise IndexFileError(
            f"the index does not fit together: {otherwise}; put it back from a copy, or index again"
        )
