"""Arrays in a folder: a JSON header and one file of plain little-endian numbers, checked by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dedupe.errors import ModelError, OutputError

_HEADER_LIMIT = 1 << 20
_TYPES = {"int8": "|i1", "uint8": "|u1", "uint16": "<u2", "int32": "<i4", "int64": "<i8"}
_FIELDS = ("scheme", "sha256", "arrays", "fields")
# No model has arrays anywhere near this.
_MOST_BYTES = 1 << 30
# Scores of larger scales may not fit 64 bits.
LARGEST_SCALE = 1 << 40

Array = npt.NDArray[Any]


class Folder(Protocol):
    """A folder on disk, or in a package."""

    def joinpath(self, name: str, /) -> Any:
        """A file in it."""


def save_arrays(
    folder: Path, name: str, scheme: str, fields: Mapping[str, Any], arrays: Mapping[str, Array]
) -> None:
    """Write `name.json` and `name.bin` into a folder.

    Raises
    ------
    OutputError
        They cannot be written.
    """
    data = b"".join(np.ascontiguousarray(array, _TYPES[array.dtype.name]).tobytes() for array in arrays.values())
    shapes = {key: [array.dtype.name, *array.shape] for key, array in arrays.items()}
    header = dict(zip(_FIELDS, (scheme, hashlib.sha256(data).hexdigest(), shapes, dict(fields)), strict=True))
    if (folder / f"{name}.json").exists() and not _is_header(folder / f"{name}.json"):
        raise OutputError(f"{folder} holds {name}.json, which is no model: name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.bin").write_bytes(data)
        (folder / f"{name}.json").write_text(json.dumps(header) + "\n", "ascii")
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}; name another folder") from error


def _is_header(path: Path) -> bool:
    """Return whether a file is what `save_arrays` wrote, of any version."""
    try:
        header = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(header, dict) and header.keys() >= set(_FIELDS)


def load_arrays(folder: Folder | Path, name: str, scheme: str) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read what `save_arrays` wrote: the fields and the arrays.

    Raises
    ------
    ModelError
        The files are missing, damaged, or of another scheme.
    """
    where = f"{folder}/{name}"
    try:
        raw = folder.joinpath(f"{name}.json").read_bytes()
        data = folder.joinpath(f"{name}.bin").read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelError(
            f"there is no model in {folder} (no {name}.json or {name}.bin): give the folder that "
            "BoilerplateClassifier.save wrote"
        ) from error
    except OSError as error:
        raise ModelError(f"the model cannot be read: {error}; install the package or train it again") from error
    if len(raw) > _HEADER_LIMIT:
        raise ModelError(f"{where}.json is larger than {_HEADER_LIMIT} bytes: not a model of ours")
    try:
        header = json.loads(raw)
        found, digest, shapes, fields = (header[key] for key in _FIELDS)
        sizes = {key: (str(kind), tuple(map(int, shape))) for key, (kind, *shape) in shapes.items()}
        items = [(key, np.dtype(_TYPES[kind]), shape) for key, (kind, shape) in sizes.items()]
        fields = dict(fields)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{where}.json is damaged ({error!r}): install or train it again") from error
    if found != scheme:
        raise ModelError(
            f"{where}.json is of scheme {found!r}, this version reads {scheme!r}: train it again with this version"
        )
    out, at = {}, 0
    if hashlib.sha256(data).hexdigest() != digest:
        raise ModelError(f"{where}.bin does not fit its header: install or train the model again")
    for key, kind, shape in items:
        count = 1
        for side in shape:
            count *= side
        if min(shape, default=0) < 0 or count * kind.itemsize > min(_MOST_BYTES, len(data) - at):
            raise ModelError(f"{where}.bin does not fit its header: install or train the model again")
        array = np.frombuffer(data, kind, count, at).reshape(shape)
        out[key] = array.astype(kind.newbyteorder("="), copy=False)
        at += count * kind.itemsize
    return fields, out


def is_scale(value: object) -> bool:
    """Return whether weights may have a scale, by which no score overflows."""
    return isinstance(value, int) and abs(value) <= LARGEST_SCALE
