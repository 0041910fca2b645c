"""`restore` on Spark: the cleaned frame and its audit in, the original rows out."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe.cleaning.cuts import undo_cuts
from dedupe.errors import AuditError
from dedupe.renamed import renamed
from dedupe.spark.arrow import Batches, make_batch, nested


@renamed(id_col="id", text_col="text")
def restore(cleaned: DataFrame, audit: DataFrame, *, id: str = "id", text: str = "text") -> DataFrame:
    """Return the rows that `clean` was given, to the character, in no order.

    Parameters
    ----------
    cleaned, audit : DataFrame
        The frames that `clean` returned.
    id, text : str
        The columns with ids and texts.

    Raises
    ------
    AuditError
        The audit has texts that are not in the cleaned frame.
    """
    missing = {"type", "id", "start", "text", "row"} - set(audit.columns)
    if missing:
        raise AuditError(f"the audit has no {', '.join(sorted(missing))}: give the second frame of clean")
    kept = cleaned.select(F.col(f"`{id}`").alias("id"), F.col(f"`{text}`").alias("text"))
    pieces = (
        audit.filter("type = 'cut'")
        .groupBy("id")
        .agg(F.sort_array(F.collect_list(F.struct("start", F.col("text").alias("piece")))).alias("pieces"))
    )
    lost = pieces.join(kept, "id", "left_anti").select("id").first()
    if lost is not None:
        raise AuditError(
            f"document {lost['id']!r} was cut, and is not in the cleaned frame: restore needs both whole"
        )
    task = UndoCuts(f"id {kept.schema['id'].dataType.simpleString()}, _whole string")
    whole = kept.join(pieces, "id").mapInArrow(task, task.schema)
    columns = cleaned.columns
    joined = cleaned.join(whole.withColumnRenamed("id", "_id"), F.col(f"`{id}`") == F.col("_id"), "left")
    whole_text = F.coalesce("_whole", F.col(f"`{text}`")).alias(text)
    rest = joined.select(*(whole_text if name == text else F.col(f"`{name}`") for name in columns))
    gone = audit.filter("type = 'document'").select(
        *(
            F.col("id").alias(name)
            if name == id
            else F.col("text").alias(name)
            if name == text
            else F.col(f"row.`{name}`")
            for name in columns
        )
    )
    return rest.unionByName(gone)


@dataclass(frozen=True)
class UndoCuts:
    """Puts pieces back into texts."""

    schema: str

    def __call__(self, batches: Batches) -> Batches:
        """The whole text of each."""
        import pyarrow as pa

        for batch in batches:
            texts, pieces = batch.column("text").to_pylist(), nested(batch, "pieces", slice(None))
            whole = [undo_cuts(text, own) for text, own in zip(texts, pieces, strict=True)]
            yield make_batch(id=batch.column("id"), _whole=pa.array(whole, pa.string()))
