"""Opening an index in a folder: made where there is none, refused where it was made otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dedupe.duplicates.settings import resolve
from dedupe.errors import IndexFileError, OptionError
from dedupe.hints import did_you_mean, without_quotes
from dedupe.index.manifest import MANIFEST, Parameters
from dedupe.index.store import FolderStore
from dedupe.job import KEEP_RULES, IndexOptions
from dedupe.options import check


def make_parameters(**wanted: Any) -> Parameters:
    """The parameters of a new index; what is not given is the default."""
    keep = wanted.get("keep", "first")
    if keep not in KEEP_RULES:
        raise OptionError(
            f"keep={keep!r} is not one of {', '.join(KEEP_RULES)}: an index can keep only by these"
            f"{did_you_mean(keep, KEEP_RULES)}"
        )
    threshold = wanted.get("threshold")
    if isinstance(threshold, Path) or (isinstance(threshold, str) and not without_quotes(threshold)):
        name = str(threshold)
        raise OptionError(f"threshold={name!r} is not a number: Index.open({name!r}) is in a folder")
    settings = resolve(
        wanted.get("unit", "paragraph"),
        threshold,
        wanted.get("recall", 0.99),
        wanted.get("shingle"),
        wanted.get("permutations"),
        wanted.get("facts", "ignore"),
    )
    paragraphs = wanted.get("paragraphs", "auto")
    check(IndexOptions, paragraphs=paragraphs)
    return Parameters.of(settings, paragraphs, keep)


def open_store(folder: Path, wanted: Mapping[str, Any], *, read_only: bool, create: bool) -> FolderStore:
    """Open the folder of an index whose parameters are those that are wanted.

    Raises
    ------
    IndexFileError
        There is no index, it was made with others, is damaged, or is being written.
    """
    if folder.exists() and not folder.is_dir():
        raise IndexFileError(f"{folder} is a file, and an index is a folder: name the index first, then the inputs")
    new = None
    if create and not read_only and not (folder / MANIFEST).exists():
        new = make_parameters(**wanted)
    store = FolderStore(folder, new, read_only)
    try:
        known = store.manifest.parameters
        expected = dict(wanted)
        if "shingle" in wanted:
            expected["shingle"] = str(wanted["shingle"])
        if expected.pop("permutations", None) is not None:
            bands = resolve(known.unit, known.threshold, known.recall, known.shingle, wanted["permutations"]).bands
            expected |= {"bands": bands.bands, "rows": bands.rows}
        known.check(expected, str(folder))
    except BaseException:
        store.close()
        raise
    return store
