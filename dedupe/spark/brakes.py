"""Brakes on Spark: how much a run removes, of everything and of the sources of which too much goes."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe.cleaning.brakes import Removal, SourceRemoval
from dedupe.policy import exceeds

# Sources that are named, and documents whose copies are the most.
_SOURCES, _GROUPS = 10, 3
_NUMBERS = ("documents", "documents_removed", "characters", "characters_removed")


def measure_removal(
    df: DataFrame, audit: DataFrame, id_col: str, text_col: str, source_col: str | None, limit: float
) -> Removal:
    """Return how much `clean` removes.

    Parameters
    ----------
    df, audit : DataFrame
        The input of `clean`, and its second frame.
    id_col, text_col, source_col
        As for `clean`.
    limit : float
        Share of a source from which on it is named; of the others two are, for sources only count where there are
        several.
    """
    source = F.lit("") if source_col is None else F.coalesce(F.col(f"`{source_col}`").cast("string"), F.lit(""))
    documents = df.select(
        F.col(f"`{id_col}`").alias("id"),
        source.alias("source"),
        F.length(F.col(f"`{text_col}`")).alias("characters"),
    )
    pieces = audit.filter("type in ('cut', 'document')")
    gone = pieces.groupBy("id").agg(
        F.sum(F.col("end") - F.col("start")).alias("removed"), F.max(F.col("type") == "document").alias("whole")
    )
    by_source = (
        documents.join(gone, "id", "left")
        .groupBy("source")
        .agg(
            F.count("*").alias("documents"),
            F.count_if("whole").alias("documents_removed"),
            F.sum("characters").alias("characters"),
            F.coalesce(F.sum("removed"), F.lit(0)).alias("characters_removed"),
        )
        .localCheckpoint()
    )
    total = by_source.agg(*(F.coalesce(F.sum(name), F.lit(0)) for name in _NUMBERS)).collect()[0]
    wiped = by_source.filter(exceeds(F.col("documents"), F.col("characters"), F.col("characters_removed"), limit))
    named = wiped.orderBy(F.desc("characters_removed"), "source").limit(_SOURCES).collect()
    others = by_source.orderBy("source").limit(2).collect()
    sources = {
        row["source"]: SourceRemoval(row["source"], *(row[name] for name in _NUMBERS)) for row in named + others
    }
    # A whole document counts once, however many rows say where its parts stay.
    named_once = audit.filter("kept_id is not null").select(
        "kept_id", "id", "stage", F.when(F.col("stage") != "duplicates", F.col("start")).alias("start")
    )
    kept = named_once.distinct().groupBy("kept_id").agg(F.count("*").alias("times"))
    groups = kept.orderBy(F.desc("times"), "kept_id").limit(_GROUPS).collect()
    return Removal(
        SourceRemoval("", *total), tuple(sources.values()), tuple((row["kept_id"], row["times"]) for row in groups)
    )
