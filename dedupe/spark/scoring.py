"""`score` on Spark: boilerplate, language or quality, each document where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dedupe.boilerplate.model import BoilerplateModel
from dedupe.boilerplate.score import score_in_context, score_units, taught_model
from dedupe.columns import BatchColumn
from dedupe.documents import Corpus
from dedupe.job import CleanOptions, ParagraphMode, Point, RuleSet, Score, ScoreOptions, UnitName
from dedupe.language.detect import LEAST_PROBABILITY, UNKNOWN, languages_of
from dedupe.options import check
from dedupe.quality.score import describe_signals, load_lists, quality_of
from dedupe.quality.wordlists import LoadedLists
from dedupe.renamed import renamed
from dedupe.spark.arrow import Batch, Batches, make_batch, text_runs
from dedupe.spark.documents import check_columns, read_documents
from dedupe.spark.recurrence import count_units, recurrence_of
from dedupe.spark.session import Report, SparkRun
from dedupe.text.encode import TextBatch
from dedupe.units import cut_units

_COLUMNS: dict[Score, str] = {
    "boilerplate": "start long, end long, boilerplate double, evidence double, category string, text double, "
    "context double, recurrence double, verdict string",
    "language": "language string, probability double",
    "quality": "score double, language string, failed array<string>, reasons array<string>",
}


@renamed(id_col="id", text_col="text", source_col="source")
def score(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    source: str | None = None,
    what: Score = ScoreOptions.what,
    unit: UnitName = ScoreOptions.unit,
    context: bool = ScoreOptions.context,
    model: Any = ScoreOptions.model,
    threshold: float | Point = CleanOptions.boilerplate,
    rules: RuleSet = ScoreOptions.rules,
    word_lists: str | None = ScoreOptions.word_lists,
    paragraphs: ParagraphMode = ScoreOptions.paragraphs,
    report: Report | None = None,
) -> DataFrame:
    """Score the texts of a data frame, as `score_boilerplate`, `detect_language` and `score_quality` do.

    Parameters
    ----------
    df : DataFrame
        A row for each document.
    id, text : str
        The columns with ids and texts.
    source : str, optional
        The column of the site or publication of a document, used with `context`.
    what : {"boilerplate", "language", "quality"}, default "boilerplate"
        The kind of score.
    unit : {"document", "paragraph", "sentence"}, default "paragraph"
        The units to score as boilerplate.
    context : bool, default True
        Judge paragraphs and sentences also by place, neighbours and recurrence in the whole frame, for boilerplate.
        Then ids must be unique, and fingerprints of units are shuffled; otherwise no row is shuffled.
    model : BoilerplateClassifier, str, or Path, optional
        Score with this model, or with the one in this folder, which the driver reads; see `score_boilerplate`.
        Then only the words of a unit count, as without `context`.
    threshold : {"careful", "normal", "thorough"} or float, default "normal"
        The least probability of the verdict "boilerplate", or an operating point; see `clean`.
    rules : {"default", "gopher", "c4", "fineweb"}
        The set of quality rules.
    word_lists : str, optional
        A folder of word lists on the driver, each a signal of quality; see `score_quality`.
    paragraphs : {"auto", "lines", "blank"}, default "auto"
        Where paragraphs end; see `segment`.
    report : function, optional
        Called with each finished step; only `context` has steps.

    Returns
    -------
    DataFrame
        `id` and more columns. Boilerplate has a row for each unit: `start`, `end`, `boilerplate`, `evidence`,
        `category`, `text`, `context`, `recurrence` and `verdict`. Language has `language` and `probability`.
        Quality has `score`, `language`, `failed`, `reasons` and a column for each signal.

    Raises
    ------
    InputError
        An argument is out of range, or a column is missing.
    """
    job = ScoreOptions(what, unit, context, model, rules, word_lists, paragraphs)
    check(CleanOptions, boilerplate=threshold)
    context, taught = job.in_context, None if model is None else taught_model(model)
    check_columns(df, id, text, None)
    kind = df.select(F.col(f"`{id}`").alias("id")).schema["id"].dataType.simpleString()
    lists = load_lists(word_lists if what == "quality" else None)
    signals = ", ".join(f"`{name}` double" for name in (*describe_signals(), *lists.names))
    columns = f"{_COLUMNS[what]}, {signals}" if what == "quality" else _COLUMNS[what]
    task = ScoreTexts(what, unit, context, threshold, rules, paragraphs, f"id {kind}, {columns}", lists, taught)
    if not context:
        given = df.select(F.col(f"`{id}`").alias("id"), F.col(f"`{text}`").alias("text"))
        return given.mapInArrow(task, task.schema)
    site = F.lit(None).cast("string") if source is None else F.col(f"`{source}`").cast("string")
    run = SparkRun(df, report)
    try:
        documents = read_documents(run, df, id, text, None, [site.alias("source")])
        known = count_units(run, documents.texts, unit, paragraphs)
        pages = documents.with_texts(known, how="left").select("id", "text", "known", "pages")
        return run.settle(pages.mapInArrow(task, task.schema), "scores")
    finally:
        run.close()


@dataclass(frozen=True)
class ScoreTexts:
    """Scores texts."""

    what: Score
    unit: UnitName
    context: bool
    threshold: float | Point
    rules: RuleSet
    paragraphs: ParagraphMode
    schema: str
    lists: LoadedLists
    model: BoilerplateModel | None = None

    def __call__(self, batches: Batches) -> Batches:
        """The scores of the texts of a partition, with their ids."""
        ask = {"boilerplate": self._boilerplate, "language": self._language, "quality": self._quality}[self.what]
        for batch in batches:
            for whole, rows in text_runs(batch):
                yield from ask(batch, rows, whole)

    def _boilerplate(self, batch: Batch, rows: slice, whole: TextBatch) -> Iterator[Batch]:
        units = cut_units(_corpus(whole), self.unit, self.paragraphs)
        if self.context:
            scores = score_in_context(units, recurrence=recurrence_of(batch, rows, units))
        else:
            scores = score_units(units, self.model)
        if len(units):
            columns = scores.to_arrow().drop_columns(["id"]).combine_chunks().to_batches()[0]
            ids = batch.column("id")[rows].take(units.document)
            named = dict(zip(columns.schema.names, columns.columns, strict=True))
            yield make_batch(id=ids, **named, verdict=scores.verdicts(self.threshold))

    def _language(self, batch: Batch, rows: slice, whole: TextBatch) -> Iterator[Batch]:
        codes, probability = languages_of(BatchColumn([whole]), 1)
        sure = (probability >= LEAST_PROBABILITY).tolist()
        language = [code if ok else UNKNOWN for code, ok in zip(codes, sure, strict=True)]
        yield make_batch(id=batch.column("id")[rows], language=language, probability=probability)

    def _quality(self, batch: Batch, rows: slice, whole: TextBatch) -> Iterator[Batch]:
        import pyarrow as pa

        quality = quality_of(_corpus(whole), "auto", True, True, self.paragraphs, 1, self.lists)
        several = pa.list_(pa.string())
        yield make_batch(
            id=batch.column("id")[rows],
            score=quality.score,
            language=quality.languages,
            failed=pa.array([list(own) for own in quality.failed(self.rules)], several),
            reasons=pa.array([[reason.text for reason in one.reasons] for one in quality], several),
            **{name: np.asarray(values, np.float64) for name, values in quality.signals.items()},
        )


def _corpus(whole: TextBatch) -> Corpus:
    ids: Any = range(len(whole))
    return Corpus(ids, BatchColumn([whole]))
