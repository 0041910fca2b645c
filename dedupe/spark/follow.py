"""Kept copies that a later stage removes in part, on Spark: removals name where each part of them stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe.cleaning.follow import Moved, follow_kept
from dedupe.columns import join_batches
from dedupe.documents import Corpus
from dedupe.job import Stage
from dedupe.policy import spans_overlap
from dedupe.spark.arrow import Batches, floats, longs, make_batch, nested, texts
from dedupe.spark.candidates import slice_texts
from dedupe.spark.documents import START_BITS, DocumentFrames
from dedupe.spark.session import number
from dedupe.spark.stretches import Place, StretchTexts

_COPY, _KEPT = ("document", "start", "end"), ("kept", "kept_start", "kept_end")
_NAMES = (*_COPY, *_KEPT, "score", "measure")


@dataclass(frozen=True)
class FollowCopies:
    """Cuts removals in parts where parts of their kept copies stay elsewhere."""

    schema: ClassVar[str] = (
        "document long, start long, end long, kept long, kept_start long, kept_end long, score double, "
        "measure string"
    )

    def __call__(self, batches: Batches) -> Batches:
        """A row for each part of a removal, from rows with both texts and `parts`, in order."""
        for batch in batches:
            copies, stays = (
                list(zip(*(longs(batch, name).tolist() for name in names), strict=True)) for names in (_COPY, _KEPT)
            )
            parts = [
                tuple((low, high, tuple(place)) for low, high, *place in own)
                for own in nested(batch, "parts", slice(None))
            ]
            known: dict[Place, int] = {place: number for number, place in enumerate([*copies, *stays])}
            column = StretchTexts(known, join_batches([texts(batch, "copy_text"), texts(batch, "kept_text")]))
            found = follow_kept(
                Corpus(range(len(column)), column),
                [Moved(*one) for one in zip(copies, stays, parts, strict=True)],
            )
            rows = [(number, *tile.copy, *tile.kept) for number, tiles in enumerate(found) for tile in tiles]
            number, *places = np.array(rows, np.int64).reshape(-1, 7).T.copy()
            scores, measures = floats(batch, "score")[number], batch.column("measure").take(number)
            yield make_batch(**dict(zip(_NAMES, [*places, scores, measures], strict=True)))


def follow_copies(documents: DocumentFrames, decisions: Mapping[Stage, DataFrame]) -> dict[Stage, DataFrame]:
    """Let each removal name text that no stage removes as a copy.

    Parameters
    ----------
    documents : DocumentFrames
        All documents.
    decisions : mapping of stage to DataFrame
        `document`, `start`, `end`, `kept` (a document), `kept_start`, `kept_end`, `score` and `measure` of each
        removal, by the stages that find copies, in their order.

    Returns
    -------
    dict
        The same, where a removal may have become several.
    """
    out: dict[Stage, DataFrame] = {}
    later: DataFrame | None = None
    for stage, rows in reversed(list(decisions.items())):
        out[stage] = rows if later is None else _follow(documents, rows, later, stage)
        later = (
            out[stage].select(*_COPY, *_KEPT) if later is None else later.union(out[stage].select(*_COPY, *_KEPT))
        )
    return {stage: out[stage] for stage in decisions}


def _follow(documents: DocumentFrames, rows: DataFrame, later: DataFrame, stage: Stage) -> DataFrame:
    """Return the removals of a stage, of which some are cut in parts by what later ones remove."""
    run = documents.run
    parts = later.select(
        F.col("document").alias("_kept"),
        F.struct(*(F.col(name).alias(f"_{name}") for name in ("start", "end", *_KEPT))).alias("part"),
    )
    bounds = (F.col(name) for name in ("part._start", "part._end", "kept_start", "kept_end"))
    moved = (
        rows.join(parts, (F.col("kept") == F.col("_kept")) & spans_overlap(*bounds))
        .groupBy(*_NAMES)
        .agg(F.sort_array(F.collect_list("part")).alias("parts"))
    )
    moved = run.settle(moved, f"{stage} whose kept copies were removed in part")
    if moved.isEmpty():
        return rows
    units = [
        (F.shiftleft(document, START_BITS).bitwiseOR(F.col(start)), F.col(end))
        for document, start, end in (_COPY, _KEPT)
    ]
    places = [moved.select(unit.alias("unit"), end.alias("end")) for unit, end in units]
    order = [F.col("unit"), F.col("end")]
    ranked = number(run, places[0].union(places[1]).distinct(), order, "rank", f"places of these {stage}")
    held = slice_texts(documents, ranked, f"texts of these {stage}")
    found = held.join(ranked.select("rank", F.col("unit").alias("_unit"), F.col("end").alias("_end")), "rank")
    both = moved
    for (unit, end), name in zip(units, ("copy_text", "kept_text"), strict=True):
        own = found.select("_unit", "_end", F.col("text").alias(name))
        both = both.join(own, (unit == F.col("_unit")) & (end == F.col("_end"))).drop("_unit", "_end")
    task = FollowCopies()
    tiles = run.settle(both.mapInArrow(task, task.schema), f"parts of these {stage}")
    run.release(held)
    stay = rows.join(moved.select("document", "start"), ["document", "start"], "left_anti")
    return stay.select(*_NAMES).union(tiles)
