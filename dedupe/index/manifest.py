"""The manifest: which files an index in a folder is made of, and what it was made with."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import dedupe
from dedupe.duplicates.schemes import SCHEMES, other_schemes
from dedupe.duplicates.settings import Settings
from dedupe.errors import IndexFileError
from dedupe.job import Facts, KeepRule, ParagraphMode, UnitName
from dedupe.lsh import Bands, Shingle

INDEX_FORMAT = "dedupe-index-2"
# Formats that can be read, and written anew as a whole.
_OLD_FORMATS = ("dedupe-index-1",)
MANIFEST = "manifest.json"
# A manifest names a few dozen files.
_LIMIT = 1 << 24


@dataclass(frozen=True)
class Parameters:
    """Settings of an index, fixed for all its life."""

    unit: UnitName
    threshold: float
    recall: float
    shingle: str
    bands: int
    rows: int
    facts: Facts
    paragraphs: ParagraphMode
    keep: KeepRule

    @classmethod
    def of(cls, settings: Settings, paragraphs: ParagraphMode, keep: KeepRule) -> Parameters:
        """The parameters that settings stand for."""
        bands = settings.bands
        return cls(
            settings.unit,
            settings.threshold,
            settings.recall,
            str(settings.shingle),
            bands.bands,
            bands.rows,
            settings.facts,
            paragraphs,
            keep,
        )

    def settings(self) -> Settings:
        """Return how units are compared."""
        bands = Bands(self.bands, self.rows)
        return Settings(self.unit, Shingle.parse(self.shingle), self.threshold, self.recall, bands, self.facts)

    def check(self, wanted: dict[str, Any], where: str) -> None:
        """Refuse other parameters than these.

        Raises
        ------
        IndexFileError
            The message says what differs.
        """
        own = asdict(self)
        differing = [f"{name} {own[name]!r}, not {value!r}" for name, value in wanted.items() if own[name] != value]
        if differing:
            raise IndexFileError(
                f"{where} was made with {', '.join(differing)}: leave these out, or make another index"
            )


@dataclass(frozen=True)
class Manifest:
    """The state of an index in a folder."""

    parameters: Parameters
    segments: tuple[tuple[str, int], ...] = ()
    """names and sizes of the files, in order"""
    next_unit: int = 0
    next_document: int = 0
    next_file: int = 0
    format: str = INDEX_FORMAT

    def to_bytes(self) -> bytes:
        """The manifest as it is written."""
        body = {
            "format": self.format,
            "schemes": SCHEMES,
            "version": dedupe.__version__,
            "parameters": asdict(self.parameters),
            "segments": [list(segment) for segment in self.segments],
            "next": [self.next_unit, self.next_document, self.next_file],
        }
        body["sha256"] = _digest(body)
        return json.dumps(body, indent=1).encode() + b"\n"


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of an index.

    Raises
    ------
    IndexFileError
        There is none, or it is damaged, or of another format or scheme.
    """
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _LIMIT:
            raise ValueError(f"it has more than {_LIMIT} bytes")
        body = json.loads(path.read_bytes())
        if not isinstance(body, dict):
            raise ValueError("it is no JSON object")
        if "format" not in body:
            raise ValueError("it says no format")
        if body["format"] not in (INDEX_FORMAT, *_OLD_FORMATS):
            raise IndexFileError(
                f"{folder} holds an index of format {body['format']!r}, and this version of dedupe "
                f"({dedupe.__version__}) reads {INDEX_FORMAT!r}: use the version that wrote it, or index again"
            )
        if body.pop("sha256") != _digest(body):
            raise ValueError("its checksum differs")
        # Before there was a `fold-v2`, indexes recorded one scheme.
        schemes = body.get("schemes") or {"minhash": body.get("scheme")}
        if other := other_schemes(schemes, body["parameters"]["unit"]):
            raise IndexFileError(
                f"{folder} holds fingerprints of other schemes: {other}. Build it anew from its documents with "
                f"`{_rebuild(folder, body['parameters'])}`, or use the version that wrote it"
            )
        known = {field.name for field in fields(Parameters)}
        parameters = Parameters(**{name: value for name, value in body["parameters"].items() if name in known})
        segments = tuple((str(name), int(size)) for name, size in body["segments"])
        if any(Path(name).name != name for name, _ in segments):
            raise ValueError("it names a file elsewhere")
        next_unit, next_document, next_file = map(int, body["next"])
        return Manifest(parameters, segments, next_unit, next_document, next_file, body["format"])
    except FileNotFoundError as error:
        raise IndexFileError(f"{folder} holds no index: there is no {MANIFEST} in it") from error
    except OSError as error:
        raise IndexFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, IndexFileError):
            raise
        raise IndexFileError(
            f"{path} is damaged ({error}): put the folder back from a copy, or index the documents again"
        ) from error


def _rebuild(folder: Path, parameters: Mapping[str, Any]) -> str:
    """The command that makes an index of these parameters."""
    names = ("unit", "threshold", "recall", "shingle", "paragraphs", "facts", "keep")
    options = [f"--{name}={parameters[name]}" for name in names if name in parameters]
    return shlex.join(["dedupe", "index", "add", f"{folder}.new", "INPUT", *options])


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
