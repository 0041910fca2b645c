"""Kept copies that a later stage removes in part, in corpora larger than memory.

The rows of each stage are read in order, beside those of later stages for the documents that they keep. Of removals
whose kept copy lost nothing the rows stay; the others become tiles, as in memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedupe.cleaning.follow import Moved, Part, Tile, follow_kept, overlapping_parts
from dedupe.documents import Corpus
from dedupe.outofcore.documents import Documents, DocumentTexts
from dedupe.outofcore.removals import ROW, gather, offsets_of, overlapping
from dedupe.sorting import distinct
from dedupe.store.columns import Array, Column, WorkFolder

# Removals that are looked at at a time.
_ROWS = 1 << 14


def follow_rows(documents: Documents, stages: Sequence[Column], folder: WorkFolder) -> list[Column]:
    """Let each removal name text that no duplicate stage removes.

    Parameters
    ----------
    documents : Documents
        All documents.
    stages : sequence of Column
        The rows (`ROW`) of each duplicate stage, by document and place.
    folder : WorkFolder
        Where files are put.

    Returns
    -------
    list of Column
        The rows of each stage but the last, whose kept copies stay.
    """
    corpus = Corpus(range(documents.count), DocumentTexts(documents))
    later: list[tuple[Column, Column]] = []
    out: list[Column] = []
    for number, rows in reversed(list(enumerate(stages))):
        followed = rows
        if later:
            writer = folder.column(f"rows.{number}", ROW)
            for _, some in rows.runs(_ROWS):
                writer.append(_follow(corpus, some, later))
            followed = writer.close()
            out.insert(0, followed)
        if number:
            later.append((followed, offsets_of(followed, documents.count, folder, f"offsets.{number}")))
    return out


def _follow(corpus: Corpus, rows: Array, later: Sequence[tuple[Column, Column]]) -> Array:
    """Return some rows with the tiles of those whose kept copy later stages remove in part."""
    kept, start, end = (rows[name].astype(np.int64) for name in ("kept", "kept_start", "kept_end"))
    known = distinct(kept)
    gone = np.concatenate([gather(*columns, known) for columns in later])
    gone = gone[np.lexsort((gone["start"], gone["document"]))]
    moved_rows = np.flatnonzero(overlapping(gone, kept, start, end))
    if not len(moved_rows):
        return rows
    parts: dict[int, list[Part]] = {}
    moved = []
    for document, low, high, other, other_start, other_end, *_ in rows[moved_rows].tolist():
        if other not in parts:
            first, last = np.searchsorted(gone["document"], (other, other + 1))
            parts[other] = [(one[1], one[2], one[3:6]) for one in gone[first:last].tolist()]
        own = tuple(overlapping_parts(parts[other], other_start, other_end))
        moved.append(Moved((document, low, high), (other, other_start, other_end), own))
    tiles = list(follow_kept(corpus, moved))
    counts = np.ones(len(rows), np.int64)
    counts[moved_rows] = [len(own) for own in tiles]
    out = np.repeat(rows, counts)
    is_moved = np.zeros(len(rows), bool)
    is_moved[moved_rows] = True
    _fill(out, np.flatnonzero(np.repeat(is_moved, counts)), [tile for own in tiles for tile in own])
    return out


def _fill(rows: Array, places: Array, tiles: Sequence[Tile]) -> None:
    """Put tiles into rows."""
    columns = np.array([(*tile.copy, *tile.kept) for tile in tiles], np.int64).reshape(-1, 6)
    for name, column in zip(ROW.names or (), columns.T, strict=False):
        rows[name][places] = column
