"""`clean` on Spark: a frame of documents in, the cleaned frame and an audit out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dedupe.boilerplate.score import taught_model
from dedupe.cleaning.decision import Decision
from dedupe.documents import Unit
from dedupe.duplicates.keep import unit_quality
from dedupe.duplicates.settings import resolve
from dedupe.errors import OptionError
from dedupe.job import CleanOptions, Facts, Keep, ParagraphMode, Point, RuleSet, Stage
from dedupe.policy import COPY_STAGES, LOSING_STAGES, keep_keys, lies_within, spans_overlap
from dedupe.renamed import renamed
from dedupe.spark.arrow import Batches, longs, make_batch, text_runs
from dedupe.spark.crumbs import find_crumbs_in_frames
from dedupe.spark.documents import DocumentFrames, document_of, read_documents, start_of
from dedupe.spark.duplicates import group_units
from dedupe.spark.follow import follow_copies
from dedupe.spark.judge import DECISION, LITTLE, PIECE, TEXT, WITHDRAWN, JudgeTexts
from dedupe.spark.passage_removal import find_removals
from dedupe.spark.recurrence import count_units
from dedupe.spark.session import Report, SparkRun, number
from dedupe.spark.units import keep_columns
from dedupe.typed import TaughtModel

_KEPT = ("kept", "kept_start", "kept_end")


class Cleaned(NamedTuple):
    """Result of `clean`."""

    cleaned: DataFrame
    """the kept rows, with cleaned texts and the columns of the input"""
    audit: DataFrame
    """every removal, and every removed piece"""


@renamed(id_col="id", text_col="text", order_col="order", source_col="source")
def clean(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    order: str | None = None,
    source: str | None = None,
    remove: Sequence[Stage] = CleanOptions.remove,
    threshold: float | None = None,
    recall: float = CleanOptions.recall,
    keep: Keep = CleanOptions.keep,
    facts: Facts = CleanOptions.facts,
    boilerplate: float | Point = CleanOptions.boilerplate,
    context: bool = CleanOptions.context,
    model: TaughtModel | str | Path | None = None,
    quality: RuleSet | None = None,
    min_paragraph: int = CleanOptions.min_paragraph,
    min_passage: int = CleanOptions.min_passage,
    passage_similarity: float = CleanOptions.passage_similarity,
    min_left: int = CleanOptions.min_left,
    paragraphs: ParagraphMode = CleanOptions.paragraphs,
    report: Report | None = None,
) -> Cleaned:
    """Clean the texts of a data frame, as `dedupe.clean` does.

    Parameters
    ----------
    df : DataFrame
        A row for each document. It is read twice, and must give the same rows both times.
    id, text, order
        As for `find_duplicates`.
    source : str, optional
        The column of the site or publication of a document. Text that recurs on the pages of a source is likelier
        to be boilerplate. A `keep` of several sources uses this column too.
    remove, threshold, recall, keep, facts, boilerplate, context, model, quality, min_paragraph, min_passage, \
    passage_similarity, min_left, paragraphs
        As for `dedupe.clean`; `keep` as for `find_duplicates`.
    report : function, optional
        Called with each finished step: its name, its number of rows, and seconds.

    Returns
    -------
    Cleaned
        Two frames, `cleaned` and `audit`, whose rows are computed. The audit has rows of three types. "removal"
        is a decision: `id`, `start`, `end`, `stage`, `reason`, `score`, `kept_id`, `kept_start`, `kept_end`,
        `kept_removed_by` and `measure`. "cut" is a piece removed from a text: `id`, `start`, `end`, `text`.
        "document" is a document removed entirely, with its other columns in `row`.

    Raises
    ------
    InputError
        An argument is out of range, a column is missing, or an id or a text is not usable.
    DuplicateIdError
        Two documents have the same id.
    """
    options = CleanOptions(
        remove=remove,
        threshold=threshold,
        recall=recall,
        keep=keep,
        facts=facts,
        boilerplate=boilerplate,
        context=context,
        model=model,
        quality=quality,
        min_paragraph=min_paragraph,
        min_passage=min_passage,
        passage_similarity=passage_similarity,
        min_left=min_left,
        paragraphs=paragraphs,
        threads=1,
    )
    if model is not None:
        taught_model(model)
    if source is not None and source not in df.columns:
        raise OptionError(f"source={source!r} is no column of the frame, which has {', '.join(df.columns)}")
    columns = keep_columns(df, keep, order, source)
    site = F.lit(None).cast("string") if source is None else F.col(f"`{source}`").cast("string")
    others = [F.col(f"`{name}`") for name in df.columns if name not in (id, text)]
    columns = [*columns, site.alias("source"), F.struct(*others).alias("row") if others else _no_row()]
    run = SparkRun(df, report)
    try:
        documents = read_documents(run, df, id, text, order, columns)
        return _Cleaning(documents, options).finish(df, id, text)
    finally:
        run.close()


def _no_row() -> Column:
    return F.lit(None).cast("struct<nothing:boolean>").alias("row")


class _Cleaning:
    """The stages of a run; what each removes is a frame."""

    def __init__(self, documents: DocumentFrames, options: CleanOptions) -> None:
        self._documents, self._options, self._run = documents, options, documents.run
        nothing = self._run.session.createDataFrame([], "document long, start long, end long")
        self._gone = nothing.select("document")
        self._removed = nothing
        self._decisions: dict[Stage, DataFrame] = {}

    def finish(self, df: DataFrame, id_name: str, text_name: str) -> Cleaned:
        """Ask every wanted stage in turn."""
        stages, options = self._options.stages, self._options
        asks = (self._duplicates, self._paragraphs, self._passages)
        for stage, ask in zip(COPY_STAGES, asks, strict=True):
            if stage in stages:
                ask()
        self._decisions = follow_copies(self._documents, self._decisions)
        left = self._left()
        if "boilerplate" in stages and options.context:
            counted = count_units(self._run, left, "paragraph", options.paragraphs)
            known = self._documents.named(counted).select("id", "known", "pages")
            left = left.join(known, "id", "left")
        task = JudgeTexts(options, None if options.model is None else taught_model(options.model))
        given = [name for name in ("document", "text", "removed", "known", "pages") if name in left.columns]
        judged = self._run.settle(left.select(*given).mapInArrow(task, task.schema), "documents judged")
        stand = {stage: _without(frame, judged, stage) for stage, frame in self._decisions.items()}
        little = judged.filter(F.col("kind") == LITTLE).select("document", "start", "end", "score")
        pieces = judged.filter(F.col("kind") == PIECE).select("document", "start", "end", "text")
        crumbs = self._run.settle(find_crumbs_in_frames(self._documents, little, pieces, stand, options), "crumbs")
        cleaned = judged.filter(F.col("kind") == TEXT).select("document", F.col("text").alias("_text"))
        cleaned = cleaned.join(crumbs, "document", "left_anti")
        rows = self._documents.with_texts(cleaned).select(
            *(
                F.col("id").alias(name)
                if name == id_name
                else F.col("_text").alias(name)
                if name == text_name
                else F.col(f"row.`{name}`")
                for name in df.columns
            )
        )
        return Cleaned(
            self._run.settle(rows, "cleaned"), self._run.settle(self._audit(judged, stand, crumbs), "audit")
        )

    def _left(self) -> DataFrame:
        """The documents that are left, and what is removed of them."""
        spans = self._removed.groupBy("document").agg(F.collect_list(F.struct("start", "end")).alias("removed"))
        flags = spans.select("document", "removed", F.lit(None).cast("boolean").alias("gone"))
        gone = self._gone.select(
            "document", F.lit(None).cast("array<struct<start:bigint,end:bigint>>").alias("removed"), F.lit(True)
        )
        marked = self._documents.with_texts(flags.union(gone), how="left")
        return marked.filter("gone is null").drop("gone")

    def _duplicates(self) -> None:
        options = self._options
        settings = resolve("document", options.threshold, options.recall, facts=options.facts)
        texts = self._documents.texts
        _, members = group_units(self._documents, texts, settings, options.keep, paragraphs=options.paragraphs)
        self._note(members, "duplicates")
        self._gone = members.select(document_of().alias("document"))

    def _paragraphs(self) -> None:
        options = self._options
        settings = resolve("paragraph", options.threshold, options.recall, facts=options.facts)
        _, members = group_units(
            self._documents,
            self._left(),
            settings,
            options.keep,
            paragraphs=options.paragraphs,
            least=options.min_paragraph,
        )
        self._note(members, "paragraphs")
        self._removed = members.select(document_of().alias("document"), start_of().alias("start"), "end")

    def _passages(self) -> None:
        found = find_removals(self._documents, self._left(), self._ranks(), self._options)
        self._decisions["passages"] = found
        self._removed = self._removed.union(found.select("document", "start", "end"))

    def _note(self, members: DataFrame, stage: Stage) -> None:
        """Note what goes, and what stays for it."""
        self._decisions[stage] = members.select(
            document_of().alias("document"),
            start_of().alias("start"),
            "end",
            document_of("kept").alias("kept"),
            start_of("kept").alias("kept_start"),
            "kept_end",
            F.col("similarity").alias("score"),
            F.lit(None).cast("string").alias("measure"),
        )

    def _ranks(self) -> DataFrame | None:
        """Return how early documents come in keep order (`document`, `value`); None where that is their own."""
        keep, texts = self._options.keep, self._documents.texts
        if isinstance(keep, str) and keep == "first":
            return None
        names = {"value": "wanted", "length": "length", "number": "document"}
        keys = [(names[key.column], key.descending) for key in keep_keys(keep)]
        if isinstance(keep, str) and keep == "best":
            task = RateTexts()
            rated = texts.select("document", "text").mapInArrow(task, task.schema)
            order = [F.desc(name) if descending else F.asc(name) for name, descending in keys]
            return number(self._run, rated, order, "value", "quality of documents").select(
                "document", F.col("value").cast("double").alias("value")
            )
        # Ties go by document, which is the last key.
        name, descending = keys[0]
        own = {"wanted": _wanted(), "length": F.length("text"), "document": F.col("document")}[name]
        return texts.select("document", (-own if descending else own).cast("double").alias("value"))

    def _audit(self, judged: DataFrame, stand: dict[Stage, DataFrame], crumbs: DataFrame) -> DataFrame:
        """Every decision that stands, and every piece."""
        own = judged.filter(F.col("kind") == DECISION).select("document", "start", "end", "stage", "score", "why")
        names = ("document", "start", "end", "stage", "score")
        none = F.lit(None).cast("string")
        nothing = [*(F.lit(None).cast("long").alias(name) for name in _KEPT), none.alias("measure")]
        removals = own.select(*names, *nothing, "why")
        for stage, frame in stand.items():
            copies = frame.withColumn("stage", F.lit(stage))
            removals = removals.union(copies.select(*names, *_KEPT, "measure", none))
        left = crumbs.withColumn("stage", F.lit("crumbs"))
        removals = removals.union(left.select(*names, *nothing, none))
        say = SayReasons()
        removals = self._with_lost(removals.mapInArrow(say, say.schema), own)
        gone = self._gone.union(crumbs.select("document"))
        whole = self._documents.with_texts(gone).select(
            "document", F.lit(0).cast("long").alias("start"), F.length("text").cast("long").alias("end"), "text"
        )
        pieces = judged.filter(F.col("kind") == PIECE).select("document", "start", "end", "text")
        pieces = pieces.join(crumbs, "document", "left_anti").union(whole)
        low = own.filter("stage = 'quality'").select("document")
        rows = self._documents.with_texts(gone.union(low)).select(
            "document", "row", F.lit("document").alias("type")
        )
        cuts = pieces.join(rows, "document", "left").withColumn("type", F.coalesce("type", F.lit("cut")))
        both = removals.withColumn("type", F.lit("removal")).unionByName(cuts, allowMissingColumns=True)
        named = self._documents.named(both)
        return named.select(
            "type",
            "id",
            "start",
            "end",
            "stage",
            "reason",
            "score",
            "kept_id",
            "kept_start",
            "kept_end",
            "kept_removed_by",
            "measure",
            "text",
            "row",
        )

    def _with_lost(self, removals: DataFrame, own: DataFrame) -> DataFrame:
        """Decisions with the id of the kept copy, and which stage removed that after all."""
        kept = self._documents.names.select(F.col("document").alias("kept"), F.col("id").alias("kept_id"))
        named = removals.join(kept, "kept", "left")
        lost = own.select(
            F.col("document").alias("_document"),
            F.col("start").alias("_low"),
            F.col("end").alias("_high"),
            F.col("stage").alias("_stage"),
        )
        places = removals.filter("kept is not null").select(*_KEPT).distinct()
        bounds = (F.col(name) for name in ("kept_start", "kept_end", "_low", "_high"))
        hit = places.join(lost, (F.col("kept") == F.col("_document")) & spans_overlap(*bounds))
        names = F.array(*map(F.lit, LOSING_STAGES))
        last = F.max(F.array_position(names, F.col("_stage"))).cast("int")
        by = hit.groupBy(*_KEPT).agg(F.element_at(names, last).alias("kept_removed_by"))
        return named.join(by, list(_KEPT), "left")


def _without(frame: DataFrame, judged: DataFrame, stage: Stage) -> DataFrame:
    """The removals of a stage, but for those of places that are left in after all."""
    if stage == "duplicates":
        return frame
    withdrawn = judged.filter(F.col("kind") == WITHDRAWN).select(
        F.col("document").alias("_document"), F.col("start").alias("_low"), F.col("end").alias("_high")
    )
    bounds = (F.col(name) for name in ("start", "end", "_low", "_high"))
    return frame.join(withdrawn, (F.col("document") == F.col("_document")) & lies_within(*bounds), "left_anti")


def _wanted() -> Column:
    """Return how much documents are wanted by a column; what is missing comes last."""
    return F.when(F.isnan("wanted") | F.col("wanted").isNull(), F.lit(float("-inf"))).otherwise(F.col("wanted"))


@dataclass(frozen=True)
class SayReasons:
    """Decisions in words."""

    schema: ClassVar[str] = (
        "document long, start long, end long, stage string, score double, kept long, kept_start long, "
        "kept_end long, measure string, why string, reason string"
    )

    def __call__(self, batches: Batches) -> Batches:
        """Yield the same rows, with the reason of each."""
        for batch in batches:
            given = ("stage", "score", "kept", "why", "measure")
            rows = zip(*(batch.column(name).to_pylist() for name in given), strict=True)
            reasons = [
                Decision(
                    0, 0, 0, stage, score, None if kept is None else Unit(kept, 0, 0), None, why or "", measure
                ).reason
                for stage, score, kept, why, measure in rows
            ]
            names = [field.split()[0] for field in self.schema.split(", ")]
            columns = {name: batch.column(name) for name in names[:-1]}
            yield make_batch(**columns, reason=reasons)


@dataclass(frozen=True)
class RateTexts:
    """The quality of whole documents, and their lengths."""

    schema: ClassVar[str] = "document long, wanted double, length long"

    def __call__(self, batches: Batches) -> Batches:
        """A row for each."""
        for batch in batches:
            numbers = longs(batch, "document")
            for whole, rows in text_runs(batch):
                length = np.array([len(whole.text(i)) for i in range(len(whole))], np.int64)
                yield make_batch(document=numbers[rows], wanted=unit_quality([whole]), length=length)
