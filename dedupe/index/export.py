"""An index as one of datasketch, which several machines can share through a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dedupe.arguments import check_number
from dedupe.columns import runs
from dedupe.documents import Unit
from dedupe.duplicates.export import Scheme, datasketch, sketches
from dedupe.duplicates.settings import Settings
from dedupe.errors import InputError
from dedupe.index.change import name_units
from dedupe.index.snapshot import Snapshot
from dedupe.job import MAX_PERMUTATIONS
from dedupe.text.encode import Offsets, TextBatch, encode_text


def fill_datasketch(
    snapshot: Snapshot,
    settings: Settings,
    scheme: Scheme,
    permutations: int | None,
    seed: int,
    storage_config: Mapping[str, Any] | None,
    threads: int,
) -> Any:
    """A `datasketch.MinHashLSH` with a sketch of every unit; `Index.to_datasketch` has the rest."""
    if storage_config is not None and not (isinstance(storage_config, Mapping) and "type" in storage_config):
        raise InputError(f"storage_config={storage_config!r} is no mapping with a 'type', as datasketch takes it")
    if permutations is not None:
        check_number("permutations", permutations, int, least=1, most=MAX_PERMUTATIONS)
    module = datasketch()
    bands, rows = settings.bands.bands, settings.bands.rows
    count = bands * rows if permutations is None else permutations
    if count < bands * rows:
        raise InputError(
            f"permutations={permutations} are too few for {bands} bands of {rows} rows: give {bands * rows} or more"
        )
    index = module.MinHashLSH(
        threshold=settings.threshold,
        num_perm=count,
        params=(bands, rows),
        storage_config=None if storage_config is None else dict(storage_config),
        prepickle=False,
    )
    units = snapshot.units()
    made = sketches(_batches(snapshot, units), settings.shingle, count, seed, scheme, threads)
    keys = (
        datasketch_key(unit, settings)
        for start, end in runs(snapshot.values(units, "unit_bytes"))
        for unit in name_units(snapshot, units[start:end])
    )
    with index.insertion_session() as session:
        for key, sketch in zip(keys, made, strict=True):
            session.insert(key, sketch, check_duplication=False)
    return index


def datasketch_key(unit: Unit, settings: Settings) -> bytes:
    """The key of a unit: its id, and below documents its place, with tabs between."""
    name = encode_text(str(unit.id))
    return name if settings.unit == "document" else b"%b\t%d\t%d" % (name, unit.start, unit.end)


def _batches(snapshot: Snapshot, units: Offsets) -> Iterator[TextBatch]:
    for start, end in runs(snapshot.values(units, "unit_bytes")):
        yield snapshot.texts(units[start:end])
