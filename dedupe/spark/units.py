"""Units on Spark: signed where their texts are, put in keep order, and copies of one text told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dedupe.duplicates.cutter import DIGEST, Cutter
from dedupe.duplicates.settings import Settings
from dedupe.errors import InputError, OptionError
from dedupe.job import KEEP_RULES, Keep, ParagraphMode
from dedupe.policy import is_from, keep_keys
from dedupe.spark.arrow import Batches, binary_array, list_array, longs, make_batch, text_runs
from dedupe.spark.documents import START_BITS, DocumentFrames
from dedupe.spark.session import SparkRun, join_crowded, number
from dedupe.text.encode import LONGEST_TEXT

# Types of columns that copies can be chosen by.
_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "boolean")


@dataclass(frozen=True)
class SignTexts:
    """Cuts texts into units, and signs them."""

    settings: Settings
    paragraphs: ParagraphMode
    least: int
    quality: bool
    """whether copies are chosen by it"""
    schema: ClassVar[str] = (
        "unit long, end long, folded long, digest binary, keys array<long>, wanted double, then double"
    )

    def __call__(self, batches: Batches) -> Batches:
        """The units of the texts of a partition; without `wanted` that is 0."""
        cut = Cutter(self.settings, "best" if self.quality else "first", self.paragraphs, self.least, True)
        for batch in batches:
            document = longs(batch, "document")
            wanted = np.zeros(len(document))
            if "wanted" in batch.schema.names:
                wanted = batch.column("wanted").to_numpy(zero_copy_only=False).astype(np.float64)
                # What is missing comes last.
                wanted[np.isnan(wanted)] = -np.inf
            for texts, rows in text_runs(batch):
                if int((texts.ends - texts.starts).max(initial=0)) > LONGEST_TEXT:
                    raise InputError(f"a text has more than {LONGEST_TEXT:,} bytes: split it into documents")
                units = cut(texts)
                digests = np.zeros((len(units.folded), DIGEST), np.uint8)
                digests[units.folded != 0] = units.digests.astype("<u8").view(np.uint8).reshape(-1, DIGEST)
                bands = len(units.keys)
                own = units.document
                yield make_batch(
                    unit=document[rows][own] << START_BITS | units.start,
                    end=units.end,
                    folded=units.folded.view(np.int64),
                    digest=binary_array(digests),
                    keys=list_array(
                        np.ascontiguousarray(units.keys.T).view(np.int64).ravel(), [bands] * len(units.folded)
                    ),
                    wanted=units.quality if self.quality else wanted[rows][own],
                    then=(units.end - units.start).astype(np.float64),
                )


@dataclass(frozen=True)
class Units:
    """The units that differ, and their copies."""

    distinct: DataFrame
    """`rank` (the place in keep order), `unit`, `end`, and `keys`, the band keys"""
    copies: DataFrame
    """`unit`, `end` and `of`: the rank of the unit that stands for each"""


def keep_columns(frame: DataFrame, keep: Keep, order_col: str | None, source_col: str | None) -> list[Column]:
    """Return what must be known of each document to choose copies, as column `wanted`.

    Raises
    ------
    InputError
        The rule asks for an order that there is not, for a column that is not there, or is a function.
    """
    if callable(keep):
        raise InputError("keep is a function: put its numbers into a column of the frame, and name that")
    types = dict(frame.dtypes)
    if isinstance(keep, str):
        if keep in ("first", "last") and order_col is None:
            raise OptionError(
                f"keep={keep!r} needs an order, and rows of a frame have none: name the column that gives it with "
                "`order=`, or keep the longest, the shortest, the best, or what a column says"
            )
        if keep in KEEP_RULES:
            return []
        if keep not in types:
            raise OptionError(
                f"keep={keep!r} is not one of {', '.join(KEEP_RULES)}, "
                f"nor a column of the frame ({', '.join(types)})"
            )
        if types[keep].split("(")[0] not in _NUMBERS:
            raise InputError(f"column {keep!r} is {types[keep]}: numbers are needed to choose what stays")
        return [F.col(f"`{keep}`").cast("double").alias("wanted")]
    names: list[Any] = list(keep)
    if not names or not all(isinstance(name, str) for name in names):
        raise InputError("keep is a sequence of something else than names of sources: put numbers into a column")
    if source_col is None or source_col not in types:
        raise InputError("keep is a sequence of sources: name the column that holds them with `source=`")
    source, place = F.col(f"`{source_col}`"), F.lit(float("-inf"))
    for i, name in reversed(list(enumerate(names))):
        matches = is_from(source, name)
        place = F.when(matches, F.lit(-float(i))).otherwise(place)
    return [place.alias("wanted")]


def sign_frame(
    documents: DocumentFrames,
    texts: DataFrame,
    settings: Settings,
    keep: Keep,
    *,
    paragraphs: ParagraphMode,
    least: int = 0,
) -> Units:
    """Cut and sign texts, put the units in keep order, and bring copies together.

    Parameters
    ----------
    documents : DocumentFrames
        All documents.
    texts : DataFrame
        `document`, `text`, and `wanted` where copies are chosen by it.
    settings, keep, paragraphs
        As for `find_duplicates`.
    least : int
        Code points that a unit has at least.
    """
    run = documents.run
    best = isinstance(keep, str) and keep == "best"
    given = [name for name in ("document", "text", "wanted") if name in texts.columns]
    task = SignTexts(settings, paragraphs, least, best)
    # What has no tokens equals nothing.
    signed = texts.select(*given).mapInArrow(task, task.schema).filter("folded <> 0")
    if isinstance(keep, str) and keep == "first":
        rank = F.col("unit")
        ranked = run.settle(signed.drop("wanted", "then"), f"{settings.unit}s signed")
    else:
        rank = F.col("_number")
        ranked = number(run, signed, _order(keep), "_number", f"{settings.unit}s signed")
        ranked = ranked.drop("wanted", "then")
    ranked = ranked.withColumn("rank", rank).drop("_number")
    standing = ranked.groupBy("folded", "digest").agg(
        F.min("rank").alias("rank"),
        F.min_by(F.struct("unit", "end", "keys"), "rank").alias("first"),
        F.count("*").alias("copies"),
    )
    standing = run.settle(
        standing.select("rank", "first.*", "copies", "folded", "digest"), f"{settings.unit}s that differ"
    )
    return Units(standing.select("rank", "unit", "end", "keys"), _copies(run, ranked, standing))


def _order(keep: Keep) -> list[Column]:
    """Units in keep order."""
    names = {"value": "wanted", "length": "then", "number": "unit"}
    return [F.desc(names[key.column]) if key.descending else F.asc(names[key.column]) for key in keep_keys(keep)]


def _copies(run: SparkRun, ranked: DataFrame, standing: DataFrame) -> DataFrame:
    """Units with the one that stands for them."""
    light = ranked.select("rank", "unit", "end", "folded", "digest")
    several = standing.filter("copies > 1").select("folded", "digest", F.col("rank").alias("of"), "copies")
    both = join_crowded(light, several, ["folded", "digest"], "copies")
    return run.settle(both.filter("rank <> of").select("unit", "end", "of"), "copies")
