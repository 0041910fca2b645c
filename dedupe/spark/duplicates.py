"""`find_duplicates` on Spark: a frame of documents in, removed units with their kept units out."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe.duplicates.settings import Settings, resolve
from dedupe.job import DuplicateOptions, Facts, Keep, ParagraphMode, UnitName
from dedupe.lsh import Shingle
from dedupe.renamed import renamed
from dedupe.spark.candidates import find_buckets
from dedupe.spark.documents import DocumentFrames, document_of, read_documents, start_of
from dedupe.spark.groups import find_groups
from dedupe.spark.session import Report, SparkRun
from dedupe.spark.units import Units, keep_columns, sign_frame


@renamed(id_col="id", text_col="text", order_col="order", source_col="source")
def find_duplicates(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    order: str | None = None,
    source: str | None = None,
    unit: UnitName = DuplicateOptions.unit,
    threshold: float | None = None,
    recall: float = DuplicateOptions.recall,
    shingle: str | Shingle | None = None,
    permutations: int | None = None,
    keep: Keep = DuplicateOptions.keep,
    facts: Facts = DuplicateOptions.facts,
    paragraphs: ParagraphMode = DuplicateOptions.paragraphs,
    report: Report | None = None,
) -> DataFrame:
    """Find near-duplicate documents, paragraphs or sentences of a data frame, as `dedupe.find_duplicates` does.

    Parameters
    ----------
    df : DataFrame
        A row for each document. It is read twice, and must give the same rows both times.
    id, text : str
        The columns with unique ids and with texts.
    order : str, optional
        The column that orders the documents; equal values are ordered by id. Without it `keep` cannot be "first"
        or "last", and ties are decided by id.
    source : str, optional
        The column with the source of each document, if `keep` is a sequence of sources.
    unit, threshold, recall, shingle, permutations, facts, paragraphs
        As for `dedupe.find_duplicates`.
    keep : {"first", "last", "longest", "shortest", "best"}, str, or sequence of str
        As for `dedupe.find_duplicates`; any other name is a column of the frame.
    report : function, optional
        Called with each finished step: its name, its number of rows, and seconds.

    Returns
    -------
    DataFrame
        A row for each removed unit: `kept` and `member` (ids) and `similarity`. Paragraphs and sentences also have
        `kept_start`, `kept_end`, `member_start` and `member_end`, in code points. Its rows are computed.

    Raises
    ------
    InputError
        An argument is out of range, a column is missing, or an id or a text is not usable.
    DuplicateIdError
        Two documents have the same id.

    Examples
    --------
    The ten lines that matter::

        from pyspark.sql import SparkSession
        from dedupe.spark import find_duplicates

        spark = SparkSession.builder.getOrCreate()
        pages = spark.read.parquet("pages.parquet")  # url, body, fetched
        found = find_duplicates(pages, id="url", text="body", order="fetched")
        pages.join(found, pages.url == found.member, "left_anti").write.parquet("distinct.parquet")
    """
    settings = resolve(unit, threshold, recall, shingle, permutations, facts)
    run = SparkRun(df, report)
    columns = keep_columns(df, keep, order, source)
    try:
        documents = read_documents(run, df, id, text, order, columns)
        units, members = group_units(documents, documents.texts, settings, keep, paragraphs=paragraphs)
        return run.settle(_with_ids(documents, members, units, settings), "duplicates")
    finally:
        run.close()


def group_units(
    documents: DocumentFrames,
    texts: DataFrame,
    settings: Settings,
    keep: Keep,
    *,
    paragraphs: ParagraphMode,
    least: int = 0,
) -> tuple[Units, DataFrame]:
    """Sign, compare and group the units of texts.

    Parameters
    ----------
    documents, texts, settings, keep, paragraphs, least
        As for `sign_frame`.

    Returns
    -------
    (Units, DataFrame)
        The units, and a row for each removed one: `unit`, `end`, `kept` (the number of a unit), `kept_end`, and
        `similarity`.
    """
    run = documents.run
    units = sign_frame(documents, texts, settings, keep, paragraphs=paragraphs, least=least)
    found = find_groups(documents, units, find_buckets(run, units), settings)
    places = units.distinct.select("rank", "unit", "end")
    # A copy goes where the one that stands for it goes, or to that one.
    copies = units.copies.join(found.withColumnRenamed("rank", "of"), "of", "left").select(
        "unit",
        "end",
        F.coalesce("kept", "of").alias("kept"),
        F.coalesce("similarity", F.lit(1.0)).alias("similarity"),
    )
    members = found.join(places, "rank").select("unit", "end", "kept", "similarity").unionByName(copies)
    standing = places.select(
        F.col("rank").alias("kept"), F.col("unit").alias("kept_unit"), F.col("end").alias("kept_end")
    )
    named = members.join(standing, "kept").select(
        "unit", "end", F.col("kept_unit").alias("kept"), "kept_end", "similarity"
    )
    return units, run.settle(named, f"{settings.unit}s that go")


def _with_ids(documents: DocumentFrames, members: DataFrame, units: Units, settings: Settings) -> DataFrame:
    """Add the ids of their documents to members."""
    member = documents.named(members.withColumn("document", document_of())).select(
        F.col("id").alias("member"),
        start_of().alias("member_start"),
        F.col("end").alias("member_end"),
        document_of("kept").alias("document"),
        start_of("kept").alias("kept_start"),
        "kept_end",
        "similarity",
    )
    both = documents.named(member).withColumnRenamed("id", "kept")
    if settings.unit == "document":
        return both.select("kept", "member", "similarity")
    return both.select("kept", "kept_start", "kept_end", "member", "member_start", "member_end", "similarity")
