"""Estimate of memory, disk and time of a run, from a small part of the input, before it starts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dedupe.duplicates.fingerprints import Signer
from dedupe.duplicates.settings import Settings, resolve
from dedupe.errors import OutputError
from dedupe.files.fields import Fields
from dedupe.files.json_arrays import open_lines
from dedupe.files.lines import SpareRoom, line_blocks, parse_block
from dedupe.files.sources import Source
from dedupe.files.streams import compression_of, read_error_types
from dedupe.files.tables import TABLES, open_table
from dedupe.job import CleanOptions, ParagraphMode, ScoreOptions
from dedupe.parallel import thread_count
from dedupe.store.blocks import pack_texts
from dedupe.store.budget import Budget
from dedupe.text.encode import TextBatch, encode_batch
from dedupe.units import cut_batch

# Places that are looked at, and how much of each.
_SAMPLES = 12
_SAMPLE_BYTES = 1 << 20
# Bytes of columns of a unit, of its record among the folded texts, and of an entry among the band keys.
_COLUMNS, _FOLD, _ENTRY = 32, 36, 12
# What the whole takes, in times of what cutting and signing takes: measured on corpora of 0.05 to 1.4 GB.
_STEPS = {"document": 1.6, "paragraph": 6.0, "sentence": 6.0}
# The same for `clean`, in times of what paragraphs take.
_CLEAN_DISK, _CLEAN_TIME = 1.5, 4.0
# Bytes of sentences and of their windows for a byte of text, which passages are made of.
_SENTENCES = 0.6
# Bytes of anchors and of their pairs for a byte of text, and what passages take in times of what documents do.
_ANCHORS, _PASSAGES_TIME = 1.2, 4.0
# Compressed text is about so many times as long when it is unpacked.
_UNPACKED = 3.5


class Estimate(NamedTuple):
    """An estimate of what a run will take."""

    text: int
    """bytes of text"""
    units: int
    memory: int
    disk: int
    seconds: float

    def __str__(self) -> str:
        minutes = self.seconds / 60
        took = f"{minutes:,.0f} minutes" if minutes >= 2 else f"{self.seconds:,.0f} seconds"
        return (
            f"about {self.units:,} units in {self.text / 1e9:,.2f} GB of text: up to {self.memory / 1e9:,.2f} GB "
            f"of memory, {self.disk / 1e9:,.2f} GB of work files, {took}"
        )


def estimate(
    sources: Sequence[Source],
    fields: Fields,
    settings: Settings,
    budget: Budget,
    *,
    paragraphs: ParagraphMode = "auto",
    threads: int = 1,
) -> Estimate:
    """Estimate from a megabyte at a dozen places, evenly spaced.

    Parameters
    ----------
    sources : sequence of Source
        All files, those that are compared against included.
    fields, settings, paragraphs, threads
        As for the run.
    budget : Budget
        How much memory it may take.
    """
    signer = Signer(settings, signs=True)
    # What is loaded at the first call is not the work's.
    signer.sign(encode_batch(["warm"]))
    sizes = [source.path.stat().st_size for source in sources]
    unpacked = [_UNPACKED if compression_of(source.path.name) else 1 for source in sources]
    size = int(sum(own * more for own, more in zip(sizes, unpacked, strict=True)))
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    places = np.linspace(0, total, _SAMPLES, endpoint=False).astype(int).tolist() if total else []
    read = text = units = fresh = packed = 0
    spent = 0.0
    for place in places:
        number = int(np.searchsorted(ends, place, side="right"))
        batch, own = _sample(sources[number], place - int(ends[number]) + sizes[number], fields)
        read += own
        start = time.perf_counter()
        _, low, high, _, _ = cut_batch(batch, settings.unit, paragraphs)
        folded = signer.sign(TextBatch(batch.buffer, low, high))[1]
        packed += len(pack_texts(batch).data)
        spent += time.perf_counter() - start
        text += int((batch.ends - batch.starts).sum())
        units += len(folded)
        fresh += len(np.unique(folded))
    factor = size / max(read, 1)
    disk = packed + units * (_COLUMNS + _FOLD) + fresh * settings.bands.bands * _ENTRY
    return Estimate(
        int(text * factor),
        int(units * factor),
        budget.memory,
        int(disk * factor),
        spent * factor * _STEPS[settings.unit] / min(threads, 2) ** 0.5,
    )


def estimate_clean(sources: Sequence[Source], fields: Fields, options: CleanOptions, budget: Budget) -> Estimate:
    """Estimate what `clean` will take, as `estimate` does.

    Parameters
    ----------
    sources : sequence of Source
        All files.
    fields : Fields
        The fields of text and id.
    options : CleanOptions
        The options of the run.
    budget : Budget
        How much memory it may take.
    """
    settings = resolve("paragraph", options.threshold, options.recall, facts=options.facts)
    threads = thread_count(options.threads)
    found = estimate(sources, fields, settings, budget, paragraphs=options.paragraphs, threads=threads)
    disk = found.disk * _CLEAN_DISK + found.text * _SENTENCES * ("passages" in options.stages)
    return found._replace(disk=int(disk), seconds=found.seconds * _CLEAN_TIME)


def estimate_passages(sources: Sequence[Source], fields: Fields, budget: Budget, threads: int) -> Estimate:
    """Estimate what a search for passages will take, as `estimate` does."""
    found = estimate(sources, fields, resolve("document"), budget, threads=threads)
    return found._replace(disk=int(found.disk + found.text * _ANCHORS), seconds=found.seconds * _PASSAGES_TIME)


def estimate_scores(sources: Sequence[Source], fields: Fields, job: ScoreOptions, budget: Budget) -> Estimate:
    """Estimate what `score` will take, as `estimate` does."""
    unit = job.unit if job.what == "boilerplate" else "document"
    return estimate(
        sources,
        fields,
        resolve(unit),
        budget,
        paragraphs=job.paragraphs,
        threads=thread_count(job.threads),
    )


def check_room(estimated: Estimate, folder: Path) -> None:
    """Refuse a run whose work files will not fit.

    Raises
    ------
    OutputError
        There is less room than a run will take.
    """
    free = shutil.disk_usage(folder).free
    if estimated.disk > free:
        raise OutputError(
            f"{folder} has {free / 1e9:,.2f} GB of room, and the run will take about {estimated.disk / 1e9:,.2f} "
            "GB there: name another folder with `workdir=`"
        )


def _sample(source: Source, place: int, fields: Fields) -> tuple[TextBatch, int]:
    """Some of the texts of a file from about a byte on, and how many bytes of it they stand for."""
    try:
        if source.format in TABLES:
            return _sample_rows(source, fields)
        with open_lines(source, fields.limits.line) as (file, _):
            if source.format == "txt":
                raw = file.read(_SAMPLE_BYTES)
                return encode_batch([raw.decode("utf-8", "replace")]), len(raw)
            if place and source.format == "jsonl" and not compression_of(source.path.name):
                file.seek(place)
                file.readline()
            first = next(line_blocks(file, SpareRoom(), fields.limits.line), None)
            if first is None or first.piece:
                return encode_batch([]), 0
            block = first.raw
            lines = np.flatnonzero(block[:_SAMPLE_BYTES] == ord("\n"))
            # A line that is longer is taken as a whole.
            block = block[: int(lines[-1]) + 1] if len(lines) else block
            return parse_block(block, fields, first=not place).texts, len(block)
    except (OSError, *read_error_types()):  # type: ignore[misc]
        # What cannot be read is said when the run comes to it.
        return encode_batch([]), 0


def _sample_rows(source: Source, fields: Fields) -> tuple[TextBatch, int]:
    try:
        with open_table(source.path, source.format) as file:
            if source.format == "csv":
                # How many rows there are nobody knows; these take about as much in the file.
                rows = next(file.iter_batches(1000))
                texts = [text for text in rows.column(fields.text).to_pylist() if text is not None]
                return encode_batch(texts), rows.nbytes
            rows = next(file.iter_batches(batch_size=1000, columns=[fields.text]))
            texts = [text for text in rows.column(0).to_pylist() if isinstance(text, str)]
            return encode_batch(texts), source.path.stat().st_size * len(rows) // file.metadata.num_rows
    except (ValueError, KeyError, IndexError, StopIteration):
        # Errors of Arrow are among these.
        return encode_batch([]), 0
