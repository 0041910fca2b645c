"""A segment: what one change brought to an index, as plain sorted arrays that never change again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.disk import create_file
from dedupe.documents import Id
from dedupe.errors import IndexFileError, InputError
from dedupe.store.arrays import ArrayWriter, Column, StoredArray, read_arrays
from dedupe.store.blocks import Blocks
from dedupe.text.encode import Offsets, encode_text
from dedupe.text.hashing import U64

Floats = npt.NDArray[np.float64]


class Segment(NamedTuple):
    """Documents and units by ascending number, runs of (key, unit) by ascending key, and what changed of others.

    Numbers of documents and units are given out once, in the order in which they come.
    """

    document: Column
    """numbers of documents"""
    id_offsets: Column
    ids: Column
    """what `encode_id` makes of their ids, one behind the other"""
    text_offsets: Column
    """where in the stream of texts each document begins, and the end"""
    id_hash: Column
    """hashes of the ids, ascending"""
    id_document: Column

    unit: Column
    """numbers of units"""
    unit_document: Column
    unit_start: Column
    unit_end: Column
    """code points in the document"""
    unit_byte: Column
    unit_bytes: Column
    """first byte in the document, and how many"""
    folded: Column
    """hash of the folded text; 0 for a unit without tokens"""
    copy_of: Column
    """a unit that is equal after folding; itself where the unit stands for its copies"""
    kept: Column
    """the unit it belongs to, itself where it is kept; of a copy, ask the one that it is a copy of"""
    similarity: Column
    value: Column
    """quality, where copies are kept by it; else empty"""

    changed: Column
    """units of other segments that belong to others now, ascending"""
    changed_copy_of: Column
    changed_kept: Column
    changed_similarity: Column
    removed: Column
    """numbers of documents of other segments that are removed, ascending"""

    key: Column
    """band keys of units that stand for their copies, ascending"""
    key_unit: Column
    fold: Column
    """hashes of the folded texts of those"""
    fold_unit: Column
    copy: Column
    """hashes of the folded texts of copies"""
    copy_unit: Column

    block_start: Column
    block_place: Column
    block_checksum: Column
    blocks: Column
    """the texts, packed"""

    @property
    def packed(self) -> Blocks:
        """The packed texts."""
        starts, places, checksums = map(np.asarray, (self.block_start, self.block_place, self.block_checksum))
        if isinstance(self.blocks, StoredArray):
            # They have checksums of their own.
            return Blocks(starts, places, checksums, self.blocks.unchecked(), str(self.blocks.path))
        return Blocks(starts, places, checksums, self.blocks)

    def id(self, row: int) -> Id:
        """The id of the document in a row."""
        return decode_id(self.ids[int(self.id_offsets[row]) : int(self.id_offsets[row + 1])].tobytes())


_CODES = {
    **dict.fromkeys(("id_offsets", "text_offsets", "id_hash", "folded", "key", "fold", "copy"), "u8"),
    **dict.fromkeys(("block_start", "block_place"), "u8"),
    **dict.fromkeys(("ids", "blocks"), "u1"),
    **dict.fromkeys(("similarity", "value", "changed_similarity"), "f8"),
}
FIELDS: dict[str, str] = {name: _CODES.get(name, "u4") for name in Segment._fields}
"""the type of each array, by name"""
# How an integer is shown.
_NUMBER = re.compile(rb"-?[1-9][0-9]*|0")
_ASCENDING = {"document", "id_hash", "unit", "key", "fold", "copy"}
_TYPES = {"u1": np.uint8, "u4": np.uint32, "u8": np.uint64, "f8": np.float64}
# Arrays whose lengths must be equal, the first of each row deciding; those of a second list have one more.
_EQUAL = (
    ("document",),
    ("id_hash", "id_document"),
    (
        *("unit", "unit_document", "unit_start", "unit_end", "unit_byte", "unit_bytes", "folded", "copy_of"),
        *("kept", "similarity"),
    ),
    ("changed", "changed_copy_of", "changed_kept", "changed_similarity"),
    ("key", "key_unit"),
    ("fold", "fold_unit"),
    ("copy", "copy_unit"),
    ("block_checksum",),
)
_ONE_MORE = (("document", "id_offsets", "text_offsets"), ("block_checksum", "block_start", "block_place"))


def make_segment(**arrays: Any) -> Segment:
    """A segment of the given arrays; those that are left out are empty."""
    whole = {name: np.zeros(0, _TYPES[code]) for name, code in FIELDS.items()}
    for name in ("id_offsets", "text_offsets", "block_start", "block_place"):
        whole[name] = np.zeros(1, np.uint64)
    whole |= {name: np.ascontiguousarray(array, _TYPES[FIELDS[name]]) for name, array in arrays.items()}
    return Segment(**whole)


def write_segment(path: Path, arrays: Iterable[tuple[str, Iterator[Column]]]) -> None:
    """Write a segment whose arrays come in parts; it is durable, its name not yet."""
    with create_file(path) as out:
        writer = ArrayWriter(out)
        for name, parts in arrays:
            writer.write(name, FIELDS[name], parts, ascends=name in _ASCENDING)
        writer.finish()


def whole_arrays(segment: Segment) -> Iterator[tuple[str, Iterator[Column]]]:
    """A segment as `write_segment` takes it."""
    for name, array in segment._asdict().items():
        yield name, iter([array])


def read_segment(path: Path) -> Segment:
    """A segment of a file, read and checked when it is looked at.

    Raises
    ------
    IndexFileError
        The file is damaged.
    """
    arrays = read_arrays(path)
    try:
        segment = Segment(**arrays)
        for first, *others in _EQUAL:
            if any(len(arrays[name]) != len(arrays[first]) for name in others):
                raise ValueError(f"arrays beside {first!r} have other lengths")
        for first, *others in _ONE_MORE:
            if any(len(arrays[name]) != len(arrays[first]) + 1 for name in others):
                raise ValueError(f"arrays beside {first!r} have other lengths")
        if any(array.dtype != _TYPES[FIELDS[name]] for name, array in arrays.items()):
            raise ValueError("an array is of another type")
    except (TypeError, ValueError, KeyError) as error:
        raise IndexFileError(
            f"{path} is damaged ({error}): put the folder back from a copy, or index the documents again"
        ) from error
    return segment


def encode_id(identity: Id) -> bytes:
    """An id as bytes: a letter for its type, and its text.

    Raises
    ------
    InputError
        It is no string and no integer.
    """
    if isinstance(identity, bool) or not isinstance(identity, str | int | np.integer):
        raise InputError(
            f"id {identity!r} is {type(identity).__name__}: an index keeps strings and integers as ids"
        )
    return b"s" + encode_text(identity) if isinstance(identity, str) else b"i%d" % int(identity)


def decode_id(raw: bytes) -> Id:
    """Return what `encode_id` was given."""
    if raw[:1] == b"i":
        return int(raw[1:])
    return raw[1:].decode("utf-8", "surrogatepass")


def forms_of(raw: bytes) -> tuple[bytes, ...]:
    """Return an encoded id, and the one that results show alike: the number 7 for the text "7", and the other way.

    >>> forms_of(b"i7"), forms_of(b"s7"), forms_of(b"s07")
    ((b'i7', b's7'), (b's7', b'i7'), (b's07',))
    """
    if raw[:1] == b"i":
        return raw, b"s" + raw[1:]
    return (raw, b"i" + raw[1:]) if _NUMBER.fullmatch(raw, 1) else (raw,)


def hash_ids(encoded: Sequence[bytes]) -> U64:
    """A hash of each encoded id."""
    digests = b"".join(hashlib.blake2b(raw, digest_size=8).digest() for raw in encoded)
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def to_offsets(sizes: Sequence[int] | Offsets) -> U64:
    """Return where parts of these sizes begin, and the end."""
    out = np.zeros(len(sizes) + 1, np.uint64)
    np.cumsum(np.asarray(sizes, np.uint64), out=out[1:])
    return out
